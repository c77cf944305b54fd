"""The doctor says what to fix, in order, and what to write next; a skeleton is well, and has yet to be written."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.verifying import FAULTY, MODEL
from tests.gherkin import wrong_systems
from translator_cmk.cli import main
from translator_cmk.conformance.calls import CALLS
from translator_cmk.conformance.life import LIFE
from translator_cmk.machine import COMMANDS, Accepted
from translator_cmk.system import ModelSystem

PROGRAMS = {"python": (f"{sys.executable} -S", "adapter.py"), "node": ("node", "adapter.mjs")}


def test_one_life_has_every_command_and_is_accepted() -> None:
    model = ModelSystem()
    assert [type(command).__name__ for command in LIFE if not isinstance(model.submit(command), Accepted)] == []
    assert {type(command).__name__ for command in LIFE} == set(COMMANDS)


def test_every_command_has_its_real_call() -> None:
    assert set(CALLS) == set(COMMANDS)


@pytest.mark.parametrize("language", PROGRAMS)
def test_skeleton_is_well_and_says_what_to_write_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    program, file = PROGRAMS[language]
    assert main(["init-adapter", language, str(tmp_path)]) == 0
    assert main(["doctor", "--stdio", f"{program} {tmp_path / file}"]) == 4
    out = capsys.readouterr().out
    assert "✔ it resets, and shows a new world" in out
    assert "33 of 33 commands are unsupported; 0 of 191 scenarios can run" not in out  # the clock is not asked for
    assert "32 of 33 commands are unsupported" in out
    assert "write CreateResource next" in out
    text = (tmp_path / file).read_text("utf-8")
    assert "providers/Microsoft.KeyVault/vaults/{vault}/accessPolicies/add" in text
    assert main(["init-adapter", language, str(tmp_path)]) == 2  # nothing is overwritten


def test_skeleton_is_incomplete_and_not_conformant(tmp_path: Path) -> None:
    main(["init-adapter", "python", str(tmp_path)])
    arguments = ["--stdio", f"{sys.executable} -S {tmp_path / 'adapter.py'}", "--report", str(tmp_path / "report")]
    assert main(["verify", *arguments, "--lane", "features", "--topic", "vault"]) == 4


def test_skeleton_is_code_that_a_linter_accepts(tmp_path: Path) -> None:
    main(["init-adapter", "python", str(tmp_path)])
    subprocess.run([sys.executable, "-m", "py_compile", str(tmp_path / "adapter.py")], check=True)
    main(["init-adapter", "node", str(tmp_path)])
    subprocess.run(["node", "--check", str(tmp_path / "adapter.mjs")], check=True)


def test_right_system_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--python", MODEL]) == 0
    assert "it has every command; next: translator-cmk verify" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "told"),
    [
        ("AcceptsEverything", "accepts to delete a vault that was never made"),
        ("RefusesEverything", "refuses to make a vault"),
        ("ShowsNothing", "a new world shows the subscriptions []"),
        ("NeverResets", "after a reset a vault can't be made"),
        ("ShowsNumbers", "vault.vault.state is the number 3"),
    ],
)
def test_first_thing_to_fix_is_told_and_no_other(capsys: pytest.CaptureFixture[str], system: str, told: str) -> None:
    assert main(["doctor", "--python", f"{wrong_systems.__name__}:{system}"]) == 1
    out = capsys.readouterr().out
    assert told in out
    assert out.count("✘") == 1


@pytest.mark.parametrize(
    ("fault", "told"), [("hello=crash", "exit code 7"), ("reset=junk", "not JSON"), ("hello=junk", "not JSON")]
)
def test_adapter_that_breaks_is_told(capsys: pytest.CaptureFixture[str], fault: str, told: str) -> None:
    assert main(["doctor", "--stdio", f"{FAULTY} {fault}"]) in (1, 3)
    output = capsys.readouterr()
    assert told in output.out + output.err
