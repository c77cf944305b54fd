"""The article as rows, topic by topic."""

from . import encryption, environment, identity, keys, resource, restoration, revocation, tenant, vault, workspace

TOPICS = (encryption, keys, resource, identity, vault, workspace, revocation, restoration, tenant, environment)

ROWS = tuple(row for topic in TOPICS for row in topic.ROWS)

OTHER_READINGS = tuple(row for topic in TOPICS for row in getattr(topic, "OTHER_READINGS", ()))
"""Rows of readings milder than what we assume: each may hold where its requirement is silent, and nowhere else."""

COUNTER_ROWS = tuple(row for topic in TOPICS for row in topic.COUNTER_ROWS)
"""Rows of mistakes, for requirements that only permit or deny: adding one makes a scenario of its requirement fail."""
