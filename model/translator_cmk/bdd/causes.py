"""Causes: the requirements, or the capability, to which a scenario's failure is attributed.

The oracle names requirements for the first step that is not as demanded.  A scenario that fails is
about requirements of its own, so among those that are named its own come first.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..oracle import Why, first_difference, oracle_for
from ..oracle.profiles import PROFILES, silent_in
from ..requirements import load_register
from .assertions import AssertionFailed
from .checked_system import CapabilityMissing
from .demands import machine_without
from .scenario_run import ScenarioRun, SetupFailed

Causes = tuple[str, ...]
"""What a failure is attributed to: ids of requirements, or a capability that is declared."""


def causes_of(error: BaseException | None, run: ScenarioRun | None) -> Causes:
    """Return what a failed or blocked scenario is attributed to; nothing for any other."""
    if run is None:
        return ()
    if isinstance(error, CapabilityMissing):
        return (f"the capability {error.capability}",)
    if isinstance(error, SetupFailed):
        return why_of(run).attributed_to
    if isinstance(error, AssertionFailed):
        own = run.pickle.requirements
        named = why_of(run).attributed_to
        own_first = [name for name in own if name in named]
        return tuple(dict.fromkeys([*own_first, *named])) or own
    return ()


@lru_cache(maxsize=1)
def why_of(run: ScenarioRun) -> Why:
    """Return why requirements are named for the first step that differs.

    It differs from what the article demands, or if nothing does, from what we assume.
    """
    for profile in PROFILES:
        silent = silent_in(profile, load_register())
        oracle = oracle_for(machine_without(silent), run.declared)
        differs = first_difference(run.asked, oracle, run.declared.stage)
        if differs:
            return differs.why
    return Why()


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by the first cause of each, the cause of most failures first."""
    groups: dict[str, list[str]] = {}
    for name, causes in failures.items():
        cause = causes[0] if causes else ""
        groups.setdefault(cause, []).append(name)
    yield from sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)
