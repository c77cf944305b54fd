"""Write a scope for other model checkers: in Promela for Spin, in Murphi for Rumur.

Each entity is a variable with the number of its record.  Each command that the scope offers is a step, also where it is
refused; consequences belong to the step.  Both languages get the cubes of the step, as the search by sets does.
"""

from collections.abc import Iterable, Iterator, Sequence

from translator_cmk.explore.scope import start_of
from translator_cmk.explore.scopes import Scope
from translator_cmk.explore.sets.cubes import NOT_OFFERED, WIDTH, Cube, Name, Packing, StepParts, fields_of, merged
from translator_cmk.machine import ROWS, Machine

Assignments = tuple[tuple[str, str], ...]
Option = tuple[str, Assignments]
"""A condition, and what is assigned if it holds."""


class Model:
    """A scope as variables, steps and consequences, with conditions in the operators of a language."""

    def __init__(self, scope: Scope, both: str, either: str, equal: str) -> None:
        self.both, self.either, self.equal = f" {both} ", f" {either} ", equal
        machine = Machine(ROWS)
        parts = StepParts(scope, machine, start_of(scope, machine))
        commands, follows = parts.all_cubes()
        self.packing: Packing = parts.packing
        self.words = {name: f"v{number}" for number, name in enumerate(self.packing.shifts)}
        self.sizes = {self.words[name]: size for name, size in self.packing.sizes().items()}
        fields = self.packing.sizes_of_fields()
        self.commands = [merged(cubes, fields) for cubes in commands]
        self.follows = [
            (self.named(fields_of(cubes)), options)
            for cubes in (merged(each, fields) for each in follows.values())
            if (options := self.options(cubes))
        ]

    def named(self, fields: int) -> set[str]:
        """Return the variables of these fields."""
        return {self.words[name] for name in self.packing.named(fields)}

    def concerned(self, options: Iterable[Option]) -> list[list[Option]]:
        """Return what can follow from these changes."""
        changed = {word for _, then in options for word, _ in then}
        found: list[int] = []
        while more := [n for n, (reads, _) in enumerate(self.follows) if n not in found and reads & changed]:
            found += more
            changed |= {word for n in more for _, then in self.follows[n][1] for word, _ in then}
        return [self.follows[n][1] for n in sorted(found)]

    def options(self, cubes: Iterable[Cube]) -> list[Option]:
        """Return each different change with the condition under which it happens."""
        conditions: dict[Assignments, list[str]] = {}
        for cube in cubes:
            if cube.move:
                conditions.setdefault(tuple(self.assignments(cube)), []).append(self.condition(cube))
        return [(self.any_of(each), assignments) for assignments, each in conditions.items()]

    def offered(self, cubes: Sequence[Cube]) -> str:
        """Return the condition under which the scope offers a command."""
        excluded = [self.condition(cube) for cube in cubes if cube.result == NOT_OFFERED]
        return f"!({self.any_of(excluded)})" if excluded else "true"

    def any_of(self, conditions: Sequence[str]) -> str:
        """Return the condition that one of these holds."""
        return self.either.join(f"({each})" for each in conditions) if len(conditions) > 1 else conditions[0]

    def condition(self, cube: Cube) -> str:
        """Return the condition that a state is in the cube."""
        tests = (
            f"{self.words[name]} {self.equal} {self.digit(cube.bits, name)}" for name in self.packing.named(cube.fields)
        )
        return self.both.join(tests) or "true"

    def assignments(self, cube: Cube) -> Iterator[tuple[str, str]]:
        """Yield each variable that changes in the cube, with its new value."""
        left = cube.move
        for name, word in self.words.items():
            change = left & (1 << WIDTH) - 1
            if change >> WIDTH - 1:
                change -= 1 << WIDTH
            left = left - change >> WIDTH
            if change:
                known = cube.fields & self.packing.field(name)
                yield word, str(self.digit(cube.bits, name) + change) if known else f"{word} + {change}"

    def digit(self, bits: int, name: Name) -> int:
        """Return the number of the record of an entity."""
        return bits >> self.packing.shifts[name] & (1 << WIDTH) - 1


def promela(scope: Scope) -> str:
    """Return the scope in Promela, as Spin 6.5 reads it."""
    model = Model(scope, "&&", "||", "==")

    def choice(options: Sequence[Option]) -> str:
        lines = (
            f":: {condition} -> {''.join(f'{v} = {to}; ' for v, to in then)}moved = 1" for condition, then in options
        )
        return "\n".join(["if", *lines, ":: else", "fi;"])

    text = [f"unsigned {word} : {max(1, (size - 1).bit_length())};" for word, size in model.sizes.items()]
    text += ["bool moved; /* 0 in every state */", "active proctype world() {", "end: do"]
    for cubes in model.commands:
        text.append(f":: d_step {{ {model.offered(cubes)} ->")
        if options := model.options(cubes):
            text.append(choice(options))
            text += ["do :: moved -> moved = 0;", *map(choice, model.concerned(options)), ":: else -> break od;"]
        text += ["skip /* Spin forgets where a loop at the end of a d_step leads to */", "}"]
    return "\n".join([*text, "od", "}", ""])


def murphi(scope: Scope) -> str:
    """Return the scope in Murphi, in the dialect of Rumur."""
    model = Model(scope, "&", "|", "=")

    def choice(options: Sequence[Option]) -> str:
        lines = [
            f"{'elsif' if number else 'if'} {condition} then "
            + "".join(f"{variable} := {value}; " for variable, value in then)
            + "moved := true;"
            for number, (condition, then) in enumerate(options)
        ]
        return "\n".join([*lines, "endif;"])

    text = ["var", *(f"  {word}: 0..{size - 1};" for word, size in model.sizes.items())]
    text += ['startstate "start" begin', *(f"  {word} := 0;" for word in model.sizes), "end;"]
    for number, cubes in enumerate(model.commands):
        text += [f'rule "{number}"', model.offered(cubes), "==>"]
        if options := model.options(cubes):
            text += ["var moved: boolean;", "begin", "moved := false;", choice(options)]
            text += ["while moved do", "moved := false;", *map(choice, model.concerned(options)), "endwhile;"]
        else:
            text += ["begin"]
        text += ["end;"]
    return "\n".join([*text, ""])
