"""Goes over a scope at random with Hypothesis, and prints how far that came and how fast it went, as JSON.

Run with the scope and the number of examples, of fifty commands each.  Then the same commands are given to the machine
alone, to the machine that remembers, once it has seen them all, and to the oracle.  Rates are by processor time.
"""

import json
import sys
import time
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from translator_cmk.explore.engines.remembering import RememberingMachine
from translator_cmk.explore.graph import start_of, state_graph
from translator_cmk.explore.scopes import SCOPES, Scope
from translator_cmk.machine import ROWS, Command, Machine, State
from translator_cmk.oracle import Oracle

COMMANDS = 50

Walks = list[list[Command]]


def at_random(scope: Scope, examples: int) -> tuple[Walks, float, float]:
    """The commands that Hypothesis gives, walk by walk, and the seconds that it took, by the clock and of processor."""
    machine = Machine(ROWS)
    start = start_of(scope, machine)
    walks: Walks = []

    class Walk(RuleBasedStateMachine):
        """One walk through the scope."""

        def __init__(self) -> None:
            super().__init__()
            self.state = start
            walks.append([])

        @rule(command=st.sampled_from(scope.alphabet))
        def give(self, command: Command) -> None:
            """Give a command."""
            if scope.offers(command, self.state):
                self.state, _ = machine.step(self.state, command)
                walks[-1].append(command)

    chosen: Any = settings(
        max_examples=examples,
        stateful_step_count=COMMANDS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    started, used = time.perf_counter(), time.process_time()
    run_state_machine_as_test(Walk, settings=chosen)
    return walks, time.perf_counter() - started, time.process_time() - used


def reach(scope: Scope, walks: Walks) -> dict[str, int]:
    """How many of the states, and of the commands in a state, the walks came to, and how many there are."""
    graph = state_graph(scope)
    numbers = {command: number for number, command in enumerate(scope.alphabet)}
    pairs: set[tuple[int, int]] = set()
    for walk in walks:
        state = 0
        for command in walk:
            pair = graph.pair(state, numbers[command])
            pairs.add((state, numbers[command]))
            state = pair.after
    states = {0, *(graph.pair(*pair).after for pair in pairs)}
    return {"states": len(states), "of_states": graph.states, "pairs": len(pairs), "of_pairs": graph.pairs}


def stepped(machine: Machine | RememberingMachine, start: State, walks: Walks) -> float:
    """Seconds that a machine needs for the walks."""
    started = time.process_time()
    for walk in walks:
        state = start
        for command in walk:
            state, _ = machine.step(state, command)
    return time.process_time() - started


def judged(start: State, walks: Walks) -> float:
    """Seconds that the oracle needs to say what is demanded of each command of the walks."""
    oracle = Oracle(Machine(ROWS))
    started = time.process_time()
    for walk in walks:
        oracle.resume((start,))
        for command in walk:
            oracle.submit(command)
    return time.process_time() - started


def main(name: str, examples: str) -> None:
    """Walk, measure and print."""
    scope = next(scope for scope in SCOPES if scope.name == name)
    walks, seconds, cpu = at_random(scope, int(examples))
    commands = sum(map(len, walks))
    start = start_of(scope, Machine(ROWS))
    remembering = RememberingMachine(Machine(ROWS))
    stepped(remembering, start, walks)
    found = {
        "hypothesis": hypothesis.__version__,
        "commands": commands,
        "seconds": seconds,
        "cpu": cpu,
        "rate": commands / cpu,
        "step_rate": commands / stepped(Machine(ROWS), start, walks),
        "remembered_rate": commands / stepped(remembering, start, walks),
        "oracle_rate": commands / judged(start, walks),
        **reach(scope, walks),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
