"""Long-running operations of Azure Resource Manager.

They run for `Strictness.provisioning` seconds, by default not at all.  What they do is done when
they begin; only that they are over shows later, and what they are on can't be written until then.
"""

import math
from typing import Any, NamedTuple
from uuid import uuid4

from ...machine.entities import Subscription
from .calls import Call, Reply
from .problems import Problem
from .settings import put_settings, settings_of
from .values import Values, value

KEPT = 600
"""Seconds for which an operation that is over can be asked for."""

LONGEST_PAUSE = 10
"""The most seconds that a client is told to wait before it asks again."""

VERSION = "2025-04-01"
"""Of the request by which a client asks for an operation."""

SUCCEEDED = "Succeeded"


class Operation(NamedTuple):
    """An operation, and when it is over."""

    name: str
    until: float = 0.0


def operations(call: Call, subscription: Subscription) -> dict[str, Any]:
    """Return the operations of a subscription.  All that took no time are one."""
    at_once = call.world.id_of("operation", subscription.name)
    found = {at_once: Operation(at_once)}
    for name, until in settings_of(call.world, "operations", subscription.name).items():
        found[name] = Operation(name, until)
    return found


def begin(call: Call) -> Operation:
    """Begin an operation."""
    subscription = call.at["subscription"].name
    # all that take no time are one
    if not call.strictness.provisioning:
        return Operation(call.world.id_of("operation", subscription))
    operation = Operation(str(uuid4()), call.now + call.strictness.provisioning)
    before = settings_of(call.world, "operations", subscription)
    kept = {name: until for name, until in before.items() if until > call.now - KEPT}
    kept[operation.name] = operation.until
    put_settings(call, "operations", subscription, kept)
    return operation


def begun(call: Call, _: Any, body: Any = None, status: int = 202) -> Reply:
    """Return that an operation has begun, with the body of an account that it changes."""
    operation = begin(call)
    # of a change Azure's clients ask for the status, of a deletion or a move for the result
    if body:
        header, kind = "Azure-AsyncOperation", "operationStatuses"
    else:
        header, kind = "Location", "operationresults"
    headers = {header: url_of(call, kind, operation), **pause(call, operation)}
    return Reply(status, body, headers)


def url_of(call: Call, kind: str, operation: Operation) -> str:
    """Return where to ask for an operation."""
    path = f"/subscriptions/{call.at['subscription'].name}/{kind}/{operation.name}"
    return call.url(path, **{"api-version": VERSION})


def pause(call: Call, operation: Operation) -> dict[str, str]:
    """Return the header that says when to ask again; without it clients wait half a minute."""
    left = math.ceil(operation.until - call.now)
    return {"Retry-After": str(min(max(left, 1), LONGEST_PAUSE))}


def is_running(call: Call, operation: Operation) -> bool:
    return operation.until > call.now


def get_operation_result(call: Call, operation: Operation) -> Reply:
    """Return whether an operation is over, as Azure does under `Location`."""
    if not is_running(call, operation):
        return Reply(204)
    location = {"Location": url_of(call, "operationresults", operation)}
    return Reply(202, None, {**location, **pause(call, operation)})


def get_operation_status(call: Call, operation: Operation) -> Reply:
    """Return whether an operation is over, as Azure does under `Azure-AsyncOperation`."""
    if not is_running(call, operation):
        return Reply(200, call.show("operation", operation.name, status=SUCCEEDED))
    body = call.show("operation", operation.name, status="InProgress")
    return Reply(200, body, pause(call, operation))


# What an operation is on


def occupy(call: Call, account: str, state: str) -> None:
    """Let an account be in a provisioning state until the operation that begins now is over."""
    if call.strictness.provisioning:
        until = call.now + call.strictness.provisioning
        put_settings(call, "busy", account, {"until": until, "state": state})


def state_of(call: Call, account: str) -> str:
    """Return the provisioning state of an account."""
    busy = settings_of(call.world, "busy", account)
    if not busy or busy["until"] <= call.now:
        return SUCCEEDED
    return str(busy["state"])


def refuse_busy(call: Call, account: str) -> None:
    """Refuse to write an account while an operation is on it; raises `Problem`."""
    state = state_of(call, account)
    if state != SUCCEEDED:
        message = (
            f"The account '{account}' can't be changed while its provisioning state is '{state}', "
            "which is not a final one. Wait until the operation in progress is over."
        )
        raise Problem(409, "RequestConflict", message)


@value
def provisioning_state(shown: Values) -> str:
    return state_of(shown.call, shown.entity.name)
