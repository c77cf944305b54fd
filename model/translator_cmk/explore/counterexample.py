"""A broken theorem as a scenario: replayed through the readable machine, and written in the words of the features."""

from collections.abc import Iterator
from typing import NamedTuple

from ..language.facts import Fact
from ..language.gherkin import scenario_lines, steps, uses_in_words
from ..language.sentences import format_command, format_fact
from ..machine import DEFAULT_STAGE, Machine, Refused, State, Unspecified, initial
from ..machine.entities import KINDS
from .exploration import Broken
from .judge import EntityName, Judge
from .scopes import Commands, Scope
from .theorems import Expectation, Named, Theorem, Unchanged, Uses


class Counterexample(NamedTuple):
    """The shortest way to a broken theorem, and its scenario."""

    theorem: Theorem
    commands: Commands
    expected: Expectation
    scenario: str


class DoesNotReplay(Exception):
    """An engine says that a theorem is broken where the readable machine keeps it: a defect of the engine."""


def counterexample(scope: Scope, machine: Machine, theorem: Theorem, broken: Broken) -> Counterexample:
    """Return the broken theorem, replayed and formatted.  Raises `DoesNotReplay`."""
    if broken.expected not in breaks(machine, theorem, broken.commands):
        raise DoesNotReplay(f"{theorem.name} holds after {'; '.join(map(format_command, broken.commands))}")
    scenario = "\n".join(lines_of(scope, theorem, broken))
    return Counterexample(theorem, broken.commands, broken.expected, scenario)


def breaks(machine: Machine, theorem: Theorem, commands: Commands) -> list[Expectation]:
    """Return the demands of the theorem on the last command, and on the state after it, that are not met."""
    judge = Judge(machine, [theorem])
    state = before(machine, commands)
    after, judged = judge.step(state, commands[-1])
    looks = [EntityName(kind, name) for kind in KINDS for name in after.tables[kind]]
    seen = [broken for look in looks for broken in judge.look(after, look)[1].broken]
    return [expected for _, expected in (*judged.broken, *seen)]


def before(machine: Machine, commands: Commands) -> State:
    """Return the state before the last of the commands."""
    found = initial(DEFAULT_STAGE)
    for command in commands[:-1]:
        found, _ = machine.step(found, command)
    return found


def lines_of(scope: Scope, theorem: Theorem, broken: Broken) -> Iterator[str]:
    """Return the lines of the scenario: the way there, the last command, and the demand."""
    tags, thens = assertions(broken.expected, theorem)
    given = steps("Given", givens(scope, broken.commands))
    return scenario_lines(theorem.sentence.rstrip("."), given, format_command(broken.commands[-1]), thens, tags)


def givens(scope: Scope, commands: Commands) -> list[str]:
    """Return the steps before the last command, beginning with a situation where the scope begins with one."""
    start = len(scope.start)
    if scope.situation and len(commands) > start:
        return [scope.situation, *map(format_command, commands[start:-1])]
    return [format_command(command) for command in commands[:-1]]


def assertions(expected: Expectation, theorem: Theorem) -> tuple[tuple[str, ...], list[str]]:
    """Return the tags of the scenario, and its assertions; a refusal and a silence give their ids as tags."""
    match expected:
        case Fact():
            return theorem.requirements, [format_fact(expected)]
        case Refused(because=because):
            return tuple(sorted(because)), ["the request is refused"]
        case Unspecified(silent=silent):
            return tuple(sorted(silent)), ["what happens is not specified"]
        case Uses(uses=uses):
            return theorem.requirements, uses_in_words(uses)
        case Unchanged():
            return theorem.requirements, ["nothing has changed"]
        case Named():  # no sentence states this, so the theorem's own has to do
            return theorem.requirements, ["the request is accepted"]
    # records that cannot be read have no fact to state, so any sentence fails
    return theorem.requirements, ["the request is accepted"]
