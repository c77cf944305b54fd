"""The lint refuses each way to a green scenario that has checked nothing, and each breach of the house rules."""

from argparse import Namespace
from pathlib import Path

import pytest

from tests.bdd.samples import ENABLE, OUTLINE, REGISTER, RIGHT, feature, rule
from translator_cmk import features_dir
from translator_cmk.bdd.features import Diagnostic
from translator_cmk.bdd.lint import lint, run_lint

TOO_LONG = RIGHT.replace("Vault and resource in one region", "x" * 71)

WRONG = {
    "two scenarios of one name": (rule(RIGHT, RIGHT), 12, "the same name"),
    "scenario without steps": (rule("\nScenario: Nothing\n"), 7, "a scenario without steps"),
    "outline without examples": (rule(OUTLINE.partition("Examples")[0]), 7, "an outline without examples"),
    "column in a scenario without examples": (
        rule(OUTLINE.partition("Examples")[0].replace(" Outline", "")),
        9,
        "<place> in a scenario without examples",
    ),
    "unknown column": (rule(OUTLINE.replace("<place>", "<plaice>")), 9, "no column is called <plaice>; write 'place'"),
    "unused column": (
        rule(OUTLINE.replace("| place       |\n    | in ", "| place | why |\n    | no | in ")),
        14,
        "no step uses the column <why>",
    ),
    "two columns of one name": (
        rule(OUTLINE.replace("| place       |\n    | in ", "| place | place |\n    | no | in ")),
        14,
        "2 columns are called 'place'",
    ),
    "column that is no word": (rule(OUTLINE.replace("place", "a+")), 14, "a column is called 'a+'"),
    "column that is no regular expression": (rule(OUTLINE.replace("place", "(")), 1, "can't be used"),
    "rows that share the first column": (
        rule(OUTLINE.replace(' on the "basic-tier"', "")),
        21,
        "is also that of vault.feature:16",
    ),
    "row without a first column": (
        rule(OUTLINE.replace('in "eastus" on the "basic-tier"', "")),
        21,
        "can't name the row",
    ),
    "row with too long a first column": (
        rule(OUTLINE.replace('in "eastus" on', f'in "{"e" * 180}" on')),
        21,
        "can't name the row",
    ),
    "cell that names a column": (
        rule(OUTLINE.replace('in "eastus" on the', 'in "<place>" on the')),
        21,
        "names a column",
    ),
    "examples without rows": (rule(OUTLINE.replace('| in "eastus" |', "")), 14, "examples without a row"),
    "several examples without names": (rule(OUTLINE.replace(": Another region and tier", ":")), 19, "without a name"),
    "unknown step": (
        rule(RIGHT.replace("a resource and a vault with", "a resource and vault with")),
        8,
        "'a resource and a vault with a key'",
    ),
    "unknown step in a row": (
        rule(OUTLINE.replace('"eastus"', "eastus")),
        16,
        "no Given is written 'the customer creates the Translator resource \"translator\" in eastus'",
    ),
    "situation in a When": (rule(RIGHT.replace(ENABLE, "a vault with a key")), 9, "it belongs in a Given"),
    "command in a Then": (rule(RIGHT.replace("the request is accepted", ENABLE)), 10, "it belongs in a Given or When"),
    "observation in a Given": (
        rule(RIGHT.replace("a resource and a vault with a key", 'the vault "vault" exists')),
        8,
        "it belongs in a Then",
    ),
    "two Whens": (rule(RIGHT.replace("Then", f"When {ENABLE}\n  Then", 1)), 7, "2 Whens"),
    "no Then": (rule(RIGHT.replace("Then the request is accepted", "")), 7, "without a Then"),
    "one step": (rule('\nScenario: One\n  Then the vault "v" exists\n'), 7, "a scenario of 1 steps"),
    "six steps": (rule(RIGHT + "  And nothing has changed\n" * 3), 7, "a scenario of 6 steps"),
    "Then before When": (
        rule(RIGHT.replace("When", "Then nothing has changed\n  When", 1)),
        7,
        "steps out of order",
    ),
    "first step And": (rule(RIGHT.replace("Given", "And", 1)), 8, "a first step 'And'"),
    "step *": (rule(RIGHT.replace("Given", "*", 1)), 8, "a step '*'"),
    "table below a step": (rule(RIGHT + "    | a |\n"), 10, "a table or a text below the step"),
    "text below a step": (rule(RIGHT + '    """\n    a\n    """\n'), 10, "a table or a text below the step"),
    "Then about a When that is not there": (
        rule("\nScenario: One\n  Given a vault with a key\n  Then nothing has changed\n"),
        7,
        "a When that is not there",
    ),
    "Then about what was never named": (
        rule(RIGHT + '  And "translator" has no access to the keys of "vualt"\n'),
        7,
        "the vault 'vualt', which no step before it names",
    ),
    "scenario outside a rule": (RIGHT, 5, "a scenario outside any rule"),
    "rule without a requirement": (
        rule(RIGHT).replace("@vault.same-region", "@attestation"),
        5,
        "a rule with 0 requirements",
    ),
    "rule with two requirements": (rule(RIGHT, tags="@vault.soft-delete"), 5, "a rule with 2 requirements"),
    "rule of an unknown requirement": (
        rule(RIGHT).replace("@vault.same-region", "@vault.same-regoin"),
        4,
        "the tag @vault.same-regoin is no requirement's id; write 'vault.same-region'",
    ),
    "rule of another topic": (rule(RIGHT, requirement="keys.create"), 5, "keys.create does not belong to vault"),
    "rule in other words": (rule(RIGHT, title="Keep them together"), 5, "is not worded as vault.same-region"),
    "rule that is attested and can be observed": (rule(RIGHT, tags="@attestation"), 5, "@attestation and the kind"),
    "rule without a scenario": (rule(), 5, "a rule without a scenario"),
    "two rules of one requirement": (
        rule(RIGHT) + rule(OUTLINE),
        12,
        "vault.same-region has another rule at vault.feature:5",
    ),
    "tag of a scenario": (rule("\n@wip" + RIGHT), 7, "the tag @wip is no requirement's id"),
    "tag of examples": (rule(OUTLINE.replace("@encryption.tier", "@wip")), 18, "the tag @wip is no requirement's id"),
    "long name": (rule(TOO_LONG), 7, "a name of 71 characters"),
    "should": (rule(RIGHT.replace("one region", "one region should do")), 7, "the name says 'should'"),
    "column in the name": (rule(OUTLINE.replace("two regions", "<place>")), 7, "the name has a column in it"),
    "no name": (rule(RIGHT.replace("Vault and resource in one region", "")), 7, "a scenario without a name"),
    "not Gherkin": (rule(RIGHT.replace("When", "Whenn")), 9, "not Gherkin"),
    "misspelled first step": (rule(RIGHT.replace("Given", "Givven")), 7, "is read as a description"),
    "misspelled scenario": (
        rule(RIGHT.replace("Scenario", "Senario")),
        5,
        "'Senario: Vault and resource in one region'",
    ),
    "misspelled rule": (
        rule(RIGHT).replace("@vault.same-region", "").replace("Rule", "Rulle"),
        1,
        "'Rulle: The key vault",
    ),
    "text below examples": (
        rule(OUTLINE.replace("Another region\n", "Another region\n    one\n")),
        14,
        "'one' is read as",
    ),
    "background": (rule("\nBackground:\n  Given a vault with a key\n" + RIGHT), 7, "a background"),
    "no rule": ("", 1, "a feature without a rule"),
}


def diagnostics_of(folder: Path, text: str, name: str = "vault.feature") -> list[Diagnostic]:
    (folder / name).write_text(text, encoding="utf-8")
    return lint([folder], REGISTER)


def test_nothing_is_wrong_with_a_right_feature(tmp_path: Path) -> None:
    assert diagnostics_of(tmp_path, feature(rule(RIGHT, OUTLINE))) == []


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_refused_at_its_line(tmp_path: Path, case: str) -> None:
    wrong, line, text = WRONG[case]
    diagnostics = diagnostics_of(tmp_path, feature(wrong))
    assert [each for each in diagnostics if text in str(each) and each.line == line], diagnostics
    assert all(each.remedy for each in diagnostics)


def test_feature_of_no_topic_is_refused(tmp_path: Path) -> None:
    [found] = diagnostics_of(tmp_path, feature(rule(RIGHT)).replace("@vault", "@vault"), "vaults.feature")[:1]
    assert "no topic is called 'vaults'; write 'vault'" in str(found)


def test_tag_of_a_whole_feature_is_refused(tmp_path: Path) -> None:
    [found] = diagnostics_of(tmp_path, "@vault.soft-delete\n" + feature(rule(RIGHT)))
    assert "the feature has the tag" in found.text


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.feature").write_bytes(feature(rule(RIGHT)).encode() + b"# caf\xe9\n")
    [found] = lint([tmp_path], REGISTER)
    assert (found.line, found.remedy) == (11, "save the file as UTF-8")


def test_empty_file_is_refused(tmp_path: Path) -> None:
    [found] = diagnostics_of(tmp_path, "")
    assert "a file without a feature" in found.text


def test_folder_without_features_is_refused(tmp_path: Path) -> None:
    [found] = lint([tmp_path], REGISTER)
    assert "no feature file is here" in found.text


def test_name_is_refused_in_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "keys.feature").write_text(feature(rule(RIGHT, requirement="keys.enable")), encoding="utf-8")
    [found] = diagnostics_of(tmp_path, feature(rule(RIGHT)))
    assert (found.file.name, found.text) == (
        "vault.feature",
        "the scenario at keys.feature:7 has the same name 'Vault and resource in one region'",
    )


def test_windows_line_endings_are_no_mistake(tmp_path: Path) -> None:
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
    assert "no rule shows vault.soft-delete" in missed
    assert "no rule shows vault.same-region" not in missed
    assert "no rule shows encryption.algorithm" not in missed


def test_command_lists_diagnostics_and_says_so_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vault.feature").write_text(feature(rule(RIGHT)), encoding="utf-8")
    assert (run_lint(Namespace(paths=[tmp_path])), capsys.readouterr().out) == (0, "")
    assert (run_lint(Namespace(paths=[])), capsys.readouterr().out) == (0, "")
    assert run_lint(Namespace(paths=[tmp_path / "none.feature"])) == 1
    assert "none.feature:1: can't be read: No such file or directory; name a feature file" in capsys.readouterr().out
