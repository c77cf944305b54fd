"""HSI suites: test sequences which show any fault that a system has within a stated fault domain.

The method of harmonised state identifiers: reach each state of the reduced machine by its access sequence; from there,
give every sequence of up to `extra + 1` inputs; and where each of these ends, the sequences that the state there is
known by.  A system that answers all of them as the machine does is equivalent to it, or outside the fault domain.

That it is complete for systems of so many states more is classical (R. Dorofeeva and others survey such methods, 2010);
that it is so for all systems whose states are reached by the access sequences and so many inputs, F. Vaandrager and
I. Melse showed (CONCUR 2025, https://arxiv.org/abs/2410.19405).
"""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from ..tours.sequences import CommandSequence
from .reduced import Reduced, Sight
from .separating import Inputs, identifiers, longest

MOST = 1_000_000
"""The most sequences that a suite is made of, before those that are part of others are left out."""


class TooLarge(ValueError):
    """The suite would have more sequences than are made."""


class Certificate(NamedTuple):
    """What a suite guarantees, and against which faults, in plain sentences."""

    guarantee: str
    fault_domain: str
    assumes: str


class HsiSuite(NamedTuple):
    """A complete suite of a reduced machine, with so many extra states allowed for; sequences are numbers of inputs."""

    machine: Reduced
    extra: int
    sequences: tuple[Inputs, ...]

    @property
    def steps(self) -> int:
        """Resets, the commands that lead to the start of the scope, and the others."""
        return sum(1 + len(self.machine.scope.start) + len(sequence) for sequence in self.sequences)

    def named(self) -> Iterator[CommandSequence]:
        """The sequences as commands, from the reset on."""
        scope, inputs = self.machine.scope, self.machine.inputs
        for number, sequence in enumerate(self.sequences, start=1):
            commands = (*scope.start, *(inputs[each] for each in sequence))
            yield CommandSequence(f"{scope.name}/{number}", commands, len(scope.start))


def hsi_suite(machine: Reduced, extra: int) -> HsiSuite:
    """The suite for systems of up to so many extra states; raises `TooLarge`."""
    known_by = identifiers(machine)
    probes = sum(machine.width**length for length in range(extra + 2))
    if probes * sum(max(1, len(each)) for each in known_by) > MOST:
        raise TooLarge(
            f"{machine.scope.name}, {extra_states(extra)}: {machine.states:,} states and {machine.width} commands make "
            f"more than {MOST:,} sequences; allow for fewer, or take a smaller scope"
        )
    return HsiSuite(machine, extra, longest(every(machine, extra, known_by)))


def extra_states(extra: int) -> str:
    """So many extra states, in words."""
    return f"{extra or 'no'} extra state{'' if extra == 1 else 's'}"


def every(machine: Reduced, extra: int, known_by: tuple[tuple[Inputs, ...], ...]) -> Iterator[Inputs]:
    """All sequences of the method."""
    for state, way in enumerate(machine.access):
        for length in range(extra + 2):
            for probe in product(range(machine.width), repeat=length):
                end = state
                for number in probe:
                    end = machine.after[end * machine.width + number]
                for sequence in known_by[end] or ((),):
                    yield (*way, *probe, *sequence)


AGREES = {
    Sight.OUTCOMES: "accepts and refuses as the full specification does",
    Sight.REASONS: "accepts and refuses, and gives reasons, as the full specification does",
    Sight.OBSERVATIONS: "accepts and refuses, gives reasons, and shows all that a customer can see, as the full "
    "specification does",
}


def certificate(suite: HsiSuite) -> Certificate:
    """What the suite guarantees."""
    machine, extra = suite.machine, suite.extra
    further = f", followed by at most {extra} command{'s' if extra > 1 else ''}" if extra else ""
    kinds = ", ".join(sorted({type(command).__name__ for command in machine.left_out}))
    left_out = (
        f" Left out: {len(machine.left_out)} of the scope's commands ({kinds}), which it has up to a bound only, or "
        "whose outcome is left open in some state."
    )
    return Certificate(
        f"A system of the fault domain that passes all {len(suite.sequences):,} sequences {AGREES[machine.sight]}, "
        f"whatever it is given of these {machine.width} commands, and however often, after a reset and the commands "
        f"that lead to the start of {machine.scope.name}.",
        f"Every system of at most {machine.states + extra:,} states that these commands can tell apart; and every "
        f"system, however many states it has, where each of them is reached by one of {machine.states:,} access "
        f"sequences{further}. Any number of wrong answers and wrong successors at once is among them.",
        "The system does the same whenever it is given the same commands after a reset."
        + (left_out if machine.left_out else ""),
    )
