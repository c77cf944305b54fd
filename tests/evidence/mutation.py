"""Mutants of the article's rows, made from the syntax trees of the rows and of the helpers that rows call."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, NamedTuple

from translator_cmk.explore.row_sources import RowSource, counter_row_sources, row_sources
from translator_cmk.machine import ROWS, Command, conditions, updates
from translator_cmk.machine.commands import choices
from translator_cmk.machine.entities import ENTITY_KINDS, KEY_SIZES, Document, Entity, Resource, Vault, Workspace
from translator_cmk.machine.rows import Means, Row, Whenever
from translator_cmk.oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from translator_cmk.requirements import load_register

# What an expression of a row stands for, and which values its field can have

Names = Mapping[str, type[Any]]
"""The parameters of a function, each with its command or its kind of entity."""


class Field(NamedTuple):
    """A field of an entity or of a command that leads to no other entity."""

    of: type[Any]
    name: str

    @property
    def hint(self) -> Any:
        """Return its type."""
        return self.of.hints[self.name]


class Reached(NamedTuple):
    """An expression, and the kind of the entity it stands for; one that passes through what may be missing says so."""

    code: str
    kind: type[Entity]
    missing: frozenset[str]  # the expressions on its way that may be None


def names_of(row: Row, tree: ast.Lambda) -> Names:
    """Return the command or kind that each parameter of a row's function stands for."""
    subject = row.meaning.about if isinstance(row, Means) else row.about if isinstance(row, Whenever) else row.on
    given = (subject, getattr(row, "each", None))
    return {each.arg: kind for each, kind in zip(tree.args.args, given, strict=False) if kind}


def links_of(of: type[Any]) -> dict[str, type[Entity]]:
    """Return each field that leads to an entity, with the kind of that entity."""
    if issubclass(of, Command):
        return {of.fields[at]: kind for at, kind, _, _ in of.references}
    links: dict[str, type[Entity]] = of.links
    return links


def meaning(node: ast.expr, names: Names) -> type[Any] | Field | None:
    """Return the command, the kind of entity or the field that the expression stands for, or None."""
    match node:
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=value, attr=attr):
            of = meaning(value, names)
            if not isinstance(of, type) or (attr != "name" and attr not in of.fields):
                return None
            return links_of(of).get(attr) or Field(of, attr)
    return None


def reached(names: Names) -> Iterator[Reached]:
    """Yield every entity that the parameters lead to."""
    for name, of in names.items():
        if issubclass(of, Entity):
            yield Reached(name, of, frozenset())
        yield from beyond(name, of, frozenset())


def beyond(code: str, of: type[Any], missing: frozenset[str]) -> Iterator[Reached]:
    """Yield every entity that an expression leads to, itself not among them."""
    gives = of.gives if issubclass(of, Command) else None
    for field, kind in links_of(of).items():
        path = f"{code}.{field}"
        lacking = missing | ({path} if isinstance(of.hints[field], UnionType) else frozenset())
        yield Reached(path, kind, lacking)
        if gives is None or field != of.fields[gives]:  # what is not there yet leads no further
            yield from beyond(path, kind, lacking)


def constant(node: ast.expr, names: Names, module: ModuleType) -> Any:
    """Return the string, number or truth value that the expression is, or names; None for all else."""
    match node:
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Name(id=name) if name not in names:
            named = vars(module).get(name)
            return named if isinstance(named, str) else None
    return None


def others(value: Any, field: Field | None) -> list[Any]:
    """Return the other values that the field can have; a number that is no field's is compared with its neighbours."""
    if isinstance(value, bool):
        return [not value]
    known = values_of(field) if field else (value - 1, value + 1)
    return [other for other in known if other != value]


def values_of(field: Field) -> tuple[Any, ...]:
    """Return the values that the field can have, where they are few; a row writes none that stands for nothing yet."""
    if field.hint is bool:
        return (False, True)
    return KEY_SIZES if field.name == "size" else tuple(word for word in choices(field.hint) if word not in NOTHING_YET)


NOTHING_YET = ("absent", "unknown")


def given(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field, ast.expr]]:
    """Yield each field that the function compares or writes, with what it is compared with or becomes."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=[right]):
                for one, other in ((left, right), (right, left)):
                    if isinstance(field := meaning(one, names), Field) and field.name != "name":
                        yield field, other
            case ast.Call(func=ast.Name(id="sets"), args=[entity], keywords=written):
                kind = meaning(entity, names)
                for word in written:
                    if isinstance(kind, type) and word.arg and word.arg not in links_of(kind):
                        yield Field(kind, word.arg), word.value


def leaves(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the values that an expression may come to, as far as they are written in it."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*leaves(body), *leaves(orelse))
        case ast.Tuple(elts=elements):
            yield from elements
        case _:
            yield node


# Mutation operators: changes of a condition or of a value in a function of a row


class Edit(NamedTuple):
    """One expression of a tree and what takes its place; ``was``, on that line, and ``now`` show the difference."""

    kind: str
    old: ast.expr
    new: ast.expr
    was: str
    now: str
    line: int


def edit(kind: str, tree: ast.expr, old: ast.expr, new: ast.expr) -> Edit:
    """Return the change, shown by the texts of the smallest part of the tree that makes sense by itself."""
    shown = around(tree, old)
    return Edit(kind, old, new, ast.unparse(shown), ast.unparse(replaced(shown, old, new)), shown.lineno)


def around(tree: ast.expr, node: ast.expr) -> ast.expr | ast.keyword:
    """Return the smallest comparison, sum, choice, call, written field or part of a condition around the node."""
    shown: Any = tree
    at: ast.AST = tree
    while at is not node:
        parent, at = at, next(child for child in ast.iter_child_nodes(at) if node in ast.walk(child))
        if isinstance(parent, ast.BoolOp | ast.UnaryOp | ast.Lambda) or isinstance(at, SHOWN):
            shown = at
    found: ast.expr | ast.keyword = shown
    return found


SHOWN = (ast.Compare, ast.BinOp, ast.IfExp, ast.Call, ast.keyword)


def replaced(part: Any, old: ast.AST, new: ast.AST) -> Any:
    """Return the tree with one node, found by identity, replaced by another; the tree itself stays as it is."""
    if part is old:
        return new
    if isinstance(part, list):
        return [replaced(each, old, new) for each in part]
    if not isinstance(part, ast.AST):
        return part
    fields = {name: replaced(value, old, new) for name, value in ast.iter_fields(part)}
    return ast.copy_location(type(part)(**fields), part)


def expression(code: str) -> ast.expr:
    """Return the tree of an expression."""
    return ast.parse(code, mode="eval").body


def negation(node: ast.expr) -> ast.expr:
    """Return the expression that is true where this one is false; what is negated already is so no more."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in OPPOSITE:
            return ast.Compare(left, [OPPOSITE[type(operator)]()], [right])
    return ast.UnaryOp(ast.Not(), node)


OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def edits_of(tree: ast.Lambda, part: str, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield every change of a function of a row; ``part`` says whether a row waits for it, demands it, or writes it."""
    condition = tree.body
    if part in ("when", "unless"):
        yield edit("guard negated", tree, condition, negation(condition))
        # a demand that is always met, and a row that waits for ever, are rows dropped
        yield Edit(
            "guard dropped",
            condition,
            ast.copy_location(ast.Constant(part == "when"), condition),
            f"{part} {ast.unparse(condition)}",
            f"{part} {'always' if part == 'when' else 'never'}",
            condition.lineno,
        )
    yield from part_edits(tree)
    yield from constant_edits(tree, names, module)
    yield from entity_edits(tree, names)
    yield from field_edits(tree, names)


def part_edits(tree: ast.Lambda) -> Iterator[Edit]:
    """Yield changes of the conditions and comparisons that the function is put together from.

    A comparison with a number takes an order, too, where it asks for equality.
    """
    for node in ast.walk(tree.body):
        match node:
            case ast.BoolOp(op=connective, values=values):
                for value in values:
                    rest = [other for other in values if other is not value]
                    without = rest[0] if len(rest) == 1 else ast.BoolOp(connective, rest)
                    yield edit("condition dropped", tree, node, without)
                    yield edit("condition negated", tree, value, negation(value))
                other = ast.Or() if isinstance(connective, ast.And) else ast.And()
                yield edit("connective changed", tree, node, ast.BoolOp(other, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield edit("condition negated", tree, node, operand)
            case ast.IfExp(test=test):
                yield edit("condition negated", tree, test, negation(test))
                for always in (True, False):
                    yield edit("condition dropped", tree, test, ast.Constant(always))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                yield edit("comparison changed", tree, node, negation(node))
                if isinstance(operator, ast.Eq) and isinstance(right, ast.Constant) and type(right.value) is int:
                    for order in (ast.LtE(), ast.GtE()):
                        yield edit("comparison changed", tree, node, ast.Compare(left, [order], [right]))


def another(kind: type[Entity], entity: Any) -> Any:
    """Return the next entity of the kind by name, the first after the last; the same one where there is no other."""
    if entity is None:
        return None
    names = sorted(each.name for each in entity.world.every(kind))
    following = [name for name in names if name > entity.name]
    chosen = (following or names or [entity.name])[0]
    return entity if chosen == entity.name else entity.world.entity(kind, chosen)


def constant_edits(tree: ast.Lambda, names: Names, module: ModuleType) -> Iterator[Edit]:
    """Yield each constant made each other value of the field that it is compared with or written to."""
    for field, node in places(tree, names):
        value = constant(node, names, module)
        for other in others(value, field) if value is not None else ():
            yield edit("constant changed", tree, node, ast.Constant(other))
        if isinstance(node, ast.Tuple) and field:
            yield from choice_edits(tree, node, field)


def choice_edits(tree: ast.Lambda, node: ast.Tuple, field: Field) -> Iterator[Edit]:
    """Yield a list of values with one left out, one more, or one in place of another."""
    held = [ast.unparse(element) for element in node.elts]
    more = [new for value in values_of(field) if ast.unparse(new := ast.Constant(value)) not in held]
    shorter = [[other for other in node.elts if other is not element] for element in node.elts]
    longer = [[*values, new] for values in (*shorter, node.elts) for new in more]
    for values in (*longer, *shorter):
        yield edit("constant changed", tree, node, ast.Tuple(values, ast.Load()))


def places(tree: ast.Lambda, names: Names) -> Iterator[tuple[Field | None, ast.expr]]:
    """Yield the places of values, each with the field that it is a value of."""
    for field, node in given(tree, names):
        if isinstance(node, ast.Tuple):
            yield field, node
        else:
            yield from ((field, leaf) for leaf in leaves(node))
    for each in ast.walk(tree):
        if isinstance(each, ast.BinOp):
            yield None, each.right


def entity_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each entity taken for another: one that the parameters lead to by another way, or the next of its kind."""
    known = list(reached(names))
    mentioned = {ast.unparse(node) for node in ast.walk(tree)}
    for node in chains(tree, names):
        found = meaning(node, names)
        if isinstance(found, Field):
            for code in namesakes(found, names, ast.unparse(node)):
                yield edit("wrong entity", tree, node, expression(code))
        elif found and issubclass(found, Entity):
            code = ast.unparse(node)
            for other in known:
                if other.kind is found and other.code != code and other.missing <= mentioned:
                    yield edit("wrong entity", tree, node, expression(other.code))
            if not compared_with_none(tree, node):
                yield edit("another entity", tree, node, expression(f"another({found.__name__}, {code})"))


def namesakes(field: Field, names: Names, code: str) -> Iterator[str]:
    """Yield the field of the same name of each parameter that has one; of names, which every entity has, none."""
    if field.name != "name":
        owners = [name for name, of in names.items() if field.name in of.fields and field.name not in links_of(of)]
        yield from (other for name in owners if (other := f"{name}.{field.name}") != code)


def chains(tree: ast.Lambda, names: Names) -> Iterator[ast.expr]:
    """Yield every expression of names and attributes that stands for something."""
    for node in ast.walk(tree.body):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load) and meaning(node, names):
            yield node


def compared_with_none(tree: ast.Lambda, node: ast.expr) -> bool:
    """Return whether the expression is merely asked whether it is there."""
    return any(
        isinstance(each, ast.Compare) and each.left is node and isinstance(each.ops[0], ast.Is | ast.IsNot)
        for each in ast.walk(tree)
    )


def field_edits(tree: ast.Lambda, names: Names) -> Iterator[Edit]:
    """Yield each written field left out, and written with another field's value or with one value in any case."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        for word in call.keywords:
            if len(call.keywords) > 1:  # a row that writes nothing is a row dropped
                rest = [other for other in call.keywords if other is not word]
                without = ast.Call(call.func, call.args, rest)
                yield Edit("field dropped", call, without, ast.unparse(word), f"no {word.arg}", word.lineno)
            came = meaning(word.value, names)
            if isinstance(came, Field):
                yield from (edit("value changed", tree, word.value, new) for new in instead(came, word.value))


def instead(field: Field, node: ast.expr) -> Iterator[ast.expr]:
    """Yield expressions that could be written in place of a field's value."""
    if isinstance(node, ast.Attribute):
        for other in field.of.fields:
            if other != field.name and field.of.hints[other] is field.hint and other not in links_of(field.of):
                yield ast.Attribute(node.value, other, ast.Load())
    yield from map(ast.Constant, values_of(field))


# Mutants

WORDS: dict[str, Any] = {"another": another, **{kind.__name__: kind for kind in ENTITY_KINDS}}
"""What changed functions may name beyond what the topic's own do."""


class Mutant(NamedTuple):
    """The article's rows with one change.

    ``requirements``: those whose rows are changed.  ``place``: file and line.  ``was`` and ``now`` are what is written
    there and what takes its place.  ``commands``: those on whose steps alone it can bear (None: on any).
    """

    name: str
    kind: str
    requirements: tuple[str, ...]
    rows: tuple[Row, ...]
    place: str
    was: str
    now: str
    commands: frozenset[type[Command]] | None

    @property
    def requirement(self) -> str:
        """Return the requirement whose row is changed, or the first of those whose rows call what is changed."""
        return self.requirements[0]


@cache
def mutants() -> tuple[Mutant, ...]:
    """Return all of them, in the order of the rows; names are unique."""
    count: Counter[str] = Counter()
    named = []
    for mutant in unnumbered():
        count[mutant.name] += 1
        named.append(mutant._replace(name=f"{mutant.name}/{count[mutant.name]}"))
    return tuple(named)


def unnumbered() -> Iterator[Mutant]:
    """Yield all of them, named by requirement, row and kind of change alone."""
    for source in row_sources():
        row, text = source.row, ast.unparse(source.call)
        yield changed([source], "row dropped", {row: ()}, text, "no such row")
        yield from of_functions(source)
        other = other_side(row.requirement)
        moved = {row: (row._replace(requirement=other),)}
        yield changed([source], "citation changed", moved, row.requirement, other)
    for source in counter_row_sources():
        added = {ROWS[-1]: (ROWS[-1], source.row)}
        yield changed([source], "mistake added", added, "no such row", ast.unparse(source.call))
    yield from helper_mutants()


def changed(
    sources: list[RowSource],
    kind: str,
    new: Mapping[Row, tuple[Row, ...]],
    was: str,
    now: str,
    place: str = "",
    called: str = "",
) -> Mutant:
    """Return the article's rows with others in place of some; ``sources`` are what is changed."""
    row = sources[0].row
    return Mutant(
        f"{row.requirement}/{called or subject_of(row)}/{kind.replace(' ', '-')}",
        kind,
        tuple(dict.fromkeys(source.row.requirement for source in sources)),
        tuple(each for old in ROWS for each in new.get(old, (old,))),
        place or f"{sources[0].path}:{sources[0].call.lineno}",
        was,
        now,
        concerned(source.row for source in sources),
    )


def subject_of(row: Row) -> str:
    """Return the row by kind and subject."""
    subject = row.meaning if isinstance(row, Means) else row.about if isinstance(row, Whenever) else row.on
    each = getattr(row, "each", None)
    words = [type(row).__name__.lower(), getattr(subject, "__name__", str(subject)), each.__name__ if each else ""]
    return "-".join(word for word in words if word)


def concerned(rows: Iterable[Row]) -> frozenset[type[Command]] | None:
    """Return the commands on whose steps alone rows bear: their own, but any for what follows from a state."""
    found: set[type[Command]] = set()
    for row in rows:
        if isinstance(row, Means | Whenever):
            return None
        found.add(row.on)
    return frozenset(found)


def of_functions(source: RowSource) -> Iterator[Mutant]:
    """Yield the row with each change of each of its functions."""
    row: Any = source.row
    for part, tree in source.parts.items():
        names = names_of(source.row, tree)
        for edit, new in distinct(tree, edits_of(tree, part, names, source.module)):
            other: Row = row._replace(**{part: source.function(new, WORDS)})
            place = f"{source.path}:{edit.line}"
            yield changed([source], edit.kind, {row: (other,)}, edit.was, edit.now, place)


def distinct(tree: Any, edits: Iterable[Edit]) -> Iterator[tuple[Edit, Any]]:
    """Yield each edit with the changed tree, each change once however it arises."""
    seen = {ast.unparse(tree)}
    for edit in edits:
        new = replaced(tree, edit.old, edit.new)
        if (text := ast.unparse(new)) not in seen:
            seen.add(text)
            yield edit, new


@cache
def other_side(requirement: str) -> str:
    """Return a requirement that the profile `article` treats otherwise, of the same topic if there is one."""
    register = load_register()
    silent = silent_in("article", register)
    differing = [each for each in register if (each in silent) != (requirement in silent)]
    others = [each for each in differing if each not in NAMES_ARE_RESOLVED_FIRST]
    topic = requirement.partition(".")[0]
    return next((each for each in others if each.partition(".")[0] == topic), others[0])


HELPERS: dict[str, Names] = {
    "gives_access": {"vault": Vault, "resource": Resource},
    "key_use": {"resource": Resource},
    "has_document": {"workspace": Workspace, "document": Document},
}
"""Helpers by name, with what the names in them stand for.  All others only name what Python does with a record."""


def helper_mutants() -> Iterator[Mutant]:
    """Yield each helper with each change of what it returns, in all rows that call it."""
    for module in (updates, conditions):
        path = f"model/translator_cmk/machine/{Path(str(module.__file__)).name}"
        for node in ast.parse(Path(str(module.__file__)).read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name in HELPERS:
                yield from mutants_of_helper(node, module, path)


def mutants_of_helper(node: ast.FunctionDef, module: ModuleType, path: str) -> Iterator[Mutant]:
    """Yield the helper with each change of what it returns at its end."""
    returned = next(each.value for each in node.body if isinstance(each, ast.Return) and each.value)
    edits = edits_of(ast.Lambda(node.args, returned), "helper", HELPERS[node.name], module)
    callers = [source for source in row_sources() if calls(source, node.name)]
    for edit, new in distinct(node, edits):
        names = {**vars(module), **WORDS}
        exec(compile(ast.fix_missing_locations(ast.Module([new], [])), path, "exec"), names)
        others = {each.row: (with_names(each, {node.name: names[node.name]}),) for each in callers}
        yield changed(callers, edit.kind, others, edit.was, edit.now, f"{path}:{edit.line}", node.name)


def calls(source: RowSource, helper: str) -> bool:
    """Return whether a function of the row names the helper."""
    names = (node for tree in source.parts.values() for node in ast.walk(tree))
    return any(isinstance(node, ast.Name) and node.id == helper for node in names)


def with_names(source: RowSource, names: dict[str, Any]) -> Row:
    """Return the row with its functions made again, in which names mean something else."""
    row: Any = source.row
    made: Row = row._replace(**{part: source.function(tree, names) for part, tree in source.parts.items()})
    return made
