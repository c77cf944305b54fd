"""What the tests of kept reports share: systems put to the test, their reports kept in a folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from tests.bdd import wrong_systems
from tests.conformance.verifying import FAULTY, MODEL, verify

WRONG = ("--python", f"{wrong_systems.__name__}:LosesNothing")
OTHERWISE = (
    "--python",
    f"{wrong_systems.__name__}:KeepsDataOfDisabledKeys",
    "--requirement",
    "revocation.key-disabled",
)
RIGHT = ("--python", MODEL)
MARKUP = ("--stdio", f"{FAULTY} hello=markup")
FEATURES = ("--lane", "features")
A_CASE = (*FEATURES, "--case", "environment.create-vault/a-new-vault")
MARKED = "<script>alert(1)</script>"
"""What the name of the system behind ``MARKUP`` begins with."""


def keep(folder: Path, name: str, *arguments: str, kind: str = "product") -> Path:
    """Put a system to the test and keep the report under this name; its folder, beside its packed form."""
    found = verify(folder / name, *arguments)
    (folder / name / "about.yaml").write_text(f"kind: {kind}\nreproduce: translator-cmk verify again\n", "utf-8")
    pack(found.folder)
    return found.folder


def pack(report: Path, root: str = "") -> None:
    """Pack the folder of a report into a file beside it, inside a folder there if one is named."""
    with ZipFile(report.with_name("report.zip"), "w", ZIP_DEFLATED) as archive:
        for path in sorted(report.rglob("*")):
            archive.write(path, f"{root}{path.relative_to(report).as_posix()}")


def edit(report: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the envelope of a kept report."""
    path = report / "report.json"
    envelope = json.loads(path.read_text("utf-8"))
    change(envelope)
    path.write_text(json.dumps(envelope), "utf-8")
    pack(report)
