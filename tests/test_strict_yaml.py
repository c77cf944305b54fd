"""YAML is read strictly: a key that stands twice is refused by file and line."""

from pathlib import Path

import pytest
import yaml

from translator_cmk.errors import InvalidFile
from translator_cmk.language.phrases import FILE
from translator_cmk.strict_yaml import read_yaml


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a:\n  - {b: 1, b: 2}\n", 2),
        ("a:\n  b:\n    c: 1\n    c: 1\n", 4),
    ],
)
def test_a_key_that_stands_twice_is_refused_by_file_and_line(
    text: str, line: int, tmp_path: Path
) -> None:
    (tmp_path / "f.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidFile, match=rf"^f\.yaml:{line}: the key '.' appears twice; remove"):
        read_yaml(tmp_path / "f.yaml")


def test_a_file_is_read_as_any_reader_of_yaml_reads_it() -> None:
    assert read_yaml(FILE).value() == yaml.safe_load(FILE.read_text("utf-8"))
