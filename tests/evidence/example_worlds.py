"""Whether a mutant of the example in Python can be told from the example at all: both do the same steps, side by side.

The example is run through every command in every state of small scopes, and through random walks over two or more of
everything.  A mutant that answers each of these steps as the example does, goes where it goes, and shows each of the
states as it does, is equivalent as far as one can see in these worlds.
"""

import marshal
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from translator_cmk.conformance.fuzz import alphabet
from translator_cmk.conformance.tour import SMALL
from translator_cmk.explore.scopes import Scope
from translator_cmk.language import command_to_wire, stage_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE, Command
from translator_cmk.machine.commands import COMMANDS, RotateKey

WALKS, LENGTH, TRIES = 500, 25, 5
"""How many random walks there are beside the scopes, of how many steps, and how many commands are tried for each."""

State = bytes
"""A state of the example, packed: two are the same exactly when the bytes are."""

METHODS = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower(): frozenset({name}) for name in COMMANDS}
METHODS["create_key"] |= METHODS["import_key"]
"""The commands that each method carries out."""

AFTERWARDS = ("follow_up", "key_inaccessible")
"""Functions that are called only once a command has been accepted."""

PAIRS = 300
"""How many pairs of states that differ are followed up at most."""


class Answer(NamedTuple):
    """What came of a command: how it was answered, the reasons of a refusal, and the recorded uses of a key."""

    how: str
    because: frozenset[str] = frozenset()
    audit: Any = None

    def may_be(self, other: "Answer") -> bool:
        """Tell whether the other answer would be right where this one is: of several reasons, some are enough."""
        return self == other or (self.how == other.how == "refused" and frozenset() < other.because < self.because)


class Step(NamedTuple):
    """A command given in a state, what was answered, and the state after it."""

    before: State
    command: Command
    answer: Answer
    after: State


class Program:
    """An example or a mutant of it, from whose states one can go on at will."""

    def __init__(self, source: str) -> None:
        self.module: dict[str, Any] = {"__name__": "emulator"}
        exec(compile(source, "emulator.py", "exec"), self.module)

    def start(self) -> State:
        """Return the state after a reset."""
        return packed(self.module["Emulator"](stage_to_wire(DEFAULT_STAGE)))

    def step(self, state: State, command: Command) -> tuple[Answer, State]:
        """Return what is answered to a command in a state, and the state after it; a crash is an answer."""
        emulator = self._at(state)
        try:
            told = self.module["submit"](emulator, **wire(command))
            answer = Answer(told["answer"], frozenset(told.get("because", ())), told.get("audit"))
        except Exception as error:  # noqa: BLE001  # a mutant may raise anything
            answer = Answer(f"with {type(error).__name__}")
        return answer, packed(emulator)

    def show(self, state: State) -> Any:
        """Return what a customer sees of a state."""
        try:
            return self._at(state).observe()
        except Exception as error:  # noqa: BLE001  # as above
            return type(error).__name__

    def _at(self, state: State) -> Any:
        kind = self.module["Emulator"]
        emulator = kind.__new__(kind)
        emulator.__dict__ = marshal.loads(state)
        return emulator


def packed(emulator: Any) -> State:
    """Return the state that it is in."""
    return marshal.dumps(emulator.__dict__, 2)  # later versions tell by reference what is there twice


WIRE: dict[Command, dict[str, Any]] = {}


def wire(command: Command) -> dict[str, Any]:
    """Return the command as the example is told it."""
    if command not in WIRE:
        WIRE[command] = command_to_wire(command)
    return WIRE[command]


class Worlds:
    """Everything that the example does in the worlds in which mutants are compared with it."""

    def __init__(self, source: str, scopes: Iterable[Scope] = SMALL, walks: int = WALKS) -> None:
        self.example = Program(source)
        self.scopes = tuple(scopes)
        self.walks = walks
        self.states: dict[State, State] = {}

    @cached_property
    def steps(self) -> list[Step]:
        """Return every step once: first those of the walks."""
        steps = [step for walk in self.walked() for step in walk]
        for scope in self.scopes:
            steps += self._searched(scope)
        return steps

    @cached_property
    def shown(self) -> dict[State, Any]:
        """Return what the example shows of every state."""
        return {state: self.example.show(state) for step in self.steps for state in (step.before, step.after)}

    def _step(self, state: State, command: Command) -> Step:
        """Return one step of the example; a state is kept once."""
        answer, after = self.example.step(state, command)
        return Step(state, command, answer, self.states.setdefault(after, after))

    def _searched(self, scope: Scope) -> Iterator[Step]:
        """Return every command in every state of a scope."""
        state = self.example.start()
        for command in scope.start:
            state = self.example.step(state, command)[1]
        found = [state]
        known = {state}
        for state in found:
            for command in scope.alphabet:
                if isinstance(command, RotateKey) and not self._can_rotate(scope, state, command):
                    continue
                step = self._step(state, command)
                yield step
                if step.after not in known:
                    known.add(step.after)
                    found.append(step.after)

    def _can_rotate(self, scope: Scope, state: State, command: RotateKey) -> bool:
        """Tell whether the scope has a further version of the key."""
        key = marshal.loads(state)["keys"].get(f"{command.vault}/{command.key}")
        return key is None or key["version"] < scope.versions

    def walked(self) -> Iterator[list[Step]]:
        """Random walks from every situation on, each the steps one after the other."""
        random = Random(1)
        commands = alphabet()
        starts = [(), *(each.commands for each in situations().values())]
        for number in range(self.walks):
            yield self.walk(random, starts[number % len(starts)], commands)

    def walk(self, random: Random, start: Iterable[Command], commands: Sequence[Command]) -> list[Step]:
        """Return a random walk; most of its steps change something."""
        walk = []
        state = self.example.start()
        for command in start:
            walk.append(self._step(state, command))
            state = walk[-1].after
        for _ in range(LENGTH):
            for _ in range(TRIES):
                walk.append(self._step(state, random.choice(commands)))
                if walk[-1].after != state:
                    break
            state = walk[-1].after
        return walk

    def difference(self, mutant: Program, function: str) -> str | None:
        """Return where a mutant of this function differs, in one sentence; None where it does not."""
        for state, seen in self.shown.items():
            if mutant.show(state) != seen:
                return "shows a state otherwise"
        elsewhere: dict[tuple[State, State], str] = {}
        for step in self.steps:
            name = type(step.command).__name__
            if name not in commands_of(function) or (function in AFTERWARDS and step.answer.how == "refused"):
                continue
            answer, after = mutant.step(step.before, step.command)
            if not step.answer.may_be(answer):
                return f"answers {answer.how} to {name}, and the example {step.answer.how}"
            if not same(step.after, after):
                elsewhere.setdefault((step.after, after), f"goes elsewhere with {name}")
        return self._from_there(mutant, elsewhere)

    def _from_there(self, mutant: Program, elsewhere: dict[tuple[State, State], str]) -> str | None:
        """Whether pairs of states that are not the same can be told apart, by what is seen of them or what follows."""
        found = list(elsewhere)[:PAIRS]
        for ours, theirs in found:
            if self.example.show(ours) != mutant.show(theirs):
                return elsewhere[ours, theirs]
            for command in alphabet():
                answer, after = self.example.step(ours, command)
                other, there = mutant.step(theirs, command)
                if not answer.may_be(other):
                    return f"{elsewhere[ours, theirs]}, which {type(command).__name__} tells"
                if not same(after, there) and (after, there) not in elsewhere and len(found) < PAIRS:
                    elsewhere[after, there] = elsewhere[ours, theirs]
                    found.append((after, there))
        return None


def same(state: State, other: State) -> bool:
    """Tell whether two states have the same in them, in whatever order."""
    return state == other or bool(marshal.loads(state) == marshal.loads(other))


def commands_of(function: str) -> frozenset[str]:
    """Return the commands that can come by a function."""
    return METHODS.get(function, frozenset(COMMANDS))
