"""Run in full the tests of which `make test` takes samples."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

from tests.evidence.writing import Found, Kept

IN_FULL = "IN_FULL" in os.environ
SAMPLED = (
    "tests/test_suite.py",
    "tests/conformance/test_families.py",
    "tests/oracle/test_explain.py",
    "tests/machine/test_stateful.py",
    "tests/explore/test_scopes.py",
)

Each = TypeVar("Each")


def some(every: Sequence[Each], step: int, first: int = 0) -> Sequence[Each]:
    """Return every so many of them; all of them in full."""
    return every if IN_FULL else every[first::step]


def gather(_: Kept) -> Found:
    """Run them."""
    code = subprocess.call([sys.executable, "-m", "pytest", "-q", *SAMPLED], env=os.environ | {"IN_FULL": ""})
    return Found(f"{len(SAMPLED)} files of tests ran in full", [f"pytest ends with {code}"] if code else [])
