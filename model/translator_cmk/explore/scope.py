"""A scope: a bounded world, which has a start, commands over a few names, and a bound on the versions of keys.

Nobody says what a name stands for that is given again, so no scope offers that, and with its bound each is finite.
"""

from collections.abc import Callable, Iterator
from typing import Any

from ..language.sentences import format_command, format_outcome
from ..language.situations import situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, State, initial
from ..machine.commands import RotateKey
from ..machine.entities import Entity, Key
from ..machine.references import New
from ..machine.topics.environment import IN_USE, USED_BEFORE
from ..machine.values import Value

Commands = tuple[Command, ...]

Bound = Callable[[Any, State], bool]


class Scope(Value):
    """A bounded world.

    It starts from a ``situation`` (None: from nothing but the stage).  ``alphabet``: its commands.
    ``versions``: how far a key can be rotated.  ``states``: how many a search finds, if somebody has counted them.
    ``bounds``: in which states the scope offers commands of a type.
    """

    __slots__ = ()
    name: str
    sentence: str
    situation: str | None
    alphabet: tuple[Command, ...]
    versions: int = 2
    states: int | None = None
    bounds: tuple[tuple[type[Command], Bound], ...] = ()

    @property
    def start(self) -> tuple[Command, ...]:
        """Return the commands that lead from nothing to the start of the scope."""
        return situations()[self.situation].commands if self.situation else ()

    def is_bounded(self, command: Command) -> bool:
        """Tell whether there may be a state in which the command is not offered."""
        of = type(command)
        return of is RotateKey or of in USED_BEFORE or any(of is kind for kind, _ in self.bounds)

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state: one that would leave the bounds is not."""
        if any(type(command) is kind and not bound(command, state) for kind, bound in self.bounds):
            return False
        if type(command) in USED_BEFORE:
            found = next(state.tables[kind].get(name) for kind, name in given(command))
            return found is None or found[-1] in IN_USE[type(command)]
        if not isinstance(command, RotateKey):
            return True
        record = state.tables[Key].get(f"{command.vault}/{command.key}")
        return record is None or record[Key.position["version"]] < self.versions


def given(command: Command) -> Iterator[tuple[type[Entity], str]]:
    """Yield kind and name of what the command gives a name to."""
    for at, reference, within in command.references:
        if isinstance(reference, New):
            name = command[at] if within is None else f"{command[within]}/{command[at]}"
            yield reference.kind, name


class StartNotReached(Exception):
    """A command that leads to the start of a scope is not accepted (None: rows raise), so nothing can be searched."""

    def __init__(self, scope: Scope, command: Command, outcome: Outcome | None) -> None:
        said = format_outcome(outcome) if outcome else "the rows raise"
        super().__init__(f"{scope.name}: {format_command(command)}: {said}")


def givens(scope: Scope, commands: Commands) -> list[str]:
    """Return commands from nothing as steps of a scenario: the situation of the scope, and those that come after."""
    if scope.situation and len(commands) >= len(scope.start):
        return [scope.situation, *map(format_command, commands[len(scope.start) :])]
    return [format_command(command) for command in commands]


def start_of(scope: Scope, machine: Machine) -> State:
    """Return the state in which the scope starts; raises `StartNotReached`."""
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(scope, command, outcome)
    return state
