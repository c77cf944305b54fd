"""Format an envelope: lines for a terminal, a summary, JUnit and a badge.

A pipeline that reads the JUnit file agrees with the exit code: a known failure is skipped, with its reason, and the run
as a whole is the last test case, which fails wherever the exit code is not 0.  What was blocked is an error there.
"""

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ...badges import Badge
from ...bdd.feature_files import pickles
from ...errors import OK
from ...escaping import markdown, plain, visible
from ...language.declaration import LEVELS
from ...machine import COMMANDS
from ...requirements import Register, Requirement, load_register
from ...requirements.frozen_registers import load_frozen, unchanged_since
from ...verdict import (
    CONCLUSIONS,
    FAILED_OR_KNOWN,
    NOT_PASSED,
    OF_CASES,
    RunShown,
    Status,
    badge_of_run,
    of_requirement,
)
from ..cases import FEATURES, FUZZ, SCOPES, SECONDS, STEPS, TOUR, Awaited, CaseEntry, Envelope, Ids

# The cases of a report by requirement: one status each, with the numbers and the reasons behind it


class Note(NamedTuple):
    """Why something did not pass; ``records`` are the decisions behind an assumption that it differs from."""

    status: Status
    reason: str
    known: str = ""
    rests_on: Ids = ()


class Cell(NamedTuple):
    """The result of a requirement: its status, how many of the cases that apply passed, and why not all."""

    status: Status
    passed: int = 0
    applicable: int = 0
    notes: Mapping[Note, Ids] = {}
    """Each reason with the cases that it is about."""


def cells(report: Envelope, register: Register) -> dict[str, Cell]:
    """Return the cell of each requirement."""
    return {name: cell(requirement, report["cases"]) for name, requirement in register.items()}


def cell(requirement: Requirement, cases: Sequence[CaseEntry]) -> Cell:
    """Return the cell of one requirement."""
    if requirement.kind == "attestation":
        return Cell(Status.DECLARED)
    counts: Counter[Status] = Counter()
    notes: dict[Note, Ids] = {}
    for case in cases:
        if (result := result_for(requirement.id, case)) is None:
            continue
        status, reason = result
        counts[status] += 1
        if status is not Status.PASSED:
            note = Note(status, reason, case.get("known", ""), tuple(case.get("rests_on", ())))
            notes[note] = (*notes.get(note, ()), case["id"])
    if requirement.kind == "silence" and not counts:
        return Cell(Status.NOT_APPLICABLE)
    applicable = counts.total() - counts[Status.NOT_APPLICABLE]
    return Cell(of_requirement(counts), counts[Status.PASSED], applicable, notes)


def result_for(requirement: str, case: CaseEntry) -> tuple[Status, str] | None:
    """Return the status that a case has for a requirement, and the reason; None if it says nothing of it.

    A scenario says something of all that it carries, except what differs from an assumption: that says something of the
    assumption only.  In other lanes only a failure does, of what it is attributed to.  A scenario that fails for
    another requirement is inconclusive for this one.
    """
    status, attributed = Status(case["status"]), case.get("attributed_to", ())
    if status is Status.DIFFERS:
        about = case.get("rests_on", ())
    elif case["lane"] == FEATURES:
        about = case["requirements"]
    else:
        about = attributed if status in FAILED_OR_KNOWN else ()
    if requirement not in about:
        return None
    if status in FAILED_OR_KNOWN | {Status.DIFFERS} and attributed and requirement not in attributed:
        return Status.INCONCLUSIVE, f"the scenario fails for {', '.join(attributed)}"
    return status, case.get("reason", "")


# Lines for a terminal, a summary, JUnit and a badge

UNSTATED = "unstated"
"""The version of a system that has declared none."""

SHOWN = 5
"""How many causes are shown, each with one failure in full."""

LISTED = 20
"""How many cases that were not decided are listed."""

AGAIN = "again        translator-cmk"
"""How a line begins that says how to see a failure again.

A report names neither the system nor its own place.  On the terminal they stand for `...` and FOLDER, as a command.
"""

SAID = "The end of its standard error:"
"""How begins what is shown of a case that broke the system."""

NOT_SPECIFIED = "not specified: "
"""How the reason begins where a scenario demands nothing of any system."""

# Parts of every form


def headline(envelope: Envelope) -> str:
    """Return what the run has shown, and what whoever reads it has to know."""
    notes = "; ".join(reservations(envelope))
    return conclusion(envelope) + (f" ({notes})" if notes else "")


def conclusion(envelope: Envelope) -> str:
    """Return what the run has shown: *conformant* only if all was asked and nothing is known to fail."""
    code, tally = envelope["exit_code"], envelope["counts"]["scored"]
    if code == OK and tally["known"]:
        return f"{tally['passed']} passed, {tally['known']} known"
    return "passed" if code == OK and any(scope_of(envelope)) else CONCLUSIONS[code].words


def reservations(envelope: Envelope) -> Iterator[str]:
    """Yield what whoever reads the result has to know: to what it was narrowed, and by which kit it was found."""
    if narrowed := list(scope_of(envelope)):
        yield f"only {', '.join(narrowed)}"
    levels = envelope["subject"]["levels"] if envelope["subject"] else LEVELS
    if len(levels) < len(LEVELS):
        yield f"{'level' if len(levels) == 1 else 'levels'} {' and '.join(levels)}"
    if not envelope["release"]:
        yield "unreleased kit"


def scope_of(envelope: Envelope) -> Iterator[str]:
    """Yield to what a run was narrowed; nothing where all that counts was asked, as long as by default or longer."""
    lanes, budgets, whole = envelope["lanes"], envelope["budgets"], (FEATURES, TOUR, FUZZ)
    for name, values in envelope["selection"].items():
        yield f"{len(values)} scenarios" if name == "case" and len(values) > SHOWN else f"{name} {few(values)}"
    if not set(whole) <= set(lanes):
        yield f"{'lane' if len(lanes) == 1 else 'lanes'} {' and '.join(lanes)}"
    if TOUR in lanes and not set(SCOPES) <= set(budgets["scopes"]):
        yield f"tour of {few(budgets['scopes'])}"
    if TOUR in lanes and budgets["steps"] < STEPS:
        yield f"{budgets['steps']:,} steps of the tour"
    if FUZZ in lanes and "sequences" in budgets:
        yield f"{budgets['sequences']:,} sequences of fuzzing"
    elif FUZZ in lanes and budgets["seconds"] < SECONDS:
        yield f"{budgets['seconds']:g} seconds of fuzzing"
    if envelope["waived"]:
        yield f"without {few(envelope['waived'])}"


def product(envelope: Envelope) -> str:
    """Return the product and version of the system."""
    subject = envelope["subject"]
    if subject is None:
        return "a system that did not say hello"
    version = "" if subject["version"] == UNSTATED else subject["version"]
    return plain(f"{subject['product']} {version}", 120)


def not_passed(tally: Mapping[str, int]) -> list[str]:
    """Format the counts of all that did not pass, such as `3 known` and `3 n/a`."""
    return [f"{tally[status]} {status.short}" for status in NOT_PASSED if tally[status]]


def counted(tally: Mapping[str, int]) -> str:
    """Format counts, such as `214 of 220 passed, 3 known, 3 n/a`."""
    return ", ".join([f"{tally['passed']} of {tally['total']} passed", *not_passed(tally)])


def rates(envelope: Envelope) -> Iterator[tuple[str, str]]:
    """Yield for each release how many passed of its own requirements that count and mean what they meant then."""
    scored = [case for case in envelope["cases"] if case["scored"]]
    shown = {name for case in scored for name in case["requirements"]}
    for version in load_frozen():
        own = [load_register()[name] for name in unchanged_since(version) if name in shown]
        statuses = Counter(cell(each, scored).status for each in own)
        others = [f"{count} {status.short}" for status, count in statuses.items() if status is not Status.PASSED]
        if own:
            passed = f"{statuses[Status.PASSED]} of its {len(own)} requirements passed"
            yield f"release {version}", ", ".join([passed, *others])


def few(words: Sequence[str]) -> str:
    """Format some of the words, and how many more there are."""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(map(plain, words[:SHOWN]))}{more}"


def unasked(envelope: Envelope) -> Iterator[str]:
    """Yield the requirements that count, and were never tried: the system lacks a capability that they need."""
    statuses = defaultdict[str, set[str]](set)
    for case in envelope["cases"]:
        asks = case["scored"] and not case.get("reason", "").startswith(NOT_SPECIFIED)
        for requirement in case["requirements"] if asks else ():
            statuses[requirement].add(case["status"])
    if found := sorted(each for each, seen in statuses.items() if seen == {Status.NOT_APPLICABLE}):
        yield f"never tried, as declared: {few(found)}"


# For a terminal


def printed(envelope: Envelope, folder: Path, system: str, unsupported: Sequence[Awaited] = ()) -> Iterator[str]:
    """Yield the summary, with commands to paste; ``system``: the options that name it, as a shell takes them.

    ``unsupported``: the commands that were answered so, in the order in which they are best written.
    """
    verify, replay = f"verify {system} --profile {envelope['profile']}", f"replay {system}"
    for line in lines(envelope):
        if system and line.lstrip().startswith(AGAIN):
            named = line.replace("verify ...", verify).replace("replay ...", replay)
            yield named.replace("FOLDER", shlex.quote(str(folder)))
        else:
            yield line
    if unsupported:
        names = {each.command for each in unsupported}
        named = ", ".join(name for name in COMMANDS if name in names)
        yield f"{Status.INCONCLUSIVE.glyph} unsupported, of the commands that were asked for: {named}"
        yield f"  write {unsupported[0].command} next: {unsupported[0].all} scenarios need it"
        yield f"  to check it: translator-cmk doctor {system}"
    yield f"report in {folder}"


def lines(envelope: Envelope) -> Iterator[str]:
    """Yield the summary, with the first failure of each cause in full."""
    yield f"{product(envelope)}, profile {envelope['profile']}: {headline(envelope)}"
    counts = envelope["counts"]
    parts = {name: counted(tally) for name, tally in {**counts["levels"], **counts["lanes"]}.items() if tally["total"]}
    parts = {"all that counts": counted(counts["scored"]), **parts, **dict(rates(envelope))}
    yield from (f"  {name:<19}{text}" for name, text in parts.items())
    if (tally := counts["assumed"])["total"]:
        yield f"  scenarios of assumptions, which do not count: {tally['passed']} agree, {tally['differs']} differ"
    yield from (f"  {line}" for line in unasked(envelope))
    for case in envelope["cases"]:
        if case["status"] == Status.DIFFERS:
            yield f"{Status.NOT_APPLICABLE.glyph} {plain(case['id'])}: {plain(case['reason'])}"
    yield from failures(envelope)
    if "trouble" in envelope:
        yield f"{Status.INCONCLUSIVE.glyph} {plain(envelope['trouble'])}"
    yield from (f"{Status.FAILED.glyph} {plain(stale)}" for stale in envelope["stale_deviations"])


def failures(envelope: Envelope) -> Iterator[str]:
    """Yield the failures by cause, the first of each in full, and the cases that were not decided."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for number, group in enumerate(envelope["groups"]):
        first, *more = [by_id[name] for name in group["cases"]]
        if number >= SHOWN:
            yield f"{Status.FAILED.glyph} {1 + len(more)} more, attributed to {group['cause'] or 'no requirement'}"
            continue
        known = f" (known: {plain(first['known'])})" if first["status"] == Status.KNOWN else ""
        yield from ("", f"{Status(first['status']).glyph} {plain(first['id'])}{known}")
        yield f"  {plain(first.get('reason', ''))}"
        yield from (f"  {visible(line)}" for line in first.get("shown", "").splitlines()[1:])
        same = f"the same: {group['cause']}" if group["cause"] else "no requirement either"
        yield from (f"{Status(case['status']).glyph} {plain(case['id'])}, attributed to {same}" for case in more)
    undecided = [case for case in envelope["cases"] if case["status"] == Status.INCONCLUSIVE]
    for case in undecided[:LISTED]:
        head, *said = [line for line in case.get("shown", "").splitlines() if line.strip()] or [""]
        last = f"; it said: {plain(said[-1].strip(), 200)}" if said and head == SAID else ""
        yield f"{Status.INCONCLUSIVE.glyph} {plain(case['id'])}: {plain(case.get('reason', ''), 200)}{last}"
    if len(undecided) > LISTED:
        yield f"{Status.INCONCLUSIVE.glyph} {len(undecided) - LISTED} more were not decided; the report has them all"
    yield ""


def summary_md(envelope: Envelope) -> str:
    """Return the summary for Markdown, indented: nothing in it is markup."""
    head = f"# {markdown(product(envelope))}: {headline(envelope)}\n\n"
    return head + "".join(f"    {line}\n" for line in lines(envelope))


# JUnit

LONGEST = 512
"""Characters that a name has at most: Azure Pipelines cuts it there."""


def junit_xml(envelope: Envelope) -> str:
    """Return the file: a suite for each lane, and one for the run as its exit code says."""
    titles = {pickle.id: pickle.title for pickle in pickles()}  # as pytest has them in its JUnit files
    suites = {
        lane: [test_case(case, titles) for case in envelope["cases"] if case["lane"] == lane]
        for lane in envelope["lanes"]
    }
    code, trouble = envelope["exit_code"], plain(envelope.get("trouble", ""))
    words, kind = CONCLUSIONS[code]
    suites["run"] = [test_element("the whole run", "run", 0.0, kind, f"exit code {code}: {words}", trouble)]
    root = ElementTree.Element("testsuites", name=product(envelope))
    for name, cases in suites.items():
        found = Counter(part.tag for case in cases for part in case)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            failures=str(found["failure"]),
            errors=str(found["error"]),
            skipped=str(found["skipped"]),
            name=name,
            tests=str(len(cases)),
            timestamp=envelope["started"].removesuffix("Z"),
            time=f"{sum(float(case.attrib['time']) for case in cases):.3f}",
        )
        suite.extend(cases)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def test_case(case: CaseEntry, titles: Mapping[str, str]) -> ElementTree.Element:
    """Return a case as JUnit has it: under its topic or lane, with its requirements as properties."""
    [first, *_] = case["requirements"] or [""]
    title = titles.get(case["id"]) or f"[{first or case['id']}] {case.get('name', case['id'])}"
    uncounted = case["status"] == Status.INCONCLUSIVE and not case["scored"]
    kind = Status.NOT_RUN.junit if uncounted else Status(case["status"]).junit
    text = "\n".join(map(plain, case.get("shown", "").splitlines()))
    group = first.partition(".")[0] or case["lane"]
    found = test_element(plain(title, LONGEST - 100), group, case["seconds"], kind, message_of(case), text)
    if "feature" in case:
        found.attrib |= {"file": case["feature"], "line": str(case["line"])}
        properties = ElementTree.Element("properties")
        for name, value in (("scenario", case["id"]), *(("requirement", each) for each in case["requirements"])):
            ElementTree.SubElement(properties, "property", name=name, value=plain(value))
        found.insert(0, properties)
    return found


def message_of(case: CaseEntry) -> str:
    """Return why a case did not pass, for JUnit and Cucumber Messages."""
    message = case.get("reason", case["status"])
    if case["status"] == Status.KNOWN:
        message = f"known deviation: {case.get('known', '')}: {message}"
    return plain(message)


def test_element(name: str, group: str, seconds: float, kind: str, message: str, text: str) -> ElementTree.Element:
    """Return a test case; ``kind`` is the element inside it, or empty if it passed."""
    found = ElementTree.Element("testcase", name=name, classname=group, time=f"{seconds:.3f}")
    if kind:
        ElementTree.SubElement(found, kind, message=message).text = text or None
    return found


# Badge


def run_shown(envelope: Envelope) -> RunShown:
    """Return all that the badge of a run depends on."""
    tally = envelope["counts"]["scored"]
    return RunShown(
        exit_code=envelope["exit_code"],
        found={status for status in OF_CASES if tally[status]},
        complete=envelope["complete"],
        whole=not any(scope_of(envelope)),
        released=bool(envelope["release"]),
    )


def badge_of(envelope: Envelope) -> Badge:
    """Return the badge; only a whole run of a released kit, of all that counts and without a failure, is green."""
    subject, tally = envelope["subject"], envelope["counts"]["scored"]
    status = badge_of_run(run_shown(envelope))
    label = plain(f"{subject['product']} {subject['version']}", 60) if subject else "no system"
    parts = [f"{tally['passed']}/{tally['total']}", *not_passed({**tally, Status.FAILED: 0})]
    return Badge(label, status, ", ".join([*parts, *(plain(each, 120) for each in reservations(envelope))]))
