"""Coverage: what sequences of commands reach of all that there is in bounded worlds.

A decision is a guard of a row (`when`, `unless`), or the test of a choice (`x if test else y`) in what a row writes.
Its conditions are the parts that `and`, `or` and `not` join, in the syntax tree of the row.

Modified condition/decision coverage asks which conditions were seen to decide by themselves.  Two evaluations of a
decision show that a condition does, if they have different results, the condition was asked in both and had different
values, and every other condition had the same value wherever it was asked in both.  This is unique-cause coverage, as
far as a language can have it that asks no more than it has to: a condition that was not asked can't be the cause.
"""

import ast
import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product
from typing import Any, NamedTuple

from ..machine import DEFAULT_STAGE, Command, Machine, Outcome, Refused, State, Unspecified, initial
from ..machine.rows import Refuse, Row
from .graph import Graph, labelled_graph
from .judge import EntityName, entities_of
from .memoised import Memoised
from .row_sources import RowSource, row_sources
from .scope import Commands, Scope, start_of
from .theorems.theorem import VIEWS, view_of

# Decisions, and rows that note how each went


class Decision(NamedTuple):
    """A decision: the number of its row, the function that it is in, and its conditions as they are written.

    A guard that is left out, or that no condition is written in, has none and always goes the same way.
    """

    row: int
    part: str
    place: str
    conditions: tuple[str, ...]


class Evaluation(NamedTuple):
    """An evaluation of a decision (by number): the value of each condition, None where it was not asked; the result."""

    decision: int
    values: tuple[bool | None, ...]
    result: bool


@cache
def decisions() -> tuple[Decision, ...]:
    """Return every decision of the article's rows, in their order; each row has one at least."""
    return tuple(NotingRows(lambda _: None).decisions)


class NotingRows:
    """The article's rows, each of which notes how its decisions go, and is otherwise the same."""

    def __init__(self, note: Callable[[Evaluation], None]) -> None:
        self.note = note
        self.decisions: list[Decision] = []
        self._open: list[list[bool | None]] = []  # of the decision that is being made, and of those that wait for it
        self.rows = tuple(self._row(row, source) for row, source in enumerate(row_sources()))

    def _row(self, row: int, source: RowSource) -> Row:
        """Return one row, with functions that note."""
        functions: dict[str, Any] = {}
        for part in ("when", "unless"):
            if hasattr(source.row, part):
                functions[part] = self._guard(row, source, part)
        for part in ("then", "uses"):
            tree = copy.deepcopy(source.parts.get(part))
            choices = [node for node in ast.walk(tree) if isinstance(node, ast.IfExp)] if tree else []
            for choice in choices:
                number, size = self._decision(row, part, source, choice.test)
                test = ast.Lambda(ast.arguments([], [], None, [], [], None, []), noted(choice.test, iter(range(size))))
                choice.test = call("_decide", ast.Constant(number), ast.Constant(size), test)
            if tree and choices:
                functions[part] = source.function(tree, {"_condition": self._keep, "_decide": self._decide})
        made: Row = source.row._replace(**functions)
        return made

    def _guard(self, row: int, source: RowSource, part: str) -> Callable[..., bool]:
        """Return a guard, which notes how it goes."""
        tree = copy.deepcopy(source.parts.get(part))
        number, size = self._decision(row, part, source, tree and tree.body)
        function = getattr(source.row, part)
        if tree:
            tree.body = noted(tree.body, iter(range(size)))
            function = source.function(tree, {"_condition": self._keep})
        return lambda *seen: self._decide(number, size, function, *seen)

    def _decision(self, row: int, part: str, source: RowSource, tree: ast.expr | None) -> tuple[int, int]:
        """Add a decision; returns its number, and how many conditions it has."""
        parts = conditions(tree) if tree else []
        line = parts[0].lineno if parts else source.line
        self.decisions.append(Decision(row, part, f"{source.path}:{line}", tuple(map(ast.unparse, parts))))
        return len(self.decisions) - 1, len(parts)

    def _decide(self, number: int, size: int, function: Callable[..., Any], *seen: Any) -> bool:
        """Have a decision of so many conditions made by its function."""
        self._open.append([None] * size)
        try:
            result = bool(function(*seen))
            self.note(Evaluation(number, tuple(self._open[-1]), result))
        finally:
            self._open.pop()
        return result

    def _keep(self, position: int, value: Any) -> Any:
        """Keep the value of a condition, and give it on."""
        self._open[-1][position] = bool(value)
        return value


def conditions(tree: ast.expr) -> list[ast.expr]:
    """Return the conditions that `and`, `or` and `not` join, in the order of evaluation."""
    match tree:
        case ast.BoolOp(values=values):
            return [each for value in values for each in conditions(value)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return conditions(operand)
    return [tree]


def noted(tree: ast.expr, positions: Iterator[int]) -> ast.expr:
    """Return the expression, in which each condition is kept as it is asked."""
    match tree:
        case ast.BoolOp(op=op, values=values):
            return ast.copy_location(ast.BoolOp(op, [noted(value, positions) for value in values]), tree)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ast.copy_location(ast.UnaryOp(ast.Not(), noted(operand, positions)), tree)
    return call("_condition", ast.Constant(next(positions)), tree)


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """Return a call."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def row_applies(evaluation: Evaluation) -> bool:
    """Return whether a row applies by this: its `when` holds, or, of a demand, its `unless` does not."""
    made = decisions()[evaluation.decision]
    demands = isinstance(row_sources()[made.row].row, Refuse)
    return evaluation.result is (not demands) and made.part == ("unless" if demands else "when")


# Conditions that decide


class Condition(NamedTuple):
    """A condition, by the number of its decision and its position in it."""

    decision: int
    position: int

    def __str__(self) -> str:
        """Return it as it is written, with its place in the source."""
        made = decisions()[self.decision]
        return f"{made.conditions[self.position]} ({made.place})"


def every_condition() -> list[Condition]:
    """Return the conditions of all decisions, in their order."""
    numbered = enumerate(decisions())
    return [Condition(number, position) for number, each in numbered for position in range(len(each.conditions))]


def deciding(evaluations: Iterable[Evaluation]) -> set[Condition]:
    """Return the conditions that these evaluations show to decide by themselves."""
    by_result: dict[tuple[int, bool], set[tuple[bool | None, ...]]] = {}
    for each in evaluations:
        by_result.setdefault((each.decision, each.result), set()).add(each.values)
    found: set[Condition] = set()
    for (decision, result), ones in by_result.items():
        if result:
            for pair in product(ones, by_result.get((decision, False), ())):
                values = enumerate(zip(*pair, strict=True))
                different = [position for position, (one, other) in values if None not in (one, other) and one != other]
                if len(different) == 1:
                    found.add(Condition(decision, different[0]))
    return found


def infeasible(evaluations: Collection[Evaluation]) -> Mapping[Condition, str]:
    """Return the conditions that these do not show to decide by themselves, each with what there is of it."""
    possible = deciding(evaluations)
    found = {}
    for each in every_condition():
        if each not in possible:
            asked = {one.values[each.position] for one in evaluations if one.decision == each.decision} - {None}
            found[each] = "it never decides by itself"
            if len(asked) < 2:
                found[each] = (
                    f"it is always {str(asked.pop()).lower()} where it is asked" if asked else "it is never asked"
                )
    return found


# What a step reaches

Item = tuple[str, Any]
"""Something that can be reached: what it is, as the keys of `TITLES` have it or an evaluation, and which."""

TITLES = {
    "rows": "rows",
    "reasons": "reasons for a refusal",
    "refusals": "sets of reasons",
    "conditions": "conditions that decide (MC/DC)",
    "row_pairs": "pairs of rows in successive steps",
}


class StepRecord(NamedTuple):
    """The outcome of a step, every decision that was made on the way, and the rows that applied, by number."""

    outcome: Outcome
    evaluations: frozenset[Evaluation]
    rows: frozenset[int]


def items_of(evaluations: Iterable[Evaluation], outcome: Outcome | None = None) -> Iterator[Item]:
    """Yield what these evaluations reach, and an outcome."""
    for each in evaluations:
        yield "evaluations", each
        if row_applies(each):
            yield "rows", decisions()[each.decision].row
    if isinstance(outcome, Refused):
        yield "refusals", outcome.because
        yield from (("reasons", each) for each in outcome.because)


def items_among(records: Mapping[int, StepRecord], successive: Iterable[tuple[int, int]]) -> set[Item]:
    """Return what steps reach, given by number, and what those reach that follow each other."""
    found = {item for record in records.values() for item in items_of(record.evaluations, record.outcome)}
    for before, after in successive:
        found.update(("row_pairs", pair) for pair in product(records[before].rows, records[after].rows))
    return found


def items_along(sequences: Iterable[Iterable[StepRecord]]) -> set[Item]:
    """Return what sequences of steps reach."""
    records: dict[int, StepRecord] = {}
    successive: set[tuple[int, int]] = set()
    for sequence in sequences:
        steps = list(sequence)
        records |= {id(record): record for record in steps}
        successive |= {(id(before), id(after)) for before, after in pairwise(steps)}
    return items_among(records, successive)


class Recording:
    """A machine whose decisions are recorded.  It takes no step twice that reads the same.

    Equal records are one object, which identifies them.
    """

    def __init__(self) -> None:
        self._noted: set[Evaluation] = set()
        self._records: dict[StepRecord, StepRecord] = {}
        self.machine = Machine(NotingRows(self._noted.add).rows)
        self.step = Memoised(self._step).step
        self._look_at = Memoised(self._look).step

    def observe(self, state: State) -> frozenset[Evaluation]:
        """Return how the decisions go that are made for what a customer sees of the state."""
        return frozenset[Evaluation]().union(*(self._look_at(state, look)[1] for look in entities_of(state, VIEWS)))

    def graph(self, scope: Scope) -> Graph[StepRecord]:
        """Return the graph of a scope, labelled with what was recorded of each step."""
        return labelled_graph(scope, start_of(scope, self.machine), self.step)

    def _step(self, state: State, command: Command) -> tuple[State, StepRecord]:
        self._noted.clear()
        after, outcome = self.machine.step(state, command)
        rows = (number for kind, number in items_of(self._noted) if kind == "rows")
        record = StepRecord(outcome, frozenset(self._noted), frozenset(rows))
        return after, self._records.setdefault(record, record)

    def _look(self, state: State, at: EntityName) -> tuple[State, frozenset[Evaluation]]:
        self._noted.clear()
        view_of(self.machine.world(state).entity(at.kind, at.name))
        return state, frozenset(self._noted)


# What there is, and what is reached of it


def items_in(graph: Graph[StepRecord]) -> set[Item]:
    """Return all that steps of a scope reach, alone and in succession."""
    into: list[set[int]] = [set() for _ in range(graph.states)]
    out: list[set[int]] = [set() for _ in range(graph.states)]
    for pair in (pair for state in range(graph.states) for pair in graph.of(state)):
        out[pair.state].add(pair.label)
        if not isinstance(graph.labels[pair.label].outcome, Unspecified):
            into[pair.after].add(pair.label)
    successive = {pair for ones, others in zip(into, out, strict=True) for pair in product(ones, others)}
    return items_among(dict(enumerate(graph.labels)), successive)


def items_met(graph: Graph[StepRecord], sequences: Iterable[Iterable[int]]) -> set[Item]:
    """Return what sequences of numbers of commands reach of the graph."""
    return items_along((graph.labels[pair.label] for pair in graph.along(sequence)) for sequence in sequences)


class Worlds:
    """The recorded graphs of scopes, by name, and all that there is in them."""

    def __init__(self, scopes: Iterable[Scope]) -> None:
        self.recording = Recording()
        self.graphs = {scope.name: self.recording.graph(scope) for scope in scopes}
        self.everything: set[Item] = set()
        for graph in self.graphs.values():
            self.everything |= items_in(graph)
            for state in range(graph.states):
                self.everything.update(items_of(self.recording.observe(graph.state(state))))

    def reached(self, sequences: Iterable[Commands]) -> set[Item]:
        """Return what the sequences reach, each from a reset to the default stage, with all read after each step."""
        seen: set[frozenset[Evaluation]] = set()

        def steps(commands: Commands) -> Iterator[StepRecord]:
            state = initial(DEFAULT_STAGE)
            seen.add(self.recording.observe(state))
            for command in commands:
                state, record = self.recording.step(state, command)
                seen.add(self.recording.observe(state))
                yield record

        return items_along(map(steps, sequences)).union(*map(items_of, seen))


def of_kind(items: Iterable[Item], kind: str) -> set[Any]:
    """Return the items of a kind; a condition is reached where evaluations show that it decides by itself."""
    if kind == "conditions":
        return set(deciding(of_kind(items, "evaluations")))
    return {each for name, each in items if name == kind}


class Walked(NamedTuple):
    """Evidence of one kind: what it is called, what it is, how many sequences and commands, and what they reached."""

    name: str
    sentence: str
    sequences: int
    commands: int
    reached: set[Item]


def to_dict(everything: set[Item], evidence: Sequence[Walked]) -> dict[str, Any]:
    """Return the reach of each kind of evidence, and of all of them together."""
    never = infeasible(of_kind(everything, "evaluations"))
    return {
        "infeasible": [{"condition": str(each), "because": reason} for each, reason in never.items()],
        "evidence": [{**each._asdict(), "reached": counts(everything, each.reached)} for each in evidence],
        "together": counts(everything, set[Item]().union(*(each.reached for each in evidence))),
    }


NAMES: dict[str, Callable[[Any], str]] = {
    "rows": lambda number: f"{row_sources()[number].row.requirement} ({row_sources()[number].place})",
    "reasons": str,
    "conditions": str,
}
"""Items that are few, each with the function that names them."""


def counts(everything: set[Item], reached: set[Item]) -> dict[str, dict[str, Any]]:
    """Return of each kind of item how many were reached of how many, and the missing ones where they are few.

    All rows count, also those that no scope has.
    """
    every = {kind: of_kind(everything, kind) for kind in TITLES}
    every["rows"] = set(range(len(row_sources())))
    found: dict[str, dict[str, Any]] = {}
    for kind, there in every.items():
        missing = there - of_kind(reached, kind)
        found[kind] = {"reached": len(there) - len(missing), "of": len(there)}
        if kind in NAMES:
            found[kind]["missing"] = sorted(map(NAMES[kind], missing))
    return found


def table(data: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield a line for each kind of item, with the number for each kind of evidence, and for all together.

    The first line names the kinds.
    """
    columns = [(each["name"], each["reached"]) for each in data["evidence"]]
    columns.append(("together", data["together"]))
    yield ["", *(name for name, _ in columns)]
    for kind, title in TITLES.items():
        yield [title, *(share(**reached[kind]) for _, reached in columns)]


def share(reached: int, of: int, **_: Any) -> str:
    """Return the share, rounded down, with the counts."""
    return f"{reached:,} of {of:,} ({100 * reached // of if of else 100}%)"
