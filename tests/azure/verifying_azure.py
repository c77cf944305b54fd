"""Runs `translator-cmk verify --azure` as a process of its own, against the server of these tests."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from translator_cmk.azure.server import AzureServer

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
        read = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)
        return self.text + "\n".join(each.decode("utf-8", "replace") for each in read)


def signed_in(server: AzureServer) -> dict[str, str]:
    """Return the environment in which Microsoft's SDKs reach the server, and sign in."""
    return os.environ | {
        "HTTPS_PROXY": server.proxy,
        "REQUESTS_CA_BUNDLE": str(server.authority_file),
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": SECRET,
    }


def command(*arguments: str) -> list[str]:
    """Return a command of the package, in this interpreter."""
    return [sys.executable, "-m", "translator_cmk.cli", *arguments]


def verify(folder: Path, environment: Mapping[str, str], *arguments: str, answers: str = "") -> Ran:
    """Run verify in a folder, and wait for its end; ``answers``: what is typed."""
    process = subprocess.run(
        command("verify", "--azure", "--report", "report", *arguments),
        cwd=folder,
        env=environment,
        input=answers,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return Ran(process.returncode, process.stdout + process.stderr, folder / "report")
