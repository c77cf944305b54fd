"""A known deviation lets a run pass and stays a failure in its report; one that is stale or expired does not."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.bdd import wrong_systems
from tests.conformance import limited_systems
from tests.conformance import test_clean_prefix as clean_prefix
from tests.conformance.verifying import DEMANDS, MODEL, Refused, Verified, decides_in_fuzzing, fuzz, verify
from translator_cmk.cli import main
from translator_cmk.conformance.deviations import load_deviations

WRONG = f"{wrong_systems.__name__}:AnyRegion"
ONLY = ("--lane", "features", "--requirement", "vault.same-region-refused")
FAILS = "vault.same-region-refused/a-vault-in-another-region-is-refused/access-to-a-vault-in-another-region-api"
FAILS_TOO = FAILS.replace("-api", "-portal")
BY_REQUIREMENT = {
    "requirement": "vault.same-region-refused",
    "reason": "one region",
    "issue": "https://example.invalid/7",
}
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
    assert found.report["counts"]["scored"]["known"] == 4
    assert f"✘ {FAILS}, attributed to the same" in capsys.readouterr().out
    assert json.loads((found.folder / "badge.json").read_text("utf-8"))["message"].startswith("✘ ")
    junit = ElementTree.parse(found.folder / "junit.xml").getroot()
    assert not [*junit.iter("failure"), *junit.iter("error")]
    assert main(["report", "check", str(found.folder)]) == 0


def test_deviation_of_one_case_leaves_the_others_failures(tmp_path: Path) -> None:
    entry = {name: value for name, value in BY_REQUIREMENT.items() if name != "requirement"}
    found = verify(tmp_path, "--python", WRONG, *ONLY, *listing(tmp_path, entry | LATER | {"case": FAILS}))
    assert (found.exit_code, found.status(FAILS)) == (1, "known")
    assert found.status(FAILS_TOO) == "failed"


def test_deviation_that_has_expired_is_none(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", WRONG, *ONLY, *listing(tmp_path, BY_REQUIREMENT | EARLIER))
    assert (found.exit_code, found.status(FAILS)) == (1, "failed")
    assert found.report["stale_deviations"] == [
        "line 1: the deviation of vault.same-region-refused expired on 2001-01-01"
    ]


def test_deviation_of_what_does_not_fail_is_stale(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", MODEL, *ONLY, *listing(tmp_path, BY_REQUIREMENT | LATER))
    assert found.exit_code == 1
    assert found.report["counts"]["scored"]["failed"] == 0
    assert len([*ElementTree.parse(found.folder / "junit.xml").iter("failure")]) == 1
    assert "is stale: nothing of it failed; take it out" in found.report["stale_deviations"][0]


def test_known_deviation_hides_no_other_failure_in_sequences(tmp_path: Path) -> None:
    both = f"{wrong_systems.__name__}:LosesOnlySight"
    known = BY_REQUIREMENT | LATER | {"requirement": "revocation.undeploys"}
    lanes = ("--lane", "tour", "--scope", "losing-the-key")
    found = verify(tmp_path, "--python", both, *lanes, *listing(tmp_path, known))
    assert found.exit_code == 1
    assert [group["cause"] for group in found.report["groups"]] == ["revocation.deletes-uploads"]
    statuses = {case["id"]: (case["status"], case.get("attributed_to")) for case in found.report["cases"]}
    assert statuses["tour/DisableIdentity"] == ("failed", ["revocation.deletes-uploads"])
    assert main(["report", "check", str(found.folder)]) == 0


def test_known_deviation_alone_is_known_and_what_it_keeps_from_being_reached_does_not_apply(tmp_path: Path) -> None:
    one = f"{clean_prefix.__name__}:OwnKeyIgnored"
    known = listing(tmp_path, BY_REQUIREMENT | LATER | {"requirement": "keys.enable"})
    found = verify(tmp_path, "--python", one, "--lane", "tour", "--scope", "losing-the-key", *known)
    assert found.exit_code == 0
    assert found.status("tour/EnableCustomerManagedKeys") == "known"
    assert found.case("tour/ReadData")["reason"].startswith("not reached: what leads to it is known to fail")


def test_known_deviation_of_a_requirement_is_shown_by_sequences_alone(tmp_path: Path) -> None:
    found = verify(tmp_path, "--python", WRONG, *DEMANDS, *listing(tmp_path, BY_REQUIREMENT | LATER))
    assert (found.exit_code, found.status("tour/EnableCustomerManagedKeys")) == (0, "known")
    assert json.loads((found.folder / "badge.json").read_text("utf-8"))["message"].startswith("✘ ")


def test_deviation_of_which_nothing_was_tried_is_not_stale(tmp_path: Path) -> None:
    only = ("--python", f"{limited_systems.__name__}:OnlyVaults", "--topic", "vault", "--topic", "keys")
    assert verify(tmp_path, *only).exit_code == 0
    assert verify(tmp_path, *only, *listing(tmp_path, BY_REQUIREMENT | LATER)).exit_code == 0


def test_known_deviation_hides_nothing_else_of_a_command(tmp_path: Path) -> None:
    both = f"{limited_systems.__name__}:TakesAnyRegionAndHasNoPortal"
    found = verify(tmp_path, "--python", both, *DEMANDS, *listing(tmp_path, BY_REQUIREMENT | LATER))
    assert (found.exit_code, found.status("tour/EnableCustomerManagedKeys")) == (1, "failed")
    assert [group["cause"] for group in found.report["groups"]] == ["the capability portal"]


def test_deviation_of_what_fuzzing_finds_by_chance_is_never_stale(tmp_path: Path) -> None:
    entry = {name: value for name, value in BY_REQUIREMENT.items() if name != "requirement"}
    known = listing(tmp_path, entry | LATER | {"case": "fuzz/RotateKey"})
    found = fuzz(tmp_path, decides_in_fuzzing, "--python", MODEL, *known)
    assert found.exit_code == 0


def written(found: Verified) -> tuple[str, str]:
    """What failed, once somebody has copied the list and written the reasons and the issues."""
    text = (found.folder / "deviations.yaml").read_text("utf-8")
    file = found.folder.with_name("known.yaml")
    file.write_text(text.replace("to be written", "by design").replace("example.invalid/", "example.com/7"), "utf-8")
    return "--deviations", str(file)


def test_what_failed_is_written_down_to_begin_with_and_has_to_be_filled_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ("--python", WRONG, "--case", FAILS, "--case", FAILS_TOO)
    found = verify(tmp_path, *wrong)
    copy = shutil.copy(found.folder / "deviations.yaml", tmp_path / "copy.yaml")
    assert main(["verify", *wrong, "--deviations", str(copy)]) == 2
    assert f"{copy}:3: the reason of {FAILS_TOO} is still 'to be written'; write one" in capsys.readouterr().err
    found = verify(tmp_path, *wrong, *written(found))
    counts = found.report["counts"]["scored"]
    assert (found.exit_code, counts["known"]) == (0, 2)
    assert f": {counts['passed']} passed, 2 known (only case " in capsys.readouterr().out
    assert yaml.safe_load((found.folder / "deviations.yaml").read_text("utf-8")) == []  # nothing else failed


ABOUT = "requirement: vault.same-region-refused"
REST = "reason: r, issue: 'https://i/', expires: 2999-01-01"
GOOD = f"- {{{ABOUT}, {REST}}}\n"


@pytest.mark.parametrize("day", ["2999-01-01", "'2999-01-01'"])
def test_day_may_be_quoted(tmp_path: Path, day: str) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(GOOD.replace("2999-01-01", day), "utf-8")
    assert load_deviations(file).entries[0].expires == "2999-01-01"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: [", ":1: not YAML"),
        ("", ":1: the file is empty; write [] where nothing is known"),
        (f"- {{case: x, {REST}}}", ":1: 'x' is no case"),
        (f"- {{case: tour/Fly, {REST}}}", ":1: 'tour/Fly' is no case"),
        (f"- {{requirement: x.y, {REST}}}", ":1: 'x.y' is no requirement; translator-cmk register lists"),
        (f"- {{{ABOUT}, reason: r, expires: 2999-01-01}}", ":1: the key 'issue' is missing"),
        (f"- {{{REST}}}", ":1: an entry is about one thing; name either a requirement or a case"),
        (f"- {{{ABOUT}, case: {FAILS}, {REST}}}", ":1: an entry is about one thing"),
        (f"- {{{ABOUT}, {REST}, owner: me}}", ":1: unknown key 'owner'; known are"),
        (GOOD + GOOD, ":2: vault.same-region-refused has an entry already, in line 1; leave one out"),
        (GOOD.replace("reason: r", "reason: 7"), ":1: a text is expected here"),
        (GOOD.replace("'https://i/'", "later"), ":1: the issue is no URL"),
        (
            GOOD.replace("i/", "example.invalid/"),
            ":1: the issue of vault.same-region-refused is still 'https://example.inv",
        ),
        (GOOD.replace("2999-01-01", "soon"), ":1: a day such as 2027-01-31 is expected here"),
        (GOOD.replace("2999-01-01", "2999-W01-1"), ":1: a day such as"),
        (GOOD.replace("2999-01-01", "2999-01-01T00:00:00Z"), ":1: a day such as"),
        (GOOD.replace("2999-01-01", "'2999-02-30'"), ":1: 2999-02-30 is not a date"),
    ],
)
def test_malformed_file_is_told_in_one_line(tmp_path: Path, refused: Refused, text: str, message: str) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(text, "utf-8")
    assert f"{file}{message}" in refused("--python", MODEL, "--deviations", str(file))


def test_file_that_is_none_is_told(tmp_path: Path, refused: Refused) -> None:
    assert f"{tmp_path}: can't be read: Is a directory" in refused("--python", MODEL, "--deviations", str(tmp_path))
