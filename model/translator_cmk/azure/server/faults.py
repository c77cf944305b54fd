"""Faults that are put before the model: what goes wrong, with which requests and how often."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...strict_yaml import read_yaml
from .problems import Problem

KNOWN: dict[str, Any] = read_yaml(Path(__file__).with_name("faults.yaml")).value()

USUAL_SHARE = 10
"""One request in so many is struck where a fault doesn't say how often."""


@dataclass(frozen=True)
class ErrorAnswer:
    """The request is answered with an error of Azure."""

    problem: Problem


@dataclass(frozen=True)
class HtmlPage:
    """The request is answered with a page in HTML, as a proxy or a firewall does."""

    status: int


@dataclass(frozen=True)
class Reset:
    """The connection breaks without an answer."""


@dataclass(frozen=True)
class Delay:
    """The request is carried out and answered, but only after some seconds."""

    seconds: float


Effect = ErrorAnswer | HtmlPage | Reset | Delay
"""What a fault does.  Only a delayed request is carried out."""


@dataclass(frozen=True)
class Fault:
    """An effect, and the requests that it strikes."""

    effect: Effect
    one_in: int = USUAL_SHARE
    """Of the requests that the fault concerns, each that completes so many is struck."""
    method: str = ""
    """The method of these requests; all methods where it is empty."""
    path: str = ""
    """A part of their paths, in any case; where it is empty, all paths but those of signing in."""

    def concerns(self, method: str, path: str) -> bool:
        """Return whether a request, whose path is in lower case, may be struck."""
        if self.method not in ("", method):
            return False
        if self.path:
            return self.path.lower() in path
        return not any(part in path for part in KNOWN["signing_in"])


class Faults:
    """Counts requests, so that the same requests in the same order meet the same faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        self.counts = [0] * len(self.faults)
        self.lock = threading.Lock()

    def effect_on(self, method: str, target: str) -> Effect | None:
        """Return what the next request meets, or None; of several faults it meets the first."""
        path = target.partition("?")[0].lower()
        met = None
        with self.lock:
            for index, fault in enumerate(self.faults):
                if not fault.concerns(method, path):
                    continue
                self.counts[index] += 1
                if met is None and self.counts[index] % fault.one_in == 0:
                    met = fault.effect
        return met
