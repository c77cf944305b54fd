"""What an answer of the model to one command rests on, beside what its outcome names.

An outcome names the requirements whose rows had an effect.  An answer rests on more: on what does
not happen, such as that a rotation loses nothing; and what is lost by it has a basis of its own.
"""

from collections.abc import Hashable
from typing import NamedTuple

from ...machine import Command, Machine, State
from ...oracle.grounds import (
    MODEL,
    Grounds,
    Ids,
    grounds,
    intact_things,
    is_intact,
    rests_on_what_is_not,
)


class Answered(NamedTuple):
    """What an answer rests on."""

    besides: Ids
    """Requirements that no outcome names: without one of them the command would be answered
    otherwise, or something would be lost that is not."""
    lost: tuple[Grounds, ...]
    """What becomes of each thing that is lost."""


def answered(state: State, command: Command) -> Answered:
    """Return what the answer of the model to a command rests on, beside what its outcome names."""
    things = intact_things(state)

    def ask(machine: Machine) -> Hashable:
        after, outcome = machine.step(state, command)
        world = machine.world(after)
        return type(outcome), tuple(is_intact(thing, world) for thing in things)

    after, _ = MODEL.step(state, command)
    world = MODEL.world(after)
    lost: list[Grounds] = []
    for thing in things:
        if not is_intact(thing, world):
            lost.append(grounds(state, (command,), thing))
    return Answered(rests_on_what_is_not(ask, state, (command,)), tuple(lost))
