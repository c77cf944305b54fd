"""Answers that Azure gives in place of the one that was asked for, put before the server of these
tests.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Any

import pytest

from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.connection import Connection
from translator_cmk.azure.server.faults import Fault, Faults, HtmlPage
from translator_cmk.azure.server.listening import AzureServer


def refusal(status: int, code: str, inner: str = "", message: str = "Not now.") -> Reply:
    """Return an answer that is an error of Azure."""
    error: dict[str, Any] = {"code": code, "message": message}
    if inner:
        error["innererror"] = {"code": inner}
    return Reply(status, {"error": error})


@contextmanager
def interrupted(
    server: AzureServer, method: str, part: str, reply: Reply, times: float = inf
) -> Iterator[list[str]]:
    """Have the server give this answer to requests with a method and a part of a URL, so many
    times; yield the requests that it was given to.
    """
    answer = server.answer
    given = list[str]()

    def instead(asked: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        url = f"{headers.get('host', '')}{target}"
        if asked == method and part in url and len(given) < times:
            given.append(url)
            return reply
        return answer(asked, target, headers, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "answer", instead)
        yield given


@contextmanager
def answered_with_a_page(server: AzureServer, method: str, part: str) -> Iterator[None]:
    """Have a proxy answer requests with a method and a part of a path: 200, and a page of HTML."""
    page = Fault(HtmlPage(200), 1, method, part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "faults", Faults([page]))
        yield


@contextmanager
def without_answers(method: str, part: str, times: float = inf) -> Iterator[list[str]]:
    """Have connections break once a request with a method and a part of a path was carried out, so
    many times; yield the paths.
    """
    send = Connection.send
    broken = list[str]()

    def breaking(connection: Connection, *answer: Any) -> None:
        is_meant = connection.command == method and part in connection.path
        if is_meant and len(broken) < times:
            broken.append(connection.path)
            connection.reset()
        else:
            send(connection, *answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "send", breaking)
        yield broken


@contextmanager
def without_host(host: str, times: float) -> Iterator[list[str]]:
    """Have a host not be found so many times; yield when it was asked for."""
    has_host = Connection.has_host
    asked = list[str]()

    def finds(connection: Connection, authority: str) -> bool:
        if host in authority and len(asked) < times:
            asked.append(authority)
            return False
        return has_host(connection, authority)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "has_host", finds)
        yield asked
