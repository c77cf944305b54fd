"""What docs/qa.md says other tools do with a report, they do: Jira's keys in JUnit, and Cucumber's own page."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conformance.verifying import FAILS, FAILS_TOO, WHOLE, Verified

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "qa.md").read_text("utf-8")


def block(language: str, part: str) -> str:
    """The block of the page in this language that has this part."""
    [found] = (each for each in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if part in each)
    return str(found)


def test_junit_file_gets_the_keys_of_tests_and_requirements(wrong_in_features: Verified, tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    shutil.copy(wrong_in_features.folder / "junit.xml", file)
    page: dict[str, Any] = {}
    exec(block("python", "def add_keys"), page)
    page["add_keys"](str(file), {"revocation.undeploys": "CMK-7", "workspace.covered": "CMK-9"}, {FAILS: "CMK-70"})
    found = {}
    for case in ElementTree.parse(file).iter("testcase"):
        properties = [(each.get("name"), each.get("value", "")) for each in case.iter("property")]
        found[dict(properties).get("scenario")] = dict(properties)
    assert (found[FAILS]["test_key"], found[FAILS]["requirements"]) == ("CMK-70", "CMK-7,CMK-9")
    assert "test_key" not in found[FAILS_TOO]
    assert "requirements" not in found[WHOLE]


@pytest.mark.npm
@pytest.mark.slow
def test_cucumbers_formatter_makes_a_page_of_the_messages(wrong_in_features: Verified, tmp_path: Path) -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("missing tool: npm and Node, for Cucumber's HTML formatter")
    (tmp_path / "report").symlink_to(wrong_in_features.folder)
    subprocess.run(["/bin/sh", "-ec", block("sh", "html-formatter")], cwd=tmp_path, check=True, timeout=300)
    page = (tmp_path / "cucumber.html").read_text("utf-8")
    assert "Every deployed model is undeployed" in page
    assert '"status":"FAILED"' in page
    assert "</html>" in page[-100:]
