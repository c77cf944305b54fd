"""The lane of traces judges logs that were recorded elsewhere, and its verdicts can be derived from their copies."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.forging import Forgery
from tests.conformance.verifying import MODEL, Refused, Verified, says, verify
from translator_cmk.cli import main

HEAD = {"trace": 1, "subject": "night run 7"}
ACCEPTED = {"outcome": {"outcome": "accepted"}}
VAULT = {"command": "CreateVault", "vault": "kv-prod", "region": "westeurope", "subscription": "production"}
CREATED = {"command": VAULT | {"group": "apps"}, **ACCEPTED}
KEY = {"command": {"command": "CreateKey", "vault": "kv-prod", "key": "cmk-2048"}, **ACCEPTED}
DELETED = {"command": {"command": "DeleteVault", "vault": "kv-prod"}, **ACCEPTED}
RESET: dict[str, Any] = {"stage": {}}
FITS = (HEAD, CREATED, KEY, DELETED, RESET, CREATED)
WRONG = (*FITS, DELETED, KEY, RESET, CREATED, DELETED, KEY, KEY)
"""Twice a key is made in a deleted vault; what comes after the first such event of a world is not judged."""


def trace(folder: Path, *lines: object, name: str = "log.jsonl") -> tuple[str, str]:
    """The option for a trace with these lines."""
    file = folder / name
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return "--trace", str(file)


@pytest.fixture
def wrong(tmp_path: Path) -> Verified:
    """The report on a trace that does not fit."""
    return verify(tmp_path, "--lane", "trace", *trace(tmp_path, *WRONG))


def test_trace_that_fits_passes_without_any_system(tmp_path: Path) -> None:
    found = verify(tmp_path, "--lane", "trace", *trace(tmp_path, *FITS), *trace(tmp_path, *FITS, name="again.jsonl"))
    assert (found.exit_code, found.report["transport"]) == (0, "none")
    assert (found.report["subject"]["product"], found.report["subject"]["capabilities"]) == ("night run 7", [])
    assert found.statuses() == {f"trace/{name}": "passed" for name in ("CreateVault", "DeleteVault", "CreateKey")}
    counts = {name: found.report["trace"][name] for name in ("sequences", "commands", "lost_track")}
    assert counts == {"sequences": 4, "commands": 8, "lost_track": 0}
    kept = [(each["name"], each["judged_to"]) for each in found.report["trace"]["traces"]]
    assert kept == [("log.jsonl", 6), ("again.jsonl", 6)]
    assert main(["report", "check", str(found.folder)]) == 0


def test_impossible_event_fails_its_command_and_is_laid_to_requirements(wrong: Verified) -> None:
    assert wrong.exit_code == 1
    failed = wrong.case("trace/CreateKey")
    assert (failed["status"], failed["attributed_to"]) == ("failed", ["environment.exists"])
    assert failed["reason"].endswith("observed: the request is accepted (2 times)")
    assert "log.jsonl:8: impossible: the customer generates the key" in failed["shown"]
    assert wrong.status("trace/DeleteVault") == "passed"
    assert wrong.report["groups"] == [{"cause": "environment.exists", "cases": ["trace/CreateKey"]}]
    assert wrong.report["trace"]["commands"] == 7
    assert main(["report", "check", str(wrong.folder)]) == 0


def test_verdict_or_trace_that_was_edited_is_found_out(wrong: Verified) -> None:
    report, content = wrong.folder / "report.json", (wrong.folder / "report.json").read_text("utf-8")
    report.write_text(content.replace('"status": "failed"', '"status": "passed"'), "utf-8")
    assert 'trace/CreateKey.status: was "passed", is "failed"' in says(1, "report", "check", str(wrong.folder))
    report.write_text(content, "utf-8")
    copy = wrong.folder / "traces" / "01.jsonl"
    copy.write_text(copy.read_text("utf-8").replace("accepted", "refused"), "utf-8")
    out = says(1, "report", "check", str(wrong.folder))
    assert "trace.traces: was " in out
    assert "traces/01.jsonl is not what it was when the report was written" in out
    copy.write_text(copy.read_text("utf-8").replace('"trace": 1', '"trace": 9', 1), "utf-8")
    assert "01.jsonl:1: trace is the number 9" in says(2, "report", "check", str(wrong.folder))
    copy.unlink()
    assert "01.jsonl: no such file, and the report has a trace of that name" in says(
        2, "report", "check", str(wrong.folder)
    )


def test_profile_waivers_and_known_deviations_hold_for_traces(tmp_path: Path) -> None:
    vault = VAULT | {"group": "apps", "purge_protection": False}
    purged = {"command": {"command": "PurgeVault", "vault": "kv-prod"}, **ACCEPTED}
    protected = trace(tmp_path, HEAD, CREATED, DELETED, purged)
    only = ("--lane", "trace", *protected)
    found = verify(tmp_path, *only)
    assert (found.exit_code, found.case("trace/PurgeVault")["attributed_to"]) == (1, ["environment.no-vault-purge"])
    assert verify(tmp_path, *only, "--waive", "environment.no-vault-purge").exit_code == 0
    known = tmp_path / "known.yaml"
    known.write_text(
        "[{requirement: environment.no-vault-purge, reason: r, issue: 'https://i.invalid/', expires: 2999-01-01}]"
    )
    assert verify(tmp_path, *only, "--deviations", str(known)).exit_code == 0
    assert (
        verify(tmp_path, "--lane", "trace", *trace(tmp_path, {"command": vault, **ACCEPTED}, DELETED, purged)).exit_code
        == 0
    )


def test_trace_that_is_cut_off_makes_an_incomplete_report(tmp_path: Path) -> None:
    _, name = trace(tmp_path, *FITS)
    Path(name).write_bytes(Path(name).read_bytes()[:-9])
    found = verify(tmp_path, "--lane", "trace", "--trace", name)
    assert (found.exit_code, found.report["complete"], found.report["trace"]["commands"]) == (4, False, 3)
    assert found.report["trouble"] == "log.jsonl:6: cut off in the middle of the line; copy the whole trace"
    assert "all 3 verdicts are confirmed" in says(4, "report", "check", str(found.folder))
    forgery = Forgery(found.folder, tmp_path / "forged")
    forgery.envelope |= {"complete": True, "files": {}}
    del forgery.envelope["trouble"]
    assert "the run broke off, and is said to be complete: log.jsonl:6: cut off" in says(
        1, "report", "check", str(forgery.derive())
    )


def test_trace_that_tells_nothing_is_incomplete(tmp_path: Path) -> None:
    found = verify(tmp_path, "--lane", "trace", *trace(tmp_path, HEAD, {"command": VAULT | {"group": "apps"}}))
    assert (found.exit_code, found.report["cases"]) == (4, [])


def test_traces_are_judged_beside_other_lanes(tmp_path: Path) -> None:
    case = "environment.create-vault/a-new-vault-is-active-and-has-both-protections"
    lanes = ("--python", MODEL, "--lane", "features", "--case", case, "--lane", "trace")
    found = verify(tmp_path, *lanes, *trace(tmp_path, *WRONG))
    assert (found.exit_code, found.status(case), found.status("trace/CreateKey")) == (1, "passed", "failed")
    assert found.report["subject"]["product"] == "model"
    assert main(["report", "check", str(found.folder)]) == 0
    assert main(["report", "reproduce", str(found.folder), "--in-process", "--python", MODEL]) == 0


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ((HEAD, {"command": {"command": "Destroy"}}), ("--lane", "trace"), "log.jsonl:2: command.command is 'Destroy'"),
        ((HEAD, 3), ("--lane", "trace"), "log.jsonl:2: no JSON object"),
        ((), ("--lane", "trace", "--trace", "nothing"), "nothing: can't be read: No such file or directory"),
        ((), ("--lane", "trace", "--trace", "-"), "--trace -: name a file"),
        ((HEAD,), ("--lane", "features", "--python", MODEL), "--trace: its lane is left out"),
        ((HEAD,), (), "features, tour, fuzz: these lanes need a system; name it with --stdio, --http or --python"),
    ],
)
def test_what_can_not_be_judged_is_told_in_one_line(
    tmp_path: Path, refused: Refused, lines: tuple[object, ...], options: tuple[str, ...], message: str
) -> None:
    assert message in refused(*options, *trace(tmp_path, *lines))
    assert "--lane trace needs a log: add --trace FILE" in refused("--lane", "trace")


def test_traces_of_two_systems_are_refused(tmp_path: Path) -> None:
    two = (*trace(tmp_path, *FITS), *trace(tmp_path, HEAD | {"subject": "other"}, CREATED, name="two.jsonl"))
    assert "the traces are of 'night run 7' and of 'other'; judge them apart" in says(
        2, "verify", "--report", str(tmp_path / "report"), "--lane", "trace", *two
    )


def test_report_of_traces_alone_can_not_be_reproduced(wrong: Verified) -> None:
    assert "it has only traces, of which nobody can be asked again; use report check" in says(
        2, "report", "reproduce", str(wrong.folder), "--in-process", "--python", MODEL
    )
