"""What a run comes to, in lines for a terminal: counts, what failed and why, and what was not decided."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..badges import LOOKS, Status
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK
from ..escaping import plain, visible
from ..machine import COMMANDS

UNSTATED = "unstated"
"""The version of a system that has declared none."""

SHOWN = 5
"""How many causes are shown, each with one failure in full."""

LISTED = 20
"""How many cases that were not decided are listed."""

AGAIN = "again        translator-cmk replay"
"""How a line begins that says how to see a failure again.  A report names no system, so that there it is no command."""

CASE = re.compile(r"( *again +translator-cmk verify) \.\.\. --case ([!-~]+)")
"""Likewise, for a scenario."""

KEPT = re.compile(rf"( *{AGAIN}) \.\.\. ([A-Za-z0-9/-]+\.json)")

SAID = "The end of its standard error:"
"""How begins what is shown of a case that broke the system."""

NOT_SPECIFIED = "not specified: "
"""How the reason begins where a scenario demands nothing of any system."""

SAYS = {
    OK: "conformant",
    DEVIATIONS: "deviations",
    HARNESS: "the system or the kit broke",
    INCOMPLETE: "incomplete: not everything that counts was decided",
}

UNRELEASED = "unreleased kit"
"""What is said of a run by a kit whose specification is not that of a release."""

WORDS = {
    "failed": "failed",
    "known": "known",
    "not-applicable": "n/a",
    "inconclusive": "inconclusive",
    "not-run": "not run",
}

FAILED, UNDECIDED = LOOKS[Status.FAILED].glyph, LOOKS[Status.INCONCLUSIVE].glyph
DIFFERS = LOOKS[Status.NOT_APPLICABLE].glyph


def headline(envelope: Mapping[str, Any]) -> str:
    """Return what the run has shown, and whether it was by an unreleased kit."""
    return SAYS[envelope["exit_code"]] + ("" if envelope.get("release") else f" ({UNRELEASED})")


def counted(tally: Mapping[str, int]) -> str:
    """Counts in words: `214 of 220 passed, 3 known, 3 n/a`."""
    parts = [f"{tally['passed']} of {tally['total']} passed"]
    return ", ".join(parts + [f"{tally[status]} {word}" for status, word in WORDS.items() if tally[status]])


def product(envelope: Mapping[str, Any]) -> str:
    """What was put to the test."""
    subject = envelope["subject"]
    if subject is None:
        return "a system that did not say hello"
    version = "" if subject["version"] == UNSTATED else subject["version"]
    return plain(f"{subject['product']} {version}", 120)


def reached(envelope: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the run came upon of the model, and what the tour guarantees."""
    coverage = envelope["coverage"]
    yield "rows of the model come upon", f"{coverage['rows']} of {coverage['rows_in_all']}"
    yield "reasons for refusals come upon", f"{coverage['reasons']} of {coverage['reasons_in_all']}"
    for scope in envelope.get("tour", {}).get("scopes", ()):
        yield f"tour of {scope['scope']}", f"{scope['steps']} steps: {scope['guarantee']}"


def few(words: Sequence[str]) -> str:
    """Some of the words, and how many more there are."""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(map(plain, words[:SHOWN]))}{more}"


def unasked(envelope: Mapping[str, Any]) -> Iterator[str]:
    """The requirements that count, and of which nothing was tried, since the system is without what that takes."""
    statuses: dict[str, set[str]] = {}
    for case in envelope["cases"]:
        asks = case["scored"] and not case.get("reason", "").startswith(NOT_SPECIFIED)
        for requirement in case["requirements"] if asks else ():
            statuses.setdefault(requirement, set()).add(case["status"])
    if found := sorted(each for each, seen in statuses.items() if seen == {"not-applicable"}):
        yield f"never tried, as declared: {few(found)}"


def narrowed(envelope: Mapping[str, Any]) -> Iterator[str]:
    """What keeps a run from asking for everything, or from counting it."""
    yield from (
        f"of the scenarios only {name} {few(values)}" for name, values in envelope["selection"].items() if values
    )
    if envelope["waived"]:
        yield f"waived {few(envelope['waived'])}"
    yield from unasked(envelope)
    if envelope["deviations"]:
        yield f"known deviations {len(envelope['deviations'])}"


def lines(
    envelope: Mapping[str, Any], folder: Path, system: str = "", unsupported: Collection[str] = ()
) -> Iterator[str]:
    """The summary, with commands to paste; ``system``: the options that name it, as a shell takes them."""
    yield f"{product(envelope)}, profile {envelope['profile']}: {headline(envelope)}"
    counts = envelope["counts"]
    parts = {"all that counts": counts["scored"], **counts["levels"], **counts["lanes"]}
    yield from (f"  {name:<19}{counted(tally)}" for name, tally in parts.items() if tally["total"])
    if counts["assumed"]["total"]:
        tally = counts["assumed"]
        yield f"  scenarios of assumptions, which do not count: {tally['passed']} agree, {tally['differs']} differ"
    yield from (f"  {line}" for line in unasked(envelope))
    for case in envelope["cases"]:
        if case["status"] == "differs":
            yield f"{DIFFERS} {plain(case['id'])}: {plain(case['reason'])}"
    for line in failures(envelope):
        yield with_system(line, envelope, folder, system) if system else line
    if "trouble" in envelope:
        yield f"{UNDECIDED} {plain(envelope['trouble'])}"
    yield from (f"{FAILED} {plain(stale)}" for stale in envelope["stale_deviations"])
    if unsupported:
        named = ", ".join(name for name in COMMANDS if name in unsupported)
        yield f"{UNDECIDED} unsupported, of the commands that were asked for: {named}"
        yield f"  which to write next: translator-cmk doctor {system}"
    yield f"report in {folder}"


def with_system(line: str, envelope: Mapping[str, Any], folder: Path, system: str) -> str:
    """The line; where it says how to see a failure again, as a command to paste."""
    if again := KEPT.fullmatch(line):
        return f"{again[1]} {shlex.quote(str(folder / again[2]))} {system}"
    if again := CASE.fullmatch(line):
        return f"{again[1]} {system} --profile {envelope['profile']} --case {again[2]}"
    return line


def failures(envelope: Mapping[str, Any]) -> Iterator[str]:
    """What failed, by cause, the first case of each in full; then what was not decided."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"][:SHOWN]:
        first, *more = group["cases"]
        yield ""
        yield from in_full(by_id[first])
        cause = f"the same: {group['cause']}" if group["cause"] else "no requirement either"
        yield from (f"{FAILED} {plain(each)}, laid to {cause}" for each in more)
    for group in envelope["groups"][SHOWN:]:
        yield f"{FAILED} {len(group['cases'])} more, laid to {group['cause'] or 'no requirement'}"
    undecided = [case for case in envelope["cases"] if case["status"] == "inconclusive"]
    for case in undecided[:LISTED]:
        yield f"{UNDECIDED} {plain(case['id'])}: {plain(case.get('reason', ''), 200)}{last_said(case)}"
    if len(undecided) > LISTED:
        yield f"{UNDECIDED} {len(undecided) - LISTED} more were not decided; the report has them all"
    yield ""


def last_said(case: Mapping[str, Any]) -> str:
    """The last line that the system wrote to standard error as it broke, if any."""
    head, *said = [line for line in case.get("shown", "").splitlines() if line.strip()] or [""]
    return f"; it said: {plain(said[-1].strip(), 200)}" if said and head == SAID else ""


def in_full(case: Mapping[str, Any]) -> Iterator[str]:
    """A case with all that is known of it."""
    known = f" (known: {plain(case['known'])})" if case["status"] == "known" else ""
    yield f"{FAILED} {plain(case['id'])}{known}"
    yield f"  {plain(case.get('reason', ''))}"
    yield from (f"  {visible(line)}" for line in case.get("shown", "").splitlines()[1:])
