"""An id of a release never disappears unsaid and is never used again, and a changed specification
is no release."""

import json
from pathlib import Path
from typing import Any

import pytest

from translator_cmk import features_dir, installed_version
from translator_cmk.bdd import freeze
from translator_cmk.bdd.feature_files import feature_files
from translator_cmk.bdd.freeze import broken_promises, freeze_now, is_released

NOW = freeze_now()


@pytest.fixture(autouse=True)
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what releases froze, with none in it."""
    monkeypatch.setattr(freeze, "FROZEN", tmp_path)
    return tmp_path


def put(folder: Path, version: str, **changes: Any) -> None:
    """Freeze the specification as it is now, but for some parts."""
    (folder / f"{version}.json").write_text(json.dumps(NOW._asdict() | changes), "utf-8")


def test_before_the_first_release_nothing_is_promised_and_no_kit_is_released() -> None:
    assert list(broken_promises("")) == []
    assert not is_released()


def test_kit_is_the_release_of_its_version_only_with_the_files_of_that_release(
    frozen: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(frozen, "0.0.1")
    assert not is_released()
    put(frozen, installed_version())
    assert is_released()
    features = tmp_path_factory.mktemp("features")
    for file in feature_files([features_dir()]):
        text = file.read_text("utf-8").replace("Scenario: A ", "Scenario: One ")
        (features / file.name).write_text(text, "utf-8")
    monkeypatch.setattr(freeze, "features_dir", lambda: features)
    assert not is_released()


def test_id_that_is_gone_needs_a_line_above_its_release(frozen: Path) -> None:
    put(frozen, "1.0.0", requirements={"vault.gone": 1}, scenarios=["vault.gone/a-title/a-row"])
    found = list(broken_promises("\n## [1.0.0]\n\n- `vault.gone` and `vault.gone/a-title` are new"))
    assert [text for text, _ in found] == [
        "vault.gone of 1.0.0 is gone, and no line says so",
        "vault.gone/a-title/a-row of 1.0.0 is gone, and no line says so",
    ]
    above = "- `vault.gone` and `vault.gone/a-title` are withdrawn\n\n## [1.0.0]\n"
    assert list(broken_promises(above)) == []


@pytest.mark.parametrize("part", ["requirements", "scenarios"])
def test_id_that_a_release_withdrew_is_never_used_again(frozen: Path, part: str) -> None:
    put(frozen, "1.9.0")
    put(frozen, "1.10.0", **{part: type(getattr(NOW, part))()})
    put(frozen, "2.0.0")
    [*found] = broken_promises("")
    assert len(found) == len(getattr(NOW, part))
    assert all("is used again, which a release withdrew" in text for text, _ in found)


def test_revision_of_a_requirement_never_decreases(frozen: Path) -> None:
    name, revision = next(iter(NOW.requirements.items()))
    put(frozen, "1.0.0", requirements={**NOW.requirements, name: revision + 1})
    [(text, _)] = broken_promises("")
    assert text == f"{name} had revision {revision + 1} in 1.0.0"
