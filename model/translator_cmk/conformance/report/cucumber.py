"""The scenarios of an envelope as Cucumber Messages, for tools that read these.

A run records the verdict on a scenario, the step that it got to, and how long each step took: the
steps before that one have passed, and those after it were not run.  It does not record when a
scenario began, so each begins here when those before it in the file have ended.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from gherkin.stream.gherkin_events import GherkinEvents

from ... import features_dir
from ...errors import OK
from ...verdict import Status
from ..judgement.cases import FEATURES, CaseEntry, Envelope
from .wording import message_of, product

PROTOCOL_VERSION = "34.2.0"
"""The version of the messages' schema that these keep to."""

STEP_DEFINITION = {
    "id": "sentences",
    "pattern": {"source": ".*", "type": "REGULAR_EXPRESSION"},
    "sourceReference": {"uri": "translator_cmk/language/sentences.yaml"},
}
"""The one definition of all steps."""

NANOSECONDS = 1_000_000_000
"""How many make a second."""

NOT_RECORDED = {"name": "not recorded"}
"""The platform of the kit: every file of a report follows from its log and the kit, on any
platform.
"""

Message = dict[str, Any]


def cucumber_ndjson(envelope: Envelope) -> str:
    """Return the file: a message a line."""
    lines = [json.dumps(message, ensure_ascii=False) for message in messages(envelope)]
    return "".join(f"{line}\n" for line in lines)


def messages(envelope: Envelope) -> Iterator[Message]:
    """Yield every message, in the order that the protocol asks for."""
    yield {"meta": meta(envelope)}

    cases = {}
    for case in envelope["cases"]:
        if case["lane"] == FEATURES:
            cases[case["feature"], case["line"]] = case
    own = {feature["file"]: feature["text"] for feature in envelope.get("own_features", ())}
    sources = []
    for feature in dict.fromkeys(feature for feature, _ in cases):
        sources.append((feature, own.get(feature) or text_of_ours(feature)))

    played = []
    for feature, message in parsed(tuple(sources)):
        pickle = message.get("pickle")
        if pickle is not None:
            case = cases.get((feature, pickle["location"]["line"]))
            if case is None:
                continue
            played.append((pickle, case))
        yield message
    yield {"stepDefinition": STEP_DEFINITION}

    now = nanoseconds_since_1970(envelope["started"])
    yield {"testRunStarted": {"id": "run", "timestamp": to_timestamp(now)}}
    for pickle, case in played:
        yield from scenario_messages(pickle, case, now)
        now += sum(durations_of(case, len(pickle["steps"])))
    finished = {
        "success": envelope["complete"] and envelope["exit_code"] == OK,
        "timestamp": to_timestamp(nanoseconds_since_1970(envelope["finished"])),
        "testRunStartedId": "run",
    }
    yield {"testRunFinished": finished}


def meta(envelope: Envelope) -> Message:
    return {
        "protocolVersion": PROTOCOL_VERSION,
        "implementation": {
            "name": f"translator-cmk on {product(envelope)}",
            "version": envelope["kit"],
        },
        "runtime": {"name": "python"},
        "os": NOT_RECORDED,
        "cpu": NOT_RECORDED,
    }


@cache
def text_of_ours(feature: str) -> str:
    """Return the text of a feature of the specification."""
    return (features_dir() / feature.removeprefix("features/")).read_text("utf-8")


@cache
def parsed(sources: tuple[tuple[str, str], ...]) -> list[tuple[str, Message]]:
    """Return the messages about each feature, by name and text: its source, its syntax tree and its
    pickles, no two with one id.
    """
    parser: Any = GherkinEvents(
        GherkinEvents.Options(print_source=True, print_ast=True, print_pickles=True)
    )
    found = []
    for feature, text in sources:
        source = {"uri": feature, "data": text, "mediaType": "text/x.cucumber.gherkin+plain"}
        for message in parser.enum({"source": source}):
            found.append((feature, message))
    return found


def scenario_messages(pickle: Message, case: CaseEntry, began: int) -> Iterator[Message]:
    """Yield the messages about one scenario; the step that it got to has its result."""
    test_case = f"{pickle['id']}/test"
    attempt = f"{pickle['id']}/started"

    steps = []
    for step in pickle["steps"]:
        steps.append(
            {
                "id": f"{step['id']}/test",
                "pickleStepId": step["id"],
                "stepDefinitionIds": [STEP_DEFINITION["id"]],
                "stepMatchArgumentsLists": [{"stepMatchArguments": []}],
            }
        )
    yield {
        "testCase": {
            "id": test_case,
            "pickleId": pickle["id"],
            "testSteps": steps,
            "testRunStartedId": "run",
        }
    }

    started = {
        "id": attempt,
        "testCaseId": test_case,
        "attempt": 0,
        "timestamp": to_timestamp(began),
    }
    yield {"testCaseStarted": started}

    now = began
    for number, duration in enumerate(durations_of(case, len(steps))):
        of_step = {"testCaseStartedId": attempt, "testStepId": steps[number]["id"]}
        yield {"testStepStarted": {**of_step, "timestamp": to_timestamp(now)}}
        now += duration
        result = result_of_step(case, number, duration)
        yield {
            "testStepFinished": {
                **of_step,
                "timestamp": to_timestamp(now),
                "testStepResult": result,
            }
        }

    finished = {
        "testCaseStartedId": attempt,
        "timestamp": to_timestamp(now),
        "willBeRetried": False,
    }
    yield {"testCaseFinished": finished}


def result_of_step(case: CaseEntry, number: int, duration: int) -> Message:
    """Return the result of one step; the step that the case got to has the status of the case."""
    decisive = case.get("step", 0)
    result: Message = {"status": Status.PASSED.cucumber, "duration": to_timestamp(duration)}
    if number > decisive:
        result["status"] = Status.NOT_RUN.cucumber
    elif number == decisive and case["status"] != Status.PASSED:
        result["status"] = Status(case["status"]).cucumber
        result["message"] = message_of(case)
    return result


def durations_of(case: CaseEntry, steps: int) -> list[int]:
    """Return how many nanoseconds each of so many steps took; those that were not run took none."""
    durations = [0] * steps
    for number, seconds in enumerate(case.get("durations", ())[:steps]):
        durations[number] = round(seconds * NANOSECONDS)
    return durations


def to_timestamp(nanoseconds: int) -> dict[str, int]:
    """Return a time, or how long something took, as the messages have it."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return {"seconds": seconds, "nanos": rest}


def nanoseconds_since_1970(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp()) * NANOSECONDS
