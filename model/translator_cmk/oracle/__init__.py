"""The oracle: every state that silence leaves possible, what all of them demand of a system, and what is left open."""

from .oracle import LIMIT, Claim, Oracle

__all__ = ["LIMIT", "Claim", "Oracle"]
