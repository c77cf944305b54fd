"""Make first-order mutants of the example in Python, and judge whether the kit catches each, by features and tour.

Run as `python -m tests.evidence.run example_mutants`, and by `make evidence`.  A mutant is the example's code with one
small change.  What serves the protocol is left alone, and so are names of fields: a wrong name is a crash at once, and
no mistake that anybody would make.  A mutant that is not caught runs beside the example through random walks: without a
difference it counts as equivalent, otherwise it survives.  Judged mutants are kept in .results/, and a broken-off run
continues from there.  The exit code is 1, and nothing is written, if fewer than 98 % of those that differ are caught.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from random import Random
from textwrap import indent
from typing import Any, NamedTuple

from tests.evidence.lanes import InProcess, default_suites, features, steps, tour
from tests.evidence.writing import ROOT, Kept, fingerprint, stamp, write_measurement
from translator_cmk.conformance.fuzz import alphabet
from translator_cmk.language import command_to_wire, stage_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE

PROGRAM = ROOT / "docs" / "examples" / "python" / "emulator.py"
SOURCE = PROGRAM.read_text("utf-8")
PROFILE = "full"
"""Everything that the example does counts, and not only what the article grounds."""

LANES = {"features": partial(features, profile=PROFILE), "tour": partial(tour, profile=PROFILE)}

GOAL = 98
"""The least number of mutants that are caught, of a hundred that differ from the example."""

VERDICTS = ("equivalent", "killed", "survives")

WALKS, LENGTH, TRIES = 1_500, 25, 5
"""The number of random walks, of steps in each, and of commands that are tried for a step that changes something."""

Verdict = dict[str, Any]


def main() -> int:
    """Judge every mutant and write the totals; returns the exit code."""
    now = stamp("conformance")
    every = list(mutants(SOURCE))
    kept = Kept("example-mutants", now["digest"])
    default_suites()  # before there are several processes, which then share what takes seconds to make
    walks()
    found = kept.all_of({fingerprint(mutant.source): mutant for mutant in every}, judge)
    judged = list(zip(every, found, strict=True))
    counts = totals(verdict for _, verdict in judged)
    print(f"{counts['killed']} of {counts['killed'] + counts['survives']} mutants caught; {counts['equivalent']} more")
    for mutant, verdict in judged:
        if verdict["verdict"] == "survives":
            print(f"survives: {mutant.function}:{mutant.line}: {mutant.was} -> {mutant.now}: {verdict['because']}")
    if 100 * counts["killed"] < GOAL * (counts["killed"] + counts["survives"]):
        print(f"falls short of {GOAL} %")
        return 1
    by_features = sum(verdict.get("lane") == "features" for _, verdict in judged)
    compared = sum(map(len, walks()))
    language = {"language": "python", **counts, "by_features": by_features, "steps": compared}
    kinds = dict.fromkeys(mutant.kind for mutant in every)
    operators = [{"kind": kind, **totals(v for mutant, v in judged if mutant.kind == kind)} for kind in kinds]
    write_measurement("example_mutants", {**now, "languages": [language], "operators": operators})
    kept.forget()
    return 0


def totals(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Return how many mutants there are, and how many of each verdict."""
    counted = Counter(verdict["verdict"] for verdict in verdicts)
    return {"mutants": counted.total(), **{verdict: counted[verdict] for verdict in VERDICTS}}


def judge(mutant: "Mutant") -> Verdict:
    """Return the verdict on a mutant: the lane and steps that caught it, or how it differs without being caught."""
    for name, lane in LANES.items():
        taken = steps(InProcess(mutant.source), lane)
        if taken is not None:
            return {"verdict": "killed", "lane": name, "steps": taken}
    because = difference(mutant.source, walks())
    return {"verdict": "survives", "because": because} if because else {"verdict": "equivalent"}


# The comparison with the example, step by step


class Step(NamedTuple):
    """A command, its answer, and everything that a customer sees then."""

    command: dict[str, Any]
    answer: dict[str, Any]
    seen: Any


class Program:
    """The example or a mutant of it, at the beginning of a walk."""

    def __init__(self, source: str) -> None:
        self.module: dict[str, Any] = {"__name__": "emulator"}
        exec(compile(source, "emulator.py", "exec"), self.module)
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        self.emulator = self.module["Emulator"](stage_to_wire(DEFAULT_STAGE))

    def step(self, command: dict[str, Any]) -> Step:
        """Submit a command and observe; a crash is an answer."""
        try:
            answer = self.module["submit"](self.emulator, **command)
            return Step(command, answer, self.emulator.observe())
        except Exception as error:  # noqa: BLE001  # a mutant may raise anything
            return Step(command, {"answer": type(error).__name__}, None)


@cache
def walks(number: int = WALKS) -> list[list[Step]]:
    """Return random walks of the example from every situation on; most of their steps change something."""
    random = Random(1)
    example = Program(SOURCE)
    commands = [command_to_wire(each) for each in alphabet()]
    starts = [(), *(each.commands for each in situations().values())]
    found = []
    for turn in range(number):
        example.reset()
        walk = [example.step(command_to_wire(each)) for each in starts[turn % len(starts)]]
        for _ in range(LENGTH):
            for _ in range(TRIES):
                walk.append(example.step(random.choice(commands)))
                if len(walk) == 1 or walk[-1].seen != walk[-2].seen:
                    break
        found.append(walk)
    return found


def difference(source: str, expected: Iterable[list[Step]]) -> str | None:
    """Return where a mutant differs from the example, in one sentence; None where it does not."""
    mutant = Program(source)
    for walk in expected:
        mutant.reset()
        for step in walk:
            found = mutant.step(step.command)
            name = step.command["command"]
            if not may_be(step.answer, found.answer):
                return f"answers {name} with {found.answer}, and the example with {step.answer}"
            if found.seen != step.seen:
                return f"shows another state after {name}"
    return None


def may_be(right: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Tell whether an answer would be right where the example gives another: of several reasons, some are enough."""
    if right["answer"] == answer["answer"] == "refused":
        return set() < set(answer["because"]) <= set(right["because"])
    return right == answer


# The mutants

PROTOCOL = ("answer", "main")
"""Functions that serve the protocol."""

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
WORDS = (
    ("active", "deleted", "purged"),
    ("uploaded", "deleted"),
    ("deployed", "undeployed", "deleted"),
    ("customer-managed", "microsoft-managed"),
    ("portal", "api"),
    ("key-vault", "managed-hsm"),
    ("global", "westeurope"),
    ("RSA", "RSA-HSM", "EC"),
    ("access-policies", "rbac"),
)
"""Values of one field; one is exchanged for each of the others."""


class Mutant(NamedTuple):
    """One change: the function it is in, its line, what was there and is now, the kind of change, and the code."""

    function: str
    line: int
    was: str
    now: str
    kind: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Yield each mutant of the code once, in the order of the code; two changes that come to the same code are one."""
    for function in functions(ast.parse(source)):
        seen = {ast.unparse(function)}
        for parent, field, index in places(function):
            node = child(parent, field, index)
            for kind, now in changes(node, function):
                with put(parent, field, index, now or ast.Pass()):
                    code = ast.unparse(ast.fix_missing_locations(function))
                if code not in seen:
                    seen.add(code)
                    line: int = getattr(node, "lineno", 0) or node.target.lineno  # a comprehension has no line
                    yield Mutant(function.name, line, short(node), short(now), kind, spliced(source, function, code))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions and methods that hold the behaviour of the example."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in PROTOCOL:
            yield node


def places(function: ast.FunctionDef) -> list[tuple[ast.AST, str, int]]:
    """Return the place of each node in the function: its parent, the field, and the number in a list, or -1."""
    found = []
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                found += [(parent, field, index) for index, each in enumerate(value) if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append((parent, field, -1))
    return found


def child(parent: ast.AST, field: str, index: int) -> Any:
    """Return the node in a place."""
    value = getattr(parent, field)
    return value if index < 0 else value[index]


@contextmanager
def put(parent: ast.AST, field: str, index: int, now: ast.AST) -> Iterator[None]:
    """Put another node in a place for a while."""
    before = getattr(parent, field)
    setattr(parent, field, now if index < 0 else [*before[:index], now, *before[index + 1 :]])
    try:
        yield
    finally:
        setattr(parent, field, before)


def spliced(source: str, function: ast.FunctionDef, code: str) -> str:
    """Return the source with other code for a function."""
    lines = source.splitlines()
    assert function.end_lineno is not None
    lines[function.lineno - 1 : function.end_lineno] = indent(code, " " * function.col_offset).splitlines()
    return "\n".join(lines) + "\n"


Changed = ast.expr | ast.stmt | ast.comprehension | ast.keyword | None


def changes(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, Changed]]:
    """Yield each change of the node, None for its removal, with the kind of change."""
    match node:
        case ast.Compare(left, [operator], [right]):
            for other in COMPARISONS.get(type(operator), ()):
                yield "comparison negated", ast.Compare(left, [other()], [right])
        case ast.BoolOp(operator, values):
            yield "connective changed", ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), values)
            for index in range(len(values)):
                rest = [value for number, value in enumerate(values) if number != index]
                yield "condition dropped", rest[0] if len(rest) == 1 else ast.BoolOp(operator, rest)
        case ast.UnaryOp(ast.Not(), operand):
            yield "condition negated", operand
        case ast.IfExp(test, body, orelse):
            yield "condition negated", ast.IfExp(test, orelse, body)
        case ast.If(test, body, orelse):
            yield "condition negated", ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
            yield "condition dropped", ast.If(ast.Constant(True), body, orelse)
        case ast.comprehension(target, iterated, conditions, _):
            for index, condition in enumerate(conditions):
                rest = conditions[:index] + conditions[index + 1 :]
                yield "condition dropped", ast.comprehension(target, iterated, rest, 0)
                negated = ast.UnaryOp(ast.Not(), condition)
                yield "condition negated", ast.comprehension(target, iterated, [*rest, negated], 0)
            for part in ("[:1]", "[1:]"):
                yield "some of a loop left out", ast.comprehension(target, some(iterated, part), conditions, 0)
        case ast.For(target, iterated, body, orelse):
            for part in ("[:1]", "[1:]"):
                yield "some of a loop left out", ast.For(target, some(iterated, part), body, orelse, lineno=node.lineno)
        case ast.Constant(value) if value is True or value is False:
            yield "constant changed", ast.Constant(not value)
        case ast.Constant(value) if isinstance(value, int):
            yield "constant changed", ast.Constant(value + 1)
            yield "constant changed", ast.Constant(value - 1)
        case ast.Name(name, ast.Load()):
            parameters = [each.arg for each in function.args.args if each.arg != "self"]
            if name in parameters and len(parameters) > 1:
                yield "another parameter", ast.Name(parameters[parameters.index(name) - 1], ast.Load())
        case ast.Call(called, arguments, keywords):
            for index in range(len(keywords)):
                rest_of_them = keywords[:index] + keywords[index + 1 :]
                yield "keyword dropped", ast.Call(called, arguments, rest_of_them)
        case ast.AugAssign(target, ast.Add(), value):
            yield "statement dropped", None
            yield "sign changed", ast.AugAssign(target, ast.Sub(), value)
        case ast.Return(value) if value is not None:
            yield "value not returned", ast.Return(None)
        case ast.Expr(ast.Constant()):
            pass  # a docstring
        case ast.Expr() | ast.Assign() | ast.Delete():
            yield "statement dropped", None
    yield from words(node)


def words(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield other values in place of a value of a field."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for vocabulary in WORDS:
            if node.value in vocabulary:
                yield from (("value changed", ast.Constant(each)) for each in vocabulary if each != node.value)


def some(iterated: ast.expr, part: str) -> ast.expr:
    """Return a part of an iterable."""
    found = ast.parse(f"list(0){part}", mode="eval").body
    assert isinstance(found, ast.Subscript)
    assert isinstance(found.value, ast.Call)
    found.value.args = [iterated]
    return found


def short(node: ast.AST | None) -> str:
    """Return code on one line, as short as a table takes it; empty for nothing."""
    if node is None:
        return ""
    if isinstance(node, ast.If | ast.For):
        head = ast.unparse(node).splitlines()[0]
        return head.removesuffix(":")
    return " ".join(ast.unparse(node).split())


if __name__ == "__main__":
    sys.exit(main())
