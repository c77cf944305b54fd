"""The machine: what a step is.  It reads rows and knows no domain word.

Theory of operation
===================
A step answers one command in one state, in this order:

1. **Resolve names.**  Each name in the command becomes the entity that it means.  A name that means
   nothing is refused before any row is read.
2. **Collect refusals.**  Every demand of the command that is broken is a reason to refuse it.
3. **Collect silences.**  Where no rule says what happens, the outcome is unspecified.
4. **Apply effects.**  All effects of the command are read from the state as it was, and written
   together.
5. **Repeat consequences until nothing changes.**  What follows from the new state is written in
   rounds, each read from the state that the round before left, until no row changes anything.

A state that a step leaves is therefore a fixpoint.  How the consequences that may apply are found
quickly is a room of its own (`incremental`).

An acceptance names the requirements that its changes rest on: those whose rows changed something,
and those whose meanings made these rows fire (`counterfactuals`).

Some rows are silent: they may apply or not.  Whoever calls with ``choose`` decides, each time
such a row would apply.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from .commands import Command
from .counterfactuals import Counterfactuals, Fired
from .defects import RowsContradict, defect_behind
from .entities import NO_RECORD, Entity
from .incremental import Triggers
from .meanings import MEANINGS
from .outcomes import Accepted, Outcome, Refused, Unspecified
from .rows import Effect, Means, Refuse, Row, Silent, Whenever
from .state import Changes, State
from .world import Choose, Meanings, World
from .writes import Writes

DOES_NOT_EXIST = Refused(frozenset({"environment.exists"}))

OF_NAMES = frozenset({"environment.exists", "environment.new-name"})
"""Reasons to refuse that say no more than that a name means nothing, or something already."""

NO_ENTITY = ""
"""Stands for the name of an entity where a row is about the command alone."""

ROUNDS = 8  # No chain of consequences is nearly as long; a longer one is a circle.


class Machine:
    """A set of rows to step through.  Rows of requirements in ``silent`` may apply or not."""

    def __init__(self, rows: Iterable[Row], silent: Collection[str] = ()) -> None:
        self.rows = tuple(rows)
        self.silent = frozenset(silent)
        self._demands: Mapping[type[Command], list[Refuse]] = by_subject(self.rows, Refuse, "on")
        self._silences: Mapping[type[Command], list[Silent]] = by_subject(self.rows, Silent, "on")
        self._effects: Mapping[type[Command], list[Effect]] = by_subject(self.rows, Effect, "on")
        self.whenever: Mapping[type[Entity], list[Whenever]] = by_subject(
            self.rows, Whenever, "about"
        )
        means = by_subject(self.rows, Means, "meaning")
        self.meanings: Meanings = {meaning: tuple(means.get(meaning, ())) for meaning in MEANINGS}
        self.triggers = Triggers(chain.from_iterable(self.whenever.values()), self.meanings)
        self._counterfactuals = Counterfactuals(self.meanings)

    def world(self, state: State, choose: Choose | None = None) -> World:
        """Return the state as the rows of this machine see it."""
        return World(state.tables, self.meanings, choose)

    def step(
        self, state: State, command: Command, choose: Choose | None = None
    ) -> tuple[State, Outcome]:
        """Return the state after the command, and the outcome.  A refused command changes nothing.

        ``choose`` decides where silent rows apply; without it every row does.
        Raises `RowDefect`.
        """
        try:
            return self._step(state, command, choose)
        except Exception as error:
            defect = defect_behind(error)
            if defect is None:
                raise
            raise defect from error

    def _step(self, state: State, command: Command, choose: Choose | None) -> tuple[State, Outcome]:
        answer = self._respond(World(state.tables, self.meanings, choose), command)
        if not isinstance(answer, Writes):
            return state, answer
        by = answer.by
        if answer.changes:
            state, by = self._reach_fixpoint(state, answer, choose)
        return state, Accepted.unchecked((frozenset(by), tuple(answer.audit)))

    def _respond(self, world: World, command: Command) -> Refused | Unspecified | Writes:
        """Return what the command itself writes if it is accepted, or else the outcome.

        Raises `RowDefect`.
        """
        bound = bind(command, world)
        if bound is None:
            return DOES_NOT_EXIST
        on = type(command)

        broken = set()
        for demand in self._demands.get(on, ()):
            if demand.when(bound) and not demand.unless(bound) and world.applies(demand, NO_ENTITY):
                broken.add(demand.requirement)
        if broken:
            return Refused.unchecked((frozenset(broken),))

        silent = set()
        for silence in self._silences.get(on, ()):
            if not silence.may_refuse:
                continue
            if silence.when(bound) and world.applies(silence, NO_ENTITY):
                silent.add(silence.requirement)
        if silent:
            return Unspecified.unchecked((frozenset(silent),))

        return self._carry_out(bound, world)

    def _carry_out(self, bound: Command, world: World) -> Writes:
        """Return what the effects of a command write, all of them read from the world as it was."""
        writes = Writes(world.tables)
        for effect in self._effects.get(type(bound), ()):
            if effect.each is None:
                self._carry_out_once(effect, bound, world, writes)
            else:
                self._carry_out_for_each(effect.each, effect, bound, world, writes)
        return writes

    def _carry_out_once(self, effect: Effect, bound: Command, world: World, writes: Writes) -> None:
        """Add what an effect writes, and the use of a key that it records."""
        if not (effect.when(bound) and world.applies(effect, NO_ENTITY)):
            return
        writes.add(effect.requirement, effect.then(bound))
        use = effect.uses(bound) if effect.uses else None
        if use is not None:
            writes.record(effect.requirement, use)

    def _carry_out_for_each(
        self, kind: type[Entity], effect: Effect, bound: Command, world: World, writes: Writes
    ) -> None:
        """Add what an effect writes for every entity of a kind."""
        for entity in world.every(kind):
            if effect.when(bound, entity) and world.applies(effect, entity.name):
                writes.add(effect.requirement, effect.then(bound, entity))

    def _reach_fixpoint(
        self, state: State, writes: Writes, choose: Choose | None
    ) -> tuple[State, set[str]]:
        """Carry out what a command writes, and consequences until none is left.

        Returns the state reached, and the requirements that all changes rest on.
        """
        by = writes.by
        for _ in range(ROUNDS):
            before = state
            state = before.with_changes(writes.changes)
            world = World(state.tables, self.meanings, choose)
            affected = self.triggers.affected(writes.changes, before.tables, world)
            writes, fired = consequences(affected, world)
            if not fired:
                return state, by
            by = by | writes.by
            by |= self._counterfactuals.needed(fired, world, by)
        raise RowsContradict(f"consequences reach no fixpoint: {', '.join(sorted(by))}")

    def written_by(self, state: State, command: Command) -> Changes:
        """Return what the rows write that speak of the command, and what follows from it: also what
        is so already.
        """
        answer = self._respond(World(state.tables, self.meanings, None), command)
        if not isinstance(answer, Writes):
            return {}
        written = {target: dict(fields) for target, fields in answer.written.items()}
        after, _ = self._reach_fixpoint(state, answer, None)
        # of what follows only what changes is known
        for kind, table in after.tables.items():
            for name, record in table.items():
                before = state.tables[kind].get(name, kind.start)
                for field, position in kind.position.items():
                    if record[position] != before[position]:
                        written.setdefault((kind, name), {})[field] = record[position]
            for name in state.tables[kind].keys() - table.keys():
                written.setdefault((kind, name), {})["state"] = NO_RECORD
        return written

    def settled(self, state: State, changes: Changes) -> State:
        """Return the state once these fields are written, and all that follows has come about.

        Raises `RowDefect`.
        """
        writes = Writes(state.tables)
        # by no requirement
        writes.add("", changes)
        try:
            after, _ = self._reach_fixpoint(state, writes, None)
        except Exception as error:
            defect = defect_behind(error)
            if defect is None:
                raise
            raise defect from error
        return after

    def is_silent_about(self, state: State, command: Command) -> bool:
        """Return whether a silent row applies to the command, so a refusal may give any reason."""
        bound = bind(command, self.world(state))
        if bound is None:
            return False
        silences = self._silences.get(type(command), ())
        return any(row.may_refuse and row.when(bound) for row in silences)

    def freed(self, state: State, command: Command) -> list[tuple[Silent, Entity | None]]:
        """Return the silent rows that let the command do something else than other rows say.

        Each comes with an entity to which it may do so; None stands for those that it names.
        """
        world = self.world(state)
        bound = bind(command, world)
        if bound is None:
            return []
        found: list[tuple[Silent, Entity | None]] = []
        for row in self._silences.get(type(command), ()):
            if not row.when(bound):
                continue
            if row.each is None:
                if row.free(bound):
                    found.append((row, None))
                continue
            for entity in world.every(row.each):
                if row.free(bound, entity):
                    found.append((row, entity))
        return found


def by_subject(rows: Iterable[Row], kind: type[Row], subject: str) -> dict[Any, list[Any]]:
    """Return the rows of one kind by what they are about, which is the field ``subject``."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        if isinstance(row, kind):
            found.setdefault(getattr(row, subject), []).append(row)
    return found


def bind(command: Command, world: World) -> Command | None:
    """Return the command with entities in place of its names; None if one means nothing there.

    Whether a name that the command gives is free is left to the rows.
    """
    values: list[Any] = list(command)
    for index, kind, states, within in command.references:
        name = values[index]
        if name is None:
            continue
        if within is not None:
            name = f"{command[within]}/{name}"
        record = world.tables[kind].get(name)
        state = "absent" if record is None else record[-1]  # which is the last field of each kind
        if states and state not in states:
            return None
        values[index] = kind((world, name) + (record or kind.start))
    return type(command).unchecked(values)


def consequences(
    affected: Iterable[tuple[Any, Iterable[Whenever]]], world: World
) -> tuple[Writes, Sequence[Fired]]:
    """Return what follows at once by these rows, and the rows that changed something."""
    writes = Writes(world.tables)
    fired = []
    for entity, rows in affected:
        for row in rows:
            applies = row.when(entity) and world.applies(row, entity.name)
            if applies and writes.add(row.requirement, row.then(entity)):
                fired.append((row, entity.name))
    return writes, fired
