"""Profiles: which requirements are silent, and the machine in which they are."""

from collections.abc import Collection, Mapping

from ..machine import COUNTER_ROWS, ROWS, Machine
from ..machine.topics import OTHER_READINGS
from ..requirements import Requirement

PROFILES = ("article", "full")

NAMES_ARE_RESOLVED_FIRST = frozenset({"environment.exists"})

NAMES_GIVEN_AGAIN = frozenset(
    {"environment.key-name-in-use", "environment.name-in-use", "environment.name-used-before"}
)
"""Silences about names: nobody can say what they stand for once such a command was accepted, so it is not asked for."""


def silent_in(profile: str, register: Mapping[str, Requirement]) -> frozenset[str]:
    """Return the ids of the requirements that are silent in the profile; raises `ValueError` for an unknown profile.

    In `article` they are all that is assumed.  A requirement of the kind silence is silent in every profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"there is no profile {profile!r}; the profiles are {' and '.join(PROFILES)}")
    return frozenset(
        requirement.id
        for requirement in register.values()
        if requirement.kind == "silence" or (profile == "article" and requirement.basis == "assumed")
    )


def machine_of(silent: Collection[str]) -> Machine:
    """Return the machine in which the rows of these requirements may apply or not.

    A requirement that something does not happen has counter-rows; where it is silent, these may apply, and so may other
    readings of it.
    Raises `ValueError` for what cannot be silent: a name must mean something before any row is read.
    """
    if never := NAMES_ARE_RESOLVED_FIRST.intersection(silent):
        raise ValueError(f"{', '.join(sorted(never))} cannot be silent: names are resolved before any row is read")
    more = (row for row in (*COUNTER_ROWS, *OTHER_READINGS) if row.requirement in silent)
    return Machine((*ROWS, *more), silent)
