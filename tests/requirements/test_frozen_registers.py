"""Registers frozen at a release: each has its digest, no id is used again, and a kit of one counts
by it.  Scenario ids are frozen with them."""

from pathlib import Path

import pytest
import yaml

from tests.command_line import copy_checkout, git, python
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.conformance.release import RELEASES as DIGESTS
from translator_cmk.requirements import load_register
from translator_cmk.requirements.frozen_registers import load_frozen
from translator_cmk.site.sourced import sources


def test_every_release_has_a_frozen_register_and_a_digest() -> None:
    assert set(load_frozen()) == set(yaml.safe_load(DIGESTS.read_text("utf-8")))


def test_id_that_a_release_had_and_a_later_one_withdrew_is_not_used_again() -> None:
    had: set[str] = set()
    for entries in [*load_frozen().values(), load_register()]:
        withdrawn = {name for name in had if name not in entries}
        assert not withdrawn & set(load_register()), withdrawn
        had |= set(entries)


VERSION = "987.0.0"
A_CASE = next(pickle.id for pickle in pickles() if pickle.requirements[0] == "vault.same-region")


@pytest.mark.slow
def test_frozen_register_makes_a_kit_of_a_release_that_counts_its_own_requirements(
    tmp_path: Path,
) -> None:
    copy_checkout(tmp_path, ".ci", "features", "model")
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{VERSION}"\n')
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n")
    (tmp_path / "CITATION.cff").write_text(f"version: {VERSION}\ndate-released: 2026-11-27\n")
    (tmp_path / ".gitignore").write_text("__pycache__/\n/conformance-report/\n")
    git(tmp_path, "init", "--quiet")
    missing = python(tmp_path, ".ci/release.py", "check")
    assert missing.returncode == 1
    assert [line.partition(": ")[2][:20] for line in missing.stderr.splitlines()] == [
        "the specification is",
        "CHANGELOG.md has no ",
        "CITATION.cff names a",
        "there are changes th",
    ]
    assert python(tmp_path, ".ci/release.py", "freeze").returncode == 0
    again = python(tmp_path, ".ci/release.py", "freeze")
    assert again.returncode == 2
    assert "a register is frozen once; increase the version in pyproject.toml" in again.stderr
    same = python(tmp_path, "-m", "translator_cmk.cli", "features", "diff", VERSION)
    assert same.stdout.startswith("no difference in "), same
    (tmp_path / "CHANGELOG.md").write_text(f"## [{VERSION}] - 2026-11-27\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Release")
    ready = python(tmp_path, ".ci/release.py", "check")
    assert (ready.returncode, ready.stderr) == (0, "")
    verify = (
        "-m",
        "translator_cmk.cli",
        "verify",
        "--python",
        "translator_cmk:ModelSystem",
        "--lane",
        "features",
    )
    found = python(tmp_path, *verify, "--case", A_CASE).stdout
    assert "unreleased kit" not in found
    assert f"\n  release {VERSION}    " in found
    assert " requirements passed\n" in found


@pytest.mark.slow
@pytest.mark.parametrize("released", ["2000-01-01", "2100-01-01"])
def test_freezing_lists_the_sources_that_were_last_read_before_the_last_release(
    released: str, tmp_path: Path
) -> None:
    copy_checkout(tmp_path, ".ci", "features", "model")
    (tmp_path / "pyproject.toml").write_text(f'[project]\nversion = "{VERSION}"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"## [Unreleased]\n\n## [986.0.0] - {released}\n")
    lines = python(tmp_path, ".ci/release.py", "freeze").stdout.splitlines()
    begin = f"read before the release of {released}: "
    listed = [line.removeprefix(begin).partition(",")[0] for line in lines if begin in line]
    assert listed == [name for name, source in sources().items() if source.read < released]
