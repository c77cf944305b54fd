"""The machine: it reads rows and knows no domain word."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from types import CodeType, FunctionType
from typing import Any, NamedTuple, final

from .commands import Accepted, Command, KeyUse, Outcome, Refused, Unspecified
from .entities import ENTITY_KINDS, NO_RECORD, Entity
from .rows import MEANINGS, Effect, Meaning, Means, Refuse, Row, Silent, Whenever
from .world import Changes, Choose, State, Table, World

# The consequences that a change can have, found from what the rows' code mentions.
#
# The state before a step is a fixpoint.  A row about an entity therefore needs another look only if something it reads
# has changed, and what it reads is found in its code: the attributes it names, and those of the functions it calls.
# That is more than it reads, never less, because rows are expressions that reach other entities through named links
# only.


Rows = dict[Whenever, None]
"""Rows of consequences, each once."""


class Triggers:
    """For each kind and field: the rows to evaluate again once that field of some entity of the kind has changed."""

    def __init__(self, rows: Iterable[Whenever], meanings: Mapping[Meaning, tuple[Means, ...]]) -> None:
        self._rows = tuple(rows)
        self._reads: dict[Whenever, set[tuple[type[Entity], str]]] = {}
        self._looked_up: set[type[Entity]] = set()
        for row in self._rows:
            names, kinds = mentioned([row.when, row.then], meanings)
            self._reads[row] = reads(row, names, kinds)
            self._looked_up |= kinds
        self._affected: dict[tuple[Any, ...], dict[type[Entity], Rows]] = {}

    def affected(
        self, changes: Changes, before: Mapping[type[Entity], Table], world: World
    ) -> list[tuple[Any, Iterable[Whenever]]]:
        """Return each entity that the changes of the tables ``before`` may affect, once, with the rows to evaluate."""
        found: dict[type[Entity], dict[str, Rows]] = {}
        for (kind, name), fields in changes.items():
            for about, rows in self._affected_by(kind, name in before[kind], tuple(fields)).items():
                rows_of = found.setdefault(about, {})
                for each in (name,) if about is kind else world.tables[about]:
                    rows_of[each] = rows_of[each] | rows if each in rows_of else rows
        return [
            (world.entity(about, name), rows)
            for about, rows_of in found.items()
            for name, rows in rows_of.items()
            if name in world.tables[about]
        ]

    def _affected_by(self, kind: type[Entity], known: bool, fields: tuple[str, ...]) -> dict[type[Entity], Rows]:
        """Return, by what they are about, the rows that may read one of the fields of such an entity; memoised."""
        key = (kind, known, fields)
        found = self._affected.get(key)
        if found is None:
            found = self._affected[key] = {}
            # nothing leads to what is new, so it affects others only where they look it up
            alone = not known and kind not in self._looked_up
            for row in self._rows:
                if any((kind, field) in self._reads[row] for field in fields) and (row.about is kind or not alone):
                    found.setdefault(row.about, {})[row] = None
        return found


def reads(row: Whenever, names: set[str], kinds: set[type[Entity]]) -> set[tuple[type[Entity], str]]:
    """Return every (kind, field) that the row may read, which mentions these names and kinds."""
    reached = {row.about} | kinds
    while more := {kind.links[name] for kind in reached for name in names & kind.links.keys()} - reached:
        reached |= more
    found = {(kind, field) for kind in reached for field in kind.fields if field in names}
    # a record that appears or disappears is a change of its state
    return found | {(kind, "state") for kind in kinds | {row.about}}


def mentioned(
    functions: Iterable[Any], meanings: Mapping[Meaning, tuple[Means, ...]]
) -> tuple[set[str], set[type[Entity]]]:
    """Return the attribute names and the entity kinds that the functions mention, directly or in what they call."""
    names: set[str] = set()
    kinds: set[type[Entity]] = set()
    todo, done = list(functions), set()
    while todo:
        function = todo.pop()
        if id(function) in done:
            continue
        done.add(id(function))
        if isinstance(function, Meaning):
            todo += [means.when for means in meanings[function]]
            continue
        own = mentions(function)
        names |= own.names
        kinds |= own.kinds
        todo += own.called
    return names, kinds


class Mentions(NamedTuple):
    """What a function itself mentions: attribute names, entity kinds, and what it calls."""

    names: frozenset[str]
    kinds: frozenset[type[Entity]]
    called: tuple[FunctionType | Meaning, ...]


@lru_cache(maxsize=4096)  # thousands of machines share functions when a verdict is explained or mutants are searched
def mentions(function: FunctionType) -> Mentions:
    """Return what the function mentions."""
    names = frozenset(code_names(function.__code__))
    values = [function.__globals__.get(name) for name in names]
    values += [cell.cell_contents for cell in function.__closure__ or ()]
    return Mentions(
        names,
        frozenset(kind for kind in ENTITY_KINDS if kind in values),
        tuple(value for value in values if isinstance(value, FunctionType | Meaning)),
    )


def code_names(code: CodeType) -> Iterator[str]:
    """Yield the names a code object mentions, with those of the code inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_names(constant)


# What rows write in one round of a step, all of it read from the same world


class RowsContradict(Exception):
    """Two rows wrote one field differently in one step, or consequences have no fixpoint: a defect of the rows."""


@final
class Writes:
    """The writes of one round: what changes, by which requirements, and the uses of keys that are recorded with it."""

    __slots__ = ("_all", "audit", "by", "changes", "tables")

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self.tables = tables
        self.audit: list[KeyUse] = []
        self.by: set[str] = set()
        self.changes: dict[tuple[type[Entity], str], dict[str, Any]] = {}
        self._all: dict[tuple[type[Entity], str], dict[str, Any]] = {}

    def add(self, requirement: str, changes: Changes) -> bool:
        """Add what a row writes, and return whether that changes anything.

        Raises `RowsContradict` where another row wrote a field differently.
        """
        changed = False
        for target, fields in changes.items():
            kind, name = target
            record, position = self.tables[kind].get(name), kind.position
            written = self._all.setdefault(target, {})
            for field, value in fields.items():
                if written.setdefault(field, value) != value:
                    raise RowsContradict(
                        f"{requirement} writes {field} of {kind.word} {name} otherwise than another row"
                    )
                if value != (record[position[field]] if record else NO_RECORD):
                    self.changes.setdefault(target, {})[field] = value
                    changed = True
        if changed:
            self.by.add(requirement)
        return changed


DOES_NOT_EXIST = Refused(frozenset({"environment.exists"}))
OF_NAMES = frozenset({"environment.exists", "environment.new-name"})
"""Reasons to refuse that say no more than that a name means nothing, or something already."""

ROUNDS = 8  # no chain of consequences is nearly as long; a longer one is a circle


# The machine.  It makes outcomes without checking them, as they are right by construction and made for every command


class Machine:
    """A set of rows, ready to be stepped through.  Rows of requirements in ``silent`` may apply or not."""

    def __init__(self, rows: Iterable[Row], silent: Collection[str] = ()) -> None:
        self.rows = tuple(rows)
        self.silent = frozenset(silent)
        self._refuse: Mapping[Any, list[Refuse]] = self._by_subject(Refuse, "on")
        self._effect: Mapping[Any, list[Effect]] = self._by_subject(Effect, "on")
        self._silent: Mapping[Any, list[Silent]] = self._by_subject(Silent, "on")
        self.whenever: Mapping[Any, list[Whenever]] = self._by_subject(Whenever, "about")
        means: Mapping[Any, list[Means]] = self._by_subject(Means, "meaning")
        self.meanings = {meaning: tuple(means.get(meaning, ())) for meaning in MEANINGS}
        self.triggers = Triggers(chain.from_iterable(self.whenever.values()), self.meanings)

    def _by_subject(self, kind: type[Any], subject: str) -> dict[Any, list[Any]]:
        """Return the rows of one kind by what they are about."""
        found: dict[Any, list[Any]] = {}
        for row in self.rows:
            if isinstance(row, kind):
                found.setdefault(getattr(row, subject), []).append(row)
        return found

    def world(self, state: State, choose: Choose | None = None) -> World:
        """Return the state as the rows of this machine see it."""
        return World(state.tables, self.meanings, choose)

    def step(self, state: State, command: Command, choose: Choose | None = None) -> tuple[State, Outcome]:
        """Return the state after the command, and the outcome.  A refused command changes nothing.

        ``choose`` decides where silent rows apply; without it every row does.
        Raises `RowsContradict` for a defect of the rows.
        """
        answer = self.respond(World(state.tables, self.meanings, choose), command)
        if type(answer) is not Writes:
            return state, answer
        if answer.changes:
            state = self._reach_fixpoint(state, answer, choose)
        return state, tuple.__new__(Accepted, (frozenset(answer.by), tuple(answer.audit)))

    def respond(self, world: World, command: Command) -> Refused | Unspecified | Writes:
        """Return what an accepted command writes by itself, or else the outcome.  Raises `RowsContradict`."""
        bound = bind(command, world)
        if type(bound) is Refused:
            return bound
        on = type(command)
        reasons: set[str] = set()
        for refuse in self._refuse.get(on, ()):
            if refuse.when(bound) and not refuse.unless(bound) and world.applies(refuse, ""):
                reasons.add(refuse.requirement)
        if reasons:
            return tuple.__new__(Refused, (frozenset(reasons),))
        for silent in self._silent.get(on, ()):
            if silent.when(bound) and world.applies(silent, ""):
                reasons.add(silent.requirement)
        if reasons:
            return tuple.__new__(Unspecified, (frozenset(reasons),))
        writes = Writes(world.tables)
        for row in self._effect.get(on, ()):
            if row.each:
                for entity in world.every(row.each):
                    if row.when(bound, entity) and world.applies(row, entity.name):
                        writes.add(row.requirement, row.then(bound, entity))
            elif row.when(bound) and world.applies(row, ""):
                writes.add(row.requirement, row.then(bound))
                if row.uses and (use := row.uses(bound)):
                    writes.audit.append(use)
                    writes.by.add(row.requirement)
        return writes

    def is_silent_about(self, state: State, command: Command) -> bool:
        """Return whether a silent row applies to the command, so a refusal may give any reason."""
        return bool(self._silences(state, command))

    def is_free(self, state: State, command: Command) -> bool:
        """Return whether a silent row lets the command do something else than other rows say."""
        return any(row.free(bound) for row, bound in self._silences(state, command))

    def _silences(self, state: State, command: Command) -> list[tuple[Silent, Any]]:
        """Return each silent row that applies to the command, with what it reads."""
        bound = bind(command, self.world(state))
        rows = () if type(bound) is Refused else self._silent.get(type(command), ())
        return [(row, bound) for row in rows if row.when(bound)]

    def follow(self, world: World, kind: type[Entity], name: str) -> Writes:
        """Return what follows at once for one entity, which must exist.  Raises `RowsContradict`."""
        writes = Writes(world.tables)
        entity = world.entity(kind, name)
        for row in self.whenever.get(kind, ()):
            if row.when(entity) and world.applies(row, name):
                writes.add(row.requirement, row.then(entity))
        return writes

    def _reach_fixpoint(self, state: State, writes: Writes, choose: Choose | None) -> State:
        """Carry out what was written, and consequences until none is left."""
        by = writes.by
        for _ in range(ROUNDS):
            before, state = state, state.with_changes(writes.changes)
            world = World(state.tables, self.meanings, choose)
            affected = self.triggers.affected(writes.changes, before.tables, world)
            writes = Writes(world.tables)
            fired = []
            for entity, rows in affected:
                for row in rows:
                    applies = row.when(entity) and world.applies(row, entity.name)
                    if applies and writes.add(row.requirement, row.then(entity)):
                        fired.append((row, entity.name))
            if not fired:
                return state
            by |= writes.by
            by |= self._meanings_behind(fired, world, by)
        raise RowsContradict(f"consequences reach no fixpoint: {', '.join(sorted(by))}")

    def _meanings_behind(self, rows: Iterable[tuple[Whenever, str]], world: World, known: set[str]) -> set[str]:
        """Return each further requirement without whose meanings one of the rows would not apply to the entity named.

        Where they all apply with all meanings, only those that were found to hold on the way are tried.
        """

        def all_apply(world: World) -> bool:
            return all(row.when(world.entity(row.about, name)) for row, name in rows)

        def without(requirement: str) -> World:
            return World(world.tables, self._without[requirement], None)

        everything = World(world.tables, self.meanings, None) if world.choose else world
        tried = everything.found if not world.choose or all_apply(everything) else self._without.keys()
        return {requirement for requirement in tried - known if not all_apply(without(requirement))}

    @cached_property
    def _without(self) -> dict[str, dict[Any, tuple[Means, ...]]]:
        """Return for each requirement that has meanings all meanings of the others."""
        return {
            name: {
                meaning: tuple(row for row in rows if row.requirement != name)
                for meaning, rows in self.meanings.items()
            }
            for name in {row.requirement for rows in self.meanings.values() for row in rows}
        }


def bind(command: Command, world: World) -> Any:
    """Return the command with entities for its names, or the refusal of a name that does not mean what it must.

    What is missing goes before everything else; whether a name that is given is free is left to the rows.
    """
    values: list[Any] = list(command)
    for index, kind, states, within in command.references:
        name = values[index]
        if name is None:
            continue
        if within is not None:
            name = f"{command[within]}/{name}"
        record = world.tables[kind].get(name)
        if states and (not record or record[-1] not in states):
            return DOES_NOT_EXIST
        values[index] = kind((world, name) + (record or kind.start))
    return tuple.__new__(type(command), values)
