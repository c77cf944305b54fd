"""Which theorem finds a changed set of rows, in which scope, and the scenario that tells it."""

from typing import NamedTuple

from tests.machine.mutants import Mutant
from translator_cmk.explore.commands import chosen
from translator_cmk.explore.counterexample import Counterexample, counterexample
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.scopes import Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.stepwise import StartNotReached
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.gherkin.records import Pickle, Step
from translator_cmk.machine import Machine

SCOPES = {scope.name: scope for scope in chosen(None)}
NAMED = {theorem.name: theorem for theorem in THEOREMS}

FIRST = {
    "keys.change": "two-resources",
    "only-that-resource": "two-resources",
    "DeleteResource": "one-of-each",
    "delete-resource": "one-of-each",
    "RecoverKey": "one-of-each",
    "key-deleted": "one-of-each",
    "UndeployModel": "one-of-each",
    "rotation": "one-of-each",
    "EnableCustomerManagedKeys": "demands",
    "CreateResource": "demands",
    "encryption": "demands",
    "Move": "directories",
    "directory": "directories",
    "vault-moved": "directories",
    "Document": "one-of-each",
    "Translate": "one-of-each",
}
"""For words in the name of a mutant, the scope that is likely to find it: the others are tried after it."""


class Kill(NamedTuple):
    """A theorem that a changed set of rows breaks, and the counterexample."""

    scope: Scope
    found: Exploration
    counterexample: Counterexample


def kill(mutant: Mutant) -> Kill | None:
    """How the theorems find the mutant: the first one broken, in the first scope that shows it."""
    machine = Machine(mutant.rows)
    likely = [scope for word, scope in FIRST.items() if word in mutant.name]
    for name in dict.fromkeys((*likely, *SCOPES)):
        scope = SCOPES[name]
        try:
            found = explore(scope, machine, "remembering", THEOREMS, stop=True)
        except StartNotReached:
            continue
        for theorem, broken in found.broken.items():
            return Kill(scope, found, counterexample(scope, machine, NAMED[theorem], broken))
    return None


def as_pickle(text: str) -> Pickle:
    """The scenario of a counterexample, as the features' own are read."""
    tags, _, *lines = text.splitlines()
    steps, kind = [], ""
    for number, line in enumerate(lines, start=3):
        keyword, _, told = line.strip().partition(" ")
        kind = kind if keyword == "And" else keyword.lower()
        steps.append(Step(keyword, kind, told, number, False))
    return Pickle("counterexample", "", "", 1, tuple(tag[1:] for tag in tags.split()), tuple(steps))
