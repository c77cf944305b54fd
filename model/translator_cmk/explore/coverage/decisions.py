"""Decisions of the rows and their coverage: rows that note how each decision went, and MC/DC.

A decision is a guard of a row (`when`, `unless`), or the test of a choice (`x if test else y`) in what a row writes.
Its conditions are the parts that `and`, `or` and `not` join, in the syntax tree of the row.

Modified condition/decision coverage asks which conditions were seen to decide by themselves.  Two evaluations of a
decision show that a condition does, if they have different results, the condition was asked in both and had different
values, and every other condition had the same value wherever it was asked in both.  This is unique-cause coverage, as
far as a language can have it that asks no more than it has to: a condition that was not asked can't be the cause.
"""

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from ...machine import Command, Machine, Outcome, State
from ...machine.observation import SEEN
from ...machine.rows import Refuse, Row
from ..graph import Graph, labelled_graph
from ..judge import EntityName
from ..memoised import Memoised
from ..row_sources import RowSource, row_sources
from ..scopes import Scope, start_of

GUARDS = ("when", "unless")
WRITTEN = ("then", "uses")


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


Note = Callable[[Evaluation], None]


@cache
def decisions() -> tuple[Decision, ...]:
    """Return every decision of the article's rows, in their order; each row has one at least."""
    return tuple(each for number, source in enumerate(row_sources()) for each in of_row(number, source))


def of_row(number: int, source: RowSource) -> Iterator[Decision]:
    """Yield the decisions of one row: its guards, then its choices."""
    for part in GUARDS:
        if hasattr(source.row, part):
            tree = source.parts.get(part)
            yield decision(number, part, source, conditions(tree.body) if tree else [])
    for part in WRITTEN:
        for choice in choices(source.parts.get(part)):
            yield decision(number, part, source, conditions(choice.test))


def decision(number: int, part: str, source: RowSource, parts: list[ast.expr]) -> Decision:
    """Return the decision of these conditions."""
    line = parts[0].lineno if parts else source.line
    return Decision(number, part, f"{source.path}:{line}", tuple(map(ast.unparse, parts)))


def choices(tree: ast.Lambda | None) -> list[ast.IfExp]:
    """Return the choices in a function."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.IfExp)] if tree else []


def conditions(tree: ast.expr) -> list[ast.expr]:
    """Return the conditions that `and`, `or` and `not` join, in the order of evaluation."""
    match tree:
        case ast.BoolOp(values=values):
            return [each for value in values for each in conditions(value)]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return conditions(operand)
    return [tree]


def noting_rows(note: Note) -> tuple[Row, ...]:
    """Return the article's rows, each of which notes how its decisions go, and is otherwise the same."""
    numbers: dict[tuple[int, str], list[int]] = {}
    for number, each in enumerate(decisions()):
        numbers.setdefault((each.row, each.part), []).append(number)
    return tuple(noting_row(source, row, numbers, Noting(note)) for row, source in enumerate(row_sources()))


class Noting:
    """Keeps the values of the conditions of the decision that is being made, and of those that it waits for."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.open: list[list[bool | None]] = []

    def decide(self, number: int, size: int, function: Callable[..., Any], *seen: Any) -> bool:
        """Have a decision of so many conditions made by its function."""
        self.open.append([None] * size)
        try:
            result = bool(function(*seen))
            self.note(Evaluation(number, tuple(self.open[-1]), result))
        finally:
            self.open.pop()
        return result

    def condition(self, position: int, value: Any) -> Any:
        """Keep the value of a condition, and give it on."""
        self.open[-1][position] = bool(value)
        return value


def noting_row(source: RowSource, row: int, numbers: dict[tuple[int, str], list[int]], noting: Noting) -> Row:
    """Return one row, with functions that note."""
    functions: dict[str, Any] = {}
    for part in GUARDS:
        if (row, part) in numbers:
            (number,) = numbers[row, part]
            functions[part] = noting_guard(source, part, number, noting)
    for part in WRITTEN:
        if (row, part) in numbers:
            functions[part] = noting_choices(source, part, numbers[row, part], noting)
    made: Row = source.row._replace(**functions)
    return made


def noting_guard(source: RowSource, part: str, number: int, noting: Noting) -> Callable[..., bool]:
    """Return the guard, which notes how it goes."""
    tree = copy.deepcopy(source.parts[part]) if part in source.parts else None
    function = getattr(source.row, part)
    size = len(decisions()[number].conditions)
    if tree:
        tree.body = noted(tree.body, iter(range(size)))
        function = source.function(tree, {"_condition": noting.condition})
    return lambda *seen: noting.decide(number, size, function, *seen)


def noting_choices(source: RowSource, part: str, numbers: list[int], noting: Noting) -> Callable[..., Any]:
    """Return the function that writes, which notes how each of its choices goes."""
    tree = copy.deepcopy(source.parts[part])
    for number, choice in zip(numbers, choices(tree), strict=True):
        size = len(decisions()[number].conditions)
        test = ast.Lambda(ast.arguments([], [], None, [], [], None, []), noted(choice.test, iter(range(size))))
        choice.test = called("_decide", ast.Constant(number), ast.Constant(size), test)
    return source.function(tree, {"_condition": noting.condition, "_decide": noting.decide})


def noted(tree: ast.expr, positions: Iterator[int]) -> ast.expr:
    """Return the expression, in which each condition is kept as it is asked."""
    match tree:
        case ast.BoolOp(op=op, values=values):
            return ast.copy_location(ast.BoolOp(op, [noted(value, positions) for value in values]), tree)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ast.copy_location(ast.UnaryOp(ast.Not(), noted(operand, positions)), tree)
    return called("_condition", ast.Constant(next(positions)), tree)


def called(name: str, *arguments: ast.expr) -> ast.Call:
    """Return a call."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def row_applies(evaluation: Evaluation) -> bool:
    """Return whether a row applies by this: its `when` holds, or, of a demand, its `unless` does not."""
    made = decisions()[evaluation.decision]
    if made.part in WRITTEN:
        return False
    demands = isinstance(row_sources()[made.row].row, Refuse)
    return evaluation.result is (not demands) and made.part == ("unless" if demands else "when")


class Condition(NamedTuple):
    """A condition, by the number of its decision and its position in it."""

    decision: int
    position: int

    @property
    def place(self) -> str:
        """Return the place of the decision in the source."""
        return decisions()[self.decision].place

    @property
    def text(self) -> str:
        """Return the condition as it is written."""
        return decisions()[self.decision].conditions[self.position]


def every_condition() -> tuple[Condition, ...]:
    """Return the conditions of all decisions, in their order."""
    return tuple(
        Condition(number, position)
        for number, each in enumerate(decisions())
        for position in range(len(each.conditions))
    )


def shown(evaluations: Iterable[Evaluation]) -> set[Condition]:
    """Return the conditions that these evaluations show to decide by themselves."""
    by_result: dict[tuple[int, bool], set[tuple[bool | None, ...]]] = {}
    for each in evaluations:
        by_result.setdefault((each.decision, each.result), set()).add(each.values)
    found: set[Condition] = set()
    for (decision, result), ones in by_result.items():
        if result:
            for one, other in product(ones, by_result.get((decision, False), ())):
                different = list(differences(one, other))
                if len(different) == 1:
                    found.add(Condition(decision, different[0]))
    return found


def differences(one: tuple[bool | None, ...], other: tuple[bool | None, ...]) -> Iterator[int]:
    """Yield the positions of the conditions that were asked in both and had different values."""
    for position, (first, second) in enumerate(zip(one, other, strict=True)):
        if first is not None and second is not None and first is not second:
            yield position


def values(condition: Condition, evaluations: Iterable[Evaluation]) -> set[bool]:
    """Return the values that a condition had where it was asked."""
    asked = (each.values[condition.position] for each in evaluations if each.decision == condition.decision)
    return {value for value in asked if value is not None}


VIEWS = {kind: (shows, view) for kind, shows, view in SEEN}


class StepRecord(NamedTuple):
    """What record of a step, and how every decision went that was made on the way."""

    outcome: Outcome
    evaluations: frozenset[Evaluation]

    @property
    def applied(self) -> frozenset[int]:
        """Return the rows that applied, by number."""
        return frozenset(decisions()[each.decision].row for each in self.evaluations if row_applies(each))


class Recording:
    """A machine whose decisions are recorded.  It takes no step twice that reads the same.

    Equal records are one object, which identifies them.
    """

    def __init__(self) -> None:
        self._noted: set[Evaluation] = set()
        self._records: dict[StepRecord, StepRecord] = {}
        self.machine = Machine(noting_rows(self._noted.add))
        self.step = Memoised(self._step).step
        self._look_at = Memoised(self._look).step

    def observe(self, state: State) -> frozenset[Evaluation]:
        """Return how the decisions go that are made for what a customer sees of the state."""
        looks = (EntityName(kind, name) for kind in VIEWS for name in state.tables[kind])
        return frozenset[Evaluation]().union(*(self._look_at(state, look)[1] for look in looks))

    def _step(self, state: State, command: Command) -> tuple[State, StepRecord]:
        self._noted.clear()
        after, outcome = self.machine.step(state, command)
        record = StepRecord(outcome, frozenset(self._noted))
        return after, self._records.setdefault(record, record)

    def _look(self, state: State, look: EntityName) -> tuple[State, frozenset[Evaluation]]:
        self._noted.clear()
        entity = self.machine.world(state).entity(look.kind, look.name)
        shows, view = VIEWS[look.kind]
        if shows(entity):
            view(entity)
        return state, frozenset(self._noted)


def recorded_graph(scope: Scope) -> Graph[StepRecord]:
    """Return the graph of a scope, labelled with what record of each step and how decisions went."""
    recording = Recording()
    return labelled_graph(scope, start_of(scope, recording.machine), recording.step)
