"""The tables of the page that answers "what if" say exactly what the model says, of every request in every state."""

import random
from functools import cache

import pytest

from tests.site.building import REGISTER, content_of
from tests.site.what_if_reading import MACHINE, Row, chart, forward, tables
from translator_cmk.explore.what_if import WHAT_IF
from translator_cmk.language.facts import ABSENT, Fact
from translator_cmk.language.sentences import FACT_PHRASES, format_fact, read_command, read_fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, ROWS, Machine, initial, observe
from translator_cmk.machine.commands import DeleteResource, MoveResourceGroup
from translator_cmk.site import pages as site_pages
from translator_cmk.site import what_if
from translator_cmk.site.what_if import Tables, charted

WITH_A_SENTENCE = {(phrase.kind, phrase.field) for phrase in FACT_PHRASES}


@cache
def some_rows() -> list[Row]:
    """States from all over the scope."""
    return random.Random(1).sample(sorted(chart().states), 20)


def test_tables_have_every_state_and_every_request_of_the_scope() -> None:
    pairs = sum(each is not None for leads in chart().after.values() for each in leads)
    assert tables().data["scope"] == {
        "name": WHAT_IF.name,
        "sentence": WHAT_IF.sentence,
        "states": len(chart().states),
        "steps": pairs,
    }
    assert len(chart().states) == WHAT_IF.states
    assert len(chart().states) >= 4_000
    assert tuple(read_command(each["sentence"]) for each in tables().data["commands"]) == WHAT_IF.alphabet


def test_what_is_seen_is_what_the_model_shows() -> None:
    places = {(each["kind"], each["name"]) for each in tables().data["places"]}
    for row, state in chart().states.items():
        shown = set()
        for kind, entities in observe(MACHINE.world(state)).items():
            for name, fields in entities.items():
                if (kind, name) not in places:
                    continue  # it never changes
                seen = {"exists": True, **fields} | ({"key": fields.get("key", ABSENT)} if kind == "resource" else {})
                shown |= {
                    sentence(kind, name, field, value)
                    for field, value in seen.items()
                    if (kind, field) in WITH_A_SENTENCE
                }
        assert set(tables().facts(row)) == shown, row


@cache
def sentence(kind: str, name: str, field: str, value: object) -> str:
    """The sentence of a fact."""
    return format_fact(Fact(kind, name, field, value))


def test_a_thing_always_has_its_sentences_in_the_same_order() -> None:
    for place in tables().data["places"]:
        looks = {tables().ask(place["look"], row) for row in chart().states}
        fields = {
            tuple(read_fact(tables().sentences[each])[:3] for each in sentences)
            for there, *sentences in (tables().data["looks"][look] for look in looks)
            if there
        }
        assert len(fields) == 1, place["title"]


def test_every_loss_for_good_is_one_that_nothing_here_undoes() -> None:
    for row in some_rows():
        reached = forward(row)
        for bit, loss in enumerate(tables().data["losses"]):
            made = row[loss["place"]] > 0
            never = made and not any(tables().there(each, loss) for each in reached)
            assert bool(tables().ask(tables().data["for_good"], row) >> bit & 1) == never, (row, loss)


def test_shortest_way_to_lose_everything_is_shortest_from_every_start() -> None:
    otherwise = frozenset(at for at, command in enumerate(WHAT_IF.alphabet) if isinstance(command, DeleteResource))
    for start in tables().data["starts"]:
        reached = forward(tuple(start["row"]), otherwise)
        lost = {each: tables().ask(tables().data["for_good"], each).bit_count() for each in reached}
        most = max(lost.values())
        taken, end = tables().way(tables().data["to_lose"], tuple(start["row"]))
        assert (lost[end], len(taken)) == (most, min(reached[each] for each in lost if lost[each] == most))
        assert not otherwise & set(taken)


def test_way_back_is_shortest_and_is_there_unless_it_is_for_good() -> None:
    for row in some_rows():
        reached = forward(row)
        for loss in tables().data["losses"]:
            distances = [far for each, far in reached.items() if tables().there(each, loss)]
            taken, end = tables().way(loss["back"], row)
            assert len(taken) == min(distances, default=0)
            assert tables().there(end, loss) == bool(distances)


def test_starts_are_the_situations_that_the_scope_has() -> None:
    nothing, *others = tables().data["starts"]
    assert nothing["row"] == [0] * len(tables().data["places"])
    found = {}
    for situation in situations().values():
        state = initial(DEFAULT_STAGE)
        way = [state]
        for command in situation.commands:
            state, _ = MACHINE.step(state, command)
            way.append(state)
        if all(each in chart().rows for each in way):
            found[situation.name] = [chart().rows[each] for each in way]
    assert [each["name"] for each in others] == list(found)
    for start in others:
        way_there = found[start["name"]]
        assert tuple(start["row"]) == way_there[-1]
        ever = [any(tables().there(each, loss) for each in way_there) for loss in tables().data["losses"]]
        assert [bool(start["there"] >> bit & 1) for bit in range(len(ever))] == ever


def test_nearly_every_kind_of_request_can_be_made() -> None:
    assert set(COMMANDS.values()) - {type(each) for each in WHAT_IF.alphabet} == {MoveResourceGroup}


@pytest.mark.parametrize("lacking", [None, "vault.same-region"])
def test_page_names_the_demands_and_silences_that_no_request_of_it_meets(
    lacking: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = [each for each in tables().outcomes if lacking not in each["requirements"]]
    met = {name for each in without if each["outcome"] != "accepted" for name in each["requirements"]}
    kept = [tables().data["outcomes"][tables().outcomes.index(each)] for each in without]
    monkeypatch.setattr(what_if, "what_if_tables", lambda: tables().data | {"outcomes": kept})
    (text,) = (text for path, text in site_pages.pages(content_of(None)) if path == "decide/what-if.md")
    named = text.partition("No request of this page meets")[2].partition("\n")[0]
    demands = {each.id for each in REGISTER.values() if each.kind in ("demand", "silence")}
    assert {name for name in REGISTER if f"#{name})" in named} == demands - met
    assert lacking is None or lacking in named


def test_codes_of_requests_differ() -> None:
    codes = [each["code"] for each in tables().data["commands"]]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("requirement", ["environment.create-resource", "environment.create-vault"])
def test_broken_model_has_tables_too(requirement: str) -> None:
    broken = Machine(row for row in ROWS if row.requirement != requirement)
    found = Tables(charted(WHAT_IF, broken), REGISTER).as_json()
    assert 0 < len(found["losses"]) < len(tables().data["losses"])
