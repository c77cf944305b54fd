"""The register: what it covers, on what it rests, what it leaves open; what is wrong is refused
with its line."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from tests.command_line import REFUSED, as_bytes, each_refused
from translator_cmk.errors import InvalidFile
from translator_cmk.machine.entities import ResourceKind
from translator_cmk.requirements import TOPICS, Register, load_register
from translator_cmk.requirements.loading import FOLDER
from translator_cmk.requirements.revisions import UnknownRevision

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


@pytest.fixture
def register() -> Register:
    return load_register()


def front_lines() -> dict[str, dict[str, str]]:
    """The front lines of the decision records that have them, by file name."""
    records = {}
    for file in sorted(DECISIONS.glob("*.md")):
        lines = re.findall(
            r"^- (Status|Date|Resolves|Replaces): (.+)$",
            file.read_text("utf-8"),
            flags=re.MULTILINE,
        )
        records[file.name] = dict(lines)
    return records


def test_all_46_statements_are_claimed_and_placed(register: Register) -> None:
    assert list(register.statements) == [f"S{number}" for number in range(1, 47)]
    for statement in register.statements.values():
        assert statement.places
        assert statement.requirements
        assert all(statement.id in register[name].statements for name in statement.requirements)


def test_every_sentence_carries_a_statement_or_says_why_it_does_not(register: Register) -> None:
    for place in register.article.places:
        assert bool(place.statements) != bool(place.informative)


def test_topics_come_in_reading_order_and_hold_every_requirement(register: Register) -> None:
    assert tuple(register.topics) == TOPICS
    assert [each.id for requirements in register.topics.values() for each in requirements] == list(
        register
    )
    assert all(
        each.topic == topic
        for topic, requirements in register.topics.items()
        for each in requirements
    )


def test_what_no_command_shows_is_an_attestation(register: Register) -> None:
    attested = {
        each.id: each.statements for each in register.values() if each.kind == "attestation"
    }
    assert attested == {
        "encryption.at-rest": ("S1", "S4"),
        "encryption.algorithm": ("S2",),
        "encryption.double": ("S11",),
        "keys.audit": ("S10",),
        "keys.controlled-in-vault": ("S12",),
        "revocation.channels": ("S43",),
    }


def test_the_wording_is_plain_and_sure(register: Register) -> None:
    for each in register.values():
        assert not re.search(
            r"\b(should|may not|etc|we)\b", f"{each.title} {each.wording}", flags=re.IGNORECASE
        ), each.id
        assert each.wording.endswith("."), each.id
        assert 1 <= len(re.findall(r"[.](?:\s|$)", each.wording)) <= 3, each.id


def test_every_question_is_resolved_by_a_requirement_or_a_decision(register: Register) -> None:
    asked = [f"A{number}" for number in range(1, 20)] + [f"C{number}" for number in range(1, 13)]
    assert list(register.questions) == asked
    decided = {
        name
        for front in front_lines().values()
        for name in re.findall(r"[AC]\d+", front.get("Resolves", ""))
    }
    resolved = {name for each in register.values() for name in each.resolves}
    assert decided | resolved == set(asked)


def test_a_decision_that_a_requirement_names_exists_and_resolves_what_it_resolves(
    register: Register,
) -> None:
    fronts = front_lines()
    for each in register.values():
        if each.decision:
            assert each.decision in fronts, each.id
            assert set(each.resolves) <= set(
                re.findall(r"[AC]\d+", fronts[each.decision]["Resolves"])
            ), each.id


def test_what_does_not_work_and_that_it_is_refused_are_told_apart(register: Register) -> None:
    for each in register.values():
        by_decision = each.decision == "0010-what-does-not-work-is-refused.md"
        if each.kind == "demand" and (by_decision or each.id.endswith("-refused")):
            assert each.refusal_of is not None, each.id
            refused = register[each.refusal_of]
            assert refused.basis != "assumed", each.id
            assert set(each.statements) <= set(refused.statements), each.id


def test_a_decision_about_the_article_has_all_front_lines_and_says_that_nothing_was_observed(
    register: Register,
) -> None:
    about = {name: front for name, front in front_lines().items() if name[:4] >= "0010"}
    assert len(about) >= 10
    for name, front in about.items():
        assert set(front) == {"Status", "Date", "Resolves", "Replaces"}, name
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", front["Date"]), name
        assert "othing has been observed on Azure" in (DECISIONS / name).read_text("utf-8").replace(
            "\n", " "
        ), name
    named = {each.decision for each in register.values() if each.decision}
    assert {each for each in named if each[:4] < "0010"} == set()


# Revisions


def test_each_revision_has_every_statement_at_its_own_sentences() -> None:
    specified, later = (load_register(revision=date) for date in load_register().revisions)
    assert specified is load_register()
    assert list(later.statements) == list(specified.statements)
    for name in later:
        assert later[name].places == tuple(
            place
            for place in later.article.places
            if set(place.statements) & set(later[name].statements)
        )
    was = {place.fingerprint for place in specified.article.places}
    reworded = [place for place in later.article.places if place.fingerprint not in was]
    assert len(reworded) == 10


def test_what_a_revision_says_of_one_kind_of_resource_is_implied_for_the_others() -> None:
    specified, later = (load_register(revision=date) for date in load_register().revisions)
    other_basis = {name for name in later if later[name].basis != specified[name].basis}
    assert other_basis == {
        "resource.not-at-creation",
        "vault.same-region",
        "vault.same-tenant",
        "vault.other-subscription",
        "vault.access-policy",
    }
    for name in other_basis:
        assert (specified[name].basis, later[name].basis) == ("stated", "implied")
        assert later[name].argument


def test_an_unknown_revision_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownRevision, match=r"'2025-05-19' .*2025-01-28 .*2025-11-18") as caught:
        load_register(revision="2025-05-19")
    assert caught.value.exit_code == 2


def test_kinds_of_a_revision_are_kinds_of_the_model() -> None:
    for revision in load_register().revisions.values():
        assert set(revision.kinds) <= set(get_args(ResourceKind))


@pytest.mark.parametrize(
    ("file", "was", "becomes", "says"),
    [
        ("revisions.yaml", "date: '2025-11-18'", "date: '2025-01-28'", "is given twice"),
        ("revisions.yaml", "date: '2025-11-18'", "date: '2025-11-19'", "is of 2025-11-18"),
        ("revisions.yaml", "date: '2025-11-18'", "date: soon", "a date such as"),
        ("revisions.yaml", "article-2025-11-18.yaml", "gone.yaml", "can't be read"),
        ("revisions.yaml", "[S19,", "[S,", "write S and a number"),
        ("resource.yaml", "holds_in: ['2025-01-28']", "holds_in: ['2025-01-29']", "one of"),
    ],
)
def test_a_wrong_revision_is_refused_with_its_file(
    folder: Path, file: str, was: str, becomes: str, says: str
) -> None:
    replace(folder, file, was, becomes)
    with pytest.raises(InvalidFile) as caught:
        load_register(folder)
    assert says in str(caught.value)
    assert str(caught.value).startswith((file, becomes))


# Loading


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the register that a test can break."""
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    return tmp_path


def replace(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces the first occurrence of a passage in a file and gives the line on which it began."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_a_copy_of_the_register_loads_like_the_register(folder: Path) -> None:
    assert dict(load_register(folder)) == dict(load_register())


def test_the_register_of_the_package_is_read_once_and_a_folder_each_time(folder: Path) -> None:
    assert load_register() is load_register()
    before = load_register(folder)
    replace(folder, "vault.yaml", "title: ", "title: Now ")
    assert load_register(folder) != before


@pytest.mark.parametrize("mistake", REFUSED["requirement"], ids=lambda each: each["says"])
def test_a_wrong_requirement_is_named_with_its_line(folder: Path, mistake: dict[str, str]) -> None:
    line = replace(folder, "vault.yaml", mistake["was"], mistake["is"])
    with pytest.raises(InvalidFile) as caught:
        load_register(folder)
    place, _, said = str(caught.value).partition(": ")
    # what is missing is said of the whole requirement, and what is there twice of the second
    assert place in (f"vault.yaml:{line}", f"vault.yaml:{line + ('twice' in said)}")
    assert mistake["says"] in said
    assert "\n" not in said


def test_the_second_of_two_equal_ids_is_the_wrong_one(folder: Path) -> None:
    replace(folder, "vault.yaml", "vault.same-region", "vault.same-tenant")
    text = (folder / "vault.yaml").read_text("utf-8")
    line = text[: text.rindex("- id: vault.same-tenant\n")].count("\n") + 1
    with pytest.raises(
        InvalidFile, match=f"^vault.yaml:{line}: the id 'vault.same-tenant' is given twice"
    ):
        load_register(folder)


@pytest.mark.parametrize(
    "mistake", REFUSED["grounds"], ids=lambda each: f"{each['of']}: {each['says']}"
)
def test_a_requirement_without_the_grounds_of_its_basis_is_refused(
    folder: Path, mistake: dict[str, str]
) -> None:
    file = folder / f"{mistake['of'].partition('.')[0]}.yaml"
    text = file.read_text("utf-8")
    at = text.index(f"- id: {mistake['of']}\n")
    file.write_text(
        text[:at] + re.sub(mistake["was"], mistake.get("is", ""), text[at:], count=1), "utf-8"
    )
    line = text[:at].count("\n") + 1
    with pytest.raises(InvalidFile, match=f"^{file.name}:{line}: .*{mistake['says']}"):
        load_register(folder)


def test_environment_is_a_topic_and_a_basis_and_neither_goes_alone(folder: Path) -> None:
    replace(folder, "environment.yaml", "basis: environment", "basis: stated\n  statements: [S1]")
    with pytest.raises(InvalidFile, match="go together"):
        load_register(folder)


def test_a_silence_of_any_basis_needs_a_decision(folder: Path) -> None:
    text = (folder / "keys.yaml").read_text("utf-8")
    at = text.index("- id: keys.change")
    silence = re.sub(
        r"  decision: .*\n", "", text[at:].replace("basis: assumed", "basis: stated", 1), count=1
    )
    (folder / "keys.yaml").write_text(text[:at] + silence, "utf-8")
    with pytest.raises(
        InvalidFile, match=r"keys\.change is a choice of ours and names no decision"
    ):
        load_register(folder)


def test_two_requirements_of_one_title_are_refused(folder: Path) -> None:
    title = "No key of a key vault in another region is put in use"
    replace(folder, "tenant.yaml", "A move inside one tenant loses nothing", title)
    with pytest.raises(InvalidFile, match="has the same title as vault\\.same-region"):
        load_register(folder)


@each_refused("register")
def test_a_file_that_is_no_list_of_requirements_is_refused(
    folder: Path, text: str, says: str
) -> None:
    (folder / "vault.yaml").write_bytes(as_bytes(text.replace("DEEP", "[" * 400)))
    with pytest.raises(InvalidFile, match=says) as caught:
        load_register(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["vault.yaml", "article.yaml", "questions.yaml", "revisions.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(InvalidFile, match=rf"^{file}: can't be read: "):
        load_register(folder)


def test_a_statement_that_no_requirement_claims_is_refused(folder: Path) -> None:
    for _ in range(2):
        replace(folder, "vault.yaml", "statements: [S19]", "statements: [S20]")
    with pytest.raises(
        InvalidFile, match=r"no requirement claims S19 .Enable customer-managed keys, sentence 3"
    ):
        load_register(folder)


@pytest.mark.parametrize("mistake", REFUSED["place"], ids=lambda each: each["says"])
def test_a_wrong_place_is_refused(folder: Path, mistake: dict[str, str]) -> None:
    replace(folder, "article.yaml", mistake["was"], mistake["is"])
    with pytest.raises(InvalidFile, match=rf"^article\.yaml:[0-9]+: .*{mistake['says']}"):
        load_register(folder)


def test_a_question_is_asked_once_under_a_letter_and_a_number(folder: Path) -> None:
    replace(folder, "questions.yaml", "- id: A2\n", "- id: A1\n")
    with pytest.raises(InvalidFile, match=r"questions.yaml:\d+: the id 'A1' is given twice"):
        load_register(folder)
    replace(folder, "questions.yaml", "- id: A1\n", "- id: B1\n")
    with pytest.raises(
        InvalidFile, match=r"questions.yaml:\d+: id is 'B1'; write A or C with a number"
    ):
        load_register(folder)
