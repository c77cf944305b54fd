"""The oracle: what a specification with silent rows demands of a system, and what it does not specify."""

from .oracle import LIMIT, Exchange, Oracle, Predicate, first_difference, oracle_for

__all__ = ["LIMIT", "Exchange", "Oracle", "Predicate", "first_difference", "oracle_for"]
