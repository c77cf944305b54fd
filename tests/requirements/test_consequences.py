"""The table of consequences: rows that cite what exists, and say where they go beyond a sentence."""

from pathlib import Path

import pytest

from translator_cmk.errors import InvalidFile
from translator_cmk.requirements import load_register
from translator_cmk.requirements.consequences import FILE, ids_in, load_consequences
from translator_cmk.requirements.loading import FOLDER
from translator_cmk.requirements.register import weakest_basis

REGISTER = load_register()
TABLE = load_consequences()
WRITTEN = (FOLDER / FILE).read_text("utf-8")

SENTENCES = {
    "Managed identity disabled": {"documents": "S33", "models": "S32", "data": "S30"},
    "Access revoked": {"documents": "S46", "models": "S45", "data": "S44"},
    "Key vault deleted": {"documents": "S42", "models": "S41"},
    "Key vault not recovered in time, so purged": {"documents": "S42", "models": "S41"},
}
"""What the article says in so many words, read from it."""


def test_what_a_sentence_says_is_stated_and_nothing_else() -> None:
    stated = {}
    for name, event in TABLE.events.items():
        found = {loss: row for loss, row in event.at_once.items() if row.basis == "stated"}
        if found:
            stated[name] = {loss: ", ".join(row.statements) for loss, row in found.items()}
        assert [loss for loss, row in event.afterwards.items() if row.basis == "stated"] == []
    assert stated == SENTENCES


def test_a_stated_row_cites_sentences_of_a_stated_requirement_that_it_names() -> None:
    for event in TABLE.events.values():
        for row in (*event.at_once.values(), *event.afterwards.values()):
            if row.basis != "stated":
                assert row.argument
                assert row.weakest
                assert row.basis == weakest_basis(row.requirements, REGISTER)
                named = ids_in(f"{row.argument} {row.weakest}") & set(REGISTER)
                assert row.basis == weakest_basis((*row.requirements, *named), REGISTER)
                continue
            cited = {
                statement
                for name in row.requirements
                if REGISTER[name].basis == "stated"
                for statement in REGISTER[name].statements
            }
            assert set(row.statements) <= cited


def test_soft_deletion_is_called_a_reading_beside_what_is_stated_of_a_deleted_vault() -> None:
    row = TABLE.events["Key vault deleted"].at_once["documents"]
    assert row.basis == "stated"
    assert "revocation.vault-deleted" in row.names
    assert REGISTER["revocation.vault-deleted"].basis == "implied"


IDENTITY = "requirements: [revocation.deletes-uploads], stated: [S33]"

EDITS = {
    "a statement that there is not": ("stated: [S33]", "stated: [S99]", "'S99'"),
    "a requirement that there is not": (
        "requirements: [revocation.deletes-uploads], stated: [S33]",
        "requirements: [revocation.deletes-nothing], stated: [S33]",
        "'revocation.deletes-nothing'",
    ),
    "a sentence of another requirement": (
        "stated: [S33]",
        "stated: [S32]",
        "S32 is a statement of no requirement here that is stated",
    ),
    "a sentence of a requirement that is only implied": (
        IDENTITY,
        "requirements: [restoration.uploads-stay-deleted], stated: [S33]",
        "S33 is a statement of no requirement here that is stated",
    ),
    "an argument without a weakest part": (
        "        weakest: No sentence says in so many words that deleted uploads stay deleted.\n",
        "",
        "no sentence states it, so the row needs its weakest; add it",
    ),
    "a sentence that is argued with and not listed": (
        "statements: [S30, S33, S34]",
        "statements: [S33, S34]",
        "it rests on S30; list them in statements too",
    ),
    "an argument with a part that is weaker than its requirements": (
        "        weakest: No sentence says in so many words that deleted uploads stay deleted.\n",
        "        weakest: Nobody says that data comes back, see restoration.data-readable.\n",
        "it names restoration.data-readable, which is assumed, and the row would be implied",
    ),
    "a place to lead to that there is not": (
        "leads: restoration.uploads-stay-deleted",
        "leads: restoration.uploads-come-back",
        "'restoration.uploads-come-back'",
    ),
    "a loss without a row": (
        "      - {losses: [documents], fate: lost, requirements: [revocation.deletes-uploads], "
        "stated: [S33]}\n",
        "",
        "no row says what becomes of documents; add one",
    ),
    "a loss with two rows": (
        "{losses: [models], fate: lost, requirements: [revocation.undeploys], stated: [S32]}",
        "{losses: [documents], fate: lost, requirements: [revocation.undeploys], stated: [S32]}",
        "there is a row on documents already; remove one",
    ),
    "a fate that there is not": ("fate: by-hand", "fate: perhaps", "'perhaps'"),
    "an event that is given twice": (
        "- event: Access revoked",
        "- event: Managed identity disabled",
        "the event 'Managed identity disabled' is given twice; remove one",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_table_that_says_more_than_the_register_is_refused_by_file_and_line(
    edit: str, tmp_path: Path
) -> None:
    before, then, message = EDITS[edit]
    assert before in WRITTEN
    path = tmp_path / FILE
    path.write_text(WRITTEN.replace(before, then, 1), "utf-8")
    with pytest.raises(InvalidFile) as refused:
        load_consequences(REGISTER, path)
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{FILE}:")
