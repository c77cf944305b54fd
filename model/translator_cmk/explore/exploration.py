"""The result of a search: counts, broken theorems with their counterexamples, and a verdict on each theorem."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..language.facts import Fact
from ..language.scenarios import format_scenario, format_steps
from ..language.sentences import format_command, format_fact, format_key_uses
from ..machine import DEFAULT_STAGE, Accepted, Command, Machine, Outcome, Refused, State, Unspecified, initial
from ..machine.entities import ENTITY_KINDS, Entity
from ..machine.world import World
from ..progress import ProgressBar
from .scopes import Commands, Scope, givens
from .theorems import Unchanged, Uses
from .theorems.theorem import ROWS_RAISE, Change, Expectation, Readable, Step, Theorem, is_met, is_shown, look_up

ABOUT_STATES = ("always",)
"""The forms of theorems that a search by sets of states checks: it sees states, and no single step."""

Verdict = Literal["holds", "broken", "not asked", "undecided", "not checked"]


class Broken(NamedTuple):
    """A broken theorem: the shortest sequence of commands from nothing, and what should be so after it."""

    commands: tuple[Command, ...]
    expected: Expectation


@dataclass
class Exploration:
    """The findings of a search by any engine, so far or complete.

    ``transitions`` counts every offered command in every state, refused ones and those that change nothing included.
    ``depth`` is the number of commands to the farthest state.  ``refusals`` counts each set of reasons, ``silences``
    each set of silent requirements.  ``asked`` names the theorems that had anything to demand; ``broken`` has the
    broken ones by name.  If the search is not ``complete``, it was interrupted or stopped at a broken theorem, and
    decides nothing about the whole scope.
    """

    scope: str
    engine: str
    states: int = 0
    transitions: int = 0
    depth: int = 0
    accepted: int = 0
    refusals: Counter[frozenset[str]] = field(default_factory=Counter)
    silences: Counter[frozenset[str]] = field(default_factory=Counter)
    seconds: float = 0
    complete: bool = False
    asked: set[str] = field(default_factory=set)
    broken: dict[str, Broken] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def count(self, outcome: Outcome | None, times: int = 1) -> None:
        """Count transitions with this outcome (None: the rows raised)."""
        self.transitions += times
        if type(outcome) is Accepted:
            self.accepted += times
        elif type(outcome) is Refused:
            self.refusals[outcome.because] += times
        elif type(outcome) is Unspecified:
            self.silences[outcome.silent] += times

    def clock(self) -> None:
        """Take the time since the start."""
        self.seconds = time.perf_counter() - self.started

    def show(self, bar: ProgressBar, expected: int) -> None:
        """Show what was found so far of so many states; 0 if nobody has counted them."""
        self.clock()
        total = f" of {expected:,}" if expected else ""
        bar.show(f"{self.states:,}{total} states, depth {self.depth}, {self.seconds:,.0f} s")


def verdict(theorem: Theorem, exploration: Exploration) -> Verdict:
    """Return whether the theorem holds in the scope that was searched: it is asked where it had anything to demand.

    An incomplete search decides nothing but what it has seen.
    """
    if theorem.name in exploration.broken:
        return "broken"
    if exploration.engine == "sets" and theorem.form not in ABOUT_STATES:
        return "not checked"
    if not exploration.complete:
        return "undecided"
    return "holds" if theorem.name in exploration.asked else "not asked"


# Theorems are checked against states and steps

Unmet = tuple[tuple[str, Expectation], ...]
"""The theorems that something breaks, by name, each with what it demands."""


class Judged(NamedTuple):
    """The outcome of a step (None: the rows raised), and the theorems that it breaks."""

    outcome: Outcome | None
    broken: Unmet


class EntityName(NamedTuple):
    """An entity to look at: something to ask of a state, as a command is."""

    kind: type[Entity]
    name: str


def entities_of(state: State, kinds: Iterable[type[Entity]] = ENTITY_KINDS) -> Iterator[EntityName]:
    """Yield every entity in the state."""
    return (EntityName(kind, name) for kind in kinds for name in state.tables[kind])


class Judge:
    """Theorems, ready to be checked against the steps and the states of one machine.

    Both `step` and `look` take a state and give one, like a machine's step, so both can be memoised.
    ``asked`` has the theorems that had anything to demand so far, by name.
    """

    def __init__(self, machine: Machine, theorems: Iterable[Theorem]) -> None:
        self.machine = machine
        self.asked: set[str] = set()
        self._changed: set[type[Entity]] = set()  # the kinds whose theorems about changes were asked
        self._about: dict[tuple[str, type[Any]], list[Theorem]] = {}
        for theorem in theorems:
            for about in theorem.about:
                self._about.setdefault((theorem.form, about), []).append(theorem)

    def step(self, state: State, command: Command) -> tuple[State, Judged]:
        """Return the machine's step, judged."""
        outcome: Outcome | None
        try:
            after, outcome = self.machine.step(state, command)
        except ROWS_RAISE:
            after, outcome = state, None
        step = Step(self.machine.world(state), command, self.machine.world(after), outcome, self.machine)
        broken = [*self._unmet(("request", type(command)), step, lambda expected: is_met(expected, step))]
        for kind, name in step.changed:
            change = Change(step, name, look_up(step.before, kind, name), look_up(step.after, kind, name))
            if kind not in self._changed:
                self._changed.add(kind)
                self.asked.update(theorem.name for theorem in self._about.get(("change", kind), ()))
            broken += self._unmet(("change", kind), change, lambda _: False)
        return after, Judged(outcome, tuple(broken))

    def look(self, state: State, at: EntityName) -> tuple[State, Unmet]:
        """Return the state unchanged, with the theorems that one entity in it breaks."""
        return state, self.of_entity(self.machine.world(state), at)

    def of_entity(self, world: World, at: EntityName) -> Unmet:
        """Return the theorems that one entity, which must exist, breaks."""
        entity = world.entity(at.kind, at.name)
        return tuple(self._unmet(("always", at.kind), entity, lambda fact: is_shown(fact, world)))

    def _unmet(
        self, about: tuple[str, type[Any]], seen: Any, is_met: Callable[[Any], bool]
    ) -> Iterator[tuple[str, Expectation]]:
        """Yield the demands of theorems that are not met."""
        for theorem in self._about.get(about, ()):
            try:
                for expected in theorem.check(seen):
                    self.asked.add(theorem.name)
                    if not is_met(expected):
                        yield theorem.name, expected
            except ROWS_RAISE:
                yield theorem.name, Readable()


# A broken theorem as a scenario: replayed through the readable machine, and written in the words of the features


class DoesNotReplay(Exception):
    """An engine says that a theorem is broken where the readable machine keeps it: a defect of the engine."""


def counterexample(scope: Scope, machine: Machine, theorem: Theorem, broken: Broken) -> str:
    """Return the scenario of a broken theorem: the way there, the last command, and the demand.

    Raises `DoesNotReplay`.
    """
    *before, last = broken.commands
    if (theorem.name, broken.expected) not in breaks(Judge(machine, [theorem]), broken.commands):
        raise DoesNotReplay(f"{theorem.name} holds after {'; '.join(map(format_command, broken.commands))}")
    tags, thens = assertions(broken.expected, theorem)
    title = theorem.sentence.rstrip(".")
    given = format_steps("Given", givens(scope, tuple(before)))
    return "\n".join(format_scenario(title, given, format_command(last), thens, tags))


def breaks(judge: Judge, commands: Commands) -> Unmet:
    """Return the theorems that the last command breaks, or the state after it."""
    after, judged = judge.step(state_after(judge.machine, commands[:-1]), commands[-1])
    return (*judged.broken, *(each for look in entities_of(after) for each in judge.look(after, look)[1]))


def state_after(machine: Machine, commands: Commands) -> State:
    """Return the state after the commands."""
    state = initial(DEFAULT_STAGE)
    for command in commands:
        state, _ = machine.step(state, command)
    return state


def assertions(expected: Expectation, theorem: Theorem) -> tuple[tuple[str, ...], list[str]]:
    """Return the tags of the scenario, and its assertions; a refusal and a silence give their ids as tags."""
    match expected:
        case Fact():
            return theorem.requirements, [format_fact(expected)]
        case Refused(because=because):
            return tuple(sorted(because)), ["the request is refused"]
        case Unspecified(silent=silent):
            return tuple(sorted(silent)), ["what happens is not specified"]
        case Uses(uses=uses):
            return theorem.requirements, format_key_uses(uses)
        case Unchanged():
            return theorem.requirements, ["nothing has changed"]
    # no sentence states which requirements are named, nor that records can be read
    return theorem.requirements, ["the request is accepted"]
