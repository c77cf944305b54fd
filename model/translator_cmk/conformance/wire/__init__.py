"""Channels to a system under test: each takes a request to its answer, or raises a `Fault`.

A system is a child process (`Process`), listens at a URL (`Url`), or is an object (`Direct`).
"""

from .channel import PATIENCE, Channel, Fault, Request
from .child_process import Process
from .in_process import Direct
from .over_http import Url

__all__ = ["PATIENCE", "Channel", "Direct", "Fault", "Process", "Request", "Url"]
