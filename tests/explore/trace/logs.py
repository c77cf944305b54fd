"""What the tests of traces share: logs of machines, with parts hidden and with mistakes, and a slow judge of them."""

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from tests.explore.following import commands
from tests.machine.worlds import build, random_command, values
from translator_cmk.explore.trace import Deviation, Event, Log, Reset
from translator_cmk.explore.trace.checking import NOT_TOLD, Asked
from translator_cmk.language.traces import ReportedOutcome
from translator_cmk.machine import DEFAULT_STAGE, Command, Machine, Observation, Refused, RowsContradict, State
from translator_cmk.oracle import LIMIT, Oracle
from translator_cmk.oracle.nondeterminism import TooManyStates
from translator_cmk.system import ModelSystem


class Picky(Machine):
    """A machine whose silent rows hold or not, at random in each step; what is seen is as if all held."""

    def __init__(self, machine: Machine, random: Random) -> None:
        super().__init__(machine.rows, machine.silent)
        self.random = random

    def step(self, state: State, command: Command, choose: Any = None) -> Any:
        picked: dict[Any, bool] = {}

        def pick(row: Any, name: str) -> bool:
            silent = row.requirement in self.silent
            return not silent or picked.setdefault((row, name), self.random.random() < 0.5)

        return super().step(state, command, choose or pick)


def taken(seed: int, number: int, random: Random) -> Iterator[Command | None]:
    """Commands, and now and then a reset."""
    for command in commands(seed, number):
        yield command
        if random.random() < 0.01:
            yield None
            yield from (random_command(random) for _ in range(5))


def partly(observation: Observation, random: Random) -> Observation:
    """Some of what an observation tells, and of something that is not there, that it is not."""
    found: Observation = {}
    for kind, entities in observation.items():
        for name, fields in entities.items():
            if random.random() < 0.3:
                some = {field: value for field, value in fields.items() if random.random() < 0.5}
                found.setdefault(kind, {})[name] = {"exists": True, **some}
    return found | {"document": {"never": {"exists": False}}}


def mistaken(observation: Observation, random: Random) -> Observation:
    """The observation with something wrong in it."""
    kinds = [kind for kind, entities in observation.items() if entities]
    kind = random.choice(kinds)
    name = random.choice(list(observation[kind]))
    found = {each: dict(entities) for each, entities in observation.items()}
    if random.random() < 0.3:
        del found[kind][name]
        return found
    field, value = random.choice(list(found[kind][name].items()))
    found[kind][name] = found[kind][name] | {field: not value if isinstance(value, bool) else "wrong"}
    return found


def log_of(machine: Machine, seed: int, number: int, mistakes: float = 0.01, hides: float = 0.5) -> list[Event | Reset]:
    """A log of a run of the machine; of each event parts are hidden with this likelihood, and mistaken with that."""
    random, log, events = Random(seed), Log(), list[Event | Reset]()
    system = ModelSystem(machine)
    system.reset()
    for command in taken(seed, number, random):
        if command is None:
            system.reset()
            events.append(Reset(DEFAULT_STAGE))
            continue
        try:
            outcome: Any = system.submit(command)
        except RowsContradict:
            break
        observation: Any = system.observe()
        if random.random() < mistakes:
            observation = mistaken(observation, random)
        if random.random() < mistakes:
            outcome = Refused(frozenset({"vault.same-region"}))
        hidden = random.random() < hides
        partial = hidden and random.random() < 0.5
        seen = partly(observation, random) if partial else observation
        if hidden and random.random() < 0.5:
            seen = None
        if hidden and random.random() < 0.3:
            outcome = None
        if seen is not None and random.random() < 0.3:
            events += [log.event(command, outcome), log.event(None, None, seen, partial)]
        elif random.random() < hides / 4:
            events.append(doubtful(command, outcome, None if seen is None else log.seen(seen, partial), random))
        else:
            events.append(log.event(command, outcome, seen, partial))
    return events


def doubtful(command: Command, outcome: Any, seen: Any, random: Random) -> Event:
    """An event of which it is not known which command it was, or whether it was carried out."""
    others = [build(type(command), {f: random.choice(values(type(command), f)) for f in command.fields}) for _ in "ab"]
    commands = tuple(dict.fromkeys([command, *others][:: random.choice([1, -1])]))
    if random.random() < 0.3:
        return Event(Asked((command,), idle=True), NOT_TOLD, seen)
    told = NOT_TOLD if outcome is None else ReportedOutcome(outcome, random.random() < 0.5, random.random() < 0.5)
    return Event(Asked(commands), told, seen)


def judged_slowly(
    events: Iterable[Event | Reset], machine: Machine, limit: int = LIMIT
) -> tuple[list[Deviation], list[int]]:
    """What the oracle alone says of events: the deviations, and where too much is possible."""
    deviations, overflows = list[Deviation](), list[int]()
    oracle: Oracle | None = Oracle(machine, limit=limit)
    for at, event in enumerate(events, start=1):
        if isinstance(event, Reset):
            oracle = Oracle(machine, limit=limit)
            oracle.reset(event.stage)
        elif oracle is not None:
            asked, seen = event.asked, event.seen
            try:
                allowed = oracle.submit_any(asked.commands, asked.idle) if asked else None
                unmet = oracle.narrow(event.told.outcome, seen.observation if seen else None, event.shown)
            except TooManyStates:
                overflows.append(at)
                oracle = None
                continue
            if unmet:
                deviations.append(Deviation(at, asked.commands if asked else (), allowed, unmet))
                oracle = None
    return deviations, overflows
