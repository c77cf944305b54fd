"""`verify` finds a right system conformant over each transport, and says of a wrong one what it does otherwise."""

import json
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.verifying import (
    FAULTY,
    FULL,
    GRANTED,
    MODEL,
    ROOT,
    Refused,
    decides_in_fuzzing,
    fuzz,
    messages_of,
    says,
    started,
    verify,
)
from translator_cmk.cli import main

TENANT, WORKSPACE = (("--lane", "features", "--topic", topic) for topic in ("tenant", "workspace"))
CLI = [sys.executable, "-m", "translator_cmk.cli"]


def test_model_is_conformant_in_this_process_in_every_lane(tmp_path: Path) -> None:
    lanes = (*FULL, "--topic", "keys", "--lane", "tour", "--scope", "losing-the-key")
    found = fuzz(tmp_path, decides_in_fuzzing, "--python", MODEL, *lanes)
    assert found.exit_code == 0
    assert found.report["complete"]
    scored = found.report["counts"]["scored"]
    assert scored["passed"] + scored["not-applicable"] == scored["total"]
    reasons = [case["reason"] for case in found.report["cases"] if case["status"] == "not-applicable"]
    assert "not specified: keys.change demands nothing of a system" in reasons
    assert all(reason.startswith("not specified: ") for reason in reasons)
    assert found.report["tour"]["commands"] > 100
    assert found.report["fuzz"]["sequences"] > 0
    assert "conformant" in found.printed


def test_model_is_conformant_as_a_process_and_at_a_url(tmp_path: Path) -> None:
    with started(*CLI, "serve", "--http", "0") as url:
        for transport, system in (("stdio", shlex.join([*CLI, "serve", "--stdio"])), ("http", url)):
            found = verify(tmp_path, f"--{transport}", system, *TENANT)
            assert (found.exit_code, found.report["transport"]) == (0, transport)


def test_exit_code_of_the_program_says_why_there_are_no_verdicts(tmp_path: Path) -> None:
    command = [*CLI, "verify", "--report", str(tmp_path / "report"), "--stdio", "/bin/true"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert "Traceback" not in run.stderr


def test_several_sessions_come_to_the_same(tmp_path: Path) -> None:
    several = verify(tmp_path / "several", "--python", MODEL, *WORKSPACE)
    one = verify(tmp_path / "one", "--python", "tests.wrong_systems:EmptiesNothing", *WORKSPACE)
    assert several.statuses() == one.statuses()
    assert [messages_of(each.folder).count('"verb":"hello"') for each in (one, several)] == [1, 2]
    assert several.exit_code == 0
    assert main(["report", "check", str(several.folder)]) == 0


UNTOLD = """
class Untold(BaseException):
    def __str__(self):
        raise SystemExit(0)

raise Untold
"""
"""A module that raises what has no words for itself."""


REFUSALS = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", REFUSALS, ids=[" ".join(row["ask"]) for row in REFUSALS])
def test_wrong_usage_is_refused_before_anything_is_asked(
    tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "no_python.py").write_text("class {")
    (tmp_path / "raises.py").write_text("1 / 0")
    (tmp_path / "leaves.py").write_text("raise SystemExit(7)")
    (tmp_path / "lazy.py").write_text("def __getattr__(name): raise ValueError(f'no {name}')")
    (tmp_path / "untold.py").write_text(UNTOLD)
    assert row["error"] in refused(*(word.replace("LONG", "a" * 300) for word in row["ask"]))


def test_command_for_a_shell_is_told_as_one_that_works(tmp_path: Path) -> None:
    piped = f"{FAULTY} | tee {shlex.quote(str(tmp_path / 'a log'))}"
    instead = shlex.split(says(2, "doctor", "--stdio", piped).partition("; say ")[2])
    assert main(["doctor", *instead]) == 0
    assert (tmp_path / "a log").read_text("utf-8").startswith('{"id"')
    quoted = f"{shlex.quote(sys.executable)} -c 'raise SystemExit(8)' '|' \";\" a|b --x='a | b'"
    assert "ended with exit code 8" in says(3, "doctor", "--stdio", quoted)


@pytest.mark.parametrize("option", ["--seed", "--steps", "--seconds", "--timeout"])
def test_odd_numbers_are_refused_in_few_words(option: str) -> None:
    for value in ("-1", "nan", "inf", "1e999", "9" * 5000, "٣", "1_0", ""):
        *_, error = says(2, "verify", "--in-process", "--python", MODEL, option, value).splitlines()
        assert f"error: argument {option}: " in error
        assert "; write " in error
        assert len(error) < 200


@pytest.mark.parametrize("place", ["nosuchhost.invalid:80", "a..b:80"])
def test_host_that_there_is_not_is_told(place: str) -> None:
    message = f"translator-cmk: error: --http {place}: there is no such host here; write one such as 127.0.0.1\n"
    assert says(2, "serve", "--http", place) == message


def test_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        run = subprocess.run([*CLI, "serve", "--http", place], capture_output=True, text=True, timeout=30, check=False)
    assert (run.returncode, run.stdout) == (3, "")
    assert run.stderr == f"translator-cmk: error: can't listen on {place}: Address already in use\n"


def test_time_that_is_up_at_once_still_makes_a_sequence(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, "--lane", "fuzz", "--seconds", "0.0001")
    assert (found.report["complete"], found.report["fuzz"]["sequences"]) == (True, 1)


def test_fuzzing_by_sequences_is_the_same_each_time_and_reported(tmp_path: Path) -> None:
    lane = ("--lane", "fuzz", "--sequences", "3")
    runs = [verify(tmp_path / each, "--python", MODEL, *lane) for each in ("once", "again")]
    assert [each.report["fuzz"]["commands"] for each in runs] == [runs[0].report["fuzz"]["commands"]] * 2
    assert {(each.report["fuzz"]["sequences"], each.report["budgets"]["sequences"]) for each in runs} == {(3, 3)}
    assert main(["report", "check", str(runs[0].folder)]) == 0
    report = runs[0].report | {"budgets": runs[0].report["budgets"] | {"sequences": 4}}
    (runs[0].folder / "report.json").write_text(json.dumps(report), "utf-8")
    assert main(["report", "check", str(runs[0].folder)]) == 1


def test_settle_may_take_longer_than_an_answer_over_http_too(tmp_path: Path) -> None:
    slowly = ("--python", "tests.wrong_systems:SettlesSlowly")
    with started(*CLI, "serve", "--http", "0", *slowly) as url:
        found = verify(tmp_path, "--http", url, "--timeout", "1.2", "--lane", "features", "--case", GRANTED)
    assert (found.exit_code, found.status(GRANTED)) == (0, "passed")
