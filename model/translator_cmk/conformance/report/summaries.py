"""Format an envelope: lines for a terminal, a page, a summary, JUnit, Cucumber Messages and a badge.

A pipeline that reads the JUnit file agrees with the exit code: a known failure is skipped, with its reason, and the run
as a whole is the last test case, which fails wherever the exit code is not 0.
"""

import json
import platform
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from gherkin.stream.gherkin_events import GherkinEvents

from ... import features_dir
from ...badges import LOOKS, Badge, Status, endpoint, svg
from ...errors import DEVIATIONS, HARNESS, INCOMPLETE, OK
from ...escaping import html, markdown, plain, visible
from ...machine import COMMANDS

UNSTATED = "unstated"
"""The version of a system that has declared none."""

SHOWN = 5
"""How many causes are shown, each with one failure in full."""

LISTED = 20
"""How many cases that were not decided are listed."""

AGAIN = "again        translator-cmk replay"
"""How a line begins that says how to see a failure again.  A report names no system, so that there it is no command."""

CASE = re.compile(r"( *again +translator-cmk verify) \.\.\. --case ([!-~]+)")
"""The same, for a scenario."""

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
"""The mark of a run by a kit whose specification is not that of a release."""

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
    """Format counts, such as `214 of 220 passed, 3 known, 3 n/a`."""
    parts = [f"{tally['passed']} of {tally['total']} passed"]
    return ", ".join(parts + [f"{tally[status]} {word}" for status, word in WORDS.items() if tally[status]])


def counted_parts(envelope: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the counts in words of all that counts, and of each level and lane that has cases."""
    counts = envelope["counts"]
    parts = {"all that counts": counts["scored"], **counts["levels"], **counts["lanes"]}
    yield from ((name, counted(tally)) for name, tally in parts.items() if tally["total"] or name == "all that counts")


def product(envelope: Mapping[str, Any]) -> str:
    """Return the product and version of the system."""
    subject = envelope["subject"]
    if subject is None:
        return "a system that did not say hello"
    version = "" if subject["version"] == UNSTATED else subject["version"]
    return plain(f"{subject['product']} {version}", 120)


def reached(envelope: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the coverage of the model, and the guarantees of the tour."""
    coverage = envelope["coverage"]
    yield "rows of the model come upon", f"{coverage['rows']} of {coverage['rows_in_all']}"
    yield "reasons for refusals come upon", f"{coverage['reasons']} of {coverage['reasons_in_all']}"
    for scope in envelope.get("tour", {}).get("scopes", ()):
        yield f"tour of {scope['scope']}", f"{scope['steps']} steps: {scope['guarantee']}"


def few(words: Sequence[str]) -> str:
    """Format some of the words, and how many more there are."""
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return f"{', '.join(map(plain, words[:SHOWN]))}{more}"


def unasked(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the requirements that count, and were never tried: the system lacks a capability that they need."""
    statuses: dict[str, set[str]] = {}
    for case in envelope["cases"]:
        asks = case["scored"] and not case.get("reason", "").startswith(NOT_SPECIFIED)
        for requirement in case["requirements"] if asks else ():
            statuses.setdefault(requirement, set()).add(case["status"])
    if found := sorted(each for each, seen in statuses.items() if seen == {"not-applicable"}):
        yield f"never tried, as declared: {few(found)}"


def narrowed(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps a run from asking for everything, or from counting it."""
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
    """Yield the summary, with commands to paste; ``system``: the options that name it, as a shell takes them."""
    yield f"{product(envelope)}, profile {envelope['profile']}: {headline(envelope)}"
    yield from (f"  {name:<19}{text}" for name, text in counted_parts(envelope))
    if (tally := envelope["counts"]["assumed"])["total"]:
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
    """Return the line; where it says how to see a failure again, as a command to paste."""
    if again := KEPT.fullmatch(line):
        return f"{again[1]} {shlex.quote(str(folder / again[2]))} {system}"
    if again := CASE.fullmatch(line):
        return f"{again[1]} {system} --profile {envelope['profile']} --case {again[2]}"
    return line


def failures(envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the failures by cause, the first of each in full, and the cases that were not decided."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"][:SHOWN]:
        first, *more = group["cases"]
        yield ""
        yield from in_full(by_id[first])
        cause = f"the same: {group['cause']}" if group["cause"] else "no requirement either"
        yield from (f"{FAILED} {plain(each)}, attributed to {cause}" for each in more)
    for group in envelope["groups"][SHOWN:]:
        yield f"{FAILED} {len(group['cases'])} more, attributed to {group['cause'] or 'no requirement'}"
    undecided = [case for case in envelope["cases"] if case["status"] == "inconclusive"]
    for case in undecided[:LISTED]:
        yield f"{UNDECIDED} {plain(case['id'])}: {plain(case.get('reason', ''), 200)}{last_said(case)}"
    if len(undecided) > LISTED:
        yield f"{UNDECIDED} {len(undecided) - LISTED} more were not decided; the report has them all"
    yield ""


def last_said(case: Mapping[str, Any]) -> str:
    """Return the last line that the system wrote to standard error as it broke, if any."""
    head, *said = [line for line in case.get("shown", "").splitlines() if line.strip()] or [""]
    return f"; it said: {plain(said[-1].strip(), 200)}" if said and head == SAID else ""


def in_full(case: Mapping[str, Any]) -> Iterator[str]:
    """Yield a case with all that is known of it."""
    known = f" (known: {plain(case['known'])})" if case["status"] == "known" else ""
    yield f"{FAILED} {plain(case['id'])}{known}"
    yield f"  {plain(case.get('reason', ''))}"
    yield from (f"  {visible(line)}" for line in case.get("shown", "").splitlines()[1:])


WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}")


class Platform(NamedTuple):
    """The version of Python, the operating system and the processor, each in one word or empty."""

    python: str
    system: str
    machine: str


def this_platform() -> Platform:
    """Return the platform that this runs on."""
    return Platform(platform.python_version(), platform.system(), platform.machine())


def platform_in(messages: Path) -> Platform:
    """Return the platform that the first of the Cucumber Messages names, or this one where it names none."""
    if not messages.is_file():
        return this_platform()
    try:
        with messages.open("rb") as file:
            meta = json.loads(file.readline(10_000))["meta"]
        found = Platform(meta["runtime"]["version"], meta["os"]["name"], meta["cpu"]["name"])
        named = WORD.fullmatch(found.python) and all(not each or WORD.fullmatch(each) for each in found)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return this_platform()
    return found if named else this_platform()


SHORT = {"known": "known", "not-applicable": "n/a", "inconclusive": "inconclusive", "not-run": "not run"}


def badge_of(envelope: dict[str, Any]) -> Badge:
    """Return the badge; only a whole run of a released kit in which nothing failed, known or not, is green."""
    subject, tally = envelope["subject"], envelope["counts"]["scored"]
    label = plain(f"{subject['product']} {subject['version']}", 60) if subject else "no system"
    parts = [
        f"{tally['passed']}/{tally['total']}",
        *(f"{tally[each]} {word}" for each, word in SHORT.items() if tally[each]),
    ]
    parts += [] if envelope.get("release") else [UNRELEASED]
    return Badge(label, badge_status(envelope), ", ".join(parts))


def badge_status(envelope: dict[str, Any]) -> Status:
    """Return the status that the badge shows."""
    tally = envelope["counts"]["scored"]
    if tally["failed"] or tally["known"] or envelope["exit_code"] == DEVIATIONS:
        return Status.FAILED
    if envelope["exit_code"] == OK:
        return Status.PASSED if envelope.get("release") else Status.UNRELEASED
    return Status.INCONCLUSIVE if envelope["complete"] else Status.NOT_RUN


STATUS = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "known": Status.FAILED,
    "differs": Status.NOT_APPLICABLE,
    "not-applicable": Status.NOT_APPLICABLE,
    "inconclusive": Status.INCONCLUSIVE,
    "not-run": Status.NOT_RUN,
}

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #8884; } td { overflow-wrap: anywhere; }
.mark { white-space: nowrap; }
"""


def html_lines(envelope: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the page."""
    name = html(product(envelope))
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>{name}: {headline(envelope)}</title><style>{STYLE}</style></head><body><main>"
    yield f"<h1>{name}: {headline(envelope)}</h1>"
    yield f"<p>{' · '.join(html(each) for each in run_facts(envelope))}</p>"
    if not envelope["complete"]:
        yield f"<p><strong>Not complete:</strong> {html(envelope.get('trouble', 'it was broken off'))}</p>"
    yield "<table><caption>What came out</caption>"
    yield table_row("th", "what", "came out")
    yield from (table_row("td", what, text) for what, text in (*counted_parts(envelope), *reached(envelope)))
    yield "</table>"
    yield from html_failures(envelope)
    yield "<table><caption>Every case</caption>"
    yield table_row("th", "case", "came out", "reason")
    for case in envelope["cases"]:
        scored = "" if case["scored"] else "does not count; "
        yield table_row("td", case["id"], mark(case["status"]), scored + case.get("reason", ""))
    yield "</table></main></body></html>"


def run_facts(envelope: dict[str, Any]) -> list[str]:
    """Return how the run was made."""
    return [
        f"profile {envelope['profile']}",
        f"lanes {', '.join(envelope['lanes'])}",
        *narrowed(envelope),
        f"{envelope['started']} to {envelope['finished']}",
        f"kit {envelope['kit']}, protocol {envelope['protocol']}",
        f"seed {envelope['seed']}",
        f"specification {envelope['digest'][:12]}",
    ]


def html_failures(envelope: dict[str, Any]) -> Iterator[str]:
    """Yield the failures by cause, each in full."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"]:
        yield f"<h2>{html(group['cause'] or 'Attributed to no requirement')}: {len(group['cases'])}</h2>"
        for case in (by_id[name] for name in group["cases"]):
            yield f"<h3>{mark(case['status'])} {html(case['id'])}</h3><p>{html(case.get('reason', ''))}</p>"
            if case.get("known"):
                yield f"<p>Known: {html(case['known'])}</p>"
            if case.get("shown"):
                yield f"<pre>{chr(10).join(indented(line) for line in case['shown'].splitlines())}</pre>"


def indented(line: str) -> str:
    """Return a line with its indentation."""
    return " " * (len(line) - len(line.lstrip(" "))) + html(line)


def mark(status: str) -> str:
    """Return a status with its glyph."""
    return f'<span class="mark">{LOOKS[STATUS[status]].glyph} {html(status.replace("-", " "))}</span>'


def table_row(cell: str, *texts: str) -> str:
    """Return a row of a table; what is a mark already stays as it is."""
    cells = (each if each.startswith('<span class="mark">') else html(each) for each in texts)
    return f"<tr>{''.join(f'<{cell}>{each}</{cell}>' for each in cells)}</tr>"


def markdown_lines(envelope: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the page."""
    yield f"# {markdown(product(envelope))}: {headline(envelope)}"
    yield ""
    yield f"Profile `{envelope['profile']}`, {envelope['started']} to {envelope['finished']}, seed {envelope['seed']}"
    yield from map(markdown, narrowed(envelope))
    yield (
        "" if envelope["complete"] else f"**Not complete:** {markdown(envelope.get('trouble', 'it was broken off'))}"
    )
    yield ""
    yield "| | came out |"
    yield "|---|---|"
    for what, text in (*counted_parts(envelope), *reached(envelope)):
        yield f"| {markdown(what)} | {markdown(text)} |"
    yield ""
    yield from markdown_failures(envelope)
    for case in envelope["cases"]:
        if case["status"] == "differs":
            yield f"- `{case['id']}`: {markdown(case['reason'])}"
    for stale in envelope["stale_deviations"]:
        yield f"- {markdown(stale)}"


def markdown_failures(envelope: dict[str, Any]) -> Iterator[str]:
    """Yield the failures by cause."""
    by_id = {case["id"]: case for case in envelope["cases"]}
    for group in envelope["groups"]:
        yield f"## {group['cause'] or 'Attributed to no requirement'}: {len(group['cases'])}"
        yield ""
        for name in group["cases"]:
            case = by_id[name]
            known = f" (known: {markdown(case['known'])})" if case.get("known") else ""
            yield f"- `{name}`: {markdown(case.get('reason', ''))}{known}"
        yield ""


LONGEST = 512
"""Characters that a name has at most: Azure Pipelines cuts it there."""


def junit_xml(envelope: dict[str, Any]) -> str:
    """Return the file."""
    root = ElementTree.Element("testsuites", name=product(envelope))
    for lane in envelope["lanes"]:
        cases = [case for case in envelope["cases"] if case["lane"] == lane]
        kinds = [element_of(case) for case in cases]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=lane,
            tests=str(len(cases)),
            failures=str(kinds.count("failure")),
            errors=str(kinds.count("error")),
            skipped=str(kinds.count("skipped")),
            timestamp=envelope["started"].removesuffix("Z"),
            time=f"{sum(case['seconds'] for case in cases):.3f}",
        )
        for case, kind in zip(cases, kinds, strict=True):
            add_case(suite, case, kind)
    add_run(root, envelope)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def add_case(suite: ElementTree.Element, case: dict[str, Any], kind: str) -> None:
    """Add a case."""
    element = ElementTree.SubElement(
        suite, "testcase", name=case_name(case), classname=case_class(case), time=f"{case['seconds']:.3f}"
    )
    if kind:
        text = {"known": f"known deviation: {case.get('known', '')}: "}.get(case["status"], "")
        inner = ElementTree.SubElement(element, kind, message=plain(text + case.get("reason", case["status"])))
        if shown := case.get("shown"):
            inner.text = "\n".join(plain(line) for line in shown.splitlines())


def add_run(root: ElementTree.Element, envelope: dict[str, Any]) -> None:
    """Add the result of the run, as its exit code says."""
    code = envelope["exit_code"]
    kind = "" if code == OK else "failure" if code == DEVIATIONS else "error"
    tally = {f"{each}s": str(int(kind == each)) for each in ("failure", "error")}
    suite = ElementTree.SubElement(root, "testsuite", {"name": "run", "tests": "1", "skipped": "0", **tally})
    case = ElementTree.SubElement(suite, "testcase", name="the whole run", classname="run")
    if kind:
        ElementTree.SubElement(case, kind, message=f"exit code {code}: {SAYS[code]}")


def element_of(case: dict[str, Any]) -> str:
    """Return the element for the result of a case; empty if it passed."""
    status = case["status"]
    if status == "failed":
        return "failure"
    if status == "inconclusive" and case["scored"]:
        return "error"
    return "" if status == "passed" else "skipped"


def case_name(case: dict[str, Any]) -> str:
    """Return the name of the case."""
    row = case["id"].split("/")[2:]
    text = f"{case.get('name', case['id'])}{f' ({row[0]})' if row else ''}"
    return plain(
        f"[{case['requirements'][0]}] {text}" if case["requirements"] else f"[{case['id']}] {text}", LONGEST - 100
    )


def case_class(case: dict[str, Any]) -> str:
    """Return the topic of a scenario, or the lane."""
    return str(case["requirements"][0].partition(".")[0]) if case["requirements"] else str(case["lane"])


PROTOCOL_VERSION = "34.2.0"
"""The version of the messages' schema that these keep to."""

RESULTS = {
    "passed": "PASSED",
    "failed": "FAILED",
    "known": "FAILED",
    "differs": "SKIPPED",
    "not-applicable": "SKIPPED",
    "inconclusive": "UNKNOWN",
    "not-run": "SKIPPED",
}


def cucumber_messages(envelope: dict[str, Any], made_on: Platform) -> str:
    """Return the file."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in cucumber_events(envelope, made_on))


def cucumber_events(envelope: dict[str, Any], made_on: Platform) -> Iterator[dict[str, Any]]:
    """Yield every message, in the order that the protocol asks for."""
    cases = {(case["feature"], case["line"]): case for case in envelope["cases"] if case["lane"] == "features"}
    yield {"meta": meta_of(envelope, made_on)}
    pickles = []
    parser: Any = GherkinEvents(GherkinEvents.Options(print_source=True, print_ast=True, print_pickles=True))
    for feature in dict.fromkeys(name for name, _ in cases):
        file = features_dir() / feature.removeprefix("features/")
        source = {"uri": feature, "data": file.read_text("utf-8"), "mediaType": "text/x.cucumber.gherkin+plain"}
        for event in parser.enum({"source": source}):
            if "pickle" in event:
                case = cases.get((feature, event["pickle"]["location"]["line"]))
                if case is None:
                    continue
                pickles.append((event["pickle"], case))
            yield event
    yield {"stepDefinition": step_definition()}
    started = at(envelope["started"])
    yield {"testRunStarted": {"id": "run", "timestamp": started}}
    for pickle, _ in pickles:
        yield {"testCase": test_case(pickle)}
    for pickle, case in pickles:
        yield from step_events(pickle, case, started)
    success = envelope["complete"] and envelope["exit_code"] == 0
    finished = {"success": success, "timestamp": at(envelope["finished"]), "testRunStartedId": "run"}
    yield {"testRunFinished": finished}


def meta_of(envelope: dict[str, Any], made_on: Platform) -> dict[str, Any]:
    """Return the metadata of the messages."""
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "implementation": {"name": f"translator-cmk on {product(envelope)}", "version": envelope["kit"]},
        "runtime": {"name": "python", "version": made_on.python},
        "os": {"name": made_on.system},
        "cpu": {"name": made_on.machine},
    }


def step_definition() -> dict[str, Any]:
    """Return one for all steps: the sentences."""
    return {
        "id": "sentences",
        "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
        "sourceReference": {"uri": "translator_cmk/language/sentences.py"},
    }


def test_case(pickle: dict[str, Any]) -> dict[str, Any]:
    """Return the test case of a pickle."""
    steps = [
        {
            "id": f"{step['id']}/test",
            "pickleStepId": step["id"],
            "stepDefinitionIds": ["sentences"],
            "stepMatchArgumentsLists": [{"stepMatchArguments": []}],
        }
        for step in pickle["steps"]
    ]
    return {"id": f"{pickle['id']}/test", "pickleId": pickle["id"], "testSteps": steps, "testRunStartedId": "run"}


def step_events(pickle: dict[str, Any], case: dict[str, Any], when: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Yield the messages about the steps of one scenario."""
    name = f"{pickle['id']}/started"
    start = {"id": name, "testCaseId": f"{pickle['id']}/test", "attempt": 0, "timestamp": when}
    yield {"testCaseStarted": start}
    decisive = case.get("step", -1)
    for number, step in enumerate(pickle["steps"]):
        of_step = {"testCaseStartedId": name, "testStepId": f"{step['id']}/test", "timestamp": when}
        yield {"testStepStarted": of_step}
        yield {"testStepFinished": of_step | {"testStepResult": step_result(case, number, decisive)}}
    yield {"testCaseFinished": {"testCaseStartedId": name, "timestamp": when, "willBeRetried": False}}


def step_result(case: dict[str, Any], number: int, decisive: int) -> dict[str, Any]:
    """Return the result of one step: those before the decisive one passed, those after it were skipped."""
    status = RESULTS[case["status"]]
    took = {"seconds": 0, "nanos": 0}
    if status == "PASSED" or number < decisive:
        return {"status": "PASSED", "duration": took}
    if number == max(decisive, 0):
        return {"status": status, "duration": took, "message": plain(case.get("reason", case["status"]))}
    return {"status": "SKIPPED", "duration": took}


def at(time: str) -> dict[str, int]:
    """Return a time as the messages have it."""
    return {"seconds": int(datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()), "nanos": 0}


FILES: Mapping[str, Callable[[dict[str, Any], Platform], str]] = {
    "badge.svg": lambda envelope, _: svg(badge_of(envelope)),
    "badge.json": lambda envelope, _: json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n",
    "junit.xml": lambda envelope, _: junit_xml(envelope),
    "report.html": lambda envelope, _: "\n".join(html_lines(envelope)) + "\n",
    "summary.md": lambda envelope, _: "\n".join(markdown_lines(envelope)) + "\n",
    "cucumber.ndjson": cucumber_messages,
}


def files_of(envelope: dict[str, Any], made_on: Platform | None = None) -> Iterator[tuple[str, str]]:
    """Name and text of each, as it is made on this platform or on another."""
    for name, text in FILES.items():
        yield name, text(envelope, made_on or this_platform())
