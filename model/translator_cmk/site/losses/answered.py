"""What an answer of the model to one command rests on, beside what its outcome names.

An outcome names the requirements whose rows had an effect.  An answer rests on more: on what does
not happen, such as that a rotation loses nothing, or that what was lost stays lost; and what is
lost by it has a basis of its own.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from ...machine import Command, Machine, State
from ...machine.entities import Model
from ...oracle.attribution import Ids
from ...oracle.grounds import (
    Grounds,
    grounds,
    intact_things,
    is_intact,
    known_things,
    rests_on_what_is_not,
    step,
)
from ...oracle.profiles import MODEL

LOST = ("no", "with the identity", "otherwise")
"""What a model may remember of how it was lost."""


class Answered(NamedTuple):
    """What an answer rests on."""

    besides_by_memory: tuple[Ids, ...]
    """Requirements that no outcome names: without one of them the command would be answered
    otherwise, or something would be lost, or back, that is not.  They may depend on how a model was
    lost; so there is one of them for each memory in LOST, or one alone if all are the same."""
    lost: tuple[Grounds, ...]
    """What becomes of each thing that is lost."""
    memory_left: int | None = None
    """The number of the memory in LOST that it leaves, if a model is undeployed by it."""


def answered(state: State, command: Command) -> Answered:
    """Return what the answer of the model to a command rests on, beside what its outcome names."""
    after, _ = step(MODEL, state, command)
    world = MODEL.world(after)
    lost: list[Grounds] = []
    for thing in intact_things(state):
        if not is_intact(thing, world):
            lost.append(grounds(state, (command,), thing))
    return Answered(besides(state, command), tuple(lost), memory_left(state, after))


def besides(state: State, command: Command) -> tuple[Ids, ...]:
    """Return the requirements that the answer rests on, and that no outcome names, by memory."""
    found: list[Ids] = []
    for each in remembering(state):
        found.append(rests_on_what_is_not(answer_from(each, command), each, (command,)))
    return tuple(found) if len(set(found)) > 1 else (found[0],)


def memory_left(before: State, after: State) -> int | None:
    """Return the number of the memory of a model that is undeployed after and was not before."""
    earlier = undeployed(before)
    for model in MODEL.world(after).every(Model):
        if model.state == "undeployed" and model.name not in earlier:
            return LOST.index(model.lost)
    return None


def memory_in(state: State) -> int:
    """Return the number of the memory in a state of the model that remembers."""
    for model in MODEL.world(state).every(Model):
        return LOST.index(model.lost)
    return 0


def undeployed(state: State) -> list[str]:
    """Return the names of the models that are undeployed."""
    found: list[str] = []
    for model in MODEL.world(state).every(Model):
        if model.state == "undeployed":
            found.append(model.name)
    return found


def answer_from(state: State, command: Command) -> Callable[[Machine], Hashable]:
    """Return what tells how a machine answers, and which of the things that are known it leaves
    intact."""
    things = known_things(state)

    def ask(machine: Machine) -> Hashable:
        after, outcome = step(machine, state, command)
        world = machine.world(after)
        return type(outcome), tuple(is_intact(thing, world) for thing in things)

    return ask


def remembering(state: State) -> Iterator[State]:
    """Yield the state with each memory of how its undeployed models were lost.

    The states of the page have none, since only mistakes ask for it: the page knows its way.
    """
    names = undeployed(state)
    if not names:
        yield state
        return
    for how in LOST:
        yield state.with_changes({(Model, name): {"lost": how} for name in names})
