"""Allure shows of the scenarios what pytest says, with their requirements."""

import json
import shutil
from typing import Any

import pytest

from tests.qa.conftest import REQUIREMENT, Folder
from tests.qa.page import block, options_of
from translator_cmk.bdd.feature_files import pickles

pytestmark = pytest.mark.qa

ANY_REGION = ("--system", "my_adapter:AnyRegion")
INSTEAD = ("-o", f"addopts=--profile full -m {REQUIREMENT} -p no:allure_pytest")
"""Her options with Allure's other plugin."""


def results_in(folder: Folder) -> list[dict[str, Any]]:
    """Return what Allure's plugin has written of each test."""
    files = (folder.path / "allure-results").glob("*-result.json")
    return [json.loads(file.read_text("utf-8")) for file in files]


def tags_of(result: dict[str, Any]) -> list[str]:
    """Return the tags of a test, in their order."""
    return sorted(label["value"] for label in result["labels"] if label["name"] == "tag")


def test_each_scenario_has_the_ids_of_its_requirements_as_tags(folder: Folder) -> None:
    several = "vault.same-region"
    done = folder.pytest("-m", several, *options_of("allure-pytest"))
    assert done.returncode == pytest.ExitCode.OK
    wanted = [sorted(each.requirements) for each in pickles() if several in each.requirements]
    assert max(map(len, wanted)) > 1
    assert sorted(map(tags_of, results_in(folder))) == sorted(wanted)


def test_failed_then_is_failed_and_a_blocked_scenario_is_broken(folder: Folder) -> None:
    clean = (*options_of("allure-pytest"), "--clean-alluredir")
    folder.pytest(*ANY_REGION, *clean)
    assert {result["status"] for result in results_in(folder)} == {"passed", "failed"}
    folder.pytest("--system", "my_adapter:RefusesAll", *clean)
    assert {result["status"] for result in results_in(folder)} == {"broken"}


def test_report_of_allure_3_counts_what_pytest_counts_and_a_flaky_scenario_as_failed(
    folder_with_node: Folder,
) -> None:
    folder = folder_with_node
    done = folder.pytest(
        "--system", "my_adapter:Unsteady", "--reruns", "1", *options_of("allure-pytest")
    )
    made = folder.run(*options_of("allure"))
    assert made.returncode == 0, made
    counted = folder.read_json("allure-report/summary.json")["stats"]
    assert f" {counted['failed']} failed, {counted['passed']} passed" in done.stdout
    assert f" {counted['retries']} rerun" in done.stdout
    assert counted["total"] == counted["failed"] + counted["passed"]
    assert REQUIREMENT in (folder.path / "allure-report/widgets/search-index.json").read_text()


def test_plugin_for_pytest_bdd_shows_each_step(folder: Folder) -> None:
    copied = folder.run("/bin/sh", "-ec", block("sh", "cp -R"))
    assert copied.returncode == 0, copied
    done = folder.pytest(
        *INSTEAD, *ANY_REGION, "--results", "report", *options_of("allure-pytest-bdd")
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    failed = [result for result in results_in(folder) if result["status"] == "failed"]
    assert failed
    steps = [step["status"] for step in failed[0]["steps"]]
    assert steps == ["passed", "passed", "failed", "skipped"]
    assert tags_of(failed[0]) == [REQUIREMENT]
    assert "failed" in {case.status for case in folder.cases().values()}


def test_plugin_for_pytest_bdd_takes_features_of_an_environment_in_the_folder(
    folder: Folder,
) -> None:
    environment = folder.python.parents[1]
    shutil.copytree(environment, folder.path / ".venv", symlinks=True)
    folder.python = folder.path / ".venv" / "bin" / "python"
    done = folder.pytest(*INSTEAD, *options_of("allure-pytest-bdd"))
    assert done.returncode == pytest.ExitCode.OK


def test_plugin_for_pytest_bdd_breaks_off_with_an_environment_elsewhere(folder: Folder) -> None:
    done = folder.pytest(*INSTEAD, *options_of("allure-pytest-bdd"))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "is not in the subpath of" in done.stdout
