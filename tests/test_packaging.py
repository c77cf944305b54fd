"""The wheel holds what vendors need, and is the same specification as the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from translator_cmk import features_dir
from translator_cmk.digest import digest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_wheel_carries_features_and_data(unpacked: Path) -> None:
    package = unpacked / "translator_cmk"
    assert {f.name for f in (package / "features").glob("*.feature")} == {
        f.name for f in features_dir().glob("*.feature")
    }
    for file in ("py.typed", "language/situations.yaml", "requirements/article.yaml"):
        assert (package / file).is_file(), file


def output_of(unpacked: Path, code: str) -> str:
    """Return the output of the unpacked package."""
    found = f"import sys; sys.path.insert(0, {str(unpacked)!r}); {code}"
    run = subprocess.run([sys.executable, "-I", "-c", found], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def test_wheel_has_the_digest_of_the_checkout(unpacked: Path) -> None:
    assert output_of(unpacked, "from translator_cmk.digest import digest; print(digest())") == digest()


def test_wheel_reads_its_own_features(unpacked: Path) -> None:
    found = output_of(unpacked, "from translator_cmk import features_dir; print(features_dir())")
    assert Path(found) == unpacked / "translator_cmk" / "features"
