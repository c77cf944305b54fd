"""A system that can't tell a deleted document from an inaccessible one is judged once the key is back."""

from pathlib import Path

import pytest

from tests.bdd.wrong_systems import LacksRows
from tests.conformance.verifying import FAILS, verify
from translator_cmk.cli import main
from translator_cmk.conformance.channels.answering import Direct
from translator_cmk.conformance.judging import run_sequence
from translator_cmk.conformance.session import Session
from translator_cmk.conformance.subject import Subject
from translator_cmk.language.declaration import MASKED
from translator_cmk.language.situations import situations
from translator_cmk.machine import Observation
from translator_cmk.machine.commands import DeleteKey, RecoverKey
from translator_cmk.oracle import oracle_for
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register

pytestmark = pytest.mark.slow

LATER = (
    "restoration.uploads-stay-deleted/the-key-is-back-and-the-upload-stays-deleted/"
    "the-access-to-the-key-has-been-revoked"
)


class ShowsNoDocumentWhileInaccessible(LacksRows):
    """The model, without the documents of a workspace whose data can't be read."""

    @property
    def declaration(self) -> dict[str, object]:
        """The declaration."""
        return {"product": "masked", "version": "1", "capabilities": ["portal", "reasons"], "hidden": [MASKED]}

    def observe(self) -> Observation:
        """Show everything but these."""
        seen = super().observe()
        readable = {name for name, workspace in seen["workspace"].items() if workspace["readable"]}
        documents = {name: each for name, each in seen["document"].items() if each["workspace"] in readable}
        return seen | {"document": documents}


class NeverDeletes(ShowsNoDocumentWhileInaccessible):
    """The same, in which no upload is ever deleted with the key."""

    lacking = ("revocation.deletes-uploads",)


class KeepsUploadsOfADeletedKey(ShowsNoDocumentWhileInaccessible):
    """What we assume of a deleted key does not hold: data can't be read for as long as it is, and nothing is lost."""

    lacking = ("revocation.key-deleted",)

    def observe(self) -> Observation:
        """Show no data of a resource whose key is deleted."""
        seen = super().observe()
        shut = {
            name
            for name, resource in seen["resource"].items()
            if seen["key"].get(resource.get("key", ""), {}).get("state") == "deleted"
        }
        for workspace in seen["workspace"].values():
            workspace["readable"] &= workspace["resource"] not in shut
        shown = {n: d for n, d in seen["document"].items() if seen["workspace"][d["workspace"]]["readable"]}
        return seen | {"document": shown}


def test_a_sequence_accuses_nobody_of_what_nobody_can_see() -> None:
    """The upload is back with the key, as the article allows."""
    key = ("kv-prod", "cmk-2048")
    commands = (*situations()["an upload under customer-managed keys"].commands, DeleteKey(*key), RecoverKey(*key))
    subject = Subject(Session(Direct(KeepsUploadsOfADeletedKey)), 1)
    oracle = oracle_for(machine_of(silent_in("article", load_register())), subject.declaration)
    followed = run_sequence(subject, commands, oracle)
    assert (followed.differences, followed.reached) == ((), len(commands))
    assert subject.look()["document"]


@pytest.mark.parametrize(
    ("system", "code", "status", "later"),
    [
        (ShowsNoDocumentWhileInaccessible, 0, "passed", ("passed",)),
        (NeverDeletes, 1, "inconclusive", ("failed", "blocked")),
    ],
)
def test_the_loss_counts_only_where_it_is_seen_once_the_key_is_back(
    tmp_path: Path, system: type[LacksRows], code: int, status: str, later: tuple[str, ...]
) -> None:
    """What shows it was not selected, and is needed."""
    made = f"{system.__module__}:{system.__name__}"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", FAILS)
    assert (found.exit_code, found.status(FAILS)) == (code, status)
    assert ("seen once the key was back" in found.case(FAILS)["reason"]) is (status == "passed")
    assert found.status(LATER) in later
    assert main(["report", "check", str(found.folder)]) == 0
