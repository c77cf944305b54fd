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
from tests.plans.test_cases import V, vault_redeployed
from translator_cmk.plans.check_plan import FORMATS
from translator_cmk.plans.estate import HOLDS
from translator_cmk.plans.exceptions import read_exceptions
from translator_cmk.plans.verdicts import VERDICTS

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
    assert {*HOLDS, *FORMATS, *VERDICTS} - {"text"} <= named


def test_the_exceptions_of_the_guide_are_read(tmp_path: Path) -> None:
    [example] = re.findall(r"```yaml\n(# exceptions.*?)```", GUIDE, re.DOTALL)
    file = tmp_path / "exceptions.yaml"
    file.write_text(example)
    assert read_exceptions(str(file)).known


# Scripts


GITHUB = """
# Keeps the comments of a pull request as files, as far as the action asks for them.
import os, re, sys
from pathlib import Path
folder = Path(os.environ["RUNNER_TEMP"]) / "comments"
folder.mkdir(exist_ok=True)
words = sys.argv[1:]
if "--jq" in words:
    mark = re.search(r'startswith."(.*)"', words[words.index("--jq") + 1])[1]
    for comment in folder.iterdir():
        if comment.read_text().startswith(mark):
            print(comment.name)
else:
    body = Path(words[words.index("--field") + 1].removeprefix("body=@")).read_text()
    is_new = "POST" in words
    number = str(len(list(folder.iterdir()))) if is_new else words[4].rpartition("/")[2]
    (folder / number).write_text(body)
"""


@pytest.fixture
def kit(tmp_path: Path) -> dict[str, str]:
    """Environment variables with which a script finds the command, and writes what it likes."""
    folder = tmp_path / "translator-cmk" / "bin"
    folder.mkdir(parents=True)
    command = folder / "translator-cmk"
    python = shlex.quote(sys.executable)
    command.write_text(f'#!/bin/sh\nexec {python} -m translator_cmk "$@"\n')
    gh = folder / "gh"
    comments = tmp_path / "comments.py"
    comments.write_text(GITHUB)
    gh.write_text(f'#!/bin/sh\nexec {python} {shlex.quote(str(comments))} "$@"\n')
    for file in (command, gh):
        file.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "1",
        "EXCEPTIONS": "",
        "BASE": "",
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


def run_action(folder: Path, kit: dict[str, str], name: str) -> int:
    """Run what the action does with the plan in a folder; return its exit code."""
    kit = {**kit, "NAME": name}
    checked = run_script(STEPS["Check the plan"], folder, kit)
    assert checked.returncode == 0, checked.stderr
    output = Path(kit["GITHUB_OUTPUT"])
    outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
    output.unlink()
    kit["NAME"] = outputs["name"]
    comment = run_script(STEPS["Comment"], folder, kit)
    assert comment.returncode == 0, comment.stderr
    script = STEPS["Fail if the plan does"]
    return run_script(script, folder, {**kit, "STATUS": outputs["status"]}).returncode


def comments(folder: Path) -> list[str]:
    """Return the comments on the pull request."""
    files = sorted((folder / "comments").iterdir())
    return [file.read_text("utf-8") for file in files]


def test_each_plan_of_a_matrix_has_a_comment_that_is_written_anew(
    tmp_path: Path, kit: dict[str, str]
) -> None:
    write_plan(tmp_path, HARMFUL)
    assert run_action(tmp_path, kit, "prod/west") == 1
    write_plan(tmp_path, HARMLESS)
    assert run_action(tmp_path, kit, "test") == 0
    prod, test = comments(tmp_path)
    assert prod.startswith("<!-- translator-cmk check-plan prod-west -->\n")
    assert "LOSES: 1 change" in prod
    assert "NOTHING found" in test
    assert run_action(tmp_path, kit, "prod/west") == 0
    anew, same = comments(tmp_path)
    assert "NOTHING found" in anew
    assert same == test
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "LOSES: 1 change" in summary
    assert "/actions/runs/1" in prod
    assert (tmp_path / "check-plan" / "report.txt").exists()


def test_a_plan_without_an_account_has_no_comment(tmp_path: Path, kit: dict[str, str]) -> None:
    plan = b.TerraformPlan()
    plan.create("azurerm_storage_account.s", {"name": "s"})
    (tmp_path / "plan.json").write_bytes(plan.as_json())
    assert run_action(tmp_path, kit, "prod") == 0
    assert comments(tmp_path) == []


def test_a_new_exception_does_not_make_its_own_pull_request_green(
    tmp_path: Path, kit: dict[str, str]
) -> None:
    write_plan(tmp_path, HARMFUL)
    known = [{"address": V, "verdict": "loses", "reason": "it ends", "until": "2999-12-31"}]
    origin, work = tmp_path / "origin", tmp_path / "work"

    def git(*words: str, folder: Path = work) -> None:
        user = ("-c", "user.name=x", "-c", "user.email=x@x.invalid")
        subprocess.run(["git", *user, *words], cwd=folder, check=True, capture_output=True)

    origin.mkdir()
    git("init", "-q", "-b", "main", folder=origin)
    git("commit", "-q", "--allow-empty", "-m", "begin", folder=origin)
    git("clone", "-q", str(origin), str(work), folder=tmp_path)
    (tmp_path / "plan.json").rename(work / "plan.json")
    (work / "known.yaml").write_text(json.dumps({"known": known}))
    kit |= {"EXCEPTIONS": "known.yaml", "BASE": "main"}
    assert run_action(work, kit, "prod") == 1
    [comment] = comments(tmp_path)
    assert "is new" in comment
    git("add", "known.yaml")
    git("commit", "-q", "-m", "known")
    git("push", "-q", "origin", "HEAD:refs/heads/other")
    kit["BASE"] = "other"
    assert run_action(work, kit, "prod") == 0
    [comment] = comments(tmp_path)
    assert "it ends" in comment
    assert "LOSES: 1 change (1 known)" in comment


def test_the_action_writes_no_comment_on_a_file_that_is_no_plan(
    tmp_path: Path, kit: dict[str, str]
) -> None:
    (tmp_path / "plan.json").write_text("PK")
    assert run_action(tmp_path, kit, "prod") == 2
    assert not (tmp_path / "comments").exists()


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
