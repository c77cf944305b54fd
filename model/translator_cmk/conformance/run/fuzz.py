"""The lane of fuzzing: random sequences over two or three of everything, until the time is up."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from ...explore.scopes import FUZZED, SCOPES, state_after
from ...language.declaration import Declaration
from ...language.situations import situations
from ...machine import Accepted, Command, Outcome, Refused, State, Unspecified
from ...machine.step import OF_NAMES
from ...oracle.profiles import NAMES_GIVEN_AGAIN
from ...system import MACHINE
from ..judgement.cases import FUZZ
from ..wire.subject import Subject
from .applicable import applicable
from .lane import SequenceLane
from .planning import PlannedStep
from .running import Running
from .sequences import STRESS_START, in_variant, named_sequences, stress_alphabet, variants

LONGEST = 25
"""How many commands a sequence has at most, beside those of the situation that it begins with."""

TIMES = (1, 1, 1, 1, 1, 1, 1, 5)
"""How often a command is given in a row: what goes wrong only after some times goes wrong then."""


def alphabet() -> tuple[Command, ...]:
    """Return every command of every scope, over two resources, two vaults and their parts."""
    commands = [command for scope in (*SCOPES, FUZZED) for command in scope.alphabet]
    return tuple(dict.fromkeys(commands))


EFFECTIVE = "effective"
"""Commands that the model accepts for what they change, or that are not specified."""

NEAR_MISS = "near miss"
"""Commands that the model refuses for one reason alone."""

ANY = "any"

MOSTLY_EFFECTIVE = (EFFECTIVE, EFFECTIVE, EFFECTIVE, NEAR_MISS, ANY)
MIXED = (EFFECTIVE, EFFECTIVE, NEAR_MISS, NEAR_MISS, ANY)
"""Where nothing is looked at, only refusals show that something was lost."""

UNOBSERVED = 1 / 4
"""How many of the sequences are observed at their end alone."""

TRIES = 5
"""From how many kinds of commands one is drawn that is wanted, before any is taken."""

LeavesOut = Callable[[PlannedStep], bool]


class Universe:
    """The commands that fuzzing chooses from, and the commands with which a sequence may start."""

    def __init__(
        self,
        alphabet: Iterable[Command],
        starts: Sequence[tuple[Command, ...]],
        declared: Declaration,
    ) -> None:
        self.by_kind: dict[str, list[Command]] = defaultdict(list)
        for command in alphabet:
            if list(applicable([command], declared)):
                self.by_kind[type(command).__name__].append(command)
        self.kinds = sorted(self.by_kind)
        self.starts = starts

    def of_kind(
        self, kind: str, wanted: str, state: State, leaves_out: LeavesOut = lambda _: False
    ) -> list[Command]:
        """Return the commands of a kind that are wanted, and are not left out."""
        found = []
        for command in self.by_kind[kind]:
            _, outcome = MACHINE.step(state, command)
            if is_wanted(outcome, wanted) and not leaves_out(PlannedStep(command, outcome)):
                found.append(command)
        return found


def is_wanted(outcome: Outcome, wanted: str) -> bool:
    """Return whether a command with this outcome is effective, or a near miss: refused for one
    reason, and no name.
    """
    if isinstance(outcome, Unspecified):
        # what a name means that is given again is open, and so is all that follows with it
        return wanted != NEAR_MISS and not outcome.silent & NAMES_GIVEN_AGAIN
    if wanted == EFFECTIVE:
        return isinstance(outcome, Accepted) and bool(outcome.by)
    if wanted == NEAR_MISS:
        if not isinstance(outcome, Refused):
            return False
        return len(outcome.because) == 1 and not outcome.because & OF_NAMES
    return True


class Fuzzer:
    """Makes up sequences for a system; the seed decides which, and ``leaves_out`` which steps are
    in none.
    """

    def __init__(
        self, declared: Declaration, seed: int, leaves_out: LeavesOut = lambda _: False
    ) -> None:
        self.declared = declared
        self.random = Random(seed)
        self.leaves_out = leaves_out
        starts = [(), *(situation.commands for situation in situations().values())]
        two_of_each = Universe(alphabet(), starts, declared)
        stress = Universe(stress_alphabet(), [named_sequences()[STRESS_START]], declared)
        # one sequence in four begins from much at once
        self.universes = (two_of_each, two_of_each, two_of_each, stress)
        self.variants = variants(declared.stage)

    def draw(self) -> tuple[tuple[Command, ...], int]:
        """Return a sequence, and after how many commands the system is first observed, but for the
        last one.

        These are all, or those of the situation that it begins with, which other lanes look at; or
        none, if the system takes its time for one of them.
        """
        unobserved = self.random.random() < UNOBSERVED
        universe = self.random.choice(self.universes)
        variant = self.random.choice(self.variants)
        start = self.random.choice(universe.starts)
        more = list(self._more(start, universe, MIXED if unobserved else MOSTLY_EFFECTIVE))

        first = list(applicable(in_variant(start, variant), self.declared))
        rest = list(applicable(in_variant(more, variant), self.declared))
        asked = (*first, *rest)
        if self._waits_for_any(asked):
            return asked, 0
        return asked, len(asked) if unobserved else len(first)

    def _waits_for_any(self, commands: Iterable[Command]) -> bool:
        """Return whether the system takes its time after one of the commands, and is then observed
        until it is done.
        """
        return any(self.declared.windows.get(type(command).__name__) for command in commands)

    def _more(
        self, start: tuple[Command, ...], universe: Universe, mix: Sequence[str]
    ) -> Iterator[Command]:
        """Yield commands of such a mix, to follow a situation."""
        state = state_after(MACHINE, start)
        for _ in range(self.random.randint(1, LONGEST)):
            command = self._command(self.random.choice(mix), universe, state)
            # some are asked again at once
            for _ in range(self.random.choice(TIMES)):
                state, _ = MACHINE.step(state, command)
                yield command

    def _command(self, wanted: str, universe: Universe, state: State) -> Command:
        """Return a command of a kind that has some that are wanted, if one is found soon."""
        for _ in range(TRIES):
            kind = self.random.choice(universe.kinds)
            found = universe.of_kind(kind, wanted, state, self.leaves_out)
            if found:
                return self.random.choice(found)
        # any of the kind that was tried last
        return self.random.choice(universe.by_kind[kind])


def run_fuzz(running: Running, subject: Subject, budgets: Mapping[str, Any]) -> None:
    """Fuzz so many sequences, or until the time is up, with one at least; raises `Aborted`."""
    running.progress.begin(FUZZ)
    lane = SequenceLane(FUZZ, running, subject)
    fuzzer = Fuzzer(subject.declaration, running.made.seed, lane.leaves_out)
    clock = subject.session.clock
    tally = lane.tally
    counted = "sequences" in budgets
    most = budgets["sequences"] if counted else float("inf")
    seconds = float("inf") if counted else budgets["seconds"]
    began = clock.now()  # the time is for sequences, not for what precedes them
    try:
        while tally.sequences == 0 or (
            tally.sequences < most and clock.allows(FUZZ, began + seconds)
        ):
            commands, blind = fuzzer.draw()
            lane.run(commands, blind)
            if counted:
                running.progress.show_count(
                    tally.sequences, budgets["sequences"], "sequences", len(tally.failed)
                )
            else:
                spent = round(clock.now() - began)
                running.progress.show_count(spent, round(seconds), "seconds", len(tally.failed))
    finally:
        lane.end(seconds=round(min(clock.now() - began, seconds), 1))
