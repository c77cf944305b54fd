"""Try each cause of data/causes.yaml on the model: the losses, the remedies, and the requirements
that say so.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from ..bdd.feature_records import Pickle
from ..bdd.vocabulary import read_given
from ..explore.scopes import reached
from ..language.facts import Fact, holds
from ..language.sentences import format_command, read_command
from ..language.situations import Situation, situations
from ..machine import (
    COUNTER_ROWS,
    REMEMBERING,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    RowDefect,
    State,
    observe,
)
from ..requirements import load_register
from ..system import MACHINE
from .content import Content
from .sourced import data
from .what_if import chart, way

WEAKEST_FIRST = ("assumed", "implied", "stated", "environment")
"""Bases from the weakest to the strongest; the environment counts where nothing of the article
does.
"""


class Cause(NamedTuple):
    """Something that happens, and the remedies that a customer has, in sentences."""

    name: str
    commands: tuple[str, ...]
    remedies: tuple[str, ...]
    start: tuple[str, ...]


class Loss(NamedTuple):
    """Something that can be lost: the requirement that says so, the fact that shows it is there,
    and words for it.
    """

    what: str
    short: str
    requirement: str
    intact: Fact
    lost: str
    back: str
    by_hand: str = ""
    """The command that brings it back after the remedies, if there is one."""


def cause(entry: Mapping[str, Any]) -> Cause:
    """Return an entry of the data file as a cause."""
    start = entry.get("start", data("causes")["start"])
    return Cause(
        entry["name"], tuple(entry["commands"]), tuple(entry.get("remedies", ())), tuple(start)
    )


CAUSES = tuple(map(cause, data("causes")["causes"]))
"""Every command that loses something while the key is accessible before it; a test tries out all
others.
"""

HARMLESS = tuple(map(cause, data("causes")["harmless"]))
LOSSES = tuple(
    Loss(**entry | {"intact": Fact(**entry["intact"])}) for entry in data("causes")["losses"]
)
ACTIONS: Mapping[str, str] = data("causes")["actions"]
CAVEATS: Mapping[str, Any] = {
    each["name"]: each["caveat"] for each in data("causes")["causes"] if "caveat" in each
}
"""A cell for what speaks against the result of the model, by the name of the cause."""


class Finding(NamedTuple):
    """The condition of a thing in the model, and the requirements that it rests on.

    ``seen`` is `intact`, `lost`, or `gone` if more of it is missing than the loss says.
    """

    loss: Loss
    seen: str
    grounds: tuple[str, ...]
    basis: str
    """The weakest basis among the grounds; empty without grounds."""
    remedied: bool
    by_hand: bool = False
    """Whether a command brings it back after the remedies."""

    @property
    def intact(self) -> bool:
        """Tell whether the thing is as it was."""
        return self.seen == "intact"

    @property
    def words(self) -> str:
        """Return the condition as a table has it."""
        lost = "deleted" if self.seen == "gone" else self.loss.lost
        if not self.remedied:
            return "not lost" if self.intact else f"✘ {lost}"
        return (
            f"✔ {self.loss.back}"
            if self.intact
            else "↻ by hand"
            if self.by_hand
            else f"✘ stays {lost}"
        )

    @property
    def says_so(self) -> str:
        """Return the requirement that a reader is led to, or nothing."""
        if self.remedied and (
            restoring := [name for name in self.grounds if name.startswith("restoration.")]
        ):
            return restoring[0]
        own = [name for name in self.grounds if name == self.loss.requirement]
        return next(iter(own or self.grounds), "")


class Case(NamedTuple):
    """A cause with what is lost, and what is there after the remedies."""

    cause: Cause
    lost: list[Finding]
    remedied: list[Finding]
    reasons: list[str]

    @property
    def try_it(self) -> str | None:
        """Return the address on the page What if, or None."""
        return tried(self.cause)

    @property
    def try_remedies(self) -> str | None:
        """Return the address there after the remedies, or None."""
        return tried(self.cause, remedied=True)

    @property
    def grounds(self) -> list[str]:
        """Return the requirements behind all that is lost, each once."""
        return all_grounds(self.lost)

    @property
    def fates(self) -> tuple[str, ...]:
        """Return for each loss whether it is `kept`, comes `back` with the key, comes back by
        `hand`, or is `lost`.
        """
        pairs = zip(self.lost, self.remedied, strict=True)
        return tuple(
            "kept"
            if lost.intact
            else "back"
            if after.intact
            else "hand"
            if after.by_hand
            else "lost"
            for lost, after in pairs
        )


class Group(NamedTuple):
    """Causes that cost the same and are about as certain, with the weakest bases of the losses and
    of the ways back.
    """

    causes: list[str]
    fates: tuple[str, ...]
    basis: str
    way_back: str
    """Empty where there is nothing to bring back, or no way back."""


def groups(found: Iterable[Case]) -> list[Group]:
    """Return the cases in groups, the greatest losses first; what the article states or implies is
    one basis.
    """

    def rank(each: Case) -> tuple[int, bool, tuple[str, ...]]:
        return (
            -each.fates.count("lost"),
            weakest_of(each.lost) not in ("stated", "implied"),
            each.fates,
        )

    return [
        Group(
            [each.cause.name for each in alike],
            fates,
            weakest_of(finding for each in alike for finding in each.lost),
            weakest_of(
                finding for each in alike if each.cause.remedies for finding in each.remedied
            ),
        )
        for (_, _, fates), alike in (
            (key, list(of)) for key, of in groupby(sorted(found, key=rank), rank)
        )
    ]


def weakest_of(found: Iterable[Finding]) -> str:
    """Return the weakest basis among findings; empty without any."""
    return min((each.basis for each in found if each.basis), key=WEAKEST_FIRST.index, default="")


def cases(causes: Sequence[Cause], content: Content) -> list[Case]:
    """Return each cause, tried on the model."""
    pickles = list(content.evidence.pickles.values())
    found = {
        each: [
            [find(loss, each, pickles, remedied) for loss in LOSSES] for remedied in (False, True)
        ]
        for each in causes
    }
    usual = Counter(name for lost, _ in found.values() for name in {*all_grounds(lost)})
    return [
        Case(each, lost, remedied, reasons(lost, usual, len(found)))
        for each, (lost, remedied) in found.items()
    ]


def reasons(lost: Iterable[Finding], usual: Mapping[str, int], of: int) -> list[str]:
    """Return the requirements that set a cause apart: what makes the key inaccessible, and what is
    least certain.
    """
    register, own = load_register(), [name for name in all_grounds(lost) if usual[name] <= of / 2]
    least = basis(own)
    return [
        name
        for name in own
        if register[name].kind in ("meaning", "consequence") or register[name].basis == least
    ]


def all_grounds(found: Iterable[Finding]) -> list[str]:
    """Return the grounds of all findings, each once."""
    return list(dict.fromkeys(name for each in found for name in each.grounds))


def tried(cause: Cause, remedied: bool = False) -> str | None:
    """Return the address at which What if shows a cause; None if its small world lacks it."""
    situation, *more = cause.start
    if more or (remedied and not cause.remedies):
        return None
    return way(chart(), situation, commands_of(cause, remedied))


def commands_of(cause: Cause, remedied: bool = False) -> list[Command]:
    """Return the commands of a cause, with its remedies if they are asked for."""
    return [
        read_command(sentence)
        for sentence in (*cause.commands, *(cause.remedies if remedied else ()))
    ]


@cache
def start(begin: tuple[str, ...]) -> State:
    """Return the state that a situation and the sentences after it lead to; raises as `reached`
    does.
    """
    situation, *sentences = begin
    commands = (*situations()[situation].commands, *map(read_command, sentences))
    return reached(situation, commands, MACHINE)


def carried_out(machine: Machine, state: State, commands: Iterable[Command]) -> State:
    """Return the state after the commands."""
    for command in commands:
        state, _ = machine.step(state, command)
    return state


@cache
def seen(machine: Machine, cause: Cause, remedied: bool) -> tuple[str, ...]:
    """Return the condition of each thing that can be lost; raises `RowDefect`."""
    after = carried_out(machine, start(cause.start), commands_of(cause, remedied))
    observation = observe(machine.world(after))
    return tuple(condition(loss.intact, observation) for loss in LOSSES)


def shows_otherwise(
    machine: Machine, cause: Cause, remedied: bool, at: int, condition: str
) -> bool:
    """Tell whether a thing is in another condition in a model with other rows, which may contradict
    each other.
    """
    try:
        return seen(machine, cause, remedied)[at] != condition
    except RowDefect:
        return True


def condition(intact: Fact, observation: Observation) -> str:
    """Return whether a thing is `intact`, `lost` or, where something of it should be left,
    `gone`.
    """
    if holds(intact, observation):
        return "intact"
    left = intact.field == "exists" or holds(
        Fact(intact.kind, intact.name, "exists", True), observation
    )
    return "lost" if left else "gone"


def find(loss: Loss, cause: Cause, pickles: Iterable[Pickle], remedied: bool) -> Finding:
    """Return the condition of a thing after the cause, or after its remedies, and what it rests on.

    A requirement is among the grounds if the model without its rows shows otherwise.  One that says
    what does not happen is, if the model with its counter-row shows otherwise and a scenario of it
    ends as the cause or its remedies do.  Without such a scenario, the weakest of each topic count
    among those that the counter-rows are about.
    """
    at = LOSSES.index(loss)
    found = seen(MACHINE, cause, remedied)[at]
    by_rows = {
        name
        for name in {row.requirement for row in ROWS}
        if shows_otherwise(lacking(name), cause, remedied, at, found)
    }
    by_counter_rows = {
        name for name, machine in mistaken() if shows_otherwise(machine, cause, remedied, at, found)
    }
    first, last = commands_of(cause)[0], commands_of(cause, remedied)[-1]
    shown = set(shown_by(first, last, pickles)) if by_counter_rows else set()
    grounds = by_rows | (by_counter_rows & shown or weakest(by_counter_rows))
    named = tuple(each for each in load_register() if each in grounds)
    return Finding(loss, found, named, basis(grounds), remedied, remedied and by_hand(loss, cause))


@cache
def by_hand(loss: Loss, cause: Cause) -> bool:
    """Tell whether a command brings a thing back after the remedies."""
    if not loss.by_hand:
        return False
    state = carried_out(MACHINE, start(cause.start), commands_of(cause, remedied=True))
    _, outcome = MACHINE.step(state, read_command(loss.by_hand))
    return isinstance(outcome, Accepted)


def weakest(names: Collection[str]) -> set[str]:
    """Return those of the requirements that have the weakest basis in their topic."""
    register = load_register()
    of_topic: dict[str, set[str]] = {}
    for name in names:
        of_topic.setdefault(register[name].topic, set()).add(name)
    return {
        name for each in of_topic.values() for name in each if register[name].basis == basis(each)
    }


def basis(names: Iterable[str]) -> str:
    """Return the weakest basis among requirements; empty without any."""
    return min((load_register()[name].basis for name in names), key=WEAKEST_FIRST.index, default="")


def shown_by(first: Command, last: Command, pickles: Iterable[Pickle]) -> Iterator[str]:
    """Yield the requirements with a scenario that submits the last command after a Given that
    carries out the first.
    """
    asked = format_command(last)
    for each in pickles:
        given = (step.text for step in each.steps if step.kind == "given")
        if [step.text for step in each.steps if step.kind == "when"] == [asked] and (
            first == last or any(first in commands_given(text) for text in given)
        ):
            yield each.requirements[0]


@cache
def commands_given(text: str) -> tuple[Command, ...]:
    """Return the commands that a Given stands for."""
    start = read_given(text)
    return start.commands if isinstance(start, Situation) else (start,)


def answer(cause: Cause, action: str) -> Outcome:
    """Return the outcome of an action after the cause."""
    state = carried_out(MACHINE, start(cause.start), commands_of(cause))
    return MACHINE.step(state, read_command(ACTIONS[action]))[1]


def always_refused() -> list[str]:
    """Return the actions that are refused after every cause."""
    return [
        each
        for each in ACTIONS
        if all(isinstance(answer(cause, each), Refused) for cause in CAUSES)
    ]


@cache
def lacking(requirement: str) -> Machine:
    """Return the model without the rows of a requirement."""
    return Machine(row for row in ROWS if row.requirement != requirement)


@cache
def mistaken() -> list[tuple[str, Machine]]:
    """Return the model with each counter-row."""
    return [(row.requirement, Machine((*REMEMBERING, row))) for row in COUNTER_ROWS]
