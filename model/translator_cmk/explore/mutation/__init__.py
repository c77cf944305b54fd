"""Mutants of the article's rows: made from their syntax trees, compared exactly, and found by theorems."""

from .mutants import Mutant, mutants

__all__ = ["Mutant", "mutants"]
