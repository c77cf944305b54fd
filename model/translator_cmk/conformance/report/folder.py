"""The folder of a report: it is written whole or not at all, and replaces an earlier report and nothing else."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from gherkin.stream.gherkin_events import GherkinEvents

from ... import features_dir
from ...badges import endpoint, svg
from ...errors import OK, CommandError
from ...files import draft_of, write_text
from ...verdict import Status
from ..cases import FEATURES, CaseEntry, Envelope
from ..deviations import deviations_yaml
from ..session import Log
from .page import report_html
from .summaries import badge_of, junit_xml, message_of, product, summary_md

# The scenarios of an envelope as Cucumber Messages, for tools that read these.
#
# A run records the verdict on a scenario, the step that it got to and how long each step took: the steps before that
# one have passed, and those after it were not run.  It does not record when a scenario began: here each begins when
# those before it in the file have ended.

PROTOCOL_VERSION = "34.2.0"
"""The version of the messages' schema that these keep to."""

SENTENCES = {
    "id": "sentences",
    "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
    "sourceReference": {"uri": "translator_cmk/language/sentences.yaml"},
}
"""The one definition of all steps."""

SECOND = 1_000_000_000
"""A second in nanoseconds."""

UNRECORDED = {"name": "not recorded"}
"""The platform of the kit: every file of a report follows from its log and the kit, on any platform."""


def cucumber_ndjson(envelope: Envelope) -> str:
    """Return the file: a message a line."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in messages(envelope))


def messages(envelope: Envelope) -> Iterator[dict[str, Any]]:
    """Yield every message, in the order that the protocol asks for."""
    made_by = {"name": f"translator-cmk on {product(envelope)}", "version": envelope["kit"]}
    meta = {"protocolVersion": PROTOCOL_VERSION, "implementation": made_by, "runtime": {"name": "python"}}
    yield {"meta": meta | {"os": UNRECORDED, "cpu": UNRECORDED}}
    cases = {(case["feature"], case["line"]): case for case in envelope["cases"] if case["lane"] == FEATURES}
    played = []
    for feature, event in parsed(tuple(dict.fromkeys(feature for feature, _ in cases))):
        if pickle := event.get("pickle"):
            case = cases.get((feature, pickle["location"]["line"]))
            if case is None:
                continue
            played.append((pickle, case))
        yield event
    yield {"stepDefinition": SENTENCES}
    when, finished = nanoseconds_of(envelope["started"]), instant(nanoseconds_of(envelope["finished"]))
    yield {"testRunStarted": {"id": "run", "timestamp": instant(when)}}
    for pickle, case in played:
        yield from scenario_messages(pickle, case, when)
        when += sum(durations_of(case, len(pickle["steps"])))
    success = envelope["complete"] and envelope["exit_code"] == OK
    yield {"testRunFinished": {"success": success, "timestamp": finished, "testRunStartedId": "run"}}


@cache
def parsed(features: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Return the messages about each feature: its source, its syntax tree and its pickles, no two with one id."""
    found: list[tuple[str, dict[str, Any]]] = []
    parser: Any = GherkinEvents(GherkinEvents.Options(print_source=True, print_ast=True, print_pickles=True))
    for feature in features:
        text = (features_dir() / feature.removeprefix("features/")).read_text("utf-8")
        source = {"uri": feature, "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}
        found += ((feature, event) for event in parser.enum({"source": source}))
    return found


def scenario_messages(pickle: dict[str, Any], case: CaseEntry, began: int) -> Iterator[dict[str, Any]]:
    """Yield the messages about one scenario; the step that it got to has its result."""
    test, attempt = f"{pickle['id']}/test", f"{pickle['id']}/started"
    matched = {"stepDefinitionIds": [SENTENCES["id"]], "stepMatchArgumentsLists": [{"stepMatchArguments": []}]}
    steps = [{"id": f"{step['id']}/test", "pickleStepId": step["id"], **matched} for step in pickle["steps"]]
    yield {"testCase": {"id": test, "pickleId": pickle["id"], "testSteps": steps, "testRunStartedId": "run"}}
    yield {"testCaseStarted": {"id": attempt, "testCaseId": test, "attempt": 0, "timestamp": instant(began)}}
    decisive, when = case.get("step", 0), began
    for step, (number, took) in zip(steps, enumerate(durations_of(case, len(steps))), strict=True):
        result: dict[str, Any] = {"status": Status.PASSED.cucumber, "duration": instant(took)}
        if number == decisive and case["status"] != Status.PASSED:
            result |= {"status": Status(case["status"]).cucumber, "message": message_of(case)}
        elif number > decisive:
            result["status"] = Status.NOT_RUN.cucumber
        of_step = {"testCaseStartedId": attempt, "testStepId": step["id"]}
        yield {"testStepStarted": {**of_step, "timestamp": instant(when)}}
        when += took
        yield {"testStepFinished": {**of_step, "timestamp": instant(when), "testStepResult": result}}
    yield {"testCaseFinished": {"testCaseStartedId": attempt, "timestamp": instant(when), "willBeRetried": False}}


def durations_of(case: CaseEntry, steps: int) -> list[int]:
    """Return how many nanoseconds each of so many steps took; those that were not run took none."""
    known = [round(seconds * SECOND) for seconds in case.get("durations", ())][:steps]
    return known + [0] * (steps - len(known))


def instant(nanoseconds: int) -> dict[str, int]:
    """Return a time, or how long something took, as the messages have it."""
    seconds, nanos = divmod(nanoseconds, SECOND)
    return {"seconds": seconds, "nanos": nanos}


def nanoseconds_of(time: str) -> int:
    """Return a time of a report in nanoseconds since 1970."""
    return int(datetime.fromisoformat(time).timestamp()) * SECOND


ENVELOPE, MESSAGES, COUNTEREXAMPLES = "report.json", "messages.ndjson.gz", "counterexamples"


# The folder

FILES: Mapping[str, Callable[[Envelope], str]] = {
    "badge.svg": lambda envelope: svg(badge_of(envelope)),
    "badge.json": lambda envelope: json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n",
    "junit.xml": junit_xml,
    "cucumber.ndjson": cucumber_ndjson,
    "report.html": report_html,
    "summary.md": summary_md,
    "deviations.yaml": deviations_yaml,
}
"""The files that follow from an envelope."""

KEYS = {"format", "kit", "protocol", "digest", "lanes", "seed", "complete", "cases"}
"""Keys by which the envelope of any version of the kit is distinguished from somebody's own report.json."""

COUNTEREXAMPLE = re.compile(rf"{COUNTEREXAMPLES}/([0-9]{{2,}})-[a-z]+-[A-Za-z]+\.(json|feature)")


FEW = 50
"""Bytes that a log without a message has at most: compressed, one has more than twice as many."""


class Folder:
    """A folder that holds a report and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # a system in this process may change where that is

    def begin(self) -> Log:
        """Make the folder, or empty it of an earlier report, and open the message log; raises `CommandError`."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            remove_earlier(self)
            return Log(self.path / MESSAGES)
        except OSError as error:
            raise CommandError(f"{self.path}: can't be written: {error.strerror}; name another folder") from None

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder, in place of an earlier one; raises `OSError`."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        write_text(file, text)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file but the envelope, which has them; raises `OSError`."""
        files = {name: file for name, file in self.entries() if file.is_file() and not file.name.startswith(".")}
        return {name: sha256(file.read_bytes()).hexdigest() for name, file in sorted(files.items()) if name != ENVELOPE}

    def entries(self) -> Iterator[tuple[str, Path]]:
        """Yield the name and path of everything inside, except the folder of counterexamples."""
        for entry in self.path.rglob("*"):
            name = entry.relative_to(self.path).as_posix()
            if name != COUNTEREXAMPLES or entry.is_symlink() or not entry.is_dir():
                yield name, entry


def files_of(envelope: Envelope) -> dict[str, str]:
    """Return the text of each file that follows from an envelope, by name."""
    return {name: text(envelope) for name, text in FILES.items()}


def must_be_a_file(path: Path) -> None:
    """Raise `CommandError` if a report can't have what is there: opening it might wait for ever."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is no file; name the folder of a report")


def remove_earlier(folder: Folder) -> None:
    """Delete an earlier report; raises `CommandError` if there is anything else, and `OSError`."""
    envelope, files = folder.path / ENVELOPE, []
    for name, entry in folder.entries():
        final = final_name(name)
        ours = final in (ENVELOPE, MESSAGES, *FILES) or COUNTEREXAMPLE.fullmatch(final)
        if not ours or not entry.is_file() or entry.is_symlink():
            raise CommandError(f"{entry} belongs to no report; name another folder with --report; nothing was deleted")
        files.append(entry)
    files.sort(key=lambda file: file == envelope)  # last, since it shows that this is the folder of a report
    # a run that is killed before its first envelope is in place leaves a draft of it, and a log without a message
    begun = (each == draft_of(envelope) or (each.name == MESSAGES and each.stat().st_size < FEW) for each in files)
    if not is_envelope(envelope) and not all(begun):
        problem = "is of no report that verify has written; name another folder; nothing was deleted"
        raise CommandError(f"{files[-1]} {problem}")
    for file in files:
        file.unlink()


def final_name(name: str) -> str:
    """Return the name that a file gets in the end: a draft has another meanwhile."""
    return re.sub(r"(^|/)\.([^/]+)\.draft$", r"\1\2", name)


def is_envelope(file: Path) -> bool:
    """Return whether this is the envelope of a report, whole or not, of this version of the kit or another."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= KEYS
