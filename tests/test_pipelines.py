"""Pipelines, ours and those for vendors, are valid by the schemas that others publish; scripts do what they say."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from tests.conformance.verifying import WHOLE

ROOT = Path(__file__).resolve().parents[1]
AZURE, GITLAB = (ROOT / "docs" / "examples" / name for name in ("azure-pipelines.yml", "gitlab-ci.yml"))
ACTION = ROOT / "action.yml"
SCHEMAS = {
    **dict.fromkeys((ROOT / ".github" / "workflows").iterdir(), "github-workflows"),
    ACTION: "github-actions",
    GITLAB: "gitlab-ci",
    AZURE: "azure-pipelines",
}


def loaded(path: Path) -> Any:
    """Return the content of a pipeline, where `on` is a word as in YAML 1.2."""
    return yaml.load(path.read_text("utf-8").replace("\non:\n", '\n"on":\n'), yaml.SafeLoader)


def problems(path: Path, content: Any) -> list[str]:
    """Return what the published schema of such a file says of the content."""
    builtin = pytest.importorskip("check_jsonschema.builtin_schemas", reason="missing tool: check-jsonschema")
    schema = builtin.get_builtin_schema(f"vendor.{SCHEMAS[path]}")
    return [error.message for error in validator_for(schema)(schema).iter_errors(content)]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_pipeline_is_valid_by_its_published_schema(path: Path) -> None:
    assert problems(path, loaded(path)) == []


@pytest.mark.parametrize(
    ("path", "names", "wrong"),
    [
        (ROOT / ".github" / "workflows" / "check.yml", ("jobs", "check"), {"steps": []}),
        (AZURE, ("steps", 0), {"tsak": "UsePythonVersion@0"}),
        (ACTION, ("runs", "using"), "composit"),
        (GITLAB, ("conformance", "script"), {"a": 1}),
    ],
    ids=lambda each: each.name if isinstance(each, Path) else "",
)
def test_published_schema_finds_a_mistake(path: Path, names: tuple[str, Any], wrong: Any) -> None:
    content, (outer, inner) = loaded(path), names
    assert content[outer][inner] != wrong
    content[outer][inner] = wrong
    assert problems(path, content)


SCRIPTS = {
    "GitHub": [each["run"] for each in loaded(ACTION)["runs"]["steps"][1:3]],
    "GitLab": loaded(GITLAB)["conformance"]["script"][1:],
    "Azure Pipelines": [loaded(AZURE)["steps"][2]["bash"]],
}
"""The scripts of each, but for the one that installs the kit."""

EMULATOR = shlex.join([sys.executable, str(ROOT / "docs" / "examples" / "python" / "emulator.py")])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pipeline", "adapter", "exit_code"),
    [*((name, EMULATOR, 0) for name in SCRIPTS), ("GitHub", "false", 3)],
    ids=[*SCRIPTS, "an adapter that ends at once"],
)
def test_script_of_a_pipeline_verifies_and_leaves_a_report(
    tmp_path: Path, pipeline: str, adapter: str, exit_code: int
) -> None:
    (tmp_path / "translator-cmk" / "bin").mkdir(parents=True)
    kit = tmp_path / "translator-cmk" / "bin" / "translator-cmk"
    kit.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m translator_cmk.cli "$@"\n')
    kit.chmod(0o755)
    given = {"ADAPTER": adapter, "STDIO": adapter, "HTTP": "", "REPORT": "conformance"}
    given |= {"OPTIONS": f"--lane features --case {WHOLE}", "RUNNER_TEMP": str(tmp_path)}
    given |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "PATH": f"{kit.parent}:{os.environ['PATH']}"}
    codes = [
        subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=os.environ | given, check=False).returncode
        for script in SCRIPTS[pipeline]
    ]
    assert codes[0] == exit_code
    assert set(codes[1:]) <= {0}
    assert (tmp_path / "conformance" / "junit.xml").is_file()
    assert pipeline != "GitHub" or (tmp_path / "summary.md").read_text("utf-8").startswith("# ")


@pytest.mark.parametrize(("required", "outcomes"), [("1", {"failed": 1, "errors": 1}), ("", {"skipped": 2})])
def test_skip_for_want_of_a_tool_fails_where_every_tool_is_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, required: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("TRANSLATOR_CMK_REQUIRE_TOOLS", required)
    pytester.makeconftest("from tests.conftest import pytest_runtest_makereport")
    pytester.makepyfile(
        "import pytest\n"
        "def test_in_it(): pytest.skip('missing tool: spin')\n"
        "@pytest.mark.skipif(True, reason='missing tool: rumur')\n"
        "def test_before_it(): pass\n"
        "def test_of_another_kind(): pytest.skip('no core can be chosen here')\n"
    )
    ran = pytester.runpytest_inprocess("-p", "no:hypothesispytest")
    ran.assert_outcomes(**outcomes | {"skipped": outcomes.get("skipped", 0) + 1})
