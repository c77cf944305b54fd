"""Mutants of the examples are made, told from the example, and judged as they are said to be."""

import shutil
from pathlib import Path

import pytest

from tests.evidence import token_mutants
from tests.evidence.example_beside import Beside, Walks, differs, walks
from tests.evidence.example_code import PROGRAM, Mutant, mutants
from tests.evidence.example_mutants import judge
from tests.evidence.example_tokens import LANGUAGES, NODE, Language
from tests.evidence.example_tokens import Program as Tokens
from tests.evidence.example_worlds import Program, Worlds
from tests.evidence.kept import Kept
from tests.evidence.lanes import InProcess, features, steps
from translator_cmk.conformance.tour import SMALL

SOURCE = PROGRAM.read_text("utf-8")
EVERY = list(mutants(SOURCE))
IN = {name: list(token_mutants.mutants(each, each.program.read_text("utf-8"))) for name, each in LANGUAGES.items()}

each_language = pytest.mark.parametrize(
    "language",
    [
        pytest.param(each, id=name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"missing tool: {name}"))
        for name, each in LANGUAGES.items()
    ],
)


def mutant(function: str, was: str, now: str) -> Mutant:
    return next(each for each in EVERY if (each.function, each.was, each.now) == (function, was, now))


@pytest.fixture(scope="module")
def small_worlds() -> Worlds:
    return Worlds(SOURCE, [scope for scope in SMALL if scope.name == "losing-the-key"], walks=20)


def test_mutants_are_many_and_each_of_them_is_other_code() -> None:
    assert len(EVERY) > 500
    assert len({each.source for each in EVERY} - {SOURCE}) == len(EVERY)
    for each in EVERY[::20]:
        compile(each.source, each.function, "exec")


def test_mutants_leave_the_protocol_alone() -> None:
    assert {each.function for each in EVERY}.isdisjoint({"answer", "main"})


def test_mutant_that_a_scenario_tells_is_caught() -> None:
    assert steps(InProcess(mutant("disable_identity", "False", "True").source), features, budget=1000) is not None


def test_example_itself_gets_away(small_worlds: Worlds) -> None:
    assert steps(InProcess(SOURCE), features, budget=200) is None
    assert small_worlds.difference(Program(SOURCE), "follow_up") is None


def test_mutant_that_differs_in_nothing_is_equivalent(small_worlds: Worlds) -> None:
    same = mutant("create_workspace", "True", "False")  # what follows the command writes the field anew
    assert small_worlds.difference(Program(same.source), same.function) is None


@pytest.mark.parametrize(
    ("function", "was", "now", "because"),
    [
        ("see_resource", "2", "3", "shows a state otherwise"),
        ("revoke_key_access", "self.grants.pop((vault, resource), None)", "", "goes elsewhere with RevokeKeyAccess"),
        ("deploy_model", "return self.use_of_key(w)", "return", "answers accepted to DeployModel"),
    ],
)
def test_mutant_that_differs_is_told_with_where(
    small_worlds: Worlds, function: str, was: str, now: str, because: str
) -> None:
    other = mutant(function, was, now)
    found = small_worlds.difference(Program(other.source), other.function)
    assert found is not None
    assert because in found


@each_language
def test_mutants_by_tokens_are_many_and_each_of_them_is_another_program(language: Language, tmp_path: Path) -> None:
    every = IN[language.name]
    assert len(every) > 500
    assert len({each.source for each in every} - {language.program.read_text("utf-8")}) == len(every)
    for each in every[::60]:
        (file := tmp_path / language.file).write_text(each.source, "utf-8")
        assert not language.refuses(file)
    file.write_text("(", "utf-8")
    assert language.refuses(file)


@pytest.mark.parametrize("language", LANGUAGES)
def test_mutants_by_tokens_are_of_the_same_kinds_and_leave_the_protocol_alone(language: str) -> None:
    assert {each.kind for each in IN[language]} == {each.kind for each in EVERY}
    assert {each.function for each in IN[language]}.isdisjoint({"answer", "answered", "declaration", "sessions"})


def test_program_whose_brackets_are_not_in_pairs_is_not_read() -> None:
    with pytest.raises(ValueError, match="brackets"):
        assert Tokens(NODE, "f([)]").partner


CAUGHT = {
    "node": [
        ("DisableIdentity", "false", "true"),
        ("UploadDocument", "workspace", "document"),
        ("MoveResourceGroup", "to", "subscription"),
    ],
    "perl": [
        ("DisableIdentity", "0", "1"),
        ("UploadDocument", "workspace", "document"),
        ("MoveResourceGroup", "to", "subscription"),
    ],
}


@each_language
def test_mutant_in_another_language_that_a_scenario_tells_is_caught(language: Language) -> None:
    for place in CAUGHT[language.name]:
        mutant = next(each for each in IN[language.name] if (each.function, each.was, each.now) == place)
        assert judge((language.name, mutant))["lane"] == "features"


@pytest.fixture(scope="module")
def asked() -> Walks:
    return walks(12)


@each_language
def test_mutant_in_another_language_is_told_from_the_example_where_it_differs(language: Language, asked: Walks) -> None:
    beside = Beside(language, asked)
    source = language.program.read_text("utf-8")
    assert beside.difference(source) is None
    told = {each.function: beside.difference(each.source) for each in IN[language.name] if each.kind == "sign changed"}
    assert told == {"RotateKey": "shows another state after RotateKey"}
    crash = source.replace('{ answer: "settled" }', "").replace("submit($request", "die($request")
    crash = crash.replace("return submit(sessions", "throw (sessions")
    assert beside.difference(crash) == f"ends at {asked.requests[1]['command']['command']}"


def test_refusal_with_some_of_the_reasons_is_no_difference() -> None:
    refused = '{"answer": "refused", "because": ["a", "b"]}'
    assert differs(refused, '{"answer": "refused", "because": ["b"]}') == ""
    assert (
        differs(refused, '{"answer": "refused", "because": ["c"]}') == "answers refused to {command} with other words"
    )
    assert differs(refused, '{"answer": "accepted"}') == "answers accepted to {command}, and the example refused"
    assert differs(refused, "well") == "does not answer in JSON to {command}"


def test_run_that_was_broken_off_goes_on_from_there(tmp_path: Path) -> None:
    kept = Kept("lengths", "0" * 64, tmp_path)
    assert kept.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    kept.path.write_text(kept.path.read_text("utf-8")[:-3], "utf-8")
    again = Kept("lengths", "0" * 64, tmp_path)
    assert len(again.found) == 1
    assert again.all_of({"a": "x", "b": "xx"}, len) == [1, 2]
    assert len(Kept("lengths", "0" * 64, tmp_path).found) == 2
    again.forget()
    assert list(tmp_path.iterdir()) == []
