"""Feature files are read as written: each scenario with its source, each row with an id."""

from pathlib import Path

import pytest
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from tests.bdd.samples import OUTLINE, RIGHT, feature, rule
from translator_cmk import features_dir
from translator_cmk.bdd.diagnostics import FeatureError
from translator_cmk.bdd.feature_files import load_features, row_names
from translator_cmk.requirements import TOPICS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a feature of two rules, of which the second has no scenario."""
    first = rule(RIGHT, "\n# about the next", OUTLINE)
    second = rule(requirement="vault.soft-delete-refused")
    (tmp_path / "vault.feature").write_text(feature(first, second), encoding="utf-8")
    return tmp_path


def test_scenario_keeps_its_source(folder: Path) -> None:
    one, two = load_features(folder)[0].rules[0].scenarios
    assert one.source == RIGHT.strip()
    assert two.source == OUTLINE.strip()


def test_tags_of_a_scenario_belong_to_its_source(tmp_path: Path) -> None:
    text = feature(rule(RIGHT, f"\n@keys.enable{OUTLINE}"))
    (tmp_path / "vault.feature").write_text(text, encoding="utf-8")
    one, two = load_features(tmp_path)[0].rules[0].scenarios
    assert one.source == RIGHT.strip()
    assert two.source == f"@keys.enable{OUTLINE}".strip()
    requirements = two.pickles[1].requirements
    assert requirements == ("vault.same-region-refused", "encryption.tier-refused", "keys.enable")


def test_each_row_has_an_id(folder: Path) -> None:
    [read] = load_features(folder)
    one, two = read.rules[0].scenarios
    scenario = "vault.same-region-refused/vault-and-resource-in-one-region"
    outline = "vault.same-region-refused/vault-and-resource-in-two-regions"
    assert [pickle.id for pickle in one.pickles] == [scenario]
    assert [pickle.id for pickle in two.pickles] == [
        f"{outline}/in-eastus",
        f"{outline}/in-eastus-on-the-basic-tier",
    ]


def test_line_of_a_pickle_is_that_of_its_row_or_else_of_its_scenario(folder: Path) -> None:
    [read] = load_features(folder)
    lines = (folder / "vault.feature").read_text(encoding="utf-8").splitlines()
    assert [lines[pickle.line - 1].strip() for pickle in read.pickles] == [
        "Scenario: Vault and resource in one region",
        '| in "eastus" |',
        '| in "eastus" on the "basic-tier" |',
    ]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([("a", "x"), ("b", "x")], ["a", "b"]),
        ([("a", "x", "1"), ("a", "y", "1"), ("b", "x", "1")], ["a, x", "a, y", "b"]),
    ],
)
def test_rows_are_named_by_as_many_columns_as_tell_them_apart(
    rows: list[tuple[str, ...]], names: list[str]
) -> None:
    found = row_names(rows)
    assert [found[row] for row in rows] == names


def test_feature_and_rule_have_their_texts(folder: Path) -> None:
    [read] = load_features(folder)
    assert read.topic == "vault"
    assert read.name == "The key vault"
    assert read.description == "What it has to be."
    first, second = read.rules
    assert first.requirement == "vault.same-region-refused"
    assert second.requirement == "vault.soft-delete-refused"
    assert second.scenarios == ()


@pytest.mark.parametrize("text", [feature(RIGHT), feature("Rule: None\n"), "Scenario: One", ""])
def test_what_can_not_be_joined_to_a_requirement_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "vault.feature").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureError, match=r"vault\.feature:\d+: .*; "):
        load_features(tmp_path)


def test_specification_is_read_in_order_of_topics() -> None:
    assert [feature.topic for feature in load_features(features_dir())] == list(TOPICS)


def test_specification_is_read_whole() -> None:
    for read in load_features(features_dir()):
        document = Parser().parse(read.path.read_text(encoding="utf-8"))
        compiled = Compiler().compile({**document, "uri": ""})
        lines = [pickle["location"]["line"] for pickle in compiled]
        assert lines == [pickle.line for pickle in read.pickles]
