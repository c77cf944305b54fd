"""Profiles are sets of silent requirements, whose rows may apply or not.

What a profile leaves out is not forbidden: a system may do it or not, so its rows are silent.  What
does not hold in the revision of the article is silent too, and so is what is waived.  There is no
other switch.
"""

from collections.abc import Collection

from ..machine import COUNTER_ROWS, REMEMBERING, Machine
from ..machine.topics import OTHER_READINGS
from ..requirements import Register

MODEL = Machine(REMEMBERING)
"""The model, in which no requirement is silent: of what the specification says nothing, it says
that.  It remembers what the rows of some mistakes ask for."""

PROFILES = ("article", "full")

NAMES_ARE_RESOLVED_FIRST = frozenset({"environment.exists"})

REPEATS = frozenset({"resource.repeats"})

NAMES_GIVEN_AGAIN = frozenset(
    {"environment.key-name-in-use", "environment.name-in-use", "environment.name-used-before"}
)
"""Silences about names that are given again.

Nobody can say what a name stands for once such a command was accepted, so it is not asked for.
"""


def silent_in(profile: str, register: Register) -> frozenset[str]:
    """Return the ids of the requirements that are silent in the profile and in the revision of the
    register.

    In `article` they are all that is assumed.  A requirement of the kind silence is silent in every
    profile, and so is one that does not hold in the revision.
    Raises `ValueError` for an unknown profile.
    """
    if profile not in PROFILES:
        known = " and ".join(PROFILES)
        raise ValueError(f"there is no profile {profile!r}; the profiles are {known}")
    silent: set[str] = set()
    for requirement in register.values():
        is_left_out = profile == "article" and requirement.basis == "assumed"
        holds = requirement.is_in(register.revision)
        if requirement.kind == "silence" or is_left_out or not holds:
            silent.add(requirement.id)
    return frozenset(silent)


def machine_of(silent: Collection[str]) -> Machine:
    """Return the machine in which the rows of these requirements may apply or not.

    A requirement that something does not happen has counter-rows; where it is silent, these may
    apply, and so may other readings of it.
    Raises `ValueError` for what cannot be silent: names are resolved before any row is read.
    """
    never_silent = NAMES_ARE_RESOLVED_FIRST.intersection(silent)
    if never_silent:
        named = ", ".join(sorted(never_silent))
        raise ValueError(f"{named} cannot be silent: names are resolved before any row is read")
    may_apply = [row for row in (*COUNTER_ROWS, *OTHER_READINGS) if row.requirement in silent]
    return Machine((*REMEMBERING, *may_apply), silent)
