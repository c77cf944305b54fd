"""Which scenarios count only once another shows that the same command can be accepted.

A system that refuses everything does what a refusal asks for, and leaves unchanged what has to stay
unchanged.  So these count only with a positive control: a scenario that such a system fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from ..bdd.feature_records import Pickle
from ..bdd.prerequisites import prerequisites_of
from ..bdd.vocabulary import asserts, commands_in, facts_of, read_steps
from ..language.facts import holds
from ..machine import DEFAULT_STAGE, Observation
from ..machine.defects import RowDefect
from ..requirements import load_register
from ..system import ModelSystem


def controls_of(pickles: Iterable[Pickle]) -> Mapping[str, tuple[str, ...]]:
    """Return the positive controls of each scenario that needs one: those of its own rule if a
    system can play one of them that can play the scenario, or else of all that ask the same.
    """
    accepting: dict[type[Any], list[Pickle]] = {}
    needing = []
    for pickle in pickles:
        if asserts(pickle, "not specified"):
            continue
        if shows_acceptance(pickle):
            accepting.setdefault(asked_in(pickle), []).append(pickle)
        else:
            needing.append(pickle)

    found = {}
    for pickle in needing:
        alike = accepting.get(asked_in(pickle), [])
        of_own_rule = [control for control in alike if of_one_rule(control, pickle)]
        can_be_played = any(needs_no_more(control, pickle) for control in of_own_rule)
        found[pickle.id] = names(of_own_rule if can_be_played else alike)
    return found


def needs_no_more(control: Pickle, pickle: Pickle) -> bool:
    """Return whether a control needs no capability that the scenario does without."""
    needed = prerequisites_of(pickle).capabilities
    return set(prerequisites_of(control).capabilities) <= set(needed)


def names(pickles: Sequence[Pickle]) -> tuple[str, ...]:
    return tuple(pickle.id for pickle in pickles)


@cache
def shows_acceptance(pickle: Pickle) -> bool:
    """Return whether a scenario passes only if the command of its When is accepted: it says so, or
    that something is otherwise than before.
    """
    if asserts(pickle, "accepted"):
        return True
    if asserts(pickle, "refused"):
        return False
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
