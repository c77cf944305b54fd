"""What the Azure-shaped server takes: time until it is ready, requests a second, memory."""

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.azure.server.asking import versioned

KEPT_ALIVE = 3_000
MANY = 100_000


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[str], http.client.HTTPSConnection]]:
    """Start the server, on a core of its own if there is more than one, and yield it with a
    connection.
    """
    command = [sys.executable, "-m", "translator_cmk", "serve", "--azure", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        proxy, _, authority = (process.stdout.readline().split()[-1] for _ in range(3))
        if hasattr(os, "sched_setaffinity") and len(cores := os.sched_getaffinity(0)) > 1:
            os.sched_setaffinity(process.pid, {max(cores)})
        context = ssl.create_default_context(cafile=authority)
        connection = http.client.HTTPSConnection(
            "localhost", int(proxy.rpartition(":")[2]), context=context
        )
        try:
            yield process, connection
        finally:
            connection.close()
            process.terminate()


def ask(
    connection: http.client.HTTPSConnection, method: str, path: str, token: str, body: Any = None
) -> Any:
    """Return the body of the answer to a request, which has to succeed."""
    content = body if isinstance(body, str) else json.dumps(body) if body else None
    connection.request(method, path, content, {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status < 300, text
    return json.loads(text) if text else None


def signed_in(connection: http.client.HTTPSConnection) -> tuple[str, str]:
    """Return a token of a new tenant, and the path of an account that was made for it."""
    port = connection.port
    form = {"grant_type": "client_credentials", "client_id": str(uuid4()), "client_secret": "x"}
    form["scope"] = f"https://localhost:{port}/.default"
    token: str = ask(connection, "POST", f"/{uuid4()}/oauth2/v2.0/token", "", urlencode(form))[
        "access_token"
    ]
    (first, *_) = ask(connection, "GET", versioned("/subscriptions"), token)["value"]
    group = f"{first['id']}/resourceGroups/apps"
    ask(connection, "PUT", versioned(group), token, {"location": "westeurope"})
    account = versioned(f"{group}/providers/Microsoft.CognitiveServices/accounts/tr1")
    body = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}
    ask(connection, "PUT", account, token, body)
    return token, account


def ready_seconds() -> float:
    """From the start of the process to the first answer."""
    started = time.perf_counter()
    with serving() as (_, connection):
        signed_in(connection)
        return time.perf_counter() - started


def requests_a_second() -> float:
    """Requests for an account a second over one connection."""
    with serving() as (_, connection):
        token, account = signed_in(connection)
        started = time.perf_counter()
        for _ in range(KEPT_ALIVE):
            ask(connection, "GET", account, token)
        return KEPT_ALIVE / (time.perf_counter() - started)


def resident(process: subprocess.Popen[str]) -> float:
    """Megabytes of memory of a process."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth_in_megabytes(many: int = MANY) -> float:
    """Memory that all but the first fifth of many requests add; every 20 requests there is a new
    tenant.
    """
    with serving() as (process, connection):
        before = 0.0
        for number in range(many // 20):
            if number == many // 100:
                before = resident(process)
            token, account = signed_in(connection)
            for turn in range(8):
                wanted = "None" if turn % 2 else "SystemAssigned"
                ask(connection, "PATCH", account, token, {"identity": {"type": wanted}})
                ask(connection, "GET", account, token)
        return resident(process) - before
