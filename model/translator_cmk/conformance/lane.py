"""A lane of sequences: a failure ends its sequence, and the rest is planned again from a reset, around it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..language.facts import Fact
from ..machine import Accepted, Command, Outcome, Refused, Stage, State, initial
from ..oracle import first_difference, oracle_for
from ..oracle.profiles import machine_of, silent_in
from ..requirements import load_register
from ..system import MACHINE
from .findings import Tally, counterexample, in_full, signature
from .judging import Commands, SequenceResult, run_sequence, shrunk
from .running import Running
from .subject import Subject

OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

TWICE = 2
"""How often a kind of step may fail, without ever being as demanded, before it is left out of the others."""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its own all the same."""

UNCONFIRMED = "the readable model, asked the same, does not confirm the difference"
SHRINKING, SHRUNK = "shrinking", "shrunk"
"""The cases under which the message log has the attempts to find a shorter sequence, and the shortest."""

SHRINKING_OF_ONE, SHRINKING_OF_ALL = 20.0, 60.0
"""Seconds after which no shorter sequence is looked for any more, for one failure and for all of a lane."""

ASKED_AGAIN = "it was asked again with a look after each command, and differs at an earlier one"

NONE: frozenset[str] = frozenset()

Kind = tuple[str, type[Outcome], frozenset[str]]
"""A kind of step: the command, and what the model answers it, but for names."""


class Step(NamedTuple):
    """A command, and what the model answers it where it is planned."""

    command: Command
    outcome: Outcome

    @property
    def kind(self) -> Kind:
        """The kind of step."""
        outcome = self.outcome
        why = outcome.by if isinstance(outcome, Accepted) else outcome.because if isinstance(outcome, Refused) else NONE
        return type(self.command).__name__, type(self.outcome), why


class Plan(NamedTuple):
    """Steps that are still to be asked, and the commands that lead there from a reset: these have been as demanded."""

    begins: State
    way: Commands
    steps: tuple[Step, ...]

    @property
    def commands(self) -> Commands:
        """All that is asked."""
        return (*self.way, *(step.command for step in self.steps))


def plan_of(commands: Iterable[Command], stage: Stage) -> Plan:
    """Return the plan to ask these commands, from a reset on."""
    state, steps = initial(stage), []
    for command in commands:
        state, outcome = MACHINE.step(state, command)
        steps.append(Step(command, outcome))
    return Plan(initial(stage), (), tuple(steps))


class SequenceLane:
    """A lane of sequences.  A failure counts only if everything before it in its sequence was as demanded.

    ``asked``: the sequences that are planned.
    """

    def __init__(self, lane: str, running: Running, subject: Subject, asked: Sequence[Commands] = ()) -> None:
        self.lane = lane
        self.running = running
        self.subject = subject
        self.declared = declared = subject.declaration
        planned = {type(command).__name__ for commands in asked for command in commands}
        self.tally = Tally(lane, declared.levels, planned, running.silent)
        self.broke: Counter[str] = Counter()  # by command
        self.failed: Counter[Kind] = Counter()
        self.agreed: set[Kind] = set()
        self.detours = sum(1 + len(commands) for commands in asked) if asked else float("inf")  # steps left for them
        self.oracle = oracle_for(machine_of(running.silent), declared)
        self.unlisted = oracle_for(machine_of(running.silent | running.listed), declared)
        self.model = oracle_for(machine_of(silent_in("full", load_register())), declared)
        self.shrinking = SHRINKING_OF_ALL  # seconds left
        running.expect(self.tally.cases())
        running.lanes.append(self.so_far)
        running.save()

    def around(self, plan: Plan) -> Plan | None:
        """Return the plan without steps known to fail or break and without steps that depend on them; None if empty.

        A step is left out as well where, without these, the model would answer it otherwise than planned.
        """
        state, kept, left_out = plan.begins, [], []
        for step in plan.steps:
            name = type(step.command).__name__
            after, outcome = MACHINE.step(state, step.command)
            if self.broke[name] >= OFTEN or self.leaves_out(step) or outcome != step.outcome:
                left_out.append(name)
            else:
                state = after
                kept.append(step)
        self.tally.not_reached.update(left_out)
        return plan._replace(steps=tuple(kept)) if kept else None

    def leaves_out(self, step: Step) -> bool:
        """Return whether this kind of step has failed again and again, and has never been as demanded."""
        return step.kind not in self.agreed and self.failed[step.kind] >= TWICE

    def rest(self, plan: Plan, followed: SequenceResult) -> Plan | None:
        """Note which steps were as demanded; the plan for what is left after a failure, around the step that failed.

        It begins with the commands that had changed something.
        """
        differs = followed.failed or bool(followed.known) or bool(followed.fault)
        done = followed.reached - len(plan.way)  # below zero where the way there fails this time
        agreed = plan.steps[: max(done - bool(differs or followed.late or followed.lost_track), 0)]
        self.agreed.update(step.kind for step in agreed)
        left = plan.steps[max(done, 0) :]
        if differs and not followed.fault and done > 0:
            self.failed[plan.steps[done - 1].kind] += 1
        if not left:
            return None
        state, way = initial(self.declared.stage), []
        for command in (*plan.way, *(step.command for step in agreed)):
            after, _ = MACHINE.step(state, command)
            if after != state:
                way.append(command)
            state = after
        self.detours -= 1 + len(way) + len(left)
        if not differs or done < 1 or self.detours < 0:
            self.tally.not_reached.update(type(step.command).__name__ for step in left)
            return None
        return Plan(state, tuple(way), left)

    def weighed(self, followed: SequenceResult) -> SequenceResult:
        """Return the result with a difference only if the readable model confirms it, and apart if it is listed."""
        if not followed.failed:
            return followed
        stage = self.declared.stage
        if not first_difference(followed.exchanges, self.model, stage):
            return replace(followed, differences=(), lost_track=UNCONFIRMED)
        if not self.running.listed:
            return followed
        unlisted = first_difference(followed.exchanges, self.unlisted, stage)
        found = {each.expected for each in followed.differences}
        more = tuple(
            each
            for each in (unlisted.differences if unlisted else ())
            if not isinstance(each.expected, Fact) or each.expected in found
        )
        if unlisted and more:
            return replace(followed, differences=more, why=unlisted.why)
        return replace(followed, differences=(), known=followed.differences)

    def run(self, commands: Iterable[Command], blind: int = 0) -> None:
        """Put the system through a sequence, and through the rest of it around each failure; raises `Aborted`."""
        plan: Plan | None = plan_of(commands, self.declared.stage)
        while plan and (plan := self.around(plan)):
            followed = self.put_through(plan.commands, blind)
            plan = None if blind else self.rest(plan, followed)

    def put_through(self, commands: Iterable[Command], blind: int = 0) -> SequenceResult:
        """Put the system through one sequence, and keep its failure if it is a new one; raises `Aborted`.

        If nothing was observed, a failure may follow from an earlier command: it is asked again, and observed.
        """
        followed = self.ask(commands, blind, self.lane)
        if blind and followed.failed:
            looked = self.ask(followed.asked, 0, self.lane)
            if looked.failed or looked.fault or looked.known:
                looked, followed = replace(followed, differences=(), lost_track=ASKED_AGAIN), looked
            self.tally.add(looked)
        new = followed.failed and signature(followed) not in self.tally.first
        self.tally.add(followed)
        if followed.fault:
            self.broke[followed.last] += 1
        self.subject.recover(followed.fault.kind if followed.fault else "", bool(followed.asked[:-1]), "sequences")
        self.running.tick()
        if new:
            self.keep(followed)
        return followed

    def ask(self, commands: Iterable[Command], blind: int, case: str) -> SequenceResult:
        """Put the system through one sequence."""
        self.subject.session.case = case
        followed = self.weighed(run_sequence(self.subject, commands, self.oracle, blind))
        self.subject.session.end()
        return followed

    def again(self, commands: Commands, first: SequenceResult, case: str = SHRINKING) -> SequenceResult | None:
        """Return how the system fails these commands, if it fails as it did first; nothing of it is counted."""
        followed = self.ask(commands, len(commands) if first.unobserved else 0, case)
        if followed.fault:
            self.subject.recover(followed.fault.kind, True, "attempts")
        return followed if followed.failed and signature(followed) == signature(first) else None

    def keep(self, first: SequenceResult) -> None:
        """Shrink a new failure, and write it down."""
        shortest = self.shortened(first)
        begun = self.running.log.lines
        last = self.again(shortest, first, SHRUNK)
        messages = (begun + 1, self.running.log.lines) if last else None
        kept = counterexample(last or first, self.running.made.profile, self.running.silent, messages)
        file = self.running.keep(self.lane, first.last, kept)
        shown = self.tally.in_full.setdefault(first.last, [f"{self.lane}/{first.last}"])
        if len(shown) < MOST_SHOWN:
            shown += in_full(kept, file)

    def shortened(self, first: SequenceResult) -> Commands:
        """Return the shortest sequence for a failure that is found in time."""
        clock = self.subject.session.clock
        began = clock.now()
        until = began + min(SHRINKING_OF_ONE, self.shrinking)

        def fails(commands: Commands) -> bool:
            return clock.allows(SHRINKING, until) and self.again(commands, first) is not None

        shortest = shrunk(first.asked, fails)
        self.shrinking -= clock.now() - began
        return shortest

    def so_far(self) -> None:
        """Report the result of each command so far, and how much was done."""
        self.running.take_tally(self.tally)
        counts = self.tally.counts()
        if self.tally.planned:
            counts["not_reached"] = self.tally.not_reached.total()
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | counts

    def end(self, **notes: object) -> None:
        """Report the results for the last time."""
        self.so_far()
        self.running.notes[self.lane] |= notes
        self.running.lanes.remove(self.so_far)
