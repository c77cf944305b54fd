"""Plans and judges a lane of sequences: a failure ends its sequence, and the rest is planned again around it.

Live runs and rechecks share this, since what is asked next is a function of the plan and of the answers so far.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..language.declaration import Declaration
from ..language.facts import Fact
from ..machine import Accepted, Command, Outcome, Refused, Stage, initial
from ..oracle.profiles import machine_of, silent_in
from .counterexamples import as_json, feature, in_full, json_text
from .findings import Finding, Tally, in_words, name_of_last, signature
from .following import Followed, first_difference, oracle_for
from .keeping import Signature
from .running import Running
from .shadow import MACHINE
from .shrinking import Commands

OFTEN = 3
"""How many sequences a command may break before it is left out of the others."""

TWICE = 2
"""How often a kind of step may fail, without ever being as demanded, before it is left out of the others."""

MOST_SHOWN = 100
"""After how many lines no more failures of one command are shown in full; each has a file of its own all the same."""

UNCONFIRMED = "the readable model, asked the same, does not confirm the difference"
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


class Sequences:
    """A lane of sequences.  A failure counts only if everything before it in its sequence was as demanded."""

    def __init__(self, lane: str, running: Running, declared: Declaration, asked: Sequence[Commands] = ()) -> None:
        self.lane = lane
        self.running = running
        self.declared = declared
        planned = {type(command) for commands in asked for command in commands}
        self.tally = Tally(lane, declared.levels, planned, running.silent)
        self.shown: dict[str, list[str]] = {}  # for a command, what it failed in
        self.broke: Counter[str] = Counter()  # by command
        self.failed: Counter[Kind] = Counter()
        self.agreed: set[Kind] = set()
        self.doubted: set[Signature] = set()  # where nothing was observed: what follows from an earlier command
        self.not_reached = 0
        self.detours = sum(1 + len(commands) for commands in asked) if asked else float("inf")  # steps left for them
        self.oracle = oracle_for(machine_of(running.silent), declared)
        self.unlisted = oracle_for(machine_of(running.silent | running.listed), declared)
        self.model = oracle_for(machine_of(silent_in("full", running.register)), declared)

    def around(self, plan: Plan) -> Plan | None:
        """The plan without the steps that are known to fail or break, and without what depends on them; None if empty.

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
        self.not_reached += len(left_out)
        self.tally.not_reached.update(left_out)
        return Plan(plan.way, tuple(kept)) if kept else None

    def leaves_out(self, step: Step) -> bool:
        """Whether this kind of step has failed again and again, and has never been as demanded."""
        return step.kind not in self.agreed and self.failed[step.kind] >= TWICE

    def rest(self, plan: Plan, followed: Followed) -> Plan | None:
        """Note which steps were as demanded; the plan for what is left after a failure, around the step that failed.

        It begins with the commands that had changed something.
        """
        parted = followed.failed or bool(followed.known) or bool(followed.fault)
        done = followed.reached - len(plan.way)  # below zero where the way there fails this time
        agreed = plan.steps[: max(done - bool(parted or followed.late or followed.lost_track), 0)]
        self.agreed.update(step.kind for step in agreed)
        left = plan.steps[max(done, 0) :]
        if parted and not followed.fault and done > 0:
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
        if not parted or done < 1 or self.detours < 0:
            self.not_reached += len(left)
            self.tally.not_reached.update(type(step.command).__name__ for step in left)
            return None
        return Plan(tuple(way), left)

    def weighed(self, followed: Followed) -> Followed:
        """The result with a difference only if the readable model confirms it, and apart if it is listed."""
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

    def is_doubtful(self, followed: Followed) -> bool:
        """Whether a failure of a sequence in which nothing was observed may be that of an earlier command."""
        seen = self.tally.failures.keys() | self.doubted
        return followed.unobserved and followed.failed and signature(followed) not in seen

    def settled(self, followed: Followed, looked: Followed) -> Followed:
        """Of a doubtful failure and of the same with a look after each command: what counts; the other is counted."""
        if looked.failed or looked.fault or looked.known:
            self.doubted.add(signature(followed))
            self.tally.add(without_verdict(followed))
            return looked
        self.tally.add(looked)
        return followed

    def count(self, followed: Followed) -> Signature | None:
        """Count a sequence; the signature of its failure, if it is a new one."""
        if followed.unobserved and followed.failed and signature(followed) in self.doubted:
            followed = without_verdict(followed)
        known = set(self.tally.failures)
        found = self.tally.add(followed)
        if followed.fault:
            self.broke[name_of_last(followed)] += 1
        return found if found is not None and found not in known else None

    def write_down(self, found: Signature, followed: Followed, messages: tuple[int, int] | None) -> None:
        """Keep a failure as it came out last, in so many ``messages``.

        Without messages it did not come out again.
        """
        asked = followed.asked
        finding = Finding(
            found,
            asked,
            tuple(in_words(each.expected) for each in followed.differences),
            tuple(in_words(each.seen) for each in followed.differences),
            feature(followed, self.running.register) if asked else "",
            always=messages is not None,
            unobserved=followed.unobserved,
            in_front=followed.in_front,
            messages=messages,
        )
        kept = json_text(as_json(finding, self.running.made.profile, self.running.silent))
        file = self.running.keep(self.lane, finding, kept)
        shown = self.shown.setdefault(found.command, [f"{self.lane}/{found.command}"])
        if len(shown) < MOST_SHOWN:
            shown += in_full(finding, file, self.running.register)

    def so_far(self) -> None:
        """Say what has come of each command, and what was done."""
        for case in self.tally.cases():
            name = case.id.partition("/")[2]
            self.running.take(case, self.tally.came(name)._replace(shown="\n".join(self.shown.get(name, ()))))
        counts = self.tally.counts() | ({"not_reached": self.not_reached} if self.tally.planned else {})
        self.running.notes[self.lane] = self.running.notes.get(self.lane, {}) | counts


def without_verdict(followed: Followed) -> Followed:
    """A failure that follows from an earlier command: nothing is learned of the last one."""
    return followed._replace(differences=(), lost_track=ASKED_AGAIN)
