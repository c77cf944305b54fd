"""First-order mutants of the examples in Node and Perl: one small change to their tokens each.

They are the changes that mutants of the example in Python come of, as far as the other language has them.  What speaks
the protocol is left alone, as is what a field is called.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.evidence.example_code import WORDS, Mutant
from tests.evidence.example_tokens import NODE, OPENING, Language, Program, Unit

SPELLED = re.compile(r"(@\$\w+\{)qw\(([^)]*)\)(\} = )(?:\(([^;]*)\)|(@\$\w+\{)qw\(\2\)\})")
"""Several fields of a thing that are written at once, as Perl does it."""

EXCHANGED = {
    "&&": "connective changed",
    "||": "connective changed",
    "true": "constant changed",
    "false": "constant changed",
}
"""What it is to put another token in place of one, but for a comparison."""

DECLARES, ON_CONDITION = {"const", "let", "my"}, {"if", "unless"}
"""Words of statements that are not dropped: a declaration is a crash at once, and a condition is instead."""


class Change(NamedTuple):
    """A change of one kind: from where to where something else is put."""

    kind: str
    start: int
    end: int
    now: str


def mutants(language: Language, source: str) -> Iterator[Mutant]:
    """Each mutant once, function by function."""
    program = Program(language, source)
    seen = {source}
    for unit in program.units:
        for change in changes(program, unit):
            code = source[: change.start] + change.now + source[change.end :]
            if code not in seen:
                seen.add(code)
                line = source.count("\n", 0, change.start) + 1
                was = " ".join(source[change.start : change.end].split())
                yield Mutant(unit.name, line, was, " ".join(change.now.split()), change.kind, code)


def changes(program: Program, unit: Unit) -> Iterator[Change]:
    """What can be changed in a function."""
    for number in unit.tokens:
        yield from exchanged(program, number)
        yield from conditions(program, number)
        yield from lists(program, number)
        yield from named_values(program, number)
        yield from statements(program, number)
    yield from parameters(program, unit)
    if program.language is not NODE:
        yield from fields_at_once(program, unit)


def put(program: Program, kind: str, first: int, last: int, now: str) -> Change:
    """The change of what stands from one token to another."""
    return Change(kind, program.tokens[first].start, program.tokens[last].end, now)


def exchanged(program: Program, number: int) -> Iterator[Change]:
    """Another token in place of one."""
    token, other = program.tokens[number], program.language.opposite.get(program.at(number))
    if token.kind in ("word", "sign") and other:
        yield put(program, EXCHANGED.get(token.text, "comparison negated"), number, number, other)
    elif token.text == "+=":
        yield put(program, "sign changed", number, number, "-=")
    elif token.kind == "number":
        for value in {int(token.text) + 1, max(int(token.text) - 1, 0)} - {int(token.text)}:
            yield put(program, "constant changed", number, number, str(value))
    elif token.kind == "string":
        for vocabulary in WORDS:
            if token.text[1:-1] in vocabulary:
                for word in vocabulary:
                    yield put(program, "value changed", number, number, token.text[0] + word + token.text[0])


def conditions(program: Program, number: int) -> Iterator[Change]:
    """Conditions that are negated, always or never hold, or lack a part."""
    text, language = program.at(number), program.language
    if text in ("&&", "||"):
        ends = language.ends | ({"||"} if text == "||" else {"&&", "||"})
        first, last = program.reach(number - 1, -1, ends), program.reach(number + 1, 1, ends)
        yield put(program, "condition dropped", first, last, program.text(number + 1, last))
        yield put(program, "condition dropped", first, last, program.text(first, number - 1))
    elif text == "!":
        yield put(program, "condition negated", number, number, "")
    elif text == "?":
        yield from negated(program, program.reach(number - 1, -1, language.ends), number - 1)
    elif text in ("if", "elsif", "unless"):
        in_brackets = program.at(number + 1) == "(" and (language is NODE or program.at(number - 1) in ("}", ";", "{"))
        last = program.partner[number + 1] - 1 if in_brackets else program.reach(number + 1, 1, frozenset({";"}))
        yield from replaced(program, number + 1 + in_brackets, last, *language.truth)
    elif text in ("exists", "defined") and program.at(number - 1) not in ("!", "if", "unless"):
        yield put(program, "condition negated", number, number, f"!{text}")
    elif text in ("has", "includes") and program.at(number - 1) == ".":
        first = program.reach(number, -1, language.ends | {"!", "&&", "||"})
        last = program.partner[number + 1]
        if program.at(first - 1) != "!":
            yield put(program, "condition negated", first, last, f"!{program.text(first, last)}")
    elif (text == "=>" and language is NODE) or (text in ("grep", "sub") and program.at(number + 1) == "{"):
        yield from predicates(program, number)


def predicates(program: Program, number: int) -> Iterator[Change]:
    """A function that is one condition: JavaScript's by an arrow, Perl's in braces."""
    if program.language is NODE:
        first, last = number + 1, program.reach(number + 1, 1, program.language.ends)
    else:
        first, last = number + 2, program.partner[number + 1] - 1
    signs = {program.at(each) for each in program.level(first, last)}
    compared = signs & {*program.language.opposite} - {*program.language.truth}
    if ";" not in signs and (compared or program.at(number) == "grep"):
        yield from replaced(program, first, last, program.language.truth[0])


def negated(program: Program, first: int, last: int) -> Iterator[Change]:
    """The opposite of a condition."""
    yield put(program, "condition negated", first, last, f"!({program.text(first, last)})")


def replaced(program: Program, first: int, last: int, *values: str) -> Iterator[Change]:
    """The opposite of a condition, and one that needs none."""
    yield from negated(program, first, last)
    for value in values if program.at(first) != "my" else ():
        yield put(program, "condition dropped", first, last, value)


def lists(program: Program, number: int) -> Iterator[Change]:
    """What is gone through: only the first, all but the first, or without one of its parts."""
    kind = "some of a loop left out"
    text, before, closing = program.at(number), program.at(number - 1), program.partner.get(number, number)
    if program.language is NODE:
        if text == "of":
            last = program.reach(number + 1, 1, frozenset())
            for part in ("0, 1", "1"):
                yield put(program, kind, number + 1, last, f"[...{program.text(number + 1, last)}].slice({part})")
        elif text in ("filter", "some", "map") and before == ".":
            for part in ("0, 1", "1"):
                yield put(program, kind, number, number, f"slice({part}).{text}")
        elif text == "[" and (before == "of" or program.at(number + 1) == "..." or program.at(closing + 1) == "."):
            yield from without_one(program, kind, program.parts(number))
        return
    if text in ("grep", "map"):
        first = program.partner[number + 1] + 1
        last = program.reach(first, 1, frozenset({";", "for", "if", "unless"}))
    elif text == "for" and program.at(number + 1) == "my":
        first, last = number + 4, program.partner[number + 3] - 1
    elif text == "for":
        first, last = number + 1, program.reach(number + 1, 1, frozenset({";"}))
    else:
        return
    for some in ("splice @all, 1", "shift @all"):
        yield put(program, kind, first, last, f"do {{ my @all = ({program.text(first, last)}); {some}; @all }}")
    yield from without_one(program, kind, [*program.between(first, last)])


def without_one(program: Program, kind: str, parts: list[tuple[int, int]]) -> Iterator[Change]:
    """A list of two or more without each of its parts."""
    for index in range(len(parts)) if len(parts) > 1 else ():
        rest = [program.text(*part) for number, part in enumerate(parts) if number != index]
        yield put(program, kind, parts[0][0], parts[-1][1], ", ".join(rest))


def named_values(program: Program, number: int) -> Iterator[Change]:
    """A demand, or a field that is written to a thing, left out."""
    if program.at(number) not in ("(", "{") or number not in program.partner:
        return
    parts = program.parts(number)
    demands = any(program.tokens[first].kind == "string" and program.at(first + 1) in (":", "=>") for first, _ in parts)
    written = program.at(number) == "{" and program.at(program.reach(number - 1, -1, frozenset()) - 2) == "assign"
    for first, last in parts if demands or written else ():
        with_comma = last + (program.at(last + 1) == ",")
        yield put(program, "keyword dropped", first, with_comma, "")


def statements(program: Program, number: int) -> Iterator[Change]:
    """A statement left out, or the value that it returns."""
    text = program.at(number)
    if text == "return":
        last = program.reach(number + 1, 1, frozenset({";", "if", "unless"}))
        if last > number:
            yield put(program, "value not returned", number, last, "return")
    elif text == ";" or ends_last_statement(program, number):
        first, last = number, number - 1
        while program.at(first - 1) not in (";", "{") and not ends_block(program, first - 1):
            first = program.partner.get(first - 1, first - 1)
        if program.at(first) == "for" and program.at(first + 1) == "(":
            first = program.partner[first + 1] + 1
        words = {program.at(each) for each in program.level(first, last)}
        returns_something = "return" in words and first < last
        if words and not words & (DECLARES | ON_CONDITION) and not returns_something:
            yield put(program, "statement dropped", first, last, "")


def ends_last_statement(program: Program, number: int) -> bool:
    """Whether this ends a function of several statements in Perl, the last of them without a sign of its own."""
    if program.at(number) != "}" or program.at(number - 1) == ";":
        return False
    begin = program.partner[number]
    return program.at(begin - 1) == "sub" and any(program.at(each) == ";" for each in range(begin, number))


def ends_block(program: Program, number: int) -> bool:
    """Whether a statement may begin after this token, since it ends a block."""
    if program.at(number) != "}":
        return False
    begin = program.partner[number]
    before = program.at(begin - 1)
    return before in (")", "else", "try") or program.at(begin - 2) == "sub"


def parameters(program: Program, unit: Unit) -> Iterator[Change]:
    """A parameter taken for the one before it."""
    names = [*(node_parameters if program.language is NODE else perl_parameters)(program, unit)]
    for name, other in zip(names, [*names[-1:], *names[:-1]], strict=True) if len(names) > 1 else ():
        for number in unit.tokens:
            token = program.tokens[number]
            if token.kind == "string" and token.text[0] in '`"':
                for found in re.finditer(uses(program, name), token.text):
                    start = token.start + found.start(1)
                    yield Change("another parameter", start, start + len(name), other)
            elif token.text == name and (now := instead(program, unit, number, other)):
                yield put(program, "another parameter", number, number, now)


def uses(program: Program, name: str) -> str:
    """Where a parameter stands within a string."""
    return rf"\$\{{({name})\}}" if program.language is NODE else rf"\$c->\{{({re.escape(name)})\}}"


def node_parameters(program: Program, unit: Unit) -> Iterator[str]:
    """The names between the first brackets, but for what takes the rest."""
    opening = next(number for number in unit.tokens if program.at(number) == "(")
    for number in range(opening, program.partner[opening]):
        if program.tokens[number].kind == "word" and program.at(number - 1) != "...":
            yield program.at(number)


def perl_parameters(program: Program, unit: Unit) -> Iterator[str]:
    """What is asked of the command, or else the scalars that are taken from the parameters."""
    text = program.text(unit.tokens[0], unit.tokens[-1])
    asked = re.findall(r"\$c->\{(\w+)\}", text)
    taken = re.search(r"my \(([^)]*)\) = @_;", text)
    yield from dict.fromkeys(asked or (re.findall(r"\$\w+", taken[1]) if taken else ()))


def instead(program: Program, unit: Unit, number: int, other: str) -> str:
    """What stands in place of a use of a parameter; empty where the token is no use of it."""
    before, after = program.at(number - 1), program.at(number + 1)
    if program.language is not NODE:
        if other.startswith("$"):
            return "" if program.text(unit.tokens[0], number).count("@_") == 0 else other
        return other if before == "{" and program.at(number - 2) == "->" and program.at(number - 3) == "$c" else ""
    opening = next(each for each in unit.tokens if program.at(each) == "(")
    if number < program.partner[opening] or before in (".", "const") or (after == ":" and before in ("{", ",")):
        return ""
    around = number
    while around not in program.partner or program.at(around) not in OPENING:
        around = program.partner.get(around, around) - 1
    if program.at(around) == "{" and before in ("{", ",") and after in ("}", ","):
        return f"{program.at(number)}: {other}" if program.at(program.partner[around] + 1) != "=" else ""
    return other


def fields_at_once(program: Program, unit: Unit) -> Iterator[Change]:
    """One of several fields that are written at once left out."""
    start, end = program.tokens[unit.tokens[0]].start, program.tokens[unit.tokens[-1]].end
    for found in SPELLED.finditer(program.source, start, end):
        names, values = found[2].split(), (found[4] or "").split(", ")
        for index in range(len(names)):
            rest = " ".join(names[:index] + names[index + 1 :])
            given = f"({', '.join(values[:index] + values[index + 1 :])})" if found[4] else f"{found[5]}qw({rest})}}"
            yield Change("keyword dropped", found.start(), found.end(), f"{found[1]}qw({rest}){found[3]}{given}")
