"""All that the generated pages are made from."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .decisions import Decision
from .evidence import Evidence
from .kept import Run
from .kept_reports import KeptReport
from .rows import Fragment


class Content(NamedTuple):
    """The specification with its evidence, rows of the machine by requirement, decisions by file, and what is kept.

    ``mutants``, ``theorems``, ``coverage``, ``tours``, ``scopes``, ``pages``, ``kills``, ``memory``,
    ``example_mutants`` and ``foreign`` are what `make evidence` found, and ``peers`` and ``bench`` what `make bench`
    did; None where it was not run.
    """

    evidence: Evidence
    rows: Mapping[str, Sequence[Fragment]]
    decisions: Mapping[str, Decision]
    mutants: Mapping[str, Any] | None
    theorems: Mapping[str, Any] | None = None
    kept: Sequence[Run] = ()
    coverage: Mapping[str, Any] | None = None
    tours: Mapping[str, Any] | None = None
    scopes: Mapping[str, Any] | None = None
    reports: Sequence[KeptReport] = ()
    pages: Mapping[str, Any] | None = None
    kills: Mapping[str, Any] | None = None
    peers: Mapping[str, Any] | None = None
    foreign: Mapping[str, Any] | None = None
    bench: Mapping[str, Any] | None = None
    example_mutants: Mapping[str, Any] | None = None
    memory: Mapping[str, Any] | None = None
