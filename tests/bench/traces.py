"""How fast traces are judged: random walks over a scope of 144,729 states, with all seen or with most of it hidden.

Each measure begins with a checker that knows nothing yet, so that what it has to learn is part of the figure.
"""

import gc
import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from translator_cmk.explore.engines.remembering import RememberingMachine
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.trace import Checker, Event, Log, Reset
from translator_cmk.explore.trace.reading import Reader
from translator_cmk.language import command_to_wire, observation_to_wire, outcome_to_wire
from translator_cmk.language.traces import Told
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    State,
    initial,
    observe,
)
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register

SCOPE = next(scope for scope in SCOPES if scope.name == "two-of-each")
WORLD = 300
"""The commands of a walk before it begins anew."""

Trace = list[tuple[int, Event | Reset]]


class Step(NamedTuple):
    """One step of a walk: the command, what came of it, and what was seen then."""

    command: Command
    outcome: Outcome
    seen: Observation


def walk(number: int, seed: int) -> Iterator[Step | None]:
    """Random commands of the scope; None where the world begins anew.  What is left open is refused."""
    random, steps, machine = Random(seed), RememberingMachine(Machine(ROWS)), Machine(ROWS)
    seen: dict[State, Observation] = {}
    state = initial(DEFAULT_STAGE)
    taken = 0
    while taken < number:
        if taken % WORLD == 0:
            state = initial(DEFAULT_STAGE)
            yield None
        command = random.choice(SCOPE.alphabet)
        if not SCOPE.offers(command, state):
            continue
        taken += 1
        state, outcome = steps.step(state, command)
        if state not in seen:
            seen[state] = observe(machine.world(state))
        yield Step(command, outcome if isinstance(outcome, Accepted | Refused) else Refused(), seen[state])


def numbered(events: Iterable[Event | Reset]) -> Trace:
    return list(enumerate(events, start=1))


@cache
def observed(number: int) -> Trace:
    """A walk of which all is told."""
    log = Log()
    return numbered(Reset(DEFAULT_STAGE) if step is None else log.event(*step) for step in walk(number, 1))


@cache
def hidden(number: int) -> Trace:
    """A walk of which no more is told than which type each command has, and whether it was accepted or refused."""
    log = Log()
    asked = {
        kind: log.asked(tuple(each for each in SCOPE.alphabet if type(each) is kind))
        for kind in map(type, SCOPE.alphabet)
    }
    return numbered(
        Reset(DEFAULT_STAGE) if step is None else log.made(asked[type(step.command)], Told(type(step.outcome)()), None)
        for step in walk(number, 2)
    )


@cache
def machine(profile: str) -> Machine:
    return machine_of(silent_in(profile, load_register()))


def judged(trace: Iterable[tuple[int, Event | Reset]], profile: str = "full") -> float:
    """Events a second; each has to fit."""
    checker = Checker(machine(profile))
    gc.collect()
    gc.freeze()  # the events are not the checker's
    started = time.perf_counter()
    checker.read(trace)
    seconds = time.perf_counter() - started
    gc.unfreeze()
    verdict = checker.verdict
    assert verdict.fits
    assert verdict.complete
    return verdict.judged / seconds


def fully_observed() -> float:
    return judged(observed(1_000_000))


def fully_observed_by_the_article() -> float:
    return judged(observed(1_000_000)[:200_000], "article")


def partially_observed() -> float:
    return judged(hidden(100_000))


def from_a_file() -> float:
    """The same as fully observed, from JSON lines."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.jsonl"
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(line + "\n" for line in lines(50_000))
        return judged(Reader(str(file)))


def lines(number: int) -> Iterator[str]:
    """The lines of a trace of which all is told."""
    for step in walk(number, 1):
        event = {"stage": {}} if step is None else wired(*step)
        yield json.dumps(event, separators=(",", ":"))


def wired(command: Command, outcome: Outcome, seen: Observation) -> dict[str, object]:
    outcome_and_seen = {"outcome": outcome_to_wire(outcome), "observation": observation_to_wire(seen)}
    return {"command": command_to_wire(command), **outcome_and_seen}


if __name__ == "__main__":
    for each in (fully_observed, partially_observed, from_a_file, fully_observed_by_the_article):
        print(f"{each.__name__}: {each():,.0f} events/s")
