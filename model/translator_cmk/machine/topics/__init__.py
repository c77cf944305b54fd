"""The article as rows, topic by topic."""

from . import directory, encryption, environment, identity, keys, resource, restoration, revocation, vault, workspace

TOPICS = (encryption, keys, resource, identity, vault, workspace, revocation, restoration, directory, environment)

ROWS = tuple(row for topic in TOPICS for row in topic.ROWS)

COUNTER_ROWS = tuple(row for topic in TOPICS for row in topic.COUNTER_ROWS)
"""Rows of mistakes, for requirements that only permit or deny: adding one makes a scenario of its requirement fail."""
