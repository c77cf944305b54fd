"""Each broken tie of a requirement is named with its place and its remedy, and mending these is all that is needed."""

import re
import shutil
from pathlib import Path

import pytest

from tests.command_line import copy_checkout, python
from translator_cmk.bdd.ties import CHANGES, ties
from translator_cmk.requirements import load_register

ROOT = Path(__file__).parents[2]
PACKAGE = Path("model/translator_cmk")
KEYS_REGISTER = PACKAGE / "requirements" / "keys.yaml"
KEYS_FEATURE = Path("features/keys.feature")
KEYS_ROWS = PACKAGE / "machine" / "topics" / "keys.py"
VAULT_ROWS = PACKAGE / "machine" / "topics" / "vault.py"
VAULT_FEATURE = Path("features/vault.feature")
CHANGELOG = Path("CHANGELOG.md")

REQUIREMENT = """
- id: keys.no-symmetric-rotation
  revision: 1
  title: Rotating a symmetric key is refused
  wording: Rotating a key of the type oct is refused. This requirement is made up.
  kind: demand
  basis: assumed
  decision: 0016-disabled-deleted-rotated-keys.md
  source:
    title: Made up for a test
    url: https://example.com/rotation
"""

RULE = """
  @keys.no-symmetric-rotation
  Rule: Rotating a symmetric key is refused

    Scenario Outline: A key of any other kind is rotated
      Given access to an empty vault
      And the customer generates the key "cmk-2048" in "kv-prod" of type <type and size>
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is accepted

      Examples:
        | type and size     |
        | RSA and 2048 bits |
        | EC and 256 bits   |
"""
REFUSAL = """
    Scenario: Rotating a symmetric key is refused
      Given access to an empty vault
      And the customer generates the key "cmk-2048" in "kv-prod" of type oct and 256 bits
      When the customer rotates the key "cmk-2048" of "kv-prod"
      Then the request is refused
      And nothing has changed
"""

ROW = """ROWS = (
    refuse(RotateKey, "keys.no-symmetric-rotation", unless=lambda c: c.key.type != "oct"),
"""

ENTRY = f"{CHANGES}\n\n- `keys.no-symmetric-rotation`: added.\n"


def copied(folder: Path) -> Path:
    """Return a copy of what a checkout has, whose changelog has an entry for each requirement."""
    copy_checkout(folder, "docs", "features", "model", "tests")
    for name in ("CHANGELOG.md", "README.md", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder / name)
    if f"\n{CHANGES}\n" not in (folder / CHANGELOG).read_text("utf-8"):
        write(folder, CHANGELOG, "\n### Fixed\n", f"\n{CHANGES}\n\n- {', '.join(load_register())}\n\n### Fixed\n")
    return folder


def write(checkout: Path, file: Path, old: str, new: str) -> None:
    """Replace a text in a file of the checkout, which has it exactly once; an empty one stands for the end."""
    text = (checkout / file).read_text("utf-8")
    assert not old or text.count(old) == 1
    (checkout / file).write_text(text.replace(old, new) if old else text + new, "utf-8")


def broken_ties(checkout: Path) -> list[str]:
    """The lines that `make ties` prints in the checkout."""
    ran = python(checkout, "-m", "translator_cmk.bdd.ties")
    assert ran.returncode == ("all ties hold" not in ran.stdout), ran
    return [] if ran.returncode == 0 else ran.stdout.splitlines()


def test_all_ties_hold() -> None:
    assert ties() == []


@pytest.mark.slow
def test_adding_a_requirement_takes_what_the_ties_ask_for_and_nothing_else(tmp_path: Path) -> None:
    checkout, asked = copied(tmp_path), []
    for file, old, new in (
        (KEYS_REGISTER, "", REQUIREMENT),
        (KEYS_FEATURE, "", RULE + REFUSAL),
        (KEYS_ROWS, "\nROWS = (\n", f"\n{ROW}"),
        (CHANGELOG, f"{CHANGES}\n", ENTRY),
    ):
        write(checkout, file, old, new)
        asked.append([line.partition(":")[0] for line in broken_ties(checkout)])
    files = [str(KEYS_FEATURE), str(KEYS_ROWS), str(CHANGELOG)]
    assert asked == [files, files[1:], files[2:], []]
    suite = ("tests/features/test_keys.py", "tests/requirements/test_register.py")
    ran = python(checkout, "-m", "pytest", "-v", "-p", "no:cacheprovider", *suite)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count("test_a_key_of_any_other_kind_is_rotated[") == 2


BROKEN: dict[str, tuple[Path, str, str, str]] = {
    "unknown id in a row": (
        VAULT_ROWS,
        '"vault.permission-model"',
        '"vault.permission-modle"',
        r"vault\.py:\d+: the row cites vault\.permission-modle.*; did you mean 'vault\.permission-model'",
    ),
    "permission as a row": (
        VAULT_ROWS,
        "\nROWS = (\n",
        '\nROWS = (\n    refuse(GrantKeyAccess, "vault.other-subscription", unless=lambda c: True),\n',
        r"vault\.other-subscription is a permission, and a row of the model cites it; remove the row",
    ),
    "unknown id on a page": (
        Path("docs/qa.md"),
        "",
        "\nSee [the region](specification/vault.md#vault.same-regoin).\n",
        r"docs/qa\.md:\d+: vault\.same-regoin is not in the register; did you mean 'vault\.same-region'",
    ),
    "feature without a test module": (
        Path("tests/features/test_vault.py"),
        '"vault.feature"',
        '"keys.feature"',
        r"features/vault\.feature:1: tests/features/test_vault\.py does not run it; write",
    ),
}


@pytest.mark.slow
def test_broken_ties_are_named_with_their_remedies(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    for file, old, new, _ in BROKEN.values():
        write(checkout, file, old, new)
    found = broken_ties(checkout)
    for case, (*_, expected) in BROKEN.items():
        assert any(re.search(expected, line) for line in found), (case, found)
    write(checkout, KEYS_REGISTER, "", "- id: keys.unfinished\n")
    (unreadable,) = broken_ties(checkout)
    assert re.search(r"keys\.yaml:\d+: .*lacks the field .revision.; add it; then run", unreadable)


@pytest.mark.slow
def test_scenarios_that_contradict_the_model_or_miss_no_row_are_named(tmp_path: Path) -> None:
    checkout, granted = copied(tmp_path), 'Then "translator-prod" {} access to the keys of "kv-prod"\n      And nothing'
    write(checkout, VAULT_FEATURE, granted.format("has"), granted.format("has no"))
    write(checkout, KEYS_REGISTER, "", REQUIREMENT)
    write(checkout, KEYS_FEATURE, "", RULE)
    write(checkout, KEYS_ROWS, "\nROWS = (\n", f"\n{ROW}")
    contradicted, *_, missed, _ = broken_ties(checkout)
    wrong = "the model does not do what 'Granted access is there and changes nothing else' says; correct the scenario"
    assert re.search(rf"vault\.feature:\d+: {wrong}", contradicted)
    assert re.search(r"keys\.py:\d+: no scenario tagged @keys\.no-symmetric-rotation fails without the rows", missed)
