"""The scopes in which mutants are judged."""

from pathlib import Path

from translator_cmk.explore.scopes import SCOPES, load_scopes

TWO_OF_A_KIND = tuple(
    scope for _, scope in load_scopes(Path(__file__).with_name("mutant_scopes.yaml"))
)
"""Scopes in which one thing can be taken for another."""

MUTANT_SCOPES = tuple(sorted((*SCOPES, *TWO_OF_A_KIND), key=lambda scope: scope.states))
"""The smallest first, since a difference is found soonest there."""
