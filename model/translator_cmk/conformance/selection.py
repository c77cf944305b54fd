"""Which cases are run: all, or those of some requirements, topics, levels or ids, with the twins that they need."""

from collections.abc import Iterable, Mapping, Sequence

from ..bdd.diagnostics import did_you_mean
from ..errors import CommandError
from ..requirements import TOPICS, Register
from .cases import Scenario

Selection = Mapping[str, tuple[str, ...]]
"""For each of requirement, topic, level and case: what is selected; nothing for all."""


def selected(scenarios: Sequence[Scenario], selection: Selection) -> list[Scenario]:
    """The scenarios that are selected, and the twins of those that are refusals."""
    chosen = [each for each in scenarios if is_selected(each, selection)]
    twins = {twin for each in chosen for twin in each.case.twins}
    ids = {each.case.id for each in chosen}
    return [each for each in scenarios if each.case.id in ids or each.case.id in twins]


def is_selected(scenario: Scenario, selection: Selection) -> bool:
    """Whether each part of the selection has the scenario."""
    case = scenario.case
    parts = (
        ("requirement", set(case.requirements)),
        ("topic", {case.requirements[0].partition(".")[0]}),
        ("level", {case.level}),
        ("case", {case.id}),
    )
    return all(not selection.get(name) or not found.isdisjoint(selection[name]) for name, found in parts)


def must_be_known(
    scenarios: Iterable[Scenario], selection: Selection, waived: Iterable[str], register: Register
) -> None:
    """Raises `CommandError` where something is selected or waived that there is not."""
    known = {
        "requirement": list(register),
        "topic": list(TOPICS),
        "case": [each.case.id for each in scenarios],
        "waive": list(register),
    }
    for name, values in {**selection, "waive": tuple(waived)}.items():
        for value in values:
            if name in known and value not in known[name]:
                remedy = did_you_mean(
                    value, known[name], "translator-cmk register lists the requirements, a report the cases"
                )
                raise CommandError(f"--{name} {value}: there is none; {remedy}")
