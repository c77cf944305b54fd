"""Long-running operations of Azure Resource Manager."""

from typing import Any

from .calls import Call, Reply
from .versions import CORE, VERSIONS


def begun(call: Call, _: Any, body: Any = None) -> Reply:
    """Return that an operation has begun, with a body if it is on one; it is over at once."""
    subscription = call.at["subscription"].name
    operation = call.world.id_of("operation", subscription)
    kind = "operationStatuses" if body else "operationresults"
    header = "Azure-AsyncOperation" if body else "Location"
    path = f"/subscriptions/{subscription}/{kind}/{operation}"
    end = call.url(path, **{"api-version": VERSIONS[CORE][-1]})
    return Reply(202, body, {header: end, "Retry-After": "1"})
