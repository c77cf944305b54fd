"""The article as rows, topic by topic.

A row names what it is about and the requirement that it is there for.  Then come its functions.
Their parameters are `c` for the command, with entities in place of the names in it, and the first
letter of a kind of entity: `r` for a resource, `v` for a key vault, `g` for a grant, `w` for a
workspace, `d` for a document, `m` for a model; `a` stands for a role, which is an assignment.
"""

from ..rows import Row
from . import (
    encryption,
    environment,
    identity,
    keys,
    resource,
    restoration,
    revocation,
    tenant,
    vault,
    workspace,
)

TOPICS = (
    encryption,
    keys,
    resource,
    identity,
    vault,
    workspace,
    revocation,
    restoration,
    tenant,
    environment,
)


def rows_of_all(table: str) -> tuple[Row, ...]:
    """Return the rows of the topics that have a table of this name."""
    rows: list[Row] = []
    for topic in TOPICS:
        rows.extend(getattr(topic, table, ()))
    return tuple(rows)


ROWS = rows_of_all("ROWS")

MEMORY = rows_of_all("MEMORY")
"""Rows that remember what happened, in fields that nobody observes.

The article's rows don't ask for it; mistakes and other readings do.
"""

REMEMBERING = (*ROWS, *MEMORY)
"""The rows to which mistakes and other readings are added."""

OTHER_READINGS = rows_of_all("OTHER_READINGS")
"""Rows of readings milder than what we assume.

Each may hold where its requirement is silent, and nowhere else.
"""

COUNTER_ROWS = rows_of_all("COUNTER_ROWS")
"""Rows of mistakes, for requirements that only permit or deny.

Adding one makes a scenario of its requirement fail.
"""
