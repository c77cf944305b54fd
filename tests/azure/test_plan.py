"""The plan of a run against Azure, what a run leaves there, and how near the plan comes."""

import io
import json
import os
import signal
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.azure.faults import behind_azure
from tests.azure.verifying_azure import command, signed_in, verify
from translator_cmk.azure.adapter import declaration_of
from translator_cmk.azure.cloud import CLOUDS
from translator_cmk.azure.leftovers import Leftovers
from translator_cmk.azure.options import Target
from translator_cmk.azure.plan import Chosen, lines, to_plan, total_of, within
from translator_cmk.azure.server import AzureServer
from translator_cmk.azure.verify import agree
from translator_cmk.bdd.prerequisites import inapplicable
from translator_cmk.conformance.cases import Scenario, scenarios, selected
from translator_cmk.conformance.features import play
from translator_cmk.errors import CommandError
from translator_cmk.language.declaration import Declaration
from translator_cmk.machine import ROWS

ONE = ("--requirement", "environment.create-resource")
CLOUD = declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], reasons=False)
LOSSES = "revocation.access-revoked"


def groups_at(server: AzureServer) -> set[str]:
    """Return the resource groups of all worlds of the server."""
    return {name for world in server.service.worlds.latest() for _, name in world.groups}


@pytest.mark.azure
def test_the_plan_alone_creates_nothing(served: AzureServer, tmp_path: Path) -> None:
    before = groups_at(served)
    ran = verify(tmp_path, signed_in(served), "--plan", *ONE)
    assert ran.code == 0
    assert "Plan for AzureCloud on this machine" in ran.text
    assert groups_at(served) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_an_answer_nothing_is_created(served: AzureServer, tmp_path: Path) -> None:
    before = groups_at(served)
    ran = verify(tmp_path, signed_in(served), *ONE, answers="no\n")
    assert ran.code == 2
    assert ran.text.index("Plan for") < ran.text.index("Create this?") < ran.text.index("nothing was created")
    assert groups_at(served) == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("local", "yes", "typed", "agreed"),
    [
        (True, 0, "yes\n", True),
        (True, 1, "", True),
        (False, 0, "yes\nyes\n", True),
        (False, 0, "yes\n", False),
        (False, 1, "", False),
        (False, 1, "yes\n", True),
        (False, 2, "", True),
    ],
)
def test_a_cloud_that_is_not_on_this_machine_is_asked_for_twice(
    local: bool, yes: int, typed: str, agreed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    target = Target(CLOUDS["AzureCloud"]._replace(local=local), {"production": "x"})
    if agreed:
        agree(target, yes)
    else:
        with pytest.raises(CommandError, match="nothing was created"):
            agree(target, yes)


def test_the_plan_for_a_cloud_names_cost_time_tenants_and_names_that_stay_held() -> None:
    chosen = planned("vault", "restoration")
    text = "\n".join(lines(chosen, CLOUDS["AzureCloud"], several_tenants=False, left_out=3, listed=True))
    until = datetime.now(UTC).date() + timedelta(days=7)
    for each in (
        "Plan for AzureCloud:",
        "costs money  models",
        "minutes",
        f"until {until}",
        "tenants      one",
        "leaves out   3",
    ):
        assert each in text
    assert "restoration.uploads-stay-deleted" in text
    assert "costs money" not in "\n".join(lines(chosen, CLOUDS["AzureCloud"]._replace(local=True), True, 3))


def planned(*requirements: str, declared: Declaration = CLOUD) -> list[Chosen]:
    """Return the scenarios of some topics or requirements that the API has, as a plan has them."""
    found = [each for each in scenarios("full", ()) if each.case.requirements[0].startswith(requirements)]
    return [to_plan(each, declared) for each in found if has_api(each)]


def has_api(scenario: Scenario) -> bool:
    """Return whether nothing in the scenario needs a portal, a clock or an audit log."""
    text = " ".join(step.text for step in scenario.pickle.steps)
    return not any(word in text for word in ("portal", "retention", "recorded", "moves"))


@pytest.mark.slow
def test_a_longer_budget_shows_more_and_none_is_exceeded() -> None:
    chosen = planned("vault", "keys", "revocation", "restoration")
    shown = []
    for minutes in (0, 20, 120, 600):
        found = within(minutes, chosen)
        assert total_of(found).minutes <= minutes + 0.01
        shown.append(len({each.requirement for each in found}))
    assert shown == sorted(shown)
    assert shown[0] == 0 < shown[1] < shown[-1]


def test_a_claim_about_everything_waits_until_effects_can_be_late_no_more() -> None:
    at_once = declaration_of(Target(CLOUDS["AzureCloud"]._replace(local=True)), ["production"], reasons=False)
    waits = {
        requirement: planned(requirement)[0].work.minutes - planned(requirement, declared=at_once)[0].work.minutes
        for requirement in ("revocation.revoke", "vault.same-region-refused")
    }
    assert waits["revocation.revoke"] >= 10
    assert waits["vault.same-region-refused"] == 0


def test_a_budget_brings_along_what_a_scenario_needs() -> None:
    chosen = planned("vault")
    by_id = {each.id: each for each in chosen}
    found = {each.id for each in within(200, chosen)}
    refusals = [each for each in chosen if each.id in found and each.needs]
    assert refusals
    assert all(found & set(each.needs) for each in refusals if set(each.needs) & by_id.keys())


def test_a_budget_is_not_exceeded_by_what_the_kit_adds() -> None:
    """The kit adds positive controls to what is selected: with those of the plan it adds none."""
    declared = declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], reasons=False)
    every = selected(scenarios("full", ()), {}, declared)
    applicable = [each for each in every if inapplicable(each.pickle, declared) is None]
    ids = tuple(each.id for each in within(300, [to_plan(each, declared) for each in applicable]))
    assert {each.case.id for each in selected(scenarios("full", ()), {"case": ids}, declared)} == set(ids)


def test_a_loss_that_is_seen_later_is_never_planned_without_the_look() -> None:
    every = selected(scenarios("full", ()), {}, CLOUD)
    applicable = [to_plan(each, CLOUD) for each in every if inapplicable(each.pickle, CLOUD) is None]
    masked = {each.case.id for each in every if each.case.masked}
    taken = {each.id: each for each in within(6_000, applicable)}
    losses = [each for name, each in taken.items() if name in masked]
    assert losses
    assert all(taken.keys() & set(each.needs) for each in losses)


@pytest.mark.azure
def test_a_budget_too_small_for_anything_is_an_error(served: AzureServer, tmp_path: Path) -> None:
    ran = verify(tmp_path, signed_in(served), "--plan", "--budget", "0.01", *ONE)
    assert (ran.code, "give more" in ran.text) == (2, True)


@pytest.mark.slow
def test_a_run_makes_what_was_planned_within_a_fifth() -> None:
    wanted = ("vault.purge-protection-refused", "restoration.redeploy", "environment.purge-vault", "keys.rotate")
    chosen = planned(*wanted)
    work = total_of(chosen)
    with behind_azure(ROWS) as subject:
        [system] = subject.session.channel.sessions.values()  # type: ignore[attr-defined]  # it is in this process
        before = system.connections.calls
        for scenario in scenarios("full", ()):
            if scenario.case.id in {each.id for each in chosen}:
                assert play(subject, scenario).status == "passed", scenario.case.id
        made = system.connections.calls - before
        entries = Counter(each["kind"] for each in Leftovers(Path(system.target.leftovers)).entries())
    assert abs(made - work.requests) <= work.requests / 5, (made, work.requests)
    for kind in ("group", "resource", "vault"):
        assert abs(entries[kind] - work.objects[kind]) <= work.objects[kind] / 5


@pytest.mark.slow
def test_leftovers_survive_a_kill_and_are_cleaned(served: AzureServer, tmp_path: Path) -> None:
    list_of = tmp_path / "leftovers.json"
    before = groups_at(served)
    process = subprocess.Popen(
        command("verify", "--azure", "--yes", "--report", "report", "--requirement", LOSSES),
        cwd=tmp_path,
        env=signed_in(served),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while not groups_at(served) - before and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1.0)  # its children end with their input
    created = groups_at(served) - before
    entries = json.loads(list_of.read_text("utf-8"))
    assert created
    assert created <= {entry["name"].lower() for entry in entries if entry["kind"] == "group"}
    shown = leftovers(tmp_path, served)
    assert shown.returncode == 0
    assert all(entry["name"] in shown.stdout for entry in entries)
    cleaned = leftovers(tmp_path, served, "--clean", "--yes")
    assert not groups_at(served) & created, cleaned.stdout + cleaned.stderr
    left = json.loads(list_of.read_text("utf-8"))
    assert {entry["kind"] for entry in left} <= {"vault", "resource"}
    assert cleaned.returncode == (4 if left else 0)


def leftovers(folder: Path, server: AzureServer, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command `leftovers` in a folder."""
    return subprocess.run(
        command("leftovers", *arguments),
        cwd=folder,
        env=signed_in(server),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
