"""A slow system has its time: what comes within it counts, and what does not come is neither passed nor failed."""

from pathlib import Path

import pytest

from tests.conformance import limited_systems
from tests.conformance.verifying import verify
from translator_cmk.cli import main

GRANTED = "vault.access-policy/granting-access"
SEEN = "identity.needed-for-access/granting-access-to-an-identity-that-is-on"


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
    made = f"{limited_systems.__name__}:{system}"
    found = verify(tmp_path, "--python", made, "--lane", "features", "--case", GRANTED, "--case", SEEN)
    assert (found.status(GRANTED), found.status(SEEN), found.exit_code) == (granted, seen, exit_code)
    assert found.report["subject"]["windows"] == {"GrantKeyAccess": 1}
    assert main(["report", "check", str(found.folder)]) == 0
