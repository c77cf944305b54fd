"""Judges every mutant of the rows, and writes totals for each operator to docs/measurements.json.

What has been judged is kept in .results/ as it comes: a run that is broken off goes on from there, unless the
specification has changed meanwhile.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from tests.evidence.writing import PARTS, stamp, write_measurement
from translator_cmk.bdd.features import pickles
from translator_cmk.bdd.mutants import judgements, summary
from translator_cmk.explore.mutation import mutants
from translator_cmk.explore.mutation.judging import Judged, Verdict
from translator_cmk.explore.scopes import MUTANT_SCOPES
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.files import write_json

BROKEN = PARTS / "broken-theorems.json"
"""How many mutants were seen to break each theorem, for the measurement of theorems."""


def main() -> int:
    """Judge and write; returns 1, and writes nothing, where a mutant survives."""
    now = stamp("bdd")
    found = sorted(judged(PARTS / f"mutants-{now['digest'][:12]}.jsonl"), key=order())
    print("\n".join(summary(found)))
    survivors = [each for each in found if each.verdict == "survives"]
    for each in survivors:
        print(f"survives: {each.name} ({each.place}): {each.was} -> {each.now}")
    if survivors:
        return 1
    write_measurement("mutants", {**now, **totals(found)})
    broken = Counter(theorem for each in found for theorem in each.broken)
    write_json(BROKEN, {"digest": now["digest"], "theorems": broken})
    return 0


def totals(found: Sequence[Judged]) -> dict[str, Any]:
    """Return the scopes and counts of what finds mutants, and for each operator how many there are of each verdict."""
    kinds = {kind: [each for each in found if each.kind == kind] for kind in dict.fromkeys(each.kind for each in found)}
    return {
        "theorems": len(THEOREMS),
        "scenarios": len(pickles()),
        "scopes": [{"scope": world.name, "states": world.states} for world in MUTANT_SCOPES],
        "operators": [
            {
                "kind": kind,
                "mutants": len(made),
                **{verdict: sum(each.verdict == verdict for each in made) for verdict in get_args(Verdict)},
                "by_theorem": sum(each.theorem is not None for each in made),
                "by_scenario": sum(each.scenario is not None for each in made),
            }
            for kind, made in kinds.items()
        ],
    }


def order() -> Any:
    """Return the place of a judged mutant in the order of the rows."""
    places = {mutant.name: place for place, mutant in enumerate(mutants())}
    return lambda each: places[each.name]


def judged(kept: Path) -> Iterator[Judged]:
    """Return every mutant, judged: those that a broken-off run kept, then the others, which are kept in turn."""
    names = [mutant.name for mutant in mutants()]
    kept.parent.mkdir(parents=True, exist_ok=True)
    done = {each.name: each for each in read(kept)}
    yield from done.values()
    rest = [name for name in names if name not in done]
    with kept.open("a", encoding="utf-8") as file:
        for number, each in enumerate(judgements(rest), start=len(done) + 1):
            file.write(json.dumps(each) + "\n")
            file.flush()
            print(f"\r{number}/{len(names)} mutants", end="", file=sys.stderr, flush=True)
            yield each
    print(file=sys.stderr)
    kept.unlink()


def read(kept: Path) -> Iterator[Judged]:
    """Return what a run that was broken off has judged; its last line may be cut off."""
    if not kept.is_file():
        return
    for line in kept.read_text("utf-8").splitlines():
        try:
            yield Judged(*json.loads(line))
        except ValueError:
            return


if __name__ == "__main__":
    sys.exit(main())
