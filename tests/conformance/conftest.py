"""Runs `verify` in this process and reads its report."""

import gzip
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.command_line import ROOT, run_cli, run_here
from tests.recorded import recorded
from translator_cmk.conformance.report.folder import MESSAGES

MODEL = "translator_cmk.system:ModelSystem"
WHOLE = "environment.create-vault/a-new-vault-is-active-and-has-both-protections"
NEW = "environment.new-name/a-new-name-is-accepted"
WELL = ("--lane", "features", "--case", WHOLE, "--case", NEW)
"""A run of two scenarios that any system passes that makes vaults."""

DEMANDS = ("--lane", "tour", "--scope", "demands", "--steps", "100")
"""A tour that several tests share, since it takes a second to plan."""

TOUR = ("--lane", "tour", "--scope", "losing-the-key", "--steps", "70")
"""The smallest tour in which every loss of the key is asked for."""

VAULT = ("--lane", "features", "--topic", "vault")
FULL = ("--lane", "features", "--profile", "full")
GRANTED = "vault.access-policy/granted-access-is-there-and-changes-nothing-else"
GRANTING_ACCEPTED = (
    "identity.needed-for-access/granting-access-to-an-identity-that-is-on-is-accepted"
)
GRANTING = ("--lane", "features", "--case", GRANTED, "--case", GRANTING_ACCEPTED)

WRONG = "tests.systems.mistaken:LosesNothing"
FAILS = (
    "revocation.access-revoked/revoked-access-costs-all-that-is-under-the-key/"
    "a-deployed-model-under-customer-managed-keys"
)
DISABLED = FAILS.replace("access-revoked/revoked-access", "key-disabled/a-disabled-key")
FAILS_TOO = "revocation.undeploys/every-deployed-model-is-undeployed"
SOME = ("--lane", "features", "--case", FAILS, "--case", FAILS_TOO, "--case", WHOLE)
"""Three scenarios, of which `WRONG` fails two."""

FAULTY = shlex.join([sys.executable, "-S", str(ROOT / "tests" / "systems" / "wire.py")])


def in_a_shell(text: str) -> str:
    """Return the command line that runs the text in a shell."""
    return f"/bin/sh -c {shlex.quote(text)}"


Refused = Callable[..., str]


class Verified(NamedTuple):
    """What came of a run, and what it printed."""

    exit_code: int
    report: dict[str, Any]
    folder: Path
    printed: str = ""

    def status(self, case: str) -> str:
        """Return the status of a case."""
        return str(self.case(case)["status"])

    def case(self, case: str) -> dict[str, Any]:
        """Return a case of the report."""
        [found] = [written for written in self.report["cases"] if written["id"] == case]
        return dict(found)

    def statuses(self, lane: str = "") -> dict[str, str]:
        """Return the status of each case, or of those of a lane."""
        cases = [case for case in self.report["cases"] if case["lane"].startswith(lane)]
        return {case["id"]: case["status"] for case in cases}


@contextmanager
def started(*command: str) -> Iterator[str]:
    """Run a server, and yield the URL that its first line ends with."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def messages_of(folder: Path) -> str:
    """Return the message log of a report, an entry a line."""
    return gzip.decompress((folder / MESSAGES).read_bytes()).decode()


def put_messages(folder: Path, text: str) -> None:
    """Write a message log."""
    (folder / MESSAGES).write_bytes(gzip.compress(text.encode()))


def counterexample(folder: Path, *commands: Mapping[str, Any]) -> Path:
    """Write a file that has these commands to replay."""
    content = {
        "format": 1,
        "profile": "article",
        "always": True,
        "scenario": "",
        "silent": [],
        "requirements": [],
        "expected": [],
        "seen": [],
        "commands": commands,
    }
    file = folder / "counterexample.json"
    file.write_text(json.dumps(content), "utf-8")
    return file


def verify(folder: Path, *arguments: str, child: bool = False) -> Verified:
    """Run it, reporting into a folder.

    An object in Python in this process, which is faster, unless in a child.
    """
    report = folder / "report"
    run = run_here if "--python" in arguments and not child else run_cli
    done = run("verify", "--report", report, "--seed", "1", *arguments)
    written = json.loads((report / "report.json").read_text("utf-8"))
    return Verified(done.code, written, report, done.out + done.error)


def says_here(code: int, *words: object) -> str:
    """Run a command that asks an object in this process; return what it prints."""
    done = run_here(*words)
    assert done.code == code, done
    return done.out + done.error


def says(code: int, *words: object) -> str:
    """Run the command line, which has to end with this exit code, and return what it prints."""
    done = run_cli(*words)
    assert done.code == code, done
    return done.out + done.error


def fuzz(folder: Path, enough: Callable[[Verified], object], *arguments: str) -> Verified:
    """Run `verify` with more and more random sequences, until enough has come of it."""
    for sequences in ("1", "8", "64", "256"):
        found = verify(folder, "--lane", "fuzz", "--sequences", sequences, *arguments)
        if enough(found):
            break
    return found


def decides_in_fuzzing(found: Verified) -> bool:
    """Return whether fuzzing has decided anything."""
    statuses = found.statuses("fuzz").values()
    return "passed" in statuses or "failed" in statuses


def fails_in_fuzzing(found: Verified) -> bool:
    """Return whether fuzzing has found a failure."""
    return "failed" in found.statuses("fuzz").values()


# Fixtures


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Verified]
) -> Verified:
    """Return what came of a run that all workers share."""

    def make_and_keep(folder: Path) -> None:
        (folder / "printed").write_text(make(folder).printed, "utf-8")

    folder = recorded(factory, name, make_and_keep)
    report = folder / "report"
    written = json.loads((report / "report.json").read_text("utf-8"))
    printed = (folder / "printed").read_text("utf-8")
    return Verified(written["exit_code"], written, report, printed)


@pytest.fixture(scope="session")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The report on a system that is wrong about one thing, in three lanes."""

    def make(folder: Path) -> Verified:
        return fuzz(folder, decides_in_fuzzing, "--python", WRONG, *SOME, *TOUR)

    return made_once(tmp_path_factory, "wrong", make)


@pytest.fixture(scope="session")
def wrong_in_features(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """Scenarios alone on that system: a report that is checked in a tenth of the time."""

    def make(folder: Path) -> Verified:
        return verify(folder, "--python", WRONG, *SOME)

    return made_once(tmp_path_factory, "wrong-in-features", make)


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Run `verify` with arguments that are wrong usage: nothing is run.

    Return the one line that says why.
    """

    def run(*arguments: str) -> str:
        report = tmp_path / "report"
        run_it = run_here if "--python" in arguments else run_cli
        done = run_it("verify", "--report", report, *arguments)
        error = done.out + done.error
        assert done.code == 2
        assert error.count("\n") == 1
        assert not report.exists()
        return error

    return run
