"""What an exception says of a scenario: its status in results, the reason, and the message for readers of the run."""

from pathlib import Path
from types import TracebackType

import pytest

from ..requirements import Register
from ..system import Unsupported
from .claims import NotApplicable, Unmet
from .playing import Blocked, Inconclusive, Playing
from .records import Pickle
from .statuses import Verdict, verdict_of
from .wording import failure, title

OURS = (Unmet, Blocked, Inconclusive, NotApplicable, Unsupported)
"""What playing a scenario raises; anything else comes from the system, from a fixture or from a defect of ours."""


def verdict(error: BaseException | None, phase: str) -> Verdict:
    """What came of a phase (setup, call or teardown) that raised this, or nothing."""
    if known := verdict_of(error):
        return known
    if isinstance(error, pytest.skip.Exception):
        return Verdict("not-run", f"skipped: {error}")
    first_line, *_ = str(error).splitlines() or [""]
    return Verdict("inconclusive", f"{type(error).__name__} in {phase}: {first_line}")


def message(
    error: BaseException, reason: str | None, pickle: Pickle, path: Path, playing: Playing | None, register: Register
) -> str:
    """What to print of a scenario that did not pass, beginning with a line that names it."""
    match error:
        case Unmet():
            headline, told = "failed", [("expected", error.expected), ("observed", error.observed)]
        case Blocked():
            headline, told = f"not run, {reason}", [("because", error.why)]
        case _:
            headline, told = f"{reason}", []
    headline = f"{title(pickle)}: {headline}"
    if playing is None:
        return headline
    requirement = register.get(pickle.requirements[0])
    return "\n".join([headline, *failure(pickle, path, requirement, playing.step, told, playing.changes)])


def own_frames(traceback: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that begins outside pytest, pytest-bdd and this package: in an adapter, most likely."""
    frame = traceback
    while frame is not None:
        package = frame.tb_frame.f_globals.get("__name__", "").partition(".")[0]
        if package not in ("_pytest", "pluggy", "pytest_bdd", "translator_cmk"):
            return frame
        frame = frame.tb_next
    return traceback
