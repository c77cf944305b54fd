"""Evidence is written where nothing falls short; a night that was broken off goes on; accusations are judged right."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence import run, writing
from tests.evidence.kit import verdict
from tests.evidence.run import PARTS, Part, main
from tests.evidence.writing import Found, Kept
from translator_cmk.machine import Accepted, Command, Outcome
from translator_cmk.machine.commands import CreateKey, CreateVault, DeleteVault, RecoverVault
from translator_cmk.system import ModelSystem


def test_run_that_was_broken_off_goes_on_from_there(tmp_path: Path) -> None:
    kept = Kept("lengths", "0" * 64, tmp_path)
    assert kept.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    kept.path.write_text(kept.path.read_text("utf-8")[:-3], "utf-8")
    again = Kept("lengths", "0" * 64, tmp_path)
    assert len(again.found) == 1
    assert again.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    assert len(Kept("lengths", "0" * 64, tmp_path).found) == 2
    again.forget()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, object]]:
    """Return what is in a file of measurements that takes the place of the real one."""
    monkeypatch.setattr(writing, "MEASUREMENTS", tmp_path / "measurements.json")
    monkeypatch.setattr(run, "Kept", lambda name, holds_for: Kept(name, holds_for, tmp_path))
    return lambda: {name: each["sentence"] for name, each in writing.read_measurements().items()}


def crash(_: Kept) -> Found:
    raise ValueError("of no use")


def test_part_that_falls_short_or_crashes_is_not_written_and_the_others_are(
    written: Callable[[], dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {
        "crashes": Part(crash),
        "short": Part(lambda _: Found("some", ["one is missed"])),
        "good": Part(lambda _: Found("all of them", totals={"of": 3})),
    }
    assert main([], parts) == 3
    assert written() == {"good": "all of them"}
    assert "one is missed" in capsys.readouterr().out
    assert main(["short", "good"], parts) == 1
    assert main(["good"], parts) == 0
    assert main(["godo"], parts) == 2


def test_part_that_is_written_is_gathered_again_only_when_it_is_named(
    written: Callable[[], dict[str, object]],
) -> None:
    turns: list[str] = []

    def gather(_: Kept) -> Found:
        turns.append("again")
        return Found(f"turn {len(turns)}")

    for wanted in ([], [], ["part"]):
        assert main(wanted, {"part": Part(gather)}) == 0
    assert written() == {"part": "turn 2"}
    content = json.loads(writing.MEASUREMENTS.read_text("utf-8"))
    content["part"]["digest"] = "0" * 64  # of another state of the specification
    writing.MEASUREMENTS.write_text(json.dumps(content), "utf-8")
    assert main([], {"part": Part(gather)}) == 0
    assert written() == {"part": "turn 3"}


class Stubborn(ModelSystem):
    """A model that accepts the deletion of a vault, and deletes nothing."""

    def submit(self, command: Command) -> Outcome:
        return Accepted() if isinstance(command, DeleteVault) else super().submit(command)


CREATE = CreateVault("kv-prod", "westeurope", "production", "apps")
NEW_KEY = CreateKey("kv-prod", "cmk-2048", "RSA", 2048)
DELETE, RECOVER = DeleteVault("kv-prod"), RecoverVault("kv-prod")


@pytest.mark.parametrize(
    ("commands", "sequence", "scenario"),
    [
        ((CREATE,), "false", "false"),
        ((CREATE, DELETE), "true", "true"),
        ((CREATE, DELETE, RECOVER), "false", "true"),  # a sequence ends with the first difference
        ((CREATE, NEW_KEY, NEW_KEY), "open", "open"),
    ],
)
def test_accusation_is_true_where_the_readable_model_differs(
    commands: tuple[Command, ...], sequence: str, scenario: str
) -> None:
    assert verdict(Stubborn(), commands, at_the_end=True) == sequence
    assert verdict(Stubborn(), commands, at_the_end=False) == scenario


def test_guide_lists_the_parts_in_their_order() -> None:
    guide = (writing.ROOT / "docs" / "engineering.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE) == list(PARTS)
