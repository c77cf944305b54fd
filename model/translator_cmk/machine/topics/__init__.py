"""The article as rows, topic by topic.

A row names what it is about and the requirement that it is there for.  Then come its functions.
Their parameters are `c` for the command, with entities in place of the names in it, and the first
letter of a kind of entity: `r` for a resource, `v` for a key vault, `g` for a grant, `w` for a
workspace, `d` for a document, `m` for a model.
"""

from itertools import chain

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

ROWS = tuple(chain.from_iterable(topic.ROWS for topic in TOPICS))

OTHER_READINGS = tuple(chain.from_iterable(getattr(topic, "OTHER_READINGS", ()) for topic in TOPICS))
"""Rows of readings milder than what we assume.

Each may hold where its requirement is silent, and nowhere else.
"""

COUNTER_ROWS = tuple(chain.from_iterable(topic.COUNTER_ROWS for topic in TOPICS))
"""Rows of mistakes, for requirements that only permit or deny.

Adding one makes a scenario of its requirement fail.
"""
