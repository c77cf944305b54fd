"""A lane of sequences: a failure ends its sequence, and the rest is planned again from a reset, around it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..language.facts import Fact
from ..machine import Accepted, Command, Outcome, Refused, Stage, initial
from ..oracle.profiles import machine_of, silent_in
from .findings import (
    LeftOut,
    Signature,
    Tally,
    as_json,
    finding_of,
    in_full,
    json_text,
    name_of_last,
    signature,
)
from .judging import Commands, SequenceResult, first_difference, oracle_for, run_sequence, shrunk
from .running import IN_A_ROW, Aborted, Running, Worker
from .session import Mark
from .subject import MACHINE

OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

TWICE = 2
"""How often a kind of step may fail, without ever being as demanded, before it is left out of the others."""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its own all the same."""

UNCONFIRMED = "the readable model, asked the same, does not confirm the difference"
SHRINKING = "shrinking"
"""The case under which the message log has the attempts to find a shorter sequence."""

SHRINKING_OF_ONE, SHRINKING_OF_ALL = 20.0, 60.0
"""Seconds after which no shorter sequence is looked for any more, for one failure and for all of a lane."""

ASKED_AGAIN = "it was asked again with a look after each command, and differs at an earlier one"

Kind = tuple[str, type[Outcome], frozenset[str]]
"""A kind of step: the command, and what the model answers it, but for names."""


class Step(NamedTuple):
    """A command, and what the model answers it where it is planned."""

    command: Command
    outcome: Outcome

    @property
    def kind(self) -> Kind:
        """The kind of step."""
        match self.outcome:
            case Accepted(by=by):
                why = by
            case Refused(because=because):
                why = because
            case _:
                why = frozenset()
        return type(self.command).__name__, type(self.outcome), why


class Plan(NamedTuple):
    """Steps that are still to be asked, and the commands that lead there from a reset: these have been as demanded."""

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
    return Plan((), tuple(steps))


def without_verdict(result: SequenceResult) -> SequenceResult:
    """Return a failure that follows from an earlier command, without a verdict on the last one."""
    return result._replace(differences=(), lost_track=ASKED_AGAIN)


class SequenceLane:
    """A lane of sequences.  A failure counts only if everything before it in its sequence was as demanded.

    ``asked``: the sequences that are planned.  Once the lane has written more than ``largest`` bytes into the message
    log, it keeps only sequences that show something new.
    """

    def __init__(
        self,
        lane: str,
        running: Running,
        worker: Worker,
        asked: Sequence[Commands] = (),
        largest: float = float("inf"),
    ) -> None:
        self.lane = lane
        self.running = running
        self.worker = worker
        self.subject = worker.subject
        self.declared = declared = worker.subject.declaration
        planned = {type(command) for commands in asked for command in commands}
        self.tally = Tally(lane, declared.levels, planned, running.silent)
        self.shown: dict[str, list[str]] = {}  # for a command, what it failed in
        self.broke: Counter[str] = Counter()  # by command
        self.failed: Counter[Kind] = Counter()
        self.agreed: set[Kind] = set()
        self.doubted: set[Signature] = set()  # where nothing was observed: what follows from an earlier command
        self.detours = sum(1 + len(commands) for commands in asked) if asked else float("inf")  # steps left for them
        self.oracle = oracle_for(machine_of(running.silent), declared)
        self.unlisted = oracle_for(machine_of(running.silent | running.listed), declared)
        self.model = oracle_for(machine_of(silent_in("full", running.register)), declared)
        self.broken = 0  # sequences in a row, in which nothing was compared
        self.largest = running.log.place.size + largest
        self.left_out = LeftOut()
        self.shrinking = SHRINKING_OF_ALL  # seconds left
        running.expect(self.tally.cases())
        running.lanes.append(self)
        running.save()

    def around(self, plan: Plan) -> Plan | None:
        """Return the plan without steps known to fail or break and without steps that depend on them; None if empty.

        A step is left out as well where, without these, the model would answer it otherwise than planned.
        """
        state, kept, left_out = initial(self.declared.stage), [], []
        for command in plan.way:
            state, _ = MACHINE.step(state, command)
        for step in plan.steps:
            name = type(step.command).__name__
            after, outcome = MACHINE.step(state, step.command)
            if self.broke[name] >= OFTEN or self.leaves_out(step) or outcome != step.outcome:
                left_out.append(name)
            else:
                state = after
                kept.append(step)
        self.tally.not_reached.update(left_out)
        return Plan(plan.way, tuple(kept)) if kept else None

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
        return Plan(tuple(way), left)

    def weighed(self, followed: SequenceResult) -> SequenceResult:
        """Return the result with a difference only if the readable model confirms it, and apart if it is listed."""
        if not followed.failed:
            return followed
        stage = self.declared.stage
        if not first_difference(followed.exchanges, self.model, stage):
            return followed._replace(differences=(), lost_track=UNCONFIRMED)
        if not self.running.listed:
            return followed
        found = {each.expected for each in followed.differences}
        more = tuple(
            each
            for each in first_difference(followed.exchanges, self.unlisted, stage)
            if not isinstance(each.expected, Fact) or each.expected in found
        )
        return followed._replace(differences=more, known=() if more else followed.differences)

    def is_doubtful(self, followed: SequenceResult) -> bool:
        """Return whether a failure of a sequence in which nothing was observed may be that of an earlier command."""
        seen = self.tally.failures.keys() | self.doubted
        return followed.unobserved and followed.failed and signature(followed) not in seen

    def settled(self, followed: SequenceResult, looked: SequenceResult) -> SequenceResult:
        """Choose between a doubtful failure and the same sequence observed after each command, and count the other."""
        if looked.failed or looked.fault or looked.known:
            self.doubted.add(signature(followed))
            self.tally.add(without_verdict(followed))
            return looked
        self.tally.add(looked)
        return followed

    def count(self, followed: SequenceResult) -> Signature | None:
        """Count a sequence; the signature of its failure, if it is a new one."""
        if followed.unobserved and followed.failed and signature(followed) in self.doubted:
            followed = without_verdict(followed)
        known = set(self.tally.failures)
        found = self.tally.add(followed)
        if followed.fault:
            self.broke[name_of_last(followed)] += 1
        return found if found is not None and found not in known else None

    def run(self, commands: Iterable[Command], unobserved: bool = False) -> Iterator[tuple[Signature, SequenceResult]]:
        """Put the system through a sequence, and through the rest of it around each failure; yield each new failure.

        Raises `Aborted`.
        """
        plan: Plan | None = plan_of(commands, self.declared.stage)
        while plan and (plan := self.around(plan)):
            followed, new = self.put_through(plan.commands, unobserved)
            plan = None if unobserved else self.rest(plan, followed)
            if new is not None:
                yield new, followed

    def put_through(
        self, commands: Iterable[Command], unobserved: bool = False
    ) -> tuple[SequenceResult, Signature | None]:
        """Put the system through one sequence; the signature of its failure, if it is a new one.  Raises `Aborted`."""
        followed = self.ask(commands, unobserved)
        if self.is_doubtful(followed):
            followed = self.settled(followed, self.ask(followed.asked, False, news=True))
        new = self.count(followed)
        self.running.tick()
        return followed, new

    def ask(self, commands: Iterable[Command], unobserved: bool, news: bool = False) -> SequenceResult:
        """Follow the system through one sequence, and start it again if it breaks; raises `Aborted`."""
        self.worker.session.case = self.lane
        begun = self.running.log.place
        followed = self.weighed(run_sequence(self.subject, commands, self.oracle, unobserved))
        if self._end(begun, news or self.is_doubtful(followed) or self.tally.learns_from(followed)):
            self.tally.leave_out(followed, self.left_out)
        if followed.asked[:-1] or not followed.fault:
            self.broken = 0
        if followed.fault:
            self.broken += 1
            if self.broken >= IN_A_ROW:
                self.count(followed)
                raise Aborted(f"given up: the system broke in {self.broken} sequences in a row: {followed.fault_text}")
            self.worker.restart()
        return followed

    def again(
        self, commands: Iterable[Command], found: Signature, unobserved: bool = False, news: bool = False
    ) -> SequenceResult | None:
        """Return how the system fails the sequence, if it fails it in this way; nothing of it is counted."""
        self.worker.session.case = SHRINKING
        begun = self.running.log.place
        followed = self.weighed(run_sequence(self.subject, commands, self.oracle, unobserved))
        self._end(begun, news or bool(followed.fault))
        if followed.fault:
            self.worker.session.restart()
        return followed if followed.failed and signature(followed) == found else None

    def _end(self, begun: Mark, news: bool) -> bool:
        """Return a sequence has come to its end; whether the log is so large that it is left out there."""
        reached = self.subject.reference.coverage
        too_much = self.running.log.place.size > self.largest
        left_out = too_much and not news and not reached.adds_to(self.running.coverage)
        if left_out:
            self.running.log.forget(begun)
            self.left_out.commands += reached.commands
        self.running.ended(self.subject, logged=not left_out)
        return left_out

    def keep(self, found: Signature, followed: SequenceResult) -> None:
        """Shrink a new failure, and write it down."""
        shortest = self.shortened(found, followed)
        begun = self.running.log.place.lines
        last = self.again(shortest, found, followed.unobserved, news=True)
        messages = (begun + 1, self.running.log.place.lines) if last else None
        finding = finding_of(found, last or self.tally.first[found], self.running.register, messages)
        kept = json_text(as_json(finding, self.running.made.profile, self.running.silent))
        file = self.running.keep(self.lane, finding, kept)
        shown = self.shown.setdefault(found.command, [f"{self.lane}/{found.command}"])
        if len(shown) < MOST_SHOWN:
            shown += in_full(finding, file, self.running.register)

    def shortened(self, found: Signature, followed: SequenceResult) -> Commands:
        """Return the shortest sequence for a failure that is found in time."""
        now = self.worker.session.clock.now
        began = now()
        until = began + min(SHRINKING_OF_ONE, self.shrinking)

        def fails(commands: Commands) -> bool:
            return now() < until and self.again(commands, found, followed.unobserved) is not None

        shortest = shrunk(followed.asked, fails)
        self.shrinking -= now() - began
        return shortest

    def so_far(self) -> None:
        """Report the result of each command so far, and how much was done."""
        if self.left_out.sequences or self.left_out.commands:
            self.running.log.write({"case": self.lane, "left_out": self.left_out.as_json()})
            self.left_out = LeftOut()
        for case in self.tally.cases():
            name = case.id.partition("/")[2]
            self.running.take(case, self.tally.result(name)._replace(shown="\n".join(self.shown.get(name, ()))))
        counts = self.tally.counts()
        if self.tally.planned:
            counts["not_reached"] = self.tally.not_reached.total()
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | counts

    def end(self, **notes: object) -> None:
        """Report the results for the last time."""
        self.so_far()
        self.running.notes[self.lane] |= notes
        self.running.lanes.remove(self)
