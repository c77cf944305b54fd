"""Claims about loading the register: what is wrong is refused with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from translator_cmk.errors import InvalidFile
from translator_cmk.requirements import load_register
from translator_cmk.requirements.register import FOLDER

DEMAND = """- id: vault.same-region
  revision: 1
  title: No key of a key vault in another region is put in use"""


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


@pytest.mark.parametrize(
    ("old", "new", "offset", "message"),
    [
        ("vault.same-region", "vault.Same-Region", 0, "the id 'vault.Same-Region' is not"),
        ("vault.same-region", "keys.same-region", 0, "the id 'keys.same-region' is not 'vault.'"),
        ("vault.same-region", "vault.same-tenant", 0, None),
        (DEMAND, DEMAND + "\n  title: Twice", 3, "the key 'title' stands here twice"),
        (DEMAND, DEMAND + "\n  severity: high", 3, "unknown key 'severity'; known are id, revision"),
        (DEMAND, DEMAND.rpartition("\n")[0], 0, "the key 'title' is missing"),
        (DEMAND, DEMAND.replace("revision: 1", "revision: 0"), 1, "a whole number from 1"),
        (DEMAND, DEMAND.replace("revision: 1", "revision: one"), 1, "a whole number from 1"),
        (DEMAND, DEMAND.replace("revision: 1", "revision: 0x1"), 1, "a whole number from 1"),
        (DEMAND, DEMAND.replace("title: No key", "title: yes #"), 2, "a text is expected here"),
        (DEMAND, DEMAND.replace("title: No key", "title: '' #"), 2, "the text is empty"),
        (DEMAND, DEMAND.replace("title: No key", "title: [a] #"), 2, "a text is expected here"),
        (DEMAND, DEMAND + " " + "x" * 60, 2, "the title has 114 characters; 90 are allowed"),
        (DEMAND, DEMAND + ".", 2, "ends with a full stop"),
        ("kind: demand", "kind: rule", 0, "unknown kind 'rule'; known are demand, effect"),
        ("basis: stated", "basis: guessed", 0, "unknown basis 'guessed'; known are environment"),
        ("statements: [S19]", "statements: [S47]", 0, "unknown statement 'S47'"),
        ("statements: [S19]", "statements: [S19, S19]", 0, "the statement 'S19' stands here twice"),
        ("statements: [S19]", "statements: S19", 0, "a list is expected here"),
        ("traits: [second-tenant]", "traits: [slow]", 0, "unknown trait 'slow'"),
        ("resolves: [C9]", "resolves: [C13]", 0, "unknown question 'C13'"),
        ("https://learn", "http://learn", 0, "is no address of this form: https://"),
        ("- id: vault.same-region", "- vault.same-region: {}\n- id: vault.same-region", 0, "unknown key"),
        ("- id: vault.same-region", "- 7\n- id: vault.same-region", 0, "a mapping"),
    ],
)
def test_a_wrong_requirement_is_named_with_its_line(
    folder: Path, old: str, new: str, offset: int, message: str | None
) -> None:
    line = replace(folder, "vault.yaml", old, new) + offset
    if message is None:  # the second of two equal ids is the wrong one
        text = (folder / "vault.yaml").read_text("utf-8")
        line = text[: text.rindex("- id: vault.same-tenant\n")].count("\n") + 1
        message = "the id 'vault.same-tenant' is given twice"
    with pytest.raises(InvalidFile) as caught:
        load_register(folder)
    assert str(caught.value).startswith(f"vault.yaml:{line}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("file", "start", "dropped", "message"),
    [
        (
            "vault.yaml",
            "- id: vault.permission-model",
            r"  source:\n.*\n.*\n",
            "has the basis assumed and names no source",
        ),
        (
            "vault.yaml",
            "- id: vault.permission-model",
            r"  decision: .*\n",
            "is a choice of ours and names no decision",
        ),
        ("keys.yaml", "- id: keys.change", r"  decision: .*\n", "is a choice of ours and names no decision"),
        ("vault.yaml", "- id: vault.same-region", r"  statements: .*\n", "is stated and names no statement"),
        (
            "revocation.yaml",
            "- id: revocation.no-upload",
            r"  statements: .*\n",
            "is implied and names no statement",
        ),
        (
            "revocation.yaml",
            "- id: revocation.no-upload",
            r"  argument: >-\n.*\n",
            "is implied; what is implied, and nothing else, gives its argument",
        ),
        (
            "revocation.yaml",
            "- id: revocation.no-upload",
            r"(?<=statements: \[S1), S30, S44",
            "the argument of revocation.no-upload rests on S30, S44; list them in statements too",
        ),
        ("environment.yaml", "- id: environment.move\n", r"  source:\n.*\n.*\n", "environment and names no source"),
    ],
)
def test_a_requirement_without_the_grounds_of_its_basis_is_refused(
    folder: Path, file: str, start: str, dropped: str, message: str
) -> None:
    text = (folder / file).read_text("utf-8")
    at = text.index(start)
    (folder / file).write_text(text[:at] + re.sub(dropped, "", text[at:], count=1), "utf-8")
    with pytest.raises(InvalidFile, match=message) as caught:
        load_register(folder)
    line = text[:at].count("\n") + 1
    assert str(caught.value).startswith(f"{file}:{line}: ")


def test_environment_is_a_topic_and_a_basis_and_neither_goes_alone(folder: Path) -> None:
    replace(folder, "environment.yaml", "basis: environment", "basis: stated\n  statements: [S1]")
    with pytest.raises(InvalidFile, match="go together"):
        load_register(folder)


def test_a_silence_of_any_basis_needs_a_decision(folder: Path) -> None:
    text = (folder / "keys.yaml").read_text("utf-8")
    at = text.index("- id: keys.change")
    silence = text[at:].replace("basis: assumed", "basis: stated", 1)
    (folder / "keys.yaml").write_text(text[:at] + re.sub(r"  decision: .*\n", "", silence, count=1), "utf-8")
    with pytest.raises(InvalidFile, match=r"keys\.change is a choice of ours and names no decision"):
        load_register(folder)


def test_two_requirements_of_one_title_are_refused(folder: Path) -> None:
    title = "No key of a key vault in another region is put in use"
    replace(folder, "tenant.yaml", "A move inside one tenant loses nothing", title)
    with pytest.raises(InvalidFile, match="has the same title as vault\\.same-region"):
        load_register(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"- id: [unclosed\n", r"vault.yaml:\d+: not YAML: "),
        (b"a: b: c\n", r"vault.yaml:1: not YAML: "),
        (b"- id: x\n- \tid: y\n", r"vault.yaml:\d+: "),
        (b"- id: caf\xe9\n", r"vault.yaml:1: not UTF-8"),
        (b"- id: x\n  title: \x07\n", r"vault.yaml:2: not YAML: a character"),
        (b"", r"vault.yaml:1: the file is empty"),
        (b"# nothing\n", r"vault.yaml:1: the file is empty"),
        (b"--- []\n--- []\n", r"vault.yaml:\d+: not YAML: "),
        (b"id: vault.x\n", r"vault.yaml:1: a list is expected here"),
        (b"[" * 400, r"vault.yaml:\d+: not YAML"),
        (b"- *nowhere\n", r"vault.yaml:1: not plain YAML: anchors and aliases"),
        (b"- &a {id: *a}\n", r"vault.yaml:1: not plain YAML: anchors and aliases"),
        (b"- id: !!str x\n", r"vault.yaml:1: not plain YAML: the tag"),
    ],
)
def test_a_file_that_is_no_list_of_requirements_is_refused(folder: Path, content: bytes, message: str) -> None:
    (folder / "vault.yaml").write_bytes(content)
    with pytest.raises(InvalidFile, match=message) as caught:
        load_register(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["vault.yaml", "article.yaml", "questions.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(InvalidFile, match=rf"^{file}: can't be read: "):
        load_register(folder)


def test_a_statement_that_no_requirement_claims_is_refused(folder: Path) -> None:
    for _ in range(2):
        replace(folder, "vault.yaml", "statements: [S19]", "statements: [S20]")
    with pytest.raises(InvalidFile, match=r"no requirement claims S19 .Enable customer-managed keys, sentence 3"):
        load_register(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    statements:\n    - S1\n", "    statements: []\n", "carries no statement and gives no reason"),
        ("    - S1\n", "    - S1\n    informative: Because.\n", "carries statements and is called informative"),
        ("    - S1\n", "    - T1\n", "'T1' is not S and a number"),
        ("    - S1\n", "    - S1\n    - S1\n", "the statement 'S1' stands here twice"),
        ("fingerprint: 0", "fingerprint: x0", "a fingerprint has 16 hexadecimal digits"),
        ("near: 0", "near: 0a", "three hexadecimal digits"),
        ("Encryption key management", "Azure AI services encryption", "stands here twice"),
    ],
)
def test_a_wrong_place_is_refused(folder: Path, old: str, new: str, message: str) -> None:
    replace(folder, "article.yaml", old, new)
    with pytest.raises(InvalidFile, match=message) as caught:
        load_register(folder)
    assert re.match(r"article\.yaml:[0-9]+: ", str(caught.value))


def test_a_question_is_asked_once_under_a_letter_and_a_number(folder: Path) -> None:
    replace(folder, "questions.yaml", "- id: A2\n", "- id: A1\n")
    with pytest.raises(InvalidFile, match=r"questions.yaml:\d+: the id 'A1' is given twice"):
        load_register(folder)
    replace(folder, "questions.yaml", "- id: A1\n", "- id: B1\n")
    with pytest.raises(InvalidFile, match=r"questions.yaml:\d+: the id 'B1' is not"):
        load_register(folder)
