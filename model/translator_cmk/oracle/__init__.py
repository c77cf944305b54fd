"""The oracle: what a specification with silent rows demands of a system, and what it does not specify."""

from .oracle import LIMIT, Oracle, Predicate

__all__ = ["LIMIT", "Oracle", "Predicate"]
