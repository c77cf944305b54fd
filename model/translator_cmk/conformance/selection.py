"""Which scenarios of a run are selected, and what can be waived."""

from collections.abc import Iterable, Mapping, Sequence

from ..bdd.feature_files import pickles
from ..bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES
from ..bdd.scenario_differences import current_id
from ..errors import CommandError
from ..language.declaration import MASKED, Declaration
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from ..requirements import load_register
from ..shapes import suggestion
from .cases import Ids, ScenarioCase
from .masked_deletions import with_later_looks

SELECTED = ("requirement", "topic", "level", "case")

Selection = Mapping[str, Ids]
"""For each of requirement, topic, level and case: what is selected; nothing for all."""

UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES | NAMES_ARE_RESOLVED_FIRST
"""Requirements without which nothing is left to verify."""


def selected(
    scenarios: Sequence[ScenarioCase], selection: Selection, declared: Declaration | None = None
) -> list[ScenarioCase]:
    """Return the scenarios that are selected, and their controls, for a system that has declared
    this.
    """
    if declared and MASKED in declared.hidden:
        scenarios = with_later_looks(tuple(scenarios))
    chosen = {scenario.case.id for scenario in scenarios if is_selected(scenario, selection)}
    controls: set[str] = set()
    for scenario in scenarios:
        has_one = not chosen.isdisjoint(scenario.case.controls)  # one of them is enough
        if scenario.case.id in chosen and not has_one:
            controls.update(scenario.case.controls)
    return [scenario for scenario in scenarios if scenario.case.id in chosen | controls]


def is_selected(scenario: ScenarioCase, selection: Selection) -> bool:
    """Return whether each part of the selection has the scenario."""
    case = scenario.case
    topic, _, _ = case.requirements[0].partition(".")
    of_case = {
        "requirement": case.requirements,
        "topic": (topic,),
        "level": (case.level,),
        "case": (case.id,),
    }
    for name, chosen in selection.items():
        if chosen and set(chosen).isdisjoint(of_case[name]):
            return False
    return True


def must_exist(selection: Selection, waived: Iterable[str]) -> None:
    """Raise `CommandError` if something that is selected or waived does not exist, or can't be
    waived.
    """
    requirements = list(load_register())
    cases = [pickle.id for pickle in pickles()]
    # topics and levels are words of a list, which the command line has checked
    for name in selection.get("requirement", ()):
        must_be_known("--requirement", name, "requirement", requirements)
    for name in selection.get("case", ()):
        must_be_known("--case", name, "case", cases)
    for name in waived:
        must_be_known("--waive", name, "requirement", requirements)
        if name in UNDENIABLE:
            problem = "without it nothing is left to verify; list it as a deviation instead"
            raise CommandError(f"--waive {name}: {problem}")


def must_be_known(option: str, name: str, kind: str, known: Sequence[str]) -> None:
    """Raise `CommandError`, with what may have been meant, if there is nothing of this name."""
    if name not in known:
        renamed = current_id(name)
        if renamed is not None:
            raise CommandError(f"{option} {name}: this {kind} was renamed; write {renamed}")
        otherwise = "translator-cmk register lists the requirements, a report the cases"
        raise CommandError(f"{option} {name}: unknown {kind}; {suggestion(name, known, otherwise)}")
