"""Every command of the guide does what it says, and every example conforms over its transport.

No command but the site needs an extra, and no example takes anything of the specification.
"""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.command_line import ROOT, each_refused, one_error, run_cli
from tests.conformance.conftest import says
from translator_cmk import cli
from translator_cmk.cli import main
from translator_cmk.conformance.protocol import parts
from translator_cmk.language.contract import ANSWERS, VERBS
from translator_cmk.language.declaration import CAPABILITIES, DECLARED, LEVELS
from translator_cmk.language.messages import OBSERVED
from translator_cmk.language.schemas import schemas
from translator_cmk.machine import COMMANDS
from translator_cmk.requirements import load_register

GUIDE = ROOT / "docs" / "validate.md"
BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)
INSTALL = "pip wheel --no-deps --wheel-dir wheels .\npip install wheels/translator_cmk-*.whl\n"

EXTRAS = (
    "azure",
    "jwt",
    "trustme",
    "pytest",
    "pytest_bdd",
    "waitress",
    "mkdocs",
    "material",
    "hypothesis",
)
BLOCKED = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS}))"
LEAVE = "from translator_cmk.cli import leave; leave()"

SHORTER = shlex.split(
    "--lane features --requirement keys.create "
    "--lane tour --scope losing-the-key --steps 70 --lane fuzz --seconds 0.2"
)
"""The budgets of a test, in place of those of a reader, for the commands that run every lane."""


def test_every_command_of_the_guide_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    assert first == ("", INSTALL)
    assert len(blocks) > 10
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    for exit_code, text in blocks:
        shell, *commands = re.split("^translator-cmk ", text, flags=re.MULTILINE)
        subprocess.run(["bash", "-euo", "pipefail", "-c", shell], check=True, capture_output=True)
        if commands:
            codes = [run_here(command) for command in commands]
            assert codes[-1] == int(exit_code or 0), text


def run_here(command: str) -> int:
    """Run a command of the guide in this process, with smaller budgets if it runs every lane."""
    arguments = shlex.split(command)
    if "--seconds " in command:
        arguments += SHORTER
    return main(arguments)


def test_guide_names_the_requirements_that_no_run_can_show() -> None:
    guide = GUIDE.read_text("utf-8")
    [sentence] = re.findall(
        r"^No command shows these requirements.*?\. ", guide, re.DOTALL | re.MULTILINE
    )
    named = re.findall(r"`([a-z.-]+)`", sentence)
    attested = [
        requirement.id
        for requirement in load_register().values()
        if requirement.kind == "attestation"
    ]
    assert named == attested


def test_base_install_has_no_site_and_no_test_tools() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [asked.partition(">=")[0] for asked in project["dependencies"]]
    assert names == ["gherkin-official", "pyyaml"]


def without_extras(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python that has no extra."""
    command = [sys.executable, "-c", f"{BLOCKED}\n{code}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def assert_names_the_extra(run: subprocess.CompletedProcess[str], package: str, extra: str) -> None:
    assert run.returncode == 2
    [line] = run.stderr.splitlines()
    assert line.startswith(f"translator-cmk: error: this needs the package {package}: ")
    assert f"[{extra}]" in line


def test_missing_extra_is_one_line_that_names_it() -> None:
    run = without_extras(LEAVE, "serve", "--http", "0")
    assert_names_the_extra(run, "waitress", "http")


def test_azure_asks_for_its_extra_before_it_asks_anything_else(tmp_path: Path) -> None:
    subscription = "00000000-0000-0000-0000-000000000001"
    only = ["--requirement", "environment.create-resource", "--report", str(tmp_path / "report")]
    run = without_extras(LEAVE, "verify", "--azure", "--subscription", subscription, *only)
    assert_names_the_extra(run, "azure", "azure")
    assert "Create this?" not in run.stdout
    assert list(tmp_path.iterdir()) == []


STARTS = """
import contextlib, io
from translator_cmk.cli import main
for command in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
        main([command, "--help"])
    if not text.getvalue().startswith(f"usage: translator-cmk {command} "):
        sys.exit(f"{command} does not start")
"""


def test_every_command_starts_without_extras() -> None:
    run = without_extras(STARTS, *(each.name for each in cli.COMMANDS))
    assert (run.returncode, run.stderr) == (0, "")


EXAMPLES = ROOT / "docs" / "examples"


def test_example_emulator_uses_nothing_of_the_specification() -> None:
    program = (EXAMPLES / "python" / "emulator.py").read_text("utf-8")
    assert not re.search("^(?! *#).*(import|from) translator_cmk", program, re.MULTILINE)


def test_every_folder_of_examples_is_run() -> None:
    runs = [
        *(ROOT / "tests" / "azure").rglob("*.py"),
        *(ROOT / "tests" / "plans").glob("*.py"),
        *(ROOT / "tests" / "qa").glob("*.py"),
        *(ROOT / "tests" / "conformance").rglob("*.py"),
    ]
    texts = [file.read_text("utf-8") for file in runs]
    for folder in EXAMPLES.iterdir():
        if folder.is_dir():
            assert any(f'"{folder.name}"' in text for text in texts), folder.name


# The reference of the protocol, from the command line


def test_reference_has_every_verb_and_answer() -> None:
    text = says(0, "protocol")
    for verb in VERBS:
        assert f"\n## {verb}\n" in text
    for answers in ANSWERS.values():
        for word in answers.records:
            assert f"\nAnswer `{word}`: " in text
    for word in (*CAPABILITIES, *LEVELS):
        assert f"\n| `{word}` | " in text


def test_reference_has_every_command_with_its_fields() -> None:
    rows = {}
    for line in parts()["commands"].splitlines():
        if line.startswith("| `"):
            rows[line.split("`")[1]] = line
    assert list(rows) == list(COMMANDS)
    for name, command in COMMANDS.items():
        for field in command.fields:
            assert f"`{field}`" in rows[name]


def test_reference_has_every_kind_that_is_observed_with_its_fields() -> None:
    rows = {}
    for line in parts()["observation"].splitlines():
        if line.startswith("| "):
            rows[line.split(" ")[1]] = line
    for kind, (_, fields) in OBSERVED.items():
        for field in fields:
            assert f"`{field}`" in rows[kind]


def test_part_is_printed_alone() -> None:
    hello = says(0, "protocol", "hello")
    for name in DECLARED:
        assert f"\n| `{name}` | " in hello
    assert "`observation`" not in hello


def test_every_schema_that_is_listed_is_printed() -> None:
    listed = [
        line.partition(": ")[0] for line in says(0, "protocol", "--schema", "list").splitlines()
    ]
    assert {*schemas(), "report"} <= set(listed)
    for name in listed:
        assert json.loads(says(0, "protocol", "--schema", name))["$id"] == f"{name}.schema.json"


@each_refused("protocol")
def test_unknown_part_is_one_line_that_says_what_there_is(arguments: list[str], says: str) -> None:
    assert says in one_error(run_cli("protocol", *arguments))
