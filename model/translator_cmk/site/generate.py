"""Everything that is generated, by file name: the same for the same results, byte for byte."""

from collections.abc import Iterator

from .badges import Badge, endpoint, svg
from .before_enabling import before_enabling_page
from .cascade_page import cascade_page
from .content import Content
from .coverage import coverage_page
from .decisions import decisions_page
from .evidence import Verdict
from .evidence_tables import requirements_page, scenarios_page, uncovered_page
from .glossary import glossary_page
from .history_page import history_page, run_address, run_pages
from .implementation_files import badge, badge_path, shown_of
from .implementations import implementations_page
from .kills import kills_page
from .last_run import first_paragraphs, last_run_page, whole_badge
from .lives_page import lives_page
from .matrix import matrix_page
from .measured import measurements_table, pages_line
from .obligations import obligations_page
from .open_points import open_points_page
from .other_sources import other_sources_page, revisions_page
from .peers import peers_page
from .protocol import protocol_files, protocol_page
from .scopes import scope_pages
from .should_you import should_you_page
from .speed import speed_page
from .strength import strength_page
from .topics import index_page, topic_page, topics_table
from .twins import dumped, twins
from .undone_page import cannot_be_undone_page
from .viewer import viewer_page
from .what_if.page import what_if_files, what_if_page
from .who_can import who_can_destroy_page

FOLDERS = ("specification", "evidence", "badges", "data")


def generate(content: Content) -> dict[str, str]:
    """Every generated file, by its path from docs/."""
    files = {**pages(content), **dict(twins(content)), **what_if_files(), **dict(badge_files(content))}
    return files | dict(protocol_files())


def pages(content: Content) -> dict[str, str]:
    """The pages, and the two pieces that the home page takes in."""
    evidence = content.evidence
    return {
        "specification/index.md": index_page(content),
        **{f"specification/{each.topic}.md": topic_page(each, content) for each in evidence.features},
        "specification/what-breaks-what.md": cascade_page(content),
        "specification/should-you.md": should_you_page(content),
        "specification/before-enabling.md": before_enabling_page(content),
        "specification/cannot-be-undone.md": cannot_be_undone_page(content),
        "specification/who-can-destroy-it.md": who_can_destroy_page(content),
        "specification/lives.md": lives_page(content),
        "specification/what-if.md": what_if_page(),
        "specification/left-open.md": open_points_page(content),
        "specification/other-sources.md": other_sources_page(content),
        "specification/revisions.md": revisions_page(content),
        "specification/obligations.md": obligations_page(content),
        "specification/steps.md": glossary_page(content),
        "specification/protocol.md": protocol_page(),
        "evidence/last-run.md": last_run_page(evidence, run_address(content)),
        "evidence/requirements.md": requirements_page(content),
        "evidence/scenarios.md": scenarios_page(content),
        "evidence/uncovered.md": uncovered_page(content),
        "evidence/history.md": history_page(content),
        **dict(run_pages(content)),
        "evidence/traceability.md": matrix_page(content),
        "evidence/implementations.md": implementations_page(content),
        "evidence/report-viewer.md": viewer_page(content),
        "evidence/strength.md": strength_page(evidence, content.mutants),
        "evidence/coverage.md": coverage_page(content.coverage, content.tours),
        **dict(scope_pages(content.scopes, content.tours)),
        "evidence/kills.md": kills_page(content.kills, content.example_mutants),
        "evidence/peers.md": peers_page(content.peers, content.foreign),
        "evidence/speed.md": speed_page(content.bench, content.memory),
        "evidence/decisions.md": decisions_page(content.decisions, evidence.register),
        "data/last-run.snippet": f"{first_paragraphs(evidence)}\n\n{whole_badge(evidence, root='')}\n",
        "data/measurements.snippet": measurements_table(content) + "\n",
        "data/pages.snippet": pages_line(content.pages) + "\n",
        "data/topics.snippet": topics_table(content, "") + "\n",
    }


def badge_files(content: Content) -> Iterator[tuple[str, str]]:
    """Each badge as a picture and as JSON."""
    for path, found in badges(content):
        yield f"badges/{path}.svg", svg(found)
        yield f"badges/{path}.json", dumped(endpoint(found))


def badges(content: Content) -> Iterator[tuple[str, Badge]]:
    """Each badge: of what the last run said, and of kept reports."""
    for path, verdict in verdicts(content):
        yield path, content.evidence.badge(verdict)
    for each in shown_of(content.reports):
        yield badge_path(each), badge(each)


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
