"""The register: what the article states, as data, each requirement with its own wording, grounds and places."""

from translator_cmk.requirements.loader import load_register
from translator_cmk.requirements.records import (
    BASES,
    KINDS,
    TOPICS,
    TRAITS,
    Article,
    Place,
    Question,
    Register,
    RegisterError,
    Requirement,
    Revision,
    Source,
    Statement,
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
    "RegisterError",
    "Requirement",
    "Revision",
    "Source",
    "Statement",
    "load_register",
]
