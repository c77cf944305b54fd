"""Judges traces, logs of what a system was asked and did, by all that the specification leaves possible."""

from .checking import Checker, Deviation, Parting, Verdict, check
from .events import Event, Log, Reset

__all__ = ["Checker", "Deviation", "Event", "Log", "Parting", "Reset", "Verdict", "check"]
