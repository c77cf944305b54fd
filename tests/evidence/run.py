"""Gathers the evidence that takes longer than a test run, and writes it to docs/measurements/ with its digest.

Run as `make evidence`.  The exit code is 1 where the evidence falls short: then nothing is written.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.machine.mutants import Mutant, mutants
from tests.test_suite import PICKLES, SURVIVORS, fails
from translator_cmk.digest import digest
from translator_cmk.gherkin.claims import Unmet
from translator_cmk.machine import Machine

MEASUREMENTS = Path(__file__).resolve().parents[2] / "docs" / "measurements"


def kills(mutant: Mutant) -> dict[str, Any]:
    """Which scenarios turn red against the mutant, and which of these are its requirement's own."""
    machine = Machine(mutant.rows)
    red = [pickle for pickle in PICKLES if fails(machine, pickle)]
    return {
        "mutant": mutant.name,
        "requirement": mutant.requirement,
        "red": len(red),
        "failed": sum(fails(machine, pickle, (Unmet,)) for pickle in red),
        "own": [pickle.id for pickle in red if mutant.requirement in pickle.requirements],
    }


def main() -> int:
    """Gather and write; returns the exit code."""
    table = []
    for number, mutant in enumerate(every := list(mutants()), start=1):
        table.append(kills(mutant))
        print(f"\r{number}/{len(every)} mutants", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    survivors = [row["mutant"] for row in table if not row["own"]]
    write(
        MEASUREMENTS / "mutants.json",
        {"digest": digest(), "scenarios": len(PICKLES), "mutants": table, "survivors": SURVIVORS},
    )
    print(f"{len(table) - len(survivors)} of {len(table)} mutants turn a scenario of their own requirement red")
    unexplained = set(survivors) ^ SURVIVORS.keys()
    for name in sorted(unexplained):
        print(f"unexplained: {name}")
    return 1 if unexplained else 0


def write(path: Path, content: Any) -> None:
    """Write JSON whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
