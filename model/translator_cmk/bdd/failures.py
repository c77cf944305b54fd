"""Says why a scenario did not pass: the requirement and rows behind its step, and the cause that failures share."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from ..explore.row_sources import row_sources
from ..language.sentences import format_fact
from ..machine import COUNTER_ROWS, ROWS, Machine
from ..oracle import Exchange, first_difference, oracle_for
from ..oracle.explain import attributed_to
from ..oracle.profiles import PROFILES
from ..requirements import load_register
from ..system import ModelSystem
from .assertions import AssertionFailed, NotApplicable
from .features import Pickle, shown
from .scenario_run import CapabilityMissing, ScenarioRun, SetupFailed, format_title, machine_in
from .vocabulary import read_steps

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
        return attribution(run) or tuple(sorted(error.by))
    if isinstance(error, AssertionFailed):
        about, names = run.pickle.requirements, attribution(run)
        return tuple(dict.fromkeys((*(each for each in about if each in names), *names))) or about
    return ()


@lru_cache(maxsize=1)
def attribution(run: ScenarioRun) -> Causes:
    """Return what explains the first step that differs from the article, or else from what we assume."""
    exchanges = [Exchange(*each) for each in run.asked]
    for profile in PROFILES:
        if found := first_difference(exchanges, oracle_for(machine_in(profile), run.declared), run.declared.stage):
            return attributed_to(found)
    return ()


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by cause, each once: the cause that explains most of them, then that of the rest, and so on.

    Of a failure the likeliest cause counts whole, the second half, the third a third, and so on.
    """
    left = dict(failures)
    while left:
        explained = defaultdict[str, float](float)
        for causes in left.values():
            for place, cause in enumerate(causes, start=1):
                explained[cause] += 1 / place
        cause = max(explained, key=explained.__getitem__, default="")
        of_it = [name for name, causes in left.items() if cause in causes or not cause]
        yield cause, of_it
        left = {name: causes for name, causes in left.items() if name not in of_it}


@cache
def steps_behind(pickle: Pickle) -> Mapping[str, frozenset[int]]:
    """Return for each requirement of a scenario the Thens that fail in a model that is wrong about it alone."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in pickle.requirements:
        for machine in wrong_about(name):
            found[name] |= failing_steps(ModelSystem(machine), pickle)
    return {name: frozenset(steps) for name, steps in found.items()}


@cache
def wrong_about(name: str) -> tuple[Machine, ...]:
    """Return the machines that lack all rows of a requirement, or one of them, or have one row of its mistake."""
    mine = [row for row in ROWS if row.requirement == name]
    lacking = [[row for row in ROWS if row not in less] for less in (mine, *([row] for row in mine)) if less]
    mistaken = [(*ROWS, row) for row in COUNTER_ROWS if row.requirement == name]
    return tuple(Machine(rows) for rows in (*lacking, *mistaken))


def failing_steps(system: ModelSystem, pickle: Pickle) -> set[int]:
    """Return the numbers of the Thens that fail on a system; none where it does not get to them."""
    # here, since only a failure needs the theorems
    from ..explore.theorems.theorem import ROWS_RAISE

    found = set()
    try:
        run = ScenarioRun(system, pickle)
        for number, (kind, text, meaning) in enumerate(read_steps(pickle)):
            try:
                getattr(run, kind)(text, meaning)
            except AssertionFailed:
                found.add(number)
    except (SetupFailed, NotApplicable, *ROWS_RAISE):
        return set()
    return found


def requirement_of(error: BaseException, run: ScenarioRun) -> str:
    """Return the requirement that the step states at which a scenario ended.

    Of those that a Then rests on, it is the one on which the fewest other Thens rest; of several one that explains the
    failure, or else the last that came into effect.  Before a Then it is what explains the failure.
    """
    names, causes, register = run.pickle.requirements, causes_of(error, run), load_register()
    if not isinstance(error, AssertionFailed):
        return next((cause for cause in causes if cause in register), names[0])

    def rank(name: str) -> tuple[int, bool, int]:
        return len(behind[name]), name not in causes, LAST_FIRST.index(register[name].kind)

    behind = {name: steps for name, steps in steps_behind(run.pickle).items() if run.step in steps}
    return min(behind, key=rank, default=names[0])


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
            reason, findings = f"not run, {error}", [("because", error.why)]
    yield f"{format_title(pickle)}: {reason}"
    if run is None:
        return
    yield f"{shown(path)}:{pickle.steps[run.step].line}"
    yield ""
    yield from format_requirement(error, run)
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


def format_requirement(error: BaseException, run: ScenarioRun) -> Iterator[str]:
    """Yield the requirement of the step with its rows in the model, and the likeliest cause, if that is another."""
    name, register = requirement_of(error, run), load_register()
    if requirement := register.get(name):
        yield f"  {'requirement':<11}  {name}: {requirement.title}"
        yield f"  {'':<11}  {requirement.wording}"
    for number, place in enumerate(places_of(name)):
        yield f"  {'' if number else 'row':<11}  {place}"
    if (cause := next(iter(causes_of(error, run)), name)) != name:
        title = f": {register[cause].title}" if cause in register else ""
        yield f"  {'cause':<11}  {cause}{title}"


def format_causes(failures: Mapping[str, Causes], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the failures by cause for a summary: how many, and the first of them by its title."""
    register = load_register()
    for cause, names in by_cause(failures):
        about = f"{cause}: {register[cause].title}" if cause in register else cause or "no requirement"
        yield f"{len(names):>4}  {about}"
        yield f"      first: {titles[names[0]]}"
