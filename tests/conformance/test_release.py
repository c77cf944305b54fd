"""A release is known by what its specification says: a changed answer makes another one, a changed
code does not."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import copy_checkout, python
from translator_cmk.conformance.corpus import every_command, starting_points
from translator_cmk.conformance.release import answers_of, specification_digest
from translator_cmk.machine import COMMANDS, COUNTER_ROWS, REMEMBERING, ROWS, Accepted
from translator_cmk.machine.rows import Row
from translator_cmk.system import ModelSystem

DIGEST = (
    "-c",
    "from translator_cmk.conformance.release import specification_digest as it; print(it())",
)

OTHERWISE: dict[str, tuple[str, str, str]] = {
    "a demand": ("machine/topics/vault.py", "c.vault.soft_delete", "c.vault.purge_protection"),
    "an effect": ("machine/topics/keys.py", "version + 1", "version + 2"),
    "a wording of the register": ("requirements/vault.yaml", "wording: ", "wording: In short, "),
    "a basis": ("requirements/keys.yaml", "basis: assumed", "basis: stated"),
    "a title of a scenario": ("../../features/vault.feature", "Scenario: A ", "Scenario: Some "),
}
"""What the specification says otherwise: a file of the package, what is written there, and what
takes its place."""

THE_SAME: dict[str, tuple[str, str, str]] = {
    "a renamed variable": ("machine/step.py", r"\bcommand\b", "request"),
    "a comment": ("machine/topics/vault.py", r"\A", "# A comment.\n"),
    "a docstring": ("oracle/oracle.py", r'\A"""', '"""In other words: '),
    "an empty line between rows": ("machine/topics/keys.py", r"\n    effect\(", "\n\n    effect("),
    "another order of rows": (
        "machine/topics/__init__.py",
        r"\Z",
        "\nROWS = tuple(reversed(ROWS))\n",
    ),
    "a message of the kit": ("conformance/verify.py", r"\bwrites the report\b", "writes a report"),
    "another line end in features": ("../../features/keys.feature", r"\n", "\r\n"),
}
"""What leaves the specification as it is: a file of the package, a pattern, and what takes its
place."""


def digest_in(checkout: Path) -> str:
    """Return the digest that a process takes in a copy of the checkout."""
    done: subprocess.CompletedProcess[str] = python(checkout, *DIGEST)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path, "features", "model")


def edit(checkout: Path, file: str, pattern: str, replacement: str, times: int = 0) -> None:
    """Edit a file of the package, in which something has to change; ``times`` 0 stands for
    everywhere."""
    path = checkout / "model" / "translator_cmk" / file
    before = path.read_text("utf-8")
    after = re.sub(pattern, lambda _: replacement, before, count=times)
    assert after != before
    path.write_text(after, "utf-8", newline="")


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHERWISE)
def test_what_the_specification_says_otherwise_is_another_one(checkout: Path, case: str) -> None:
    file, was, now = OTHERWISE[case]
    edit(checkout, file, re.escape(was), now, times=1)
    assert digest_in(checkout) != specification_digest()


@pytest.mark.slow
def test_what_changes_no_answer_is_the_same_specification(checkout: Path) -> None:
    for change in THE_SAME.values():
        edit(checkout, *change)
    assert digest_in(checkout) == specification_digest()


@cache
def answers_now() -> list[Any]:
    """Return what the model answers on the corpus."""
    return list(answers_of(ROWS))


def answer_the_same(rows: tuple[Row, ...]) -> bool:
    """Return whether these rows answer what the model does; rows that read what is not there do
    not."""
    try:
        return all(
            answer == now for answer, now in zip(answers_of(rows), answers_now(), strict=True)
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


REFUSED_BEFORE = {"identity.unchanged-without-effect"}
"""Requirements with counter-rows that come after a refusal, whatever else is silent."""


@pytest.mark.slow
def test_every_row_that_is_dropped_is_another_specification() -> None:
    silent = [
        row for row in ROWS if answer_the_same(tuple(other for other in ROWS if other is not row))
    ]
    assert silent == []


@pytest.mark.slow
def test_every_counter_row_that_is_added_is_another_specification() -> None:
    silent = [row for row in COUNTER_ROWS if answer_the_same((*REMEMBERING, row))]
    assert {row.requirement for row in silent} <= REFUSED_BEFORE


def test_each_starting_point_is_reached() -> None:
    for commands in starting_points():
        system = ModelSystem()
        for command in commands:
            assert isinstance(system.submit(command), Accepted), command


def test_every_kind_of_command_is_asked() -> None:
    assert {type(command) for command in every_command()} == set(COMMANDS.values())
