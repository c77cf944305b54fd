"""What several tests of this folder share: a small scope, a scenario to be run, and a mutant by its requirement."""

from translator_cmk.bdd.features import Pickle, Step
from translator_cmk.explore.mutation import Mutant, mutants
from translator_cmk.explore.scopes import NAMED, Scope


def shared(resources: int, keys: int = 1, states: int | None = None) -> Scope:
    """Return a small scope of the family that the largest ones are of."""
    left_out = {f"translator-{each + 1}" for each in range(resources, 6)} | {
        f"cmk-{each + 1}" for each in range(keys, 2)
    }
    alphabet = [each for each in NAMED["six-resources-two-keys"].alphabet if left_out.isdisjoint(each)]
    return Scope("shared", "Resources that share a vault.", None, tuple(alphabet), states=states)


def as_pickle(text: str) -> Pickle:
    """Return a scenario as features have it, ready to be run."""
    tags, _, *lines = text.splitlines()
    steps, kind = [], ""
    for number, line in enumerate(lines, start=3):
        keyword, _, text_of_step = line.strip().partition(" ")
        kind = kind if keyword == "And" else keyword.lower()
        steps.append(Step(keyword, kind, text_of_step, number))
    return Pickle("counterexample", "", "", 1, tuple(tag[1:] for tag in tags.split()), tuple(steps))


def the_mutant(requirement: str, kind: str, now: str = "") -> Mutant:
    """Return the first mutant of the requirement of this kind, with this text in its place."""
    return next(each for each in mutants() if each.requirement == requirement and each.kind == kind and now in each.now)
