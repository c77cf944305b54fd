"""A state, and a state as the rows of one machine see it."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from .entities import ENTITY_KINDS, NO_RECORD, Entity, Location, Subscription, Tenant, Tier
from .values import Value

if TYPE_CHECKING:
    from .rows import Meaning, Means, Row

Table = dict[str, tuple[Any, ...]]

Changes = Mapping[tuple[type[Entity], str], Mapping[str, Any]]
"""What a row writes: (kind, name) -> field -> value."""

Choose = Callable[["Row", str], bool]
"""Decides whether a silent row applies this time, to the entity of this name."""


class State:
    """The records of all entities, kind by kind.  A value: nothing writes to it once it is made."""

    __slots__ = ("_hash", "tables")

    def __init__(self, tables: Mapping[type[Entity], Table]) -> None:
        self.tables = tables
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, State) and self.tables == other.tables)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple(frozenset(self.tables[kind].items()) for kind in ENTITY_KINDS))
        return self._hash

    def with_changes(self, changes: Changes) -> "State":
        """Return the state with these fields written; a new record starts from its kind's defaults."""
        tables = dict(self.tables)
        for (kind, name), fields in changes.items():
            table = tables[kind]
            if table is self.tables[kind]:
                table = tables[kind] = table.copy()
            record = rewritten(kind, table.get(name), fields)
            if record is None:
                table.pop(name, None)
            else:
                table[name] = record
        return State(tables)

    def __repr__(self) -> str:
        shown = (
            f"{kind.word} {name} {dict(zip(kind.fields, record, strict=True))}"
            for kind in ENTITY_KINDS
            for name, record in sorted(self.tables[kind].items())
        )
        return f"State({'; '.join(shown)})"


def rewritten(kind: type[Entity], record: tuple[Any, ...] | None, fields: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the record with these fields written; None where it is dropped, or where no row has created it."""
    if fields.get("state") is NO_RECORD:
        return None
    values = list(record or kind.start)
    for field, value in fields.items():
        values[kind.position[field]] = value
    return tuple(values) if values[-1] != "absent" else record


EMPTY = State({kind: {} for kind in ENTITY_KINDS})


class World:
    """One state with the meanings of one machine: what the rows read."""

    __slots__ = ("_known", "choose", "meanings", "tables")

    def __init__(
        self,
        tables: Mapping[type[Entity], Table],
        meanings: "Mapping[Meaning, tuple[Means, ...]]",
        choose: Choose | None,
    ) -> None:
        self.tables = tables
        self.meanings = meanings
        self.choose = choose
        self._known: dict[tuple[Meaning, str], Means | Literal[False]] = {}

    def entity(self, kind: type[Entity], name: str) -> Any:
        """Return the entity of this kind and name, which must exist."""
        return kind((self, name) + self.tables[kind][name])

    def has(self, kind: type[Entity], name: str) -> bool:
        """Return whether there is a record of this kind and name."""
        return name in self.tables[kind]

    def every(self, kind: type[Entity]) -> Iterator[Any]:
        """Yield all entities of a kind."""
        table = self.tables[kind]
        return (kind((self, name) + table[name]) for name in table)

    def applies(self, row: "Row", name: str) -> bool:
        """Return whether the row, whose condition holds of the entity of this name, applies this time."""
        return self.choose is None or self.choose(row, name)

    def holds(self, meaning: "Meaning", entity: Entity) -> bool:
        """Return whether any row of the meaning holds of the entity."""
        key = (meaning, entity[1])
        known = self._known.get(key)
        if known is None:
            known = False
            for row in self.meanings[meaning]:
                if row.when(entity) and self.applies(row, entity.name):
                    known = row
                    break
            self._known[key] = known
        return known is not False

    @property
    def found(self) -> set[str]:
        """Return the requirements by whose meanings something was found to hold so far."""
        return {row.requirement for row in self._known.values() if row}


# The stage that a world starts from: tenants, subscriptions, locations and tiers. Commands make all else


class Stage(Value):
    """The symbolic world that an adapter maps to a real one.

    ``subscriptions`` maps each to its tenant; ``tiers`` says of each whether it supports customer-managed keys.
    """

    __slots__ = ()
    tenants: tuple[str, ...] = ("home", "abroad")
    subscriptions: Mapping[str, str] = {"production": "home", "security": "home", "foreign": "abroad"}
    regions: tuple[str, ...] = ("westeurope", "eastus")
    tiers: Mapping[str, bool] = {"cmk-tier": True, "basic-tier": False}


def initial(stage: Stage) -> State:
    """Return the state in which nothing but the stage exists."""
    records: dict[Any, dict[str, tuple[Any, ...]]] = {
        Tenant: dict.fromkeys(stage.tenants, ("active",)),
        Subscription: {name: (tenant, "active") for name, tenant in stage.subscriptions.items()},
        Location: {"global": ("global",)} | dict.fromkeys(stage.regions, ("regional",)),
        Tier: {name: (supports, "active") for name, supports in stage.tiers.items()},
    }
    return State({**EMPTY.tables, **records})


DEFAULT_STAGE = Stage()
