"""All that the generated pages are made from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .decisions import Decision
from .evidence import Evidence
from .rows import Fragment


class Content(NamedTuple):
    """The specification with its evidence, the rows of the machine by requirement, and the decisions by file name."""

    evidence: Evidence
    rows: Mapping[str, Sequence[Fragment]]
    decisions: Mapping[str, Decision]
