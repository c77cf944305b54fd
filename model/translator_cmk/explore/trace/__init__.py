"""Judge traces: logs of requests, answers and observations, compared with all that the specification allows."""

from .checking import Checker, Deviation, Event, Verdict, check, event

__all__ = ["Checker", "Deviation", "Event", "Verdict", "check", "event"]
