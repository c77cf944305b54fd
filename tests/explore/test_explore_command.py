"""`translator-cmk explore` and `theorems`, as they are run."""

import json
import subprocess
import sys

import pytest

from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.theorems import THEOREMS

NAMED = {scope.name: scope for scope in SCOPES}
SCOPE = ("--scope", "losing-the-key")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "translator_cmk.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(("scope", "engine"), [(NAMED["losing-the-key"], "memoised"), (NAMED["six-resources"], "sets")])
def test_explore_chooses_how_to_search_and_prints_what_it_found(scope: Scope, engine: str) -> None:
    ended = run("explore", "--scope", scope.name, "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    (found,) = json.loads(ended.stdout)
    assert (found["engine"], found["states"], found["complete"]) == (engine, scope.states, True)
    assert {"transitions", "depth", "refusals", "seconds", "theorems"} <= found.keys()


def test_each_theorem_is_printed_with_its_verdict() -> None:
    ended = run("theorems", *SCOPE)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert sum(line.startswith(("holds ", "not asked ")) for line in lines) == len(THEOREMS)


@pytest.mark.parametrize("words", [("explore", "--scope", "nowhere"), ("explore", *SCOPE, "--engine", "sets")])
def test_unknown_scope_or_option_is_refused_in_one_message(words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert words[-1] in ended.stderr
