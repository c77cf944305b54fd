"""A broken theorem as a scenario: replayed through the readable machine, in the words of the
features.
"""

from typing import NamedTuple

from ..language.facts import Fact
from ..language.scenarios import format_scenario, format_steps
from ..language.sentences import format_command, format_fact, format_key_uses
from ..machine import DEFAULT_STAGE, Command, Machine, Refused, State, Unspecified, initial
from .judge import Judge, Unmet, entities_of
from .scopes import Commands, Scope, givens
from .theorems import Expectation, Theorem, Unchanged, Uses


class Broken(NamedTuple):
    """A broken theorem: the shortest sequence of commands from nothing, and what should be so after
    it.
    """

    commands: tuple[Command, ...]
    expected: Expectation


class DoesNotReplay(Exception):
    """A search says that a theorem is broken where the readable machine keeps it: a defect of the
    search.
    """


def counterexample(scope: Scope, machine: Machine, theorem: Theorem, broken: Broken) -> str:
    """Return the scenario of a broken theorem: the way there, the last command, and the demand.

    Raises `DoesNotReplay`.
    """
    judge = Judge(machine, [theorem])
    if Unmet(theorem.name, broken.expected) not in breaks(judge, broken.commands):
        raise DoesNotReplay(
            f"{theorem.name} holds after {'; '.join(map(format_command, broken.commands))}"
        )
    *before, last = broken.commands
    tags, thens = assertions(broken.expected, theorem)
    title = theorem.sentence.rstrip(".")
    given = format_steps("Given", givens(scope, tuple(before)))
    return "\n".join(format_scenario(title, given, format_command(last), thens, tags))


def breaks(judge: Judge, commands: Commands) -> list[Unmet]:
    """Return the theorems that the last command breaks, or the state after it."""
    before = state_after(judge.machine, commands[:-1])
    after, judged = judge.step(before, commands[-1])
    found = list(judged.broken)
    for entity in entities_of(after):
        _, broken = judge.look(after, entity)
        found.extend(broken)
    return found


def state_after(machine: Machine, commands: Commands) -> State:
    """Return the state after the commands."""
    state = initial(DEFAULT_STAGE)
    for command in commands:
        state, _ = machine.step(state, command)
    return state


def assertions(expected: Expectation, theorem: Theorem) -> tuple[tuple[str, ...], list[str]]:
    """Return the tags of the scenario, and its assertions; a refusal and a silence give their ids
    as tags.
    """
    match expected:
        case Fact():
            return theorem.requirements, [format_fact(expected)]
        case Refused(because=because):
            return tuple(sorted(because)), ["the request is refused"]
        case Unspecified(silent=silent):
            return tuple(sorted(silent)), ["what happens is not specified"]
        case Uses(uses=uses):
            return theorem.requirements, format_key_uses(uses)
        case Unchanged():
            return theorem.requirements, ["nothing has changed"]
    # no sentence states which requirements are named, nor that records can be read
    return theorem.requirements, ["the request is accepted"]
