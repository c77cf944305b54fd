"""Effects that take their time: what they change, and until when the earlier value may still show.

A system that takes time to carry out a command declares a window for it, in seconds.  Once it has
accepted such a command, a field that is to change may show its earlier value until the window
closes; after that it is late.  The fields that are to change are those that change in the model,
which is asked the same.

Until then the system may also answer as before the command, whatever it shows: what shows a change
and what heeds it may be two parts of it.

A look may leave out what is to change.  Then nobody knows whether it has, and a command that takes
it back would come too early: a loss that was undone before it came is none.
"""

from collections.abc import Collection, Iterable
from typing import Any

from ...language.facts import Fact, observed_value
from ...machine import Observation, State

FieldName = tuple[str, str, str]
"""Kind and name of an entity, and a field of it."""


class PendingEffects:
    """The effects of the commands of one world that have not shown yet."""

    def __init__(self) -> None:
        self.earlier: dict[FieldName, Any] = {}  # the value that each field shows before it changes
        self.closes = 0.0  # when the last window of an accepted command closes
        # the same with refused ones, which a claim about everything waits for
        self.closes_for_claims = 0.0
        # the model's state before each command with a window, and when that closes
        self.earlier_states: list[tuple[State, float]] = []
        self.has_hidden = False  # whether there are effects that the system does not show
        # fields that showed their earlier values when all windows had closed, at the last look
        self.late: frozenset[FieldName] = frozenset()
        # fields that are to change, which the last look could not show
        self.unseen: frozenset[FieldName] = frozenset()
        # all fields that are to change, and when the window for that closes
        self.changing: dict[FieldName, float] = {}
        self.was_late = False  # whether a field was late when the last command was asked
        self.under_way = False  # whether the last command has a window
        self.answered_early = False  # whether the last answer was that of an earlier state
        self.before: Observation = {}  # what showed before the last command
        self.seen: Observation = {}  # what shows now

    def begin_command(self) -> None:
        """Note that a command was asked."""
        self.was_late = bool(self.late)
        self.under_way = False
        self.answered_early = False
        self.before = self.seen

    def expect_claims(self, closes: float) -> None:
        """Note when the window of a command closes that was accepted or refused."""
        self.closes_for_claims = max(self.closes_for_claims, closes)

    def expect(
        self, closes: float, state: State, earlier: Iterable[Fact], has_hidden: bool
    ) -> None:
        """Note when the window of an accepted command closes, and the state and the values that
        showed before; ``has_hidden``: whether it changes something that the system does not show.
        """
        self.closes = max(self.closes, closes)
        self.earlier_states.append((state, closes))
        self.under_way = True
        self.has_hidden = self.has_hidden or has_hidden
        for fact in earlier:
            # of two commands on one field, the value before the later one counts
            self.earlier[fact.kind, fact.name, fact.field] = fact.value

    def expect_changes(self, closes: float, fields: Iterable[FieldName]) -> None:
        """Note which fields a command changes, shown or hidden, and when its window closes."""
        self.changing |= dict.fromkeys(fields, closes)

    def states_before(self, now: float) -> list[State]:
        """Return the states before each command whose window is still open."""
        return [state for state, closes in self.earlier_states if now < closes]

    def end_wait(
        self, seen: Observation, as_expected: bool, left_out: Collection[FieldName]
    ) -> None:
        """Note what shows once the effects that can be seen have shown, or their windows have
        closed; ``left_out``: what the look leaves out.
        """
        self.has_hidden = False
        unchanged = set[FieldName]()
        for name, value in self.earlier.items():
            if observed_value(seen, *name) == value:
                unchanged.add(name)
        self.unseen = frozenset(self.earlier.keys() & left_out)
        # as expected is also an earlier value that a later command has restored
        self.late = frozenset() if as_expected else frozenset(unchanged)
        kept = unchanged | self.unseen
        self.earlier = {name: value for name, value in self.earlier.items() if name in kept}

    def would_be_taken_back(self, fields: Iterable[FieldName], now: float) -> bool:
        """Return whether to change these fields takes back what may not have come yet, since it
        could not be seen.
        """
        if not self.unseen:
            return False
        return any(now < self.changing.get(field, 0.0) for field in fields)

    def still_shows_earlier(self, fact: Fact) -> bool:
        """Return whether the last command has a window, and a field shows what it showed before."""
        name = fact.kind, fact.name, fact.field
        value = observed_value(self.seen, *name)
        return self.under_way and value == observed_value(self.before, *name)
