"""Judge traces: logs of what a system was asked, what it answered and what was seen of it."""

from .checking import Checker, TraceDeviation, TraceVerdict, check
from .events import Event, event
from .trace_reader import Truncated, read_trace

__all__ = [
    "Checker",
    "Event",
    "TraceDeviation",
    "TraceVerdict",
    "Truncated",
    "check",
    "event",
    "read_trace",
]
