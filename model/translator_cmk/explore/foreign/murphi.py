"""Writes a transition system in Murphi, as Rumur reads it."""

from collections.abc import Iterator

from .language import BREAKS_DOWN, Language, Option, block, title
from .transition_system import Rule, TransitionSystem

HOW_TO_CHECK = "rumur --deadlock-detection off -o verifier.c FILE; gcc -O3 -o verifier verifier.c -lpthread; ./verifier"


class Murphi(Language):
    """Murphi in the dialect of Rumur."""

    both, either, equal = "&", "|", "="
    assign = "{} := {};"
    fails = f'error "{BREAKS_DOWN}";'

    def choice(self, options: list[Option], otherwise: str) -> str:
        """An `if` with as many conditions as there are options."""
        lines = []
        for number, (condition, then) in enumerate(options):
            lines += [f"{'elsif' if number else 'if'} {condition} then", block(then)]
        lines += ["else", block(otherwise)] if otherwise else []
        return "\n".join([*lines, "endif;"])

    def text(self) -> Iterator[str]:
        """The file, piece by piece."""
        for line in self.comments(HOW_TO_CHECK):
            yield f"-- {line}".rstrip()
        yield "\nvar"
        for name, records in self.system.variables.items():
            yield f"  {self.words[name]}: 0..{len(records) - 1};"
        for name, follow in self.system.consequences.items():
            yield f"\nfunction follow_{self.words[name]}(): boolean;\nbegin"
            yield block(self.statements(follow, "return true;"))
            yield "  return false;\nend;"
        yield f'\nstartstate "{self.system.scope.situation or "nothing"}"\nbegin'
        for word in self.words.values():
            yield f"  {word} := 0;"
        yield "end;"
        for rule in self.system.rules:
            yield f'\nrule "{title(rule)}"\n{block(self.condition(rule.guard))}\n==>'
            yield from ["var moved: boolean;"] if rule.follows else []
            yield "begin"
            yield block("\n".join(self.steps(rule)))
            yield "end;"
        if self.system.theorem:
            for find in self.system.finds.values():
                yield f'\ninvariant "{self.looked_for()}"\n{block("!(" + self.condition(find) + ");")}'

    def steps(self, rule: Rule) -> Iterator[str]:
        """What a rule does, and what follows."""
        yield self.statements(rule.body)
        if rule.follows:
            yield "moved := true;\nwhile moved do\n  moved := false;"
            for name in rule.follows:
                yield f"  if follow_{self.words[name]}() then moved := true; endif;"
            yield "endwhile;"


def murphi(system: TransitionSystem) -> str:
    """The transition system in Murphi."""
    return "\n".join(Murphi(system).text()) + "\n"
