"""Run in full the tests of which `make test` takes samples: `python -m tests.evidence.run in_full`."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TypeVar

IN_FULL = "IN_FULL" in os.environ
SAMPLED = (
    "tests/test_suite.py",
    "tests/oracle/test_explain.py",
    "tests/machine/test_stateful.py",
    "tests/explore/test_scopes.py",
)

Each = TypeVar("Each")


def some(every: Sequence[Each], step: int, first: int = 0) -> Sequence[Each]:
    """Return every so many of them; all of them in full."""
    return every if IN_FULL else every[first::step]


def main() -> int:
    """Run them; returns the exit code."""
    return subprocess.call([sys.executable, "-m", "pytest", "-q", *SAMPLED], env=os.environ | {"IN_FULL": ""})


if __name__ == "__main__":
    sys.exit(main())
