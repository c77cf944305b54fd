"""What has to be agreed to before anything is created, and where.

The server of these tests is a proxy as well, through which it answers as Microsoft's cloud.
"""

import io
from pathlib import Path

import pytest

from tests.azure.client.verifying_azure import TENANT
from translator_cmk.azure.client.target import ENDPOINT, cloud_at
from translator_cmk.azure.server.listening import AzureServer
from translator_cmk.azure.server.worlds import SUBSCRIPTIONS, guid
from translator_cmk.cli import main

SUBSCRIPTION = guid(TENANT, SUBSCRIPTIONS[0])
ANOTHER = guid(TENANT, SUBSCRIPTIONS[1])
ONE = ("--requirement", "identity.off-at-first", "--profile", "full", "--report", "report")
VERIFY = ("verify", "--azure", *ONE)
MICROSOFTS = (*VERIFY, "--cloud", "AzureCloud")


@pytest.fixture(autouse=True)
def in_a_folder(signed_in: AzureServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of a run go."""
    assert signed_in.proxy.startswith("http://127.0.0.1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answering(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Type these lines."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_proxy_on_this_machine_makes_no_cloud_of_microsoft_local(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(ENDPOINT)
    for arguments in (VERIFY, MICROSOFTS):
        assert main([*arguments, "--plan"]) == 2
        assert "name the subscription that may be used" in capsys.readouterr().err
        assert main([*arguments, "--plan", "--subscription", SUBSCRIPTION]) == 0
        shown = capsys.readouterr().out
        assert "Plan for AzureCloud:" in shown
        assert "costs money" in shown


def test_an_endpoint_on_this_machine_is_local_however_it_is_named(
    signed_in: AzureServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = f"https://localhost:{signed_in.port}"
    assert cloud_at(endpoint).local
    assert main([*VERIFY, "--plan"]) == 0
    by_variable = capsys.readouterr().out
    monkeypatch.delenv(ENDPOINT)
    assert main([*VERIFY, "--plan", "--endpoint", endpoint]) == 0
    assert capsys.readouterr().out == by_variable
    assert "on this machine" in by_variable


def test_a_yes_is_not_enough_for_a_cloud_that_is_not_on_this_machine(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for lines in ((), ("yes", "yes"), (ANOTHER,)):
        answering(monkeypatch, *lines)
        assert main([*MICROSOFTS, "--subscription", SUBSCRIPTION, "--yes"]) == 2
        shown = capsys.readouterr()
        assert shown.out.index("Plan for AzureCloud") < shown.out.index("type its id or its name")
        assert f"{SUBSCRIPTION}  production" in shown.out
        assert "nothing was created" in shown.err
        assert list(in_a_folder.iterdir()) == []


@pytest.mark.parametrize("line", [SUBSCRIPTION, SUBSCRIPTION.upper(), "production"])
def test_a_subscription_that_is_typed_back_is_agreed_to(
    line: str, in_a_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, line)
    assert main([*MICROSOFTS, "--subscription", SUBSCRIPTION]) == 0
    assert (in_a_folder / "leftovers.json").exists()


def test_a_subscription_is_confirmed_by_its_id_alone(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch)
    given = (*MICROSOFTS, "--subscription", SUBSCRIPTION)
    for wrong in ("production", ANOTHER):
        assert main([*given, "--confirm", wrong]) == 2
        assert "it is no subscription of this run" in capsys.readouterr().err
    assert list(in_a_folder.iterdir()) == []
    assert main([*given, "--confirm", SUBSCRIPTION]) == 0
    assert (in_a_folder / "leftovers.json").exists()


def test_each_of_several_subscriptions_is_confirmed(
    in_a_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch)
    both = ("--subscription", SUBSCRIPTION, "--subscription", f"security={ANOTHER}")
    assert main([*MICROSOFTS, *both, "--confirm", SUBSCRIPTION]) == 2
    assert f"--confirm {ANOTHER}" in capsys.readouterr().err
    assert list(in_a_folder.iterdir()) == []
