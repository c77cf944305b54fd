"""Says why a scenario did not pass: its likeliest cause, what its Then states, and the cause that failures share."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from ..explore.row_sources import row_sources
from ..language.sentences import format_fact
from ..oracle import Exchange, Oracle, first_difference, oracle_for
from ..oracle.explain import attributed_to, most_explaining
from ..oracle.nondeterminism import TooManyStates
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST, PROFILES, silent_in
from ..requirements import load_register
from .assertions import AssertionFailed
from .features import Pickle, shown
from .scenario_run import CapabilityMissing, ScenarioRun, SetupFailed, format_title
from .vocabulary import machine_without, steps_not_demanded

LAST_FIRST = ("permission", "consequence", "meaning", "effect", "demand", "silence", "attestation")
"""The kinds of requirement, what follows from the others first."""

Causes = tuple[str, ...]
"""What explains a failure, the likeliest first: ids of requirements, or a capability that is declared."""


def causes_of(error: BaseException | None, run: ScenarioRun | None) -> Causes:
    """Return what explains that a scenario failed or was blocked; nothing for any other end.

    A When or a Then is what the scenario is about: of what explains that it fails, its own requirements come first.
    """
    if run is None:
        return ()
    if isinstance(error, CapabilityMissing):
        return (f"the capability {error.capability}",)
    if isinstance(error, SetupFailed):
        return attribution(run)
    if isinstance(error, AssertionFailed):
        about, names = run.pickle.requirements, attribution(run)
        return tuple(dict.fromkeys((*(each for each in about if each in names), *names))) or about
    return ()


@lru_cache(maxsize=1)
def attribution(run: ScenarioRun) -> Causes:
    """Return what explains the first step that differs from the article, or else from what we assume."""
    exchanges = [Exchange(*each) for each in run.asked]
    for profile in PROFILES:
        oracle = oracle_for(machine_without(silent_in(profile, load_register())), run.declared)
        if found := first_difference(exchanges, oracle, run.declared.stage):
            return attributed_to(found)
    return ()


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by cause, each once: the cause that explains most, then that of the rest, and so on."""
    left = dict(failures)
    while left:
        cause = next(iter(most_explaining(left.values())), "")
        of_it = [name for name, causes in left.items() if cause in causes or not cause]
        yield cause, of_it
        left = {name: causes for name, causes in left.items() if name not in of_it}


def places_of(requirement: str) -> list[str]:
    """Return file and line of each row of the model that implements a requirement, from the root of the source."""
    return [each.place for each in row_sources() if each.row.requirement == requirement]


def format_failure(
    error: BaseException, reason: str, pickle: Pickle, path: Path, run: ScenarioRun | None
) -> Iterator[str]:
    """Yield the lines that say why the scenario did not pass; the first names it."""
    findings: list[tuple[str, str]] = []
    match error:
        case AssertionFailed():
            reason, findings = "failed", [("expected", error.expected), ("observed", error.observed)]
        case SetupFailed():
            reason, findings = "blocked", [("because", str(error))]
    yield f"{format_title(pickle)}: {reason}"
    if run is None:
        return
    yield f"{shown(path)}:{pickle.steps[run.step].line}"
    yield ""
    yield from format_requirements(error, run)
    yield ""
    for number, each in enumerate(pickle.steps[: run.step + 1]):
        yield f"{'>' if number == run.step else ' '} {each.keyword:<11}  {each.text}"
    if findings:
        yield ""
    for name, text in findings:
        yield f"  {name:<11}  {text}"
    for number, (was, now) in enumerate(run.changes):
        yield f"  {'' if number else 'changed':<11}  - {format_fact(was)}"
        yield f"  {'':<11}  + {format_fact(now)}"


def format_requirements(error: BaseException, run: ScenarioRun) -> Iterator[str]:
    """Yield the likeliest cause, or else what the scenario is about, and what its Then states, each with its rows."""
    register, own = load_register(), requirement_of(run)
    cause = next((each for each in causes_of(error, run) if each in register), own)
    for name in dict.fromkeys((cause, own) if isinstance(error, AssertionFailed) else (cause,)):
        yield f"  {'requirement' if name == cause else 'Then states':<11}  {name}: {register[name].title}"
        yield f"  {'':<11}  {register[name].wording}"
        for number, place in enumerate(places_of(name)):
            yield f"  {'' if number else 'row':<11}  {place}"


def requirement_of(run: ScenarioRun) -> str:
    """Return the requirement on which the Then rests at which a scenario ended, and the fewest others."""
    behind: dict[str, set[int]] = {}
    for name in run.pickle.requirements:
        if name not in NAMES_ARE_RESOLVED_FIRST:
            with suppress(TooManyStates):  # of a long scenario
                behind[name] = set(steps_not_demanded(Oracle(machine_without(frozenset([name]))), run.pickle))

    def rank(name: str) -> tuple[int, int]:
        return len(behind[name]), LAST_FIRST.index(load_register()[name].kind)

    mine = (name for name, steps in behind.items() if run.step in steps)
    return min(mine, key=rank, default=run.pickle.requirements[0])


def format_causes(failures: Mapping[str, Causes], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the failures by cause for a summary: how many, and the first of them by its title."""
    register = load_register()
    for cause, names in by_cause(failures):
        about = f"{cause}: {register[cause].title}" if cause in register else cause or "no requirement"
        yield f"{len(names):>4}  {about}"
        yield f"      first: {titles[names[0]]}"
