"""Systems that do what no row can say: by more than the state, or not at once.

Each function returns what makes such a system of rows, as the argument ``system`` of a variant.
"""

from collections.abc import Callable
from typing import Any

from tests.systems.variants import Edit, Make, Rows, edited
from translator_cmk.machine import (
    DEFAULT_STAGE,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    State,
)
from translator_cmk.machine.rows import effect
from translator_cmk.machine.state import Changes
from translator_cmk.machine.world import World
from translator_cmk.system import ModelSystem, Unsupported

Event = Callable[[Command, Outcome], bool]
"""Whether a command and its outcome are what a system is waiting for."""


def accepted(kind: type[Command], **fields: Any) -> Event:
    """Return the event that a command of this kind, with these fields, is accepted."""

    def happens(command: Command, outcome: Outcome) -> bool:
        if not isinstance(command, kind) or not isinstance(outcome, Accepted):
            return False
        return all(getattr(command, field) == value for field, value in fields.items())

    return happens


def refused(kind: type[Command]) -> Event:
    """Return the event that a command of this kind is refused."""
    return lambda command, outcome: isinstance(command, kind) and isinstance(outcome, Refused)


class Changing(ModelSystem):
    """Follows other rows from the moment at which an event has happened so many times."""

    def __init__(self, rows: Rows, event: Event, times: int, edits: tuple[Edit, ...]) -> None:
        super().__init__(Machine(rows))
        self.event = event
        self.times = times
        self.first = self.machine
        self.later = Machine(edited(rows, edits))
        self.happened = 0

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.happened = 0
        self.machine = self.first

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if self.event(command, outcome):
            self.happened += 1
        if self.happened >= self.times:
            self.machine = self.later
        return outcome


def once(event: Event, *edits: Edit, times: int = 1) -> Make:
    """Make the edits only once the event has happened so many times."""
    return lambda rows: Changing(rows, event, times, edits)


class DoesItAllTheSame(ModelSystem):
    """Refuses as the model does, and carries out what it refuses as other rows say."""

    def __init__(self, rows: Rows, edits: tuple[Edit, ...]) -> None:
        super().__init__(Machine(rows))
        self.permissive = Machine(edited(rows, edits))

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused):
            self.state, _ = self.permissive.step(self.state, command)
        return outcome


def refuses_and_does(*edits: Edit) -> Make:
    """Refuse, and do all the same what would be done with these edits."""
    return lambda rows: DoesItAllTheSame(rows, edits)


Bring = Callable[[Command, World, Any], Changes | Refused]
"""What a command brings about beside its effects, by the state before it and the memory, or the
refusal that comes instead.
"""

Remember = Callable[[Command, World, Any], None]
"""Writes into the memory what is remembered of an accepted command, by the state before it."""


class Remembering(ModelSystem):
    """Keeps something in mind beside the state, and acts on it with later commands."""

    def __init__(self, rows: Rows, remember: Remember, bring: Bring) -> None:
        super().__init__(Machine(rows))
        self.rows = rows
        self.remember = remember
        self.bring = bring
        self.memory: dict[Any, Any] = {}

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.memory = {}

    def submit(self, command: Command) -> Outcome:
        before = self.machine.world(self.state)
        _, outcome = self.machine.step(self.state, command)
        if not isinstance(outcome, Accepted):
            return outcome
        machine = self.machine
        changes = self.bring(command, before, self.memory)
        if isinstance(changes, Refused):
            return changes
        if changes:
            brings = effect(type(command), "environment.exists", then=lambda _: changes)
            machine = Machine((*self.rows, brings))
        self.state, outcome = machine.step(self.state, command)
        self.remember(command, before, self.memory)
        return outcome


def remembering(remember: Remember, bring: Bring) -> Make:
    """Remember something of accepted commands, and bring something about with later ones."""
    return lambda rows: Remembering(rows, remember, bring)


# Consequences that are late


def with_consequences(machine: Machine, state: State) -> State:
    """Return the state once every consequence of it has come about, one after another."""
    while True:
        changes = next_consequence(machine, state)
        if changes is None:
            return state
        state = state.with_changes(changes)


def next_consequence(machine: Machine, state: State) -> Changes | None:
    """Return what a row of consequences writes that changes something.

    None where nothing follows any more.
    """
    world = machine.world(state)
    for kind, rows in machine.whenever.items():
        for entity in world.every(kind):
            for row in rows:
                if row.when(entity):
                    changes = row.then(entity)
                    if state.with_changes(changes) != state:
                        return changes
    return None


class Late(ModelSystem):
    """Carries out a command at once, and what follows from it later."""

    def __init__(self, rows: Rows, on_observation: bool) -> None:
        super().__init__(Machine(rows))
        self.on_observation = on_observation
        self.complete = self.machine
        self.machine = Machine(row for row in rows if not hasattr(row, "about"))

    def submit(self, command: Command) -> Outcome:
        if not self.on_observation:
            self.state = with_consequences(self.complete, self.state)
        return super().submit(command)

    def observe(self) -> Observation:
        if self.on_observation:
            self.state = with_consequences(self.complete, self.state)
        return super().observe()


def one_command_late(rows: Rows) -> ModelSystem:
    """Make a system in which what follows from a command comes with the next one."""
    return Late(rows, on_observation=False)


def when_observed(rows: Rows) -> ModelSystem:
    """Make a system in which what follows from a command comes only when somebody observes."""
    return Late(rows, on_observation=True)


# Resets that reset too little


class ResetsOnce(ModelSystem):
    """Keeps everything from one world to the next, but for the first."""

    begun = False

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        if not self.begun:
            super().reset(stage)
        self.begun = True


def resets_once(rows: Rows) -> ModelSystem:
    """Make a system whose resets do nothing."""
    return ResetsOnce(Machine(rows))


class KeepsTables(ModelSystem):
    """Keeps the records of some kinds from one world to the next."""

    kinds: tuple[Any, ...] = ()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        kept = {kind: self.state.tables[kind] for kind in self.kinds}
        super().reset(stage)
        self.state = State({**self.state.tables, **kept})


def keeping(*kinds: Any) -> Make:
    """Make a system whose resets leave the records of these kinds as they are."""

    def make(rows: Rows) -> ModelSystem:
        system = KeepsTables(Machine(rows))
        system.kinds = kinds
        return system

    return make


# Answers and observations

Answer = Callable[[Command, Outcome, World], Outcome]
"""The answer of a system, by that of the model and the state before the command."""


class Answering(ModelSystem):
    """Does what rows say, and answers something else."""

    def __init__(self, rows: Rows, answer: Answer) -> None:
        super().__init__(Machine(rows))
        self.answer = answer

    def submit(self, command: Command) -> Outcome:
        before = self.machine.world(self.state)
        return self.answer(command, super().submit(command), before)


def answering(answer: Answer) -> Make:
    """Answer something else than what the system does."""
    return lambda rows: Answering(rows, answer)


def unsupported_instead_of(reason: str) -> Make:
    """Say that a command is not supported where it is refused for this reason."""

    def answer(_: Command, outcome: Outcome, __: World) -> Outcome:
        if isinstance(outcome, Refused) and any(
            name.startswith(reason) for name in outcome.because
        ):
            raise Unsupported("not here")
        return outcome

    return answering(answer)


def accepted_instead_of(reason: str, *kinds: type[Command]) -> Make:
    """Accept commands of these kinds, or all, that are refused for this reason, and do nothing."""

    def answer(command: Command, outcome: Outcome, _: World) -> Outcome:
        concerns = isinstance(command, kinds) if kinds else True
        if concerns and isinstance(outcome, Refused) and reason in outcome.because:
            return Accepted()
        return outcome

    return answering(answer)


Show = Callable[[Observation, World], Observation]
"""What a system shows, by what the model shows and the state."""


class Showing(ModelSystem):
    """Does what rows say, and shows something else."""

    def __init__(self, rows: Rows, show: Show) -> None:
        super().__init__(Machine(rows))
        self.show = show

    def observe(self) -> Observation:
        return self.show(super().observe(), self.machine.world(self.state))


def showing(show: Show) -> Make:
    """Show something else than what is so."""
    return lambda rows: Showing(rows, show)
