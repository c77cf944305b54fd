"""The register: what the article states, as data, each requirement with its own wording, grounds
and places."""

from .article import Article, Place
from .loading import load_register
from .register import TOPICS, Register, Requirement
from .revision_option import add_revision_option

__all__ = [
    "TOPICS",
    "Article",
    "Place",
    "Register",
    "Requirement",
    "add_revision_option",
    "load_register",
]
