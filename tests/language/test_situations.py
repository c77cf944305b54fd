"""Situations are reached, and a malformed file of them ends in one clear message."""

from pathlib import Path

import pytest

from translator_cmk.errors import InvalidFile
from translator_cmk.language.situations import Situation, load_situations, situations
from translator_cmk.machine import Accepted
from translator_cmk.system import ModelSystem


@pytest.mark.parametrize("situation", situations().values(), ids=lambda situation: str(situation.name))
def test_situation_comes_about(situation: Situation) -> None:
    system = ModelSystem()
    before = system.observe()
    for command in situation.commands:
        assert isinstance(system.submit(command), Accepted), command
        assert system.observe() != before, f"{command} changes nothing"
        before = system.observe()


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("situation: x", 1, "a list is expected here"),
        ("- just text", 1, "a mapping (key: value) is expected here"),
        ("- situation: x", 1, "the key 'commands' is missing"),
        ("- {situation: x, commands: [], extra: 1}", 1, "unknown key 'extra'; known are situation, commands"),
        ("- situation: x\n  commands: []\n  commands: []", 3, "the key 'commands' stands here twice"),
        ("- {situation: x, commands: text}", 1, "a list is expected here"),
        ("- {situation: [x], commands: []}", 1, "a text is expected here"),
        ("- situation: x\n  commands:\n    - it sings", 3, "'it sings' is not the sentence of any command"),
        ("- situation: x\n  after: y\n  commands: []", 2, "no situation 'y' above this one"),
        ("- {situation: x, commands: []}\n" * 2, 2, "the situation 'x' stands here twice"),
    ],
)
def test_malformed_file_is_named_with_its_line(tmp_path: Path, content: str, line: int, message: str) -> None:
    (tmp_path / "s.yaml").write_text(content, "utf-8")
    with pytest.raises(InvalidFile) as error:
        load_situations(tmp_path / "s.yaml")
    assert str(error.value).startswith(f"s.yaml:{line}: {message}")
