"""Causes: the requirements, or the capability, to which a scenario's failure is attributed.

The oracle names requirements for the first step that is not as demanded.  A scenario that fails is
about requirements of its own, so these lead, unless the oracle knows better: without which other
requirement a system would do exactly what was seen.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..oracle import Differs, Why, first_difference, oracle_for
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
        return own_first(run) or run.pickle.requirements
    return ()


def own_first(run: ScenarioRun) -> Causes:
    """Return the requirements that are named for a failed scenario, its own before others.

    If no requirement explains by its absence what was seen, that of the scenario's rule leads: the
    scenario states what is not so.  A silent requirement does not, since no system violates one.
    """
    differs = first_difference_of(run)
    if differs is None:
        return ()
    own = run.pickle.requirements
    rule = own[0]
    named = differs.why.attributed_to
    leading = [name for name in own if name in named]
    if not differs.why.without and rule not in differs.step.machine.silent:
        leading.insert(0, rule)
    return tuple(dict.fromkeys([*leading, *named]))


def why_of(run: ScenarioRun) -> Why:
    """Return why requirements are named for the first step that differs."""
    differs = first_difference_of(run)
    return differs.why if differs else Why()


@lru_cache(maxsize=1)
def first_difference_of(run: ScenarioRun) -> Differs | None:
    """Return how the first step differs from what the article demands, or else from assumptions."""
    for profile in PROFILES:
        silent = silent_in(profile, load_register())
        oracle = oracle_for(machine_without(silent), run.declared)
        differs = first_difference(run.asked, oracle, run.declared.stage)
        if differs:
            return differs
    return None


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by the first cause of each, the cause of most failures first."""
    groups: dict[str, list[str]] = {}
    for name, causes in failures.items():
        cause = causes[0] if causes else ""
        groups.setdefault(cause, []).append(name)
    yield from sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)
