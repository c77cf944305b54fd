"""The digest is that of the specification's content: the same wherever it is installed, another after any change."""

import shutil
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from translator_cmk import features_dir
from translator_cmk.digest import LAYERS, PACKAGE, SUFFIXES, digest, digest_with


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package as a wheel installs it, its digest taken: features inside, and lines that end as on Windows."""
    package = tmp_path / "translator_cmk"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "features"))
    shutil.copytree(features_dir(), package / "features")
    for file in package.rglob("*.*"):
        if file.suffix in SUFFIXES:
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    monkeypatch.setattr("translator_cmk.digest.PACKAGE", package)
    monkeypatch.setattr("translator_cmk.digest.features_dir", lambda: package / "features")
    return package


CHECKOUT = {layer: digest(layer) for layer in LAYERS}


def test_installed_package_has_the_digest_of_the_checkout_and_other_files_do_not_count(installed: Path) -> None:
    (installed / "notes.txt").write_text("none of its business")
    assert digest() == CHECKOUT[LAYERS[0]]


@pytest.mark.parametrize("name", ["features/vault.feature", "language/situations.yaml", "machine/step.py"])
def test_change_of_any_file_that_counts_changes_the_digest(installed: Path, name: str) -> None:
    (installed / name).write_bytes((installed / name).read_bytes() + b"\n")
    assert digest() != CHECKOUT[LAYERS[0]]


@pytest.mark.parametrize(("layer", "below"), list(pairwise(LAYERS)))
def test_change_of_a_layer_changes_its_digest_and_not_that_of_the_one_below(
    installed: Path, layer: str, below: str
) -> None:
    file = installed / (f"{layer}.py" if layer == "cli" else f"{layer}/__init__.py")
    file.write_bytes(file.read_bytes() + b"\n")
    assert digest(below) == CHECKOUT[below]
    assert digest(layer) != CHECKOUT[layer]


def test_layers_are_those_of_the_import_contract() -> None:
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = [names.replace("(", "").replace(")", "").split(" | ") for names in contract]
    assert [names[0] for names in named][: len(LAYERS)] == list(LAYERS)
    assert not {name for names in named[len(LAYERS) :] for name in names} & set(LAYERS)


def test_names_count_as_well_as_content(tmp_path: Path) -> None:
    (tmp_path / "ab").write_text("c")
    (tmp_path / "a").write_text("bc")
    files = {name: tmp_path / name for name in ("ab", "a")}
    digests = {digest_with({"ab": files["ab"]}), digest_with({"a": files["a"]}), digest_with({"b": files["ab"]})}
    assert len(digests) == 3
