"""An editor for features: the other side of the language server of VS Code's Cucumber extension."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ROOT

SERVER = (
    ROOT / ".venv-qa-tools/node/node_modules"
    "/@cucumber/language-server/bin/cucumber-language-server.cjs"
)
WANTED = {
    "textDocument": {"definition": {}, "formatting": {}},
    "workspace": {"configuration": True},
}


class Editor:
    """The other side of a language server.

    A folder is open in it, with these settings.
    """

    def __init__(
        self, server: subprocess.Popen[bytes], folder: Path, settings: Mapping[str, Any]
    ) -> None:
        assert server.stdin
        assert server.stdout
        self.requests = server.stdin
        self.messages = server.stdout
        self.asked = 0
        self.log: list[str] = []
        self.settings = {
            name.removeprefix("cucumber."): value
            for name, value in settings.items()
            if name.startswith("cucumber.")
        }
        self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities=WANTED)
        self.tell("initialized")
        self.until(lambda message: "suggestions for auto complete" in "".join(self.log[-1:]))

    def send(self, **message: Any) -> None:
        """Send a message."""
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.requests.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.requests.flush()

    def tell(self, method: str, **params: Any) -> None:
        """Send a notification."""
        self.send(method=method, params=params)

    def ask(self, method: str, **params: Any) -> Any:
        """Return the answer to a request."""
        self.asked += 1
        self.send(id=self.asked, method=method, params=params)
        return self.until(lambda message: message.get("id") == self.asked and "result" in message)[
            "result"
        ]

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message that is wanted; answer what the server asks meanwhile."""
        while True:
            message = self.receive()
            if "method" in message and "id" in message:
                asked = message.get("params", {}).get("items", ())
                self.send(id=message["id"], result=[self.settings for _ in asked])
            if message.get("method") == "window/logMessage":
                self.log.append(message["params"]["message"])
            if wanted(message):
                return message

    def receive(self) -> dict[str, Any]:
        """Return the next message."""
        head = b"".join(iter(self.messages.readline, b"\r\n"))
        length = re.search(rb"Content-Length: (\d+)", head)
        assert length, f"the server has ended; it said: {self.log}"
        return dict(json.loads(self.messages.read(int(length[1]))))

    def open(self, file: Path) -> list[dict[str, Any]]:
        """Open a feature, and return what the server warns of."""
        self.tell(
            "textDocument/didOpen",
            textDocument={
                "uri": file.as_uri(),
                "languageId": "cucumber",
                "version": 1,
                "text": file.read_text("utf-8"),
            },
        )
        message = self.until(lambda each: each.get("method") == "textDocument/publishDiagnostics")
        assert message["params"]["uri"] == file.as_uri()
        return list(message["params"]["diagnostics"])

    def definitions(self, file: Path, line: int, character: int) -> set[str]:
        """Return the names of the files that define the step at a place."""
        links = self.ask(
            "textDocument/definition",
            textDocument={"uri": file.as_uri()},
            position={"line": line, "character": character},
        )
        return {Path(link["targetUri"]).name for link in links}


@contextmanager
def opened(folder: Path, settings: Mapping[str, Any]) -> Iterator[Editor]:
    """Open a folder in an editor, or skip the test without the server."""
    if not SERVER.exists():
        pytest.skip("missing tool: Cucumber's language server, which `make qa-tools` installs")
    with subprocess.Popen(
        ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
    ) as server:
        yield Editor(server, folder, settings)
        server.kill()
