"""What a client sets that the model doesn't have, such as access policies of people.

It is kept by the name that a thing has in the model, since that stays where its id in Azure changes
with a move.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .worlds import ServedWorld

if TYPE_CHECKING:
    from .calls import Call

Settings = Mapping[str, Any]
"""By member, such as `days`."""


def settings_of(world: ServedWorld, kind: str, name: str) -> Settings:
    """Return what was set of a thing."""
    return world.settings.get((kind, name), {})


def put_settings(call: "Call", kind: str, name: str, settings: Settings) -> None:
    """Keep these settings of a thing, and no others."""
    others = dict(call.world.settings)
    others.pop((kind, name), None)
    if settings:
        others[kind, name] = settings
    call.world = call.world._replace(settings=others)
