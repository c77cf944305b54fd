"""A slow system has its time: what comes within it counts, and what does not come is neither passed nor failed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import slow_systems
from tests.conformance.verifying import ROOT, verify
from translator_cmk.cli import main

GRANTED = "vault.access-policy/granting-access"
SEEN = "identity.needed-for-access/granting-access-to-an-identity-that-is-on"

REFUSED = "resource.regional/enabling-for-a-global-resource"
LOST = "revocation.access-revoked/revoked-access"


@pytest.mark.parametrize(
    ("system", "granted", "seen", "exit_code"),
    [
        ("Slow", "passed", "passed", 0),
        ("TooSlow", "inconclusive", "inconclusive", 4),
        ("Settles", "passed", "passed", 0),
        ("SettlesOnNothing", "failed", "failed", 1),
        ("ChangesLate", "failed", "passed", 1),
    ],
)
def test_effects_have_their_time(tmp_path: Path, system: str, granted: str, seen: str, exit_code: int) -> None:
    made = f"{slow_systems.__name__}:{system}"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", GRANTED, "--case", SEEN)
    assert (found.status(GRANTED), found.status(SEEN), found.exit_code) == (granted, seen, exit_code)
    assert found.report["subject"]["windows"] == getattr(slow_systems, system).declaration["windows"]
    assert main(["report", "check", str(found.folder)]) == 0


def test_nothing_has_changed_after_a_refusal_only_when_its_window_has_closed(tmp_path: Path) -> None:
    made = f"{slow_systems.__name__}:ChangesAfterARefusal"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", REFUSED)
    assert found.status(REFUSED) == "failed"
    assert main(["report", "check", str(found.folder)]) == 0


@pytest.mark.parametrize(
    "lanes", [("--lane", "features", "--case", LOST), ("--lane", "tour", "--scope", "losing-the-key", "--steps", "60")]
)
def test_window_excuses_nothing_but_the_effects_of_its_command(tmp_path: Path, lanes: tuple[str, ...]) -> None:
    found = verify(tmp_path, "--python", f"{slow_systems.__name__}:Without", *lanes)
    assert found.exit_code == 1
    assert found.report["counts"]["scored"]["inconclusive"] == 0
    assert main(["report", "check", str(found.folder)]) == 0


def test_system_with_a_window_may_differ_from_what_is_assumed(tmp_path: Path) -> None:
    made = f"{slow_systems.__name__}:KeepsDataOfDisabledKeys"
    found = verify(tmp_path, "--python", made, "--lane", "tour", "--scope", "losing-the-key")
    assert found.exit_code == 0
    assert found.report["counts"]["scored"]["inconclusive"] == 0


def test_system_that_differs_from_what_is_assumed_has_its_windows(tmp_path: Path) -> None:
    lanes = ("--lane", "tour", "--scope", "losing-the-key", "--steps", "150")
    found = verify(tmp_path, "--python", f"{slow_systems.__name__}:LosesLater", *lanes)
    assert found.exit_code == 0
    assert main(["report", "check", str(found.folder)]) == 0


def test_window_is_waited_for_where_its_effect_is_hidden(tmp_path: Path) -> None:
    only = ("--lane", "features", "--requirement", "keys.enable")
    found = verify(tmp_path, "--python", f"{slow_systems.__name__}:HeedsGrantsLater", *only)
    assert found.exit_code == 0
    assert main(["report", "check", str(found.folder)]) == 0


def test_window_excuses_no_other_change_on_the_way_to_a_scenario(tmp_path: Path) -> None:
    made = f"{slow_systems.__name__}:LosesDocumentsAsModelsAreDeployed"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", LOST)
    assert (found.exit_code, found.status(LOST)) == (1, "failed")


def test_settle_may_take_longer_than_an_answer_over_http_too(tmp_path: Path) -> None:
    made = f"{slow_systems.__name__}:SettlesSlowly"
    serve = [sys.executable, "-m", "translator_cmk.cli", "serve", "--http", "0", "--python", made]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().split()[-1]
            found = verify(tmp_path, "--http", url, "--timeout", "1.2", "--lane", "features", "--case", GRANTED)
        finally:
            server.terminate()
    assert (found.exit_code, found.status(GRANTED)) == (0, "passed")
