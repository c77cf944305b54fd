"""Writes a transition system in Python, as minicheck and musil want it: plain values, and functions over them.

The functions are those of the tightened system, so that neither package pays for how rows are read.
"""

from collections.abc import Iterator

from translator_cmk.explore.foreign.language import Language, Option, block, title
from translator_cmk.explore.foreign.transition_system import TransitionSystem


class Python(Language):
    """Python; ``of`` stands before the name of each variable in a condition."""

    both, either, equal, neither = "and", "or", "==", "not ({})"
    assign = "{} = {}"
    fails = "raise AssertionError"

    def __init__(self, system: TransitionSystem, of: str = "") -> None:
        super().__init__(system)
        self.variables = list(self.words.values())
        self.words = {name: f"{of}{word}" for name, word in self.words.items()}

    def choice(self, options: list[Option], otherwise: str) -> str:
        lines = []
        for number, (condition, then) in enumerate(options):
            lines += [f"{'elif' if number else 'if'} {condition}:", block(then or "pass", 2)]
        lines += ["else:", block(otherwise, 2)] if otherwise else []
        return "\n".join(lines)


def for_minicheck(system: TransitionSystem) -> str:
    """A state is a tuple, and one function gives what each state leads to, as its documentation has it."""
    language = Python(system)
    variables = ", ".join(language.variables)

    def lines() -> Iterator[str]:
        yield f"FIELDS = {tuple(language.variables)!r}"
        for number, rule in enumerate(system.rules):
            yield f"def does_{number}({variables}):"
            yield block(f"{language.statements(rule.body)}\nreturn ({variables})", 2)
        yield "def transitions(state):"
        yield block(f"{variables} = state\nfound = []", 2)
        for number, rule in enumerate(system.rules):
            yield block(f"if {language.condition(rule.guard)}:", 2)
            yield block(f"found.append(({title(rule)!r}, does_{number}({variables})))", 4)
        yield block("return found", 2)

    return "\n".join(lines()) + "\n"


def for_musil(system: TransitionSystem) -> str:
    """A state is a frozen dataclass with slots, and each command an action, as its documentation has it."""
    guards, bodies = Python(system, "s."), Python(system)
    variables = ", ".join(bodies.variables)

    def lines() -> Iterator[str]:
        yield "from dataclasses import dataclass\nfrom musil import Action"
        yield "@dataclass(frozen=True, slots=True)\nclass State:"
        yield from (f"    {variable}: int = 0" for variable in bodies.variables)
        for number, rule in enumerate(system.rules):
            yield f"def does_{number}(s):"
            reads = ", ".join(f"s.{variable}" for variable in bodies.variables)
            yield block(f"{variables} = {reads}\n{bodies.statements(rule.body)}\nreturn State({variables})", 2)
        yield "ACTIONS = ["
        for number, rule in enumerate(system.rules):
            yield f"    Action({title(rule)!r}, lambda s: {guards.condition(rule.guard)}, does_{number}),"
        yield "]"

    return "\n".join(lines()) + "\n"
