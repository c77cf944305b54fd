"""Small feature files, right and wrong, and a project around one."""

import textwrap
from pathlib import Path

import pytest

from translator_cmk.bdd.feature_files import read_feature
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.requirements import load_register

REGISTER = load_register()
ENABLE = (
    'the customer enables customer-managed keys for "translator-prod" '
    'with the key "cmk-2048" of "kv-prod" through the portal'
)
RIGHT = f"""
Scenario: Vault and resource in one region
  Given a resource and a vault with a key
  When {ENABLE}
  Then the request is accepted
"""
OUTLINE = f"""
Scenario Outline: Vault and resource in two regions
  Given a vault with a key
  And the customer creates the Translator resource "translator-prod" <place>
  When {ENABLE}
  Then the request is refused
  And nothing has changed

  Examples: Another region
    | place       |
    | in "eastus" |

  @encryption.tier-refused
  Examples: Another region and tier
    | place                           |
    | in "eastus" on the "basic-tier" |
"""
MODULE = "from pytest_bdd import scenarios\nscenarios('features')\n"


def rule(
    *scenarios: str,
    requirement: str = "vault.same-region-refused",
    title: str | None = None,
    tags: str = "",
) -> str:
    """A rule with these scenarios, worded as in the register."""
    lines = f"@{requirement} {tags}\nRule: {title or REGISTER[requirement].title}\n"
    return lines + textwrap.indent("".join(scenarios), "  ")


def feature(*rules: str) -> str:
    """A feature with these rules: the first begins in line 4, its first scenario in line 6."""
    return "Feature: The key vault\n  What it has to be.\n\n" + textwrap.indent(
        "".join(rules), "  "
    )


def steps(when: str, *then: str, given: str = "a vault with a key") -> str:
    """A scenario of these steps."""
    more = "".join(f"  And {text}\n" for text in then[1:])
    return f"\nScenario: One\n  Given {given}\n  When {when}\n  Then {then[0]}\n{more}"


def pickle_of(folder: Path, scenario: str) -> Pickle:
    """The first pickle of a scenario, which is written into the folder."""
    file = folder / "vault.feature"
    file.write_text(feature(rule(scenario)), encoding="utf-8")
    return next(read_feature(file).pickles)


def project(pytester: pytest.Pytester, *, conftest: str = "", **features: str) -> None:
    """Writes a suite that binds these features, by topic."""
    folder = pytester.mkdir("features")
    for topic, text in features.items():
        (folder / f"{topic}.feature").write_text(text, encoding="utf-8")
    pytester.makepyfile(test_features=MODULE)
    pytester.makeconftest(conftest)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Runs the suite in this process, without Hypothesis, which takes longest to start.

    pytest's own summary is short, also where CI is set.
    """
    return pytester.runpytest_inprocess(
        "-p",
        "translator_cmk.conformance.pytest_plugin",
        "-p",
        "no:hypothesispytest",
        "--force-short-summary",
        *arguments,
    )


RERUNS = """
from _pytest.runner import runtestprotocol

TRIES = 3

def pytest_runtest_protocol(item, nextitem):
    for number in range(1, TRIES + 1):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = any(report.failed for report in reports)
        for report in reports:
            if report.failed and number < TRIES:
                report.outcome = "rerun"
            item.ihook.pytest_runtest_logreport(report=report)
        if not failed:
            break
    return True

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", ("RERUN", {"yellow": True})
"""
"""A plugin that runs a test again that failed, as pytest-rerunfailures does."""

UNSTEADY = """
from tests.systems.mistaken import AnyRegion
from translator_cmk.system import MACHINE

class Unsteady(AnyRegion):
    worlds = 0

    def reset(self, stage):
        super().reset(stage)
        Unsteady.worlds += 1

    def submit(self, command):
        is_right = Unsteady.worlds % 2 == 1
        if is_right:
            self.machine = MACHINE
        else:
            self.machine = AnyRegion().machine
        return super().submit(command)
"""
"""A system that is wrong in every other world."""


def rerun(pytester: pytest.Pytester, system: str = UNSTEADY) -> None:
    """Writes a plugin that runs tests again, `reruns`, and a system, `unsteady:Unsteady`."""
    pytester.makepyfile(reruns=RERUNS, unsteady=system)
    pytester.syspathinsert()
