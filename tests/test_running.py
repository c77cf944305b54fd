"""Claims about `translator-cmk run`: one line for each command, and one line for each error in the input."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.explore.following import commands
from translator_cmk.language import (
    LONGEST,
    command_to_wire,
    observation_to_wire,
    outcome_to_wire,
    schemas,
    stage_to_wire,
)
from translator_cmk.language.situations import situations
from translator_cmk.machine import Command, Stage, Unspecified
from translator_cmk.machine.commands import (
    CreateResource,
    CreateWorkspace,
    DisableKey,
    EnableCustomerManagedKeys,
    ReadData,
)
from translator_cmk.system import ModelSystem

Done = subprocess.CompletedProcess[bytes]

FOUND = shutil.which("translator-cmk", path=str(Path(sys.executable).parent))
assert FOUND, "the package is not installed beside this Python"
BINARY = FOUND

AT_WORK = situations()["a deployed model under customer-managed keys"].commands

REGISTRY: Any = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in schemas().values())
RUN_LINE = Draft202012Validator(schemas()["run-line"], registry=REGISTRY)


def as_lines(*sequence: Command) -> bytes:
    return b"".join(json.dumps(command_to_wire(command)).encode() + b"\n" for command in sequence)


def run(text: bytes, *arguments: str, file: str = "-") -> Done:
    """Run the installed command on the text."""
    command = [BINARY, "run", *arguments, file]
    return subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)


def answers(done: Done) -> list[dict[str, Any]]:
    """The lines of a run in which all went well, each of which follows the schema."""
    assert (done.returncode, done.stderr) == (0, b"")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for answer in found:
        RUN_LINE.validate(answer)
    return found


def error_of(done: Done, exit_code: int = 2) -> str:
    """The one line of an error; what was printed before it is whole lines."""
    assert done.returncode == exit_code
    assert done.stdout == b"" or done.stdout.endswith(b"\n")
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("translator-cmk: error: ")
    return line.removeprefix("translator-cmk: error: ")


def test_each_command_is_answered_as_the_model_does() -> None:
    sequence, system = commands(seed=1), ModelSystem()
    done = answers(run(as_lines(*sequence)))
    assert len(done) == len(sequence)
    for number, (command, answer) in enumerate(zip(sequence, done, strict=True), 1):
        outcome = system.submit(command)
        assert not isinstance(outcome, Unspecified)
        assert answer == {
            "line": number,
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "observation": observation_to_wire(system.observe()),
        }


def test_the_profile_article_leaves_open_what_is_assumed() -> None:
    *_, disabled, read = answers(
        run(as_lines(*AT_WORK, DisableKey("vault", "key"), ReadData("workspace")), "--profile", "article")
    )
    assert disabled["unspecified"] == {
        "workspace": {"workspace": ["readable"]},
        "document": {"document": ["exists"]},
        "model": {"model": ["state"]},
    }
    assert "readable" not in disabled["observation"]["workspace"]["workspace"]
    assert disabled["observation"]["document"] == {}
    assert read["outcome"] == {"outcome": "unspecified", "silent": ["revocation.key-disabled"]}


def test_the_profile_full_specifies_it() -> None:
    *_, read = answers(run(as_lines(*AT_WORK, DisableKey("vault", "key"), ReadData("workspace")), "--profile", "full"))
    assert read["outcome"] == {"outcome": "refused", "because": ["revocation.data-inaccessible"]}
    assert "unspecified" not in read


def test_observations_can_be_left_out() -> None:
    for answer in answers(run(as_lines(*AT_WORK), "--no-observation", "--profile", "article")):
        assert set(answer) == {"line", "command", "outcome"}


def test_a_file_is_read_as_standard_input_is(tmp_path: Path) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_bytes(as_lines(*AT_WORK))
    assert run(b"", file=str(file)).stdout == run(as_lines(*AT_WORK)).stdout != b""


def test_the_first_line_may_set_the_stage() -> None:
    stage = stage_to_wire(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    create = {"command": "CreateVault", "vault": "v1", "region": "north", "subscription": "one", "group": "g"}
    text = b"\n" + json.dumps({"stage": stage}).encode() + b"\n" + json.dumps(create).encode()
    (answer,) = answers(run(text))
    assert (answer["line"], answer["outcome"]["outcome"]) == (3, "accepted")
    assert answer["observation"]["subscription"] == {"one": {"tenant": "here"}}


def test_a_stage_further_down_is_a_reset() -> None:
    text = as_lines(*AT_WORK) + b'{"stage": {}}\n' + as_lines(AT_WORK[0])
    *_, before, after = answers(run(text))
    assert after["outcome"] == {"outcome": "accepted", "by": ["environment.create-vault"], "audit": []}
    assert after["observation"]["vault"].keys() == {"vault"} == before["observation"]["vault"].keys()
    assert after["observation"]["resource"] == {}


def test_blank_lines_line_ends_and_a_byte_order_mark_mean_nothing() -> None:
    text = b"\xef\xbb\xbf\r\n  \n" + as_lines(AT_WORK[0]).replace(b"\n", b"\r\n") + b"\n"
    assert [answer["line"] for answer in answers(run(text))] == [3]


def test_no_commands_give_no_answers() -> None:
    assert answers(run(b"")) == []


GOOD = as_lines(AT_WORK[0])


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"nonsense", "not JSON at column 1 (Expecting value); write one JSON object"),
        (b" " * LONGEST + b"{}", "longer than 1 MiB; write one message on each line"),
        (b'{"command": "ReadDatum"}', "command is 'ReadDatum', which does not exist; did you mean 'ReadData'?"),
        (b'{"stage": {"region": []}}', "a stage has no field 'region'; did you mean 'regions'?"),
        (b'{"stage": {}, "at": 2}', "a stage that is not alone on its line; put it on a line of its own"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_a_bad_line_ends_the_run_with_one_line_that_says_where(line: bytes, error: str) -> None:
    done = run(GOOD + line + b"\n" + GOOD)
    assert error_of(done) == f"standard input:2: {error}"
    assert [json.loads(each)["line"] for each in done.stdout.splitlines()] == [1]


def test_the_longest_line_is_read() -> None:
    line = GOOD.rstrip()
    assert len(answers(run(line + b" " * (LONGEST - len(line)) + b"\n"))) == 1


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "none.jsonl"
    remedy = "name a file of JSON lines, or -"
    assert error_of(run(b"", file=str(missing))) == f"{missing}: can't be read: No such file or directory; {remedy}"
    assert error_of(run(b"", file=str(tmp_path))) == f"{tmp_path}: can't be read: Is a directory; {remedy}"


def test_a_bad_line_of_a_file_is_named_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_bytes(GOOD + b"{}\n")
    assert error_of(run(b"", file=str(file))) == f"{file}:2: the message lacks the field 'command'; add it"


def test_a_closed_standard_input_is_an_error() -> None:
    command = ["sh", "-c", f'exec "{BINARY}" run - <&-']
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert error_of(done) == "standard input: closed; name a file, or open it"


def test_an_unknown_profile_is_wrong_usage() -> None:
    done = run(b"", "--profile", "articel")
    assert done.returncode == 2
    assert b"'articel'" in done.stderr


def test_more_states_than_can_be_kept_end_the_run() -> None:
    """What a disabled key means is open for each of 13 resources, and nobody says what came of it."""
    names = [f"r{number}" for number in range(13)]
    done = run(
        as_lines(
            *AT_WORK,
            *(CreateResource(each, "Translator", "westeurope", "cmk-tier", "production", "apps") for each in names),
            *(EnableCustomerManagedKeys(each, "vault", "key") for each in names),
            *(CreateWorkspace(f"of-{each}", each) for each in names),
            DisableKey("vault", "key"),
        ),
        "--profile=article",
        "--no-observation",
    )
    assert "leave more than 4096 states possible" in error_of(done, 3)
    assert len(done.stdout.splitlines()) == len(AT_WORK) + 3 * len(names)


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """The installed command, waiting for commands."""
    pipe = subprocess.PIPE
    with subprocess.Popen([BINARY, "run", "-"], stdin=pipe, stdout=pipe, stderr=pipe) as started:
        yield started


def ask(process: "subprocess.Popen[bytes]", command: Command) -> Any:
    """Send a command and wait for the answer."""
    process.stdin.write(as_lines(command))  # type: ignore[union-attr]  # it is a pipe
    process.stdin.flush()  # type: ignore[union-attr]  # likewise
    return json.loads(process.stdout.readline())  # type: ignore[union-attr]  # likewise


def test_an_answer_comes_as_soon_as_its_command_was_sent(process: "subprocess.Popen[bytes]") -> None:
    assert [ask(process, command)["line"] for command in AT_WORK] == list(range(1, len(AT_WORK) + 1))
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0


def test_a_reader_that_goes_away_is_no_error_to_print(process: "subprocess.Popen[bytes]") -> None:
    ask(process, AT_WORK[0])
    process.stdout.close()  # type: ignore[union-attr]  # it is a pipe
    process.stdout = None
    assert process.communicate(GOOD * 10, timeout=60)[1] == b""
    assert process.returncode == 4


def test_an_interrupt_is_one_line(process: "subprocess.Popen[bytes]") -> None:
    ask(process, AT_WORK[0])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == (b"", b"translator-cmk: error: interrupted\n")
    assert process.returncode == 4
