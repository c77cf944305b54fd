"""Find in the time lines of a report what was lost after a request, what came back, and how long
each took to show.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...machine import Command
from ...requirements.consequences import Loss, load_consequences
from .timeline import Change, Step, World

FOR_SHRINKING = ("shrinking", "shrunk")
"""What the log says of worlds in which the shortest form of a failure was looked for."""


class Seen(NamedTuple):
    """Something that was lost, or came back."""

    loss: str
    came_back: bool
    command: Command
    change: Change


def losses_seen(worlds: Iterable[World]) -> Iterator[Seen]:
    """Yield what was lost and what came back, in the order in which it was seen."""
    for world in worlds:
        if world.case in FOR_SHRINKING:
            continue
        for step in world.steps:
            yield from losses_of(step)


def losses_of(step: Step) -> Iterator[Seen]:
    """Yield what was lost and what came back after one request."""
    if deletes_a_workspace(step):
        return
    for change in step.changes:
        for loss in load_consequences().losses.values():
            if not is_about(change, loss) or is_asked_for(change, step.command):
                continue
            if change.was.value == loss.intact:
                yield Seen(loss.loss, False, step.command, change)
            elif change.now.value == loss.intact:
                yield Seen(loss.loss, True, step.command, change)


def is_about(change: Change, loss: Loss) -> bool:
    return (change.now.kind, change.now.field) == (loss.kind, loss.field)


def is_asked_for(change: Change, command: Command) -> bool:
    """Return whether the command names the thing, as the one that deploys a model does."""
    return change.now.name in command.as_dict().values()


def deletes_a_workspace(step: Step) -> bool:
    """Return whether a workspace went with all that it has, as with its resource."""
    gone = [change.now for change in step.changes if change.now.kind == "workspace"]
    return any(fact.field == "exists" and fact.value is False for fact in gone)
