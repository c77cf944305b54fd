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
from tests.conformance.verifying import DEMANDS, MODEL, TOUR, Refused, Verified, decides_in_fuzzing, fuzz, verify
from translator_cmk.cli import main
from translator_cmk.conformance.deviations import load_deviations

WRONG = f"{wrong_systems.__name__}:AnyRegion"
ONLY = ("--lane", "features", "--requirement", "vault.same-region")
FAILS = "vault.same-region/no-key-of-a-vault-in-another-region-is-put-in-use/access-to-a-vault-in-another-region-api"
FAILS_TOO = FAILS.replace("-api", "-portal")
BY_REQUIREMENT = {
    "requirement": "vault.same-region",
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


SIGHT = f"{wrong_systems.__name__}:LosesOnlySight"
NO_PORTAL = f"{limited_systems.__name__}:TakesAnyRegionAndHasNoPortal"
OWN_KEY = f"{clean_prefix.__name__}:OwnKeyIgnored"
ENABLE, LOSE, READ = "tour/EnableCustomerManagedKeys", "tour/DisableIdentity", "tour/ReadData"
EXPIRED = "line 1: the deviation of vault.same-region expired on 2001-01-01"
STALE = "is stale: nothing of it failed; take it out"
UPLOADS, PORTAL = '"attributed_to": ["revocation.deletes-uploads"]', '"cause": "the capability portal"'
BEHIND = "not reached: what leads to it is known to fail"


@pytest.mark.parametrize(
    ("system", "lanes", "entry", "code", "statuses", "said"),
    [
        (WRONG, ONLY, {"requirement": "", "case": FAILS}, 1, {FAILS: "known", FAILS_TOO: "failed"}, ""),
        (WRONG, ONLY, EARLIER, 1, {FAILS: "failed"}, EXPIRED),
        (MODEL, ONLY, {}, 1, {FAILS: "passed"}, STALE),
        (WRONG, DEMANDS, {}, 0, {ENABLE: "known"}, ""),
        (SIGHT, TOUR, {"requirement": "revocation.undeploys"}, 1, {LOSE: "failed"}, UPLOADS),
        (NO_PORTAL, DEMANDS, {}, 1, {ENABLE: "failed"}, PORTAL),
        (OWN_KEY, TOUR, {"requirement": "keys.enable"}, 0, {ENABLE: "known", READ: "not-applicable"}, BEHIND),
    ],
)
def test_known_deviation_is_about_one_thing_as_long_as_that_fails(
    tmp_path: Path,
    system: str,
    lanes: tuple[str, ...],
    entry: dict[str, str],
    code: int,
    statuses: dict[str, str],
    said: str,
) -> None:
    """It hides no other case, no other failure of its command, and what only it keeps from being reached is not due."""
    listed = {name: value for name, value in (BY_REQUIREMENT | LATER | entry).items() if value}
    found = verify(tmp_path, "--python", system, *lanes, *listing(tmp_path, listed))
    assert (found.exit_code, {case: found.status(case) for case in statuses}) == (code, statuses)
    assert said in json.dumps(found.report)
    assert json.loads((found.folder / "badge.json").read_text("utf-8"))["message"].startswith("✘ ")
    junit = ElementTree.parse(found.folder / "junit.xml").getroot()
    assert bool([*junit.iter("failure")]) is (code == 1)
    assert main(["report", "check", str(found.folder)]) == 0


def test_deviation_of_which_nothing_was_tried_is_not_stale(tmp_path: Path) -> None:
    only = ("--python", f"{limited_systems.__name__}:OnlyVaults", "--topic", "vault", "--topic", "keys")
    assert verify(tmp_path, *only).exit_code == 0
    assert verify(tmp_path, *only, *listing(tmp_path, BY_REQUIREMENT | LATER)).exit_code == 0


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


ABOUT = "requirement: vault.same-region"
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
        (GOOD + GOOD, ":2: vault.same-region has an entry already, in line 1; remove one"),
        (GOOD.replace("reason: r", "reason: 7"), ":1: a text is expected here"),
        (GOOD.replace("'https://i/'", "later"), ":1: the issue is no URL"),
        (
            GOOD.replace("i/", "example.invalid/"),
            ":1: the issue of vault.same-region is still 'https://example.inv",
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
