"""A scope in Promela, as Spin reads it, and in Murphi, as Rumur does.

Each entity is a variable with the number of its record. Each command that the scope offers is a step, also if it is
refused; consequences belong to the step. Both languages get the cubes of the step, as the search by sets of states
does.
"""

from collections.abc import Iterable, Iterator, Sequence

from translator_cmk.explore.cubes import NOT_OFFERED, WIDTH, Cube, Name, StepParts, fields_of, merged
from translator_cmk.explore.scopes import Scope, start_of
from translator_cmk.machine import ROWS, Machine

Assignments = tuple[tuple[str, str], ...]
"""Variables, each with its new value."""

Option = tuple[str, Assignments]
"""A condition, and what is assigned if it holds."""

LOWEST = (1 << WIDTH) - 1
"""The bits of the field of one entity."""


class Consequence:
    """What follows for one entity: the variables that decide it, and what is assigned under which condition."""

    def __init__(self, variables: set[str], options: list[Option]) -> None:
        self.variables = variables
        self.options = options

    def assigned(self) -> set[str]:
        """Return the variables that it may change."""
        return assigned_by(self.options)


def assigned_by(options: Iterable[Option]) -> set[str]:
    """Return the variables that these options assign."""
    return {variable for _, assignments in options for variable, _ in assignments}


class Model:
    """A scope as variables, steps and consequences, with conditions in the operators of a language."""

    def __init__(self, scope: Scope, both: str, either: str, equal: str) -> None:
        self.both = f" {both} "
        self.either = f" {either} "
        self.equal = equal
        machine = Machine(ROWS)
        parts = StepParts(scope, machine, start_of(scope, machine))
        commands, follows = parts.all_cubes()
        self.packing = parts.packing
        self.variables = {name: f"v{number}" for number, name in enumerate(self.packing.shifts)}
        self.sizes = {self.variables[name]: size for name, size in self.packing.sizes().items()}
        sizes_of_fields = self.packing.sizes_of_fields()
        self.commands = [merged(cubes, sizes_of_fields) for cubes in commands]
        self.consequences = []
        for entity_cubes in follows.values():
            cubes = merged(entity_cubes, sizes_of_fields)
            options = self.options(cubes)
            if options:
                variables = {self.variables[name] for name in self.packing.named(fields_of(cubes))}
                self.consequences.append(Consequence(variables, options))

    def what_can_follow(self, options: Iterable[Option]) -> list[list[Option]]:
        """Return the consequences, directly or not, of changes."""
        changed = assigned_by(options)
        following: list[int] = []
        grows = True
        while grows:
            grows = False
            for number, consequence in enumerate(self.consequences):
                if number not in following and consequence.variables & changed:
                    following.append(number)
                    grows = True
            for number in following:
                changed |= self.consequences[number].assigned()
        return [self.consequences[number].options for number in sorted(following)]

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
        if not excluded:
            return "true"
        return f"!({self.any_of(excluded)})"

    def any_of(self, conditions: Sequence[str]) -> str:
        """Return the condition that one of these holds."""
        if len(conditions) == 1:
            return conditions[0]
        return self.either.join(f"({condition})" for condition in conditions)

    def condition(self, cube: Cube) -> str:
        """Return the condition that a state is in the cube."""
        tests = []
        for name in self.packing.named(cube.fields):
            tests.append(f"{self.variables[name]} {self.equal} {self.record_number(cube.bits, name)}")
        return self.both.join(tests) or "true"

    def assignments(self, cube: Cube) -> Iterator[tuple[str, str]]:
        """Yield each variable that changes in the cube, with its new value.

        A move is the sum of the changes of all fields, of which each may be negative.
        """
        rest = cube.move
        for name, variable in self.variables.items():
            change = rest & LOWEST
            is_negative = change >> WIDTH - 1
            if is_negative:
                change -= 1 << WIDTH
            rest = rest - change >> WIDTH
            if not change:
                continue
            if cube.fields & self.packing.field(name):
                yield variable, str(self.record_number(cube.bits, name) + change)
            else:
                yield variable, f"{variable} + {change}"

    def record_number(self, bits: int, name: Name) -> int:
        """Return the number of the record of an entity."""
        return bits >> self.packing.shifts[name] & LOWEST


def promela(scope: Scope) -> str:
    """Return the scope in Promela, for Spin 6.5."""
    model = Model(scope, "&&", "||", "==")
    text = []
    for variable, size in model.sizes.items():
        bits = max(1, (size - 1).bit_length())
        text.append(f"unsigned {variable} : {bits};")
    text += ["bool moved; /* 0 in every state */", "active proctype world() {", "end: do"]
    for cubes in model.commands:
        text.append(f":: d_step {{ {model.offered(cubes)} ->")
        options = model.options(cubes)
        if options:
            text.append(promela_choice(options))
            text.append("do :: moved -> moved = 0;")
            text += map(promela_choice, model.what_can_follow(options))
            text.append(":: else -> break od;")
        text += ["skip /* Spin forgets where a loop at the end of a d_step leads to */", "}"]
    return "\n".join([*text, "od", "}", ""])


def promela_choice(options: Sequence[Option]) -> str:
    """Return the statement that makes the assignments of the option whose condition holds."""
    lines = ["if"]
    for condition, assignments in options:
        assigned = "".join(f"{variable} = {value}; " for variable, value in assignments)
        lines.append(f":: {condition} -> {assigned}moved = 1")
    return "\n".join([*lines, ":: else", "fi;"])


def murphi(scope: Scope) -> str:
    """Return the scope in Murphi, in the dialect of Rumur."""
    model = Model(scope, "&", "|", "=")
    text = ["var"]
    text += [f"  {variable}: 0..{size - 1};" for variable, size in model.sizes.items()]
    text.append('startstate "start" begin')
    text += [f"  {variable} := 0;" for variable in model.sizes]
    text.append("end;")
    for number, cubes in enumerate(model.commands):
        text += [f'rule "{number}"', model.offered(cubes), "==>"]
        options = model.options(cubes)
        if options:
            text += ["var moved: boolean;", "begin", "moved := false;", murphi_choice(options)]
            text += ["while moved do", "moved := false;"]
            text += map(murphi_choice, model.what_can_follow(options))
            text.append("endwhile;")
        else:
            text.append("begin")
        text.append("end;")
    return "\n".join([*text, ""])


def murphi_choice(options: Sequence[Option]) -> str:
    """Return the statement that makes the assignments of the option whose condition holds."""
    lines = []
    keyword = "if"
    for condition, assignments in options:
        assigned = "".join(f"{variable} := {value}; " for variable, value in assignments)
        lines.append(f"{keyword} {condition} then {assigned}moved := true;")
        keyword = "elsif"
    return "\n".join([*lines, "endif;"])
