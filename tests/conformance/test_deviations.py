"""A known deviation lets a run pass and stays a failure in its report; one that is stale or expired does not."""

from pathlib import Path

import pytest
import yaml

from tests.conformance.verifying import MODEL, verify
from tests.gherkin import wrong_systems
from translator_cmk.cli import main

WRONG = f"{wrong_systems.__name__}:AnyRegion"
ONLY = ("--lane", "features", "--requirement", "vault.same-region")
FAILS = "vault.same-region/resource-and-vault-in-two-regions/eastus"
BY_REQUIREMENT = {"requirement": "vault.same-region", "reason": "one region", "issue": "https://example.invalid/7"}
LATER, EARLIER = {"expires": "2999-01-01"}, {"expires": "2001-01-01"}


def listing(folder: Path, *entries: dict[str, str]) -> tuple[str, str]:
    file = folder / "deviations.yaml"
    file.write_text(yaml.safe_dump(list(entries)), "utf-8")
    return "--deviations", str(file)


def test_known_deviation_is_no_failure_of_the_run_and_one_in_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = verify(tmp_path, "--python", WRONG, *ONLY, *listing(tmp_path, BY_REQUIREMENT | LATER))
    assert found.exit_code == 0
    assert found.case(FAILS)["status"] == "known"
    assert found.case(FAILS)["known"] == "one region (https://example.invalid/7)"
    assert found.report["counts"]["scored"]["known"] == 2
    assert f"✘ {FAILS}, laid to the same" in capsys.readouterr().out
    assert main(["report", "check", str(found.folder)]) == 0


def test_deviation_of_one_case_leaves_the_others_failures(tmp_path: Path) -> None:
    entry = {name: value for name, value in BY_REQUIREMENT.items() if name != "requirement"}
    found = verify(tmp_path, "--python", WRONG, *ONLY, *listing(tmp_path, entry | LATER | {"case": FAILS}))
    assert (found.exit_code, found.status(FAILS)) == (1, "known")
    assert found.status(FAILS.replace("/eastus", "/westeurope")) == "failed"


def test_deviation_that_has_expired_is_none(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", WRONG, *ONLY, *listing(tmp_path, BY_REQUIREMENT | EARLIER))
    assert (found.exit_code, found.status(FAILS)) == (1, "failed")
    assert found.report["stale_deviations"] == ["line 1: the deviation of vault.same-region expired on 2001-01-01"]


def test_deviation_of_what_does_not_fail_is_stale(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, *ONLY, *listing(tmp_path, BY_REQUIREMENT | LATER))
    assert found.exit_code == 1
    assert found.report["counts"]["scored"]["failed"] == 0
    assert "is stale: nothing of it failed; take it out" in found.report["stale_deviations"][0]


def test_known_deviation_hides_no_other_failure_in_sequences(tmp_path: Path) -> None:
    both = f"{wrong_systems.__name__}:LosesOnlySight"
    known = BY_REQUIREMENT | LATER | {"requirement": "revocation.undeploys"}
    lanes = ("--lane", "tour", "--scope", "losing-the-key")
    found = verify(tmp_path, "--python", both, *lanes, *listing(tmp_path, known))
    assert found.exit_code == 1
    assert {group["requirement"] for group in found.report["groups"]} == {"revocation.deletes-uploads"}


def test_what_failed_can_be_written_down_to_begin_with(tmp_path: Path) -> None:
    file = tmp_path / "known.yaml"
    assert verify(tmp_path, "--python", WRONG, *ONLY, "--write-deviations", str(file)).exit_code == 1
    assert FAILS in file.read_text("utf-8")
    assert verify(tmp_path, "--python", WRONG, *ONLY, "--deviations", str(file)).exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x: [", ":1: not YAML"),
        ("a: b", ":1: no list"),
        ("- {case: x, reason: r, issue: 'https://i/', expires: 2999-01-01}", ":1: 'x' is no case"),
        ("- {requirement: x.y, reason: r, issue: 'https://i/', expires: 2999-01-01}", ":1: 'x.y' is no requirement"),
        ("- {requirement: vault.same-region, reason: r, expires: 2999-01-01}", ":1: an entry has reason, issue"),
        ("- {reason: r, issue: 'https://i/', expires: 2999-01-01}", ":1: name either a requirement or a case"),
        ("- {requirement: vault.same-region, reason: r, issue: later, expires: 2999-01-01}", ":1: the issue is no URL"),
        ("- {requirement: vault.same-region, reason: r, issue: 'https://i/', expires: soon}", "expires is 'soon'"),
        ("- !!python/object/apply:os.system [id]", ":1: an entry has reason"),
        ("\x00", "not YAML"),
    ],
)
def test_malformed_file_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    file = tmp_path / "deviations.yaml"
    file.write_text(text, "utf-8")
    arguments = ["verify", "--python", MODEL, "--report", str(tmp_path / "report"), "--deviations", str(file)]
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
