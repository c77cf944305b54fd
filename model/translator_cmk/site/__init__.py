"""Writes the generated pages, badges and data of the site, before mkdocs runs.  It runs no test."""

from .command import add_arguments, run

__all__ = ["add_arguments", "run"]
