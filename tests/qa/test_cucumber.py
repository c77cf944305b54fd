"""Cucumber's own tools read the features, and what a run says of them."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.qa.conftest import Folder
from tests.qa.editor import opened
from tests.qa.page import block, options_of
from translator_cmk import features_dir

pytestmark = pytest.mark.qa

STEPS = "steps.py"
SCHEMA = "node_modules/@cucumber/messages/messages.schema.json"


@pytest.fixture
def folder_with_report(folder_with_node: Folder) -> Folder:
    """Her folder after a run against a system that breaks the requirement."""
    folder_with_node.pytest("--system", "my_adapter:AnyRegion", "--results", "report")
    return folder_with_node


def test_messages_of_a_report_are_valid_by_cucumbers_schema_of_the_version_that_they_name(
    folder_with_report: Folder,
) -> None:
    assert options_of("@cucumber/messages") == []  # there is nothing to run
    folder = folder_with_report
    validator = Draft202012Validator(folder.read_json(SCHEMA))
    lines = (folder.path / "report" / "cucumber.ndjson").read_text("utf-8").splitlines()
    messages: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for message in messages:
        assert list(validator.iter_errors(message)) == []
    assert list(validator.iter_errors({"meta": {}}))

    package = folder.read_json("node_modules/@cucumber/messages/package.json")
    named = messages[0]["meta"]["protocolVersion"]
    assert named.split(".")[0] == package["version"].split(".")[0]


def test_html_formatter_makes_a_page_of_the_messages(folder_with_report: Folder) -> None:
    assert options_of("@cucumber/html-formatter") == []  # the page has a script
    folder = folder_with_report
    made = folder.run("/bin/sh", "-ec", block("sh", "cucumber-html.mjs"))
    assert made.returncode == 0, made
    page = (folder.path / "cucumber.html").read_text("utf-8")
    assert "A vault in another region is refused" in page
    assert '"status":"FAILED"' in page
    assert "</html>" in page[-100:]


def test_editor_finds_every_step_of_features_in_a_folder_of_her_own(folder: Folder) -> None:
    assert options_of("@cucumber/language-server") == []  # the editor starts it
    (folder.path / ".venv").symlink_to(folder.python.parents[1])
    folder.pytest()
    folder.run("/bin/sh", "-ec", block("sh", "cp -R"))
    features = sorted((folder.path / "features").glob("*.feature"))
    with opened(folder.path, json.loads(block("json", "cucumber.glue"))) as editor:
        for file in features:
            assert editor.open(file) == []
        lines = features[0].read_text("utf-8").splitlines()
        [number, *_] = [place for place, line in enumerate(lines) if " When " in line]
        assert editor.definitions(features[0], number, len(lines[number]) - 1) == {STEPS}

        text = features[0].read_text("utf-8").replace("the customer", "the costumer")
        features[0].write_text(text, "utf-8")
        assert editor.open(features[0])


def test_official_formatter_leaves_the_features_as_they_are(folder_with_node: Folder) -> None:
    folder = folder_with_node
    features = {file.name: file.read_text("utf-8") for file in features_dir().glob("*.feature")}
    copies = folder.path / "features"
    copies.mkdir()
    for name, text in features.items():
        (copies / name).write_text(text.replace("Given ", "Given   "), "utf-8")
    command = " ".join(options_of("@cucumber/gherkin-utils"))
    made = folder.run("/bin/sh", "-ec", command)
    assert made.returncode == 0, made
    assert {file.name: file.read_text("utf-8") for file in copies.iterdir()} == features
