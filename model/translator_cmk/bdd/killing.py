"""Which scenario finds a mutant of the rows: one that turns red, or one that changes its profile."""

from collections.abc import Collection
from functools import cache

from .. import features_dir
from ..explore.mutation import Mutant
from ..explore.mutation.judging import Red
from ..explore.theorems.theorem import ROWS_RAISE
from ..machine import ROWS, Machine
from ..machine.rows import Row
from ..oracle import Oracle
from ..oracle.profiles import machine_of, silent_in
from ..requirements import load_register
from ..system import ModelSystem
from .assertions import AssertionFailed
from .features import Pickle, load_features
from .membership import demanded
from .scenario_run import SetupFailed, run_scenario

RED = (AssertionFailed, SetupFailed, *ROWS_RAISE)
"""How a scenario turns red: at a Then, at a Given, or where rows read what is not there."""


@cache
def pickles() -> tuple[Pickle, ...]:
    """Return all scenarios of the specification."""
    return tuple(pickle for feature in load_features(features_dir()) for pickle in feature.pickles)


def fails(machine: Machine, pickle: Pickle, how: tuple[type[Exception], ...] = RED) -> bool:
    """Return whether the scenario, run against the machine, turns red in one of these ways."""
    try:
        run_scenario(ModelSystem(machine), pickle)
    except RED as error:
        return isinstance(error, how)
    return False


def scenario_against(mutant: Mutant) -> Red | None:
    """The first scenario that finds the mutant, those of its requirements first; None where none does."""
    machine = Machine(mutant.rows)
    requirements = set(mutant.requirements)
    own = [pickle for pickle in pickles() if requirements.intersection(pickle.requirements)]
    others = [pickle for pickle in pickles() if requirements.isdisjoint(pickle.requirements)]
    for pickle in (*own, *others):
        if fails(machine, pickle):
            return Red(pickle.id, pickle in own)
    if mutant.kind == "citation changed":
        return next((Red(pickle.id, True) for pickle in own if leaves_its_profile(mutant, pickle)), None)
    return None


def leaves_its_profile(mutant: Mutant, pickle: Pickle) -> bool:
    """Return whether tags and rows agree on the scenario's place in profile `article`, and the mutant's rows do not.

    By its tags it is in it unless one of them is silent there.  What a row cites says whether the row is.
    """
    by_tags = article_silence().isdisjoint(pickle.requirements)
    return in_article(ROWS, pickle) is by_tags and in_article(mutant.rows, pickle) is not by_tags


def in_article(rows: Collection[Row], pickle: Pickle) -> bool:
    """Return whether the profile `article` of these rows demands all of the scenario."""
    return demanded(Oracle(machine_of(article_silence(), rows)), pickle)


@cache
def article_silence() -> frozenset[str]:
    """Return the requirements that are silent in the profile `article`."""
    return silent_in("article", load_register())
