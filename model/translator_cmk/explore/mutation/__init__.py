"""Mutants of the article's rows: made from their syntax trees, compared exactly, and found by theorems."""

from .making import mutants
from .mutant import Mutant

__all__ = ["Mutant", "mutants"]
