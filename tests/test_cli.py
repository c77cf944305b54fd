"""Commands end with one of their exit codes and no traceback, whatever becomes of their streams;
and `run`.
"""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.command_line import CLI, VALID, copy_checkout, each_refused, python, run_cli
from tests.oracle.following import commands
from translator_cmk.errors import HARNESS
from translator_cmk.language.messages import (
    command_to_wire,
    observation_to_wire,
    outcome_to_wire,
    stage_to_wire,
)
from translator_cmk.language.situations import situations
from translator_cmk.language.strict_json import LONGEST
from translator_cmk.machine import Command, Stage, Unspecified
from translator_cmk.machine import commands as cmd
from translator_cmk.oracle import Oracle
from translator_cmk.system import ModelSystem

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
"""Unbuffered, argparse itself passes over a help text that can't be written."""


@pytest.fixture
def unread() -> Iterator[int]:
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def in_a_shell(words: str, redirection: str) -> subprocess.CompletedProcess[str]:
    """Run it with some stream closed."""
    shell = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *CLI, *words.split()]
    return subprocess.run(
        shell, capture_output=True, text=True, timeout=30, check=False, env=ENVIRONMENT
    )


@each_refused("streams")
def test_closed_or_full_stream_is_an_error(
    words: str, redirection: str, code: int, says: str
) -> None:
    done = in_a_shell(words, redirection)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.parametrize(
    ("words", "stream", "exit_code"),
    [
        ("register", "stdout", 4),
        ("replay --python nothing none.json", "stderr", 2),
    ],
)
def test_reader_that_has_gone_is_no_defect(
    unread: int, words: str, stream: str, exit_code: int
) -> None:
    out, err = (unread if stream == each else subprocess.PIPE for each in ("stdout", "stderr"))
    done = subprocess.run(
        [*CLI, *words.split()],
        stdout=out,
        stderr=err,
        text=True,
        timeout=30,
        check=False,
        env=ENVIRONMENT,
    )
    assert done.returncode == exit_code
    assert not done.stderr


def test_an_error_that_nobody_expects_ends_with_no_exit_code_of_a_verdict(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path, "features", "model")
    command = checkout / "model" / "translator_cmk" / "requirements" / "register_command.py"
    text = command.read_text("utf-8")
    command.write_text(f"{text}\n\ndef run(args):\n    1 / 0\n", "utf-8")
    done = python(checkout, "-m", "translator_cmk", "register")
    assert done.returncode == HARNESS
    assert "1 / 0" in done.stderr
    assert "a defect of translator-cmk" in done.stderr.splitlines()[-1]


# `translator-cmk run`: one line for each command, and one line for each error in the input

AT_WORK = situations()["a deployed model under customer-managed keys"].commands
DISABLED = (*AT_WORK, cmd.DisableKey("kv-prod", "cmk-2048"), cmd.ReadData("ws-prod"))


class Run(NamedTuple):
    """A run of the command: its exit code, the answers, each of which follows the schema, and its
    standard error.
    """

    code: int
    answers: list[dict[str, Any]]
    error: str


def run(text: bytes, *arguments: str, file: str = "-") -> Run:
    """Run the command on a text, in this process."""
    done = run_cli("run", *arguments, file, text=text)
    found = [json.loads(line) for line in done.out.splitlines()]
    for answer in found:
        VALID["run-line"].validate(answer)
    assert bool(done.error) == bool(done.code)
    return Run(done.code, found, done.error.removeprefix("translator-cmk: error: "))


def as_lines(*sequence: Command) -> bytes:
    return b"".join(json.dumps(command_to_wire(command)).encode() + b"\n" for command in sequence)


def test_each_command_is_answered_as_the_model_does() -> None:
    tried, system = ModelSystem(), ModelSystem()
    sequence = [
        each for each in commands(seed=12) if not isinstance(tried.submit(each), Unspecified)
    ]
    done = run(as_lines(*sequence)).answers
    for number, (command, answer) in enumerate(zip(sequence, done, strict=True), 1):
        outcome = system.submit(command)
        assert answer == {
            "line": number,
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "observation": observation_to_wire(system.observe()),
        }


def test_the_profile_article_specifies_nothing_of_what_is_assumed() -> None:
    *_, disabled, read = run(as_lines(*DISABLED), "--profile", "article").answers
    assert disabled["unspecified"] == {
        "resource": {"translator-prod": ["key", "key_source"]},  # it uses the key
        "workspace": {"ws-prod": ["exists"]},
        "document": {"contracts": ["exists"]},
        "model": {"legal-en-de": ["exists"]},
    }
    assert disabled["observation"]["workspace"] == {}
    assert disabled["observation"]["document"] == {}
    assert read["outcome"] == {
        "outcome": "unspecified",
        "silent": ["restoration.data-readable", "revocation.key-disabled"],
    }


def test_the_profile_full_specifies_it_and_observations_can_be_left_out() -> None:
    *_, read = run(as_lines(*DISABLED), "--profile", "full", "--no-observation").answers
    assert set(read) == {"line", "command", "outcome"}
    assert read["outcome"] == {"outcome": "refused", "because": ["revocation.reading-refused"]}


def test_a_file_is_read_as_standard_input_is(tmp_path: Path) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_bytes(as_lines(*AT_WORK))
    assert run(b"", file=str(file)) == run(as_lines(*AT_WORK))
    file.write_bytes(GOOD + b"{}\n")
    assert (
        run(b"", file=str(file)).error
        == f"{file}:2: the message lacks the field 'command'; add it\n"
    )


def test_the_first_line_may_set_the_stage() -> None:
    stage = stage_to_wire(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    create = {
        "command": "CreateVault",
        "vault": "v1",
        "region": "north",
        "subscription": "one",
        "group": "g",
    }
    text = b"\n" + json.dumps({"stage": stage}).encode() + b"\n" + json.dumps(create).encode()
    (answer,) = run(text).answers
    assert (answer["line"], answer["outcome"]["outcome"]) == (3, "accepted")
    assert answer["observation"]["subscription"] == {"one": {"tenant": "here"}}


def test_a_stage_further_down_is_a_reset() -> None:
    text = as_lines(*AT_WORK) + b'{"stage": {}}\n' + as_lines(AT_WORK[0])
    *_, before, after = run(text).answers
    assert after["outcome"] == {
        "outcome": "accepted",
        "by": ["environment.create-vault"],
        "audit": [],
    }
    assert (
        after["observation"]["vault"].keys() == {"kv-prod"} == before["observation"]["vault"].keys()
    )
    assert after["observation"]["resource"] == {}


GOOD = as_lines(AT_WORK[0])


def test_blank_lines_line_ends_a_byte_order_mark_and_length_mean_nothing() -> None:
    assert run(b"") == (0, [], "")
    text = b"\xef\xbb\xbf\r\n  \n" + GOOD.replace(b"\n", b"\r\n") + b"\n"
    assert [answer["line"] for answer in run(text).answers] == [3]
    line = GOOD.rstrip()
    assert len(run(line + b" " * (LONGEST - len(line)) + b"\n").answers) == 1


@each_refused("commands")
def test_a_bad_line_ends_the_run_with_one_line_that_says_where(text: str, says: str) -> None:
    line = text.replace("LONG", " " * LONGEST + "{}").encode()
    done = run(GOOD + line + b"\n" + GOOD)
    assert (done.code, done.error) == (2, f"standard input:2: {says}\n")
    assert [each["line"] for each in done.answers] == [1]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "none.jsonl", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        remedy = "name a file of JSON lines, or -"
        assert run(b"", file=str(path)) == (2, [], f"{path}: can't be read: {reason}; {remedy}\n")


def test_more_states_than_can_be_kept_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no observation is given, it is not known of any of the resources whether it shares the
    key of the first.
    """
    monkeypatch.setattr("translator_cmk.run_command.Oracle", partial(Oracle, limit=32))
    names = [f"r{number}" for number in range(6)]
    sequence = (
        *AT_WORK,
        *(
            command
            for each in names
            for command in (
                cmd.CreateResource(
                    each, "Translator", "westeurope", "cmk-tier", "production", "apps"
                ),
                cmd.EnableCustomerManagedKeys(each, "kv-prod", "cmk-2048"),
                cmd.CreateWorkspace(f"of-{each}", each),
            )
        ),
    )
    done = run(as_lines(*sequence), "--profile=article", "--no-observation")
    assert done.code == 3
    assert len(AT_WORK) < len(done.answers) < len(sequence)
    assert "leave more than 32 states possible" in done.error


def test_an_answer_comes_as_soon_as_its_command_was_sent_and_an_interrupt_is_one_line() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*CLI, "run", "-"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin
        assert process.stdout
        for number, each in enumerate(AT_WORK, start=1):
            process.stdin.write(as_lines(each))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["line"] == number
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == (b"", b"translator-cmk: error: interrupted\n")
    assert process.returncode == 4
