"""What an exception says of a scenario: its status in results, the reason, and the message for whoever reads the run."""

from pathlib import Path
from typing import NamedTuple

import pytest

from ..requirements import Register
from .claims import LeftOpen, Unmet
from .playing import Blocked, Inconclusive, Playing
from .records import Pickle
from .wording import failure, title

OURS = (Unmet, Blocked, Inconclusive, LeftOpen)
"""What playing a scenario raises; anything else comes from the system, from a fixture or from a defect of ours."""


class Verdict(NamedTuple):
    """The status of a scenario, as results have it, and a reason unless it passed."""

    status: str
    reason: str | None = None


def verdict(error: BaseException | None, phase: str) -> Verdict:
    """What came of a phase (setup, call or teardown) that raised this, or nothing."""
    match error:
        case None:
            return Verdict("passed")
        case Unmet():
            return Verdict("failed", str(error))
        case Blocked():
            return Verdict("not-run", str(error))
        case Inconclusive() | LeftOpen():
            return Verdict("inconclusive", str(error))
        case pytest.skip.Exception():
            return Verdict("not-run", f"skipped: {error}")
    first_line, *_ = str(error).splitlines() or [""]
    return Verdict("inconclusive", f"{type(error).__name__} in {phase}: {first_line}")


def message(error: BaseException, pickle: Pickle, path: Path, playing: Playing | None, register: Register) -> str:
    """What to print of a scenario that one of OURS stopped."""
    headline = f"{title(pickle)}: {error}"
    if playing is None:
        return headline
    match error:
        case Unmet():
            told = [("expected", error.expected), ("observed", error.observed)]
        case Blocked():
            told = [("not run", str(error)), ("because", error.why)]
        case _:
            told = [("no verdict", str(error))]
    requirement = register.get(pickle.requirements[0])
    return "\n".join([headline, *failure(pickle, path, requirement, playing.step, told, playing.changes)])
