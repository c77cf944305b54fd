"""Protocol 1: commands, outcomes, observations and stages as JSON, with the JSON Schema of each."""

from ..shapes import WireError
from .messages import (
    LONGEST,
    PROTOCOL,
    command_from_wire,
    command_to_wire,
    from_text,
    observation_from_wire,
    observation_to_wire,
    outcome_from_wire,
    outcome_to_wire,
    stage_from_wire,
    stage_to_wire,
)
from .schemas import schemas

__all__ = [
    "LONGEST",
    "PROTOCOL",
    "WireError",
    "command_from_wire",
    "command_to_wire",
    "from_text",
    "observation_from_wire",
    "observation_to_wire",
    "outcome_from_wire",
    "outcome_to_wire",
    "schemas",
    "stage_from_wire",
    "stage_to_wire",
]
