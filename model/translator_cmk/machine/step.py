"""The machine: it reads rows and knows no word of the domain."""

from collections.abc import Collection, Iterable
from typing import Any

from .commands import Command
from .entities import GONE
from .outcomes import Accepted, KeyUse, Outcome, Refused, Unspecified
from .references import New
from .rows import MEANINGS, Changes, Effect, Means, Refuse, Row, Silent, Whenever
from .triggers import Triggers
from .world import Choose, State, World

DOES_NOT_EXIST = Refused(frozenset({"environment.exists"}))
NAME_IS_TAKEN = Refused(frozenset({"environment.new-name"}))

ROUNDS = 50  # no chain of consequences is nearly as long; a longer one is a circle


class RowsContradict(Exception):
    """Two rows wrote one field differently in one step, or consequences never come to rest: a defect of the rows."""


class Machine:
    """A set of rows, ready to be stepped through.  Rows of requirements in ``silent`` may hold or not."""

    def __init__(self, rows: Iterable[Row], silent: Collection[str] = ()) -> None:
        self.rows = tuple(rows)
        self.silent = frozenset(silent)
        self._refuse: dict[type[Command], list[Refuse]] = {}
        self._effect: dict[type[Command], list[Effect]] = {}
        self._silent: dict[type[Command], list[Silent]] = {}
        meanings: dict[Any, list[Means]] = {meaning: [] for meaning in MEANINGS}
        whenever: list[Whenever] = []
        for row in self.rows:
            match row:
                case Refuse():
                    self._refuse.setdefault(row.on, []).append(row)
                case Effect():
                    self._effect.setdefault(row.on, []).append(row)
                case Silent():
                    self._silent.setdefault(row.on, []).append(row)
                case Means():
                    meanings[row.meaning].append(row)
                case Whenever():
                    whenever.append(row)
        self.meanings = {meaning: tuple(rows) for meaning, rows in meanings.items()}
        self.triggers = Triggers(whenever, self.meanings)

    def world(self, state: State, choose: Choose | None = None) -> World:
        """The state as the rows of this machine see it."""
        return World(state.tables, self.meanings, choose)

    def step(self, state: State, command: Command, choose: Choose | None = None) -> tuple[State, Outcome]:
        """The state after the command, and what came of it.  A refused command changes nothing.

        ``choose`` decides where silent rows hold; without it every row speaks.
        Raises `RowsContradict` for a defect of the rows.
        """
        world = World(state.tables, self.meanings, choose)
        bound = bind(command, world)
        if isinstance(bound, Refused):
            return state, bound
        on = type(command)
        because = [
            row.requirement
            for row in self._refuse.get(on, ())
            if row.when(bound) and not row.unless(bound) and (choose is None or choose(row, ""))
        ]
        if because:
            return state, Refused(frozenset(because))
        for silence in self._silent.get(on, ()):
            if silence.when(bound) and (choose is None or choose(silence, "")):
                return state, Unspecified(frozenset({silence.requirement}))
        written: dict[Any, Any] = {}
        changes: dict[Any, Any] = {}
        by: set[str] = set()
        audit: list[KeyUse] = []
        for row in self._effect.get(on, ()):
            if row.each:
                for entity in world.every(row.each):
                    if row.when(bound, entity) and (choose is None or choose(row, entity.name)):
                        merge(written, changes, by, world, row.requirement, row.then(bound, entity))
            elif row.when(bound) and (choose is None or choose(row, "")):
                merge(written, changes, by, world, row.requirement, row.then(bound))
                if row.uses and (use := row.uses(bound)):
                    audit.append(use)
                    by.add(row.requirement)
        if changes:
            state = self._settle(state.with_changes(changes), changes, by, choose)
        return state, Accepted(frozenset(by), tuple(audit))

    def _settle(self, state: State, changes: dict[Any, Any], by: set[str], choose: Choose | None) -> State:
        """Apply consequences until none is left to apply."""
        for _ in range(ROUNDS):
            world = World(state.tables, self.meanings, choose)
            written: dict[Any, Any] = {}
            following: dict[Any, Any] = {}
            for row, entity in self.triggers.pulled(changes, world):
                if row.when(entity) and (choose is None or choose(row, entity.name)):
                    merge(written, following, by, world, row.requirement, row.then(entity))
            if not following:
                return state
            state = state.with_changes(following)
            changes = following
        raise RowsContradict(f"consequences do not come to rest: {sorted(by)}")


def bind(command: Command, world: World) -> Any:
    """The command with entities for its names, or the refusal of a name that does not mean what it must."""
    values: list[Any] = list(command)
    for index, reference, within in command.references:
        name = values[index]
        if name is None:
            continue
        if within is not None:
            name = f"{command[within]}/{name}"
        table = world.tables[reference.kind]
        if isinstance(reference, New):
            if name in table:
                return NAME_IS_TAKEN
            values[index] = tuple.__new__(reference.kind, (world, name))
            continue
        record = table.get(name)
        if record is None or record[-1] not in reference.states:
            return DOES_NOT_EXIST
        values[index] = tuple.__new__(reference.kind, (world, name, *record))
    return tuple.__new__(type(command), values)


def merge(
    written: dict[Any, Any], changes: dict[Any, Any], by: set[str], world: World, requirement: str, row_writes: Changes
) -> None:
    """Add what a row writes to ``written``; what differs from the world goes to ``changes``, with the requirement."""
    for target, value in row_writes.items():
        kind, name, field = target
        if written.setdefault(target, value) != value:
            raise RowsContradict(f"{requirement} writes {field} of {kind.word} {name} differently from another row")
        record = world.tables[kind].get(name)
        if value != (record[kind.fields.index(field)] if record else GONE):
            changes[target] = value
            by.add(requirement)
