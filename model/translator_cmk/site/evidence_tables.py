"""The pages to question the evidence on: every requirement, every scenario, and what no evidence covers."""

from collections.abc import Iterable, Iterator, Sequence

from ..bdd.features import Pickle
from ..requirements import Requirement
from .badges import LOOKS, Status
from .content import Content
from .evidence import number
from .freshness import is_current
from .kinds import Kinds, kinds_in_words, kinds_of_all, mutants_by_scenario
from .last_run import OBSERVED, mark, run_line
from .markup import basis, duration, filled, filterable, in_cell, listed, moment, named, plain, table, titled
from .topics import scenario_link


def requirements_page(content: Content) -> str:
    """The page with a line for each requirement."""
    register = content.evidence.register
    statuses = (content.evidence.requirement(each).status for each in register.values())
    narrowed_by = choices(content, statuses) | {"Kind": [each.kind for each in register.values()]}
    header = ["Requirement", "Status", "Basis", "Topic", "Kind", "Shown by", "Time", "Last run", "Observed on Azure"]
    return filled(
        "requirements",
        run=run_line(content.evidence),
        count=str(len(register)),
        measured=measured_line(content),
        requirements=filterable(table(header, requirement_lines(content)), len(register), narrowed_by),
    )


def choices(content: Content, statuses: Iterable[Status]) -> dict[str, list[str]]:
    """What both tables are narrowed by; statuses in the order in which they are explained."""
    evidence = content.evidence
    there = set(statuses)
    return {
        "Status": [f"{evidence.subject}: {mark(status)}" for status in LOOKS if status in there],
        "Topic": list(evidence.register.topics),
        "Basis": [each.basis for each in evidence.register.values()],
    }


def requirement_lines(content: Content) -> Iterator[list[str]]:
    """A line for each requirement."""
    kinds = kinds_of_all(content)
    for each in content.evidence.register.values():
        yield requirement_line(each, content, kinds[each.id])


def requirement_line(requirement: Requirement, content: Content, kinds: Kinds) -> list[str]:
    """A line on one requirement, with what kinds of evidence there are for it."""
    evidence = content.evidence
    verdict = evidence.requirement(requirement)
    items = [evidence.items[each.id] for each in evidence.carrying(requirement.id) if each.id in evidence.items]
    return [
        f"{titled(requirement)}<br>`{requirement.id}`",
        f"{evidence.subject}: {mark(verdict.status)}",
        basis(requirement),
        requirement.topic,
        requirement.kind,
        in_cell("ul", kinds_in_words(kinds, content)) or "nothing",
        duration(sum(item.seconds for item in items)) if items else "",
        last_run(content),
        OBSERVED,
    ]


def last_run(content: Content) -> str:
    """When the last run finished."""
    results = content.evidence.results
    return moment(results.finished) if results else "never"


def measured_line(content: Content) -> str:
    """Of what specification theorems and mutants were measured."""
    measured = {"theorems": content.theorems, "tours": content.coverage, "mutants": content.mutants}
    stale = [name for name, found in measured.items() if found and not is_current(found)]
    missing = [name for name, found in measured.items() if not found]
    said = [f"{listed(stale)} were measured for an earlier state of the specification: stale."] if stale else []
    said += [f"{listed(missing)} have not been measured."] if missing else []
    whole = ["theorems, tours and mutants were measured for this state of the specification."]
    return " ".join(each[0].upper() + each[1:] for each in said or whole)


def scenarios_page(content: Content) -> str:
    """The page with a line for each scenario, one for each row of examples."""
    pickles = content.evidence.pickles
    header = ["Scenario", "Status", "Basis", "Topic", "Tags", "Finds", "Time", "Last run", "Observed on Azure"]
    mutants = mutants_by_scenario(content)
    return filled(
        "scenarios",
        run=run_line(content.evidence),
        measured=measured_line(content),
        count=str(len(pickles)),
        scenarios=filterable(
            table(header, (scenario_line(each, content, mutants[each.id]) for each in pickles.values())),
            len(pickles),
            choices(content, (content.evidence.scenario(name).status for name in pickles)),
        ),
    )


def scenario_line(pickle: Pickle, content: Content, mutants: int) -> list[str]:
    """A line on one scenario, which is named for so many mutants."""
    evidence = content.evidence
    requirement = evidence.register[pickle.requirements[0]]
    item = evidence.items.get(pickle.id)
    return [
        scenario_link(pickle, content) + (f" {plain(pickle.row)}" if pickle.row else ""),
        f"{evidence.subject}: {mark(evidence.scenario(pickle.id).status)}",
        basis(requirement),
        requirement.topic,
        " ".join(f"`@{name}`" for name in pickle.requirements),
        number(mutants, "mutant") if mutants else "",
        duration(item.seconds) if item and item.status != "not-run" else "",
        last_run(content),
        OBSERVED,
    ]


def uncovered_page(content: Content) -> str:
    """The page with the requirements that lack a kind of evidence."""
    return filled(
        "uncovered",
        run=run_line(content.evidence),
        measured=measured_line(content),
        uncovered=table(
            ["What is lacking", "How many", "Requirements"],
            (
                [what, f"{len(names)} of {len(content.evidence.register)}", folded(names)]
                for what, names in lacking(content)
            ),
        ),
    )


def lacking(content: Content) -> Iterator[tuple[str, list[str]]]:
    """Kinds of evidence, each with the requirements that lack it."""
    evidence = content.evidence
    register = evidence.register
    verdicts = {name: evidence.requirement(each) for name, each in register.items()}
    kinds = kinds_of_all(content)
    yield "Any scenario", [name for name in register if not any(evidence.carrying(name))]
    yield "A run in which every scenario passed", [name for name in register if verdicts[name].status.value != "passed"]
    yield "A property", [name for name in register if not verdicts[name].counts.get("property")]
    yield "A theorem", [name for name in register if not kinds[name].theorems]
    yield "A tour through a row of it", [name for name in register if not (kinds[name].toured or (0, 0))[0]]
    yield "A mutant of its rows that is found", [name for name in register if not (kinds[name].mutants or (0, 0))[0]]
    yield "An observation on Azure", list(register)


def folded(names: Sequence[str]) -> str:
    """Requirements, many of them folded."""
    told = ", ".join(map(named, names)) or "none"
    return told if len(names) < 8 else f"<details><summary>{len(names)} requirements</summary>{told}</details>"
