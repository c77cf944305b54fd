"""The plan of a run against Azure, what a run leaves there, and how near the plan comes."""

import io
import json
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.azure.client.verifying_azure import TENANT, credentials, verify, verifying
from translator_cmk.azure.client.leftovers import left_in, note
from translator_cmk.azure.client.plan import Plan, format_plan, to_plan, within
from translator_cmk.azure.client.target import CLOUDS, WORK, Target, declaration_of
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.bdd.prerequisites import inapplicable
from translator_cmk.cli import main
from translator_cmk.conformance.cases import scenarios
from translator_cmk.conformance.selection import selected
from translator_cmk.language.declaration import Declaration

VERIFY = ["verify", "--azure", "--requirement", "environment.create-resource", "--report", "report"]
CLOUD = declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], reasons=False)


def groups_at(server: AzureServer) -> set[str]:
    """Return the resource groups of all worlds of the server."""
    return {group.name for world in server.worlds.latest() for group in world.groups}


def test_the_plan_alone_creates_nothing(
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = groups_at(signed_in)
    assert main([*VERIFY, "--plan"]) == 0
    assert f"Plan for localhost:{signed_in.port} on this machine" in capsys.readouterr().out
    assert main([*VERIFY, "--plan", "--budget", "0.01"]) == 2
    assert "give more" in capsys.readouterr().err
    assert main([*VERIFY, "--plan", "--lane", "tour"]) == 2
    assert "only the features can be planned" in capsys.readouterr().err
    assert main([*VERIFY, "--plan", "--tier", "cmk-tier=S1", "--tier", "cmk-tier=S2"]) == 2
    assert "--tier: cmk-tier is there twice; write each NAME once" in capsys.readouterr().err
    assert groups_at(signed_in) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "1e9", "soon"])
def test_a_budget_that_is_no_time_is_refused_before_anything_is_planned(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*VERIFY, "--plan", f"--budget={text}"])
    shown = capsys.readouterr()
    assert "no number of minutes" in shown.err
    assert shown.out == ""


def test_without_an_answer_nothing_is_created(
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    before = groups_at(signed_in)
    assert main(VERIFY) == 2
    shown = capsys.readouterr()
    assert shown.out.index("Plan for") < shown.out.index("Create this?")
    assert "nothing was created" in shown.err
    assert groups_at(signed_in) == before
    assert list(tmp_path.iterdir()) == []


def test_the_plan_for_a_cloud_names_cost_time_tenants_and_names_that_stay_held() -> None:
    chosen = planned("vault", "restoration")
    text = format_plan(chosen, CLOUDS["AzureCloud"], several_tenants=False, left_out=3, listed=True)
    until = datetime.now(UTC).date() + timedelta(days=7)
    for part in (
        "Plan for AzureCloud:",
        "costs money  models",
        "minutes",
        "tenants      one",
        "leaves out   3",
    ):
        assert part in text
    assert f"until {until}" in text
    assert "restoration.uploads-stay-deleted" in text
    assert "costs money" not in format_plan(
        chosen, CLOUDS["AzureCloud"]._replace(local=True), True, 3
    )


def planned(*requirements: str, declared: Declaration = CLOUD) -> list[Plan]:
    """Return the scenarios of some topics or requirements, or of all, that apply; as a plan has
    them.
    """
    every = selected(scenarios("full", ()), {}, declared)
    found = [each for each in every if each.case.requirements[0].startswith(requirements or "")]
    return [
        to_plan(each, declared) for each in found if inapplicable(each.pickle, declared) is None
    ]


@pytest.mark.slow
def test_a_longer_budget_shows_more_and_none_is_exceeded() -> None:
    chosen = planned("vault", "keys", "revocation", "restoration")
    counts = []
    for minutes in (0, 20, 120, 600):
        found = within(minutes, chosen)
        assert sum(each.work["seconds"] for each in found) <= minutes * 60
        counts.append(len({each.requirement for each in found}))
    assert counts == sorted(counts)
    assert counts[0] == 0 < counts[1] < counts[-1]


def test_a_claim_about_everything_waits_until_effects_can_be_late_no_more() -> None:
    at_once = declaration_of(
        Target(CLOUDS["AzureCloud"]._replace(local=True)), ["production"], reasons=False
    )
    waits = {
        requirement: planned(requirement)[0].work["seconds"]
        - planned(requirement, declared=at_once)[0].work["seconds"]
        for requirement in ("revocation.revoke", "vault.same-region-refused")
    }
    assert waits["revocation.revoke"] >= 600
    assert waits["vault.same-region-refused"] == 0


def test_a_loss_that_is_undone_is_waited_for_until_its_window_has_closed() -> None:
    at_once = declaration_of(
        Target(CLOUDS["AzureCloud"]._replace(local=True)), ["production"], reasons=False
    )
    waits = {}
    for requirement in ("restoration.uploads-stay-deleted", "revocation.access-revoked"):
        in_a_cloud = planned(requirement)[0].work["seconds"]
        waits[requirement] = in_a_cloud - planned(requirement, declared=at_once)[0].work["seconds"]
    work = WORK["RevokeKeyAccess"]
    assert waits["restoration.uploads-stay-deleted"] == work["window"] - work["seconds"]
    assert waits["revocation.access-revoked"] == 0  # it ends with the loss


@pytest.mark.parametrize("minutes", [300, 6_000])
def test_a_budget_brings_along_what_scenarios_need_and_the_kit_adds_nothing(minutes: int) -> None:
    """The kit adds a positive control to a refusal that has none, and to a loss the look that sees
    it later.
    """
    taken = {each.id: each for each in within(minutes, planned())}
    ran = selected(scenarios("full", ()), {"case": tuple(taken)}, CLOUD)
    assert {each.case.id for each in ran} == set(taken)
    assert any(each.needs for each in taken.values())
    assert any(each.case.masked for each in ran) == (minutes == 6_000)


@pytest.mark.slow
def test_leftovers_survive_a_kill_and_are_cleaned(
    signed_in: AzureServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, list_of = groups_at(signed_in), tmp_path / "leftovers.json"
    process = verifying(
        tmp_path, credentials(signed_in), "--requirement", "revocation.access-revoked"
    )
    until = time.monotonic() + 60
    while not groups_at(signed_in) - before and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1.0)  # its children end with their input
    created, entries = groups_at(signed_in) - before, left_in(list_of)
    assert created
    assert created <= {entry["name"] for entry in entries if entry["kind"] == "group"}
    assert main(["leftovers", str(list_of)]) == 0
    shown = capsys.readouterr().out
    assert all(entry["name"] in shown for entry in entries)
    code = main(["leftovers", str(list_of), "--clean", "--yes"])
    left = left_in(list_of)
    assert not groups_at(signed_in) & created, capsys.readouterr()
    assert {entry["kind"] for entry in left} <= {"vault"}, "accounts are purged"
    assert code == (4 if left else 0)


def test_what_a_scenario_made_is_gone_before_the_next_begins(
    signed_in: AzureServer, tmp_path: Path
) -> None:
    """Quotas are of the subscription, so scenarios that share one must not pile up."""
    subscription = guid(TENANT, SUBSCRIPTIONS[0])
    selected = ("--requirement", "vault.same-region", "--requirement", "identity.enable")
    ran = verify(tmp_path, credentials(signed_in), "--subscription", subscription, *selected)
    assert ran.code == 0, ran.text
    made = [line for line in (tmp_path / "leftovers.json").read_text().splitlines() if line]
    groups = {json.loads(line)["name"] for line in made if '"group", ' in line}
    left = left_in(tmp_path / "leftovers.json")
    sessions = 2
    assert len(groups) > 2 * sessions
    assert len([entry for entry in left if entry["kind"] == "group"]) <= sessions
    assert len([entry for entry in left if entry["kind"] == "resource"]) <= 2 * sessions


def test_a_line_that_was_cut_takes_no_other_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "leftovers.json"
    note(path, kind="group", name="first")
    for name in ("second", "third"):
        text = path.read_text("utf-8")
        note(path, kind="vault", name=f"cut-{name}")
        added = path.read_text("utf-8").removeprefix(text)
        path.write_text(text + added[: len(added) // 2], "utf-8")
        assert main(["leftovers", str(path)]) == 0
        assert f"is not read: {added[1 : len(added) // 2]}\n" in capsys.readouterr().out
        note(path, kind="resource", name=name)
    assert [entry["name"] for entry in left_in(path)] == ["first", "second", "third"]


def test_without_its_list_nobody_knows_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["leftovers"], ["leftovers", "elsewhere/leftovers.json", "--clean", "--yes"]):
        assert main(words) == 2
        shown = capsys.readouterr()
        assert "name the FILE" in shown.err
        assert shown.out == ""


def test_what_is_in_another_cloud_stays_and_is_no_less_there(
    signed_in: AzureServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "leftovers.json"
    where = {"subscription": guid(TENANT, SUBSCRIPTIONS[0]), "tenant": TENANT}
    note(path, kind="group", name="translator-cmk-here", **where)
    note(path, kind="group", name="translator-cmk-there", cloud="AzureUSGovernment", **where)
    assert signed_in.port
    assert main(["leftovers", str(path), "--clean", "--yes"]) == 4
    assert "say --cloud AzureUSGovernment" in capsys.readouterr().out
    assert [entry["name"] for entry in left_in(path)] == ["translator-cmk-there"]


@pytest.mark.parametrize("text", ["{", "[1]", "1", '{"kind": "moon"}'])
def test_a_file_that_is_no_list_of_leftovers_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(text)
    assert main(["leftovers", str(tmp_path / "other.json")]) == 2
