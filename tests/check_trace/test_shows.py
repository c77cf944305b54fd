"""What a log shows: the model and clouds that lie, asked what a script of an hour asks.

Each log has a line for each request with its answer, a time, and a look.  No refusal says why.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import pytest

from tests.check_trace.logs import lines
from tests.command_line import one_error, run_cli
from translator_cmk.check_trace.judging import JudgedLog, judge
from translator_cmk.check_trace.page import page_html, record_of
from translator_cmk.check_trace.wording import brief_losses, format_losses
from translator_cmk.document import Table
from translator_cmk.language.messages import command_to_wire, observation_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import COUNTER_ROWS, Accepted, Command, Machine, Observation
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.rows import Row
from translator_cmk.oracle.evidence import WITHOUT_SILENCES
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem

ARTICLE = machine_of(silent_in("article", load_register()))
BEGUN = datetime(2026, 12, 2, 10, tzinfo=UTC)
EVERY = timedelta(minutes=5)
CODE, MESSAGE = "NotThisKey", "Choose another key."


class Asked(NamedTuple):
    """A request, its answer, and what was seen afterwards."""

    command: Command
    is_accepted: bool
    seen: Observation


def asked(commands: Sequence[Command], machine: Machine = WITHOUT_SILENCES) -> list[Asked]:
    """Return what a cloud answers and shows that follows a machine."""
    system = ModelSystem(machine)
    found = []
    for command in commands:
        is_accepted = isinstance(system.submit(command), Accepted)
        found.append(Asked(command, is_accepted, system.observe()))
    return found


def log_of(events: Sequence[Asked], **head: Any) -> bytes:
    """Return a log of them, five minutes apart, which leaves out subscriptions."""
    messages: list[dict[str, Any]] = [{"trace": 1, "hidden": ["subscription"], **head}]
    for number, event in enumerate(events):
        refused = {"outcome": "refused", "code": CODE, "message": MESSAGE}
        messages.append(
            {
                "at": (BEGUN + number * EVERY).isoformat(),
                "command": command_to_wire(event.command),
                "outcome": {"outcome": "accepted"} if event.is_accepted else refused,
                "observation": observation_to_wire(event.seen),
            }
        )
    return lines(*messages)


@cache
def judged(text: bytes) -> JudgedLog:
    with NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(text)
        file.flush()
        return judge(file.name, ARTICLE)


def line_of(commands: Sequence[Command], command: Command) -> int:
    """Return the line that asks for a command the first time."""
    return commands.index(command) + 2


def enabling(vault: str) -> Command:
    return cmd.EnableCustomerManagedKeys("translator-prod", vault, "cmk-2048", through="api")


def vault_with_key(vault: str, *, purge_protection: bool = True) -> Iterator[Command]:
    yield cmd.CreateVault(
        vault, "westeurope", "production", "apps", purge_protection=purge_protection
    )
    yield cmd.CreateKey(vault, "cmk-2048")
    yield cmd.GrantKeyAccess(vault, "translator-prod")


# Purge protection, and creation

PROTECTION = (
    *situations()["a resource with an identity"].commands,
    *vault_with_key("protected"),
    *vault_with_key("unprotected", purge_protection=False),
    enabling("protected"),
    enabling("unprotected"),
    cmd.EnablePurgeProtection("unprotected"),
    enabling("unprotected"),
    enabling("protected"),
)
IN_USE, IN_QUESTION = (line_of(PROTECTION, enabling(each)) for each in ("protected", "unprotected"))
IN_USE_AGAIN = IN_QUESTION + 2


def creating(name: str, keys: Any) -> Command:
    return cmd.CreateResource(
        name, "Translator", "westeurope", "cmk-tier", "production", "apps", keys=keys
    )


CREATION = (
    creating("before", "microsoft-managed"),
    creating("with-cmk", "customer-managed"),
    creating("after", "microsoft-managed"),
)


def without(*requirements: str, and_mistakes_about: str = "") -> Machine:
    """Return the machine without the rows of some requirements, and with the mistakes about one."""
    rows: list[Row] = [row for row in WITHOUT_SILENCES.rows if row.requirement not in requirements]
    rows += [row for row in COUNTER_ROWS if row.requirement == and_mistakes_about]
    return Machine(rows)


def test_refusals_by_an_unknown_code_show_what_they_are_about() -> None:
    log = judged(log_of(asked(PROTECTION)))
    assert log.exit_code == 0
    rests_on = (IN_USE, IN_QUESTION, IN_USE_AGAIN)
    assert log.shows.shown["vault.purge-protection"] == rests_on
    assert log.shows.settled["vault.purge-protection-refused", True] == rests_on
    (refused,) = log.shows.refusals
    assert (refused.at, refused.event.code, refused.controls) == (
        IN_QUESTION,
        CODE,
        (IN_USE, IN_USE_AGAIN),
    )
    assert not log.verdict.losses[0].all


def test_a_refused_creation_is_shown_between_two_that_worked() -> None:
    shown = judged(log_of(asked(CREATION))).shows.shown
    assert shown["resource.not-at-creation"] == (2, 3, 4)


LIES = {
    "a key in use without purge protection": (
        PROTECTION,
        without("vault.purge-protection-refused", and_mistakes_about="vault.purge-protection"),
        IN_QUESTION,
        "vault.purge-protection",
    ),
    "enabling ignored": (PROTECTION, without("keys.enable"), IN_USE, "keys.enable"),
    "a key from creation on": (
        CREATION,
        without("resource.not-at-creation", "resource.creation-refused"),
        3,
        "resource.not-at-creation",
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_look_contradicts_is_found_where_it_was_seen(lie: str) -> None:
    commands, machine, line, requirement = LIES[lie]
    log = judged(log_of(asked(commands, machine)))
    assert log.exit_code == 1
    (deviation,) = log.verdict.deviations
    assert deviation.at == line
    assert requirement in (*deviation.why.without, *deviation.why.rests_on)
    assert requirement not in log.shows.shown


def test_a_cloud_that_refuses_every_key_teaches_nothing_about_keys() -> None:
    prepared = asked(PROTECTION[:-5])
    refused = [Asked(command, False, prepared[-1].seen) for command in PROTECTION[-5:-3]]
    log = judged(log_of([*prepared, *refused]))
    assert log.exit_code == 4
    assert [refusal.at for refusal in log.verdict.unexplained] == [IN_USE]
    assert log.shows.shown.keys().isdisjoint({"keys.enable", "vault.purge-protection"})
    assert [refusal.controls for refusal in log.shows.refusals] == [None, None]


def test_a_refusal_that_came_too_early_is_forgiven_once_it_was_accepted() -> None:
    events = asked(PROTECTION)
    early = events[IN_USE - 2]._replace(is_accepted=False, seen=events[IN_USE - 3].seen)
    log = judged(log_of([*events[: IN_USE - 2], early, *events[IN_USE - 2 :]]))
    assert log.exit_code == 0
    assert "vault.purge-protection" in log.shows.shown


@pytest.mark.parametrize("kept", ["nothing", "an empty look"])
def test_a_log_without_looks_shows_nothing(kept: str) -> None:
    whole = [json.loads(line) for line in log_of(asked(PROTECTION)).splitlines()]
    look = {} if kept == "nothing" else {"observation": {}, "partial": ["observation"]}
    bare = [{key: line[key] for key in line if key != "observation"} for line in whole]
    log = judged(lines(bare[0], *({**line, **look} for line in bare[1:])))
    assert (log.exit_code, log.verdict.fits) == (4, True)
    assert not log.shows.shown
    assert not log.shows.settled


# A loss, and an hour of looks

PREPARED = (
    *situations()["a resource with an identity"].commands,
    *vault_with_key("protected"),
    enabling("protected"),
    cmd.CreateWorkspace("ws", "translator-prod"),
    cmd.UploadDocument("document", "ws"),
    cmd.ReadData("ws"),
)
REVOKED = cmd.RevokeKeyAccess("protected", "translator-prod")
ROUNDS = [
    command
    for number in range(6)
    for command in (cmd.ReadData("ws"), cmd.UploadDocument(f"round-{number}", "ws"))
]
RESTORED = (
    cmd.GrantKeyAccess("protected", "translator-prod"),
    cmd.ReadData("ws"),
    cmd.UploadDocument("afterwards", "ws"),
    cmd.ReadData("ws"),
)
LOSS = (*PREPARED, REVOKED, *ROUNDS, *RESTORED)
LINE_OF_REVOKING = line_of(LOSS, REVOKED)
FIRST_ROUND = LINE_OF_REVOKING + 1
BACK = FIRST_ROUND + len(ROUNDS) + 1


class Hour(NamedTuple):
    """When data can't be read any more after the revocation, as a number of requests, and when
    documents are deleted; None stands for never.
    """

    reading_stops: int | None
    documents_go: int | None


@cache
def hour(cloud: Hour) -> bytes:
    """Return the log of a cloud that loses what it should lose, and late."""
    revoked = LOSS.index(REVOKED)
    on_time, as_if_never = asked(LOSS), asked([each for each in LOSS if each != REVOKED])
    as_if_never.insert(revoked, as_if_never[revoked - 1]._replace(is_accepted=True))
    events = []
    uploaded: list[str] = []
    for number, (lost, kept) in enumerate(zip(on_time, as_if_never, strict=True)):
        since = number - revoked
        is_read_as_before = cloud.reading_stops is None or since < cloud.reading_stops
        is_kept = cloud.documents_go is None or since < cloud.documents_go
        is_accepted = (kept if is_read_as_before else lost).is_accepted
        if is_accepted and isinstance(lost.command, cmd.UploadDocument):
            uploaded.append(lost.command.document)
        documents = {
            name: {"exists": is_kept or name in lost.seen["document"]} for name in uploaded
        }
        shown = {"key_source": lost.seen["resource"]["translator-prod"]["key_source"]}
        resource = {"translator-prod": shown} if lost.seen["resource"] else {}
        events.append(
            Asked(LOSS[number], is_accepted, {"resource": resource, "document": documents})
        )
    return log_of(events, partial=["observation"], late=True)


def losses(log: JudgedLog) -> dict[str, tuple[Any, ...]]:
    """Return the lines on which each thing was seen last, lost, and back."""
    return {
        loss.name[1]: tuple(
            moment and moment.at for moment in (loss.due, loss.alive, loss.gone, loss.back)
        )
        for loss in log.verdict.losses[0].all
    }


def test_losses_are_told_with_the_last_look_before_and_the_first_after() -> None:
    log = judged(hour(Hour(2, 4)))
    assert log.exit_code == 0
    found = losses(log)
    reading = FIRST_ROUND + 2
    assert found["ws"] == (LINE_OF_REVOKING, FIRST_ROUND, reading, BACK)
    assert found["document"][:3] == (LINE_OF_REVOKING, FIRST_ROUND + 2, FIRST_ROUND + 3)
    document = log.verdict.losses[0].found["document", "document"]
    assert document.due
    assert document.gone
    assert document.due.time == BEGUN + (LINE_OF_REVOKING - 2) * EVERY
    assert document.gone.time == document.due.time + 4 * EVERY
    assert {"revocation.deletes-uploads", "revocation.data-inaccessible"} <= log.shows.shown.keys()
    assert log.shows.settled.keys() >= {
        ("revocation.reading-refused", True),
        ("revocation.no-upload", True),
    }


def test_things_that_were_seen_last_on_different_lines_are_told_apart() -> None:
    events = asked((*PREPARED, cmd.UploadDocument("another", "ws"), REVOKED))
    for place, event in enumerate(events):
        shown = {}
        if isinstance(event.command, cmd.UploadDocument):
            shown = {event.command.document: {"exists": True}}
        if event.command == REVOKED:
            shown = {"document": {"exists": False}, "another": {"exists": False}}
        events[place] = event._replace(seen={"document": shown})
    log = judged(log_of(events, partial=["observation"]))
    first, second = format_losses(log.verdict)
    assert first.startswith(f'the document "document": last seen on line {LINE_OF_REVOKING - 2}')
    assert second.startswith(f'the document "another": last seen on line {LINE_OF_REVOKING}')


def test_no_duration_is_told_from_times_that_run_backwards() -> None:
    revoked = (BEGUN + (LINE_OF_REVOKING - 2) * EVERY).isoformat().encode()
    log = judged(hour(Hour(2, 4)).replace(revoked, b"2026-12-02T23:00:00Z"))
    for told in (*format_losses(log.verdict), *brief_losses(log.verdict)):
        assert " -" not in told
    assert f", after line {LINE_OF_REVOKING} (23:00:00)" in "".join(format_losses(log.verdict))


def test_losses_at_once_are_told_so() -> None:
    log = judged(hour(Hour(0, 0)))
    assert log.exit_code == 0
    assert losses(log)["document"][2] == LINE_OF_REVOKING
    assert "revocation.deletes-uploads" in log.shows.shown


def test_a_model_that_the_customer_undeploys_is_not_told_as_lost() -> None:
    undeployed = cmd.UndeployModel("legal-en-de")
    sequence = (*situations()["a deployed model under customer-managed keys"].commands, undeployed)
    assert losses(judged(log_of(asked(sequence)))) == {}


@pytest.mark.parametrize(
    ("cloud", "missing"),
    [
        pytest.param(Hour(2, None), {"document"}, id="documents survive"),
        pytest.param(Hour(None, None), None, id="hours late"),
    ],
)
def test_a_loss_that_never_came_is_neither_shown_nor_denied(
    cloud: Hour, missing: set[str] | None
) -> None:
    """The article names no time."""
    log = judged(hour(cloud))
    assert log.exit_code == 4
    named = {loss.name[1] for loss in log.verdict.missing}
    assert all(
        loss.alive and loss.alive.at < BACK
        for loss in log.verdict.missing
        if loss.name[0] == "workspace"
    )
    assert named == missing if missing else named >= {"ws", "document"}
    assert "revocation.deletes-uploads" in log.shows.open
    assert "revocation.deletes-uploads" not in log.shows.shown


def test_without_that_promise_a_late_loss_is_impossible() -> None:
    text = hour(Hour(2, 4)).replace(b', "late": true', b"")
    (deviation,) = judged(text).verdict.deviations
    assert deviation.at == LINE_OF_REVOKING


def test_what_was_seen_lost_does_not_come_back_later() -> None:
    whole = [json.loads(line) for line in hour(Hour(2, 4)).splitlines()]
    last = whole[-1]
    last["observation"]["document"]["document"] = {"exists": True}
    (deviation,) = judged(lines(*whole)).verdict.deviations
    assert deviation.at == len(whole)


# Several logs, and bad input


def files(folder: Path, **texts: bytes) -> list[Path]:
    """Write files, and return their paths."""
    found = []
    for name, text in texts.items():
        file = folder / f"{name}.jsonl"
        file.write_bytes(text)
        found.append(file)
    return found


def test_several_logs_are_judged_each_by_itself_and_the_gravest_decides(tmp_path: Path) -> None:
    """Two logs make the same resource, which one alone could not."""
    fits, unseen, wrong = files(
        tmp_path,
        fits=log_of(asked(CREATION)),
        unseen=lines({"command": command_to_wire(CREATION[0]), "outcome": {"outcome": "accepted"}}),
        wrong=log_of(asked(CREATION, LIES["a key from creation on"][1])),
    )
    for logs, code in (
        ((fits, fits), 0),
        ((fits, unseen), 4),
        ((wrong, unseen, fits), 1),
        ((tmp_path / "none", unseen), 2),
    ):
        assert run_cli("check-trace", *logs).code == code


def test_times_that_run_backwards_are_noted() -> None:
    whole = log_of(asked(CREATION))
    log = judged(whole.replace(b"T10:05:00", b"T09:05:00"))
    assert log.verdict.time_runs_back == [3]
    assert log.exit_code == 0
    assert not judged(whole).verdict.time_runs_back


# The page

IDENTIFIER = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"


def test_the_page_has_every_log_and_no_identifier(tmp_path: Path) -> None:
    (log,) = files(tmp_path, log=log_of(asked(CREATION), subject=f"Azure, tenant {IDENTIFIER}"))
    page = tmp_path / "page.html"
    done = run_cli("check-trace", log, log, "--page", page)
    assert (done.code, done.error) == (0, "")
    written = page.read_text("utf-8")
    assert IDENTIFIER not in written
    assert written.count("<h2") == 2
    assert "resource.not-at-creation" in written


def test_the_page_has_what_was_shown_lost_and_refused() -> None:
    logs = [judged(log_of(asked(PROTECTION))), judged(hour(Hour(2, 4)))]
    written = page_html(logs, load_register())
    for word in ("vault.purge-protection", "revocation.deletes-uploads", CODE, MESSAGE, "11:05:00"):
        assert word in written


def test_the_page_says_when_the_first_and_the_last_line_were_whether_or_not_they_fit() -> None:
    log = log_of(asked(CREATION)).splitlines()
    last = log[-1].replace(b"2026-12-02", b"2026-12-04").replace(b"accepted", b"refused")
    written = page_html([judged(b"\n".join([*log[:-1], last, b""]))], load_register())
    assert "2026-12-02 10:00:00 to 2026-12-04" in written


def test_the_record_of_a_world_begins_with_nothing_seen() -> None:
    seen = log_of(asked(situations()["a resource with an identity"].commands))
    again = seen + lines({"stage": {}}) + seen.partition(b"\n")[2]
    assert row_cells(again) == row_cells(seen) * 2


def test_the_record_says_what_a_complete_look_shows_no_more() -> None:
    at_work = situations()["a deployed model under customer-managed keys"].commands
    *_, last = row_cells(log_of(asked((*at_work, cmd.DeleteVault("kv-prod")))))
    assert 'the document "contracts" is deleted' in str(last)


def row_cells(log: bytes) -> list[tuple[Any, ...]]:
    """Return the rows of the record of a log, without the numbers of its lines."""
    (table,) = record_of(judged(log)).blocks
    assert isinstance(table, Table)
    return [cells[1:] for cells in table.rows]


def test_a_page_that_can_not_be_written_is_one_line(tmp_path: Path) -> None:
    (log,) = files(tmp_path, log=log_of(asked(CREATION)))
    done = run_cli("check-trace", log, "--page", tmp_path / "none" / "page.html")
    assert "can't be written" in one_error(done, out=None)
