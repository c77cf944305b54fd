"""Runs `translator-cmk verify --azure` as a process of its own, against the server of these
tests.
"""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from translator_cmk.azure.client.target import ENDPOINT
from translator_cmk.azure.server.listening import AzureServer

TENANT = "7f1d5a30-54b1-4b0e-9d1e-0a8a6f0c1c01"
CLIENT = "7f1d5a30-54b1-4b0e-9d1e-0a8a6f0c1c02"
SECRET = "canary-Secret~0f-the-application.7"
"""What signs in; none of it may be found in what a run leaves behind."""


class Ran(NamedTuple):
    """How a run ended, and what it wrote."""

    code: int
    text: str
    report: Path

    @property
    def envelope(self) -> Any:
        """The envelope of the report."""
        return json.loads((self.report / "report.json").read_text("utf-8"))

    def statuses(self) -> dict[str, str]:
        """Return the status of each case."""
        return {case["id"]: case["status"] for case in self.envelope["cases"]}

    def everything(self) -> str:
        """Return all that the run wrote: its output and every file of the report."""
        files = [path for path in self.report.rglob("*") if path.is_file()]
        read = (
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for path in files
        )
        return self.text + "\n".join(each.decode("utf-8", "replace") for each in read)


def credentials(server: AzureServer) -> dict[str, str]:
    """Return the variables by which Microsoft's SDKs reach the server, and sign in, and by which
    it is known to be on this machine.
    """
    return {
        ENDPOINT: f"https://localhost:{server.port}",
        "HTTPS_PROXY": server.proxy,
        "REQUESTS_CA_BUNDLE": str(server.authority_file),
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": SECRET,
    }


@contextmanager
def counted_requests(server: AzureServer) -> Iterator[list[str]]:
    """Collect the methods of the requests that the server answers."""
    answer, methods = server.answer, list[str]()

    def counted(method: str, *request: Any) -> Any:
        methods.append(method)
        return answer(method, *request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "answer", counted)
        yield methods


def verifying(folder: Path, variables: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start verify in a folder, whose file `output` gets what it prints, and agree to its plan."""
    return run_verify(folder, variables, "--yes", *arguments)


def run_verify(
    folder: Path, variables: Mapping[str, str], *arguments: str
) -> subprocess.Popen[str]:
    """Start verify in a folder, in a process group of its own, without agreeing to its plan."""
    module = [sys.executable, "-m", "translator_cmk.cli"]
    command = [*module, "verify", "--azure", "--report", "report"]
    with (folder / "output").open("w") as output:
        return subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env=os.environ | variables,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def ended(process: subprocess.Popen[str], folder: Path) -> Ran:
    """Return how a run ends."""
    code = process.wait(timeout=900)
    return Ran(code, (folder / "output").read_text("utf-8"), folder / "report")


def verify(folder: Path, variables: Mapping[str, str], *arguments: str) -> Ran:
    """Run verify in a folder, and wait for its end."""
    return ended(verifying(folder, variables, *arguments), folder)
