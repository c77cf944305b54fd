"""An envelope as lines of text, for a terminal and for a summary in Markdown."""

import re
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...document import Block, Folded, Heading, Lines, Paragraph
from ...document.markdown import document_md
from ...escaping import plain, visible
from ...machine import COMMANDS
from ...requirements import load_register
from ...verdict import Status
from ..judgement.awaited import Awaited
from ..judgement.cases import CaseEntry, Envelope
from .cause_blocks import CauseBlock, cause_blocks
from .essentials import AGAIN, SAID, STANDING_FOR, essentials, known_of, title_of
from .wording import NO_GOODBYE, counted, headline, plural, product, unasked, whole_scope_of

CAUSES_IN_FULL = 5
"""How many causes are shown, each with one failure in full."""

MOST_UNDECIDED = 20
"""How many cases that were not decided are listed."""

MOST_OTHERS = 5
"""How many other failures of a cause are named."""


def printed(
    envelope: Envelope,
    folder: Path,
    system: str,
    unsupported: Sequence[Awaited] = (),
) -> Iterator[str]:
    """Yield the summary, with commands to paste; ``system``: the options that name it, as a shell
    takes them.

    ``unsupported``: the commands that were answered so, in the order in which they are best
    written.
    """
    for line in lines(envelope):
        if system and line.lstrip().startswith(AGAIN):
            yield as_command(line, envelope, folder, system)
        else:
            yield line
    if unsupported:
        yield from what_to_write_next(unsupported, system)
    yield f"report in {folder}"


def wrapped(line: str, width: int) -> str:
    """Return a line for a terminal of this width; a command stays whole, and an id too."""
    if len(line) <= width or line.lstrip().startswith(AGAIN):
        return line
    # a mark, or words and the blanks that part them from the text: the next lines begin below it
    label = re.match(r" *(?:[^ ]+(?: [^ ]+)*? {2,}|[^ \w] )?", line)
    indent = min(label.end() if label else 0, width // 2)
    if " " not in line[indent:]:
        return line
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def as_command(line: str, envelope: Envelope, folder: Path, system: str) -> str:
    """Return a line that says how to see a failure again, with what the report does not know."""
    counts = f"--profile {envelope['profile']}"
    register = load_register(revision=envelope["register"]["article"])
    if not register.is_specified:
        counts += f" --revision {register.revision}"
    line = line.replace("verify OPTIONS", f"verify {system} {counts}")
    line = line.replace("replay OPTIONS", f"replay {system}")
    return line.replace("FOLDER", shlex.quote(str(folder)))


def what_to_write_next(unsupported: Sequence[Awaited], system: str) -> Iterator[str]:
    """Yield which commands were answered `unsupported`, and the one that is best written next."""
    answered = {awaited.command for awaited in unsupported}
    names = [name for name in COMMANDS if name in answered]
    following = unsupported[0]
    yield (
        f"{Status.INCONCLUSIVE.glyph} unsupported, of the commands that were asked for: "
        f"{', '.join(names)}"
    )
    yield f"  write {following.command} next: {following.all} scenarios need it"
    yield f"  to check it: translator-cmk doctor {system}"


def lines(envelope: Envelope) -> Iterator[str]:
    """Yield the summary: what failed first, with the first failure of each cause in full."""
    yield f"{product(envelope)}, profile {envelope['profile']}: {headline(envelope)}"
    yield from troubles(envelope)
    yield from failures(envelope)
    yield from undecided(envelope)
    yield ""
    yield from numbers(envelope)
    for note in unasked(envelope):
        yield f"  {note}"
    yield from how_many_differ(envelope)


def troubles(envelope: Envelope) -> Iterator[str]:
    """Yield why the run as a whole is not in order, apart from its cases."""
    if "trouble" in envelope:
        yield f"{Status.INCONCLUSIVE.glyph} {plain(envelope['trouble'])}"
    if "no_goodbye" in envelope:
        yield f"{Status.INCONCLUSIVE.glyph} {NO_GOODBYE}: {plain(envelope['no_goodbye'])}"
    for stale in envelope["stale_deviations"]:
        yield f"{Status.FAILED.glyph} {plain(stale)}"


def differing(envelope: Envelope) -> list[CaseEntry]:
    """Return the cases that differ from assumptions."""
    return [case for case in envelope["cases"] if case["status"] == Status.DIFFERS]


def how_many_differ(envelope: Envelope) -> Iterator[str]:
    """Yield how many cases differ from assumptions, and what names each."""
    cases = differing(envelope)
    if cases:
        count = f"{len(cases)} {plural('case', cases)}"
        glyph = Status.DIFFERS.glyph
        yield f"{glyph} different from our assumptions, which does not count: {count}"
        yield "  report.html and summary.md name each"


def numbers(envelope: Envelope) -> Iterator[str]:
    """Yield how many passed, of all that counts and by level and lane, and to what the run was
    narrowed.
    """
    counts = envelope["counts"]
    parts = {"all that counts": counted(counts["scored"])}
    for name, tally in {**counts["levels"], **counts["lanes"]}.items():
        if tally["total"]:
            parts[name] = counted(tally)
    for name, text in parts.items():
        yield f"  {name:<19}{text}"

    assumed = counts["assumed"]
    if assumed["total"]:
        agree_and_differ = f"{assumed['passed']} agree, {assumed['differs']} differ"
        yield f"  scenarios that do not count: {agree_and_differ}"
    for narrowed in whole_scope_of(envelope):
        yield f"  {'only':<19}{narrowed}"


def failures(
    envelope: Envelope, elsewhere: str = "which report.html and junit.xml have"
) -> Iterator[str]:
    """Yield the failures by cause, the simplest of each in full; ``elsewhere`` is said of those
    that are left out.
    """
    blocks = list(cause_blocks(envelope))
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield f"{Status.FAILED.glyph} {block.about} ({block.how_many})"
        if number < CAUSES_IN_FULL:
            yield from in_full(block)
            yield from same_cause(block.others, elsewhere)


def in_full(block: CauseBlock) -> Iterator[str]:
    """Yield the simplest failure of a cause: what failed, then the rest."""
    case = block.first
    yield ""
    yield f"{Status(case['status']).glyph} {title_of(case)}{known_of(case)}"
    for line in essentials(case):
        yield f"  {line}"
    yield ""
    for line in case.get("shown", "").splitlines():
        yield f"  {visible(line)}".rstrip()


def same_cause(others: Sequence[CaseEntry], elsewhere: str) -> Iterator[str]:
    """Yield the other failures of a cause, the first of them by their ids."""
    if not others:
        return
    yield ""
    yield f"  for the same cause: {len(others)} more"
    for case in others[:MOST_OTHERS]:
        yield f"  {Status(case['status']).glyph} {plain(case['id'])}"
    more = len(others) - MOST_OTHERS
    if more > 0:
        yield f"  and {more} more, {elsewhere}"


def undecided(envelope: Envelope) -> Iterator[str]:
    """Yield the cases that were not decided, those that count first, with the last thing that a
    system said that broke.
    """
    wanted = (Status.INCONCLUSIVE, Status.NOTHING_LEARNED)
    cases = [case for case in envelope["cases"] if case["status"] in wanted]
    cases.sort(key=lambda case: not case["scored"])
    for case in cases[:MOST_UNDECIDED]:
        said = last_said(case)
        quoted = f"; it said: {plain(said, 200)}" if said else ""
        glyph = Status(case["status"]).glyph
        yield f"{glyph} {plain(case['id'])}: {plain(case.get('reason', ''), 200)}{quoted}"
    more = len(cases) - MOST_UNDECIDED
    if more > 0:
        yield f"{Status.INCONCLUSIVE.glyph} {more} more were not decided; the report has them all"


def last_said(case: CaseEntry) -> str:
    """Return the last line of standard error that a case is shown with; empty without any."""
    shown: list[str] = [line.strip() for line in case.get("shown", "").splitlines() if line.strip()]
    if len(shown) < 2 or shown[0] != SAID:
        return ""
    return shown[-1]


def summary_md(envelope: Envelope) -> str:
    """Return the summary for Markdown."""
    blocks: list[Block] = [Heading(1, f"{product(envelope)}: {headline(envelope)}")]
    if envelope["groups"]:
        blocks.append(Paragraph((STANDING_FOR,)))
    blocks.append(Lines(tuple(lines(envelope))))
    differences = tuple(f"{case['id']}: {case['reason']}" for case in differing(envelope))
    if differences:
        blocks.append(Folded(("Differences from our assumptions",), (Lines(differences),)))
    return document_md(tuple(blocks))
