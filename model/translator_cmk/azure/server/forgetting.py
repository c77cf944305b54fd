"""Forgetting things that a request deletes for which the specification has no command.

The model keeps no trace of them, so their names are free.
"""

from collections.abc import Iterable
from typing import Any

from ...machine.entities import NO_RECORD, Entity
from .calls import Call


def forget(call: Call, entities: Iterable[Entity]) -> None:
    """Let the model forget these things."""
    changes: dict[Any, Any] = {}
    for entity in entities:
        changes[type(entity), entity.name] = {"state": NO_RECORD}
    call.world = call.world._replace(state=call.world.state.with_changes(changes))
