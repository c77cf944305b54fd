"""A broken theorem as a scenario: replayed through the readable machine, and written in the words of the features."""

from ..language.facts import Fact
from ..language.sentences import format_command, format_fact, scenario_lines, steps, uses_in_words
from ..machine import DEFAULT_STAGE, Machine, Refused, State, Unspecified, initial
from .exploration import Broken
from .judge import Judge, Unmet, entities_of
from .scope import Commands, Scope, givens
from .theorems import Expectation, Theorem, Unchanged, Uses


class DoesNotReplay(Exception):
    """An engine says that a theorem is broken where the readable machine keeps it: a defect of the engine."""


def counterexample(scope: Scope, machine: Machine, theorem: Theorem, broken: Broken) -> str:
    """Return the scenario of a broken theorem: the way there, the last command, and the demand.

    Raises `DoesNotReplay`.
    """
    *before, last = broken.commands
    if (theorem.name, broken.expected) not in breaks(Judge(machine, [theorem]), broken.commands):
        raise DoesNotReplay(f"{theorem.name} holds after {'; '.join(map(format_command, broken.commands))}")
    tags, thens = assertions(broken.expected, theorem)
    title = theorem.sentence.rstrip(".")
    given = steps("Given", givens(scope, tuple(before)))
    return "\n".join(scenario_lines(title, given, format_command(last), thens, tags))


def breaks(judge: Judge, commands: Commands) -> Unmet:
    """Return the theorems that the last command breaks, or the state after it."""
    after, judged = judge.step(state_after(judge.machine, commands[:-1]), commands[-1])
    return (*judged.broken, *(each for look in entities_of(after) for each in judge.look(after, look)[1]))


def state_after(machine: Machine, commands: Commands) -> State:
    """Return the state after the commands."""
    state = initial(DEFAULT_STAGE)
    for command in commands:
        state, _ = machine.step(state, command)
    return state


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
    # no sentence states which requirements are named, nor that records can be read
    return theorem.requirements, ["the request is accepted"]
