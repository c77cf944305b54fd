"""The script of the hour against the model, and against clouds that lie or fail: what its logs show,
and what it leaves.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest

from tests.azure import clouds
from tests.azure.clouds import HOUR, Cloud, judged
from tests.azure.server.wire import Answer
from translator_cmk.azure.server import parse_fault
from translator_cmk.azure.server.strictness import Strictness
from translator_cmk.machine.entities import Resource, Vault

ENDED = 0
FAILED = 1
NOT_STARTED = 2
"""Exit codes of the script."""

FITS = 0
CONTRADICTS = 1
UNDECIDED = 4
"""Exit codes of `check-trace`."""


class Ran(NamedTuple):
    """What a run of the script has left: its exit code, and its logs by their questions."""

    exit_code: int
    logs: dict[str, Path]

    def outcomes(self, question: str, command: str) -> list[str]:
        """Return what became of each request for a command."""
        found = []
        for line in self.logs[question].read_text("utf-8").splitlines():
            event = json.loads(line)
            if event.get("command", {}).get("command") == command:
                found.append(event["outcome"]["outcome"])
        return found


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the script against a cloud that is served, with options."""

    def run(cloud: Cloud, *options: str) -> Ran:
        return Ran(*clouds.run(cloud, tmp_path / "logs", *options, monkeypatch=monkeypatch))

    return run


def left_in(cloud: Cloud) -> list[str]:
    """Return what is left in a cloud, but for deleted key vaults."""
    world = cloud.customer.world
    found = [group.name for group in world.groups]
    found += world.state.tables[Resource]
    for name, record in world.state.tables[Vault].items():
        if record[Vault.position["state"]] == "active":
            found.append(name)
    return found


def test_a_request_that_would_change_something_else_is_not_sent() -> None:
    script = clouds.load_script()
    script.RUN.group = "cmk-hour-abcdef"
    script.RUN.subscription = "/subscriptions/1"
    script.RUN.path = "/subscriptions/1/resourceGroups/cmk-hour-abcdef"
    for path in (
        "/subscriptions/1/resourceGroups/cmk-hour-abcdef2",
        "/subscriptions/1/resourceGroups/cmk-hour-abcdef/../prod",
        "/subscriptions/2/resourceGroups/cmk-hour-abcdef/providers/x",
        "https://cmk-hour-abcdef-evil.example/translator/x",
    ):
        assert not script.is_own(f"{path}?api-version=1")
        with pytest.raises(script.Failed, match="refused to delete"):
            script.send("delete", path)
    assert script.is_own(script.RUN.path)


# What the logs show


@pytest.fixture(scope="module")
def on_the_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cloud, Ran]]:
    """What the script has done on the model, and left there."""
    folder = tmp_path_factory.mktemp("model") / "logs"
    with pytest.MonkeyPatch.context() as patch, Cloud().served() as cloud:
        yield cloud, Ran(*clouds.run(cloud, folder, monkeypatch=patch))


SHOWN = {
    "protection": {"keys.enable", "vault.purge-protection"},
    "region": {"vault.same-region"},
    "key": {"keys.rsa-2048"},
    "creation": {"resource.not-at-creation"},
    "loss": {
        "revocation.data-inaccessible",
        "revocation.deletes-uploads",
        "restoration.uploads-stay-deleted",
    },
}
"""What the log of each question shows of the model."""


@pytest.mark.parametrize("question", SHOWN)
def test_on_the_model_each_log_fits_and_shows_what_its_question_is_about(
    on_the_model: tuple[Cloud, Ran], question: str
) -> None:
    _, ran = on_the_model
    assert ran.exit_code == ENDED
    found = judged(ran.logs[question])
    assert found.exit_code == FITS
    assert found.shows.shown.keys() >= SHOWN[question]
    assert found.subject.startswith("AzureCloud through a proxy")  # this is no observation of Azure


def test_it_changes_nothing_but_its_own_resource_group_and_leaves_nothing_there(
    on_the_model: tuple[Cloud, Ran],
) -> None:
    cloud, _ = on_the_model
    asked = [path for path in cloud.asked if not path.startswith("GET")]
    first_put = next(path for path in asked if path.startswith("PUT"))
    group = first_put.rpartition("/")[2]
    elsewhere = {path for path in asked if group not in path.split("/")}
    assert {path.rpartition("/")[2] for path in elsewhere} == {"checkNameAvailability"}
    assert left_in(cloud) == []


@pytest.mark.parametrize(
    ("cloud", "question", "requirement"),
    [
        (clouds.IgnoresEnabling, "region", "keys.enable"),
        (clouds.TakesUnprotected, "protection", "vault.purge-protection-refused"),
        (clouds.CreatesWithKey, "creation", "resource.not-at-creation"),
    ],
)
def test_a_cloud_that_contradicts_the_article_is_found_by_its_log(
    run: Run, cloud: type[Cloud], question: str, requirement: str
) -> None:
    with cloud().served() as served:
        ran = run(served, "--log", question)
        assert left_in(served) == []
    found = judged(ran.logs[question])
    assert found.exit_code == CONTRADICTS
    assert requirement in found.verdict.deviations[0].why.rests_on
    assert not found.shows.shown.keys() & SHOWN["region"]


def test_a_key_that_is_shown_late_contradicts_nothing(run: Run) -> None:
    with clouds.ShowsLate().served() as cloud:
        found = judged(run(cloud, "--log", "region").logs["region"])
    assert found.exit_code == FITS
    assert "vault.same-region" in found.shows.shown


@pytest.mark.parametrize(
    ("cloud", "exit_code", "is_shown"),
    [
        (clouds.LosesLate(600), FITS, True),
        (clouds.LosesLate(3 * HOUR), UNDECIDED, False),
        (clouds.KeepsDocuments(), UNDECIDED, False),
        (clouds.HidesDocuments(), UNDECIDED, False),
    ],
)
def test_a_loss_that_comes_late_or_never_contradicts_nothing(
    run: Run, cloud: Cloud, exit_code: int, is_shown: bool
) -> None:
    with cloud.served():
        ran = run(cloud, "--log", "loss", "--every", "1200")
    found = judged(ran.logs["loss"])
    assert found.exit_code == exit_code
    (losses,) = found.verdict.losses
    assert not any(loss.may_be_another_refusal for loss in losses.all)
    assert ("revocation.deletes-uploads" in found.shows.shown) == is_shown


def test_a_code_that_nobody_knows_counts_and_names_nobody(run: Run) -> None:
    with clouds.KnowsOtherCodes().served() as cloud:
        log = run(cloud, "--log", "region").logs["region"]
        names = [cloud.customer.tenant, cloud.customer.subscription, "cmk-hour-", "alice"]
        names += ["203.0.113.7", "2001:db8::7"]
    assert judged(log).shows.shown.keys() >= SHOWN["region"]
    text = log.read_text("utf-8")
    assert "CmkNope" in text
    assert [name for name in names if name in text] == []


def test_slow_and_busy_clouds_change_nothing_of_what_is_shown(run: Run) -> None:
    strictness = Strictness(strict=True, grants_after=580, provisioning=40, eventual_reads=2)
    busy = [parse_fault("429 1/7 PUT"), parse_fault("503 1/9 GET /accounts/")]
    with Cloud(strictness, busy).served() as cloud:
        ran = run(cloud, "--log", "region", "--log", "loss", "--every", "1200")
        assert (ran.exit_code, left_in(cloud)) == (ENDED, [])
    for question in ("region", "loss"):
        found = judged(ran.logs[question])
        assert found.exit_code == FITS
        assert found.shows.shown.keys() >= SHOWN[question]


def test_while_access_may_not_be_in_force_a_refusal_teaches_nothing(run: Run) -> None:
    with Cloud(Strictness(grants_after=800)).served() as cloud:
        ran = run(cloud, "--log", "key")
    *early, _, _, _ = ran.outcomes("key", "EnableCustomerManagedKeys")
    assert set(early) == {"error"}
    assert judged(ran.logs["key"]).exit_code == FITS


class FailsLater(Cloud):
    """Accepts CMK with one key, and the change fails afterwards."""

    has_failed = False

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "PATCH":
            self.has_failed = "second" in json.dumps(body)
        if self.has_failed and "/accounts/" in path:
            answer = super().answer("GET", path, None)
            return answer._replace(text=answer.text.replace("Succeeded", "Failed"))
        return super().answer(method, path, body)


def test_a_change_that_fails_after_it_was_accepted_teaches_nothing(run: Run) -> None:
    with FailsLater().served() as cloud:
        ran = run(cloud, "--log", "key")
        assert (ran.exit_code, left_in(cloud)) == (FAILED, [])
    asked = ran.outcomes("key", "EnableCustomerManagedKeys")
    assert asked[:3] == ["accepted", "refused", "error"]
    assert judged(ran.logs["key"]).exit_code == FITS


def test_access_that_comes_after_a_refusal_makes_it_too_early(run: Run) -> None:
    with LateForUnprotected().served() as cloud:
        log = run(cloud, "--log", "protection").logs["protection"]
    assert "vault.purge-protection" not in judged(log).shows.shown


class LateForUnprotected(Cloud):
    """Refuses a key of the unprotected vault twice for another reason than its protection."""

    left = 2

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "PATCH" and "-1u.vault" in json.dumps(body) and self.left:
            self.left -= 1
            return Answer(400, {}, '{"error": {"code": "BadRequest", "message": "no access"}}')
        return super().answer(method, path, body)


# What it leaves


def test_a_policy_in_the_way_teaches_nothing_and_nothing_is_left(run: Run) -> None:
    with Cloud(
        faults=[parse_fault("RequestDisallowedByPolicy 1/1 PUT /accounts/")]
    ).served() as cloud:
        ran = run(cloud)
        assert (ran.exit_code, left_in(cloud)) == (FAILED, [])
    for question in SHOWN:
        assert set(ran.outcomes(question, "CreateResource")) == {"error"}
        assert "RequestDisallowedByPolicy" in ran.logs[question].read_text("utf-8")


def is_unprotected(method: str, path: str) -> bool:
    """Return whether a request makes the key vault without purge protection."""
    return method == "PUT" and path.partition("?")[0].endswith("-1u")


class DemandsProtection(Cloud):
    """A policy forbids key vaults without purge protection."""

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if is_unprotected(method, path):
            error = {"error": {"code": "RequestDisallowedByPolicy", "message": "protect it"}}
            return Answer(403, {}, json.dumps(error))
        return super().answer(method, path, body)


class AddsProtection(Cloud):
    """A policy turns purge protection on."""

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if is_unprotected(method, path):
            body["properties"]["enablePurgeProtection"] = True
        return super().answer(method, path, body)


def test_what_can_not_be_made_costs_only_the_log_that_needs_it(run: Run) -> None:
    with DemandsProtection().served() as cloud:
        ran = run(cloud, "--log", "protection", "--log", "key")
        assert (ran.exit_code, left_in(cloud)) == (FAILED, [])
    assert ran.outcomes("protection", "CreateResource") == []
    assert judged(ran.logs["key"]).shows.shown.keys() >= SHOWN["key"]


def test_a_policy_that_protects_every_key_vault_accuses_nobody(run: Run) -> None:
    with AddsProtection().served() as cloud:
        ran = run(cloud, "--log", "protection")
        assert (ran.exit_code, left_in(cloud)) == (FAILED, [])
    found = judged(ran.logs["protection"])
    assert found.exit_code == FITS
    assert "vault.purge-protection" not in found.shows.shown
    assert ran.outcomes("protection", "EnableCustomerManagedKeys") == []


class Interrupted(Cloud):
    """Somebody interrupts the script while it watches the losses."""

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        if self.time > HOUR / 2:
            self.time = 0
            raise KeyboardInterrupt


def test_an_interrupted_run_keeps_its_logs_gives_access_back_and_leaves_nothing(run: Run) -> None:
    with Interrupted().served() as cloud:
        ran = run(cloud, "--log", "loss")
        assert (ran.exit_code, left_in(cloud)) == (FAILED, [])
        changes = [path for path in cloud.asked if "/accessPolicies/" in path]
        assert [path.endswith("/add") for path in changes] == [True, False, True]
        assert not any(is_unprotected(*path.split(" ", 1)) for path in cloud.asked)
    assert ran.outcomes("loss", "ReadData")[:2] == ["accepted", "refused"]
    (losses,) = judged(ran.logs["loss"]).verdict.losses
    assert [loss.may_be_another_refusal for loss in losses.all] == [True]


class SignedOut(Cloud):
    """The sign-in ends after some requests."""

    left = 60

    def az(self, *arguments: str, given: str = "") -> "CompletedProcess[str]":
        self.left -= 1
        if self.left < 0:
            return CompletedProcess(arguments, 1, "", "ERROR: AADSTS700082: The token has expired.")
        return super().az(*arguments, given=given)


def test_what_a_run_could_not_delete_it_names_with_the_command_that_does(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with SignedOut().served() as cloud:
        assert run(cloud).exit_code == FAILED
        (group,) = cloud.customer.world.groups
        assert f"az group delete --name {group.name}" in capsys.readouterr().out


class FailsAtTheEnd(Cloud):
    """Fails at some of the requests that clean up, as often as it is told to."""

    def __init__(self, path: str, times: int) -> None:
        super().__init__()
        self.path = path
        self.left = times

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "DELETE" and self.path in path and self.left:
            self.left -= 1
            return Answer(403, {}, '{"error": {"code": "Nope"}}')
        return super().answer(method, path, body)


def test_what_a_run_could_not_purge_it_names(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with FailsAtTheEnd("/deletedAccounts", 99).served() as cloud:
        assert run(cloud, "--log", "key").exit_code == FAILED
        (resource,) = left_in(cloud)
        assert resource in capsys.readouterr().out.partition("NOT PURGED")[2]


class PurgesLate(Cloud):
    """Lists a deleted resource only after a minute, and none that was never made."""

    deleted_at: float | None = None

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if method == "DELETE" and "/deletedAccounts/" in path:
            self.deleted_at = self.time if self.deleted_at is None else self.deleted_at
            if self.time < self.deleted_at + 60:
                return Answer(404, {}, '{"error": {"code": "ResourceNotFound"}}')
        return super().answer(method, path, body)


def test_what_can_be_purged_only_later_is_purged_later(run: Run) -> None:
    with PurgesLate().served() as cloud:
        assert run(cloud, "--log", "creation").exit_code == ENDED
        assert left_in(cloud) == []


def test_a_group_that_was_not_deleted_at_once_is_deleted_later(run: Run) -> None:
    with FailsAtTheEnd("/resourceGroups/cmk-hour-", 1).served() as cloud:
        assert run(cloud, "--log", "key").exit_code == ENDED
        assert left_in(cloud) == []


class SharesWorkspaces(Cloud):
    """Lists a workspace of somebody else before the one that the script has made."""

    def answer_data(
        self, method: str, host: str, path: str, content: bytes, headers: Mapping[str, str]
    ) -> Answer:
        assert "/workspaces/theirs" not in path
        answer = super().answer_data(method, host, path, content, headers)
        if method == "GET" and "/workspaces?" in path:
            listed = json.loads(answer.text)
            mine = listed["workspaces"]
            listed["workspaces"] = [{**mine[0], "id": "theirs", "name": "theirs"}, *mine]
            return answer._replace(text=json.dumps(listed))
        return answer


def test_a_workspace_of_somebody_else_is_left_alone(run: Run) -> None:
    with SharesWorkspaces().served() as cloud:
        ran = run(cloud, "--log", "loss", "--every", "1200")
        assert (ran.exit_code, left_in(cloud)) == (ENDED, [])
    assert judged(ran.logs["loss"]).shows.shown.keys() >= SHOWN["loss"]


# What is in the way of a start


class Unready(Cloud):
    """Answers some requests with something else than the model does."""

    def __init__(self, path: str, body: Any) -> None:
        super().__init__()
        self.instead = path, body

    def answer(self, method: str, path: str, body: Any) -> Answer:
        answer = super().answer(method, path, body)
        if self.instead[0] in path:
            return answer._replace(status=200, text=json.dumps(self.instead[1]))
        return answer


READER = {"value": [{"actions": ["*/read"], "notActions": []}]}
NO_DELETION = {"value": [{"actions": ["*"], "notActions": ["*/delete"]}]}
LOCK = {"id": "/subscriptions/1/providers/Microsoft.Authorization/locks/keep", "name": "keep"}
UNREGISTERED = {"registrationState": "NotRegistered", "resourceTypes": []}


@pytest.mark.parametrize(
    ("path", "body", "named"),
    [
        ("/resourceGroups/cmk-hour-", {}, "exists"),
        ("/permissions", READER, "neither the role Contributor nor Owner"),
        ("/permissions", NO_DELETION, "neither the role Contributor nor Owner"),
        ("/locks", {"value": [LOCK]}, "the lock keep on this subscription"),
        ("/providers/Microsoft.KeyVault?", UNREGISTERED, "--namespace Microsoft.KeyVault"),
        ("/checkNameAvailability", {"nameAvailable": False}, "-1p is not free"),
    ],
)
def test_what_is_in_the_way_is_named_before_anything_is_made(
    run: Run, capsys: pytest.CaptureFixture[str], path: str, body: Any, named: str
) -> None:
    with Unready(path, body).served() as cloud:
        assert run(cloud) == (NOT_STARTED, {})
        assert cloud.customer.world.groups == frozenset()
    assert named in capsys.readouterr().err


def test_it_starts_only_after_a_yes_and_with_a_region_of_azure(run: Run, capsys: Any) -> None:
    with Cloud().served() as cloud:
        assert run(cloud, "--region", "atlantis") == (NOT_STARTED, {})
        assert "Microsoft.CognitiveServices is not offered in atlantis" in capsys.readouterr().err
        assert cloud.customer.world.groups == frozenset()


class China(Cloud):
    """Another cloud of Microsoft's, in which hosts have other names."""

    def az(self, *arguments: str, given: str = "") -> "CompletedProcess[str]":
        answer = super().az(*arguments, given=given)
        answer.stdout = answer.stdout.replace("AzureCloud", "AzureChinaCloud")
        return answer


def test_it_starts_only_in_the_cloud_whose_hosts_it_names(run: Run, capsys: Any) -> None:
    with China().served() as cloud:
        assert run(cloud) == (NOT_STARTED, {})
    assert "az cloud set --name AzureCloud" in capsys.readouterr().err


def test_an_az_that_hangs_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "az"
    program.write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    program.chmod(0o700)
    script = clouds.load_script()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(script, "LONGEST", 0.02)
    assert script.az("account", "show").returncode != 0
