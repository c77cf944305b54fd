"""The pages to question the evidence on: every requirement, every scenario, and what no evidence covers."""

from collections.abc import Iterator, Sequence

from ..gherkin.records import Pickle
from ..requirements import Requirement
from .content import Content
from .evidence import number
from .last_run import OBSERVED, mark, run_line
from .markup import basis, duration, filled, in_cell, listed, moment, named, plain, table, titled
from .measured import found_mutants, is_current, theorems_by_requirement
from .topics import scenario_link


def requirements_page(content: Content) -> str:
    """The page with a line for each requirement."""
    register = content.evidence.register
    header = ["Requirement", "Topic", "Basis", "Kind", "Status", "Shown by", "Time", "Last run", "Observed on Azure"]
    return filled(
        "requirements",
        run=run_line(content.evidence),
        count=str(len(register)),
        measured=measured_line(content),
        requirements=table(header, requirement_lines(content)),
    )


def requirement_lines(content: Content) -> Iterator[list[str]]:
    """A line for each requirement."""
    mutants = found_mutants(content.mutants) if content.mutants else {}
    for each in content.evidence.register.values():
        yield requirement_line(each, content, mutants.get(each.id))


def requirement_line(requirement: Requirement, content: Content, mutants: tuple[int, int] | None) -> list[str]:
    """A line on one requirement, of whose rows there are this many mutants found and in all."""
    evidence = content.evidence
    verdict = evidence.requirement(requirement)
    items = [evidence.items[each.id] for each in evidence.carrying(requirement.id) if each.id in evidence.items]
    return [
        f"{titled(requirement)}<br>`{requirement.id}`",
        requirement.topic,
        basis(requirement),
        requirement.kind,
        f"{evidence.subject}: {mark(verdict.status)}",
        in_cell("ul", shown_by(requirement, content, mutants)) or "nothing",
        duration(sum(item.seconds for item in items)) if items else "",
        last_run(content),
        OBSERVED,
    ]


def last_run(content: Content) -> str:
    """When the last run finished."""
    results = content.evidence.results
    return moment(results.finished) if results else "never"


def shown_by(requirement: Requirement, content: Content, mutants: tuple[int, int] | None) -> Iterator[str]:
    """What kinds of evidence there are for a requirement, and how much of each."""
    for kind, count in content.evidence.requirement(requirement).counts.items():
        yield number(count.total(), kind)
    if content.theorems and (theorems := theorems_by_requirement()[requirement.id]):
        yield number(theorems, "theorem")
    if mutants:
        yield "{} of {} mutants found".format(*mutants)


def measured_line(content: Content) -> str:
    """Of what specification theorems and mutants were measured."""
    measured = {"Theorems": content.theorems, "mutants": content.mutants}
    stale = [name for name, found in measured.items() if found and not is_current(found)]
    missing = [name for name, found in measured.items() if not found]
    told = [f"{listed(stale)} were measured for an earlier state of the specification: stale."] if stale else []
    told += [f"{listed(missing)} have not been measured."] if missing else []
    return " ".join(told) or "Theorems and mutants were measured for this state of the specification."


def scenarios_page(content: Content) -> str:
    """The page with a line for each scenario, one for each row of examples."""
    pickles = content.evidence.pickles
    header = ["Scenario", "Topic", "Basis", "Status", "Tags", "Time", "Last run", "Observed on Azure"]
    return filled(
        "scenarios",
        run=run_line(content.evidence),
        count=str(len(pickles)),
        scenarios=table(header, (scenario_line(each, content) for each in pickles.values())),
    )


def scenario_line(pickle: Pickle, content: Content) -> list[str]:
    """A line on one scenario."""
    evidence = content.evidence
    requirement = evidence.register[pickle.requirements[0]]
    item = evidence.items.get(pickle.id)
    return [
        scenario_link(pickle, content) + (f" {plain(pickle.row)}" if pickle.row else ""),
        requirement.topic,
        basis(requirement),
        f"{evidence.subject}: {mark(evidence.scenario(pickle.id).status)}",
        " ".join(f"`@{name}`" for name in pickle.requirements),
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
    theorems = theorems_by_requirement() if content.theorems else {}
    mutants = found_mutants(content.mutants) if content.mutants else {}
    yield "Any scenario", [name for name in register if not any(evidence.carrying(name))]
    yield "A run in which every scenario passed", [name for name in register if verdicts[name].status.value != "passed"]
    yield "A property", [name for name in register if not verdicts[name].counts.get("property")]
    yield "A theorem", [name for name in register if not theorems.get(name)]
    yield "A mutant of its rows that is found", [name for name in register if not mutants.get(name, (0, 0))[0]]
    yield "An observation on Azure", list(register)


def folded(names: Sequence[str]) -> str:
    """Requirements, many of them folded."""
    told = ", ".join(map(named, names)) or "none"
    return told if len(names) < 8 else f"<details><summary>{len(names)} requirements</summary>{told}</details>"
