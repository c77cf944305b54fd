"""All that the generated pages are made from."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .decisions import Decision
from .evidence import Evidence
from .rows import Fragment


class Content(NamedTuple):
    """The specification with its evidence, rows of the machine by requirement, decisions by file name, and mutants."""

    evidence: Evidence
    rows: Mapping[str, Sequence[Fragment]]
    decisions: Mapping[str, Decision]
    mutants: Mapping[str, Any] | None
