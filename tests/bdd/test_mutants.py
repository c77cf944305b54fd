"""`translator-cmk mutants`, as it is run."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from translator_cmk.bdd.mutants import judgements, lines, summary, verdict_code
from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.mutation.judging import Judged, Verdict

COMMAND = [sys.executable, "-m", "translator_cmk.cli", "mutants"]
OF_ONE = [mutant for mutant in mutants() if "environment.vault-protections" in mutant.requirements]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, timeout=120)


def test_each_mutant_of_a_requirement_is_told_with_its_place_its_change_and_what_kills_it() -> None:
    ended = run("--requirement", "environment.vault-protections")
    assert (ended.returncode, ended.stderr) == (0, "")
    told = ended.stdout.splitlines()
    for mutant in OF_ONE:
        at = told.index(f"{mutant.place}: {mutant.kind} [environment.vault-protections]")
        assert re.fullmatch(r"  killed by theorem \S+ in scope \S+( and by scenario \S+)?", told[at + 3])
    assert (
        f"{len(OF_ONE)} mutants: 0 equivalent in every scope, 0 unseen, {len(OF_ONE)} that an observation distinguishes"
        in ended.stdout
    )
    assert told[-1].endswith("and 0 survive")


def test_json_has_an_object_for_each_mutant() -> None:
    ended = run("--requirement", "environment.protection-order", "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = json.loads(ended.stdout)
    made = [mutant for mutant in mutants() if "environment.protection-order" in mutant.requirements]
    assert [each["name"] for each in found] == [mutant.name for mutant in made]
    assert {each["verdict"] for each in found} == {"killed"}
    assert {"kind", "requirements", "place", "was", "now", "theorem", "scope", "scenario"} <= found[0].keys()


@pytest.mark.parametrize(
    ("requirement", "code", "said"),
    [
        ("keys.nonsense", 2, "there is no requirement 'keys.nonsense'; translator-cmk register lists them"),
        ("environment.exists", 4, "no row of the model cites environment.exists, so there is nothing to change"),
    ],
)
def test_a_requirement_that_has_no_rows_ends_in_one_message(requirement: str, code: int, said: str) -> None:
    ended = run("--requirement", requirement)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr == f"translator-cmk: error: {said}\n"


@pytest.mark.parametrize("words", [(), ("--requirement", "environment.create-vault")])
def test_ctrl_c_leaves_what_was_judged_and_says_that_it_is_a_part(words: tuple[str, ...]) -> None:
    with subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        first = [running.stdout.readline() for _ in range(4)]
        running.send_signal(signal.SIGINT)
        rest, said = running.stdout.read(), running.stderr.read()
    assert running.returncode == 4
    assert first[3].startswith("  killed")
    assert rest.splitlines()[-2].partition(" ")[2].startswith("mutants: ")
    assert re.fullmatch(r"translator-cmk: error: interrupted: [\d,]+ of [\d,]+ mutants were judged\n", said)


def test_progress_is_shown_on_a_terminal_and_cleared() -> None:
    parent, child = pty.openpty()
    words = ["--requirement", "environment.protection-order"]
    subprocess.run([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=child, check=True, timeout=120)
    os.close(child)
    shown = os.read(parent, 65536).decode()
    os.close(parent)
    assert re.search(r"\d+ of 5 mutants", shown)
    assert shown.endswith("\r\x1b[K")


def test_two_processes_judge_as_one_does() -> None:
    names = [mutant.name for mutant in OF_ONE][:6]
    assert list(judgements(names, 2)) == list(judgements(names, 1))


def judged(verdict: Verdict) -> Judged:
    return Judged(
        "a", "row dropped", ("keys.enable",), "keys.py:1", "x", "no such row", verdict, None, None, None, False
    )


@pytest.mark.parametrize(
    ("verdict", "told", "code"),
    [
        ("equivalent", "equivalent in every scope: losing-the-key, ", 0),
        ("unseen", "unseen: it keeps other records, ", 0),
        ("survives", "survives: no theorem is broken and no scenario turns red", 1),
    ],
)
def test_what_is_not_killed_is_told_as_it_is(verdict: Verdict, told: str, code: int) -> None:
    def last(found: Iterator[str]) -> str:
        return list(found)[-1]

    assert told in last(lines(judged(verdict)))
    assert verdict_code([judged(verdict)]) == code
    assert last(summary([judged(verdict)])).endswith(f"and {code} survive")
