"""The lint refuses each way to a green scenario that has checked nothing, and each breach of the house rules."""

from pathlib import Path

import pytest

from tests.bdd.samples import ENABLE, OUTLINE, REGISTER, RIGHT, feature, rule
from tests.command_line import run_cli
from translator_cmk import features_dir
from translator_cmk.bdd.features import Diagnostic
from translator_cmk.bdd.lint import lint


def right(old: str, new: str) -> str:
    """A rule with a right scenario in which this is replaced."""
    return rule(RIGHT.replace(old, new, 1))


def outline(old: str, new: str) -> str:
    """A rule with a right outline in which this is replaced everywhere."""
    return rule(OUTLINE.replace(old, new))


NAME = "Vault and resource in one region"
NO_EXAMPLES = OUTLINE.partition("Examples")[0]
TABLE = "| place       |\n    | in "
BASIC = 'in "eastus" on the "basic-tier"'

WRONG = {
    "two scenarios of one name": (rule(RIGHT, RIGHT), 12, f"the scenario {NAME!r} is at vault.feature:7 already"),
    "scenario without steps": (rule("\nScenario: Nothing\n"), 7, "a scenario of 0 steps"),
    "outline without examples": (rule(NO_EXAMPLES), 7, "an outline without examples"),
    "column without examples": (rule(NO_EXAMPLES.replace(" Outline", "")), 9, "no Given is written"),
    "unknown column": (outline("<place>", "<plaice>"), 9, "no Given is written"),
    "unused column": (outline(TABLE, "| place | why |\n    | no | in "), 14, "no step uses the column <why>"),
    "two columns of one name": (
        outline(TABLE, "| place | place |\n    | no | in "),
        14,
        "2 columns are called 'place'",
    ),
    "column that is no regular expression": (outline("place", "("), 1, "can't be used"),
    "rows that share the first column": (outline(' on the "basic-tier"', ""), 21, "is at vault.feature:16 already"),
    "refusal after which something may have changed": (
        outline("  And nothing has changed\n", '  And "translator-prod" has no key of its own\n'),
        7,
        "a refusal that may have changed something",
    ),
    "row without a first column": (outline(BASIC, ""), 21, "can't name the row"),
    "row with too long a first column": (outline(BASIC, "e" * 201), 21, "can't name the row"),
    "cell that names a column": (outline(BASIC, 'in "<place>"'), 21, "no Given is written"),
    "examples without rows": (outline('| in "eastus" |', ""), 14, "examples without a row"),
    "unknown step": (right("a resource and a vault", "a resource and vault"), 8, "'a resource and a vault with a key'"),
    "enabling through no channel": (right(" through the portal", ""), 9, "through the {through}'"),
    "unknown step in a row": (outline('"eastus"', "eastus"), 16, 'resource "translator-prod" in eastus\''),
    "situation in a When": (right(ENABLE, "a vault with a key"), 9, "it belongs in a Given"),
    "command in a Then": (right("the request is accepted", ENABLE), 10, "it belongs in a Given or When"),
    "fact in a Given": (right("a resource and a vault with a key", 'the vault "v" exists'), 8, "it belongs in a Then"),
    "two Whens": (right("Then", f"When {ENABLE}\n  Then"), 7, "2 Whens"),
    "no Then": (right("Then the request is accepted", ""), 7, "without a Then"),
    "one step": (rule('\nScenario: One\n  Then the vault "v" exists\n'), 7, "a scenario of 1 steps"),
    "six steps": (rule(RIGHT + "  And nothing has changed\n" * 3), 7, "a scenario of 6 steps"),
    "Then before When": (right("When", "Then nothing has changed\n  When"), 7, "steps out of order"),
    "first step And": (right("Given", "And"), 8, "a first step 'And'"),
    "first step *": (right("Given", "*"), 8, "a first step '*'"),
    "table below a step": (rule(RIGHT + "    | a |\n"), 10, "a table or a text below the step"),
    "text below a step": (rule(RIGHT + '    """\n    a\n    """\n'), 10, "a table or a text below the step"),
    "no When": (
        rule("\nScenario: One\n  Given a vault with a key\n  Then nothing has changed\n"),
        7,
        "a scenario with 0 Whens",
    ),
    "Then about what was never named": (
        rule(RIGHT + '  And "translator-prod" has no access to the keys of "vualt"\n'),
        7,
        "the vault 'vualt', which no step before it names",
    ),
    "scenario outside a rule": (RIGHT, 5, "a scenario outside any rule"),
    "rule without a requirement": (rule(RIGHT, requirement="attestation", title="A"), 5, "a rule with 0 requirements"),
    "rule with two requirements": (rule(RIGHT, tags="@vault.soft-delete-refused"), 5, "a rule with 2 requirements"),
    "rule of an unknown requirement": (
        rule(RIGHT, requirement="vault.same-regoin", title="A"),
        4,
        "the tag @vault.same-regoin is no requirement's id; did you mean 'vault.same-region'?",
    ),
    "rule of another topic": (rule(RIGHT, requirement="keys.create"), 5, "keys.create does not belong to vault"),
    "rule in other words": (rule(RIGHT, title="Keep them together"), 5, "is not worded as vault.same-region-refused"),
    "rule that is attested and can be observed": (rule(RIGHT, tags="@attestation"), 5, "@attestation and the kind"),
    "rule without a scenario": (rule(), 5, "a rule without a scenario"),
    "two rules of one requirement": (
        rule(RIGHT) + rule(OUTLINE),
        12,
        "the rule of 'vault.same-region-refused' is at vault.feature:5 already",
    ),
    "tag of a scenario": (rule("\n@wip" + RIGHT), 7, "the tag @wip is no requirement's id"),
    "tag of examples": (outline("@encryption.tier-refused", "@wip"), 18, "the tag @wip is no requirement's id"),
    "long name": (right(NAME, "x" * 71), 7, "a name of 71 characters"),
    "should": (right("one region", "one region should do"), 7, "the name says 'should'"),
    "column in the name": (outline("two regions", "<place>"), 7, "the name has a column in it"),
    "no name": (right(NAME, ""), 7, "a scenario without a name"),
    "not Gherkin": (right("When", "Whenn"), 9, "not Gherkin"),
    "misspelled first step": (right("Given", "Givven"), 7, "is read as a description"),
    "misspelled scenario": (right("Scenario", "Senario"), 5, f"'Senario: {NAME}'"),
    "misspelled rule": (
        rule(RIGHT).replace("@vault.same-region-refused", "").replace("Rule", "Rulle"),
        1,
        "'Rulle: Enabling customer",
    ),
    "text below examples": (outline("Another region\n", "Another region\n    one\n"), 14, "'one' is read as"),
    "background": (rule("\nBackground:\n  Given a vault with a key\n" + RIGHT), 7, "a background"),
    "no rule": ("", 1, "a feature without a rule"),
}


def diagnostics_of(folder: Path, text: str, name: str = "vault.feature") -> list[Diagnostic]:
    (folder / name).write_text(text, encoding="utf-8")
    return lint([folder], REGISTER)


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_refused_at_its_line(tmp_path: Path, case: str) -> None:
    wrong, line, text = WRONG[case]
    diagnostics = diagnostics_of(tmp_path, feature(wrong))
    assert [each for each in diagnostics if text in str(each) and each.line == line], diagnostics
    assert all(each.remedy for each in diagnostics)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "vaults",
            feature(rule(RIGHT)).encode(),
            "vaults.feature:1: no topic is called 'vaults'; did you mean 'vault'?",
        ),
        ("vault", b"@vault.soft-delete-refused\n" + feature(rule(RIGHT)).encode(), ":1: the feature has the tag"),
        ("vault", feature(rule(RIGHT)).encode() + b"# caf\xe9\n", ":11: not UTF-8 at byte"),
        ("vault", b"", ":1: the file has no `Feature:`"),
        ("", b"", ":1: no feature file is here"),
    ],
)
def test_each_mistake_of_a_whole_file_is_refused(tmp_path: Path, name: str, text: bytes, message: str) -> None:
    if name:
        (tmp_path / f"{name}.feature").write_bytes(text)
    assert message in str(lint([tmp_path], REGISTER)[0])


def test_name_is_refused_in_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "keys.feature").write_text(feature(rule(RIGHT, requirement="keys.enable")), encoding="utf-8")
    [found] = diagnostics_of(tmp_path, feature(rule(RIGHT)))
    assert (found.file.name, found.text) == ("vault.feature", f"the scenario {NAME!r} is at keys.feature:7 already")


def test_nothing_is_wrong_with_a_right_feature_with_any_line_endings(tmp_path: Path) -> None:
    assert diagnostics_of(tmp_path, feature(rule(RIGHT, OUTLINE))) == []
    (tmp_path / "vault.feature").write_bytes(feature(rule(RIGHT, OUTLINE)).replace("\n", "\r\n").encode())
    assert lint([tmp_path], REGISTER) == []


def test_attested_rule_needs_no_scenario(tmp_path: Path) -> None:
    text = feature(rule(requirement="encryption.algorithm", tags="@attestation"))
    assert diagnostics_of(tmp_path, text, "encryption.feature") == []


def test_requirement_without_a_rule_is_missed_in_the_whole_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in features_dir().glob("*.feature"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("translator_cmk.bdd.lint.features_dir", lambda: tmp_path)
    assert lint([tmp_path], REGISTER) == []
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    missed = [each.text for each in lint([tmp_path], REGISTER)]
    assert "no rule shows vault.soft-delete-refused" in missed
    assert "no rule shows vault.same-region-refused" not in missed
    assert "no rule shows encryption.algorithm" not in missed


def test_command_lists_diagnostics_and_says_so_by_its_exit_code(tmp_path: Path) -> None:
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    assert run_cli("lint", tmp_path) == run_cli("lint") == (0, "", "")
    found = run_cli("lint", tmp_path / "none.feature")
    assert found.code == 1
    assert "none.feature:1: can't be read: No such file or directory; name a feature file" in found.out
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT.replace("When", "When \x1b[2J\u202e"))), "utf-8")
    found = run_cli("lint", tmp_path)
    assert found.code == 1
    assert "\\x1b[2J\\u202e" in found.out
    assert {"\x1b", "\u202e"}.isdisjoint(found.out)
