"""The doctor says what to fix, in order, and what to write next.

A skeleton is well, and has yet to be written.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CLI, ROOT, each_refused, run_cli, run_here
from tests.conformance.conftest import FAULTY, MODEL, says
from translator_cmk.cli import main
from translator_cmk.conformance.init_adapter import LANGUAGES, skeleton
from translator_cmk.conformance.wire import Process
from translator_cmk.conformance.wire.session import Session
from translator_cmk.language.declaration import DECLARED
from translator_cmk.language.messages import OBSERVED, command_to_wire
from translator_cmk.machine import COMMANDS
from translator_cmk.machine.commands import DeleteVault

EMULATOR = ROOT / "docs" / "examples" / "python" / "emulator.py"
PROGRAMS = {
    "python": (f"{shlex.quote(sys.executable)} -S", "adapter.py"),
    "node": ("node", "adapter.mjs"),
}


@each_refused("doctor")
def test_first_thing_to_fix_is_told_and_no_other(system: str, code: int, says: str) -> None:
    if "=" in system:
        arguments = ["--stdio", f"{FAULTY} {system}"]
    else:
        arguments = ["--python", f"tests.systems.{system}"]
    done = (run_cli if "=" in system else run_here)("doctor", *arguments)
    said = done.out + done.error
    assert done.code == code
    assert says in said
    assert said.count("✘") == (1 if code == 1 else 0)


def test_doctor_asks_for_new_names_each_time() -> None:
    for _ in range(2):
        assert run_here("doctor", "--python", "tests.systems.mistaken:KeepsEverything").code == 0


NOT_DECLARED = ("EndVaultRetention", "SetPermissionModel", "AssignKeyRole", "RemoveKeyRole")
"""The commands of capabilities that a skeleton does not declare."""


@pytest.mark.parametrize("language", PROGRAMS)
def test_skeleton_is_well_by_the_command_that_it_ends_with_and_says_what_to_write_first(
    tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "it's mine"
    program, *arguments = shlex.split(
        says(0, "init-adapter", language, folder).partition("next: ")[2]
    )
    assert program == "translator-cmk"
    out = says(4, *arguments)
    assert "✔ it resets, and shows a new world" in out
    assert "○ not looked at yet, for want of RecoverVault" in out
    asked_for = len(COMMANDS) - len(NOT_DECLARED)
    assert f"\n○ {asked_for} of {len(COMMANDS)} commands are unsupported" in out
    assert "write CreateResource next" in out
    text = (folder / PROGRAMS[language][1]).read_text("utf-8")
    assert "providers/Microsoft.KeyVault/vaults/{vault}/accessPolicies/add" in text


@pytest.mark.parametrize("language", PROGRAMS)
def test_skeleton_has_every_field_of_hello_and_of_an_observation(language: str) -> None:
    declaration, _, observe = skeleton(LANGUAGES[language]).partition("observe()")
    for name in DECLARED:
        assert re.search(rf'^ +"?{name}"?: ', declaration, re.MULTILINE), name
    for kind, (_, fields) in OBSERVED.items():
        if kind != "subscription":  # the skeleton shows these already
            about = re.search(rf'^ +(?:#|//) by \S+: (.*)\n +"?{kind}"?: ', observe, re.MULTILINE)
            assert about
            assert re.findall(r"(\w+)(?: \([^)]*\))?(?:, |$)", about[1]) == list(fields)


@pytest.mark.parametrize("language", PROGRAMS)
@pytest.mark.parametrize(
    ("text", "code"),
    [("no such vault\n", "no-such-vault-"), ("", "Refused"), ("é" * 200, "-" * 100)],
)
def test_refusal_of_a_skeleton_is_valid_whatever_it_says(
    tmp_path: Path, language: str, text: str, code: str
) -> None:
    program, file = PROGRAMS[language]
    main(["init-adapter", language, str(tmp_path)])
    adapter = tmp_path / file
    skeleton = adapter.read_text("utf-8")
    if language == "python":
        refuses = skeleton.replace("raise Unsupported\n", f"raise Refused({text!r})\n")
    else:
        refuses = skeleton.replace(
            "throw new Unsupported();\n", f"throw new Refused({json.dumps(text)});\n"
        )
    adapter.write_text(refuses, "utf-8")
    session = Session(Process(f"{program} {shlex.quote(str(adapter))}"))
    session.hello()
    answer = session.ask("submit", command=command_to_wire(DeleteVault("kv-prod")))
    assert answer["answer"] == "refused"
    assert answer["code"] == code
    assert answer.keys() == {"id", "answer", "code"}
    session.bye()


@pytest.mark.parametrize("name", ["adapter.py", "link", "folder"])
def test_skeleton_takes_the_place_of_nothing(tmp_path: Path, name: str) -> None:
    there = tmp_path / "adapter.py"
    if name == "link":
        there.symlink_to("nowhere")
    else:
        there.write_text("mine")
    folder = there if name == "folder" else tmp_path
    error = says(2, "init-adapter", "python", str(folder))
    assert f"{there} is there already, and is left as it is; name another folder" in error
    assert list(tmp_path.iterdir()) == [there]
    assert there.is_symlink() or there.read_text() == "mine"


def test_skeleton_that_can_not_be_written_as_a_whole_is_not_written(tmp_path: Path) -> None:
    on_a_full_disk = ["/bin/sh", "-c", 'ulimit -f 1; PYTHONDONTWRITEBYTECODE=1 exec "$@"', "sh"]
    command = [*on_a_full_disk, *CLI, "init-adapter", "python", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "adapter.py: can't be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_skeleton_is_incomplete_and_told_what_it_lacks(tmp_path: Path) -> None:
    main(["init-adapter", "python", str(tmp_path)])
    system = ["--stdio", f"{shlex.quote(sys.executable)} -S {tmp_path / 'adapter.py'}"]
    report = ["--report", str(tmp_path / "report")]
    said = says(4, "verify", *system, *report, "--requirement", "vault.same-region-refused")
    *_, named, first, doctor, _ = said.splitlines()
    assert named == "? unsupported, of the commands that were asked for: CreateVault"
    assert re.fullmatch(r"  write CreateVault next: [1-9][0-9]* scenarios need it", first)
    assert shlex.split(doctor.partition(": ")[2]) == ["translator-cmk", "doctor", *system]


def test_next_step_can_be_pasted_whatever_the_command(tmp_path: Path) -> None:
    (tmp_path / "my folder").mkdir()
    adapter = shutil.copy(EMULATOR, tmp_path / "my folder" / "emulator's.py")
    stdio = [
        "--stdio",
        f"{shlex.quote(sys.executable)} -S {shlex.quote(str(adapter))}",
        "--timeout",
        "9",
    ]
    for given in (stdio, ["--python", MODEL]):
        message = says(0, "doctor", *given).partition("it has every command; next: ")[2]
        assert shlex.split(message) == ["translator-cmk", "verify", *given]


@pytest.mark.parametrize(
    ("fine", "message"),
    [
        ((), "it answers with an error, when the customer recovers the vault"),
        (("CreateVault", "RecoverVault"), f"an error, {len(COMMANDS) - 2} in all: CreateKey, "),
        (
            tuple(name for name in COMMANDS if name != "ReadData"),
            "commands that end in an error, 1 in all: ReadData; it answers with",
        ),
    ],
)
def test_error_is_no_answer(fine: tuple[str, ...], message: str) -> None:
    errs = " ".join(f"{name}=error" for name in COMMANDS if name not in fine)
    out = says(1, "doctor", "--stdio", f"{FAULTY} {errs}")
    assert message in out
    assert out.count("✘") == 1
    assert (
        "no quota\n  an error says that the adapter can't tell, and is no verdict: answer refused "
        "where" in out
    )
    assert "it has every command" not in out
