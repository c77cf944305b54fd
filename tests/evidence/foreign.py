"""Has Spin and Rumur search what our engines search, and writes what each found to docs/measurements/foreign.json.

Run as `python -m tests.evidence.foreign`; it takes minutes.  The exit code is 1, and nothing is written, where any two
differ: in states or steps of a scope, in its depth, or in how many steps it takes to break a theorem or to come to
what one says; and 3 where Spin or Rumur is missing or does not do what it is asked.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.evidence.writing import MEASUREMENTS, stamp, write
from tests.explore.foreign.checkers import MISSING, CheckFailed, Found, first_line, rumur, spin
from tests.explore.mistakes import MISTAKES
from tests.machine.faulty_models import FAULTY
from translator_cmk.explore.commands import chosen
from translator_cmk.explore.engines.stepwise import StartNotReached
from translator_cmk.explore.engines.tabulated import NotTabulated
from translator_cmk.explore.foreign.murphi import murphi
from translator_cmk.explore.foreign.promela import promela
from translator_cmk.explore.foreign.tightened import tightened
from translator_cmk.explore.foreign.transition_system import TransitionSystem, transition_system
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import COUNTER_ROWS, ROWS, Machine

LARGEST = 1_100_000
"""States of a scope at most: what Spin and Rumur hold in a few seconds."""

FAST = ("-O2",)

LOOKED_FOR = [theorem for theorem in THEOREMS if theorem.form in ("always", "sometimes")]


def scopes() -> Iterator[dict[str, Any]]:
    """What each finds of each scope."""
    for scope in SCOPES:
        if scope.states is None or scope.states > LARGEST:
            continue
        ours = explore(scope)
        every = checked(transition_system(scope), scope)
        moves = checked(tightened(scope), scope)
        yield {
            "scope": scope.name,
            "ours": {"states": ours.states, "steps": ours.transitions, "depth": ours.depth, "moves": moves_of(scope)},
            **{who: {**counts(every[who]), "moves": moves[who].transitions} for who in every},
        }


def moves_of(scope: Scope) -> int | None:
    """How many steps change something, of a scope whose graph is made in seconds."""
    if scope.states is None or scope.states > 5_000:
        return None
    graph = state_graph(scope)
    return sum(pair.after != pair.state for state in range(graph.states) for pair in graph.of(state))


def counts(found: Found) -> dict[str, int | None]:
    """The counts of a checker; Rumur does not tell the depth."""
    return {"states": found.states, "steps": found.transitions, "depth": found.depth}


def checked(system: TransitionSystem, scope: Scope, flags: tuple[str, ...] = FAST) -> dict[str, Found]:
    """What Spin and Rumur find."""
    with tempfile.TemporaryDirectory() as folder:
        by_spin = spin(promela(system), Path(folder, "spin"), *flags, states=scope.states or LARGEST).run()
        by_rumur = rumur(murphi(system), Path(folder, "rumur"), *flags).run()
    return {"spin": by_spin, "rumur": by_rumur}


def machines() -> Iterator[tuple[str, Machine]]:
    """The article's machine, and wrong ones that are made of rows."""
    yield "the article's", Machine(ROWS)
    for makes in FAULTY.values():
        yield from ((made.__name__, made()) for made in makes)
    for mistake in MISTAKES:
        yield mistake.sentence, mistake.machine()
    for row in COUNTER_ROWS:
        yield f"a row too many, of {row.requirement}", Machine((*ROWS, row))


def shortest() -> Iterator[dict[str, Any]]:
    """How many steps it takes to break a theorem or to come to what one says, in the first scope where that happens."""
    for name, machine in machines():
        if type(machine) is not Machine:
            continue
        done: set[str] = set()
        for scope in chosen(None):
            try:
                found = explore(scope, machine, "packed", LOOKED_FOR)
            except (StartNotReached, NotTabulated):
                continue
            ways = {theorem: broken.commands for theorem, broken in found.broken.items()}
            ways |= found.reached if name == "the article's" else {}
            for theorem in LOOKED_FOR:
                if theorem.name in done or theorem.name not in ways:
                    continue
                steps = len(ways[theorem.name]) - len(scope.start)
                if steps < 0:  # on the way to the start
                    continue
                done.add(theorem.name)
                theirs = checked(transition_system(scope, machine, theorem), scope, ("-O0",))
                yield {
                    "machine": name,
                    "scope": scope.name,
                    "theorem": theorem.name,
                    "ours": steps,
                    **{who: each.counterexample for who, each in theirs.items()},
                }


def differences(scope: dict[str, Any]) -> list[str]:
    """What is told of a scope in two ways."""
    return [
        field for field in scope["ours"] if len({scope[who][field] for who in ("ours", "spin", "rumur")} - {None}) != 1
    ]


def main() -> int:
    """Gather and write; returns the exit code."""
    if MISSING:
        print(f"missing: {', '.join(MISSING)}; nothing is compared", file=sys.stderr)
        return 3
    try:
        of_scopes, of_theorems = [], []
        for each in scopes():
            of_scopes.append(each)
            print(each, file=sys.stderr, flush=True)
        for each in shortest():
            of_theorems.append(each)
            print(each, file=sys.stderr, flush=True)
    except CheckFailed as problem:
        print(problem, file=sys.stderr)
        return 3
    wrong = [f"{each['scope']}: {', '.join(found)}" for each in of_scopes if (found := differences(each))]
    wrong += [f"{each}" for each in of_theorems if not each["ours"] == each["spin"] == each["rumur"]]
    for line in wrong:
        print(f"differs: {line}")
    if wrong:
        return 1
    versions = {"spin": first_line("spin", "-V"), "rumur": first_line("rumur", "--version")}
    content = {**stamp("explore"), "versions": versions, "scopes": of_scopes, "theorems": of_theorems}
    write(MEASUREMENTS / "foreign.json", content)
    print(f"{len(of_scopes)} scopes and {len(of_theorems)} ways to theorems are the same to all three")
    return 0


if __name__ == "__main__":
    sys.exit(main())
