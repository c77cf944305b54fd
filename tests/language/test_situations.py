"""Situations come about, establish what they say, and a malformed file of them ends in one clear message."""

from pathlib import Path

import pytest

from translator_cmk.language.facts import holds
from translator_cmk.language.situations import Situation, SituationError, load, load_file, situations
from translator_cmk.machine import ROWS, Accepted
from translator_cmk.system import ModelSystem

REQUIREMENTS = {row.requirement for row in ROWS}


@pytest.mark.parametrize("situation", situations().values(), ids=lambda situation: str(situation.name))
def test_situation_comes_about(situation: Situation) -> None:
    system = ModelSystem()
    before = system.observe()
    for command in situation.commands:
        assert isinstance(system.submit(command), Accepted), command
        assert system.observe() != before, f"{command} changes nothing"
        before = system.observe()
    for fact, requirements in situation.establishes:
        assert holds(fact, before), fact
        assert requirements <= REQUIREMENTS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "s.yaml: not UTF-8 at byte 0; save the file as UTF-8"),
        (b"- situation: [", "s.yaml:1: not YAML: "),
        (b"situation: x", "s.yaml:1: expected a list of situations"),
        (b"", "s.yaml:1: expected a list of situations"),
        (b"- just text", "s.yaml:1: expected fields, each `name: value`"),
        (b"- situation: x", "s.yaml:1: a situation has the fields situation, commands"),
        (b"- {situation: x, commands: [], extra: 1}", "s.yaml:1: a situation has the fields situation, commands"),
        (b"- {situation: x, commands: text}", "s.yaml:1: expected a list under commands"),
        (b"- {situation: [x], commands: []}", "s.yaml:1: expected text under situation"),
        (
            b"- situation: x\n  commands:\n    - the customer sings",
            "s.yaml:3: no command is told as 'the customer sings'",
        ),
        (b"- situation: x\n  commands:\n    - [a]", "s.yaml:3: expected text under commands"),
        (b"- situation: x\n  after: y\n  commands: []", "s.yaml:2: no situation 'y' above this one"),
        (
            b"- {situation: x, commands: []}\n- {situation: x, commands: []}",
            "s.yaml:2: the situation 'x' is there twice",
        ),
        (
            b"- situation: x\n  commands: []\n  establishes:\n    - {fact: it rains, by: keys.enable}",
            "s.yaml:4: no observation is told as 'it rains'",
        ),
        (
            b"- situation: x\n  commands: []\n  establishes:\n    - {fact: it rains}",
            "s.yaml:4: expected the fields fact and by",
        ),
    ],
)
def test_malformed_file_ends_in_one_message(content: bytes, message: str) -> None:
    with pytest.raises(SituationError) as error:
        load(content, "s.yaml")
    assert str(error.value).startswith(message)


def test_missing_file_ends_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(SituationError, match=r"none\.yaml: can't be read: "):
        load_file(tmp_path / "none.yaml")
