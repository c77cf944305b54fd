"""First-order mutants of the example implementation in Python: its code with one small change each.

What speaks the protocol is left alone, as is what a field is called: a wrong name is a crash at once, and no mistake
that anybody would make.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Any, NamedTuple

PROGRAM = Path(__file__).resolve().parents[2] / "docs" / "examples" / "python" / "emulator.py"
PROTOCOL = ("answer", "main")
"""Functions that speak the protocol."""

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
    """Each mutant of the code once, in the order of the code; two changes that come to the same code are one."""
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
                    yield Mutant(function.name, line, told(node), told(now), kind, spliced(source, function, code))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions and methods that hold what the example does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in PROTOCOL:
            yield node


def places(function: ast.FunctionDef) -> list[tuple[ast.AST, str, int]]:
    """Where there is a node in the function: its parent, the field, and the number in a list, or -1."""
    found = []
    for parent in ast.walk(function):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                found += [(parent, field, index) for index, each in enumerate(value) if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append((parent, field, -1))
    return found


def child(parent: ast.AST, field: str, index: int) -> Any:
    """The node in a place."""
    value = getattr(parent, field)
    return value if index < 0 else value[index]


@contextmanager
def put(parent: ast.AST, field: str, index: int, now: ast.AST) -> Iterator[None]:
    """Have another node in a place for a while."""
    before = getattr(parent, field)
    setattr(parent, field, now if index < 0 else [*before[:index], now, *before[index + 1 :]])
    try:
        yield
    finally:
        setattr(parent, field, before)


def spliced(source: str, function: ast.FunctionDef, code: str) -> str:
    """The source with other code for a function."""
    lines = source.splitlines()
    assert function.end_lineno is not None
    lines[function.lineno - 1 : function.end_lineno] = indent(code, " " * function.col_offset).splitlines()
    return "\n".join(lines) + "\n"


Changed = ast.expr | ast.stmt | ast.comprehension | ast.keyword | None


def changes(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, Changed]]:
    """What the node can be changed into, None for nothing, each with the kind of change."""
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
    """Other values in place of a value of a field."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for vocabulary in WORDS:
            if node.value in vocabulary:
                yield from (("value changed", ast.Constant(each)) for each in vocabulary if each != node.value)


def some(iterated: ast.expr, part: str) -> ast.expr:
    """Some of what is iterated over."""
    found = ast.parse(f"list(0){part}", mode="eval").body
    assert isinstance(found, ast.Subscript)
    assert isinstance(found.value, ast.Call)
    found.value.args = [iterated]
    return found


def told(node: ast.AST | None) -> str:
    """Code on one line, as short as a table takes it; empty for nothing."""
    if node is None:
        return ""
    if isinstance(node, ast.If | ast.For):
        head = ast.unparse(node).splitlines()[0]
        return head.removesuffix(":")
    return " ".join(ast.unparse(node).split())
