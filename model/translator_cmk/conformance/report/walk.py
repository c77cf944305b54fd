"""Takes the worlds of a message log to their lanes, and says what a log of this run can't have, or lacks."""

from collections.abc import Iterator
from typing import Any

from ...language.declaration import Declaration
from ..cases import FEATURES, FUZZ, TOUR, TRACE, Scenario, scenarios
from ..features import play
from ..keeping import LeftOut
from ..running import Running
from ..selection import is_selected, selected
from ..sequencing import SHRINKING
from ..shadow import Coverage, Shadow
from ..tour import asked_of, suites_of, told
from ..verdicts import Came
from .folder import MESSAGES
from .log import OtherRequest, World
from .rejudged import Ask, Rejudged, commands_of, place, too_much

LARGE = 2**22
"""Bytes that one sequence hardly has, even where a system shows much that is not ours."""


class Walk:
    """The worlds of a log, each in its lane."""

    def __init__(self, running: Running, envelope: dict[str, Any]) -> None:
        made = running.made
        self.running = running
        self.envelope = envelope
        self.complete = bool(envelope["complete"])
        chosen = selected(scenarios(made.profile, made.waived), made.selection) if FEATURES in made.lanes else []
        self.scenarios = {each.case.id: each for each in chosen}
        self.ended: list[str] = []  # scenarios
        self.cut_off: list[str] = []
        self.problems: list[str] = []
        self.lanes: dict[str, Rejudged] = {}
        self.under_way: Rejudged | None = None
        self.ask: Ask | None = None
        if self.complete or any(case["lane"] == FEATURES for case in envelope["cases"]):
            running.expect(each.case for each in chosen)

    def begin(self, declared: Declaration, ask: Ask) -> None:
        """Ask this of a system that said hello."""
        self.ask = ask
        lanes = self.running.made.lanes
        if TOUR in lanes and (self.complete or has_begun(TOUR, self.envelope)):
            self._tour(declared)
        if FUZZ in lanes:
            self.lanes[FUZZ] = Rejudged(FUZZ, self.running, declared)

    def _tour(self, declared: Declaration) -> None:
        budgets = self.running.made.budgets
        suites = suites_of(tuple(budgets["scopes"]), budgets["steps"])
        asked = asked_of(suites, declared)
        self.lanes[TOUR] = Rejudged(TOUR, self.running, declared, asked)
        self.running.notes[TOUR] = told(suites, asked)

    def take(self, world: World | LeftOut) -> None:
        """Judge a world; raises `CommandError`."""
        if isinstance(world, LeftOut):
            self._left_out(world)
        elif not world.ended:
            self.cut_off.append(place(world))
        else:
            self._ended(world)
            cover(self.running.coverage, world)

    def _ended(self, world: World) -> None:
        if self.ask is None:
            self.problems.append(f"{place(world)}: something is asked, and nobody said hello")
        elif scenario := self.scenarios.get(world.case):
            self._played(scenario, world, self.ask)
        elif lane := self.lanes.get(world.case):
            self.under_way = lane
            lane.take(world, self.ask)
        elif world.case == SHRINKING and self.under_way is not None:
            self.under_way.shorten(world, self.ask)
        else:
            self.problems.append(f"{place(world)}: {world.case!r} is nothing that this run asks for")

    def _left_out(self, counts: LeftOut) -> None:
        if counts.lane != FUZZ or FUZZ not in self.lanes:
            self.problems.append(f"{MESSAGES}: counts of {counts.lane} stand for messages, which are never left out")
            return
        largest = self.running.made.budgets["log_size"]
        if counts.logged + LARGE < largest / 2:  # the sequence that made it too large is taken back
            told = f"counts stand for messages where the log of {counts.lane} has but {counts.logged:,} bytes"
            self.problems.append(f"{MESSAGES}: {told}, and may have {largest:,}")
        self.lanes[FUZZ].tally.take(counts)
        self.running.coverage.commands += counts.commands

    def _played(self, scenario: Scenario, world: World, ask: Ask) -> None:
        if scenario.case.id in self.ended:
            self.problems.append(f"{place(world)}: {scenario.case.id} is played twice")
        if world.silent:
            self.problems.append(f"{place(world)}: nothing is silent in a scenario")
        self.ended.append(scenario.case.id)
        subject = ask(world)
        try:
            came = play(subject, scenario, self.running.register)
            self.problems += too_much(subject, world)
        except OtherRequest as error:
            came = Came("inconclusive", str(error))
            self.problems.append(f"{place(world)}: {error}")
        self.running.take(scenario.case, came)

    def _due(self, whole: bool) -> list[str]:
        """The scenarios that have been begun: all, or those up to the last that ended, since verify keeps to the order.

        Pytest, which has no budgets, keeps to an order of its own, and leaves out twins that nobody selected.
        """
        if not self.running.made.budgets:
            selection = self.running.made.selection
            return [case for case, each in self.scenarios.items() if whole and is_selected(each, selection)]
        due = list(self.scenarios)
        return due if whole else due[: max((due.index(case) + 1 for case in self.ended), default=0)]

    def end(self, sessions: int) -> Iterator[str]:
        """Say what came of each lane; what is wrong with the log, in which so many sessions had worlds."""
        shown = {case["id"]: case.get("shown", "") for case in self.envelope["cases"]}
        yield from self.problems
        later = has_begun(FUZZ, self.envelope) or has_begun(TRACE, self.envelope)
        for name, lane in self.lanes.items():
            to_its_end = self.complete or (later if name == TOUR else has_begun(TRACE, self.envelope))
            yield from lane.end(to_its_end, lambda case: str(shown.get(case, "")))
        whole = self.complete or later or has_begun(TOUR, self.envelope)
        missing = [case for case in self._due(whole) if case not in self.ended]
        if len(missing) > (0 if whole else sessions - 1):  # each of the others may be about one
            yield f"{MESSAGES} does not have {missing[0]}, which this run asks for"
        if self.complete:
            yield from (f"{each}: what was begun there has no end" for each in self.cut_off)


def has_begun(lane: str, envelope: dict[str, Any]) -> bool:
    """Whether a report says that something has come of a lane, or may yet."""
    return lane in envelope or any(case["lane"] == lane for case in envelope["cases"])


def cover(coverage: Coverage, world: World) -> None:
    """Count what the commands of a world come upon, but for those that the system broke over."""
    shadow = Shadow(coverage)
    commands = commands_of(world)
    for exchange in world.exchanges:
        if exchange["request"].get("verb") == "submit":
            command = next(commands)
            if "fault" not in exchange:
                shadow.submit(command)
