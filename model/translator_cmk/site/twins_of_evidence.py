"""Tables of requirements, scenarios and runs, as data."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ..bdd.assertions import ASSERTION_PHRASES
from ..bdd.features import Pickle
from ..language import command_to_wire
from ..language.phrasebook import COMMAND_PHRASES, FACT_PHRASES, state, tell
from ..language.situations import Situation, situations
from ..requirements.report import requirement_json
from .content import Content
from .evidence_tables import lacking
from .history_page import compared, known_runs
from .kept import Difference, Run
from .kinds import Kinds, kinds_of_all, mutants_by_scenario
from .open_points import answering, open_points


def requirements_data(content: Content) -> dict[str, Any]:
    """The requirements with their evidence."""
    article = content.evidence.register.article
    kinds = kinds_of_all(content)
    return {
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        **run_data(content),
        "requirements": [requirement_data(name, content, kinds[name]) for name in content.evidence.register],
    }


def run_data(content: Content) -> dict[str, Any]:
    """What was run last."""
    evidence = content.evidence
    finished = evidence.results.finished if evidence.results else "never"
    return {"subject": evidence.subject, "finished": finished, "status": evidence.whole.status.value}


def requirement_data(name: str, content: Content, kinds: Kinds) -> dict[str, Any]:
    """A requirement as the register has it, with scenarios, rows and what came of them."""
    evidence = content.evidence
    requirement = evidence.register[name]
    return {
        **requirement_json(requirement),
        "status": evidence.requirement(requirement).status.value,
        "scenarios": [
            {"id": each.id, "status": evidence.scenario(each.id).status.value} for each in evidence.carrying(name)
        ],
        "rows": [
            {"path": each.path, "line": each.line, "counter_row": each.counter} for each in content.rows.get(name, ())
        ],
        "shown_by": kinds_data(kinds),
    }


def kinds_data(kinds: Kinds) -> dict[str, Any]:
    """How much there is of each kind of evidence; what was not measured is left out."""
    pairs = {"toured_rows": kinds.toured, "mutants_found": kinds.mutants}
    shares = {name: {"count": pair[0], "of": pair[1]} for name, pair in pairs.items() if pair}
    theorems = {} if kinds.theorems is None else {"theorems": kinds.theorems}
    return {"run": dict(kinds.run), **theorems, **shares}


def scenarios_data(content: Content) -> dict[str, Any]:
    """Every scenario with what came of it."""
    mutants = mutants_by_scenario(content)
    every = content.evidence.pickles.values()
    return {**run_data(content), "scenarios": [scenario_data(each, content, mutants[each.id]) for each in every]}


def scenario_data(pickle: Pickle, content: Content, mutants: int) -> dict[str, Any]:
    """One scenario, which is named for so many mutants."""
    evidence = content.evidence
    requirement = evidence.register[pickle.requirements[0]]
    item = evidence.items.get(pickle.id)
    told = {
        "id": pickle.id,
        "name": pickle.name,
        "topic": requirement.topic,
        "basis": requirement.basis,
        "tags": list(pickle.requirements),
        "line": pickle.line,
        "status": evidence.scenario(pickle.id).status.value,
        "mutants": mutants,
    }
    return told | ({"seconds": item.seconds} if item and item.status != "not-run" else {})


def uncovered_data(content: Content) -> dict[str, Any]:
    """Which requirements lack which kind of evidence."""
    return {"uncovered": [{"lacks": what, "requirements": names} for what, names in lacking(content)]}


def left_open_data(content: Content) -> dict[str, Any]:
    """What the article leaves open, and what answers each question."""
    named = {kind: [each.id for each in found] for kind, found in open_points(content).items()}
    questions = []
    for each in content.evidence.register.questions.values():
        requirements, decisions = answering(each, content)
        questions.append({"id": each.id, "title": each.title, "requirements": requirements, "decisions": decisions})
    return {**named, "questions": questions}


def traceability_data(content: Content) -> dict[str, Any]:
    """Every statement of the article with what was made of it."""
    register = content.evidence.register
    article = register.article
    return {
        "statements": [
            {
                "id": each.id,
                "places": [{"section": place.section, "sentence": place.sentence} for place in each.places],
                "requirements": list(each.requirements),
            }
            for each in register.statements.values()
        ],
        "without_statement": [each.id for each in register.values() if not each.statements],
        "informative": [
            {"section": each.section, "sentence": each.sentence, "because": each.informative}
            for each in article.places
            if each.informative
        ],
        "later": [{"date": each.date, "changes": each.changes} for each in article.later],
    }


def decisions_data(content: Content) -> dict[str, Any]:
    """Every record of a decision."""
    register = content.evidence.register
    return {
        "decisions": [
            {
                "file": each.file,
                "title": each.title,
                "status": each.status,
                "resolves": list(each.resolves),
                "requirements": [name for name, rests in register.items() if rests.decision == each.file],
            }
            for each in content.decisions.values()
        ]
    }


def steps_data(content: Content) -> dict[str, Any]:
    """Every sentence that a scenario may use, and where it is used."""
    every = content.evidence.pickles.values()

    def uses(means: Callable[[str], Any]) -> list[str]:
        return [each.id for each in every if any(means(step.text) for step in each.steps)]

    phrases = {"command": COMMAND_PHRASES, "outcome": ASSERTION_PHRASES, "observation": FACT_PHRASES}
    return {
        "situations": [situation_data(each, uses) for each in situations().values()],
        "sentences": [
            {"kind": kind, "pattern": each.pattern, "used_by": uses(each.parse)}
            for kind, known in phrases.items()
            for each in known
        ],
    }


def situation_data(situation: Situation, uses: Callable[[Callable[[str], Any]], list[str]]) -> dict[str, Any]:
    """A situation with its commands, what is so after them, and where it is used."""
    return {
        "name": situation.name,
        "commands": [
            {"sentence": tell(command), "command": command_to_wire(command)} for command in situation.commands
        ],
        "establishes": [{"sentence": state(fact), "requirements": sorted(by)} for fact, by in situation.establishes],
        "used_by": uses(lambda text: text == situation.name),
    }


def runs_data(content: Content) -> dict[str, Any]:
    """Kept runs, the one that is shown, and what differs from each to the next."""
    runs = known_runs(content)
    return {
        "runs": [one_run(each) for each in runs],
        "differences": [difference_data(*each) for each in compared(runs)],
    }


def one_run(run: Run) -> dict[str, Any]:
    """A run in short."""
    results = run.results
    told = {"subject": results.subject, "digest": results.digest, "finished": results.finished}
    counts = Counter(item.status for item in results.items)
    return {**told, "counts": dict(sorted(counts.items())), **({"file": run.file} if run.file else {})}


def difference_data(before: Run, after: Run, found: Difference) -> dict[str, Any]:
    """What differs from one run to another."""
    return {
        "before": before.results.finished,
        "after": after.results.finished,
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": list(changed_data(found)),
    }


def changed_data(found: Difference) -> Iterator[dict[str, str]]:
    """What has another status."""
    for name, was, now in found.changed:
        yield {"id": name, "before": was, "after": now}
