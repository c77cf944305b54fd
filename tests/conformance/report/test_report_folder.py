"""A new report takes the place of an earlier one, and of nothing else."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bdd.samples import MODULE, RIGHT, feature, project, rule, run
from tests.command_line import each_refused, one_error, run_cli, run_here
from tests.conformance.conftest import (
    MODEL,
    WHOLE,
    says,
    says_here,
    verify,
)
from translator_cmk import features_dir
from translator_cmk.conformance.report.folder import ENVELOPE, KEYS, MESSAGES, Folder
from translator_cmk.errors import CommandError

ONE = ("--lane", "features", "--case", WHOLE)
OURS = json.dumps(dict.fromkeys(KEYS, 1))
LINK = "-> "

USES = """
import sys
from pathlib import Path
from translator_cmk.conformance.report.folder import Folder

log = Folder(Path(sys.argv[1])).begin()
print("begun", flush=True)
sys.stdin.read()
"""
"""A program that uses a folder until its input ends."""


def holds(folder: Path) -> dict[str, str]:
    """Return every file in a folder, and what is in it."""
    found = {}
    for file in folder.rglob("*"):
        if file.is_file():
            found[file.relative_to(folder).as_posix()] = file.read_text("utf-8", "replace")
    return found


def put(folder: Path, *names: str, **texts: str) -> None:
    """Put files into a folder: an envelope of ours, and those of ``texts``, which may be links."""
    files = {ENVELOPE: OURS}
    for name in names:
        files[name] = f"mine: {name}"
    files |= texts
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(LINK):
            (folder / name).symlink_to(text.removeprefix(LINK))
        elif text:
            (folder / name).write_text(text, "utf-8")


def use(path: Path) -> None:
    """Use a folder for a report without a message."""
    folder = Folder(path)
    folder.begin().close()
    folder.end()


@each_refused("folder")
def test_nothing_is_deleted_where_anything_is_not_of_a_report(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    put(tmp_path / "precious", MESSAGES, "01-tour-CreateVault.json")
    put(
        tmp_path / "report",
        **{name: text.replace("DEEP", "[" * 100_000) for name, text in files.items()},
    )
    before = holds(tmp_path)
    with pytest.raises(CommandError, match=r"name another folder.*; nothing was deleted") as caught:
        Folder(tmp_path / "report").begin()
    assert says in str(caught.value)
    assert holds(tmp_path) == before


def test_somebodys_own_report_is_reported_with_exit_code_2(tmp_path: Path) -> None:
    put(tmp_path, "thesis.txt", **{ENVELOPE: "{}"})
    told = says_here(2, "verify", "--python", MODEL, "--report", str(tmp_path), *ONE)
    assert told.count("\n") == 1
    assert holds(tmp_path) == {"report.json": "{}", "thesis.txt": "mine: thesis.txt"}


def test_earlier_report_goes_as_a_whole(tmp_path: Path) -> None:
    put(tmp_path / "report", "counterexamples/01-tour-CreateVault.json", ".junit.xml.draft")
    put(
        tmp_path / "report",
        "counterexamples/.12-fuzz-EndVaultRetention.feature.draft",
        ".report.json.draft",
    )
    assert verify(tmp_path, "--python", MODEL, *ONE).exit_code == 0
    written = holds(tmp_path / "report")
    assert not [name for name, text in written.items() if text.startswith("mine") or "/" in name]
    assert verify(tmp_path, "--python", MODEL, *ONE).exit_code == 0
    assert holds(tmp_path / "report").keys() == written.keys()


@pytest.mark.parametrize(
    "left_behind", [{MESSAGES: ""}, {MESSAGES: "", ".report.json.draft": "{"}, {}]
)
def test_folder_of_a_run_that_was_killed_at_its_beginning_can_be_used_again(
    tmp_path: Path, left_behind: dict[str, str]
) -> None:
    for name, content in left_behind.items():
        (tmp_path / name).write_text(content)
    for _ in range(2):
        use(tmp_path)
        assert holds(tmp_path).keys() == {MESSAGES}


def test_link_to_the_folder_of_a_report_is_as_good_as_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "there")
    (tmp_path / "report").symlink_to("there")
    use(tmp_path / "report")
    assert holds(tmp_path / "there").keys() == {MESSAGES}


def test_deviations_in_the_folder_of_the_report_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "report", "mine")
    (tmp_path / "link").symlink_to("report")
    mine = str(tmp_path / "link" / "mine")
    arguments = ["--python", MODEL, "--report", str(tmp_path / "report"), "--deviations", mine]
    assert f"--deviations {mine}: it is in the folder of the report" in says(
        2, "verify", *arguments
    )
    assert holds(tmp_path / "report")["mine"] == "mine: mine"


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Have another process use the folder; at the end it is killed."""
    command = [sys.executable, "-c", USES, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        yield
        process.kill()


def test_folder_that_another_run_uses_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    verifying = ("verify", "--python", MODEL, "--report", folder, *ONE)
    with in_use(folder):
        before = holds(folder)
        error = one_error(run_here(*verifying))
        assert error.startswith(f"{folder}: another run is writing its report there")
        assert holds(folder) == before
    # a run that was killed uses it no longer
    assert run_here(*verifying).code == 0
    assert run_cli("report", "check", folder).code == 0


REPLACES = """
import shutil
from pathlib import Path
from translator_cmk import ModelSystem

class Replaces(ModelSystem):
    declaration = {"product": "replaces", "version": "1"}

    def submit(self, command):
        shutil.rmtree("report", ignore_errors=True)
        Path("report").mkdir()
        return super().submit(command)
"""
"""A system during whose run another folder takes the place of that of the report."""


def test_run_writes_nothing_into_a_folder_that_took_the_place_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "replaces.py").write_text(REPLACES, "utf-8")
    monkeypatch.chdir(tmp_path)
    named = ("--python", "replaces:Replaces", "--report", "report")
    error = one_error(run_here("verify", *named, *ONE), code=3)
    assert "report: the folder was deleted or replaced during the run" in error
    assert holds(tmp_path / "report") == {}


def test_pytest_writes_nothing_into_a_folder_that_took_the_place_of_its_own(
    pytester: pytest.Pytester,
) -> None:
    shutil.copy(features_dir() / "vault.feature", pytester.mkdir("features"))
    pytester.makepyfile(test_features=MODULE, replaces=REPLACES)
    pytester.syspathinsert()
    options = ("--results", "report", "--system", "replaces:Replaces", "-k", "resources_region")
    result = run(pytester, *options)
    assert result.ret == pytest.ExitCode.INTERNAL_ERROR
    told = "the folder was deleted or replaced during the run, so no report was written"
    assert told in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
    assert holds(pytester.path / "report") == {}


def test_pytest_refuses_a_folder_that_another_run_uses(pytester: pytest.Pytester) -> None:
    project(pytester, vault=feature(rule(RIGHT)))
    with in_use(pytester.path / "report"):
        result = run(pytester, "--results", "report")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    [line] = [line for line in result.errlines if line]
    assert "report: another run is writing its report there" in line
