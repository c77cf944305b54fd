"""Every JSON file of a report is as its schema has it, and is compared with it when it is read."""

import json
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import VALID, each_refused, one_error, run_cli
from tests.conformance.conftest import (
    FAILS,
    FAULTY,
    WHOLE,
    WRONG,
    Verified,
    messages_of,
    put_messages,
    says,
    verify,
)


def complaints(name: str, value: object) -> list[str]:
    """What the schema of that name has against a value."""
    return [error.message for error in VALID[name].iter_errors(value)]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on that system if this is known, and something waived."""
    folder = tmp_path_factory.mktemp("known")
    deviations = folder / "known.yaml"
    deviations.write_text(
        "[{requirement: revocation.undeploys, reason: later, issue: 'https://example.com/1', "
        "expires: 2999-01-01},"
        f" {{case: {FAILS}, reason: later, issue: 'https://example.com/1', expires: 2999-01-01}}]"
    )
    listed = ("--deviations", str(deviations), "--waive", "revocation.key-disabled")
    found = verify(
        folder, "--python", WRONG, "--lane", "features", "--case", FAILS, "--case", WHOLE, *listed
    )
    assert found.status(FAILS) == "known"
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that breaks, and answers with what is no answer."""
    faults = "CreateVault=crash GrantKeyAccess=unknown-field"
    chosen = ("--requirement", "vault.access-policy", "--requirement", "environment.create-vault")
    return verify(
        tmp_path_factory.mktemp("broken"),
        "--stdio",
        f"{FAULTY} {faults}",
        "--lane",
        "features",
        *chosen,
    )


@pytest.mark.parametrize("report", ["wrong", "known", "broken"])
def test_what_a_run_writes_is_as_its_schemas_have_it(
    report: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(report).folder
    assert complaints("report", json.loads((folder / "report.json").read_text("utf-8"))) == []
    for file in (folder / "counterexamples").glob("*.json"):
        assert complaints("counterexample", json.loads(file.read_text("utf-8"))) == []
    one_of_each_kind: dict[frozenset[str], Any] = {}
    for line in messages_of(folder).splitlines():
        entry = json.loads(line)
        one_of_each_kind[frozenset(entry) - {"at", "case"}] = entry
    fields = frozenset[str]().union(*one_of_each_kind)
    assert {"answer", "end", "world"} <= fields
    for entry in one_of_each_kind.values():
        assert complaints("message-log-entry", entry) == []


@each_refused("envelope")
def test_envelope_that_is_none_is_reported_with_its_place(
    wrong: Verified, tmp_path: Path, path: list[str | int], value: object, says: str
) -> None:
    report = json.loads(json.dumps(wrong.report))
    inside = reduce(getitem, path[:-1], report)
    inside[path[-1]] = value
    if value == "LEFT OUT":
        del inside[path[-1]]
    assert complaints("report", report)
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    assert one_error(run_cli("report", "check", tmp_path)).startswith(f"{file}: {says}")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2}', "\x00", '{"format": 1, "cases": 3}']
)
def test_what_is_no_report_is_reported_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    assert says(2, "report", "check", str(tmp_path)).count("\n") == 1


@each_refused("log")
def test_message_log_that_is_none_is_reported_with_its_line(
    broken: Verified, tmp_path: Path, line: object, says: str
) -> None:
    assert complaints("message-log-entry", line)
    (tmp_path / "report.json").write_bytes((broken.folder / "report.json").read_bytes())
    log = messages_of(broken.folder).splitlines(keepends=True)
    put_messages(tmp_path, "".join([*log[:2], json.dumps(line) + "\n", *log[3:]]))
    error = one_error(run_cli("report", "check", tmp_path))
    assert f"messages.ndjson.gz:3: {says}" in error.replace("the beginning of a world ", "")


def test_counterexample_that_is_none_is_reported_with_its_place(
    wrong: Verified, tmp_path: Path
) -> None:
    kept = next((wrong.folder / "counterexamples").glob("*.json"))
    content = json.loads(kept.read_text("utf-8"))
    content["commands"][0]["command"] = "Destroy"
    file = tmp_path / "one.json"
    file.write_text(json.dumps(content), "utf-8")
    assert f"{file}: commands[0].command is 'Destroy', which does not exist" in says(
        2, "replay", "--python", WRONG, str(file)
    )
