"""What the tests of reports share: systems that are tested, and their reports as implementations."""

import json
from pathlib import Path

from tests.bdd import wrong_systems
from tests.conformance.verifying import FAULTY, MODEL, verify
from translator_cmk.site.implementations import CONFIRMED, Implementation

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


def report_of(folder: Path, *arguments: str) -> Path:
    """Test a system; returns the folder of its report."""
    return verify(folder, *arguments).folder


def implementation(report: Path, name: str, kind: str = "product") -> Implementation:
    """An implementation with a report."""
    content = json.loads((report / "report.json").read_text("utf-8"))
    page = (report / "report.html").read_bytes()
    return Implementation(name, kind, CONFIRMED, "translator-cmk verify again", "", content, page=page)
