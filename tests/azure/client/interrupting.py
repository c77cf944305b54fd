"""Answers that come in place of the one that was asked for, put before the server of these tests."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Any

import pytest

from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer

Rewrite = Callable[[str, str, Reply], Reply]
"""Takes the method and the target of a request and the server's answer, and returns another."""


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
def rewritten(server: AzureServer, rewrite: Rewrite) -> Iterator[None]:
    """Have the server's answers rewritten."""
    answer = server.answer

    def otherwise(method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        return rewrite(method, target, answer(method, target, headers, content))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "answer", otherwise)
        yield
