"""Editors find the definition of every step in the file that a run of pytest writes."""

import json
import re

import pytest

from tests.command_line import ROOT
from translator_cmk import features_dir
from translator_cmk.bdd.editor_steps import FILE, FOLDER, definitions, sections

STEPS = ROOT / ".pytest_cache" / "d" / FOLDER / FILE
SETTINGS = json.loads((ROOT / "translator-cmk.code-workspace").read_text("utf-8"))["settings"]


def steps_in_features() -> set[str]:
    """Return every step as it stands in the features, placeholders included."""
    every = "\n".join(file.read_text("utf-8") for file in features_dir().glob("*.feature"))
    return set(re.findall(r"^ +(?:Given|When|Then|And|But) (.+)$", every, flags=re.MULTILINE))


def test_every_step_has_a_definition_that_editors_find() -> None:
    patterns: list[str] = []
    for _, expressions in sections():
        patterns += expressions
    regular = [re.compile(pattern) for pattern in patterns if pattern.startswith("^")]
    for text in steps_in_features():
        is_found = text in patterns or any(pattern.search(text) for pattern in regular)
        assert is_found, text
    assert len(steps_in_features()) > 250


def test_run_of_pytest_writes_the_definitions(pytestconfig: pytest.Config) -> None:
    cache = getattr(pytestconfig, "cache", None)
    if cache is None:
        pytest.skip("pytest runs without its cache")
    file = cache.mkdir(FOLDER) / FILE
    assert file.read_text("utf-8") == definitions()


def test_committed_setting_names_the_features_and_the_definitions() -> None:
    assert SETTINGS["cucumber.features"] == ["features/*.feature"]
    assert SETTINGS["cucumber.glue"] == [STEPS.relative_to(ROOT).as_posix()]
