"""A scope: a bounded world, as data."""

from collections.abc import Callable
from typing import Any

from ..language.situations import situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, State, initial
from ..machine.commands import RotateKey
from ..machine.entities import Key
from ..machine.values import Value

Bound = Callable[[Any, State], bool]


class StartNotReached(Exception):
    """A command that leads to the start of a scope is not accepted, so there is nothing to search."""


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

    def offers(self, command: Command, state: State) -> bool:
        """Return whether the command is offered in this state: one that would leave the bounds is not."""
        if any(type(command) is kind and not bound(command, state) for kind, bound in self.bounds):
            return False
        if not isinstance(command, RotateKey):
            return True
        record = state.tables[Key].get(f"{command.vault}/{command.key}")
        return record is None or record[Key.position["version"]] < self.versions


def start_of(scope: Scope, machine: Machine) -> State:
    """Return the state in which the scope starts; raises `StartNotReached`."""
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(f"{scope.name}: {command} comes to {outcome}")
    return state
