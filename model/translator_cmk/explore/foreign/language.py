"""What the languages of model checkers have in common: conditions, assignments, choices, and comments on them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from textwrap import indent, wrap
from typing import ClassVar

from ... import __version__
from ...language.sentences import format_command
from ...machine.entities import Entity
from ..engines.cubes import BROKEN
from ..engines.packing import Name, Record
from .decisions import UNREACHABLE, Branch, Decision, Diagram, leaves, mapped
from .transition_system import STAYS, Assignments, Rule, TransitionSystem

WIDE = 100
"""Characters of a condition that still stands on one line."""

WIDEST = 115
"""Characters of a line of comment at most."""

BREAKS_DOWN = "the rows break down"

Option = tuple[str, str]
"""A condition, and the statements to take where it holds."""


class Language(ABC):
    """How one language says what a transition system has."""

    both: ClassVar[str]
    either: ClassVar[str]
    equal: ClassVar[str]
    neither: ClassVar[str] = "!({})"
    assign: ClassVar[str]
    fails: ClassVar[str]

    def __init__(self, system: TransitionSystem) -> None:
        self.system = system
        self.words = words(system.variables)

    @abstractmethod
    def choice(self, options: list[Option], otherwise: str) -> str:
        """The statement that takes the first option whose condition holds, and else what is ``otherwise``."""

    def condition(self, of: Diagram) -> str:
        """Where a diagram of truth values is true."""
        parts = list(self.alternatives(of))
        if len(parts) < 2:
            return parts[0] if parts else "false"
        between = f" {self.either} " if sum(map(len, parts)) < WIDE else f"\n    {self.either} "
        return f"({between.join(parts)})"

    def alternatives(self, of: Diagram) -> Iterator[str]:
        """Conditions of which one must hold where a diagram of truth values is true."""
        if not isinstance(of, Decision):
            yield from ["true"] if of else []
            return
        for branch in of.branches:
            test, more = self.test(of, branch), list(self.alternatives(branch.then))
            if branch.then is True:
                yield test
            elif len(more) == 1:
                yield f"{test} {self.both} {more[0]}"
            elif more:
                yield f"{test} {self.both} ({f' {self.either} '.join(more)})"

    def test(self, of: Decision, branch: Branch) -> str:
        """The condition of one branch; a number that is in no branch is of no state."""
        word, numbers = self.words[of.name], sorted(branch.numbers)
        others = sorted(number for other in of.branches if other != branch for number in other.numbers)
        if len(numbers) > 1:
            if len(others) == 1:
                return f"{word} != {others[0]}"
            if others[-1] < numbers[0]:
                return f"{word} >= {numbers[0]}"
            if numbers[-1] < others[0]:
                return f"{word} <= {numbers[-1]}"
        few = numbers if len(numbers) <= len(others) + 1 else others
        parts = f" {self.either} ".join(f"{word} {self.equal} {number}" for number in few)
        return self.neither.format(parts) if few is others else parts if len(numbers) == 1 else f"({parts})"

    def statements(self, of: Diagram, then: str = "") -> str:
        """What a diagram of `Assignments` does; ``then`` follows each of them."""
        if of == BROKEN:
            return self.fails
        if isinstance(of, Assignments):
            assigned = [self.assign.format(self.words[name], number) for name, number in of.numbers]
            follows = [self.statements(each) for each in of.then]
            return "\n".join([*assigned, *follows, *([then] if then and of.numbers else [])])
        if not isinstance(of, Decision):
            return ""
        does = leaves(of) - {STAYS, UNREACHABLE}
        if len(does) == 1:
            (only,) = does
            where = mapped(of, lambda leaf, _: leaf == only, {})
            return self.choice([(self.condition(where), self.statements(only, then))], "")
        options = [
            (self.test(of, each), self.statements(each.then, then)) for each in of.branches if each.then != STAYS
        ]
        if any(each.then == STAYS for each in of.branches):
            return self.choice(options, "")
        return self.choice(options[:-1], options[-1][1])

    def comments(self, how_to_check: str) -> Iterator[str]:
        """What the file has, how to check it, and what its variables and their values stand for, line by line."""
        for line in (*self.about(how_to_check), "", *self.legend()):
            yield from wrap(line, WIDEST, subsequent_indent="    ") or [""]

    def about(self, how_to_check: str) -> Iterator[str]:
        """What the file has, and what a checker should find in it."""
        scope = self.system.scope
        size = f"  It has {scope.states:,} states." if scope.states and not self.system.theorem else ""
        yield f"{scope.name}: {scope.sentence}{size}"
        if self.system.every_step:
            yield "Each command is a step from every state in which the scope offers it, also where it is refused."
        else:
            yield "A command is a step from a state only where it changes something."
        yield "What follows from a command belongs to its step."
        yield f"Made by translator-cmk {__version__}.  To check it:"
        yield f"  {how_to_check}"

    def looked_for(self) -> str:
        """What ends the search: that a theorem is broken, or comes about."""
        assert self.system.theorem
        how = "broken" if self.system.theorem.form == "always" else "comes about"
        return f"{how}: {self.system.theorem.sentence}".replace('"', "'")

    def legend(self) -> Iterator[str]:
        """What each variable and each of its values stands for."""
        for name, records in self.system.variables.items():
            yield from legend(name, self.words[name], records)


def words(names: Iterable[Name]) -> dict[Name, str]:
    """A word for each entity, of letters, digits and underlines, no two the same."""
    found: dict[Name, str] = {}
    for kind, name in names:
        word = re.sub(r"\W", "_", f"{kind.word}_{name}", flags=re.ASCII)
        while word in found.values():
            word += "_"
        found[kind, name] = word
    return found


def legend(name: Name, word: str, records: tuple[Record, ...]) -> Iterator[str]:
    """What the values of a variable stand for; fields that are the same in all of its records are told once."""
    kind = name[0]
    there = [record for record in records if record is not None]
    same = {field for field, place in kind.position.items() if len({record[place] for record in there}) == 1}
    always = told(kind, there[0], same)
    yield f"{word}: {kind.word} {name[1]}" + (f" ({always})" if always else "")
    for number, record in enumerate(records):
        yield f"  {number}: " + (
            "not there" if record is None else told(kind, record, {*kind.fields} - same) or "there"
        )


def told(kind: type[Entity], record: tuple[object, ...], fields: set[str]) -> str:
    """These fields of a record, in their order."""
    values = {field: record[place] for field, place in kind.position.items() if field in fields}
    return ", ".join(f"{field.replace('_', ' ')} {in_words(value)}" for field, value in values.items())


def in_words(value: object) -> str:
    """A value of a field."""
    if value is None:
        return "none"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def title(rule: Rule) -> str:
    """What the command of a rule says, without the double quotes that would end a text."""
    return format_command(rule.command).replace('"', "'")


def block(text: str, depth: int = 1) -> str:
    """The text, further to the right."""
    return indent(text, "  " * depth)
