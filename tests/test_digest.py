"""The digest is that of the specification's content: the same wherever it is installed, another after any change."""

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import translator_cmk
from translator_cmk import features_dir
from translator_cmk.digest import LAYERS, digest, digest_with

PRINT = "from translator_cmk.digest import digest; print(digest(%s))"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The package as a wheel installs it: features inside, and lines that end as on Windows."""
    shutil.copytree(
        Path(translator_cmk.__file__).parent,
        tmp_path / "translator_cmk",
        ignore=shutil.ignore_patterns("__pycache__", "features"),
    )
    shutil.copytree(features_dir(), tmp_path / "translator_cmk" / "features")
    for file in tmp_path.rglob("*.*"):
        if file.suffix in (".py", ".yaml", ".feature"):
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    return tmp_path


def printed(folder: Path, layer: str = LAYERS[0]) -> str:
    """The digest of a layer that a Python prints which imports the package from this folder."""
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", PRINT % repr(layer)],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_installed_package_has_the_digest_of_the_checkout(installed: Path) -> None:
    assert printed(installed) == digest()


@pytest.mark.parametrize("name", ["features/vault.feature", "language/situations.yaml", "machine/step.py"])
def test_change_of_any_file_that_counts_changes_the_digest(installed: Path, name: str) -> None:
    file = installed / "translator_cmk" / name
    file.write_bytes(file.read_bytes() + b"\n")
    assert printed(installed) != digest()


@pytest.mark.parametrize(("layer", "below"), list(pairwise(LAYERS)))
def test_change_of_a_layer_changes_its_digest_and_not_that_of_the_one_below(
    installed: Path, layer: str, below: str
) -> None:
    before = printed(installed, below)
    file = installed / "translator_cmk" / (f"{layer}.py" if layer == "cli" else f"{layer}/__init__.py")
    file.write_bytes(file.read_bytes() + b"\n")
    assert printed(installed, below) == before == digest(below)
    assert printed(installed, layer) != digest(layer)


def test_layers_are_those_of_the_import_contract() -> None:
    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = [names.replace("(", "").replace(")", "").split(" | ") for names in contract]
    assert [names[0] for names in named][: len(LAYERS)] == list(LAYERS)
    assert not {name for names in named[len(LAYERS) :] for name in names} & set(LAYERS)


def test_other_files_do_not_count(installed: Path) -> None:
    (installed / "translator_cmk" / "notes.txt").write_text("none of its business")
    assert printed(installed) == digest()


def test_names_count_as_well_as_content(tmp_path: Path) -> None:
    (tmp_path / "ab").write_text("c")
    (tmp_path / "a").write_text("bc")
    files = {name: tmp_path / name for name in ("ab", "a")}
    digests = {digest_with({"ab": files["ab"]}), digest_with({"a": files["a"]}), digest_with({"b": files["ab"]})}
    assert len(digests) == 3
