"""Format the scenarios of an envelope as Cucumber Messages, for tools that read these.

A run records the verdict on a scenario, the step that it got to and how long each step took: the steps before that one
have passed, and those after it were not run.  It does not record when a scenario began: here each begins when those
before it in the file have ended.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gherkin.stream.gherkin_events import GherkinEvents

from ... import features_dir
from ...errors import OK
from ..cases import FEATURES
from .marks import mark_of
from .summaries import message_of, product

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


def cucumber_ndjson(envelope: Mapping[str, Any]) -> str:
    """Return the file: a message a line."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in messages(envelope))


def messages(envelope: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every message, in the order that the protocol asks for."""
    made_by = {"name": f"translator-cmk on {product(envelope)}", "version": envelope["kit"]}
    meta = {"protocolVersion": PROTOCOL_VERSION, "implementation": made_by, "runtime": {"name": "python"}}
    yield {"meta": meta | {"os": UNRECORDED, "cpu": UNRECORDED}}
    cases = {(case["feature"], case["line"]): case for case in envelope["cases"] if case["lane"] == FEATURES}
    played = []
    for feature, event in parsed(dict.fromkeys(feature for feature, _ in cases)):
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


def parsed(features: Mapping[str, None]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the messages about each feature: its source, its syntax tree and its pickles, no two with one id."""
    parser: Any = GherkinEvents(GherkinEvents.Options(print_source=True, print_ast=True, print_pickles=True))
    for feature in features:
        text = (features_dir() / feature.removeprefix("features/")).read_text("utf-8")
        source = {"uri": feature, "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}
        yield from ((feature, event) for event in parser.enum({"source": source}))


def scenario_messages(pickle: dict[str, Any], case: dict[str, Any], began: int) -> Iterator[dict[str, Any]]:
    """Yield the messages about one scenario; the step that it got to has its result."""
    test, attempt = f"{pickle['id']}/test", f"{pickle['id']}/started"
    matched = {"stepDefinitionIds": [SENTENCES["id"]], "stepMatchArgumentsLists": [{"stepMatchArguments": []}]}
    steps = [{"id": f"{step['id']}/test", "pickleStepId": step["id"], **matched} for step in pickle["steps"]]
    yield {"testCase": {"id": test, "pickleId": pickle["id"], "testSteps": steps, "testRunStartedId": "run"}}
    yield {"testCaseStarted": {"id": attempt, "testCaseId": test, "attempt": 0, "timestamp": instant(began)}}
    decisive, when = case.get("step", 0), began
    for step, (number, took) in zip(steps, enumerate(durations_of(case, len(steps))), strict=True):
        result: dict[str, Any] = {"status": "PASSED", "duration": instant(took)}
        if number == decisive and case["status"] != "passed":
            result |= {"status": mark_of(case["status"]).cucumber, "message": message_of(case)}
        elif number > decisive:
            result["status"] = "SKIPPED"
        of_step = {"testCaseStartedId": attempt, "testStepId": step["id"]}
        yield {"testStepStarted": {**of_step, "timestamp": instant(when)}}
        when += took
        yield {"testStepFinished": {**of_step, "timestamp": instant(when), "testStepResult": result}}
    yield {"testCaseFinished": {"testCaseStartedId": attempt, "timestamp": instant(when), "willBeRetried": False}}


def durations_of(case: Mapping[str, Any], steps: int) -> list[int]:
    """Return how many nanoseconds each of so many steps took; those that were not run took none."""
    known = [round(seconds * SECOND) for seconds in case.get("durations", ())][:steps]
    return known + [0] * (steps - len(known))


def instant(nanoseconds: int) -> dict[str, int]:
    """Return a time, or how long something took, as the messages have it."""
    seconds, nanos = divmod(nanoseconds, SECOND)
    return {"seconds": seconds, "nanos": nanos}


def nanoseconds_of(time: str) -> int:
    """Return a time of a report in nanoseconds since 1970."""
    return int(datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()) * SECOND
