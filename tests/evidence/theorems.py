"""Measures what the theorems find among changed sets of rows, and writes it to docs/measurements/theorems.json.

Run as `python -m tests.evidence.theorems`; it takes a quarter of an hour.  The exit code is 1, and nothing is written,
where a changed set of rows goes unfound though it behaves otherwise than the article's, or where a theorem finds none
and has no mistake of its own to find.
"""

import sys
from collections import Counter
from typing import Any

from tests.evidence.run import MEASUREMENTS, write
from tests.explore.killing import NAMED, SCOPES
from tests.explore.mistakes import MISTAKES
from tests.machine.mutants import Mutant, mutants
from translator_cmk.digest import digest
from translator_cmk.explore.counterexample import counterexample
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.remembering import RememberingMachine
from translator_cmk.explore.scopes import Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.stepwise import StartNotReached
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.explore.verdicts import verdict
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, RowsContradict, initial


def kills(mutant: Mutant) -> dict[str, Any]:
    """Which theorems are broken by the mutant in any scope, and the shortest scenario that shows it."""
    machine = Machine(mutant.rows)
    broken: Counter[str] = Counter()
    shortest: tuple[int, str, str] | None = None
    for scope in SCOPES.values():
        try:
            found = explore(scope, machine, "remembering", THEOREMS)
        except StartNotReached:
            continue
        broken.update(theorem.name for theorem in THEOREMS if verdict(theorem, found) == "broken")
        for name, each in found.broken.items():
            if shortest is None or len(each.commands) < shortest[0]:
                told = counterexample(scope, machine, NAMED[name], each).scenario
                shortest = (len(each.commands), scope.name, told)
    row: dict[str, Any] = {"mutant": mutant.name, "requirement": mutant.requirement, "theorems": sorted(broken)}
    if shortest is not None:
        row |= {"scope": shortest[1], "scenario": shortest[2].splitlines()}
    elif not broken:
        row["behaves_the_same"] = all(behaves_the_same(machine, scope) for scope in SCOPES.values())
    return row


def behaves_the_same(machine: Machine, scope: Scope) -> bool:
    """Whether the machine takes every step in the scope as that of the article does, with the same outcome."""
    article = RememberingMachine(Machine(ROWS))
    other = RememberingMachine(machine)
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = article.step(state, command)
        assert isinstance(outcome, Accepted)
    seen, waiting = {state}, [state]
    while waiting:
        state = waiting.pop()
        for command in scope.alphabet:
            if not scope.offers(command, state):
                continue
            after, outcome = article.step(state, command)
            try:
                if other.step(state, command) != (after, outcome):
                    return False
            except (RowsContradict, AttributeError):
                return False
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return True


def counted(found: Exploration) -> dict[str, Any]:
    """What a search of the article's own machine found, in numbers."""
    verdicts = Counter(verdict(theorem, found) for theorem in THEOREMS)
    counts = {"states": found.states, "transitions": found.transitions, "depth": found.depth}
    return {"scope": found.scope, **counts, "hold": verdicts["holds"], "broken": verdicts["broken"]}


def main() -> int:
    """Gather and write; returns the exit code."""
    scopes = [counted(explore(scope, theorems=THEOREMS)) for scope in SCOPES.values()]
    table = []
    for number, mutant in enumerate(every := list(mutants()), start=1):
        table.append(kills(mutant))
        print(f"\r{number}/{len(every)} mutants", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    found = Counter(name for row in table for name in row["theorems"])
    survivors = [row["mutant"] for row in table if not row["theorems"] and not row.get("behaves_the_same")]
    idle = {theorem.name for theorem in THEOREMS if not found[theorem.name]}
    content = {
        "digest": digest(),
        "scopes": scopes,
        "mutants": table,
        "survivors": survivors,
        "theorems": {theorem.name: found[theorem.name] for theorem in THEOREMS},
        "mistakes": {name: mistake.sentence for name, mistake in MISTAKES.items()},
    }
    equal = sum(bool(row.get("behaves_the_same")) for row in table)
    print(f"{len(table) - equal - len(survivors)} of {len(table) - equal} mutants are found by theorems alone")
    for name in survivors:
        print(f"survives: {name}")
    for name in sorted(idle ^ MISTAKES.keys()):
        print(f"{'finds no mutant' if name in idle else 'needs no mistake of its own'}: {name}")
    if survivors or idle != MISTAKES.keys() or any(scope["broken"] for scope in scopes):
        return 1
    write(MEASUREMENTS / "theorems.json", content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
