"""The calls of Azure that a new adapter is told of are requests that the server answers."""

import re
from typing import NamedTuple

import pytest

from translator_cmk.azure.server.hosts import apis_at
from translator_cmk.azure.server.routing import ROUTES, find
from translator_cmk.language.sentences import azure_call
from translator_cmk.machine import COMMANDS

NO_REQUEST = "EndVaultRetention"
"""Time alone does it."""

GLOBAL_HOST = "TranslateWithModel"
"""It is asked of the global endpoint of Translator, at which the server answers nothing."""


class AzureRequest(NamedTuple):
    """The first line of a call, with a text in the place of each name."""

    method: str
    host: str
    path: str


def request_of(command: str) -> AzureRequest | None:
    """Return the request that does a command, or None."""
    first_line = azure_call(COMMANDS[command])[0]
    filled = re.sub(r"\{(\w+)\}", r"\1", first_line)
    match = re.fullmatch(r"([A-Z]+) https://([^/]+)(/\S+)", filled)
    if match is None:
        return None
    method, host, path = match.groups()
    return AzureRequest(method, host, path)


ROUTED = sorted({word for route in ROUTES for word in route.handler.split()} & set(COMMANDS))
"""The commands that the server carries out; to others it says that it lacks them."""


@pytest.mark.parametrize("command", ROUTED)
def test_each_call_of_a_skeleton_is_a_route_of_the_server(command: str) -> None:
    request = request_of(command)
    assert request is not None
    apis = apis_at(request.host).apis
    version = "&api-version=2024-01-01" if "?" in request.path else "?api-version=2024-01-01"
    route = find(apis, request.method, request.path + version, request.host).route
    carried_out = [word for word in route.handler.split() if word in COMMANDS]
    assert carried_out in ([], [command])


def test_what_has_no_route_is_known() -> None:
    assert request_of(NO_REQUEST) is None
    request = request_of(GLOBAL_HOST)
    assert request is not None
    routed = {route.api for route in ROUTES}
    assert routed.isdisjoint(apis_at(request.host).apis)
