"""The pages for architects are read from the model: rules, conditions, causes, and what can't be
undone.
"""

import re
from itertools import product
from typing import Any

import pytest

from tests.site import conftest
from tests.site.conftest import PICKLES, REGISTER, a_run, content_of
from translator_cmk.conformance.lanes.fuzz import alphabet
from translator_cmk.language.facts import holds
from translator_cmk.language.sentences import format_command, read_command
from translator_cmk.machine import ROWS, Accepted, Refused, observe
from translator_cmk.machine.commands import COMMANDS
from translator_cmk.site import decide, effects
from translator_cmk.site.content import register_digest
from translator_cmk.site.decide import CHANNELS, conditions, demands, queries, timeline
from translator_cmk.site.effects import (
    CAUSES,
    HARMLESS,
    LOSSES,
    WEAKEST_FIRST,
    Cause,
    Loss,
    carried_out,
    commands_of,
    start,
)
from translator_cmk.site.render import CHOICES
from translator_cmk.site.reversibility import between, fates, middle, one_life, picture, transitions
from translator_cmk.site.sourced import by_requirement, cell, data, load_seen, sources
from translator_cmk.site.what_if import chart, code, way
from translator_cmk.system import MACHINE

RULES = data("decide")["rules"]
QUESTIONS = [each["id"] for each in data("decide")["questions"]]

by_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.name)
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.what)


def page(name: str) -> str:
    """A page for architects, made from a run in which everything passed."""
    return conftest.green()[f"decide/{name}.md"]


def section(name: str, begins: str) -> str:
    """What is folded on a page, from a mark on."""
    return page(name).partition(begins)[2].partition("</details>")[0]


# The decision


def answered(*choices: str) -> str:
    """The answer to a choice for each question, by the one rule that fits."""
    chosen = dict(zip(QUESTIONS, choices, strict=True))
    (rule,) = (
        each
        for each in RULES
        if all(chosen[name] in allowed for name, allowed in each["when"].items())
    )
    return str(rule["answer"])


def test_exactly_one_rule_fits_any_choice() -> None:
    every = [answered(*choices) for choices in product(CHOICES, repeat=len(QUESTIONS))]
    assert set(every) == {each["id"] for each in data("decide")["answers"]}
    assert answered("yes", "no", "no", "no", "no") == "no"
    assert answered("yes", "yes", "no", "yes", "yes") == "yes"
    assert answered("yes", "yes", "yes", "no", "yes") == "not-yet"


def test_without_custom_translator_the_answer_is_no_by_a_source_that_was_read() -> None:
    first, *others = QUESTIONS
    assert {answered("no", *choices) for choices in product(CHOICES, repeat=len(others))} == {"no"}
    (question,) = (each for each in data("decide")["questions"] if each["id"] == first)
    read = cell(question["question"]).sources
    assert read
    assert all(f"]({sources()[name].url})" in page("index") for name in read)


def test_every_question_matters() -> None:
    answers = {choices: answered(*choices) for choices in product(CHOICES, repeat=len(QUESTIONS))}
    for at in range(len(QUESTIONS)):
        without = {(*choices[:at], *choices[at + 1 :]) for choices in answers}
        with_answer = {
            (*choices[:at], *choices[at + 1 :], answer) for choices, answer in answers.items()
        }
        assert len(with_answer) > len(without), QUESTIONS[at]


def test_record_names_what_it_rests_on_and_keeps_assumptions_apart_from_what_is_not_specified() -> (
    None
):
    record = page("index").partition("<article")[2].partition("</article>")[0]
    assert register_digest(REGISTER) in record
    assert REGISTER.article.revision in record
    assert "observed on Azure: never" in record
    assert all(
        f'data-fill="{name}"' in record
        for name in ("owner", "review", "answer", "because", *QUESTIONS)
    )
    assert all(
        each["says"].partition("]")[0].partition("[")[2] in record
        for each in data("decide")["risks"]
    )
    assumed, _, silent = record.partition("Assumptions to check")[2].partition("Not specified")
    for each in REGISTER.values():
        assert (f"#{each.id})" in silent) == (each.kind == "silence")
        assert (f"#{each.id})" in assumed) == (each.basis == "assumed" and each.kind != "silence")


# Enabling


def test_page_names_the_demands_that_no_condition_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    every = conditions()
    for found in (every, [each for each in every if each.name != "Protections of the key vault"]):
        broken = {name for each in found for value in each.values for name in value.because}
        monkeypatch.setattr(decide, "conditions", lambda found=found: found)
        text = conftest.page(content_of(a_run()), "decide/enable.md")
        named = (
            text.partition("{ #conditions }")[2]
            .partition("</details>")[0]
            .partition("No value of the table breaks")[2]
        )
        assert {name for name in REGISTER if f"#{name})" in named} == demands() - broken
    assert {"vault.soft-delete-refused", "vault.purge-protection-refused"} <= demands() - broken


def test_every_value_is_shown_with_its_result_and_the_basis_of_each_part_of_it() -> None:
    table = page("enable").partition("{ #conditions }")[2].partition("## ")[0]
    lines = {
        line.split(" | ")[0].strip("| *"): line.split(" | ")[1:3]
        for line in table.splitlines()
        if "<li>" in line
    }
    for condition in conditions():
        assert {each.word for each in condition.values[0].results.values()} == {
            "accepted"
        }  # the right value
        accepted, otherwise = (re.findall("<li>(.*?)</li>", cell) for cell in lines[condition.name])
        for value in condition.values:
            for channel, words in CHANNELS.items():
                word = value.results[channel].word
                items = accepted if word == "accepted" else otherwise
                named = rf"[✘?]? ?\[?{re.escape(value.says)}(, {words})?(:|\]|$)"
                (item,) = (each for each in items if re.match(named, each))
                links = re.findall(r"#([a-z]+\.[a-z0-9-]+)\)(?: \*([a-z]+)\*)?", item)
                if word == "refused":
                    assert item.startswith("✘ ")
                    assert links == [
                        (name, REGISTER[name].basis) for name in value.withheld + value.because
                    ]
                elif word == "not specified":
                    assert item.startswith("? ")
                    assert links == [(name, "") for name in value.because]


def test_no_key_is_put_in_use_by_what_the_article_states_and_refused_by_what_we_assume() -> None:
    found = {(each.name, value.says): value for each in conditions() for value in each.values}
    region = found["Location of the resource", "another region"]
    assert (region.withheld, region.because) == (
        ["vault.same-region"],
        ["vault.same-region-refused"],
    )
    neither = found["Protections of the key vault", "neither"]
    assert set(neither.withheld) == {"vault.soft-delete", "vault.purge-protection"}
    stated = {name for value in found.values() for name in value.withheld}
    assert {REGISTER[name].basis for name in stated} == {"stated"}
    refused = {name for value in found.values() if value.withheld for name in value.because}
    assert {REGISTER[name].basis for name in refused} == {"assumed"}
    assert len(stated) == len(refused) == 8
    assert (
        found["Identity and access beforehand", "off"].withheld == []
    )  # access is not what keeps a key out of use
    names = page("enable").partition('id="demands"')[2].partition("</details>")[0]
    assert all(f"#{name})" in names for name in stated | refused)


def test_checklist_has_a_box_for_each_item_and_the_page_every_demand() -> None:
    items = [item for group in data("decide")["checklist"] for item in group["items"]]
    assert (
        page("enable").count('<input type="checkbox"')
        == len(items)
        == len({item["id"] for item in items})
    )
    table = page("enable").partition('id="demands"')[2]
    assert {name for name in REGISTER if f"#{name})" in table} >= demands()


# What breaks what


@pytest.mark.parametrize(
    "begin", sorted({cause.start for cause in CAUSES}), ids=lambda begin: begin[0]
)
def test_every_command_that_loses_something_is_among_the_causes(begin: tuple[str, ...]) -> None:
    known = {type(commands_of(cause)[0]) for cause in CAUSES} | {
        type(read_command('the customer undeploys the model "legal-en-de"'))
    }
    state = start(begin)
    costly = set()
    assert {type(each) for each in alphabet()} == set(COMMANDS.values())
    for command in alphabet():
        outcome_state, outcome = MACHINE.step(state, command)
        observation = observe(MACHINE.world(outcome_state))
        if isinstance(outcome, Accepted) and not all(
            holds(loss.intact, observation) for loss in LOSSES
        ):
            costly.add(type(command))
    assert costly
    assert costly <= known


@pytest.mark.parametrize("cause", [*CAUSES, *HARMLESS], ids=lambda cause: cause.name)
def test_every_command_of_the_tables_is_accepted_and_changes_something(cause: Cause) -> None:
    state = start(cause.start)
    for command in commands_of(cause, remedied=True):
        before = state
        state, outcome = MACHINE.step(before, command)
        assert isinstance(outcome, Accepted), command
        assert state != before, command


@by_loss
def test_harmless_causes_lose_nothing(loss: Loss) -> None:
    assert all(effects.find(loss, cause, PICKLES, remedied=False).intact for cause in HARMLESS)


@by_cause
@by_loss
def test_every_cause_loses_everything_and_only_reading_comes_back(cause: Cause, loss: Loss) -> None:
    lost = effects.find(loss, cause, PICKLES, remedied=False)
    assert not lost.intact
    assert lost.grounds
    if cause.remedies:
        back = effects.find(loss, cause, PICKLES, remedied=True)
        assert back.intact == (loss.short == "data")
        assert back.by_hand == (loss.short == "models")
        assert len([name for name in back.grounds if name.startswith("restoration.")]) == 1


@pytest.mark.parametrize(
    ("name", "at_once", "uploaded", "deployed", "data"),
    [
        ("Managed identity disabled", "implied", "implied", "implied", "assumed"),
        ("Access revoked", "stated implied stated", "implied", "assumed", "assumed"),
        ("Key vault deleted", "implied", "implied", "assumed", "assumed"),
        ("Subscription moved to another tenant", "assumed", "assumed", "assumed", "assumed"),
        ("Key deleted", "assumed", "assumed", "assumed", "assumed"),
        ("Key disabled", "assumed", "assumed", "assumed", "assumed"),
        ("Resource deleted", "assumed", "assumed", "assumed", "assumed"),
    ],
)
def test_cell_has_the_basis_of_its_weakest_ground(
    name: str, at_once: str, uploaded: str, deployed: str, data: str
) -> None:
    (cause,) = (each for each in CAUSES if each.name == name)
    found = [effects.find(loss, cause, PICKLES, remedied=False).basis for loss in LOSSES]
    assert found == (at_once.split() if " " in at_once else [at_once] * 3)
    back = [effects.find(loss, cause, PICKLES, remedied=True).basis for loss in LOSSES]
    assert back == [uploaded, deployed, data]


def test_reasons_show_which_part_of_a_loss_is_stated_and_which_is_not() -> None:
    """The article states the losses of a disabled identity, and only implies that it can be
    disabled.
    """
    (line,) = re.findall(
        r"\n\| \*\*Managed identity disabled\*\*.*", section("what-breaks", 'id="back"')
    )
    because = line.split(" | ")[-1]
    shown = re.findall(r"#([a-z]+\.[a-z-]+)\) \*([a-z]+)\*", because)
    stated = [("identity.access-removed", "stated"), ("revocation.access-revoked", "stated")]
    assert shown == [("identity.disable", "implied"), *stated]


def test_requests_are_accepted_while_the_key_is_accessible_and_refused_without() -> None:
    nothing = effects.cause({"name": "Nothing", "commands": []})
    assert all(isinstance(effects.answer(nothing, action), Accepted) for action in effects.ACTIONS)
    assert all(
        isinstance(effects.answer(cause, action), Refused)
        for cause in CAUSES
        for action in effects.ACTIONS
    )
    words = [action.lower() for action in effects.ACTIONS]
    assert f"the model refuses to {', '.join(words[:-1])} and {words[-1]}." in page("what-breaks")


@by_cause
def test_pages_have_a_line_for_each_cause_in_each_table(cause: Cause) -> None:
    line = rf"\n\| \*\*{re.escape(cause.name)}\*\*[ <]"
    assert len(re.findall(line, page("what-breaks"))) == 2  # what is lost, and the way back
    assert len(re.findall(line, page("protect"))) == 1


# The matrix, the pictures and the queries


def test_matrix_of_the_home_page_has_every_cause_once_with_the_fates_that_the_model_shows() -> None:
    every = effects.cases((*CAUSES, *HARMLESS), content_of(a_run()))
    lines = effects.groups(every)
    assert sorted(name for each in lines for name in each.causes) == sorted(
        each.cause.name for each in every
    )
    fates = {
        name: dict(zip((loss.short for loss in LOSSES), each.fates, strict=True))
        for each in lines
        for name in each.causes
    }
    assert fates["Access revoked"] == {"documents": "lost", "models": "hand", "data": "back"}
    assert set(fates["Key vault not recovered in time, so purged"].values()) == {"lost"}
    assert set(fates["Key rotated, old version still enabled"].values()) == {"kept"}
    assert [each.fates.count("lost") for each in lines] == sorted(
        (each.fates.count("lost") for each in lines), reverse=True
    )
    home = conftest.green()["data/matrix.snippet"]
    assert all(f"**{name}**" in home for each in lines for name in each.causes)
    assert home.count("lost for good") == sum(each.fates.count("lost") for each in lines)


def test_home_page_shows_no_cause_as_surer_than_the_page_what_breaks_does() -> None:
    shown: dict[str, str] = {}
    for line in conftest.green()["data/matrix.snippet"].splitlines():
        if line.startswith("| **"):
            causes, *_, how_sure = re.split(
                r"(?<!\\)\| ", line.removeprefix("| ").removesuffix(" |")
            )
            bases = re.findall(r"\.basis-(\w+)", how_sure)
            shown |= {
                name: min(bases, key=WEAKEST_FIRST.index)
                for name in re.findall(r"\*\*(.+?)\*\*", causes)
            }
    for line in (
        page("what-breaks").partition("{ #causes }")[2].partition("<details")[0].splitlines()
    ):
        if line.startswith("| **"):
            (name, *_), bases = (
                re.findall(r"\*\*(.+?)\*\*", line),
                re.findall(r"\.basis-(\w+)", line),
            )
            assert WEAKEST_FIRST.index(shown.pop(name)) <= min(map(WEAKEST_FIRST.index, bases)), (
                name
            )
    assert set(shown) == {each.name for each in HARMLESS}


def test_causes_of_which_azure_may_do_better_or_worse_say_so_on_every_page() -> None:
    assert effects.CAVEATS
    for text in (conftest.green()["data/matrix.snippet"], page("what-breaks"), page("protect")):
        for name, caveat in effects.CAVEATS.items():
            (line, *_) = (
                each
                for each in text.splitlines()
                if each.startswith("| ") and f"**{name}**" in each
            )
            assert cell(caveat).text in line, name


SEEN_IN = {
    "Tenant": ("subscription", "resource", "vault"),
    "Key vault": ("vault",),
    "Key": ("key",),
    "Access policy": ("grant",),
    "Managed identity": ("resource",),
    "Resource": ("resource",),
}
"""The kinds of things of which one is seen to change when a part of the chain is cut."""


def test_chain_is_cut_where_each_cause_changes_something_and_nowhere_else() -> None:
    cuts = [(each["part"], command) for each in data("causes")["chain"] for command in each["cut"]]
    assert sorted(command for _, command in cuts) == sorted(
        {type(commands_of(cause)[-1]).__name__ for cause in CAUSES}
    )
    assert page("what-breaks").count('<text class="cut"') == len(cuts)
    for part, command in cuts:
        (cause, *_) = (each for each in CAUSES if type(commands_of(each)[-1]).__name__ == command)
        before, then = (
            observe(MACHINE.world(carried_out(MACHINE, start(cause.start), done)))
            for done in ([], commands_of(cause))
        )
        assert any(before[kind] != then[kind] for kind in SEEN_IN[part]), (part, command)


def test_loss_over_time_is_what_the_model_shows_and_can_still_reach() -> None:
    found = timeline()
    assert found
    assert {each["thing"]: each["fates"] for each in found["lines"]} == {
        "An uploaded document": ["there", "lost", "lost"],
        "A deployed model": ["there", "back", "lost"],
        "Data that can be read": ["there", "back", "lost"],
        "A key": ["there", "back", "lost"],
        "A key vault": ["there", "back", "lost"],
    }


def test_every_requirement_is_a_square_of_the_map_with_what_was_seen_of_it() -> None:
    cells = re.findall(
        r'<g class="cell kinds-(\d) seen-(\w+)"><title>([a-z.0-9-]+):', page("unknowns")
    )
    assert [name for *_, name in cells] == list(REGISTER)
    seen = by_requirement(load_seen())
    for kinds, word, name in cells:
        assert (word == "nobody") == (name not in seen)
        assert (word == "contradicts") == any(
            name in each.contradicts for each in seen.get(name, ())
        )
        assert (kinds == "0") == (REGISTER[name].kind == "attestation")


def test_queries_ask_for_every_operation_that_a_signal_or_an_alert_of_the_page_enable_names() -> (
    None
):
    texts = "".join(each["text"] for each in queries())
    for each in data("causes")["causes"]:
        assert all(
            f'"{named}"' in texts for named in re.findall(r"`([^`]+)`", cell(each["signal"]).text)
        ), each["name"]
    alerts = re.findall(r"operationName=(\S+)", page("enable"))
    assert {each.rpartition("/")[0] for each in alerts} >= {
        "Microsoft.KeyVault/vaults",
        "Microsoft.CognitiveServices/accounts",
    }
    assert all(f'"{each}"' in texts for each in alerts)


@by_cause
def test_cause_can_be_tried_unless_the_world_of_what_if_lacks_it(cause: Cause) -> None:
    """That world has one resource group, and no moves of it."""
    assert (effects.tried(cause) is None) == ("group" in cause.commands[0] or len(cause.start) > 1)
    assert (effects.tried(cause, remedied=True) is None) == (
        effects.tried(cause) is None or not cause.remedies
    )


def test_way_through_a_request_that_is_not_offered_leads_nowhere() -> None:
    start = "a deployed model under customer-managed keys"
    vault = read_command('the customer deletes the vault "kv-prod"')
    assert way(chart(), start, []) == f"what-if.html#from={start.replace(' ', '-')}"
    assert (
        way(chart(), start, [vault])
        == f"{way(chart(), start, [])}&amp;then={code(format_command(vault))}"
    )
    assert way(chart(), start, [read_command('the customer deletes the vault "strange"')]) is None
    moved = read_command(
        'the customer moves the resource "translator-prod" to the subscription "foreign"'
    )
    purged = read_command('the retention period of the vault "kv-prod" ends')
    assert way(chart(), start, [vault, purged, moved]) is None


# What can't be undone


def test_fates_are_those_of_the_article() -> None:
    found = {fate.thing["thing"]: fate for fate in fates()}
    assert all(fate.for_good for fate in found.values())
    document, deployed = found["An uploaded document"], found["A deployed model"]
    assert {"RevokeKeyAccess", "DisableIdentity", "DeleteVault"} <= set(document.for_good)
    assert (document.for_a_time, document.back) == ({}, {})
    assert {"RevokeKeyAccess", "DisableIdentity", "DeleteVault"} <= set(deployed.for_a_time)
    assert set(deployed.back) == {"DeployModel"}
    assert set(found["A key vault"].back) == {"RecoverVault"}
    assert "DeleteVault" in found["A key vault"].for_good


def test_every_command_of_a_fate_leads_to_its_reason_and_shows_its_basis() -> None:
    table = section("what-breaks", "things that can be lost for good")
    items = re.findall(r"<li>(.*?)</li>", table)
    assert items
    assert not [each for each in items if "](../specification/" not in each]
    assert (
        "[✘ disables the key](../specification/keys.md#keys.disable) *assumed*{ .basis "
        ".basis-assumed }" in table
    )
    assert "[✔ deploys the model](../specification/environment.md#environment.deploy)" in table


THINGS = dict(
    zip(LOSSES, ("An uploaded document", "A deployed model", "Data that can be read"), strict=True)
)


def test_a_change_has_the_same_basis_wherever_a_page_shows_it() -> None:
    """*What is lost* finds it by removing rows, *What if* by what the acceptance names, *Can't be
    undone* by both.

    That something does not happen has no row, and an acceptance names it nowhere.
    """
    ways = {fate.thing["thing"]: fate.for_good | fate.for_a_time for fate in fates()}
    happens = {row.requirement for row in ROWS}
    compared = set()
    for cause in CAUSES:
        command, *more = commands_of(cause)
        _, outcome = MACHINE.step(start(cause.start), command)
        cells = [(loss, effects.find(loss, cause, (), remedied=False)) for loss in LOSSES]
        if more or type(command).__name__ == "DeleteResource":
            continue
        rests_on = {
            loss: happens.intersection(cell.grounds) for loss, cell in cells if not cell.intact
        }
        lost = {loss: effects.basis(names) for loss, names in rests_on.items()}
        assert isinstance(outcome, Accepted)
        assert effects.basis(outcome.by) == min(lost.values(), key=WEAKEST_FIRST.index), cause.name
        for loss, found in lost.items():
            if way := ways[THINGS[loss]].get(type(command).__name__):
                assert way.basis == found, cause.name
                compared.add((type(command).__name__, found))
    assert compared >= {
        ("DisableKey", "assumed"),
        ("RevokeKeyAccess", "stated"),
        ("DeleteVault", "implied"),
    }


@pytest.mark.parametrize("life", data("causes")["lives"], ids=lambda life: life["life"])
def test_every_state_has_its_place_and_every_transition_its_arrow(life: dict[str, Any]) -> None:
    found = transitions(life)
    assert {state for ends in found for state in ends} == life["states"].keys()
    drawn = one_life(life)["picture"]
    assert [*map(len, (drawn["arrows"], drawn["boxes"]))] == [len(found), len(life["states"])]
    ends = {name for name, state in life["states"].items() if state.get("end")}
    assert ends == life["states"].keys() - {before for before, _ in found}


def test_arrow_goes_around_a_box_on_the_side_where_it_is_not_and_away_from_the_one_that_comes_back() -> (
    None
):
    places = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (1, 1), "e": (1, 2)}
    boxes = {name: middle(*place) for name, place in places.items()}

    def bend(*arrows: tuple[str, str]) -> complex:
        return complex(picture("x", "x", boxes, (), arrows)["arrows"][0]["bend"])

    assert between(boxes["b"], boxes["a"], boxes["c"])
    bends = {
        bend(("a", "b")),
        bend(("a", "b"), ("b", "a")),
        bend(("b", "a"), ("a", "b")),
        bend(("a", "c")),
    }
    assert len(bends) == 4
    for side, away in (("a", -1), ("c", 1)):
        assert between(boxes["d"], boxes[side], boxes["e"])
        assert (bend((side, "e")) - (boxes[side] + boxes["e"]) / 2).real * away > 0


CALLED = {
    "assum": ["assumed"],
    "implied": ["implied"],
    "stated": ["stated"],
    "not specified": ["assumed", "environment"],
}
"""The bases that a requirement may have where the text of a link to it has this word."""


def test_links_call_a_requirement_what_the_register_calls_it() -> None:
    texts = "".join(text for name, text in conftest.green().items() if name.startswith("decide/"))
    links = re.findall(
        r"((?:[Ww]e assume that )?)\[([^][]+)\]\([^()]*#([a-z]+\.[a-z0-9-]+)\)", texts
    )
    called = [(lead + text, name) for lead, text, name in links if text != REGISTER[name].title]
    found = [(word, text, name) for text, name in called for word in CALLED if word in text.lower()]
    assert found
    assert [each for each in found if REGISTER[each[2]].basis not in CALLED[each[0]]] == []
