"""What breaks what: each cause is tried out on the model, and what is lost and what comes back is read off it."""

from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

from ..bdd.features import Pickle
from ..bdd.vocabulary import read_given
from ..language.facts import Fact, holds
from ..language.phrasebook import read_command
from ..language.situations import Situation, situations
from ..machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    Observation,
    Outcome,
    RowsContradict,
    State,
    initial,
    observe,
)
from ..requirements import Register
from .causes import ACTIONS, LOSSES, START, Cause, Loss

WEAKEST = ("assumed", "implied", "stated", "environment")
"""Bases from the weakest to the strongest; the environment counts where nothing of the article does."""


class Finding(NamedTuple):
    """Something read off the model: whether the thing is there, as it was, and which requirements it takes for that."""

    intact: bool
    gone: bool  # not lost in the way of the losses, but there no more
    grounds: tuple[str, ...]

    def basis(self, register: Register) -> str:
        """The weakest basis among the grounds: a finding is no stronger.  Empty where there are none."""
        bases = (basis for basis in WEAKEST if any(register[name].basis == basis for name in self.grounds))
        return next(bases, "")


def commands_of(cause: Cause, remedied: bool = False) -> list[Command]:
    """What happens, and what the customer does about it if that is asked for."""
    return [read_command(sentence) for sentence in (*cause.commands, *(cause.remedies if remedied else ()))]


def after(machine: Machine, commands: Iterable[Command], begin: tuple[str, ...] = START) -> State:
    """The state that the commands lead to."""
    return carried_out(machine, start(machine, begin), commands)


@cache
def start(machine: Machine, begin: tuple[str, ...]) -> State:
    """The state that a situation and the sentences after it lead to."""
    situation, *sentences = begin
    commands = (*situations()[situation].commands, *map(read_command, sentences))
    return carried_out(machine, initial(DEFAULT_STAGE), commands)


def carried_out(machine: Machine, state: State, commands: Iterable[Command]) -> State:
    """The state after the commands."""
    for command in commands:
        state, _ = machine.step(state, command)
    return state


@cache
def seen(machine: Machine, cause: Cause, remedied: bool) -> tuple[str | None, ...]:
    """What each of what can be lost is after the cause, or after its remedies; None where the rows break."""
    try:
        observation = observe(machine.world(after(machine, commands_of(cause, remedied), cause.start)))
    except RowsContradict:  # of a model whose rows are broken: it shows neither
        return (None,) * len(LOSSES)
    return tuple(condition(loss.intact, observation) for loss in LOSSES)


def condition(intact: Fact, observation: Observation) -> str:
    """Whether a thing is `intact`, `lost` or, where something of it was to be left, `gone`."""
    if holds(intact, observation):
        return "intact"
    left = intact.field == "exists" or holds(Fact(intact.kind, intact.name, "exists", True), observation)
    return "lost" if left else "gone"


def find(loss: Loss, cause: Cause, register: Register, pickles: Iterable[Pickle], remedied: bool) -> Finding:
    """Whether something is there after the cause, or after the cause and its remedies, and on what grounds.

    A requirement is among the grounds where the model without its rows shows otherwise; one that says what does not
    happen, where the model with its counter-row does and a scenario of it goes through the cause.  Where there is no
    such scenario, the weakest of those that the counter-rows speak for count.
    """
    at = LOSSES.index(loss)
    found = seen(model(), cause, remedied)[at]
    by_rows = {name for name, machine in without(cause.start) if seen(machine, cause, remedied)[at] != found}
    by_counter_rows = {name for name, machine in mistaken() if seen(machine, cause, remedied)[at] != found}
    first = commands_of(cause)[0]
    shown = {each.requirements[0] for each in pickles if goes_through(each, first)} if by_counter_rows else set()
    grounds = by_rows | (by_counter_rows & shown or weakest(by_counter_rows, register))
    return Finding(found == "intact", found == "gone", tuple(each for each in register if each in grounds))


def weakest(names: Collection[str], register: Register) -> set[str]:
    """Those of the requirements that have the weakest basis."""
    bases = {register[name].basis for name in names}
    return {name for name in names if register[name].basis == next(each for each in WEAKEST if each in bases)}


def goes_through(pickle: Pickle, command: Command) -> bool:
    """Whether a scenario comes by this command on its way to what it claims."""
    return any(command in commands_given(step.text) for step in pickle.steps if step.kind == "given")


@cache
def commands_given(text: str) -> tuple[Command, ...]:
    """The commands that a Given stands for."""
    start = read_given(text)
    return start.commands if isinstance(start, Situation) else (start,)


def answer(cause: Cause | None, action: str) -> Outcome:
    """What comes of an action after the cause, or with the key in reach."""
    state = after(model(), commands_of(cause), cause.start) if cause else after(model(), [])
    return model().step(state, read_command(ACTIONS[action]))[1]


@cache
def model() -> Machine:
    """The model."""
    return Machine(ROWS)


@cache
def without(begin: tuple[str, ...]) -> list[tuple[str, Machine]]:
    """The model without the rows of each requirement, but for those of the environment it takes to begin at all."""
    names = dict.fromkeys(row.requirement for row in ROWS)
    machines = [(name, lacking(name)) for name in names]
    return [each for each in machines if not each[0].startswith("environment.") or begins(each[1], begin)]


@cache
def lacking(requirement: str) -> Machine:
    """The model without the rows of a requirement."""
    return Machine(row for row in ROWS if row.requirement != requirement)


def begins(machine: Machine, begin: tuple[str, ...]) -> bool:
    """Whether a machine gets to where things start."""
    try:
        return start(machine, begin) == start(model(), begin)
    except RowsContradict:
        return False


@cache
def mistaken() -> list[tuple[str, Machine]]:
    """The model with each counter-row."""
    return [(row.requirement, Machine((*ROWS, row))) for row in COUNTER_ROWS]
