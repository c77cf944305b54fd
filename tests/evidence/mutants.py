"""Change the rows of the model, one at a time, and say which theorem and which scenario find each change.

Run as `python -m tests.evidence.mutants`, or with `--requirement ID` for the rows of one requirement. The exit code is
1 if nothing finds a change that an observation distinguishes.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.evidence.judging import Judged, judge
from tests.evidence.mutation import Mutant, mutants
from tests.evidence.scenarios import scenario_against
from translator_cmk.explore.scopes import MUTANT_SCOPES
from translator_cmk.progress import ProgressBar


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the verdict on each mutant, and how many there are of each; return 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.mutants", description=__doc__)
    parser.add_argument("--requirement", metavar="ID", help="only the rows of this requirement (default: all rows)")
    requirement = parser.parse_args(arguments).requirement

    chosen = [mutant for mutant in mutants() if requirement in (None, *mutant.requirements)]
    if not chosen:
        parser.error(f"no row of the model cites {requirement}")

    judged = []
    bar = ProgressBar("mutants")
    with ProcessPoolExecutor() as pool:
        for verdict in pool.map(judge_by_name, [mutant.name for mutant in chosen]):
            judged.append(verdict)
            bar.clear()
            print("\n".join(report(verdict)), flush=True)
            bar.show_count(len(judged), len(chosen), "mutants")
    bar.clear()
    print("\n".join(summary(judged)))
    return 1 if any(verdict.verdict == "survives" for verdict in judged) else 0


def judge_by_name(name: str) -> Judged:
    """Return the verdict on the mutant of that name; functions of rows can't be sent to another process."""
    return judge(mutant_named(name), scenario_against)


def mutant_named(name: str) -> Mutant:
    """Return the mutant of that name."""
    return next(mutant for mutant in mutants() if mutant.name == name)


def report(judged: Judged) -> Iterator[str]:
    """Yield a mutant and its verdict in words."""
    yield f"{judged.place}: {judged.kind} [{', '.join(judged.requirements)}]"
    yield f"  was: {judged.was}"
    yield f"  now: {judged.now}"
    match judged.verdict:
        case "equivalent":
            yield f"  equivalent in every scope: {', '.join(scope.name for scope in MUTANT_SCOPES)}"
        case "unseen":
            yield "  unseen: it keeps other records, but in every scope it answers and shows the same"
        case "survives":
            yield "  survives: no theorem is broken and no scenario fails"
        case "killed":
            yield f"  killed by {' and by '.join(killers(judged))}"


def killers(judged: Judged) -> Iterator[str]:
    """Yield the theorem and the scenario that find a mutant."""
    if judged.theorem:
        yield f"theorem {judged.theorem} in scope {judged.scope}"
    if judged.scenario:
        yield f"scenario {judged.scenario}"


def summary(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the number of mutants and of each verdict."""
    verdicts = Counter(mutant.verdict for mutant in judged)
    distinguished = verdicts["killed"] + verdicts["survives"]
    by_theorem = sum(mutant.theorem is not None for mutant in judged)
    by_scenario = sum(mutant.scenario is not None for mutant in judged)
    yield (
        f"{len(judged):,} mutants: {verdicts['equivalent']:,} equivalent in every scope, "
        f"{verdicts['unseen']:,} unseen, {distinguished:,} that an observation distinguishes"
    )
    yield (
        f"of these theorems kill {by_theorem:,}, scenarios {by_scenario:,}, "
        f"both together {verdicts['killed']:,}, and {verdicts['survives']:,} survive"
    )


if __name__ == "__main__":
    sys.exit(main())
