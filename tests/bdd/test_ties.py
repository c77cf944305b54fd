"""Each broken tie is named with place and remedy; mending them is all it takes."""

import re
from pathlib import Path

import pytest

from tests.command_line import REFUSED, copy_checkout, python, tables
from translator_cmk import features_dir
from translator_cmk.bdd.demands import PrefixTree
from translator_cmk.bdd.example_answers import example_diagnostics
from translator_cmk.bdd.feature_files import load_features, read_feature
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.bdd.ties import notice_absence, scenario_diagnostics
from translator_cmk.machine import ROWS, Machine
from translator_cmk.machine.commands import RotateKey
from translator_cmk.machine.rows import refuse
from translator_cmk.oracle import Oracle

PACKAGE = Path("model/translator_cmk")
KEYS_REGISTER = PACKAGE / "requirements" / "keys.yaml"
KEYS_FEATURE = Path("features/keys.feature")
VAULT_FEATURE = Path("features/vault.feature")
IN_PYTHON = Path("docs/examples/python/emulator.py")

[NEW_COMMAND] = tables(__file__, "new_command.yaml")
"""What a made-up command adds, by file: the class first."""

MISSING = {
    "model/translator_cmk/language/sentences.yaml": "AutoRotateKey has no sentence; add",
    "model/translator_cmk/machine/commands.py": "no row says what AutoRotateKey does; add",
    "model/translator_cmk/conformance/run/sequences.yaml": "lacks AutoRotateKey; add a step",
    "model/translator_cmk/explore/scopes.yaml": "no scope offers AutoRotateKey; add",
    str(IN_PYTHON): "it has no answer to AutoRotateKey; add",
}
"""What the ties say where there is only the class."""

GRANTED = 'Then "translator-prod" {} access to the keys of "kv-prod"\n      And nothing'


def copied(folder: Path) -> Path:
    """Return a copy of what a checkout has."""
    files = ("CHANGELOG.md", "README.md", "pyproject.toml")
    copy_checkout(folder, "docs", "features", "model", "tests", *files)
    return folder


def write(checkout: Path, file: Path, old: str, new: str) -> None:
    """Replace a text in a file of the checkout, which has it once; empty is for the end."""
    path = checkout / file
    text = path.read_text("utf-8")
    if old:
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")
    else:
        path.write_text(text + new, "utf-8")


def broken_ties(checkout: Path) -> list[str]:
    """The lines that `make ties` prints in the checkout."""
    ran = python(checkout, "-m", "translator_cmk.bdd.ties")
    assert ran.returncode == ("all ties hold" not in ran.stdout), ran
    return [] if ran.returncode == 0 else ran.stdout.splitlines()


def add(checkout: Path, entry: dict[str, str]) -> None:
    """Add a part of the made-up command to its file."""
    before = entry.get("before", "")
    write(checkout, Path(entry["file"]), before, entry["adds"] + before)


@pytest.mark.slow
def test_adding_a_command_takes_what_the_ties_ask_for_and_nothing_else(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    the_class, *others = NEW_COMMAND
    add(checkout, the_class)
    missing = broken_ties(checkout)
    for file, says in MISSING.items():
        assert any(line.startswith(file) and says in line for line in missing), (file, missing)
    assert len(missing) == len(MISSING) + 1  # no row, and no scenario: both are said of the class

    for entry in others:
        add(checkout, entry)
    assert broken_ties(checkout) == []


def test_scenario_that_the_model_contradicts_is_named(tmp_path: Path) -> None:
    copy_checkout(tmp_path, str(VAULT_FEATURE))
    write(tmp_path, VAULT_FEATURE, GRANTED.format("has"), GRANTED.format("has no"))
    [contradicted] = scenario_diagnostics([read_feature(tmp_path / VAULT_FEATURE)])
    assert contradicted.file == tmp_path / VAULT_FEATURE
    said = "Granted access is there and changes nothing else"
    assert f"the model does not do what {said!r} says" in contradicted.text


def test_rows_are_missed_where_a_scenario_of_their_requirement_fails_without_them() -> None:
    untested = refuse(RotateKey, "keys.rotated-enough", unless=lambda _: True)
    right = PrefixTree(Oracle(Machine([*ROWS, untested])))
    assert notice_absence("keys.rotate", right)
    assert not notice_absence("keys.rotated-enough", right)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("    def disable_key(", "    def _(", "answers 'unsupported' to DisableKey"),
        ('["enabled"] = False', '["enabled"] = True', "shows something else than the model"),
        ("def main():", "main = None\n\n\ndef other():", "'NoneType' object is not callable"),
        ("    emulator = None\n", '    print("ready")\n    emulator = None\n', "wrote 'ready'"),
    ],
)
def test_example_that_a_change_left_behind_is_named(
    tmp_path: Path, was: str, becomes: str, says: str
) -> None:
    copy_checkout(tmp_path, "docs/examples")
    write(tmp_path, IN_PYTHON, was, becomes)
    found = list(example_diagnostics(tmp_path / IN_PYTHON, keys_scenarios()))
    assert {each.file for each in found} == {tmp_path / IN_PYTHON}
    assert any(says in each.text for each in found), found


def keys_scenarios() -> dict[Pickle, Path]:
    """Return the scenarios of keys, with their file."""
    found: dict[Pickle, Path] = {}
    for feature in load_features(features_dir()):
        if feature.path.name == KEYS_FEATURE.name:
            found.update(dict.fromkeys(feature.pickles, feature.path))
    return found


@pytest.mark.slow
def test_broken_ties_are_named_with_their_remedies(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    for row in REFUSED["ties"]:
        write(checkout, Path(row["file"]), row["was"], row["is"])
    found = broken_ties(checkout)
    for row in REFUSED["ties"]:
        assert any(re.search(row["says"], line) for line in found), (row, found)
    write(checkout, KEYS_REGISTER, "", "- id: keys.unfinished\n")
    (unreadable,) = broken_ties(checkout)
    assert re.search(r"keys\.yaml:\d+: .*lacks the field .revision.; add it; then run", unreadable)
