"""Generate every page, badge and data file, by path from docs/: the same for the same content, byte
for byte.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import Any

from jinja2 import Environment

from ..badges import HEIGHT, Badge, endpoint, svg
from ..bdd.assertions import ASSERTION_PHRASES
from ..bdd.feature_records import Feature, slug
from ..conformance import protocol
from ..conformance.report.by_requirement import Cell, Note, cells
from ..conformance.report.envelope import report_schemas
from ..conformance.report.wording import counted, headline, product, run_shown
from ..language.contract import VERBS
from ..language.phrases import COMMAND_PHRASES, FACT_PHRASES, Phrase
from ..language.schemas import schemas
from ..language.sentences import format_command
from ..language.situations import situations
from ..plans.json_form import plan_schemas
from ..requirements import Requirement
from ..requirements.exports import requirement_to_json
from ..requirements.loading import REGISTERED
from ..shapes import COUNT, FLAG, PROSE, Choice, ListOf, MapOf, Text, fields_of, record, schemas_of
from ..verdict import OF_BADGES, OF_ITEMS, OF_REQUIREMENTS, Status, mark_of_run
from ..words import listed
from . import implementations, siblings
from .azure_cli import last_run
from .content import Content, Evidence, register_digest
from .decide import decide_pages
from .foundry import load_points, points_by_requirement
from .losses.events import CAUSES, LOSSES, RETURNS, cases, findings_by_requirement, groups
from .losses.explorer import what_if_tables
from .render import UP, Page, environment, escaped, number, rendered, requirement_path
from .sourced import against, by_requirement, load_seen, near, sources


def generate(content: Content) -> dict[str, str | bytes]:
    """Return every generated file by its path."""
    found: dict[str, str | bytes] = dict(pages(content))
    found |= {path: as_json(value) for path, value in exports(content)}
    tables = json.dumps(what_if_tables(), ensure_ascii=False, separators=(",", ":"))
    found["data/what-if.js"] = f"const WHAT_IF = {tables};\n"
    for path, badge in badges(content).items():
        found |= {f"badges/{path}.svg": svg(badge), f"badges/{path}.json": as_json(endpoint(badge))}
    for seen in load_seen():
        if seen.trace:
            found[f"evidence/traces/{seen.id}.jsonl"] = seen.trace
    for each in shown(content):
        if each.published:
            found[f"evidence/reports/{each.name}/report.json"] = each.published
    return found


def as_json(value: object) -> str:
    """Return a value as indented JSON."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def badges(content: Content) -> dict[str, Badge]:
    """Return each badge by its path: of what was run last, and of the implementations."""
    evidence = content.evidence
    found = {path: evidence.badge(verdict) for path, verdict in evidence.verdicts()}
    return found | {
        f"implementations/{each.name}": implementations.badge(each) for each in shown(content)
    }


def pages(content: Content, wanted: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page and each part that hand-written pages include, or of
    the one that is wanted.
    """
    found = templates(content)
    for page in pages_to_write(content):
        if wanted in (None, page.path):
            yield page.path, rendered(found, page.template, **page.values())


def templates(content: Content) -> Environment:
    """Return the templates of all pages, with what they share."""
    evidence = content.evidence
    return environment(
        evidence.register,
        evidence=evidence,
        decisions=content.decisions,
        rows=content.rows,
        badges=badges(content),
        badge_height=HEIGHT,
        status=Status,
        statuses=OF_ITEMS,
        run_subject=run_subject(evidence),
        scenario_link=partial(scenario_link, content),
        shown_by=partial(shown_by, content),
        also_shown_by=partial(also_shown_by, content),
        seen=by_requirement(load_seen()),
        contradicted=against(load_seen()),
        near=near(load_seen()),
        bearings=siblings.bearings(),
        relations=siblings.RELATIONS,
        foundry=points_by_requirement(),
        foundry_points=load_points(),
        losses=LOSSES,
        returns=RETURNS,
        azure_run=last_run(),
        read_on={each.url: each.read for each in sources().values()},
    )


def run_subject(evidence: Evidence) -> str:
    """Return what was run last, as sentences name it; empty if nothing was."""
    if not evidence.results:
        return ""
    return "our simulation" if evidence.is_asked_again else escaped(evidence.subject)


def pages_to_write(content: Content) -> Iterator[Page]:
    """Yield each page and each part that hand-written pages include."""
    yield Page("data/run.snippet", "run.md", lambda: {"root": ""})
    yield Page("data/decisions.snippet", "decisions.md", lambda: {"root": ""})
    yield Page("data/revisions.xml", "revisions.xml")
    yield Page("data/matrix.snippet", "matrix.md", matrix)
    yield from decide_pages(content)
    yield Page("specification/index.md", "requirements.md", partial(overview, content))
    for feature in content.evidence.features:
        yield Page(f"specification/{feature.topic}.md", "topic.md", partial(topic, feature))
    yield Page("specification/steps.md", "steps.md", glossary)
    yield Page("specification/protocol.md", "protocol.md", reference)
    yield Page("evidence/last-run.md", "last-run.md")
    yield Page("evidence/traceability.md", "traceability.md", partial(traceability, content))
    yield Page("evidence/implementations.md", "implementations.md", partial(compared, content))
    yield Page("evidence/other-services.md", "other-services.md", other_services)


# The data of each page


def matrix() -> Mapping[str, Any]:
    """Return what the home page shows first: what each cause costs."""
    return {"groups": groups(cases(CAUSES))}


def overview(content: Content) -> Mapping[str, Any]:
    """Return the data of the page with all requirements."""
    evidence = content.evidence
    statuses = {evidence.requirement(each).status for each in evidence.register.values()}
    named = [f"{evidence.name}: {each.glyph} {each.word}" for each in OF_BADGES if each in statuses]
    return {"statuses_shown": named, "lacking": lacking(content)}


def topic(feature: Feature) -> Mapping[str, Any]:
    """Return the data of the page of a topic."""
    return {"feature": feature, "findings": findings_by_requirement()}


def glossary() -> Mapping[str, Any]:
    """Return the data of the page with all sentences."""
    return {"situations": situations_explained(), "sentences": sentences()}


def reference() -> Mapping[str, Any]:
    """Return the data of the page on the protocol."""
    return {
        "introduction": protocol.TEXTS["introduction"],
        "verbs": VERBS,
        "parts": protocol.parts("[{name}](../data/protocol/{name}.schema.json)"),
        "schemas": schemas(),
        "report_schemas": report_schemas(),
    }


def traceability(content: Content) -> Mapping[str, Any]:
    """Return the data of the page on the sentences of the article."""
    statements = content.evidence.register.statements.values()
    by_section = groupby(statements, key=lambda each: each.places[0].section)
    return {"sections": {section: list(found) for section, found in by_section}}


def compared(content: Content) -> Mapping[str, Any]:
    """Return the data of the page on implementations."""
    there = shown(content)
    register = content.evidence.register
    checked = [each for each in there if each.standing == implementations.CHECKED]
    rolled = {each.name: cells(each.report or {}, register) for each in checked}
    return {
        "shown": there,
        "checked": checked,
        "implementations": content.implementations,
        "rolled": rolled,
        "notes_of": {name: numbered(found, content) for name, found in rolled.items()},
        "marks": OF_REQUIREMENTS,
        "mark_of": mark_of,
        "kinds": implementations.KINDS,
        "standings": implementations.STANDINGS,
        "product": product,
        "headline": headline,
        "counted": counted,
    }


def other_services() -> Mapping[str, Any]:
    """Return the data of the page on other services."""
    groups = {}
    for group in siblings.GROUPS:
        groups[group] = {
            "siblings": siblings.load_siblings(group),
            "statements": siblings.statements_of(group),
        }
    return {
        "groups": groups,
        "verdicts": siblings.VERDICTS,
        "service_count": siblings.service_count(),
    }


def shown(content: Content) -> list[implementations.Implementation]:
    """Return the implementations that have a report, products first."""
    kinds = list(implementations.KINDS)
    there = [each for each in content.implementations if each.report is not None]
    return sorted(there, key=lambda each: kinds.index(each.kind))


def mark_of(implementation: implementations.Implementation) -> Status:
    """Return the mark of a report; nothing is green that was not checked."""
    if implementation.standing in implementations.NOT_SHOWN:
        status, _ = implementations.NOT_SHOWN[implementation.standing]
        return status
    return mark_of_run(run_shown(dict(implementation.report or {})))


def numbered(of_report: Mapping[str, Cell], content: Content) -> dict[Note, Mapping[str, Any]]:
    """Return the notes of a report in the order in which its cells have them, each with number,
    records and cases.
    """
    register = content.evidence.register
    cases: dict[Note, dict[str, None]] = {}
    for cell in of_report.values():
        for note, names in cell.notes.items():
            cases.setdefault(note, {}).update(dict.fromkeys(names))
    found: dict[Note, Mapping[str, Any]] = {}
    for place, (note, of_note) in enumerate(cases.items(), start=1):
        decisions = [register[name].decision for name in note.rests_on]
        records = unique(each for each in decisions if each)
        found[note] = {"number": place, "cases": list(of_note), "records": records}
    return found


# Pieces of several pages


def unique(words: Iterable[str]) -> list[str]:
    """Return each word once, in order."""
    return list(dict.fromkeys(words))


def shown_by(content: Content, requirement: Requirement) -> Iterator[str]:
    """Yield how much there is of each kind of evidence for a requirement."""
    for kind, count in content.evidence.requirement(requirement).counts.items():
        words = number(count.total(), kind)
        yield f"[{words}]({UP}evidence/last-run.md#properties)" if kind == "property" else words


def lacking(content: Content) -> dict[str, list[str]]:
    """Return kinds of evidence, each with the requirements that lack it."""
    evidence = content.evidence
    register = evidence.register
    verdicts = {name: evidence.requirement(each) for name, each in register.items()}
    return {
        "Any scenario": [name for name in register if not any(evidence.carrying(name))],
        "A run in which every scenario passed": [
            name for name in register if verdicts[name].status is not Status.PASSED
        ],
        "A property": [name for name in register if not verdicts[name].counts.get("property")],
        # nobody has run it there yet
        "An observation on Azure": list(register),
    }


def scenario_link(content: Content, name: str, root: str = UP) -> str:
    """Return the scenario of this id, by its title, as a link to it."""
    pickle = content.evidence.pickles[name]
    requirement = pickle.requirements[0]
    scenario = next(
        each for each in content.evidence.scenarios[requirement] if pickle in each.pickles
    )
    return (
        f"[{escaped(scenario.name)}]({requirement_path(requirement, root)}/{slug(scenario.name)})"
    )


def also_shown_by(content: Content, requirement: Requirement) -> list[str]:
    """Return links to the scenarios of other requirements that carry this one."""
    carrying = content.evidence.carrying(requirement.id)
    return unique(
        scenario_link(content, each.id)
        for each in carrying
        if each.requirements[0] != requirement.id
    )


# The step glossary: every sentence that a scenario may use


def sentences() -> Mapping[str, list[Mapping[str, Any]]]:
    """Return the sentences of commands, outcomes and observations, each with its slots and its
    meaning.
    """
    return {
        "commands": [explained(each, each.command.__doc__ or "") for each in COMMAND_PHRASES],
        "outcomes": [explained(each, each.explanation) for each in ASSERTION_PHRASES],
        "observations": [
            explained(each, f"{each.kind}: {each.field.replace('_', ' ')}") for each in FACT_PHRASES
        ],
    }


def explained(phrase: Phrase, means: str) -> Mapping[str, Any]:
    """Return a sentence with its slots and its meaning."""
    return {"phrase": phrase, "slots": slots(phrase), "means": " ".join(means.split())}


def slots(phrase: Phrase) -> dict[str, tuple[str, str]]:
    """Return for a slot the words that it takes and the default if its clause is left out, unless
    both are empty.
    """
    found = {}
    # clauses that can be left out stand in brackets
    optional = "".join(re.findall(r"\[[^]]*]", phrase.pattern))
    for name in re.findall(r"{(\w+)}", phrase.pattern):
        words: Mapping[str, Any] = phrase.words.get(name, {})
        default: Any = ""
        if f"{{{name}}}" in optional:
            default = phrase.defaults[name]
            # a slot with words of its own has a word for its default
            default = next((word for word, meant in words.items() if meant == default), default)
        if words or default:
            found[name] = (listed(words, "or"), str(default))
    return found


def situations_explained() -> list[Mapping[str, Any]]:
    """Return each situation with its commands."""
    return [
        {"name": each.name, "commands": [format_command(command) for command in each.commands]}
        for each in situations().values()
    ]


# Files for other programs: requirements as JSON with their schema

STATUS = Choice([each.word for each in OF_BADGES])

OF_THE_REGISTER = {name: REGISTERED.fields[name] for name in REGISTERED.required}
REQUIREMENT = record(
    "a requirement as the register has it, with its evidence",
    OF_THE_REGISTER
    | {
        "status": STATUS,
        "scenarios": ListOf(
            record("a scenario", {"id": PROSE, "status": STATUS}, {"reason": PROSE})
        ),
        "rows": ListOf(
            record("a row that cites it", {"path": PROSE, "line": COUNT, "counter_row": FLAG})
        ),
        "evidence": MapOf(Text("[a-z]+(-[a-z]+)*", "a kind"), COUNT),
    },
    {name: shape for name, shape in REGISTERED.fields.items() if name not in OF_THE_REGISTER},
)
TITLE = (
    "The requirements with their evidence; subject, profile, finished and status are those of the "
    "last run"
)
REQUIREMENTS = record(
    TITLE,
    {
        "format": COUNT,
        "article": record("the article", fields_of(("title", "revision", "url"), PROSE)),
        **fields_of(("register", "subject", "profile", "finished"), PROSE),
        "status": STATUS,
        "requirements": ListOf(REQUIREMENT),
    },
)


def exports(content: Content) -> Iterator[tuple[str, Any]]:
    """Yield each file for other programs with its path from docs/."""
    yield "data/requirements.json", requirements(content)
    for name, of in schemas_of({"requirements": (TITLE, REQUIREMENTS)}).items():
        yield f"data/{name}.schema.json", of
    for name, of in (schemas() | report_schemas() | plan_schemas()).items():
        yield f"data/protocol/{name}.schema.json", of


def requirements(content: Content) -> dict[str, Any]:
    """Return the requirements with their evidence."""
    evidence = content.evidence
    article, results = evidence.register.article, evidence.results
    return {
        "format": 2,
        "register": register_digest(evidence.register),
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        "subject": evidence.subject,
        "profile": results.profile if results else "none",
        "finished": results.finished if results else "never",
        "status": evidence.whole.status.word,
        "requirements": [requirement(name, content) for name in evidence.register],
    }


def requirement(name: str, content: Content) -> Mapping[str, Any]:
    """Return one requirement with its evidence."""
    evidence = content.evidence
    verdict = evidence.requirement(evidence.register[name])
    return {
        **requirement_to_json(evidence.register[name]),
        "status": verdict.status.word,
        "scenarios": [scenario(each.id, content) for each in evidence.carrying(name)],
        "rows": [
            {"path": each.path, "line": each.line, "counter_row": each.counter}
            for each in content.rows.get(name, ())
        ],
        "evidence": {kind: count.total() for kind, count in verdict.counts.items()},
    }


def scenario(name: str, content: Content) -> Mapping[str, Any]:
    """Return the status of one scenario, and the reason unless it passed."""
    item = content.evidence.items.get(name)
    reason = {"reason": item.reason} if item and item.reason is not None else {}
    return {"id": name, "status": content.evidence.scenario(name).status.word, **reason}
