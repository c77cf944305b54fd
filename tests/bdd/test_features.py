"""Feature files are read as they are written: each scenario with its source, and an id for each row of its examples."""

from pathlib import Path

import pytest
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from tests.bdd.samples import OUTLINE, RIGHT, feature, rule
from translator_cmk import features_dir
from translator_cmk.bdd.features import FeatureError, load_features, row_names, slug
from translator_cmk.requirements import TOPICS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vault.feature").write_text(
        feature(rule(RIGHT, "\n# about the next", OUTLINE), rule(requirement="vault.soft-delete-refused")),
        encoding="utf-8",
    )
    return tmp_path


def test_scenario_keeps_its_source(folder: Path) -> None:
    one, two = load_features(folder)[0].rules[0].scenarios
    assert one.source == RIGHT.strip()
    assert two.source == OUTLINE.strip()


def test_tags_of_a_scenario_belong_to_its_source(tmp_path: Path) -> None:
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT, f"\n@keys.enable{OUTLINE}")), encoding="utf-8")
    one, two = load_features(tmp_path)[0].rules[0].scenarios
    assert one.source == RIGHT.strip()
    assert two.source == f"@keys.enable{OUTLINE}".strip()
    assert two.pickles[1].requirements == ("vault.same-region-refused", "encryption.tier-refused", "keys.enable")


def test_each_row_has_an_id_and_a_line(folder: Path) -> None:
    [read] = load_features(folder)
    one, two = read.rules[0].scenarios
    assert [pickle.id for pickle in one.pickles] == ["vault.same-region-refused/vault-and-resource-in-one-region"]
    assert [pickle.id for pickle in two.pickles] == [
        "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus",
        "vault.same-region-refused/vault-and-resource-in-two-regions/in-eastus-on-the-basic-tier",
    ]
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
def test_rows_are_named_by_as_many_columns_as_tell_them_apart(rows: list[tuple[str, ...]], names: list[str]) -> None:
    assert [row_names(rows)[row] for row in rows] == names


def test_feature_and_rule_have_their_texts(folder: Path) -> None:
    [read] = load_features(folder)
    assert (read.topic, read.name, read.description) == ("vault", "The key vault", "What it has to be.")
    assert [rule.requirement for rule in read.rules] == ["vault.same-region-refused", "vault.soft-delete-refused"]
    assert read.rules[1].scenarios == ()


@pytest.mark.parametrize("text", [feature(RIGHT), feature("Rule: None\n"), "Scenario: One", ""])
def test_what_can_not_be_joined_to_a_requirement_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "vault.feature").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureError, match=r"vault\.feature:\d+: .*; "):
        load_features(tmp_path)


def test_specification_is_read_whole_and_in_order_of_topics() -> None:
    features = load_features(features_dir())
    assert [feature.topic for feature in features] == list(TOPICS)
    for feature_read in features:
        document = Parser().parse(feature_read.path.read_text(encoding="utf-8"))
        compiled = Compiler().compile({**document, "uri": ""})
        assert [pickle["location"]["line"] for pickle in compiled] == [pickle.line for pickle in feature_read.pickles]


@pytest.mark.parametrize(
    ("text", "expected"), [("A key's 2nd name!", "a-key-s-2nd-name"), ("--", ""), ("RSA-HSM", "rsa-hsm")]
)
def test_slug_has_letters_digits_and_hyphens(text: str, expected: str) -> None:
    assert slug(text) == expected
