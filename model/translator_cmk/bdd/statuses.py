"""What came of a scenario, by what playing it raised."""

from typing import NamedTuple

from ..system import Unsupported
from .claims import NotApplicable, Unmet
from .playing import Blocked, Inconclusive


class Verdict(NamedTuple):
    """The status of a scenario, as results have it, and a reason unless it passed."""

    status: str
    reason: str | None = None


def verdict_of(error: BaseException | None) -> Verdict | None:
    """What came of playing that raised this, or nothing; None for what comes from the system or a defect of ours."""
    match error:
        case None:
            return Verdict("passed")
        case Unmet():
            return Verdict("failed", str(error))
        case Blocked():
            return Verdict("not-run", str(error))
        case Unsupported():
            return Verdict("not-run", f"unsupported: {error}")
        case Inconclusive():
            return Verdict("inconclusive", str(error))
        case NotApplicable():
            return Verdict("not-applicable", str(error))
    return None
