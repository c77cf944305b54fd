"""A lane of sequences: it puts a system through them, around each failure, and shortens and keeps
the failures.

A failure counts only if everything before it in its sequence was as demanded, and if the readable
model, asked the same, confirms it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...language.facts import Fact
from ...machine import Accepted, Command, Outcome, Refused
from ...oracle import first_difference, oracle_for
from ...oracle.profiles import machine_of, silent_in
from ...requirements import load_register
from ...system import MACHINE
from ..wire.subject import Subject
from .counterexamples import counterexample, in_brief, in_full
from .planning import Kind, PlannedStep, SequencePlan, plan_of, way_to
from .running import Running
from .sequence_run import SequenceResult, run_sequence
from .shrinking import Commands, shrunk
from .simplifying import Explicit, explicit_in, simplified
from .tally import Tally, signature

BREAKS_OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

FAILS_OFTEN = 2
"""How often a kind of step may fail, without ever being as demanded, before it is left out of the
others.
"""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its
own all the same.
"""

UNCONFIRMED = "the readable model, asked the same, does not confirm the difference"
ASKED_AGAIN = "it was asked again with a look after each command, and differs at an earlier one"

SHRINKING = "shrinking"
"""The case under which the message log has the attempts to find a shorter or simpler sequence."""

SHRUNK = "shrunk"
"""The case under which it has the one that is kept."""

MOST_ATTEMPTS = 300
"""After how many attempts no simpler sequence is looked for any more, for one failure."""

MOST_ATTEMPTS_OF_ALL = 1_500
"""The same, for all failures of a lane."""


class SequenceLane:
    """A lane of sequences.  ``asked``: the sequences that are planned."""

    def __init__(
        self, lane: str, running: Running, subject: Subject, asked: Sequence[Commands] = ()
    ) -> None:
        self.lane = lane
        self.running = running
        self.subject = subject
        self.declared = subject.declaration
        planned = {type(command).__name__ for commands in asked for command in commands}
        self.tally = Tally(lane, self.declared.levels, planned, running.silent)
        self.broke: Counter[str] = Counter()
        """How many sequences each command broke."""
        self.failed: Counter[Kind] = Counter()
        self.agreed: set[Kind] = set()
        """The kinds of steps that were as demanded."""
        self.detours = steps_of(asked) if asked else float("inf")
        """How many steps are left for what is planned again."""
        self.oracle = oracle_for(machine_of(running.silent), self.declared)
        self.unlisted = oracle_for(machine_of(running.silent | running.listed), self.declared)
        """Demands nothing of what is listed."""
        self.model = oracle_for(machine_of(silent_in("full", load_register())), self.declared)
        self.attempts = MOST_ATTEMPTS_OF_ALL
        """How many are left for shrinking."""
        running.expect(self.tally.cases())
        running.lanes.append(self.so_far)
        running.save()

    def run(self, commands: Iterable[Command], blind: int = 0) -> None:
        """Put the system through a sequence, and through the rest of it around each failure; raises
        `Aborted`.
        """
        planned = plan_of(commands, self.declared.stage)
        for step in planned.steps:
            if isinstance(step.outcome, Accepted):
                self.tally.accepted_in_plan.add(step.name)
        plan = self.around(planned)
        while plan is not None:
            result = self.put_through(plan.commands, blind)
            # without looks nobody knows which of its steps were as demanded
            if blind:
                return
            rest = self.rest(plan, result)
            plan = self.around(rest) if rest is not None else None

    # Planning around failures

    def around(self, plan: SequencePlan) -> SequencePlan | None:
        """Return the plan without steps known to fail or break and without steps that depend on
        them; None if empty.

        A step is left out as well where, without these, the model would answer it otherwise than
        planned.
        """
        state = plan.begins
        kept = []
        for step in plan.steps:
            after, outcome = MACHINE.step(state, step.command)
            if self.leaves_out(step) or outcome != step.outcome:
                self.tally.not_reached[step.name] += 1
            else:
                state = after
                kept.append(step)
        if not kept:
            return None
        return plan._replace(steps=tuple(kept))

    def leaves_out(self, step: PlannedStep) -> bool:
        """Return whether a command breaks the system, or this kind of step fails, again and
        again.
        """
        if self.broke[step.name] >= BREAKS_OFTEN:
            return True
        return step.kind not in self.agreed and self.failed[step.kind] >= FAILS_OFTEN

    def rest(self, plan: SequencePlan, result: SequenceResult) -> SequencePlan | None:
        """Note which steps were as demanded, and return the plan for those after the step that
        failed.

        It begins with the commands that had changed something.  None where nothing is left, or
        where nobody can go on: after a fault that no step made, after what is late, and once there
        are no more steps for detours.
        """
        reached = result.reached - len(plan.way)  # below zero where the way there fails this time
        differs = result.failed or bool(result.known) or result.fault is not None
        last_was_not_as_demanded = differs or result.late or bool(result.lost_track)
        agreed = plan.steps[: max(reached - last_was_not_as_demanded, 0)]
        self.agreed.update(step.kind for step in agreed)
        if differs and result.fault is None and reached > 0:
            self.failed[plan.steps[reached - 1].kind] += 1

        left = plan.steps[max(reached, 0) :]
        if not left:
            return None
        done = (*plan.way, *(step.command for step in agreed))
        state, way = way_to(done, self.declared.stage)
        self.detours -= 1 + len(way) + len(left)
        if not differs or reached < 1 or self.detours < 0:
            self.tally.not_reached.update(step.name for step in left)
            return None
        return SequencePlan(state, way, left)

    # Asking

    def put_through(self, commands: Iterable[Command], blind: int = 0) -> SequenceResult:
        """Put the system through one sequence, and keep its failure if it is a new one; raises
        `Aborted`.
        """
        result = self.ask(commands, blind, self.lane)
        if blind and result.failed:
            result = self.looked_at(result)
        is_new = result.failed and signature(result) not in self.tally.first
        self.tally.add(result)
        if result.fault is not None:
            self.broke[result.last] += 1
        kind_of_fault = result.fault.kind if result.fault is not None else ""
        # one that breaks at the first command shows nothing
        of_use = result.fault is None or bool(result.asked[:-1])
        self.subject.recover(kind_of_fault, of_use, "sequences")
        self.running.tick()
        if is_new:
            self.keep(result)
            self.so_far()
        return result

    def looked_at(self, unobserved: SequenceResult) -> SequenceResult:
        """Ask a sequence again that failed without being observed, with a look after each command;
        count what is new.

        Its failure may follow from an earlier command.  If that shows, it is the failure, and of
        the first run nothing is compared.
        """
        observed = self.ask(unobserved.asked, 0, self.lane)
        if observed.failed or observed.fault is not None or observed.known:
            self.tally.add(replace(unobserved, differences=(), lost_track=ASKED_AGAIN))
            return observed
        self.tally.add(observed)
        return unobserved

    def ask(self, commands: Iterable[Command], blind: int, case: str) -> SequenceResult:
        """Put the system through one sequence."""
        self.subject.session.case = case
        result = self.confirmed(run_sequence(self.subject, commands, self.oracle, blind))
        self.subject.session.note_end()
        return result

    def confirmed(self, result: SequenceResult) -> SequenceResult:
        """Return the result with a difference only if the readable model confirms it, and apart if
        it is listed.
        """
        if not result.failed:
            return result
        stage = self.declared.stage
        if not first_difference(result.exchanges, self.model, stage):
            return replace(result, differences=(), lost_track=UNCONFIRMED)
        if not self.running.listed:
            return result

        as_listed = replace(result, differences=(), known=result.differences)
        unlisted = first_difference(result.exchanges, self.unlisted, stage)
        if not unlisted:
            return as_listed
        found = {difference.expected for difference in result.differences}
        more = []
        # a fact that was as demanded at first differs only by what is silent now
        for difference in unlisted.differences:
            if not isinstance(difference.expected, Fact) or difference.expected in found:
                more.append(difference)
        if not more:
            return as_listed
        return replace(result, differences=tuple(more), why=unlisted.why)

    # Keeping failures

    def keep(self, first: SequenceResult) -> None:
        """Shorten and simplify a new failure, and write it down."""
        shortest, explicit, attempts = self.simplest(first)
        lines_before = self.running.log.lines
        last = self.fails_again(shortest, first, SHRUNK)
        if last is not None:
            last.explicit = explicit
        messages = (lines_before + 1, self.running.log.lines) if last else None
        failure = last or first
        kept = counterexample(failure, self.running.made.profile, self.running.silent, messages)
        if attempts == 0:
            kept["not_shortest"] = True
        file = self.running.keep(self.lane, failure.last, kept)
        self.tally.in_brief.setdefault(failure.last, in_brief(failure, kept, file))
        shown = self.tally.in_full.setdefault(failure.last, [])
        if len(shown) < MOST_SHOWN:
            shown += in_full(kept, file, is_first=not shown)

    def simplest(self, first: SequenceResult) -> tuple[Commands, Explicit, int]:
        """Return the shortest and simplest sequence for a failure that the attempts find, on which
        usual values it depends, and how many attempts were left.
        """
        last = first
        attempts = min(MOST_ATTEMPTS, self.attempts)
        self.attempts -= attempts

        def fails(commands: Commands) -> bool:
            nonlocal attempts, last
            again = None
            if attempts:
                attempts -= 1
                again = self.fails_again(commands, first)
            last = again or last
            return again is not None

        def still_fails(commands: Commands) -> bool | None:
            nonlocal attempts
            if not attempts:
                return None
            attempts -= 1
            return self.still_fails(commands, last)

        simplest = simplified(shrunk(first.asked, fails), fails)
        simplest = shrunk(simplest, fails)  # usual values may have made a step needless
        explicit = explicit_in(simplest, self.declared, still_fails)
        self.attempts += attempts
        return simplest, explicit, attempts

    def fails_again(
        self, commands: Commands, first: SequenceResult, case: str = SHRINKING
    ) -> SequenceResult | None:
        """Return how the system fails these commands, if it fails as it did first; nothing of it is
        counted.
        """
        result = self.ask_again(commands, first, case)
        if result.failed and signature(result) == signature(first):
            return result
        return None

    def still_fails(self, commands: Commands, first: SequenceResult) -> bool | None:
        """Return whether the system fails these commands as it did first; None if they do not show
        that, since it fails otherwise, or the same is not demanded any more.
        """
        result = self.ask_again(commands, first, SHRINKING)
        if result.failed and signature(result) == signature(first):
            return True
        ended_early = result.failed or result.fault or result.lost_track or result.late
        if ended_early or len(result.asked) < len(commands):
            return None
        demanded = [demanded_by(difference.expected) for difference in first.differences]
        return False if all(map(self.oracle.demands, demanded)) else None

    def ask_again(self, commands: Commands, first: SequenceResult, case: str) -> SequenceResult:
        """Ask commands that may fail as others did first; nothing of it is counted."""
        result = self.ask(commands, len(commands) if first.unobserved else 0, case)
        if result.fault is not None:
            self.subject.recover(result.fault.kind, True, "attempts")
        return result

    # Reporting

    def so_far(self) -> None:
        """Report the result of each command so far, and how much was done."""
        for case in self.tally.cases():
            _, _, name = case.id.partition("/")
            shown = "\n".join(self.tally.in_full.get(name, ()))
            failure = self.tally.in_brief.get(name)
            result = self.tally.result(name)._replace(shown=shown, failure=failure)
            self.running.take(case, result)
        counts = self.tally.counts()
        if self.tally.planned:
            counts["not_reached"] = self.tally.not_reached.total()
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | counts

    def end(self, **notes: object) -> None:
        """Report the results for the last time."""
        self.so_far()
        self.running.notes[self.lane] |= notes
        self.running.lanes.remove(self.so_far)


def demanded_by(expected: Outcome | Fact) -> Outcome | Fact:
    """Return what is demanded, whatever the reasons of a refusal."""
    return Refused() if isinstance(expected, Refused) else expected


def steps_of(sequences: Iterable[Commands]) -> int:
    """Return how many steps there are in sequences, the reset before each included."""
    return sum(1 + len(commands) for commands in sequences)
