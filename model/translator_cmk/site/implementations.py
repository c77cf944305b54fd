"""The page on implementations: a matrix of requirements and kept reports, with numbered notes."""

from collections.abc import Iterator, Mapping, Sequence

from ..conformance.summary import SAYS, counted
from ..errors import DEVIATIONS, OK
from .cells import MARKS, Cell, cells
from .content import Content
from .implementation_files import badge_path, shown_of
from .kept_reports import CONFIRMED, KINDS, REFUSED, STALE, KeptReport
from .markup import UP, basis, filled, filterable, indented, moment, table, titled
from .matrix_notes import Notes, foreign, marked, product, report


def implementations_page(content: Content) -> str:
    """The page."""
    shown = shown_of(content.reports)
    notes = {each.name: Notes(each, content) for each in shown}
    whole, partial = ([each for each in shown if bool(report(each).partial) is part] for part in (False, True))
    return filled(
        "implementations",
        reports=table(REPORTS, map(line, shown)) if shown else "No report has been kept yet.",
        kinds="\n".join(f"- *{name}*: {means}" for name, means in KINDS.items()),
        marks=indented(table(["Mark", "Means"], ([marked(name), mark.means] for name, mark in MARKS.items()))),
        whole=whole_block(whole, notes, content),
        partial=partial_block(partial, notes, content),
        notes="\n\n".join(each.block() for each in notes.values() if each.numbers) or "There is none.",
        refused=refused_block([each for each in content.reports if each.standing == REFUSED]),
    )


# What was put to the test

REPORTS = ["Implementation", "What came out", "Finished", "Measure", "Checked", "To look at"]


def line(kept: KeptReport) -> list[str]:
    """A line on one report."""
    found = report(kept)
    contact = f"<br>contact: {foreign(kept.contact)}" if kept.contact else ""
    measure = [f"kit {found.kit}, protocol {found.protocol}", f"profile {found.profile}", ", ".join(found.lanes)]
    return [
        f'<span id="{kept.name}">**{product(kept)}**</span><br>{kept.kind}{contact}',
        f"{conclusion(kept)}<br>{counted(found.counts)}" + ("<br>[only in part](#partial)" if found.partial else ""),
        f'{moment(found.finished)}<br><span data-age="{found.finished}"></span>',
        "<br>".join(foreign(each) for each in measure),
        CHECKED[kept.standing],
        "<br>".join(to_look_at(kept)),
    ]


def conclusion(kept: KeptReport) -> str:
    """What the run came to, marked."""
    code = report(kept).exit_code
    name = {OK: "passed", DEVIATIONS: "failed"}.get(code, "inconclusive")
    if kept.standing == STALE:
        return f'<span class="mark mark-stale">{MARKS["stale"].glyph}</span> was {SAYS[code]}'
    return f'<span class="mark mark-{name}">{MARKS[name].glyph}</span> {SAYS[code]}'


CHECKED = {
    CONFIRMED: '<span class="mark mark-passed">✔ confirmed</span>',
    STALE: '<span class="mark mark-stale">↻ stale</span>',
}


def to_look_at(kept: KeptReport) -> Iterator[str]:
    """The report as a page, all of it, and how to make it anew."""
    folder = f"reports/{kept.name}"
    if kept.page:
        yield f"[As a page]({folder}/report.html)"
    yield f"[All of it]({folder}.zip)"
    yield f"[Badge]({UP}badges/{badge_path(kept)}.svg)"
    yield f"<details><summary>Make it anew</summary><code>{foreign(kept.reproduce, 1_000)}</code></details>"


# The matrix


def matrix(reports: Sequence[KeptReport], notes: Mapping[str, Notes], content: Content) -> str:
    """A table with a line for each requirement, and a column for each report."""
    register = content.evidence.register
    rolled = {each.name: cells(report(each), register) for each in reports}
    header = ["Requirement", *(heading(each) for each in reports), "Topic", "Basis"]
    return table(
        header,
        (
            [
                f"{titled(requirement)}<br>`{name}`",
                *(told(rolled[each.name][name], each, notes[each.name]) for each in reports),
                requirement.topic,
                basis(requirement),
            ]
            for name, requirement in register.items()
        ),
    )


def heading(kept: KeptReport) -> str:
    """The head of a column: who, of what kind, and when."""
    kind = "" if kept.kind == "product" else f"<br>({kept.kind})"
    return f"[{product(kept)}](#{kept.name}){kind}<br>{report(kept).finished[:10]}"


def told(cell: Cell, kept: KeptReport, notes: Notes) -> str:
    """A cell: mark, counts, and the numbers of its notes."""
    counts = f" <small>{cell.passed} of {cell.applicable}</small>" if cell.applicable else ""
    numbers = "".join(notes.number(note, cases) for note, cases in cell.notes.items())
    return f"{marked(cell.word, stale=kept.standing == STALE and cell.word != 'declared')}{counts}{numbers}"


def whole_block(reports: Sequence[KeptReport], notes: Mapping[str, Notes], content: Content) -> str:
    """The reports on the whole specification, in a table that can be narrowed."""
    if not reports:
        return "There is no report on the whole specification."
    found = matrix(reports, notes, content)
    register = content.evidence.register
    choices = {"Topic": register.topics, "Basis": [each.basis for each in register.values()]}
    return filterable(found, len(register), choices, "matrix")


def partial_block(reports: Sequence[KeptReport], notes: Mapping[str, Notes], content: Content) -> str:
    """The reports on a part of the specification, apart from the others."""
    if not reports:
        return "There is none."
    reasons = "\n".join(
        f"- [{product(each)}](#{each.name}): {foreign('; '.join(report(each).partial))}" for each in reports
    )
    return f'{reasons}\n\n<div class="matrix" markdown="1">\n\n{matrix(reports, notes, content)}\n\n</div>'


def refused_block(reports: Sequence[KeptReport]) -> str:
    """What is kept and not shown, and why."""
    lines = (f"- **{foreign(each.name)}**: {foreign('; '.join(each.problems))}" for each in reports)
    return "\n".join(lines) or "There is none."
