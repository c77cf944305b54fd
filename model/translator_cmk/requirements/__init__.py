"""The register: what the article states, as data, each requirement with its own wording, grounds and places."""

from .register import (
    BASES,
    KINDS,
    TOPICS,
    TRAITS,
    Article,
    Place,
    Question,
    Register,
    Requirement,
    Revision,
    Source,
    Statement,
    load_register,
)

__all__ = [
    "BASES",
    "KINDS",
    "TOPICS",
    "TRAITS",
    "Article",
    "Place",
    "Question",
    "Register",
    "Requirement",
    "Revision",
    "Source",
    "Statement",
    "load_register",
]
