"""Write a scope in Promela for Spin, and in Murphi for Rumur.

Each entity that can change is a variable: the number of its record among those that a search has
seen, 0 at the start. Each command is a step, also if it is refused, and consequences belong to the
step.  What a step does is what the memoised search has recorded: where these records were read,
those are written.  In a state that fits no case the model breaks an assertion: the search has
missed that state.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from translator_cmk.explore.graph import Graph
from translator_cmk.explore.scopes import Scope, start_of
from translator_cmk.machine import ROWS, Command, Machine
from translator_cmk.machine.entities import Entity
from translator_cmk.machine.memoised import Leaf, Memoised, Node

Name = tuple[type[Entity], str]


class Atom(NamedTuple):
    """A variable has this value, or, if not ``equal``, any other."""

    variable: str
    equal: bool
    value: int


class Case(NamedTuple):
    """A case of a step: the atoms that the state meets in it, and the variables that are written,
    with their values.
    """

    atoms: tuple[Atom, ...]
    written: tuple[tuple[str, int], ...]


class Translation:
    """A scope as variables, and for each command when it is offered and its cases."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        machine = Machine(ROWS)
        memoised = Memoised(machine.step)
        self.graph = Graph(scope, start_of(scope, machine), memoised.step)
        self.trees = memoised.trees
        self.records = records_of(self.graph)
        self.variables = {name: f"v{number}" for number, name in enumerate(self.records)}

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many values each variable has."""
        return {self.variables[name]: len(records) for name, records in self.records.items()}

    def offered(self, command: Command) -> list[list[Atom]]:
        """Return when the command is offered: of each list, one of the atoms is met."""
        found = []
        for condition in self.scope.conditions(command):
            name = (condition.kind, condition.name)
            if name not in self.records:
                continue  # it never changes, and the command is offered at the start
            position = condition.kind.position[condition.field]
            fitting = []
            for number, record in enumerate(self.records[name]):
                value = None if record is None else record[position]
                if value in condition.values:
                    fitting.append(Atom(self.variables[name], True, number))
            found.append(fitting)
        return found

    def cases(self, command: Command) -> list[Case]:
        """Return the cases of the step of a command."""
        trees = self.trees.get(type(command), {})
        tree = trees.get(tuple(command))
        if tree is None:
            return []  # it is offered in no state
        return list(dict.fromkeys(self._cases(tree, ())))

    def _cases(self, node: Node | Leaf, atoms: tuple[Atom, ...]) -> Iterator[Case]:
        """Yield the cases below a node, at which these atoms were met."""
        if isinstance(node, Leaf):
            yield Case(atoms, tuple(self._written(node)))
            return
        for value, branch in node.branches.items():
            more = (
                self._names_are(node.kind, value)
                if node.name is None
                else self._record_is(node, value)
            )
            yield from self._cases(branch, (*atoms, *more))

    def _record_is(self, node: Node, record: Any) -> Iterator[Atom]:
        """Yield the atom that the record that a node reads is this one."""
        name: Any = (node.kind, node.name)
        if name in self.records:
            yield Atom(self.variables[name], True, self.records[name].index(record))

    def _names_are(self, kind: type[Entity], names: tuple[str, ...]) -> Iterator[Atom]:
        """Yield the atoms that of a kind the entities of these names exist, and no others."""
        for (of, name), records in self.records.items():
            if of is kind and None in records:
                yield Atom(self.variables[of, name], name not in names, records.index(None))

    def _written(self, leaf: Leaf) -> Iterator[tuple[str, int]]:
        """Yield the variables that a step writes, with their values."""
        for kind, records in leaf.changes:
            for name, record in records:
                if (kind, name) in self.records:
                    yield self.variables[kind, name], self.records[kind, name].index(record)


def records_of(graph: Graph[Any]) -> dict[Name, list[Any]]:
    """Return of each entity that changes all its records (None: it is not there), that of the start
    first.
    """
    states = [graph.state(number) for number in range(graph.states)]
    names: dict[Name, None] = {}
    for state in states:
        for kind, table in state.tables.items():
            names.update(dict.fromkeys((kind, name) for name in table))
    found = {}
    for kind, name in names:
        records = list(dict.fromkeys(state.tables[kind].get(name) for state in states))
        if len(records) > 1:
            found[kind, name] = records
    return found


class Operators(NamedTuple):
    """The operators of a language."""

    both: str
    either: str
    equal: str

    def condition(self, atoms: Iterable[Atom]) -> str:
        """Return the condition that all atoms are met."""
        return f" {self.both} ".join(map(self.atom, atoms)) or "true"

    def atom(self, atom: Atom) -> str:
        """Return the condition that the atom is met."""
        return f"{atom.variable} {self.equal if atom.equal else '!='} {atom.value}"

    def offered(self, alternatives: Iterable[Iterable[Atom]]) -> str:
        """Return the condition that of each list an atom is met."""
        parts = []
        for atoms in alternatives:
            any_of = f" {self.either} ".join(map(self.atom, atoms))
            parts.append(f"({any_of or 'false'})")
        return f" {self.both} ".join(parts) or "true"


def promela(scope: Scope) -> str:
    """Return the scope in Promela, as Spin 6.5 reads it."""
    translation = Translation(scope)
    language = Operators("&&", "||", "==")
    text = []
    for variable, size in translation.sizes.items():
        bits = max(1, (size - 1).bit_length())
        text.append(f"unsigned {variable} : {bits};")
    text += ["active proctype world() {", "end: do"]
    for command in scope.alphabet:
        text += [f":: d_step {{ {language.offered(translation.offered(command))} ->", "if"]
        for case in translation.cases(command):
            writes = "".join(f"{variable} = {value}; " for variable, value in case.written)
            text.append(f":: {language.condition(case.atoms)} -> {writes}skip")
        text += [
            ":: else -> assert(false)",
            "fi;",
            "skip /* Spin forgets where a d_step leads to that ends so */",
            "}",
        ]
    return "\n".join([*text, "od", "}", ""])


def murphi(scope: Scope) -> str:
    """Return the scope in Murphi, in the dialect of Rumur."""
    translation = Translation(scope)
    language = Operators("&", "|", "=")
    text = ["var"]
    for variable, size in translation.sizes.items():
        text.append(f"  {variable}: 0..{size - 1};")
    text.append('startstate "start" begin')
    for variable in translation.sizes:
        text.append(f"  {variable} := 0;")
    text.append("end;")
    for number, command in enumerate(scope.alphabet):
        text += [f'rule "{number}"', language.offered(translation.offered(command)), "==>", "begin"]
        word = "if"
        for case in translation.cases(command):
            writes = "".join(f"{variable} := {value}; " for variable, value in case.written)
            text.append(f"{word} {language.condition(case.atoms)} then {writes}")
            word = "elsif"
        if word == "elsif":
            text += ['else error "a state that the search has missed";', "endif;"]
        text.append("end;")
    return "\n".join([*text, ""])
