"""`translator-cmk mutants` says of each change of a row what finds it."""

import re
import signal
import subprocess
import sys

import pytest

from tests.command_line import CLI, each_refused, one_error, run_cli
from translator_cmk.cli import main
from translator_cmk.explore.judging import Judged, Verdict
from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.scopes import MUTANT_SCOPES

MUTANTS = "translator_cmk.bdd.mutants"
ONE = "environment.protection-order"
OF_ONE = [mutant for mutant in mutants() if ONE in mutant.requirements]


def test_each_mutant_of_a_requirement_is_printed_with_its_place_its_change_and_what_kills_it() -> None:
    code, out, _ = run_cli("mutants", "--requirement", ONE)
    lines = out.splitlines()
    assert code == 0
    for mutant in OF_ONE:
        at = lines.index(f"{mutant.place}: {mutant.kind} [{ONE}]")
        assert re.fullmatch(r"  killed by theorem \S+ in scope \S+( and by scenario \S+)?", lines[at + 3])
    number = len(OF_ONE)
    assert lines[-2] == (
        f"{number} mutants: 0 equivalent in every scope, 0 unseen, {number} that an observation distinguishes"
    )
    assert lines[-1].endswith("and 0 survive")


def test_a_terminal_shows_progress(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["mutants", "--requirement", ONE]) == 0
    _, shown = capsys.readouterr()
    assert re.search(rf"\d+ of {len(OF_ONE)} mutants", shown)
    assert shown.endswith("\r\x1b[K")


@each_refused("mutants")
def test_a_requirement_that_has_no_rows_ends_in_one_message(requirement: str, code: int, says: str) -> None:
    assert one_error(run_cli("mutants", "--requirement", requirement), code) == says


def test_ctrl_c_leaves_what_was_judged_and_says_that_it_is_a_part() -> None:
    with subprocess.Popen([*CLI, "mutants"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = [running.stdout.readline() for _ in range(4)]
        running.send_signal(signal.SIGINT)
        rest, said = running.stdout.read(), running.stderr.read()
    assert running.returncode == 4
    assert first[3].startswith("  killed")
    assert rest.splitlines()[-2].partition(" ")[2].startswith("mutants: ")
    assert re.fullmatch(r"translator-cmk: error: interrupted: [\d,]+ of [\d,]+ mutants were judged\n", said)


@pytest.mark.parametrize(
    ("verdict", "said", "code"),
    [
        ("equivalent", f"equivalent in every scope: {MUTANT_SCOPES[0].name}, ", 0),
        ("unseen", "unseen: it keeps other records, ", 0),
        ("survives", "survives: no theorem is broken and no scenario turns red", 1),
    ],
)
def test_what_is_not_killed_is_shown_with_its_verdict(
    verdict: Verdict, said: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(name: str) -> Judged:
        return Judged(name, "row dropped", ("a.b",), "a.py:1", "x", "gone", verdict, None, None, None)

    monkeypatch.setattr(f"{MUTANTS}.judged", judged)
    found = run_cli("mutants", "--requirement", ONE)
    lines = found.out.splitlines()
    assert found.code == code
    assert lines[3].startswith(f"  {said}")
    assert lines[-1].endswith(f"and {len(OF_ONE) * code} survive")
