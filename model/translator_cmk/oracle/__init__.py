"""The oracle: what a specification with silent rows demands of a system, and what it does not specify."""

from .follow import Agreed, Comparison, Differs, Exchange, Follower, LostTrack, first_difference, oracle_for
from .oracle import LIMIT, Oracle, Predicate

__all__ = [
    "LIMIT",
    "Agreed",
    "Comparison",
    "Differs",
    "Exchange",
    "Follower",
    "LostTrack",
    "Oracle",
    "Predicate",
    "first_difference",
    "oracle_for",
]
