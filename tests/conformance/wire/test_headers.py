"""A system at a URL is sent the headers that are given, and no report has them."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.conformance.conftest import WELL, Refused, says, verify
from tests.systems.mistaken import LosesNothing
from translator_cmk.conformance.wire.answering import Answering
from translator_cmk.conformance.wire.options import HEADERS

TOKEN = "s3cret/t0ken-of-mine"
AUTHORIZATION = f"Authorization: Bearer {TOKEN}"


class Guarded(BaseHTTPRequestHandler):
    """Answers whoever has the token, and repeats the header in what it says."""

    answering: Answering
    seen: list[dict[str, str]]

    def do_POST(self) -> None:
        self.seen.append(dict(self.headers))
        given = self.headers.get("Authorization", "")
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if given != f"Bearer {TOKEN}":
            self.send_response(401, f"no access with {given}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = self.answering.answer(message)
        if message["verb"] == "submit":
            answer["said"] = [f"done for {given}"]
        body = json.dumps(answer).replace("/", r"\/").replace("t0ken", r"\u00740ken").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@contextmanager
def guarded() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve at a URL to whoever has the token; yield it with the headers that come."""
    seen: list[dict[str, str]] = []
    handler = type("Handler", (Guarded,), {"answering": Answering(LosesNothing), "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", seen
        server.shutdown()


def texts_in(folder: Path) -> Iterator[str]:
    """Yield the text of each file of a report."""
    for file in folder.rglob("*"):
        if file.suffix == ".gz":
            yield gzip.decompress(file.read_bytes()).decode()
        elif file.is_file():
            yield file.read_text("utf-8")


def test_header_is_sent_with_each_request_and_is_in_no_file_of_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HEADERS, f"{AUTHORIZATION}\n\nX-Tenant: seven\n")
    with guarded() as (url, seen):
        found = verify(tmp_path, "--http", url, *WELL)
    assert found.exit_code == 0
    assert {headers.get("Authorization") for headers in seen} == {f"Bearer {TOKEN}"}
    assert {headers.get("X-Tenant") for headers in seen} == {"seven"}
    for text in (found.printed, *texts_in(found.folder)):
        assert TOKEN not in text
    assert "done for (hidden)" in "".join(texts_in(found.folder))
    assert says(0, "report", "check", found.folder)


def test_wrong_token_is_told_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEADERS, "Authorization: Bearer another-t0ken")
    with guarded() as (url, _):
        found = verify(tmp_path, "--http", url, *WELL)
    assert found.exit_code == 3
    assert "answered with the status 401 no access with (hidden)" in found.printed
    for text in (found.printed, *texts_in(found.folder)):
        assert "another-t0ken" not in text


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("Bad Name: value-of-mine", "write 'NAME: VALUE'"),
        ("content-type: value-of-mine", "content-type is set by the kit; leave it out"),
        ("X-Key:", "the value of X-Key is empty"),
        ("X-Key: value-of-miné", "the value of X-Key is empty, or has other characters"),
        ("X-Key: value-of-mine\nx-key: y", "x-key is there twice; leave one out"),
    ],
)
def test_header_that_can_not_be_sent_is_refused_without_its_value(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, header: str, error: str
) -> None:
    monkeypatch.setenv(HEADERS, header)
    told = refused("--http", "http://127.0.0.1:9/")
    assert HEADERS in told
    assert error in told
    assert "value-of-min" not in told
