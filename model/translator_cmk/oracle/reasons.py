"""Compares the reasons of refusals: the one place where this is done, a function for each rule.

A refusal names requirements.  The model names every demand that is broken, since it reads all of
them.  A system may stop at the first that it finds, so it is right as long as all that it names is
broken.

Some demands only say that what does not work is refused.  What does not work is a requirement of
its own, and a system may as well name that.
"""

from collections.abc import Iterable
from functools import cache

from ..machine.step import OF_NAMES
from ..requirements import load_register

Reasons = frozenset[str]
"""The ids of the requirements because of which a request is refused."""


def are_some_of(given: Reasons, broken: Reasons) -> bool:
    """Return whether a system gives right reasons: at least one, and each is a broken demand or
    what such a demand refuses.
    """
    return bool(given) and given <= with_what_they_refuse(broken)


@cache
def with_what_they_refuse(demands: Reasons) -> Reasons:
    """Return demands, and for each that is only the refusal of a requirement that one too."""
    register = load_register()
    found = set(demands)
    for demand in demands:
        requirement = register.get(demand)
        if requirement is not None and requirement.refusal_of is not None:
            found.add(requirement.refusal_of)
    return frozenset(found)


def are_all_of(given: Reasons, broken: Reasons) -> bool:
    """Return whether these are the reasons of the model, which names every broken demand."""
    return given == broken


def say_that_a_name_is_wrong(given: Reasons) -> bool:
    """Return whether a system says that a name means nothing, or something already.

    No demand is read before all names are known, so nothing says which demands are broken besides:
    any may be named.
    """
    return bool(given & OF_NAMES)


def shared_by(every: Iterable[Reasons]) -> Reasons:
    """Return the reasons that are in all of these sets, so that a refusal has them in any case."""
    return frozenset.intersection(*every)
