"""The guide shows what the command prints of its plans; pipelines, the action and the hook check a
plan and end as it does."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command_line import ROOT, run_cli
from tests.plans import builder as b
from tests.plans.guide import FOLDER, PLANS, printed, written
from tests.plans.test_cases import vault_redeployed
from translator_cmk.plans.check_plan import FORMATS
from translator_cmk.plans.verdicts import VERDICTS
from translator_cmk.plans.world import HOLDS

GUIDE = (ROOT / "docs" / "plans.md").read_text("utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step["run"] for step in ACTION["runs"]["steps"] if "run" in step}
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
GITLAB = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text("utf-8"))["check-plan"]
AZURE = yaml.safe_load((FOLDER / "azure-pipelines.yml").read_text("utf-8"))

REMEDY = "run `python -m tests.plans.guide`, and read whether the difference is meant"


@pytest.mark.parametrize("name", PLANS)
def test_the_guide_shows_what_the_command_prints(name: str) -> None:
    for file, text in written(name).items():
        assert (FOLDER / file).read_text("utf-8") == text, REMEDY
    assert (FOLDER / f"{name}.txt").read_text("utf-8") == printed(name), REMEDY
    assert f'--8<-- "plans/{name}.txt"' in GUIDE
    assert f"(examples/plans/{name}.json)" in GUIDE


def test_the_guide_names_every_choice() -> None:
    named = set(re.findall(r"`(?:--\w[\w-]* )?([a-z-]+)`", GUIDE))
    assert {*HOLDS, *FORMATS} - {"text"} <= named
    assert all(f"--fail-on {verdict}" in GUIDE for verdict in VERDICTS if verdict != "may-lose")


# Scripts


@pytest.fixture
def kit(tmp_path: Path) -> dict[str, str]:
    """Environment variables with which a script finds the command, and writes what it likes."""
    folder = tmp_path / "translator-cmk" / "bin"
    folder.mkdir(parents=True)
    command = folder / "translator-cmk"
    python = shlex.quote(sys.executable)
    command.write_text(f'#!/bin/sh\nexec {python} -m translator_cmk.cli "$@"\n')
    gh = folder / "gh"
    gh.write_text(
        '#!/bin/sh\necho "$*" >> "$RUNNER_TEMP/gh.log"\ncase "$*" in *--jq*) echo $EARLIER;; esac\n'
    )
    for file in (command, gh):
        file.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "o/r",
        "NUMBER": "7",
        "PLAN": "plan.json",
        "OPTIONS": "",
    }


def write_plan(folder: Path, policies: list[b.Values]) -> None:
    (folder / "plan.json").write_bytes(vault_redeployed(policies).as_json())


def run_script(script: str, folder: Path, kit: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=kit, check=False, capture_output=True, text=True)


HARMFUL: list[Any] = []
HARMLESS = [b.policy_entry()]


@pytest.mark.parametrize(("policies", "code"), [(HARMFUL, 1), (HARMLESS, 0)])
def test_the_action_fails_as_the_plan_does_and_leaves_a_summary_and_a_comment(
    policies: list[b.Values], code: int, tmp_path: Path, kit: dict[str, str]
) -> None:
    write_plan(tmp_path, policies)
    done = run_script(STEPS["Check the plan"], tmp_path, kit)
    assert done.returncode == 0, done.stderr
    assert ("LOSES" in done.stdout) is bool(code)
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("<!-- translator-cmk check-plan")
    status = (tmp_path / "output").read_text("utf-8").strip().removeprefix("status=")
    last = run_script(STEPS["Fail if the plan does"], tmp_path, {**kit, "STATUS": status})
    assert last.returncode == code

    for earlier, method in (("", "POST"), ("12", "PATCH")):  # a comment is written anew
        done = run_script(STEPS["Comment"], tmp_path, {**kit, "EARLIER": earlier})
        assert done.returncode == 0, done.stderr
        asked = (tmp_path / "gh.log").read_text("utf-8").splitlines()[-1]
        assert f"--method {method}" in asked
        assert f"body=@{tmp_path}/check-plan.md" in asked


def test_the_action_writes_no_comment_on_a_file_that_is_no_plan(
    tmp_path: Path, kit: dict[str, str]
) -> None:
    (tmp_path / "plan.json").write_text("PK")
    done = run_script(STEPS["Check the plan"], tmp_path, kit)
    assert "a binary plan" in done.stderr
    run_script(STEPS["Comment"], tmp_path, kit)
    assert not (tmp_path / "gh.log").exists()
    assert (tmp_path / "output").read_text("utf-8") == "status=2\n"


@pytest.mark.parametrize(("policies", "code"), [(HARMFUL, 1), (HARMLESS, 0)])
def test_pipelines_end_as_the_plan_does_and_leave_test_results(
    policies: list[b.Values], code: int, tmp_path: Path, kit: dict[str, str]
) -> None:
    write_plan(tmp_path, policies)
    for script in ("\n".join(GITLAB["script"][1:]), AZURE["steps"][2]["bash"]):
        done = run_script(script, tmp_path, kit)
        assert done.returncode == code, done.stderr
        assert "<testsuites" in (tmp_path / "check-plan.xml").read_text("utf-8")


def test_the_hook_checks_each_plan_that_is_committed(tmp_path: Path, kit: dict[str, str]) -> None:
    write_plan(tmp_path, HARMLESS)
    (tmp_path / "what-if.json").write_bytes(vault_redeployed(HARMFUL).as_json())
    for files, code in ((["plan.json"], 0), (["what-if.json", "plan.json"], 1)):
        assert all(re.search(HOOK["files"], file) for file in files)
        command = [*shlex.split(HOOK["entry"]), *files]
        done = subprocess.run(command, cwd=tmp_path, env=kit, check=False, capture_output=True)
        assert done.returncode == code
    assert not re.search(HOOK["files"], "package.json")


# The skill for agents that write infrastructure


def test_skill_names_a_command_that_ends_as_it_says_and_verdicts_that_there_are() -> None:
    skill = (ROOT / "docs" / "examples" / "skill" / "SKILL.md").read_text("utf-8")
    (command,) = re.findall(r"`translator-cmk (check-plan [^`]*)`", skill)
    plan = str(FOLDER / "policy-moved.json")
    done = run_cli(*(plan if word == "plan.json" else word for word in command.split()))
    assert done.code == 1
    verdicts = {finding["verdict"] for finding in json.loads(done.out)["findings"]}
    named = set(re.findall(r"says `([a-z-]+)` or `([a-z-]+)`", skill)[0])
    assert verdicts <= named <= set(VERDICTS)
