"""Run in full the tests of which `make test` takes samples, and the guide for vendors with each Python."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

from tests.evidence.writing import ROOT, Found, Kept

IN_FULL = "IN_FULL" in os.environ
SAMPLED = (
    "tests/test_suite.py",
    "tests/conformance/test_families.py",
    "tests/conformance/test_verify.py",
    "tests/oracle/test_explain.py",
    "tests/machine/test_stateful.py",
    "tests/explore/test_search.py",
)

Each = TypeVar("Each")


def some(every: Sequence[Each], step: int, first: int = 0) -> Sequence[Each]:
    """Return every so many of them; all of them in full."""
    return every if IN_FULL else every[first::step]


def run_tests(_: Kept) -> Found:
    """Run these tests in full."""
    code = subprocess.call([sys.executable, "-m", "pytest", "-q", *SAMPLED], env=os.environ | {"IN_FULL": ""})
    return Found(f"{len(SAMPLED)} files of tests ran in full", [f"pytest ends with {code}"] if code else [])


PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def works(python: str) -> bool:
    """Return whether there is such a Python, and it starts."""
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0


def paste_guide(_: Kept) -> Found:
    """Paste the commands of the guide with each Python that is here, into which the wheel is installed."""
    there = [python for python in PYTHONS if works(python)]
    absent = [python for python in PYTHONS if python not in there]
    code = subprocess.call([sys.executable, ROOT / ".ci" / "paste_guide.py", *there])
    sentence = f"the guide for vendors was pasted with {', '.join(there)}"
    return Found(
        sentence + (f"; not here: {', '.join(absent)}" if absent else ""),
        ["a command of the guide does not do what it says"] if code else [],
        {"pythons": there, "absent": absent},
    )
