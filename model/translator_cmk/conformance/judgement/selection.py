"""Which scenarios of a run are selected, what counts, and what can be waived."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ...bdd.feature_files import pickles
from ...bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES
from ...errors import CommandError
from ...language.declaration import MASKED, Declaration
from ...oracle.profiles import NAMES_ARE_RESOLVED_FIRST, PROFILES
from ...requirements import TOPICS, add_revision_option, load_register
from ...shapes import suggestion
from .cases import Ids, ScenarioCase
from .masked_deletions import with_later_looks

NARROWING = ("requirement", "topic", "case")
"""The options that name what alone is run."""

EXCLUDE = "exclude"
"""The option that names what is left out: a requirement, a topic or a case."""

SELECTED = (*NARROWING, EXCLUDE)
"""The options that select scenarios."""

LAST_FAILED = "last_failed"
"""The part of a selection that says of which run the failures are run again: when it began.

The scenarios themselves are its cases.
"""

Selection = Mapping[str, Ids]
"""For each of these options what it names; nothing for all."""

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES | NAMES_ARE_RESOLVED_FIRST
"""Requirements without which nothing is left to verify."""


PROFILE = "article"
"""What counts by default."""


def add_what_counts(add: Callable[..., object]) -> None:
    """Add the options of `verify` and pytest that say what counts."""
    add(
        "--profile",
        choices=PROFILES,
        metavar="PROFILE",
        help=f"what counts: {', '.join(PROFILES)} (default: {PROFILE})",
    )
    add_revision_option(add, "the revision of the article (default: 2025-01-28)")


def add_narrowing(add: Callable[..., object]) -> None:
    """Add the options that name the scenarios."""
    add_list = partial(add, action="append", default=[])
    add_list(
        "--requirement",
        metavar="ID",
        help="only scenarios of this, with their positive controls",
    )
    add_list("--topic", choices=TOPICS, metavar="TOPIC", help="likewise, of a topic")
    add_list("--case", metavar="ID", help="likewise, one scenario")
    add_list(
        "--exclude",
        metavar="ID",
        help="leave out a requirement, a topic or a scenario",
    )


def selected(
    scenarios: Sequence[ScenarioCase], selection: Selection, declared: Declaration | None = None
) -> list[ScenarioCase]:
    """Return the scenarios that are selected, and their controls, for a system that has declared
    this.
    """
    if declared and MASKED in declared.hidden:
        scenarios = with_later_looks(tuple(scenarios))
    due = {scenario.case.id for scenario in scenarios if is_selected(scenario, selection)}
    before: set[str] = set()
    while before != due:  # a control may need a control
        before = set(due)
        for scenario in scenarios:
            has_one = not before.isdisjoint(scenario.case.controls)  # one of them is enough
            if scenario.case.id in before and not has_one:
                due.update(scenario.case.controls)
    return [
        scenario
        for scenario in scenarios
        if scenario.case.id in due and not is_excluded(scenario, selection)
    ]


def is_selected(scenario: ScenarioCase, selection: Selection) -> bool:
    """Return whether each part of the selection has the scenario, and it is not left out."""
    names = names_of(scenario)
    for option in NARROWING:
        chosen = selection.get(option, ())
        if chosen and names[option].isdisjoint(chosen):
            return False
    return not is_excluded(scenario, selection)


def is_excluded(scenario: ScenarioCase, selection: Selection) -> bool:
    """Return whether a scenario is left out: it is what `--requirement`, `--topic` or `--case`
    would select by one of these names.
    """
    excluded = selection.get(EXCLUDE, ())
    if not excluded:
        return False
    names = names_of(scenario)
    selectable = names["requirement"] | names["topic"] | names["case"]
    return not selectable.isdisjoint(excluded)


def names_of(scenario: ScenarioCase) -> Mapping[str, set[str]]:
    """Return the names by which each option selects a scenario."""
    case = scenario.case
    return {
        "requirement": set(case.requirements),
        # the first requirement is that of its rule, and so of the feature
        "topic": {name.partition(".")[0] for name in case.requirements[:1]},
        "case": {case.id},
    }


def must_exist(
    selection: Selection, waived: Iterable[str], own: Iterable[ScenarioCase] = ()
) -> None:
    """Raise `CommandError` if something that is selected or waived does not exist, or can't be
    waived.
    """
    requirements = list(load_register())
    cases = [pickle.id for pickle in pickles()]
    cases += [scenario.case.id for scenario in own]
    # topics are words of a list, which the command line has checked
    for name in selection.get("requirement", ()):
        must_be_known("--requirement", name, "requirement", requirements)
    for name in selection.get("case", ()):
        must_be_known("--case", name, "case", cases)
    for name in selection.get(EXCLUDE, ()):
        known = [*TOPICS, *requirements, *cases]
        must_be_known("--exclude", name, "requirement, topic or case", known)
    for name in waived:
        must_be_known("--waive", name, "requirement", requirements)
        if name in UNDENIABLE:
            problem = "without it nothing is left to verify; list it as a deviation instead"
            raise CommandError(f"--waive {name}: {problem}")


def must_be_known(option: str, name: str, kind: str, known: Sequence[str]) -> None:
    """Raise `CommandError`, with what may have been meant, if there is nothing of this name."""
    if name not in known:
        otherwise = "translator-cmk register lists the requirements, a report the cases"
        raise CommandError(f"{option} {name}: unknown {kind}; {suggestion(name, known, otherwise)}")
