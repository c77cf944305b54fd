"""The pages for architects are read from the model: rules, conditions, causes, and what can't be
undone.
"""

import re
from collections.abc import Mapping
from itertools import product

import pytest

from tests.site import conftest
from tests.site.conftest import REGISTER, a_run, content_of
from translator_cmk.conformance.run.fuzz import alphabet
from translator_cmk.language.facts import Fact, holds
from translator_cmk.language.sentences import read_command
from translator_cmk.machine import Accepted, observe
from translator_cmk.machine.commands import COMMANDS
from translator_cmk.oracle.grounds import carried_out
from translator_cmk.requirements.consequences import Event
from translator_cmk.requirements.register import WEAKEST_FIRST
from translator_cmk.site import decide
from translator_cmk.site.content import register_digest
from translator_cmk.site.decide import CHANNELS, conditions, demands
from translator_cmk.site.losses import events
from translator_cmk.site.losses.chain import Part, chain
from translator_cmk.site.losses.events import (
    CAUSES,
    EVENTS,
    HARMLESS,
    LOSSES,
    Words,
    cases,
    commands_of,
    example,
    start,
)
from translator_cmk.site.losses.over_time import timeline
from translator_cmk.site.render import CHOICES
from translator_cmk.site.sourced import cell, data
from translator_cmk.system import MACHINE

RULES = data("decide")["rules"]
QUESTIONS = [each["id"] for each in data("decide")["questions"]]

by_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.event)
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.what)


def page(green: Mapping[str, str], name: str) -> str:
    """A page for architects, made from a run in which everything passed."""
    return green[f"decide/{name}.md"]


def section(green: Mapping[str, str], name: str, begins: str) -> str:
    """What is folded on a page, from a mark on."""
    return page(green, name).partition(begins)[2].partition("</details>")[0]


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


def test_record_names_what_it_rests_on_and_keeps_assumptions_apart_from_what_is_not_specified(
    green: Mapping[str, str],
) -> None:
    record = page(green, "index").partition("<article")[2].partition("</article>")[0]
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


def printed_basis(name: str) -> str:
    """The basis that stands behind a requirement; a silence has the mark of what is unknown."""
    if REGISTER[name].kind == "silence":
        return ""
    return REGISTER[name].basis


def test_every_value_is_shown_with_its_result_and_the_basis_of_each_part_of_it(
    green: Mapping[str, str],
) -> None:
    table = page(green, "enable").partition("{ #conditions }")[2].partition("## ")[0]
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
                        (name, printed_basis(name)) for name in value.withheld + value.because
                    ]
                elif word == "not specified":
                    assert item.startswith("? ")
                    assert links == [(name, "") for name in value.because]


def test_no_key_is_put_in_use_by_what_the_article_states_and_refused_by_what_we_assume(
    green: Mapping[str, str],
) -> None:
    stated: set[str] = set()
    refused: set[str] = set()
    for condition in conditions():
        for value in condition.values:
            if value.withheld:
                stated.update(value.withheld)
                refused.update(value.because)
    assert {REGISTER[name].basis for name in stated} == {"stated"}
    assert {REGISTER[name].basis for name in refused} == {"assumed"}
    # each condition has a requirement that the key isn't used, and one that the request is refused
    assert {REGISTER[name].refusal_of for name in refused} == stated
    names = page(green, "enable").partition("{ #conditions }")[2].partition("</details>")[0]
    for name in stated | refused:
        assert f"#{name})" in names


# What breaks what


def fact_of(words: Words) -> Fact:
    """The fact that the example of a loss is intact."""
    loss, name = example(words)
    return Fact(loss.kind, name, loss.field, loss.intact)


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
            holds(fact_of(loss), observation) for loss in LOSSES
        ):
            costly.add(type(command))
    assert costly
    assert costly <= known


@pytest.mark.parametrize("cause", [*CAUSES, *HARMLESS], ids=lambda cause: cause.event)
def test_every_command_of_the_tables_is_accepted_and_changes_something(cause: Event) -> None:
    state = start(cause.start)
    for command in commands_of(cause, remedied=True):
        before = state
        state, outcome = MACHINE.step(before, command)
        assert isinstance(outcome, Accepted), command
        assert state != before, command


@by_loss
def test_harmless_causes_lose_nothing(loss: Words) -> None:
    assert all(events.find(loss, cause, remedied=False).intact for cause in HARMLESS)


@by_cause
@by_loss
def test_every_cause_loses_everything_and_only_reading_comes_back(
    cause: Event, loss: Words
) -> None:
    lost = events.find(loss, cause, remedied=False)
    assert lost.grounds.fate == "lost"
    assert lost.rests_on
    if cause.remedies:
        back = events.find(loss, cause, remedied=True)
        fates_by_loss = {"documents": "lost", "models": "by-hand", "data": "back"}
        assert back.grounds.fate == fates_by_loss[loss.loss]


# What the article says of each event at once and after its remedies, read beside it: the basis of documents, models, data
ARTICLE = {
    "Managed identity disabled": ("stated stated stated", "implied assumed assumed"),
    "Access revoked": ("stated stated stated", "implied assumed assumed"),
    "Key vault deleted": ("stated stated implied", "implied assumed assumed"),
    "Key vault not recovered in time, so purged": (
        "stated stated implied",
        "implied assumed assumed",
    ),
    "Access of another resource revoked": ("implied implied implied", ""),
}
"""All others rest on what we assume."""
ASSUMED = "assumed assumed assumed"
SENTENCES = {
    "Managed identity disabled": ("S33", "S32", "S30"),
    "Access revoked": ("S46", "S45", "S44"),
    "Key vault deleted": ("S42", "S41", ""),
    "Key vault not recovered in time, so purged": ("S42", "S41", ""),
}
"""Where a sentence says it in so many words, of documents, models, data."""


def marks_in(cell: str) -> list[str]:
    """The bases that a cell shows."""
    return re.findall(r"\.basis-(\w+)", cell)


def sentences_in(cell: str) -> list[str]:
    """The statements of the article that a cell links to."""
    return re.findall(r"traceability\.md#s\d+\)", cell)


def line_of(page: str, event: str) -> list[str]:
    """The cells of an event's line in a table: the first names it, perhaps among others."""
    for line in page.splitlines():
        if line.startswith("| ") and f"**{event}**" in line:
            return re.split(r"(?<!\\)\| ", line.removeprefix("| ").removesuffix(" |"))[:4]
    raise AssertionError(event)


def bases_in(line: list[str]) -> list[tuple[str, ...]]:
    """The basis of a loss and of what comes back, for each cell after the first: the mark that it
    has, else that of the whole line, else what the legend says of most.
    """
    usual = marks_in(line[0]) * 2 or ["stated", "assumed"]
    found = []
    for written in line[1:]:
        loss, back = (marks_in(part) for part in written.split("<br>"))
        found.append((*(loss or usual[:1]), *(back or usual[1:])))
    return found


@pytest.mark.parametrize("event", [each.event for each in EVENTS])
def test_pages_say_of_a_loss_what_the_article_says_of_it(
    green: Mapping[str, str], event: str
) -> None:
    at_once, afterwards = ARTICLE.get(event, (ASSUMED, ASSUMED))
    stated = at_once.startswith("stated")
    assert stated == (f"**{event}**" in green["data/matrix.snippet"])
    breaks = line_of(page(green, "what-breaks"), event)
    if event in {each.event for each in HARMLESS}:
        assert [marks_in(each) for each in breaks[1:]] == [[basis] for basis in at_once.split()]
        return
    lines = [breaks, *([line_of(green["data/matrix.snippet"], event)] if stated else [])]
    for line in lines:
        assert bases_in(line) == list(zip(at_once.split(), afterwards.split(), strict=True))
        together = [name for name in ARTICLE if f"**{name}**" in line[0]]
        for at, basis in enumerate(at_once.split()):
            loss, _ = line[at + 1].split("<br>")
            named = [SENTENCES[name][at].lower() for name in together if basis == "stated"]
            assert sentences_in(loss) == [f"traceability.md#{each})" for each in named]


def test_table_of_consequences_has_every_row_with_sentences_and_the_weakest_part(
    green: Mapping[str, str],
) -> None:
    text = green["evidence/consequences.md"]
    for event in EVENTS:
        shown = text.partition(f"## {event.event} {{")[2].partition("\n## ")[0]
        lines = [line for line in shown.splitlines() if line.startswith("| ")][1:]
        rows = {"at once": event.at_once, "afterwards": event.afterwards}
        for when, row_of in rows.items():
            for words in LOSSES if row_of else ():
                row = row_of[words.loss]
                [line] = [line for line in lines if when in line[:15] and f"{words.what}: " in line]
                assert marks_in(line)[0] == row.basis
                assert all(f"#{statement.lower()})" in line for statement in row.statements)
                assert ("Weakest part" in line) == (row.basis != "stated")
                assert all(f"#{name})" in line for name in row.requirements)


# The matrix and the pictures


def test_matrix_of_the_home_page_has_the_fates_that_the_model_shows() -> None:
    lines = events.groups(events.cases(EVENTS))
    fates = {
        case.event.event: [cell.fate for cell in line.cells]
        for line in lines
        for case in line.cases
    }
    assert [loss.loss for loss in LOSSES] == ["documents", "models", "data"]
    assert fates["Access revoked"] == ["lost", "hand", "back"]
    assert set(fates["Key vault not recovered in time, so purged"]) == {"lost"}
    assert set(fates["Key rotated, old version still enabled"]) == {"kept"}


def test_what_azure_can_undo_and_the_simulation_cannot_is_open_and_not_lost(
    green: Mapping[str, str],
) -> None:
    assert events.OPEN
    for name, told in events.OPEN.items():
        (line, *_) = (
            each
            for each in page(green, "what-breaks").splitlines()
            if each.startswith("| ") and f"**{name}**" in each
        )
        assert cell(told).text in line, name
        assert line.count(events.RETURNS["open"]) == len(LOSSES)
        assert events.RETURNS["lost"] not in line


def test_nothing_comes_back_without_doubt_where_microsoft_warns_that_it_may_not(
    green: Mapping[str, str],
) -> None:
    warned = {name for name, told in events.TOLD.items() if "warning" in told}
    assert {name for name in events.TOLD if "moved to another tenant" in name} == warned
    for case in cases(CAUSES):
        doubted = [after.doubted for after in case.remedied]
        assert doubted == [
            case.event.event in warned and after.grounds.fate != "lost" for after in case.remedied
        ]
        _, *breaks = line_of(page(green, "what-breaks"), case.event.event)
        for shown, after, is_doubted in zip(breaks, case.remedied, doubted, strict=True):
            assert ("? perhaps" in shown) == is_doubted
            assert ("✔ " in shown or "↻ " in shown) == (
                not is_doubted and after.grounds.fate != "lost"
            )


def test_step_of_a_way_back_has_the_basis_of_what_the_model_rests_it_on(
    green: Mapping[str, str],
) -> None:
    table = section(green, "what-breaks", 'id="back"')
    for case in cases(CAUSES):
        state = carried_out(MACHINE, start(case.event.start), commands_of(case.event))
        line = next(each for each in table.splitlines() if f"**{case.event.event}**" in each)
        steps = re.findall(r"<li>(.*?)</li>", line.partition("<ol>")[2].partition("</ol>")[0])
        for step, sentence in zip(steps, case.event.remedies, strict=True):
            state, outcome = MACHINE.step(state, read_command(sentence))
            assert isinstance(outcome, Accepted)
            bases = {REGISTER[name].basis for name in outcome.by}
            assert marks_in(step) == [min(bases, key=WEAKEST_FIRST.index)]
            assert step.startswith(sentence.removeprefix("the customer "))


def test_sentence_that_speaks_against_a_loss_is_named_as_such(green: Mapping[str, str]) -> None:
    text = green["evidence/consequences.md"]
    against = {name: told["against"] for name, told in events.TOLD.items() if "against" in told}
    assert against
    for event in CAUSES:
        shown = text.partition(f"## {event.event} {{")[2].partition("\n## ")[0]
        for line in shown.splitlines():
            _, marked, named = line.partition("against it: ")
            speaks_for = line.removesuffix(named)
            for statement in against.get(event.event, ()):
                assert event.at_once["data"].statements.count(statement) == 1
                assert f"#{statement.lower()})" not in speaks_for
            assert bool(marked) == ("#s5)" in line)


SEEN_IN = {
    "Tenant": ("subscription", "resource", "vault"),
    "Key vault": ("vault",),
    "Key": ("key",),
    "Access policy": ("grant", "vault"),
    "Managed identity": ("resource",),
    "Resource": ("resource",),
}
"""The kinds of things of which one is seen to change when a part of the chain is cut."""


def cuts() -> list[tuple[str, str]]:
    """Each part of the chain in the data, with each cause that cuts it."""
    return [(each["part"], cause) for each in data("causes")["chain"] for cause in each["cut"]]


def test_chain_is_cut_at_a_part_of_which_something_is_seen_to_change() -> None:
    for part, name in cuts():
        cause = next(each for each in CAUSES if each.event == name)
        begin = start(cause.start)
        before = observe(MACHINE.world(begin))
        after = observe(MACHINE.world(carried_out(MACHINE, begin, commands_of(cause))))
        assert any(before[kind] != after[kind] for kind in SEEN_IN[part]), (part, name)


def drawn() -> list[Part]:
    """The chain as it is drawn."""
    return chain(cases(CAUSES))


def test_cut_of_the_chain_is_dashed_where_a_loss_by_it_is_assumed_and_solid_elsewhere(
    green: Mapping[str, str],
) -> None:
    lines = {(part.name, cut.says): cut.line for part in drawn() for cut in part.cuts}
    assert lines["Managed identity", "disabled"] == "solid"
    assert lines["Access policy", "revoked"] == "solid"
    assert lines["Key vault", "deleted"] == "solid"
    assert lines["Key", "disabled"] == "dashed"
    assert lines["Tenant", "subscription leaves it"] == "dashed"
    text = page(green, "what-breaks")
    for line in ("solid", "dashed"):
        shown = text.count(f'<path class="cut-line {line}"')
        assert shown == list(lines.values()).count(line) > 0


def test_loss_over_time_is_what_the_model_shows_and_can_still_reach() -> None:
    found = timeline(cases(CAUSES)).bars
    assert {thing: [bar.fate for bar in bars] for thing, bars in found.items()} == {
        "uploaded document": ["there", "lost", "lost"],
        "deployed model": ["there", "back", "lost"],
        "readable data": ["there", "back", "lost"],
        "key vault": ["there", "back", "lost"],
    }


def test_loss_over_time_is_dashed_where_the_table_of_causes_says_assumed() -> None:
    bars = timeline(cases(CAUSES)).bars
    (deleted,) = (each for each in cases(CAUSES) if each.event.event == "Key vault deleted")
    for lost, after in zip(deleted.lost, deleted.remedied, strict=True):
        (thing,) = (
            each["thing"] for each in data("causes")["timed"] if each.get("loss") == lost.words.loss
        )
        bar = bars[thing][1]
        basis = lost.basis if bar.fate == "lost" else after.basis
        assert (bar.line == "dashed") == (basis == "assumed"), thing
    assert bars["deployed model"][1].line == "dashed"
    assert bars["key vault"][1].line == "solid"
    assert {bar.line for bar in bars["uploaded document"]} == {"solid"}


# What pages call a requirement


CALLED = {
    "assum": ["assumed"],
    "implied": ["implied"],
    "stated": ["stated"],
    "not specified": ["assumed", "environment"],
}
"""The bases that a requirement may have where the text of a link to it has this word."""


def test_links_call_a_requirement_what_the_register_calls_it(green: Mapping[str, str]) -> None:
    texts = "".join(text for name, text in green.items() if name.startswith("decide/"))
    links = re.findall(
        r"((?:[Ww]e assume that )?)\[([^][]+)\]\([^()]*#([a-z]+\.[a-z0-9-]+)\)", texts
    )
    called = [(lead + text, name) for lead, text, name in links if text != REGISTER[name].title]
    found = [(word, text, name) for text, name in called for word in CALLED if word in text.lower()]
    assert found
    assert [each for each in found if REGISTER[each[2]].basis not in CALLED[each[0]]] == []
