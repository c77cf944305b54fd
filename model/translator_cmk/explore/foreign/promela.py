"""Writes a transition system in Promela, the language of Spin."""

from collections.abc import Iterator

from .language import BREAKS_DOWN, Language, Option, block, title
from .transition_system import Rule, TransitionSystem

HOW_TO_CHECK = "spin -a FILE; gcc -O3 -DSAFETY -DNOREDUCE -o pan pan.c; ./pan -m1000000"


class Promela(Language):
    """Promela as Spin 6.5 reads it."""

    both, either, equal = "&&", "||", "=="
    assign = "{} = {};"
    fails = f"assert(false); /* {BREAKS_DOWN} */"

    def choice(self, options: list[Option], otherwise: str) -> str:
        """An `if`, which in Promela needs an `else` to go on where no condition holds."""
        lines = ["if"]
        for condition, then in options:
            lines += [f":: {condition} ->", block(then, 2)]
        lines += [":: else ->", block(otherwise, 2)] if otherwise else [":: else"]
        return "\n".join([*lines, "fi;"])

    def text(self) -> Iterator[str]:
        """The file, piece by piece."""
        yield "\n".join(["/*", *(f" * {line}".rstrip() for line in self.comments(HOW_TO_CHECK)), " */\n"])
        for name, records in self.system.variables.items():
            yield f"unsigned {self.words[name]} : {max(1, (len(records) - 1).bit_length())};"
        if self.system.consequences:
            yield "bool moved; /* 0 in every state: all is at rest */"
        for name, follow in self.system.consequences.items():
            yield f"\ninline follow_{self.words[name]}() {{"
            yield block(self.statements(follow, "moved = 1;"))
            yield "}"
        yield "\nactive proctype world() {\nend: do"
        for rule in self.system.rules:
            yield f"  /* {title(rule)} */"
            yield block(f":: d_step {{ {self.condition(rule.guard)} ->")
            yield block("\n".join(self.steps(rule)), 3)
            yield "    }"
        if self.system.theorem:
            yield f"  /* {self.looked_for()} */"
            for find in self.system.finds.values():
                yield block(f":: d_step {{ {self.condition(find)} -> assert(false) }}")
        yield "  od\n}"

    def steps(self, rule: Rule) -> Iterator[str]:
        """What a rule does, and what follows."""
        if not rule.follows:
            yield self.statements(rule.body) or "skip"
            return
        yield self.statements(rule.body, "moved = 1;")
        yield "do\n:: moved ->\n    moved = 0;"
        for name in rule.follows:
            yield f"    follow_{self.words[name]}();"
        yield ":: else -> break\nod;\nskip /* Spin forgets where a loop at the end of a d_step leads to */"


def promela(system: TransitionSystem) -> str:
    """The transition system in Promela."""
    return "\n".join(Promela(system).text()) + "\n"
