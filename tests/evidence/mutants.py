"""Change the rows of the model, one at a time, and say what finds each change.

Run as `python -m tests.evidence.mutants`, or with `--requirement ID` for the rows of one
requirement. The exit code is 1 if nothing finds a change that an observation distinguishes, or if
no change breaks a theorem.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.evidence.judging import Judged, breaks_in_some_scope, judge
from tests.evidence.mutant_scopes import MUTANT_SCOPES
from tests.evidence.mutation import Mutant, mutants
from tests.evidence.scenarios import scenario_against
from tests.explore.mistakes import MISTAKES, semantic_mutants
from translator_cmk.explore.theorems import THEOREMS, Theorem
from translator_cmk.machine import Machine
from translator_cmk.progress import ProgressBar


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the verdict on each mutant, their numbers, and each theorem that nothing breaks."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence.mutants", description=__doc__)
    parser.add_argument(
        "--requirement", metavar="ID", help="only the rows of this requirement (default: all rows)"
    )
    requirement = parser.parse_args(arguments).requirement

    chosen = [mutant for mutant in every_mutant() if requirement in (None, *mutant.requirements)]
    if not chosen:
        parser.error(f"no row of the model cites {requirement}")
    judged = judge_all(chosen)
    print("\n".join(summary(judged)))
    unbroken = unbroken_theorems(judged) if requirement is None else []
    for theorem in unbroken:
        print(f"nothing breaks the theorem {theorem.name}")
    survives = any(verdict.verdict == "survives" for verdict in judged)
    return 1 if survives or unbroken else 0


def every_mutant() -> tuple[Mutant, ...]:
    """Return the mutants that operators make, and the mistakes that were written by hand."""
    return (*mutants(), *semantic_mutants())


def judge_all(chosen: Sequence[Mutant]) -> list[Judged]:
    """Judge the mutants on all cores, and print each verdict as soon as it is there."""
    judged = []
    bar = ProgressBar("mutants")
    with ProcessPoolExecutor() as pool:
        # functions of rows can't be sent to another process
        for verdict in pool.map(judge_by_name, [mutant.name for mutant in chosen]):
            judged.append(verdict)
            bar.clear()
            print("\n".join(report(verdict)), flush=True)
            bar.show_count(len(judged), len(chosen), "mutants")
    bar.clear()
    return judged


def judge_by_name(name: str) -> Judged:
    """Return the verdict on the mutant of that name."""
    mutant = next(mutant for mutant in every_mutant() if mutant.name == name)
    return judge(mutant, scenario_against)


def report(judged: Judged) -> Iterator[str]:
    """Yield a mutant and its verdict in words."""
    yield f"{judged.place}: {judged.kind} [{', '.join(judged.requirements)}]"
    yield f"  was: {judged.was}"
    yield f"  now: {judged.now}"
    match judged.verdict:
        case "equivalent":
            yield f"  equivalent in every scope: {', '.join(scope.name for scope in MUTANT_SCOPES)}"
        case "unseen":
            yield "  unseen: it keeps other records, but answers and shows the same in every scope"
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


def unbroken_theorems(judged: Sequence[Judged]) -> list[Theorem]:
    """Return the theorems that no mutant breaks, and no mistake of their own in `make test`."""
    broken = {name for mutant in judged for name in mutant.broken}
    broken.update(mistake.theorem for mistake in MISTAKES)
    return [
        theorem
        for theorem in THEOREMS
        if theorem.name not in broken and not is_broken_by_a_mutant(theorem)
    ]


def is_broken_by_a_mutant(theorem: Theorem) -> bool:
    """Return whether a mutant of its requirements, or any dropped row, breaks the theorem.

     A verdict on a mutant names the theorems that were seen to be broken before the first one
    killed it.
    """
    strong = [
        mutant
        for mutant in mutants()
        if mutant.kind in ("row dropped", "mistake added", "guard dropped")
    ]
    own = [
        mutant for mutant in strong if not set(theorem.requirements).isdisjoint(mutant.requirements)
    ]
    others = [mutant for mutant in strong if mutant.kind == "row dropped" and mutant not in own]
    return any(breaks_in_some_scope(Machine(mutant.rows), theorem) for mutant in (*own, *others))


if __name__ == "__main__":
    sys.exit(main())
