"""The kit gives each verdict of `verdicts.yaml`."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance import verifying
from tests.conformance.verifying import FAULTY, messages_of, verify
from translator_cmk.cli import main
from translator_cmk.conformance import cases

VERDICTS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("verdicts.yaml").read_text("utf-8"))


def words(name: str) -> tuple[str, ...]:
    """Return the arguments that a name of `verifying` stands for, or the word itself."""
    found = getattr(verifying, name, name) if name.isupper() else name
    return found if isinstance(found, tuple) else (found,)


def system_of(row: dict[str, Any]) -> tuple[str, str]:
    """Return the arguments that name the system of a row."""
    if "system" in row:
        return "--python", f"tests.wrong_systems:{row['system']}"
    return "--stdio", f"{FAULTY} {row['program']}" if "program" in row else row["command"]


def listed(row: dict[str, Any], name: str) -> list[Any]:
    """Return what a row has under a name, as a list."""
    found = row.get(name, [])
    return found if isinstance(found, list) else [found]


def read(folder: Path, file: str) -> str:
    """Return the text of a file of a report, or its message log."""
    return messages_of(folder) if file == "MESSAGES" else (folder / file).read_text("utf-8")


FIELDS = {"status": "statuses", "rests_on": "rests_on", "fault": "faults", "attributed_to": "attributed"}
"""The fields of a case, and what a row calls them."""

KNOWN = {"reason": "by design", "issue": "https://example.invalid/7", "expires": "2999-01-01"}

NO_RELEASES = Path(__file__).with_name("no_releases.yaml")
"""The kit is of no release here, also at the commit of one."""


@pytest.mark.parametrize("row", VERDICTS, ids=[row["claim"] for row in VERDICTS])
def test_verdict_is_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: dict[str, Any]) -> None:
    monkeypatch.setattr(cases, "RELEASES", NO_RELEASES)
    arguments = [word for name in row["ask"] for word in words(str(name))]
    if "known" in row:
        (tmp_path / "known.yaml").write_text(yaml.safe_dump([KNOWN | each for each in row["known"]]), "utf-8")
        arguments += ["--deviations", str(tmp_path / "known.yaml")]
    found = verify(tmp_path, *system_of(row), *arguments, child=row.get("child", False))
    assert found.exit_code in listed(row, "exit")
    for field, key in FIELDS.items():
        values = {words(name)[0]: value for name, value in row.get(key, {}).items()}
        assert {name: found.case(name)[field] for name in values} == values
    for field, key in (("reason", "reasons"), ("shown", "shown")):
        for name, text in row.get(key, {}).items():
            assert text in found.case(words(name)[0])[field]
    statuses = list(found.statuses().values())
    assert not set(listed(row, "never")) & set(statuses)
    assert all(statuses.count(status) >= number for status, number in row.get("at_least", {}).items())
    assert all(statuses.count(status) <= number for status, number in row.get("at_most", {}).items())
    if "failed" in row:
        failed = {case.rpartition("/")[0] for case, status in found.statuses().items() if status == "failed"}
        assert failed == set(row["failed"])
    if "causes" in row:
        assert [group["cause"] for group in found.report["groups"]] == row["causes"]
    if "levels" in row:
        assert {each["level"] for each in found.report["cases"]} == set(row["levels"])
    if "windows" in row:
        assert found.report["subject"]["windows"] == row["windows"]
    for name, value in row.get("report", {}).items():
        assert found.report[name] == value
    assert all(text in found.printed for text in listed(row, "printed"))
    assert not any(text in found.printed for text in listed(row, "silent"))
    for file, text in row.get("files", {}).items():
        assert text in read(found.folder, file)
    for file in row.get("files_without", {}):
        assert not any(text in read(found.folder, file) for text in listed(row["files_without"], file))
    if "check" in row:
        assert main(["report", "check", str(found.folder)]) == row["check"]
