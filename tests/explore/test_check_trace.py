"""`translator-cmk check-trace` gives one verdict on any file, and one line for an error in it."""

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import VALID, Done, one_error, run_cli
from translator_cmk.language import LONGEST, command_to_wire, stage_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import Command, Stage
from translator_cmk.machine.commands import CreateVault, DeleteVault, DisableKey, ReadData

PAGE = Path(__file__).resolve().parents[2] / "docs" / "traces.md"

AT_WORK = situations()["a deployed model under customer-managed keys"].commands


trouble = partial(one_error, out=None)
"""The one line of an error; what comes before it is judged all the same."""


def lines(*messages: dict[str, Any]) -> bytes:
    for message in messages:
        VALID["trace-line"].validate(message)
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def events(*sequence: Command, outcome: str = "accepted") -> list[dict[str, Any]]:
    return [{"command": command_to_wire(command), "outcome": {"outcome": outcome}} for command in sequence]


def run(text: bytes, *arguments: str, file: str = "-") -> Done:
    """Run the command on the text."""
    return run_cli("check-trace", *arguments, file, text=text)


def test_the_first_impossible_event_is_named_with_what_was_allowed_and_why() -> None:
    text = lines(*events(*AT_WORK, DeleteVault("kv-prod"), ReadData("ws-prod"), ReadData("ws-prod")))
    at = len(AT_WORK) + 2
    done = run(text)
    assert done.code == 1
    assert done.out.splitlines() == [
        f'standard input:{at}: impossible: the customer reads the data of "ws-prod"',
        "  allowed: the request is refused, because of revocation.data-inaccessible",
        "  demanded: the request is refused, because of revocation.data-inaccessible; seen: the request is accepted",
        "  requirements: revocation.data-inaccessible",
        "standard input does not fit the specification (profile article) in 1 world, first on line "
        f"{at}: {at} events judged in 1 world, 1 more not judged",
    ]


def exit_code(text: bytes, *arguments: str) -> int:
    """Return the exit code where no line of the text is an error."""
    done = run(text, *arguments)
    assert done.error == ""
    return done.code


def test_profile_and_waived_requirements_say_what_is_demanded() -> None:
    lost, disabled = (
        lines(*events(*AT_WORK, loss, ReadData("ws-prod")))
        for loss in (DeleteVault("kv-prod"), DisableKey("kv-prod", "cmk-2048"))
    )
    assert exit_code(lost, "--waive", "revocation.data-inaccessible") == 0
    assert exit_code(disabled) == 0
    assert run(disabled, "--profile", "full").out.startswith(f"standard input:{len(AT_WORK) + 2}: impossible")


def test_observations_may_be_partial_all_or_one(tmp_path: Path) -> None:
    """A document of a deleted key vault: it is gone, and nothing is said of anything else."""
    lost = events(*AT_WORK, DeleteVault("kv-prod"))
    for there, code in ((False, 0), (True, 1)):
        seen = {"observation": {"document": {"contracts": {"exists": there}}}}
        file = tmp_path / "trace.jsonl"
        file.write_bytes(lines({"trace": 1, "subject": "a log", "partial": ["observation"]}, *lost, seen))
        assert run(b"", file=str(file)).code == code
        assert exit_code(lines(*lost, {**seen, "partial": ["observation"]})) == code
    assert f"{len(lost) + 2}: impossible: what was seen" in run(b"", file=str(file)).out


def test_what_is_hidden_is_not_compared() -> None:
    seen = events(*AT_WORK)
    seen[-1]["observation"] = {}
    assert exit_code(lines(*seen)) == 1
    kinds = ["subscription", "resource", "vault", "key", "grant", "workspace", "document", "model"]
    assert exit_code(lines({"trace": 1, "hidden": kinds}, *seen)) == 0


def test_where_a_system_failed_a_command_may_have_been_carried_out_or_not() -> None:
    failed = [{**each, "outcome": {"outcome": "error", "code": "500"}} for each in events(*AT_WORK)]
    for outcome in ("accepted", "refused"):
        assert exit_code(lines(*failed, *events(AT_WORK[0], outcome=outcome))) == 0


def test_each_stage_begins_a_world() -> None:
    stage = stage_to_wire(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    there = events(CreateVault("kv-prod", "north", "one", "g"))
    done = run(lines(*events(*AT_WORK), {"stage": stage}, *there))
    assert (done.code, done.out.endswith(f"{len(AT_WORK) + 1} events judged in 2 worlds\n")) == (0, True)


@pytest.mark.parametrize("text", [b"\n\n", lines({"trace": 1}), lines({"command": command_to_wire(AT_WORK[0])})])
def test_where_there_is_nothing_to_judge_the_verdict_says_so(text: bytes) -> None:
    done = run(text)
    assert (done.code, done.error) == (4, "")
    assert "has no outcome and no observation" in done.out


GOOD = lines(*events(*AT_WORK))

BAD: dict[str, tuple[bytes, str]] = {
    "no JSON": (GOOD + b"{nothing}\n", f":{len(AT_WORK) + 1}: not JSON at column 2"),
    "a long line": (b"[" * (LONGEST + 1), ":1: longer than 1 MiB"),
    "a list": (b"[]\n", ":1: no JSON object; write an event, a stage, or the head of a trace"),
    "a bare command": (
        json.dumps(command_to_wire(AT_WORK[0])).encode() + b"\n",
        ':1: a bare command, and no event; write {"command": {...}, "outcome": {...}}',
    ),
    "a late head": (GOOD + b'{"trace":1}\n', f":{len(AT_WORK) + 1}: a head that is not on the first line"),
    "another version": (b'{"trace":2}\n', ":1: trace is the number 2; write a whole number from 1 to 1"),
    "an empty event": (b"{}\n", ":1: the event has no command and no observation"),
    "only an outcome": (
        b'{"outcome":{"outcome":"accepted"}}\n',
        ":1: the event has the field 'outcome' but no command",
    ),
    "an unknown field": (b'{"comand":{}}\n', ":1: an event has no field 'comand'; did you mean 'command'?"),
    "a field left out": (
        b'{"command":{"command":"DeleteVault"}}\n',
        ":1: command lacks the field 'vault'; add it",
    ),
    "a command in part": (
        b'{"partial":["command"],"observation":{}}\n',
        ":1: partial[0] is 'command'; write one of observation",
    ),
    "there and not there": (
        b'{"partial":["observation"],"observation":{"model":{"m":{"exists":false,"state":"deployed"}}}}\n',
        ":1: 'exists' is false, and the entity has other fields",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_read_is_one_clear_error(what: str) -> None:
    text, expected = BAD[what]
    assert trouble(run(text)).startswith(f"standard input{expected}")


def test_a_file_or_a_requirement_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    assert "can't be read: No such file or directory" in trouble(run(b"", file=str(tmp_path / "none")))
    assert "can't be read: Is a directory" in trouble(run(b"", file=str(tmp_path)))
    error = trouble(run(GOOD, "--waive", "revocation.undeploy"))
    assert error == "no requirement is called 'revocation.undeploy'; did you mean 'revocation.undeploys'?"
    assert "cannot be silent" in trouble(run(GOOD, "--waive", "environment.exists"))


def test_a_trace_that_is_cut_off_is_judged_as_far_as_it_goes() -> None:
    done = run(GOOD[:-20])
    expected = f"standard input:{len(AT_WORK)}: cut off in the middle of the line; copy the whole trace"
    assert trouble(done, 4) == expected
    assert f"fits the specification (profile article): {len(AT_WORK) - 1} events" in done.out
    assert run(GOOD[:-1]).code == 0  # only the last line break is missing


def test_impossible_event_stays_impossible_if_the_rest_cannot_be_read() -> None:
    text = lines(*events(AT_WORK[0]), *events(AT_WORK[0]))
    assert trouble(run(text + b"nonsense\n"), 1).startswith("standard input:3: not JSON")
    assert trouble(run(text + b'{"trace'), 1).startswith("standard input:3: cut off")


LITTLE = 200 * 2**20
"""How much memory a process may have: less than what is written to it."""

FED = f'"$0" -c "$1" 2>/dev/null | (ulimit -v {LITTLE // 1024}; "$0" -m translator_cmk.cli check-trace -)'


def fed(program: str) -> Done:
    """Run the command, with little memory, on what a program in Python writes."""
    words = ["bash", "-c", FED, sys.executable, program]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


DIFFERENT = """
import json
for number in range(5_000):
    if number % 1000 == 0:
        print('{"stage":{}}')
    vault = {"command": "CreateVault", "vault": f"vault-{number % 40}", "region": "westeurope",
             "subscription": "production", "group": f"g{number}"}
    outcome = {"outcome": "accepted" if number % 1000 < 40 else "refused"}
    print(" " * 2**16 + json.dumps({"command": vault, "outcome": outcome}))
"""


def test_a_trace_need_not_fit_into_memory() -> None:
    """Events that are all different, with white space around them."""
    done = fed(DIFFERENT)
    assert (done.code, done.error) == (0, "")
    assert "5,000 events judged in 5 worlds" in done.out


def test_a_line_without_end_ends_in_a_verdict() -> None:
    done = fed("for _ in range(600): print(' ' * 2**20, end='')")
    assert trouble(done).startswith("standard input:1: longer than 1 MiB")


def block(start: str) -> str:
    found = re.search(f"```{start}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_judged_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.jsonl").write_text(block('json title="log.jsonl"'), "utf-8")
    monkeypatch.chdir(tmp_path)
    done = run(b"", file="log.jsonl")
    assert (done.code, done.error) == (1, "")
    assert done.out == block("text")
