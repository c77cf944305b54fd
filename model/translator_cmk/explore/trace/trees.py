"""Functions of packed states, each looked up wherever it was computed before from the same reads, and exactly.

The order in which a function reads records follows from their values, so that the reads of one function make a tree: a
node says what is read next, and has a branch for each value that was found there.  Whatever is read gets a field in the
packed state, so that no result ever has to be forgotten.

Most are found sooner, by the bits under the mask of all that the function was ever seen to read.  As the mask grows,
those that were found under a narrower one stay right: they are of states with zeros in the other bits.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...machine import State
from ...machine.entities import KINDS
from ..engines.packing import Name, Packing, Reads, viewed
from ..engines.remembering import Recorded

WIDTH = 14
"""The bits of a field: for more records of one entity than an oracle keeps states."""


class Field:
    """The bits of a packed state that are read: those of one entity, or of all of a kind, which grow in number."""

    __slots__ = ("mask", "users")

    def __init__(self, mask: int) -> None:
        self.mask = mask
        self.users: dict[Tree, None] = {}

    def grow(self, mask: int) -> None:
        """Take these bits in."""
        self.mask |= mask
        for tree in self.users:
            tree.mask |= mask


class Node(NamedTuple):
    """What is read next, and where each value leads: to another node, or to a result."""

    field: Field
    branches: dict[int, Any]


class Tree:
    """The results of one function, which is told a state, and the same packed.  No result may be None."""

    __slots__ = ("function", "known", "mask", "root")

    def __init__(self, function: Callable[[State, int], Any]) -> None:
        self.function = function
        self.root = Node(Field(0), {})
        self.mask = 0
        self.known: dict[int, Any] = {}


class Trees:
    """What the trees of functions of one machine share: how states are packed, from one start on.

    ``learned`` counts the results that are kept.  Where an entity has more records than a field has numbers for,
    methods raise `FieldTooNarrow`.
    """

    def __init__(self, start: State) -> None:
        self.packing = Packing(start, WIDTH)
        self.learned = 0
        self._fields: dict[Name, Field] = {}
        self._of_kind = {kind: Field(0) for kind in KINDS}
        for kind, table in start.tables.items():
            for name in table:
                self.field((kind, name))

    def pack(self, state: State) -> int:
        """The state as an integer."""
        for kind, table in state.tables.items():
            for name in table:
                self.field((kind, name))
        return self.packing.pack(state)

    def field(self, name: Name) -> Field:
        """The field of an entity, which gets one."""
        field = self._fields.get(name)
        if field is None:
            kind, local = name
            self.packing.number(name, self.packing.start.tables[kind].get(local))
            field = self._fields[name] = Field(self.packing.bits([name]))
            self._of_kind[kind].grow(field.mask)
            self.came(name)
        return field

    def came(self, name: Name) -> None:
        """Told of each entity that gets a field."""

    def move(self, packed: int, name: Name, record: Any) -> int:
        """What to add to a packed state for the entity to have this record; None where it has none."""
        was = self.packing.record(packed, name)
        if record == was:
            return 0
        self.field(name)
        return (self.packing.number(name, record) - self.packing.number(name, was)) << self.packing.shifts[name]

    def look_up(self, tree: Tree, packed: int) -> Any:
        """The result for a packed state."""
        known = tree.known.get(packed & tree.mask)
        if known is None:
            node: Any = tree.root
            while type(node) is Node:
                node = node.branches.get(packed & node.field.mask)
            known = self._learn(tree, packed) if node is None else node
            tree.known[packed & tree.mask] = known
            self.learned += 1
        return known

    def _learn(self, tree: Tree, packed: int) -> Any:
        """Compute a result, and put it where the same reads lead to."""
        reads: Reads = {}
        tables = viewed(packed, self.packing, reads)
        recorded: Any = {kind: Recorded(kind, tables[kind], {}, {}) for kind in KINDS}
        result = tree.function(State(recorded), packed)
        left = dict.fromkeys(self._read(reads))
        for field in left:
            tree.mask |= field.mask
            field.users[tree] = None
        node = tree.root
        while type(below := node.branches.get(packed & node.field.mask)) is Node:
            left.pop(below.field, None)
            node = below
        for field in left:
            below = node.branches[packed & node.field.mask] = Node(field, {})
            node = below
        node.branches[packed & node.field.mask] = result
        self.learned += 1
        return result

    def _read(self, reads: Reads) -> Iterator[Field]:
        """The fields of what was read, in the order in which it was."""
        whole = set()
        for kind, name in reads:
            if name is not None:
                field = self.field((kind, name))  # it gets one, even if the field of its kind is read already
                if kind not in whole:
                    yield field
            else:
                whole.add(kind)
                yield self._of_kind[kind]
