"""`verify` comes to the verdict that is written of each system in `verdicts.yaml`."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml

from tests.command_line import tables
from tests.conformance import conftest
from tests.conformance.conftest import (
    FAULTY,
    MODEL,
    Verified,
    messages_of,
    verify,
)
from translator_cmk.bdd import freeze
from translator_cmk.cli import main
from translator_cmk.conformance.wire import clock

[VERDICTS] = tables(__file__, "verdicts.yaml")


def words(name: str) -> tuple[str, ...]:
    """Return the arguments that a name of `conftest.py` stands for, or the word itself."""
    if not name.isupper():
        return (name,)
    found = getattr(conftest, name, name)
    return found if isinstance(found, tuple) else (found,)


def case_of(name: str) -> str:
    """Return the id of a case that a row names by itself, or by a name of `conftest.py`."""
    return words(name)[0]


def system_of(row: dict[str, Any]) -> tuple[str, str]:
    """Return the arguments that name the system of a row."""
    if "system" in row:
        system = row["system"]
        return "--python", MODEL if system == "model" else f"tests.systems.{system}"
    if "program" in row:
        return "--stdio", f"{FAULTY} {row['program']}"
    return "--stdio", row["command"]


def listed(row: dict[str, Any], name: str) -> list[Any]:
    """Return what a row has under a name, as a list."""
    found = row.get(name, [])
    return found if isinstance(found, list) else [found]


def read(folder: Path, file: str) -> str:
    """Return the text of a file of a report, or its message log."""
    return messages_of(folder) if file == "MESSAGES" else (folder / file).read_text("utf-8")


KNOWN = {"reason": "by design", "issue": "https://example.invalid/7", "expires": "2999-01-01"}


def let_nobody_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have time pass at once where kit or system would sleep."""
    slept = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: monotonic() + sum(slept))
    monkeypatch.setattr(clock, "sleep", slept.append)


@pytest.mark.parametrize("row", VERDICTS, ids=[row["claim"] for row in VERDICTS])
def test_verdict_is_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]
) -> None:
    # the kit is of no release here, also at the commit of one
    monkeypatch.setattr(freeze, "FROZEN", tmp_path / "frozen")
    if "system" in row and not row.get("child"):  # another process has a time of its own
        let_nobody_wait(monkeypatch)
    arguments: list[str] = []
    for name in row["ask"]:
        arguments += words(str(name))
    if "known" in row:
        known = [KNOWN | deviation for deviation in row["known"]]
        (tmp_path / "known.yaml").write_text(yaml.safe_dump(known), "utf-8")
        arguments += ["--deviations", str(tmp_path / "known.yaml")]

    found = verify(tmp_path, *system_of(row), *arguments, child=row.get("child", False))

    assert found.exit_code in listed(row, "exit")
    compare_cases(found, row)
    compare_statuses(found, row)
    compare_report(found, row)
    compare_texts(found, row)
    if "check" in row:
        assert main(["report", "check", str(found.folder)]) == row["check"]


def compare_cases(found: Verified, row: dict[str, Any]) -> None:
    """Compare single cases with a row: fields that have a value, and fields that contain a text."""
    for field, key in (
        ("status", "statuses"),
        ("rests_on", "rests_on"),
        ("fault", "faults"),
        ("attributed_to", "attributed"),
    ):
        for name, value in row.get(key, {}).items():
            assert found.case(case_of(name))[field] == value, name
    for field, key in (("reason", "reasons"), ("shown", "shown")):
        for name, text in row.get(key, {}).items():
            assert text in found.case(case_of(name))[field], name


def compare_statuses(found: Verified, row: dict[str, Any]) -> None:
    """Compare the statuses of all cases with a row."""
    statuses = list(found.statuses().values())
    for status in listed(row, "never"):
        assert status not in statuses
    for status, number in row.get("at_least", {}).items():
        assert statuses.count(status) >= number, status
    for status, number in row.get("at_most", {}).items():
        assert statuses.count(status) <= number, status
    if "failed" in row:
        failed = {
            case.rpartition("/")[0]
            for case, status in found.statuses().items()
            if status == "failed"
        }
        assert failed == set(row["failed"])


def compare_report(found: Verified, row: dict[str, Any]) -> None:
    """Compare with a row what a report says of the whole run."""
    if "causes" in row:
        assert [group["cause"] for group in found.report["groups"]] == row["causes"]
    if "levels" in row:
        assert {case["level"] for case in found.report["cases"]} == set(row["levels"])
    if "windows" in row:
        assert found.report["subject"]["windows"] == row["windows"]
    for name, value in row.get("report", {}).items():
        assert found.report[name] == value, name


def compare_texts(found: Verified, row: dict[str, Any]) -> None:
    """Compare with a row what was printed, and what the files of the report have."""
    for text in listed(row, "printed"):
        assert text in found.printed
    for text in listed(row, "silent"):
        assert text not in found.printed
    for file, text in row.get("files", {}).items():
        assert text in read(found.folder, file)
    for file in row.get("files_without", {}):
        for text in listed(row["files_without"], file):
            assert text not in read(found.folder, file)
