"""The tables of the page that answers "what if", read without a line of the code that wrote them."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from translator_cmk.explore.memoised import Memoised
from translator_cmk.explore.what_if import WHAT_IF
from translator_cmk.language.gherkin import use_in_words
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, Outcome, Refused, State, initial
from translator_cmk.site.what_if import what_if_tables

MACHINE = Machine(ROWS)
Row = tuple[int, ...]


class Tables:
    """The tables, read without a line of the code that wrote them."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = json.loads(json.dumps(what_if_tables()))
        self.sentences: list[str] = self.data["sentences"]
        self.outcomes = [self._outcome(**each) for each in self.data["outcomes"]]
        self._nodes = [
            (place, other, dict(zip(rest[::2], rest[1::2], strict=True))) for place, other, *rest in self.data["nodes"]
        ]

    def _outcome(self, outcome: str, requirements: list[int], **more: Any) -> dict[str, Any]:
        """An outcome, with words for its numbers."""
        names = {self.data["requirements"][each]["id"] for each in requirements}
        uses = {"uses": {self.sentences[each] for each in more["uses"]}} if "uses" in more else {}
        return {"outcome": outcome, "requirements": names, **more, **uses}

    def ask(self, reference: int, row: Row) -> int:
        """What a diagram answers."""
        while reference < 0:
            place, other, rest = self._nodes[~reference]
            reference = rest.get(row[place], other)
        return reference

    def step(self, row: Row, command: int) -> tuple[int | None, Row]:
        """The number of the outcome of a command, or None where it is not offered, and the state after it."""
        outcome, *changes = self.data["steps"][self.ask(self.data["commands"][command]["step"], row)] or [None]
        if not changes:
            return outcome, row
        after = list(row)
        for place, number in zip(changes[::2], changes[1::2], strict=True):
            after[place] = number
        return outcome, tuple(after)

    def facts(self, row: Row) -> Iterator[str]:
        """What is seen in a state, as sentences."""
        for place in self.data["places"]:
            there, *sentences = self.data["looks"][self.ask(place["look"], row)]
            if there:
                yield from (self.sentences[each] for each in sentences)

    def there(self, row: Row, loss: Mapping[str, Any]) -> bool:
        """Whether what can be lost is there."""
        return self.sentences[loss["there"]] in self.facts(row)

    def way(self, reference: int, row: Row) -> tuple[list[int], Row]:
        """The commands that a diagram of a shortest way gives, and where they lead."""
        taken = []
        while number := self.ask(reference, row):
            outcome, row = self.step(row, number - 1)
            assert outcome is not None
            taken.append(number - 1)
        return taken, row


@cache
def tables() -> Tables:
    """The tables, made once, and not before a test needs them."""
    return Tables()


def outcome_in_table(outcome: Outcome) -> dict[str, Any]:
    """An outcome of the model as the tables should have it."""
    match outcome:
        case Accepted(by=by, audit=audit):
            return {"outcome": "accepted", "requirements": by, "uses": {use_in_words(use) for use in audit}}
        case Refused(because=because):
            names = because <= {"environment.exists", "environment.new-name"}
            return {"outcome": "refused", "requirements": because, "names": names}
    return {"outcome": "unspecified", "requirements": outcome.silent}


class Chart(NamedTuple):
    """The model's states with the rows of the tables that stand for them, and where each command leads."""

    states: dict[Row, State]
    rows: dict[State, Row]
    after: dict[Row, list[Row | None]]


@cache
def chart() -> Chart:
    """All of the scope, gone through with the model and with the tables side by side; fails where they part."""
    step = Memoised(MACHINE.step).step
    look_up, outcomes = tables().step, tables().outcomes
    start: Row = tuple(tables().data["starts"][0]["row"])
    states = {start: initial(DEFAULT_STAGE)}
    rows = {states[start]: start}
    after: dict[Row, list[Row | None]] = {}
    agreed: set[tuple[int, Outcome]] = set()
    for row in (waiting := [start]):
        state = states[row]
        leads = after[row] = []
        for number, command in enumerate(WHAT_IF.alphabet):
            outcome, next_row = look_up(row, number)
            assert (outcome is not None) == WHAT_IF.offers(command, state), command
            leads.append(None if outcome is None else next_row)
            if outcome is None:
                continue
            reached, came = step(state, command)
            pair = (outcome, came)
            if pair not in agreed:
                assert outcomes[outcome] == outcome_in_table(came), (row, command)
                agreed.add(pair)
            if reached is state:
                assert next_row == row, (row, command)
                continue
            if next_row not in states:
                states[next_row] = reached
                waiting.append(next_row)
            assert states[next_row] == reached, (row, command)
            assert rows.setdefault(reached, next_row) == next_row, (row, command)
    return Chart(states, rows, after)


def forward(start: Row, without: frozenset[int] = frozenset()) -> dict[Row, int]:
    """Every state that can be reached, and in how many commands."""
    found = {start: 0}
    waiting = deque(found)
    while waiting:
        row = waiting.popleft()
        for number, after in enumerate(chart().after[row]):
            if after is not None and number not in without and after not in found:
                found[after] = found[row] + 1
                waiting.append(after)
    return found
