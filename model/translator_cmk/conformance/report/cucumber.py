"""The scenarios of a report as Cucumber Messages, one on each line, for tools that read these."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gherkin.stream.gherkin_events import GherkinEvents

from ... import features_dir
from ...escaping import plain
from ..summary import product
from .platforms import Platform

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


def text(envelope: dict[str, Any], made_on: Platform) -> str:
    """The file."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in messages(envelope, made_on))


def messages(envelope: dict[str, Any], made_on: Platform) -> Iterator[dict[str, Any]]:
    """Every message, in the order that the protocol asks for."""
    cases = {(case["feature"], case["line"]): case for case in envelope["cases"] if case["lane"] == "features"}
    yield {"meta": meta(envelope, made_on)}
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
        yield from played(pickle, case, started)
    success = envelope["complete"] and envelope["exit_code"] == 0
    finished = {"success": success, "timestamp": at(envelope["finished"]), "testRunStartedId": "run"}
    yield {"testRunFinished": finished}


def meta(envelope: dict[str, Any], made_on: Platform) -> dict[str, Any]:
    """What made the messages, and where."""
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "implementation": {"name": f"translator-cmk on {product(envelope)}", "version": envelope["kit"]},
        "runtime": {"name": "python", "version": made_on.python},
        "os": {"name": made_on.system},
        "cpu": {"name": made_on.machine},
    }


def step_definition() -> dict[str, Any]:
    """One for all steps: the sentences."""
    return {
        "id": "sentences",
        "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
        "sourceReference": {"uri": "translator_cmk/language/sentences.py"},
    }


def test_case(pickle: dict[str, Any]) -> dict[str, Any]:
    """The test case of a pickle."""
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


def played(pickle: dict[str, Any], case: dict[str, Any], when: dict[str, int]) -> Iterator[dict[str, Any]]:
    """What came of the steps of one scenario."""
    name = f"{pickle['id']}/started"
    start = {"id": name, "testCaseId": f"{pickle['id']}/test", "attempt": 0, "timestamp": when}
    yield {"testCaseStarted": start}
    decisive = case.get("step", -1)
    for number, step in enumerate(pickle["steps"]):
        of_step = {"testCaseStartedId": name, "testStepId": f"{step['id']}/test", "timestamp": when}
        yield {"testStepStarted": of_step}
        yield {"testStepFinished": of_step | {"testStepResult": result(case, number, decisive)}}
    yield {"testCaseFinished": {"testCaseStartedId": name, "timestamp": when, "willBeRetried": False}}


def result(case: dict[str, Any], number: int, decisive: int) -> dict[str, Any]:
    """What came of one step: those before the decisive one passed, those after it were skipped."""
    status = RESULTS[case["status"]]
    took = {"seconds": 0, "nanos": 0}
    if status == "PASSED" or number < decisive:
        return {"status": "PASSED", "duration": took}
    if number == max(decisive, 0):
        return {"status": status, "duration": took, "message": plain(case.get("reason", case["status"]))}
    return {"status": "SKIPPED", "duration": took}


def at(time: str) -> dict[str, int]:
    """A time as the messages have it."""
    return {"seconds": int(datetime.strptime(time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()), "nanos": 0}
