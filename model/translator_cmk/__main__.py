"""`python -m translator_cmk`: the command line, where its script is not on the path."""

from .cli import leave

leave()
