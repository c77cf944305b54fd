"""An envelope as lines of text, for a terminal and for a summary in Markdown."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...escaping import markdown, plain, visible
from ...machine import COMMANDS
from ...requirements import load_register
from ...verdict import Status
from ..awaited import Awaited
from ..cases import CaseEntry, Envelope
from .by_requirement import rates
from .wording import NO_GOODBYE, counted, headline, product, unasked

CAUSES_IN_FULL = 5
"""How many causes are shown, each with one failure in full."""

MOST_UNDECIDED = 20
"""How many cases that were not decided are listed."""

AGAIN = "again        translator-cmk"
"""How a line begins that says how to see a failure again.

A report names neither the system nor its own place.  On the terminal they stand for `...` and
FOLDER, as a command.
"""

MOST_NAMES = 20
"""How many of the names are shown under which a system was asked."""

MOST_REMARKS = 20
"""How many of the remarks are shown that a system makes on how it carried out a step."""

LONGEST_EXPLANATION = 500
"""How many characters are shown of the message in which a system explains an answer."""

SAID = "The end of its standard error:"
"""How begins what is shown of a case that broke the system."""


def in_its_words(sent: Sequence[str], own_words: str, said: Sequence[str] = ()) -> Iterator[str]:
    """Yield the names under which a system was asked, how it explains its last answer, and what it
    says of how it carried out the last step with a command.
    """
    if sent:
        more = len(sent) - MOST_NAMES
        names = ", ".join(sent[:MOST_NAMES])
        if more > 0:
            names += f" and {more} more"
        yield f"{'sent as':<11}  {names}"
    if own_words:
        yield f"{'it says':<11}  {plain(own_words, LONGEST_EXPLANATION)}"
    for remark in said[:MOST_REMARKS]:
        yield f"{'it said':<11}  {plain(remark, LONGEST_EXPLANATION)}"
    more = len(said) - MOST_REMARKS
    if more > 0:
        yield f"{'it said':<11}  {more} more, which the messages have"


def printed(
    envelope: Envelope, folder: Path, system: str, unsupported: Sequence[Awaited] = ()
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


def as_command(line: str, envelope: Envelope, folder: Path, system: str) -> str:
    """Return a line that says how to see a failure again, with what the report does not know."""
    counts = f"--profile {envelope['profile']}"
    register = load_register(revision=envelope["register"]["article"])
    if not register.is_specified:
        counts += f" --revision {register.revision}"
    line = line.replace("verify ...", f"verify {system} {counts}")
    line = line.replace("replay ...", f"replay {system}")
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
    """Yield the summary, with the first failure of each cause in full."""
    yield f"{product(envelope)}, profile {envelope['profile']}: {headline(envelope)}"
    yield from numbers(envelope)
    for note in unasked(envelope):
        yield f"  {note}"
    for case in envelope["cases"]:
        if case["status"] == Status.DIFFERS:
            yield f"{Status.NOT_APPLICABLE.glyph} {plain(case['id'])}: {plain(case['reason'])}"
    yield from failures(envelope)
    yield from undecided(envelope)
    yield ""
    if "trouble" in envelope:
        yield f"{Status.INCONCLUSIVE.glyph} {plain(envelope['trouble'])}"
    if "no_goodbye" in envelope:
        yield f"{Status.INCONCLUSIVE.glyph} {NO_GOODBYE}: {plain(envelope['no_goodbye'])}"
    for stale in envelope["stale_deviations"]:
        yield f"{Status.FAILED.glyph} {plain(stale)}"


def numbers(envelope: Envelope) -> Iterator[str]:
    """Yield how many passed: of all that counts, by level and lane, and by release."""
    counts = envelope["counts"]
    parts = {"all that counts": counted(counts["scored"])}
    for name, tally in {**counts["levels"], **counts["lanes"]}.items():
        if tally["total"]:
            parts[name] = counted(tally)
    parts |= dict(rates(envelope))
    for name, text in parts.items():
        yield f"  {name:<19}{text}"

    assumed = counts["assumed"]
    if assumed["total"]:
        agree_and_differ = f"{assumed['passed']} agree, {assumed['differs']} differ"
        yield f"  scenarios that do not count: {agree_and_differ}"


def failures(envelope: Envelope) -> Iterator[str]:
    """Yield the failures by cause, the first of each in full."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for number, group in enumerate(envelope["groups"]):
        cause = group["cause"]
        if number >= CAUSES_IN_FULL:
            yield (
                f"{Status.FAILED.glyph} {len(group['cases'])} more, attributed to "
                f"{cause or 'no requirement'}"
            )
            continue
        first, *others = [by_id[name] for name in group["cases"]]
        yield from in_full(first)
        same = f"the same: {cause}" if cause else "no requirement either"
        for case in others:
            yield f"{Status(case['status']).glyph} {plain(case['id'])}, attributed to {same}"


def in_full(case: CaseEntry) -> Iterator[str]:
    """Yield one failure, with its reason and how it came about."""
    known = f" (known: {plain(case['known'])})" if case["status"] == Status.KNOWN else ""
    yield ""
    yield f"{Status(case['status']).glyph} {plain(case['id'])}{known}"
    yield f"  {plain(case.get('reason', ''))}"
    for line in case.get("shown", "").splitlines()[1:]:
        yield f"  {visible(line)}"


def undecided(envelope: Envelope) -> Iterator[str]:
    """Yield the cases that were not decided, with the last thing that a system said that broke."""
    glyph = Status.INCONCLUSIVE.glyph
    cases = [case for case in envelope["cases"] if case["status"] == Status.INCONCLUSIVE]
    for case in cases[:MOST_UNDECIDED]:
        said = last_said(case)
        told = f"; it said: {plain(said, 200)}" if said else ""
        yield f"{glyph} {plain(case['id'])}: {plain(case.get('reason', ''), 200)}{told}"
    more = len(cases) - MOST_UNDECIDED
    if more > 0:
        yield f"{glyph} {more} more were not decided; the report has them all"


def last_said(case: CaseEntry) -> str:
    """Return the last line of standard error that a case is shown with; empty without any."""
    shown: list[str] = [line.strip() for line in case.get("shown", "").splitlines() if line.strip()]
    if len(shown) < 2 or shown[0] != SAID:
        return ""
    return shown[-1]


def summary_md(envelope: Envelope) -> str:
    """Return the summary for Markdown, indented: nothing in it is markup."""
    head = f"# {markdown(product(envelope))}: {headline(envelope)}\n\n"
    return head + "".join(f"    {line}\n" for line in lines(envelope))
