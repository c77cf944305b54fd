"""Which scenarios count only once another shows that the same command has an effect.

A system that refuses everything does what a refusal asks for, and one that accepts everything and
carries out nothing accepts whatever it should; both leave unchanged what has to stay unchanged.  So
these count only with a positive control: a scenario that such systems fail.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ...bdd.feature_records import Pickle
from ...bdd.prerequisites import prerequisites_of
from ...bdd.vocabulary import asserts, commands_in, facts_of, read_steps
from ...language.declaration import LEVELS
from ...language.facts import holds
from ...machine import DEFAULT_STAGE, Observation
from ...machine.defects import RowDefect
from ...oracle.controls import only_reads
from ...requirements import load_register
from ...system import ModelSystem

LEVEL_NAMES = tuple(LEVELS)
"""The levels, each of which rests on those before."""


def controls_of(pickles: Iterable[Pickle]) -> Mapping[str, tuple[str, ...]]:
    """Return the positive controls of each scenario that needs one: those of its own rule if a
    system can play one of them that can play the scenario, or else of all that ask the same.

    A system may lack what a command needs to have an effect, as one does whose key vaults always
    have soft delete.  There an acceptance is all that can be shown.
    """
    effective: dict[type[Any], list[Pickle]] = {}
    accepting: dict[type[Any], list[Pickle]] = {}
    needing = []
    for pickle in pickles:
        if asserts(pickle, "not specified"):
            continue
        if shows_an_effect(pickle):
            effective.setdefault(asked_in(pickle), []).append(pickle)
            continue
        needing.append(pickle)
        if asserts(pickle, "accepted"):
            accepting.setdefault(asked_in(pickle), []).append(pickle)

    found = {}
    for pickle in needing:
        alike = effective.get(asked_in(pickle), [])
        of_own_rule = [control for control in alike if of_one_rule(control, pickle)]
        if can_be_played(of_own_rule, pickle):
            found[pickle.id] = names(of_own_rule)
        elif can_be_played(alike, pickle):
            found[pickle.id] = names(alike)
        # an acceptance without a control that can be played counts by itself
        elif not asserts(pickle, "accepted"):
            found[pickle.id] = names([*alike, *accepting.get(asked_in(pickle), [])])
    return found


def can_be_played(controls: Iterable[Pickle], pickle: Pickle) -> bool:
    """Return whether a system can play one of the controls that can play the scenario."""
    return any(needs_no_more(control, pickle) for control in controls)


def needs_no_more(control: Pickle, pickle: Pickle) -> bool:
    """Return whether a control needs no level and no capability that the scenario does without."""
    has, needs = prerequisites_of(pickle), prerequisites_of(control)
    is_within = LEVEL_NAMES.index(needs.level) <= LEVEL_NAMES.index(has.level)
    return is_within and set(needs.capabilities) <= set(has.capabilities)


def names(pickles: Sequence[Pickle]) -> tuple[str, ...]:
    return tuple(pickle.id for pickle in pickles)


@cache
def shows_an_effect(pickle: Pickle) -> bool:
    """Return whether a scenario passes only if the command of its When is carried out: something is
    otherwise than before, or the command only reads, and is accepted.
    """
    if asserts(pickle, "refused"):
        return False
    if asserts(pickle, "accepted") and only_reads(asked_in(pickle)):
        return True
    try:
        before = seen_before(pickle)
    except RowDefect:  # the scenario fails by itself, and needs no control for that
        return True
    return not all(holds(fact, before) for fact in facts_of(pickle))


def seen_before(pickle: Pickle) -> Observation:
    """Return what the model shows before the When."""
    model = ModelSystem()
    model.reset(DEFAULT_STAGE)
    for step in read_steps(pickle):
        if step.kind == "given":
            for command in commands_in(step.meaning):
                model.submit(command)
    return model.observe()


def of_one_rule(control: Pickle, pickle: Pickle) -> bool:
    """Return whether both show one rule: that something doesn't work and that it is refused are
    one.
    """
    return what_does_not_work(control) == what_does_not_work(pickle)


def what_does_not_work(pickle: Pickle) -> str:
    """Return the requirement of a scenario, or the one that it is about the refusal of."""
    requirement = pickle.requirements[0]
    return load_register()[requirement].refusal_of or requirement


def asked_in(pickle: Pickle) -> type[Any]:
    """Return the command of a scenario's When."""
    return next(type(step.meaning) for step in read_steps(pickle) if step.kind == "when")
