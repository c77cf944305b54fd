"""The program `python -m tests.evidence.mutants` says of each change of a row what finds it."""

import re

import pytest

from tests.evidence import mutants as program
from tests.evidence.judging import Judged, Verdict, judge
from tests.evidence.mutant_scopes import MUTANT_SCOPES
from tests.evidence.mutation import mutants

ONE = "environment.no-vault-purge"
OF_ONE = [mutant for mutant in mutants() if ONE in mutant.requirements]


def test_each_mutant_of_a_requirement_is_printed_with_what_kills_it() -> None:
    judged = [judge(mutant, lambda _: "a/scenario", MUTANT_SCOPES[:5]) for mutant in OF_ONE]
    for mutant, verdict in zip(OF_ONE, judged, strict=True):
        place, _, _, killers = program.report(verdict)
        assert place == f"{mutant.place}: {mutant.kind} [{ONE}]"
        assert re.fullmatch(
            r"  killed by theorem \S+ in scope \S+ and by scenario a/scenario", killers
        )
    *_, last = program.summary(judged)
    assert last.endswith("and 0 survive")


def test_requirement_without_rows_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        program.main(["--requirement", "environment.exists"])
    assert "environment.exists" in capsys.readouterr().err


@pytest.mark.parametrize("verdict", ["equivalent", "unseen", "survives"])
def test_mutant_that_is_not_killed_is_printed_with_its_verdict(verdict: Verdict) -> None:
    judged = Judged(
        "a.b/x", "row dropped", ("a.b",), "a.py:1", "x", "gone", verdict, None, None, None
    )
    *_, last = program.report(judged)
    assert last.startswith(f"  {verdict}")
