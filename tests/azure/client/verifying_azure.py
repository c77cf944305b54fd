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

    def everything(self) -> str:
        """Return all that the run wrote: its output and every file of the report."""
        files = [path for path in self.report.rglob("*") if path.is_file()]
        read = (
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for path in files
        )
        return self.text + "\n".join(each.decode("utf-8", "replace") for each in read)


def credentials(server: AzureServer) -> dict[str, str]:
    """Return the variables by which Microsoft's SDKs reach the server, and sign in."""
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


def verify(folder: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Run verify in a folder, which gets its report and files with its output and its exit code."""
    module = [sys.executable, "-m", "translator_cmk"]
    found = subprocess.run(
        [*module, "verify", "--azure", "--report", "report", *arguments],
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (folder / "output").write_text(found.stdout, "utf-8")
    (folder / "code").write_text(str(found.returncode), "utf-8")


def ran_in(folder: Path) -> Ran:
    """Return how the run in a folder ended."""
    code = int((folder / "code").read_text("utf-8"))
    return Ran(code, (folder / "output").read_text("utf-8"), folder / "report")
