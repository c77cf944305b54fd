"""Judge traces: logs of what a system was asked, what it answered and what was seen of it."""

from .checking import Checker, Deviation, TraceVerdict, check
from .events import Event, event
from .reading import Truncated, read_trace

__all__ = [
    "Checker",
    "Deviation",
    "Event",
    "TraceVerdict",
    "Truncated",
    "check",
    "event",
    "read_trace",
]
