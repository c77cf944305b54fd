"""The public API: every name that the package lists is there and documented, and none costs time before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

import translator_cmk

ROOT = Path(__file__).resolve().parents[1]


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
