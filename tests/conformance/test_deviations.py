"""Known deviations are read from a file, in which each is about one thing; `verdicts.yaml` has what they do."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.conformance.verifying import MODEL, Refused, Verified, decides_in_fuzzing, fuzz, says, verify
from translator_cmk.conformance.deviations import load_deviations

WRONG = "tests.wrong_systems:AnyRegion"
FAILS = "vault.same-region/no-key-of-a-vault-in-another-region-is-put-in-use/access-to-a-vault-in-another-region-api"
FAILS_TOO = FAILS.replace("-api", "-portal")


def test_deviation_of_what_fuzzing_finds_by_chance_is_never_stale(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text("[{case: fuzz/RotateKey, reason: r, issue: 'https://i.invalid/', expires: 2999-01-01}]", "utf-8")
    found = fuzz(tmp_path, decides_in_fuzzing, "--python", MODEL, "--deviations", str(known))
    assert found.exit_code == 0


def written(found: Verified) -> tuple[str, str]:
    """What failed, once somebody has copied the list and written the reasons and the issues."""
    text = (found.folder / "deviations.yaml").read_text("utf-8")
    file = found.folder.with_name("known.yaml")
    file.write_text(text.replace("to be written", "by design").replace("example.invalid/", "example.com/7"), "utf-8")
    return "--deviations", str(file)


def test_what_failed_is_written_down_to_begin_with_and_has_to_be_filled_in(tmp_path: Path) -> None:
    wrong = ("--python", WRONG, "--case", FAILS, "--case", FAILS_TOO)
    found = verify(tmp_path, *wrong)
    copy = shutil.copy(found.folder / "deviations.yaml", tmp_path / "copy.yaml")
    assert f"{copy}:3: the reason of {FAILS_TOO} is still 'to be written'; write one" in says(
        2, "verify", *wrong, "--deviations", str(copy)
    )
    found = verify(tmp_path, *wrong, *written(found))
    counts = found.report["counts"]["scored"]
    assert (found.exit_code, counts["known"]) == (0, 2)
    assert f": {counts['passed']} passed, 2 known (only case " in found.printed
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
        (f"- {{{ABOUT}, reason: r, expires: 2999-01-01}}", ":1: an entry lacks the field 'issue'; add it"),
        (f"- {{{REST}}}", ":1: an entry is about one thing; name either a requirement or a case"),
        (f"- {{{ABOUT}, case: {FAILS}, {REST}}}", ":1: an entry is about one thing"),
        (f"- {{{ABOUT}, {REST}, owner: me}}", ":1: an entry has no field 'owner'; its fields are"),
        (GOOD + GOOD, ":2: vault.same-region has an entry already, in line 1; remove one"),
        (GOOD.replace("reason: r", "reason: 7"), ":1: reason is the number 7; write a text"),
        (GOOD.replace("'https://i/'", "later"), ":1: the issue is no URL"),
        (
            GOOD.replace("i/", "example.invalid/"),
            ":1: the issue of vault.same-region is still 'https://example.inv",
        ),
        (GOOD.replace("2999-01-01", "soon"), ":1: expires is 'soon'; write a day such as 2027-01-31"),
        (GOOD.replace("2999-01-01", "2999-W01-1"), ":1: expires is '2999-W01-1'; write a day"),
        (GOOD.replace("2999-01-01", "2999-01-01T00:00:00Z"), ":1: expires is '2999-01-01T00:00:00Z'; write a day"),
        (GOOD.replace("2999-01-01", "'2999-02-30'"), ":1: expires is '2999-02-30'; write a day"),
    ],
)
def test_malformed_file_is_told_in_one_line(tmp_path: Path, refused: Refused, text: str, message: str) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(text, "utf-8")
    assert f"{file}{message}" in refused("--python", MODEL, "--deviations", str(file))


def test_file_that_is_none_is_told(tmp_path: Path, refused: Refused) -> None:
    assert f"{tmp_path}: can't be read: Is a directory" in refused("--python", MODEL, "--deviations", str(tmp_path))
