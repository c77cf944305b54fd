"""The register: what the article states, as data, each requirement with its own wording, grounds and places."""

from .register import TOPICS, Article, Place, Register, Requirement, load_register

__all__ = ["TOPICS", "Article", "Place", "Register", "Requirement", "load_register"]
