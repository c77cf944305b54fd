"""A slow system has its time: what comes within it counts, and what does not come is neither passed nor failed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import slow_systems
from tests.conformance.verifying import FAILS, ROOT, TOUR, verify
from translator_cmk.cli import main

GRANTED = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
SEEN = "identity.needed-for-access/granting-access-to-an-identity-that-is-on-is-accepted"

LOST = FAILS


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


@pytest.mark.parametrize(
    ("system", "lanes", "exit_code"),
    [
        # "nothing has changed" is judged once the window of what was refused has closed
        (
            "ChangesAfterARefusal",
            ("--case", "keys.vault-only-refused/a-key-held-elsewhere-is-refused/a-translator-resource-api"),
            1,
        ),
        # a window excuses nothing but the effects of its command, on the way to a scenario too
        ("Without", ("--case", LOST), 1),
        ("Without", TOUR, 1),
        ("LosesDocumentsAsModelsAreDeployed", ("--case", LOST), 1),
        # who has windows may differ from what is assumed
        ("KeepsDataOfDisabledKeys", TOUR, 0),
        ("LosesLater", TOUR, 0),
        # what is hidden is waited for as well
        ("HeedsGrantsLater", ("--requirement", "keys.enable"), 0),
    ],
)
def test_window_excuses_what_it_is_for_and_nothing_else(
    tmp_path: Path, system: str, lanes: tuple[str, ...], exit_code: int
) -> None:
    found = verify(tmp_path, "--python", f"{slow_systems.__name__}:{system}", *lanes)
    assert (found.exit_code, found.report["counts"]["scored"]["inconclusive"]) == (exit_code, 0)
    assert main(["report", "check", str(found.folder)]) == 0


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
