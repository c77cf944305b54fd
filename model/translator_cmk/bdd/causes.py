"""Causes: the requirements, or the capability, to which a scenario's failure is attributed.

The oracle names requirements for the first step that is not as demanded.  A scenario that fails is
about requirements of its own, so these lead, unless the oracle knows better: without which other
requirement a system would do exactly what was seen.
"""

from collections.abc import Container, Iterator, Mapping, Set
from functools import cache, lru_cache

from ..machine import COUNTER_ROWS, DEFAULT_STAGE, Accepted, Command, initial
from ..machine.rows import Refuse, Row
from ..oracle import Comparison, Differs, Why, compare_recorded, oracle_for
from ..oracle.grounds import KEPT_MISTAKES, step
from ..oracle.profiles import MODEL, silent_in
from ..requirements import load_register
from .assertions import AssertionFailed
from .demands import machine_without
from .feature_records import Pickle
from .recorded_system import CapabilityMissing
from .scenario_run import ScenarioRun, SetupFailed
from .vocabulary import asserts, commands_of

Causes = tuple[str, ...]
"""What a failure is attributed to: ids of requirements, or a capability that is declared."""


@cache
def silent_by_default() -> frozenset[str]:
    """Return what is silent where nobody has chosen a profile."""
    return silent_in("article", load_register())


def causes_of(run: ScenarioRun, silent: frozenset[str] | None = None) -> Causes:
    """Return what a failed or blocked scenario is attributed to; nothing for any other.

    ``silent``: the requirements that are silent in the profile; by default, in `article`.
    """
    if isinstance(run.error, CapabilityMissing):
        return (f"the capability {run.error.capability}",)
    if isinstance(run.error, SetupFailed):
        return why_of(run, silent).attributed_to
    if isinstance(run.error, AssertionFailed):
        return own_first(run, silent) or run.pickle.requirements
    return ()


def own_first(run: ScenarioRun, silent: frozenset[str] | None) -> Causes:
    """Return the requirements that are named for a failed scenario, its own before others.

    If no requirement explains by its absence what was seen, that of the scenario's rule leads: the
    scenario states what is not so.  A silent requirement does not, since no system violates one.
    """
    own = run.pickle.requirements
    differs = first_difference_of(run, silent)
    if differs is None:
        return own
    rule = run.pickle.group
    are_silent = differs.step.machine.silent
    named = differs.why.attributed_to
    leading = [name for name in own if name in named]
    if rule in own and not differs.why.without and rule not in are_silent:
        leading.insert(0, rule)
    if not named and not leading:
        leading = [name for name in own if name not in are_silent]
    return tuple(dict.fromkeys([*leading, *named]))


def why_of(run: ScenarioRun, silent: frozenset[str] | None = None) -> Why:
    """Return why requirements are named for the first step that differs."""
    differs = first_difference_of(run, silent)
    return differs.why if differs else Why()


@lru_cache(maxsize=2)
def comparison_of(run: ScenarioRun, silent: frozenset[str]) -> Comparison:
    """Return whether the run is as is demanded where these requirements are silent."""
    oracle = oracle_for(machine_without(silent), run.declared)
    return compare_recorded(run.asked, oracle, run.declared.stage)


def first_difference_of(run: ScenarioRun, silent: frozenset[str] | None = None) -> Differs | None:
    """Return how the first step differs from what is demanded, or else from assumptions."""
    if silent is None:
        silent = silent_by_default()
    for profile in (silent, silent_in("full", load_register())):
        comparison = comparison_of(run, profile)
        if isinstance(comparison, Differs):
            return comparison
    return None


# What explains a refusal


@cache
def refusals_ruled_out_by(pickle: Pickle) -> Mapping[type[Command], Set[Row]]:
    """Return the commands that whoever passes a scenario has accepted, each with the mistakes by
    which it would have been refused.
    """
    found: dict[type[Command], set[Row]] = {}
    state = initial(DEFAULT_STAGE)
    commands = list(commands_of(pickle))
    # the last command is that of the When, which need not be accepted
    if not asserts(pickle, "accepted"):
        commands.pop()
    for command in commands:
        _, outcome = step(MODEL, state, command)
        state, mistakes = KEPT_MISTAKES.step(state, command)
        if isinstance(outcome, Accepted):
            refusals = found.setdefault(type(command), set())
            refusals.update(row for row in mistakes if isinstance(row, Refuse))
    return found


def refusals_of_others(accepted: Container[type[Command]]) -> frozenset[Row]:
    """Return the mistakes by which commands are refused of which none was ever accepted."""
    return frozenset(
        row for row in COUNTER_ROWS if isinstance(row, Refuse) and row.on not in accepted
    )


def explaining_none(ruled_out: Set[Row]) -> frozenset[str]:
    """Return the requirements of which every mistake is a refusal that is ruled out."""
    mistakes: dict[str, set[Row]] = {}
    for row in COUNTER_ROWS:
        mistakes.setdefault(row.requirement, set()).add(row)
    return frozenset(name for name, rows in mistakes.items() if rows <= ruled_out)


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by the first cause of each, the cause of most failures first."""
    groups: dict[str, list[str]] = {}
    for name, causes in failures.items():
        cause = causes[0] if causes else ""
        groups.setdefault(cause, []).append(name)
    yield from sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)
