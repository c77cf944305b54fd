"""Each broken tie of a requirement is named with its place and its remedy, and mending these is all that is needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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

    Scenario Outline: A key of each kind is rotated
      Given a resource and an empty vault
      And the customer generates the key "key" in "vault" of type <type and size>
      When the customer rotates the key "key" of "vault"
      Then the request is <outcome>

      Examples:
        | type and size     | outcome  |
        | RSA and 2048 bits | accepted |
        | oct and 256 bits  | refused  |
"""

ROW = """ROWS = (
    refuse(RotateKey, "keys.no-symmetric-rotation", unless=lambda c: c.key.type != "oct"),
"""

ENTRY = f"{CHANGES}\n\n- `keys.no-symmetric-rotation`: added.\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a checkout has, whose changelog has an entry for each requirement."""
    for name in ("docs", "features", "model", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", "history", "reports", "measurements")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("CHANGELOG.md", "README.md", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path / name)
    if f"\n{CHANGES}\n" not in (tmp_path / CHANGELOG).read_text("utf-8"):
        write(tmp_path, CHANGELOG, "\n### Fixed\n", f"\n{CHANGES}\n\n- {', '.join(load_register())}\n\n### Fixed\n")
    return tmp_path


def write(checkout: Path, file: Path, old: str, new: str) -> None:
    """Replace a text in a file of the checkout, which has it exactly once; an empty one stands for the end."""
    text = (checkout / file).read_text("utf-8")
    assert not old or text.count(old) == 1
    (checkout / file).write_text(text.replace(old, new) if old else text + new, "utf-8")


def python(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(checkout / "model")}
    return subprocess.run(
        [sys.executable, *words], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def broken_ties(checkout: Path) -> list[str]:
    """The lines that `make ties` prints in the checkout."""
    ran = python(checkout, "-m", "translator_cmk.bdd.ties")
    assert ran.returncode == ("all ties hold" not in ran.stdout), ran
    return [] if ran.returncode == 0 else ran.stdout.splitlines()


def test_all_ties_hold() -> None:
    assert ties() == []


@pytest.mark.slow
def test_adding_a_requirement_takes_what_the_ties_ask_for_and_nothing_else(checkout: Path) -> None:
    asked = []
    for file, old, new in (
        (KEYS_REGISTER, "", REQUIREMENT),
        (KEYS_FEATURE, "", RULE),
        (KEYS_ROWS, "\nROWS = (\n", f"\n{ROW}"),
        (CHANGELOG, f"{CHANGES}\n", ENTRY),
    ):
        write(checkout, file, old, new)
        asked.append([line.partition(":")[0] for line in broken_ties(checkout)])
    files = [str(KEYS_FEATURE), str(KEYS_ROWS), str(CHANGELOG)]
    assert asked == [files, files[1:], files[2:], []]
    linted = python(checkout, "-m", "translator_cmk.cli", "lint")
    assert (linted.returncode, linted.stdout) == (0, "")
    ran = python(
        checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/features", "tests/machine/test_laws.py"
    )
    assert ran.returncode == 0, ran.stdout
    one = python(
        checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/features", "-m", "keys.no-symmetric-rotation"
    )
    assert "2 passed" in one.stdout, one.stdout


BROKEN: dict[str, tuple[Path, str, str, str]] = {
    "register unreadable": (KEYS_REGISTER, "", "- id: keys.unfinished\n", r"keys\.yaml:\d+: .*missing; correct it"),
    "no rule": (
        KEYS_REGISTER,
        "",
        REQUIREMENT,
        r"keys\.feature:1: no rule shows keys\.no-symmetric-rotation; add @keys\.no-sym",
    ),
    "unknown id in a row": (
        VAULT_ROWS,
        '"vault.permission-model"',
        '"vault.permission-modle"',
        r"vault\.py:\d+: the row cites vault\.permission-modle.*; write 'vault\.permission-model'",
    ),
    "permission as a row": (
        VAULT_ROWS,
        "\nROWS = (\n",
        '\nROWS = (\n    refuse(GrantKeyAccess, "vault.other-subscription", unless=lambda c: True),\n',
        r"vault\.other-subscription is a permission, and a row of the model cites it; remove the row",
    ),
    "model contradicts a scenario": (
        VAULT_FEATURE,
        "Then the request is accepted\n\n      Examples:\n        | region     |",
        "Then the request is refused\n\n      Examples:\n        | region     |",
        r"vault\.feature:\d+: the model does not do what 'Resource and vault in one region' says; correct the scenario",
    ),
    "unknown id in a situation": (
        PACKAGE / "language" / "situations.yaml",
        "",
        "\n- situation: a made-up start\n  commands: ['the customer creates the vault \"vault\"']\n"
        '  establishes:\n    - fact: the vault "vault" is active\n      by: environment.nobody\n',
        r"situations\.yaml:\d+: the situation 'a made-up start' cites environment\.nobody",
    ),
    "unknown id on a page": (
        Path("docs/qa.md"),
        "",
        "\nSee [the region](specification/vault.md#vault.same-regoin).\n",
        r"docs/qa\.md:\d+: vault\.same-regoin is not in the register; write 'vault\.same-region'",
    ),
    "feature without a test module": (
        Path("tests/features/test_vault.py"),
        '"vault.feature"',
        '"keys.feature"',
        r"features/vault\.feature:1: tests/features/test_vault\.py does not run it; write",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_tie_is_named_with_its_remedy(checkout: Path, case: str) -> None:
    file, old, new, expected = BROKEN[case]
    write(checkout, file, old, new)
    found = broken_ties(checkout)
    assert any(re.search(expected, line) for line in found), found


@pytest.mark.slow
def test_a_row_that_no_scenario_would_miss_is_named(checkout: Path) -> None:
    write(checkout, KEYS_REGISTER, "", REQUIREMENT)
    write(checkout, KEYS_FEATURE, "", RULE.replace("        | oct and 256 bits  | refused  |\n", ""))
    write(checkout, KEYS_ROWS, "\nROWS = (\n", f"\n{ROW}")
    missed, *_ = broken_ties(checkout)
    assert re.search(
        r"keys\.py:\d+: no scenario tagged @keys\.no-symmetric-rotation fails without the rows that cite it; add",
        missed,
    )
