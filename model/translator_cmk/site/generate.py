"""Everything that is generated, by file name: the same for the same results, byte for byte."""

import json
from collections.abc import Iterator
from typing import Any

from ..gherkin.results import as_json
from ..requirements.report import requirement_json
from .badges import Badge, endpoint, svg
from .cascade_page import cascade_page, conditions_page
from .content import Content
from .decisions import decisions_page
from .evidence import Verdict
from .glossary import glossary_page
from .last_run import first_paragraph, last_run_page, whole_badge
from .matrix import matrix_page
from .open_points import open_points_page
from .strength import strength_page
from .topics import index_page, topic_page, topics_table

FOLDERS = ("specification", "evidence", "badges", "data")


def generate(content: Content) -> dict[str, str]:
    """Every generated file, by its path from docs/."""
    return {**pages(content), **data(content), **dict(badge_files(content))}


def pages(content: Content) -> dict[str, str]:
    """The pages, and the two pieces that the home page takes in."""
    evidence = content.evidence
    return {
        "specification/index.md": index_page(content),
        **{f"specification/{each.topic}.md": topic_page(each, content) for each in evidence.features},
        "specification/what-breaks-what.md": cascade_page(content),
        "specification/before-enabling.md": conditions_page(content),
        "specification/left-open.md": open_points_page(content),
        "specification/steps.md": glossary_page(content),
        "evidence/last-run.md": last_run_page(evidence),
        "evidence/traceability.md": matrix_page(content),
        "evidence/strength.md": strength_page(evidence, content.mutants),
        "evidence/decisions.md": decisions_page(content.decisions, evidence.register),
        "data/last-run.snippet": f"{first_paragraph(evidence)}\n\n{whole_badge(evidence, root='')}\n",
        "data/topics.snippet": topics_table(content, "") + "\n",
    }


def badge_files(content: Content) -> Iterator[tuple[str, str]]:
    """Each badge as a picture and as JSON."""
    evidence = content.evidence
    for path, verdict in verdicts(content):
        badge: Badge = evidence.badge(verdict)
        yield f"badges/{path}.svg", svg(badge)
        yield f"badges/{path}.json", dumped(endpoint(badge))


def verdicts(content: Content) -> Iterator[tuple[str, Verdict]]:
    """What has a badge: the whole, each topic, each requirement, each scenario."""
    evidence = content.evidence
    yield "all", evidence.whole
    for topic in evidence.register.topics:
        yield f"topics/{topic}", evidence.topic(topic)
    for requirement in evidence.register.values():
        yield f"requirements/{requirement.id}", evidence.requirement(requirement)
    for name in evidence.pickles:
        yield f"scenarios/{name}", evidence.scenario(name)


def data(content: Content) -> dict[str, str]:
    """The specification with its evidence, and the results, for other programs."""
    evidence = content.evidence
    article = evidence.register.article
    found = {
        "article": {"title": article.title, "revision": article.revision, "url": article.url},
        "subject": evidence.subject,
        "finished": evidence.results.finished if evidence.results else "never",
        "status": evidence.whole.status.value,
        "requirements": [requirement_data(name, content) for name in evidence.register],
    }
    files = {"data/specification.json": dumped(found)}
    if evidence.results:
        files["data/results.json"] = dumped(as_json(evidence.results))
    return files


def requirement_data(name: str, content: Content) -> dict[str, Any]:
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
    }


def dumped(value: Any) -> str:
    """A value as JSON, indented."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
