"""The smallest run against Azure: what its plan says, what it shows, what it leaves.

The server of these tests answers as Microsoft's cloud, through a proxy.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.azure.client.verifying_azure import TENANT, Ran, credentials, ended, run_verify
from translator_cmk.azure.client import prices
from translator_cmk.azure.client.deployments import TRANSLATION
from translator_cmk.azure.client.leftovers import left_in, note
from translator_cmk.azure.client.target import CLOUDS, ENDPOINT, WORK, Target, declaration_of
from translator_cmk.azure.client.training_data import PAIRS, dictionary, full
from translator_cmk.azure.server import azure_server
from translator_cmk.azure.server.calls import Reply
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.strictness import NOT_STRICT, Strictness
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.cli import main
from translator_cmk.conformance.lanes.tour import whole_smallest_run
from translator_cmk.machine import COUNTER_ROWS, REMEMBERING, Machine
from translator_cmk.machine.entities import Resource, Vault, Workspace
from translator_cmk.machine.rows import Row

SUBSCRIPTION = guid(TENANT, SUBSCRIPTIONS[0])
LIVE = ("--cloud", "AzureCloud", "--subscription", SUBSCRIPTION, "--confirm", SUBSCRIPTION)

LONGEST_FILE = 20_000
"""Bytes: the log of a run has more, and the list of what it makes has less."""

SHORT_WINDOWS = Path(__file__).with_name("short_windows")

WORTH_MOST = {
    "vault.same-region",
    "vault.purge-protection",
    "keys.rsa-2048",
    "keys.enable",
    "revocation.access-revoked",
    "identity.access-removed",
    "revocation.vault-deleted",
    "revocation.data-inaccessible",
    "revocation.undeploys",
    "revocation.deletes-uploads",
    "restoration.uploads-stay-deleted",
}
"""What the smallest run is for: the demands, the causes, the losses, and what does not come back."""


def ran_live(folder: Path, server: AzureServer, *arguments: str) -> Ran:
    """Run against the server as against Microsoft's cloud, but for its windows, which are hours."""
    variables = credentials(server) | {"PYTHONPATH": str(SHORT_WINDOWS)}
    return ended(run_verify(folder, variables, *LIVE, *arguments), folder)


# From start to an empty subscription


AS_AZURE = Strictness(strict=True, grants_after=2.0, provisioning=1.0, eventual_reads=1)
"""Access that spreads late, long operations that conflict, and reads that are behind."""


@pytest.mark.slow
@pytest.mark.parametrize("strictness", [NOT_STRICT, AS_AZURE], ids=["model", "strict"])
def test_it_goes_from_its_plan_to_an_empty_subscription(
    strictness: Strictness, tmp_path: Path
) -> None:
    with azure_server(strictness=strictness) as server:
        ran = ran_live(tmp_path, server)
        [world] = list(server.worlds.latest())
    assert ran.code == 0, ran.text
    assert ran.text.startswith("Plan for AzureCloud: the smallest run")
    assert set(ran.envelope["tour"]["shown"]) >= WORTH_MOST
    assert "workspace.ends-with-resource" not in str(ran.envelope["tour"]["settled"])
    assert world.groups == frozenset()
    assert not world.state.tables[Resource]
    assert not [name for name in world.settings if name[0] == "abandoned"]
    assert len(world.state.tables[Vault]) == 2
    left = left_in(tmp_path / "leftovers.json")
    assert [entry["kind"] for entry in left] == ["vault", "vault"]
    assert ran.text.count("purge protection holds its name") == 2
    assert main(["report", "check", str(tmp_path / "report")]) == 0


BROKEN: dict[str, tuple[list[str], tuple[Row, ...]]] = {
    "restoration.uploads-stay-deleted": (["revocation.deletes-uploads"], ()),
    "vault.purge-protection": (
        ["vault.purge-protection-refused", "vault.purge-protection"],
        tuple(row for row in COUNTER_ROWS if row.requirement == "vault.purge-protection"),
    ),
    "revocation.undeploys": (["revocation.undeploys"], ()),
    "revocation.vault-deleted": (["revocation.vault-deleted"], ()),
}
"""By what a failure is attributed to: the requirements whose rows a broken model lacks, and the
rows that it has in their place.
"""


@pytest.mark.slow
@pytest.mark.parametrize("attributed", BROKEN)
def test_a_broken_model_behind_the_server_is_found(attributed: str, tmp_path: Path) -> None:
    lacking, more = BROKEN[attributed]
    rows = [row for row in REMEMBERING if row.requirement not in lacking]
    with azure_server(Machine((*rows, *more))) as server:
        # on this machine no effect is waited for, which may take an hour elsewhere
        ran = ended(run_verify(tmp_path, credentials(server), "--smallest", "--yes"), tmp_path)
        worlds = list(server.worlds.latest())
    assert ran.code == 1, ran.text
    named = [name for case in ran.envelope["cases"] for name in case.get("attributed_to", ())]
    assert attributed in named
    assert attributed not in ran.envelope["tour"]["shown"]
    for world in worlds:  # a run that fails cleans up as well
        assert world.groups == frozenset()
        assert not world.state.tables[Resource]


# A cloud that heeds a loss late

TRANSLATED = Reply(200, [{"translations": [{"text": "Wort", "to": "de"}]}])


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "code"), [(3.0, 0), (3600.0, 1)], ids=["window", "longer"])
def test_translations_after_a_loss_count_once_its_window_has_closed(
    seconds: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with azure_server() as server:
        answer = server.answer
        revoked: list[float] = []
        served: list[float] = []

        def serving_on(method: str, target: str, headers: Any, content: bytes) -> Reply:
            if "/accessPolicies/remove" in target:
                revoked.append(time.monotonic())
            since = time.monotonic() - revoked[0] if revoked else seconds
            if TRANSLATION in target and since < seconds:
                served.append(since)
                return TRANSLATED
            return answer(method, target, headers, content)

        monkeypatch.setattr(server, "answer", serving_on)
        ran = ran_live(tmp_path, server)
    assert served
    assert ran.code == code, ran.text
    failed = [case["id"] for case in ran.envelope["cases"] if case["status"] == "failed"]
    assert failed == (["tour/TranslateWithModel"] if code else [])
    assert ("revocation.features-stop" in ran.envelope["tour"]["shown"]) is (code == 0)


# What it says before


def test_the_plan_says_what_it_takes_costs_and_leaves_and_creates_nothing(
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert signed_in.port
    command = ["verify", "--azure", "--cloud", "AzureCloud", "--subscription", SUBSCRIPTION]
    assert main([*command, "--plan"]) == 0
    text = capsys.readouterr().out
    words = {line[2:13].strip() for line in text.splitlines()[1:]}
    assert words >= {"hands on", "takes", "is billed", "price", "deletes", "leaves", "needs"}
    assert "no price could be read" in text  # the proxy leads nowhere else
    assert "2 vaults" in text
    assert "northeurope and eastus" in text
    assert "1 resource," in text
    assert f"--read-only --subscription {SUBSCRIPTION}" in text
    assert list(tmp_path.iterdir()) == []


def test_a_plan_says_where_custom_translator_is_not_offered(
    signed_in: AzureServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert signed_in.port
    plan = ["verify", "--azure", "--plan", "--subscription", SUBSCRIPTION, "--cloud"]
    public = [*plan, "AzureCloud"]
    in_poland = ("--region", "westeurope=Poland Central")
    in_virginia = ("--region", "westeurope=usgovvirginia", "--region", "eastus=usgovarizona")
    for command, is_told in (
        ([*public, *in_poland], True),
        ([*public, *in_poland, "--topic", "workspace"], True),
        (public, False),
        ([*plan, "AzureUSGovernment", *in_virginia], False),
    ):
        assert main(command) == 0
        assert ("✘ Custom Translator is not offered" in capsys.readouterr().out) is is_told


def test_the_most_that_it_takes_has_all_that_is_waited_for(
    signed_in: AzureServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert signed_in.port
    command = ["verify", "--azure", "--cloud", "AzureCloud", "--subscription", SUBSCRIPTION]
    most = []
    for training in ("full", "dictionary"):
        assert main([*command, "--plan", "--training", training]) == 0
        [found] = re.findall(r"(\d+) at most", capsys.readouterr().out)
        most.append(int(found))
    whole = whole_smallest_run(declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], False))
    waited = sum(WORK[type(each).__name__].get("patience", 0) for each in whole) / 3600
    assert most[0] > waited
    assert most[1] - most[0] >= WORK["TrainModel"]["patience"] / 3600


def test_it_is_the_default_where_nothing_is_selected_and_not_on_this_machine(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["verify", "--azure", "--plan"]
    there = [*here, "--cloud", "AzureCloud", "--subscription", SUBSCRIPTION]
    smallest = {
        (*there,): True,
        (*there, "--full"): False,
        (*there, "--topic", "vault"): False,
        (*there, "--budget", "60"): False,
        (*here, "--topic", "vault"): False,
        (*here, "--smallest"): True,
    }
    assert signed_in.port
    for command, expected in smallest.items():
        assert main([*command]) == 0
        assert ("the smallest run" in capsys.readouterr().out) is expected, command
    assert main([*here, "--smallest", "--topic", "vault"]) == 2
    assert "--smallest selects no scenarios" in capsys.readouterr().err
    monkeypatch.delenv(ENDPOINT)
    assert main(["verify", "--smallest", "--python", "translator_cmk.system:ModelSystem"]) == 2
    assert "--smallest goes with --azure" in capsys.readouterr().err


def test_once_it_has_failed_it_is_what_failed_last(
    signed_in: AzureServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert signed_in.port
    smallest = ["--lane", "tour", "--scope", "smallest"]
    broken = ["--python", "tests.systems.mistaken:LosesNothing"]
    assert main(["verify", *broken, *smallest, "--report", "report"]) == 1
    capsys.readouterr()
    there = ["--azure", "--plan", "--cloud", "AzureCloud", "--subscription", SUBSCRIPTION]
    assert main(["verify", *there, "--report", "report", "--last-failed"]) == 0
    assert "the smallest run" in capsys.readouterr().out
    assert main(["verify", *there, *smallest]) == 2


def test_azure_can_be_asked_for_every_command_of_it() -> None:
    """Of what a cloud lacks, such as vaults without soft delete, it needs nothing."""
    everything = whole_smallest_run(
        declaration_of(Target(CLOUDS["AzureCloud"]), ["production"], False)
    )
    with_all = declaration_of(
        Target(CLOUDS["AzureCloud"]._replace(local=True)), ["production", "security"], False
    )
    assert everything == whole_smallest_run(with_all)


# Prices are Microsoft's


@contextmanager
def price_list(body: bytes) -> Iterator[str]:
    """Serve a list of prices."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/prices"
        server.shutdown()


ITEM = {
    "productName": "Translator",
    "meterName": "A meter",
    "retailPrice": 1.5,
    "currencyCode": "USD",
    "unitOfMeasure": "1M",
    "effectiveStartDate": "2026-01-02T00:00:00Z",
    "type": "Consumption",
}


def test_a_price_has_its_meter_its_unit_its_date_and_where_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reserved = {**ITEM, "type": "Reservation", "meterName": "Another"}
    with price_list(json.dumps({"Items": [ITEM, reserved]}).encode()) as url:
        monkeypatch.setattr(prices, "LIST", url)
        lines = list(prices.format_prices("westeurope"))
    assert lines[0] == "Translator, A meter: 1.5 USD for 1M, since 2026-01-02"
    assert len(lines) == 2
    assert url in lines[1]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"Items": [{}]}', b'{"Items": []}'])
def test_what_is_no_list_of_prices_is_no_price(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with price_list(body) as url:
        monkeypatch.setattr(prices, "LIST", url)
        [line] = prices.format_prices("westeurope")
    assert line.startswith(f"no price could be read from {url}")


# What a model is trained with


def test_no_two_pairs_are_alike_and_there_are_enough() -> None:
    for english, german in (full(), dictionary()):
        assert len(english.splitlines()) == len(german.splitlines())
        assert len(set(english.splitlines())) == len(english.splitlines())
        assert len(set(german.splitlines())) == len(german.splitlines())
    assert len(full()[0].splitlines()) == PAIRS
    assert full() == full()


# Broken off


@pytest.mark.slow
def test_a_run_that_is_broken_off_keeps_what_it_has_shown_and_cleans_up(tmp_path: Path) -> None:
    with azure_server() as server:
        process = run_verify(tmp_path, credentials(server), "--smallest", "--yes")
        until = time.monotonic() + 60
        while not has_a_workspace(server) and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        ran = ended(process, tmp_path)
        worlds = list(server.worlds.latest())
    assert ran.code == 4, ran.text
    assert not ran.envelope["complete"]
    assert "keys.enable" in ran.envelope["tour"]["shown"]
    assert "revocation.vault-deleted" not in ran.envelope["tour"]["shown"]
    for world in worlds:
        assert world.groups == frozenset()


@pytest.mark.slow
def test_a_run_that_a_full_disk_ends_cleans_up(tmp_path: Path) -> None:
    with azure_server() as server:
        command = [sys.executable, "-m", "translator_cmk.cli", "verify", "--azure", "--smallest"]
        done = subprocess.run(
            [*command, "--yes"],
            cwd=tmp_path,
            env=os.environ | credentials(server),
            preexec_fn=files_end_early,
            capture_output=True,
            text=True,
            check=False,
        )
        worlds = list(server.worlds.latest())
    assert done.returncode == 3, done.stderr
    assert "can't be written" in done.stderr
    assert "group" in (tmp_path / "leftovers.json").read_text("utf-8")
    for world in worlds:
        assert world.groups == frozenset()


def files_end_early() -> None:
    """Let no file of this process get as long as the report of a run."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LONGEST_FILE, LONGEST_FILE))


def test_a_run_removes_nothing_of_another_that_goes_on_in_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "leftovers.json"
    with azure_server() as server:
        answer = server.answer
        noted: list[Any] = []

        def with_another(method: str, target: str, *request: Any) -> Reply:
            if method == "PUT" and not noted:
                where = {"subscription": SUBSCRIPTION, "tenant": TENANT}
                noted.append(note(path, kind="group", name="translator-cmk-of-another", **where))
            return answer(method, target, *request)

        monkeypatch.setattr(server, "answer", with_another)
        ran = ran_live(tmp_path, server, "--requirement", "identity.off-at-first")
    assert noted
    assert {entry["name"] for entry in left_in(path)} == {"translator-cmk-of-another"}, ran.text


def has_a_workspace(server: AzureServer) -> bool:
    """Return whether a workspace was made in any world of the server."""
    return any(world.state.tables[Workspace] for world in server.worlds.latest())
