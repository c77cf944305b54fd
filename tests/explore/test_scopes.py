"""Scopes are as described: their starts are reached, their bounds hold, and coverage reports what they exercise."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from translator_cmk.explore.commands import chosen
from translator_cmk.explore.coverage.reach import reached_data, worlds
from translator_cmk.explore.memoised import Memoised
from translator_cmk.explore.row_sources import row_sources
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    State,
    initial,
    observe,
)
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import Refuse, Row
from translator_cmk.requirements import TOPICS

SMALL = chosen(None)
NAMED = {scope.name: scope for scope in SCOPES}


class Walked(NamedTuple):
    """A step of a search: number of the state before, command, outcome, number of the state after."""

    before: int
    command: Command
    outcome: Outcome
    after: int


def walk(scope: Scope, machine: Machine, see: Callable[[State], Any] = lambda _: None) -> Iterator[Walked]:
    """Every step of a scope, by a search that shares nothing with the others but the memoised machine."""
    memoised = Memoised(machine.step)
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, _ = memoised.step(state, command)
    numbers = {state: 0}
    states = [state]
    for number, state in enumerate(states):
        see(state)
        for command in scope.alphabet:
            if scope.offers(command, state):
                after, outcome = memoised.step(state, command)
                if after not in numbers:
                    numbers[after] = len(states)
                    states.append(after)
                yield Walked(number, command, outcome, numbers[after])


def noting(rows: tuple[Row, ...], applied: set[int]) -> list[Row]:
    """The rows, each of which notes its number when it applies."""

    def noted(condition: Callable[..., bool], number: int, when: bool) -> Callable[..., bool]:
        def check(*seen: Any) -> bool:
            holds = condition(*seen)
            if holds is when:
                applied.add(number)
            return holds

        return check

    return [
        row._replace(unless=noted(row.unless, number, when=False))
        if isinstance(row, Refuse)
        else row._replace(when=noted(row.when, number, when=True))
        for number, row in enumerate(rows)
    ]


def topics(outcome: Outcome) -> set[str]:
    ids = outcome.by if isinstance(outcome, Accepted) else outcome[0]
    return {name.partition(".")[0] for name in ids}


class Exercised(NamedTuple):
    """What scopes exercise: numbers of rows, and pairs of topics in successive steps."""

    rows: frozenset[int]
    pairs: frozenset[frozenset[str]]


@cache
def exercised(scopes: tuple[Scope, ...]) -> Exercised:
    rows: set[int] = set()
    pairs: set[frozenset[str]] = set()
    for scope in scopes:
        machine = Machine(noting(ROWS, rows))
        into: dict[int, set[str]] = {}
        out: dict[int, set[str]] = {}
        for step in walk(scope, machine, see=lambda state, machine=machine: observe(machine.world(state))):  # type: ignore[misc]  # the machine of this round
            named = topics(step.outcome)
            out.setdefault(step.before, set()).update(named)
            if step.after != step.before:
                into.setdefault(step.after, set()).update(named)
        found = (frozenset((one, two)) for state, ones in into.items() for one in ones for two in out.get(state, ()))
        pairs.update(pair for pair in found if len(pair) == 2)
    return Exercised(frozenset(rows), frozenset(pairs))


def test_coverage_reports_each_row_and_each_pair_of_topics_that_scopes_do_not_exercise() -> None:
    """Counted twice: by the recorded machine of the report, and by a walk that shares nothing with it but the rows."""
    scopes = (NAMED["vaults-and-keys"],)  # which starts from nothing: the report does not count the way to a start
    found, everything = exercised(scopes), worlds(scopes).everything
    report = reached_data(everything, everything)
    named = {number: f"{source.row.requirement} ({source.place})" for number, source in enumerate(row_sources())}
    assert report["rows"]["missing"] == [name for number, name in named.items() if number not in found.rows]
    assert report["rows"]["missing"]
    assert everything.topic_pairs == found.pairs


def test_every_two_topics_meet_in_successive_steps_of_a_small_scope() -> None:
    """A step in which a row of the one topic changes something comes right before one in which the other applies."""
    pairs = exercised(tuple(SMALL)).pairs
    assert [pair for pair in combinations(TOPICS, 2) if frozenset(pair) not in pairs] == []


def test_every_command_is_in_a_small_scope() -> None:
    assert {type(command) for scope in SMALL for command in scope.alphabet} == set(COMMANDS.values())


def test_there_is_a_scope_of_every_size() -> None:
    """From one that fits a picture to one that takes long, and one more to come."""
    sizes = [scope.states or 0 for scope in SCOPES]
    for least, most in ((10, 99), (2_000, 3_000), (100_000, 200_000), (900_000, 2_000_000), (10_000_000, 99_999_999)):
        assert any(least <= size <= most for size in sizes)


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: str(scope.name))
def test_start_of_a_scope_is_reached(scope: Scope) -> None:
    machine, state = Machine(ROWS), initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        assert isinstance(outcome, Accepted), command


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: str(scope.name))
def test_alphabet_of_a_scope_has_no_command_twice(scope: Scope) -> None:
    assert len(set(scope.alphabet)) == len(scope.alphabet)


def test_names_in_scopes_read_like_those_of_situations() -> None:
    """The usual name of a thing, after other or third or before a number."""
    usual = {"resource": "translator"} | {word: word for word in ("vault", "key", "workspace", "document", "model")}
    commands = [c for scope in SCOPES for c in scope.alphabet] + [c for s in situations().values() for c in s.commands]
    for command in commands:
        for field, value in command.as_dict().items():
            if field in usual and value is not None:
                assert re.fullmatch(f"((other|third)-)?{usual[field]}(-[1-9])?", value), command


def test_scopes_have_names_of_their_own_and_a_sentence() -> None:
    assert len({scope.name for scope in SCOPES}) == len(SCOPES)
    assert all(scope.sentence.endswith(".") for scope in SCOPES)


def test_no_key_is_rotated_beyond_the_bound() -> None:
    scope = NAMED["vaults-and-keys"]
    versions: set[int] = set()

    def see(state: State) -> None:
        versions.update(record[Key.position["version"]] for record in state.tables[Key].values())

    for _ in walk(scope, Machine(ROWS), see):
        pass
    assert versions == set(range(1, scope.versions + 1))
