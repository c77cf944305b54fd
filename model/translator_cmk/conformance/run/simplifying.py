"""Simplify a sequence that fails: give its steps their usual values, and find those that matter.

A sentence leaves a value out that is the usual one, such as a region.  So first each value is made
the usual one, as long as the sequence still fails.  Then each usual value is changed, to see
whether the failure depends on it.  If it does, it has to be said.

A change says something only if the model still goes the same way: where a step before the last one
is refused because of it, the value is needed to get there, whatever fails.  So it is where the last
step is refused for one more reason, or a system without the demand that is broken would not accept
it either.  If it is not refused any more, that demand rests on the value, and nobody has to be
asked.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...language.declaration import Declaration
from ...language.sentences import usual_values
from ...machine import Accepted, Command, Machine, Outcome, Refused, Stage, initial
from ...machine.commands import choices
from ...system import MACHINE
from .applicable import KEY_SIZES, is_applicable
from .shrinking import Commands

OTHER_GROUP = "data"

Explicit = Mapping[Command, frozenset[str]]
"""For a command the fields whose usual values matter to a failure."""

Fails = Callable[[Commands], bool]
"""Whether a sequence fails as before."""

StillFails = Callable[[Commands], bool | None]
"""The same; None where that does not show, or there is no time to ask."""


# Usual values


def simplified(commands: Commands, fails: Fails) -> Commands:
    """Return a sequence that fails, with usual values where they make no difference.

    What has one value in several places is changed everywhere first: a resource and its vault have
    to be in one region.
    """
    kept = commands
    for value, usual in unusual_values(commands):
        everywhere = tuple(with_usual(command, value, usual) for command in kept)
        if everywhere != kept and fails(everywhere):
            kept = everywhere
    for position, command in enumerate(commands):
        for field, usual in usual_values(command).items():
            simpler = with_field(kept, position, field, usual)
            if simpler != kept and fails(simpler):
                kept = simpler
    return kept


def unusual_values(commands: Commands) -> list[tuple[Any, Any]]:
    """Return each value that is not the usual one of its field, with that, each pair once."""
    found: dict[tuple[Any, Any], None] = {}
    for command in commands:
        values = command.as_dict()
        for field, usual in usual_values(command).items():
            if values[field] != usual:
                found[values[field], usual] = None
    return list(found)


def with_usual(command: Command, value: Any, usual: Any) -> Command:
    """Return the command with the usual value of a field wherever it has this value instead."""
    values = command.as_dict()
    for field, usual_here in usual_values(command).items():
        if (values[field], usual_here) == (value, usual):
            values[field] = usual
    return type(command).unchecked(values.values())


def with_field(commands: Commands, position: int, field: str, value: Any) -> Commands:
    """Return the commands with another value of one field of one of them."""
    values = commands[position].as_dict()
    values[field] = value
    changed = type(commands[position]).unchecked(values.values())
    return (*commands[:position], changed, *commands[position + 1 :])


# Values that matter


def explicit_in(commands: Commands, declared: Declaration, still_fails: StillFails) -> Explicit:
    """Return the usual values on which the failure of a sequence depends."""
    if not commands:  # the reset itself failed
        return {}
    search = SearchForWhatMatters(commands, declared, still_fails)
    found: dict[Command, frozenset[str]] = {}
    for position, command in enumerate(commands):
        matter = set(found.get(command, ()))
        for field, usual in usual_values(command).items():
            has_usual = command.as_dict()[field] == usual
            if has_usual and search.matters(position, field):
                matter.add(field)
        if matter:
            found[command] = frozenset(matter)
    return found


class SearchForWhatMatters:
    """A sequence that fails, and what the model answers to it: to all of it, and to its last
    command where nothing refuses that any more.
    """

    def __init__(self, commands: Commands, declared: Declaration, still_fails: StillFails) -> None:
        self.commands = commands
        self.declared = declared
        self.still_fails = still_fails
        *self.before, self.last = outcomes_of(MACHINE, commands, declared.stage)
        self.demands = frozenset[str]()
        if isinstance(self.last, Refused):
            self.demands = self.last.because
        rows = [row for row in MACHINE.rows if row.requirement not in self.demands]
        self.without_demands = Machine(rows)
        self.last_without = self._last_without_demands(commands)

    def matters(self, position: int, field: str) -> bool:
        """Return whether nothing is broken, or the failure is gone, with another value of a
        field.
        """
        for other in other_values(self.commands[position], field, self.declared.stage):
            changed = with_field(self.commands, position, field, other)
            if not is_applicable(changed[position], self.declared):
                continue
            if not self._goes_the_same_way(changed):
                continue
            if self._breaks_nothing(changed) or self.still_fails(changed) is False:
                return True
        return False

    def _goes_the_same_way(self, changed: Commands) -> bool:
        """Return whether the model answers alike up to the last command, and refuses that for no
        further reason.
        """
        *before, last = outcomes_of(MACHINE, changed, self.declared.stage)
        if [type(each) for each in before] != [type(each) for each in self.before]:
            return False
        if isinstance(last, Refused) and not last.because <= self.demands:
            return False
        return type(self._last_without_demands(changed)) is type(self.last_without)

    def _breaks_nothing(self, changed: Commands) -> bool:
        """Return whether the model refuses the last command, and not the changed one."""
        last = outcomes_of(MACHINE, changed, self.declared.stage)[-1]
        return isinstance(self.last, Refused) and isinstance(last, Accepted)

    def _last_without_demands(self, commands: Commands) -> Outcome:
        """Return what comes of the last command where no demand refuses the original one."""
        return outcomes_of(self.without_demands, commands, self.declared.stage)[-1]


def other_values(command: Command, field: str, stage: Stage) -> Iterator[Any]:
    """Yield the other values that a field may have."""
    values = command.as_dict()
    of_stage: Mapping[str, tuple[Any, ...]] = {
        "location": (*stage.regions, "global"),
        "region": stage.regions,
        "tier": tuple(stage.tiers),
        "subscription": tuple(stage.subscriptions),
        "group": (OTHER_GROUP,),
        "size": KEY_SIZES.get(values.get("type", ""), ()),
    }
    hint = command.hints[field]
    possible = (True, False) if hint is bool else of_stage.get(field) or choices(hint)
    for value in possible:
        if value != values[field]:
            yield value


def outcomes_of(machine: Machine, commands: Commands, stage: Stage) -> list[Outcome]:
    """Return what a machine answers to each of the commands."""
    state = initial(stage)
    outcomes = []
    for command in commands:
        state, outcome = machine.step(state, command)
        outcomes.append(outcome)
    return outcomes
