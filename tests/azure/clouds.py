"""Clouds for the script of the hour: the model behind Azure's interfaces, and clouds that lie.

The script asks through its own function `az`, so nothing waits for the Azure CLI, and where it would
wait, the clock is moved.
"""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any, Self

import pytest

from tests.azure.client.broken_emulators import lacking, mistaken
from tests.azure.server.asking import MANAGER
from tests.azure.server.wire import Answer, Customer, Wire
from translator_cmk.azure.server.faults import Fault
from translator_cmk.azure.server.listening import AzureServer, azure_server
from translator_cmk.azure.server.strictness import NOT_STRICT, Strictness
from translator_cmk.check_trace.judging import JudgedLog, judge
from translator_cmk.machine import Machine
from translator_cmk.machine.commands import CreateResource
from translator_cmk.machine.entities import CUSTOMER
from translator_cmk.machine.rows import effect
from translator_cmk.machine.updates import sets
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import MACHINE

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "azure-hour" / "azure_hour.py"

HOUR = 3600.0


def load_script() -> ModuleType:
    """Return the script as a module."""
    spec = spec_from_file_location("azure_hour", SCRIPT)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Cloud:
    """Azure as a customer sees it who signed in, with a clock that the script moves."""

    machine = MACHINE

    def __init__(self, strictness: Strictness = NOT_STRICT, faults: Sequence[Fault] = ()) -> None:
        self.strictness = strictness
        self.faults = faults
        self.time = 0.0
        self.asked: list[str] = []  # the method and the path of each request
        self.customer: Customer
        self.server: AzureServer
        self.environment: dict[str, str] = {}  # in which Custom Translator is found

    @contextmanager
    def served(self) -> Iterator[Self]:
        """Serve in this context."""
        with azure_server(
            self.machine,
            strictness=self.strictness,
            faults=self.faults,
            clock=lambda: self.time,
        ) as server:
            wire = Wire(server)
            self.customer = Customer(wire)
            self.server = server
            self.environment = {
                "HTTPS_PROXY": server.proxy,
                "SSL_CERT_FILE": str(server.authority_file),
            }
            yield self
            wire.close()

    def az(self, *arguments: str, given: str = "") -> "CompletedProcess[str]":
        """Answer as the Azure CLI does, which reads headers from a file, and a body from its
        standard input.
        """
        if arguments[0] == "account":
            account = {"id": self.customer.subscription, "tenantId": self.customer.tenant}
            account |= {"name": "test", "environmentName": "AzureCloud"}
            return CompletedProcess(arguments, 0, json.dumps(account), "")
        method, url = arguments[2].upper(), arguments[4]
        content = given if "--body" in arguments else ""
        assert not content.startswith("-")  # the Azure CLI takes it for an option
        if "--headers" in arguments:
            file = Path(arguments[arguments.index("--headers") + 1].removeprefix("@"))
            assert file.stat().st_mode & 0o077 == 0
            headers = json.loads(file.read_text("utf-8"))
            assert headers["Ocp-Apim-Subscription-Key"] not in " ".join(arguments)
            _, _, host, path = url.split("/", 3)
            answer = self.answer_data(method, host, f"/{path}", content.encode(), headers)
        else:
            self.asked.append(f"{method} {url.partition('?')[0]}")
            answer = self.answer(method, url, json.loads(content or "null"))
        if answer.status < 300:
            return CompletedProcess(arguments, 0, answer.text, "")
        said = f"ERROR: {HTTPStatus(answer.status).phrase}({answer.text})\n"
        return CompletedProcess(arguments, 1, "", said)

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """Answer Azure Resource Manager's requests."""
        return self.customer.ask(method, MANAGER, path, body)

    def answer_data(
        self, method: str, host: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> Answer:
        """Answer requests to a Translator resource."""
        return self.customer.wire.ask(method, host, path, content, headers)

    def wait(self, seconds: float) -> None:
        self.time += seconds

    def now(self) -> str:
        return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run(
    cloud: Cloud, folder: Path, *options: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, dict[str, Path]]:
    """Run the script against a cloud; return its exit code, and its logs by their questions."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    script = load_script()
    for name in ("az", "wait", "now"):
        monkeypatch.setattr(script, name, getattr(cloud, name))
    # the script takes them for itself until it ends
    handlers = {
        each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        exit_code = script.main(["--yes", "--folder", str(folder), *options])
    except SystemExit as ended:
        exit_code = int(str(ended.code))
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    logs = {path.stem.partition("-")[2]: path for path in folder.glob("*.jsonl")}
    return exit_code, logs


def judged(log: Path) -> JudgedLog:
    """Return what `check-trace` says of a log."""
    return judge(str(log), machine_of(silent_in("article", load_register())))


# Clouds that lie


class IgnoresEnabling(Cloud):
    """Accepts CMK, and changes nothing."""

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "PATCH" and "encryption" in body.get("properties", {}):
            return super().answer("GET", path, None)
        return super().answer(method, path, body)


class ShowsLate(Cloud):
    """Shows an account for 20 seconds as it was before CMK was accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.before: dict[str, tuple[float, Answer]] = {}  # by path: until when, and what

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "PATCH" and "encryption" in body.get("properties", {}):
            self.before[path] = (self.time + 20, super().answer("GET", path, None))
        until, before = self.before.get(path, (0.0, None))
        if method == "GET" and before is not None and self.time < until:
            return before
        return super().answer(method, path, body)


class TakesUnprotected(Cloud):
    """Uses a key of a key vault without purge protection."""

    machine = Machine(
        row
        for row in mistaken("vault.purge-protection")
        if row.requirement != "vault.purge-protection-refused"
    )


NOT_AT_CREATION = "resource.not-at-creation"


class CreatesWithKey(Cloud):
    """Creates a resource with CMK."""

    machine = Machine(
        [
            *(
                row
                for row in lacking("resource.creation-refused")
                if row.requirement != NOT_AT_CREATION
            ),
            effect(
                CreateResource,
                "environment.create-resource",
                when=lambda c: c.keys == CUSTOMER,
                then=lambda c: sets(c.resource, key_source=CUSTOMER),
            ),
        ]
    )

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "PUT" and "encryption" in body.get("properties", {}):
            # of which the model knows nothing
            del body["properties"]["encryption"]["keyVaultProperties"]["identityClientId"]
        return super().answer(method, path, body)


class KeepsDocuments(Cloud):
    """Deletes no document when the key is lost."""

    machine = Machine(lacking("revocation.deletes-uploads"))


class HidesDocuments(KeepsDocuments):
    """Lists no document while the key is lost, and all of them when it is back."""

    def answer_data(
        self, method: str, host: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> Answer:
        answer = super().answer_data(method, host, path, content, headers)
        if answer.status == HTTPStatus.FORBIDDEN and "/documents?" in path:
            return Answer(200, {}, '{"paginatedDocuments": {"documents": []}}')
        return answer


class LosesLate(Cloud):
    """Takes access away some time after that was asked for."""

    def __init__(self, late: float) -> None:
        super().__init__()
        self.late = late
        self.held: list[tuple[float, str, Any]] = []

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if path.partition("?")[0].endswith("/remove"):
            self.held.append((self.time + self.late, path, body))
            return super().answer(
                "GET", path.partition("/accessPolicies")[0] + "?api-version=2023-07-01", None
            )
        return super().answer(method, path, body)

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        for due, path, body in list(self.held):
            if due <= self.time:
                self.held.remove((due, path, body))
                super().answer("PUT", path, body)


class KnowsOtherCodes(Cloud):
    """Refuses with a code that nobody has heard of, and with names of the customer."""

    def answer(self, method: str, path: str, body: Any) -> Answer:
        answer = super().answer(method, path, body)
        if answer.status == 400:
            message = f"{path} is not for alice@contoso.com of {self.customer.tenant}"
            message += " at 203.0.113.7 and 2001:db8::7."
            error = {"code": "CmkNope", "message": message}
            return answer._replace(text=json.dumps({"error": error}))
        return answer
