"""The wheel is the specification of the checkout, with a public API; and SECURITY.md names tests that exist."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

import translator_cmk
from translator_cmk import features_dir
from translator_cmk.conformance.serve import address
from translator_cmk.digest import LAYERS, PACKAGE, REPORTED, SUFFIXES, digest, digest_with

ROOT = Path(__file__).resolve().parents[1]


def built(source: Path, folder: Path) -> Path:
    """Build the sdist and the wheel of a source tree; returns their folder."""
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    dated = os.environ | {"SOURCE_DATE_EPOCH": "1760000000"}
    subprocess.run(build, cwd=source, check=True, capture_output=True, env=dated)
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist and the wheel of this checkout."""
    return built(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.slow
def test_same_sources_give_the_same_sdist_and_wheel_wherever_and_whenever_they_are_built(
    dist: Path, tmp_path: Path
) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in sorted((name for name in names if (ROOT / name).is_file()), reverse=True):
        copy = tmp_path / "elsewhere" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)
        copy.chmod(copy.stat().st_mode & 0o700)  # as with another umask
        os.utime(copy, (0, 86_400))
    again = built(tmp_path / "elsewhere", tmp_path / "dist")
    assert digests(again) == digests(dist)
    assert {Path(name).suffix for name in digests(again)} == {".whl", ".gz"}


def test_wheel_carries_features_and_data(unpacked: Path) -> None:
    package = unpacked / "translator_cmk"
    assert {f.name for f in (package / "features").glob("*.feature")} == {
        f.name for f in features_dir().glob("*.feature")
    }
    for file in ("py.typed", "language/situations.yaml", "requirements/article.yaml"):
        assert (package / file).is_file(), file


def test_wheel_has_the_digest_of_the_checkout_and_reads_its_own_features(unpacked: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r}); from translator_cmk import features_dir;"
        "from translator_cmk.digest import digest; print(digest(), features_dir(), sep='\\n')"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.splitlines() == [digest(), str(unpacked / "translator_cmk" / "features")]


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
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    named = [names.replace("(", "").replace(")", "").split(" | ") for names in contract]
    floors = {name: floor for floor, names in enumerate(named) for name in names}
    assert sorted(LAYERS, key=floors.__getitem__) == list(LAYERS)
    assert {name for name, floor in floors.items() if floor <= floors[REPORTED]} <= set(LAYERS)


def test_names_count_as_well_as_content(tmp_path: Path) -> None:
    (tmp_path / "ab").write_text("c")
    (tmp_path / "a").write_text("bc")
    files = {name: tmp_path / name for name in ("ab", "a")}
    digests = {digest_with({"ab": files["ab"]}), digest_with({"a": files["a"]}), digest_with({"b": files["ab"]})}
    assert len(digests) == 3


@pytest.mark.parametrize("name", translator_cmk.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(translator_cmk, name) is not None
    table = (ROOT / "docs" / "your-system.md").read_text("utf-8").partition("{ #api }")[2]
    assert f"`{name}`" in table


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'observe'"):
        translator_cmk.observe  # noqa: B018  # looking it up is what is tested


def test_importing_the_package_imports_none_of_its_modules() -> None:
    code = "import sys, translator_cmk as t; t.features_dir(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not [name for name in done.stdout.split() if name.startswith("translator_cmk.")]


# The threat model names tests that exist, and the threats that no other test is about are stopped

MODEL = (ROOT / "SECURITY.md").read_text("utf-8").partition("## Threat model")[2].partition("\n## ")[0]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_threat_has_a_test_that_exists() -> None:
    rows = [line for line in MODEL.splitlines() if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        named = NAMED.findall(row)
        assert named, row
        for file, test in named:
            assert f"\ndef {test}(" in (ROOT / file).read_text("utf-8"), (file, test)


def test_served_model_listens_on_this_machine_alone_unless_a_host_is_named() -> None:
    assert address("8080") == ("127.0.0.1", 8080)
    assert address("0.0.0.0:8080") == ("0.0.0.0", 8080)


def test_every_tool_is_installed_by_its_hash() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text("utf-8")
        entries = re.split(r"\n(?=[A-Za-z])", text.partition("\n")[2].replace("\\\n", " ").strip())
        assert entries
        assert [entry.split()[0] for entry in entries if " --hash=sha256:" not in entry] == []
    installs = re.findall(r"^.*\bpip install\b.*$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    ours = [line for line in installs if "--no-deps" not in line and "dist/*.whl" not in line]
    assert ours
    assert [line for line in ours if "--require-hashes" not in line] == []
