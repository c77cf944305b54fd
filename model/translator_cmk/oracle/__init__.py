"""The oracle: what a specification with silent rows demands of a system."""

from .attribution import Difference, Differs, Why, format_why
from .follow import (
    Agreed,
    Comparison,
    Exchange,
    Follower,
    LostTrack,
    compare_recorded,
    first_difference,
    oracle_for,
)
from .oracle import LIMIT, Oracle, Predicate

__all__ = [
    "LIMIT",
    "Agreed",
    "Comparison",
    "Difference",
    "Differs",
    "Exchange",
    "Follower",
    "LostTrack",
    "Oracle",
    "Predicate",
    "Why",
    "compare_recorded",
    "first_difference",
    "format_why",
    "oracle_for",
]
