"""The system under test as the kit sees it: under plain names, and with its effects awaited."""

import random
from collections.abc import Collection
from typing import Any

from ...language.declaration import Declaration
from ...language.facts import Fact, changed_facts
from ...language.messages import command_to_wire, stage_to_wire
from ...language.sentences import format_command
from ...machine import (
    Accepted,
    Command,
    KeyUse,
    Observation,
    Outcome,
    Refused,
    Stage,
    State,
    observe,
)
from ...machine.commands import ReadData, TranslateWithModel
from ...machine.entities import Document
from ...oracle.shown import Address
from ...requirements import load_register
from ...shapes import suggestion
from ...system import Inconclusive, ModelSystem, NothingLearned, Unsupported
from . import Fault
from .partial_looks import left_out, shows_always_the_same, unknown_fields
from .pending_effects import FieldName, PendingEffects
from .salted_names import SaltedNames, first_salt, salt_of
from .session import UNEXPLAINED, Session, own_words

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 10.0
"""Seconds between two observations while an effect is waited for; the pause doubles."""

KIND_OF_ANSWER: dict[str, type[Outcome]] = {"accepted": Accepted, "refused": Refused}

LONGEST_SETTLE = 86_400
"""Seconds for which a system is asked to settle, at most."""

IN_A_ROW = 5
"""How many cases in a row may break the system, and show nothing, before the run gives up."""


CHANGE_NOTHING = (ReadData, TranslateWithModel)
"""Of these it is all to see that they are accepted, or refused."""


class Aborted(Exception):
    """The system broke so often in a row that nothing more is to be learned."""


class Errs(Inconclusive):
    """The system answered that something went wrong."""


class Subject:
    """A system behind a session.

    It is a `System`: a scenario and a sequence of commands are run against it as against the model.
    """

    def __init__(self, session: Session, seed: int) -> None:
        """Say hello; raises `Fault`."""
        self.session = session
        self.declaration = session.hello()
        self.worlds = 0
        self.first_salt = first_salt(seed)
        self.names = self._next_names()
        self.model = ModelSystem()
        self.due: list[Command] = []  # what the model has yet to do
        self.unsupported: set[str] = set()  # commands that it has answered so to, in any world
        self.supported: set[str] = set()  # commands that it has accepted or refused, in any world
        self.patient = False  # whether a claim is made of everything, which may still change
        self.answered = 0  # commands of this world
        self.broken_in_a_row = 0  # cases or sequences that broke it, and showed nothing
        self.pending = PendingEffects()
        self.own_words = ""  # how the system itself explains its last answer to a command
        self.said: list[str] = []  # what it says of how it carried out commands; emptied by a lane

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names; raises `Errs` and `Fault`."""
        self.worlds += 1
        self.names = self._next_names(stage.subscriptions)
        self.session.without_others = self.names.without_others
        self.session.note({"world": self.names.salt})
        self.model.reset(stage)
        self.due.clear()
        self.pending = PendingEffects()
        self.answered = 0
        self.own_words = ""
        self._ask("reset", stage=stage_to_wire(stage))

    def _next_names(self, subscriptions: Collection[str] = ()) -> SaltedNames:
        return SaltedNames(salt_of(self.first_salt + self.worlds), subscriptions)

    # Commands

    def submit(self, command: Command) -> Outcome:
        """Ask for it under fresh names, and once more after a window, if the answer is that of an
        earlier state and the command has changed nothing.

        Raises `Unsupported`, `NothingLearned`, `Errs` and `Fault`.
        """
        if self._would_be_too_early(command):
            self._wait_for_windows()
        answer = self._ask_for(command)
        word = answer["answer"]
        answered_early = self._is_of_an_earlier_state(command, word)
        changed_nothing = word == "refused" or isinstance(command, CHANGE_NOTHING)
        if changed_nothing and answered_early:
            self._wait_for_windows()
            answered_early = False
            answer = self._ask_for(command)
            word = answer["answer"]
        # without windows the model is asked only where somebody needs it
        if self.declaration.windows:
            self._step_reference(command, word)
        else:
            self.due.append(command)
        self.pending.answered_early = answered_early
        name = type(command).__name__
        why = self.own_words or UNEXPLAINED
        if word == "error":
            raise Errs(
                f"it answers with an error, when {format_command(command)}: {why}"
            ) from self.session.channel.raised
        if word == "nothing-learned":
            raise NothingLearned(f"when {format_command(command)}: {why}")
        self.answered += 1
        if word == "unsupported":
            self.unsupported.add(name)
            raise Unsupported(format_command(command))
        self.supported.add(name)
        if word == "accepted":
            return Accepted(frozenset(), self._key_uses(answer))
        return Refused(self._reasons(answer))

    def _ask_for(self, command: Command) -> dict[str, Any]:
        """Return the answer to a command; raises `Fault`."""
        answer = self.session.ask("submit", command=command_to_wire(self.names.salted(command)))
        self.own_words = own_words(answer)
        self.said += answer.get("said", ())
        return answer

    def _would_be_too_early(self, command: Command) -> bool:
        """Return whether a command has to wait for all windows, since it may take back what has
        not come yet.
        """
        now = self.session.clock.now()
        if now >= self.pending.closes or isinstance(command, CHANGE_NOTHING):
            return False
        return self.pending.would_be_taken_back(self._fields_changed_by(command), now)

    def _fields_changed_by(self, command: Command) -> list[FieldName]:
        """Return the fields that the command would change in the model."""
        reference = self.reference
        after, _ = reference.machine.step(reference.state, command)
        seen_after = observe(reference.machine.world(after))
        changed = changed_facts(reference.observe(), seen_after)
        return [(fact.kind, fact.name, fact.field) for fact, _ in changed]

    def _is_of_an_earlier_state(self, command: Command, word: str) -> bool:
        """Return whether an answer is not that of the model, but was before a command whose window
        is still open.
        """
        if word not in KIND_OF_ANSWER:
            return False
        earlier = self.pending.states_before(self.session.clock.now())
        if not earlier or self._would_answer(self.reference.state, command, word):
            return False
        return any(self._would_answer(state, command, word) for state in earlier)

    def _would_answer(self, state: State, command: Command, word: str) -> bool:
        """Return whether the model accepts the command in a state, or refuses it, as the word
        says.
        """
        _, outcome = self.model.machine.step(state, command)
        return isinstance(outcome, KIND_OF_ANSWER[word])

    def _wait_for_windows(self) -> None:
        """Wait until all windows have closed, or the system says that everything is there."""
        seconds_left = self.pending.closes - self.session.clock.now()
        if not self._settles(seconds_left):
            seconds_left = self.pending.closes - self.session.clock.now()
            self.session.sleep(max(seconds_left, 0.0))
            return
        # everything is there, so no earlier value may show any more
        seen = self.pending.seen
        self.pending = PendingEffects()
        self.pending.seen = seen

    def _key_uses(self, answer: dict[str, Any]) -> tuple[KeyUse, ...]:
        """Return what an answer says of the use of keys, if the system has declared to say it."""
        if not self.declaration.can("audit"):
            return ()
        uses = []
        for use in answer.get("audit", ()):
            plain_names = [self.names.plain(name) for name in use]
            uses.append(KeyUse(*plain_names))
        return tuple(uses)

    def _reasons(self, answer: dict[str, Any]) -> frozenset[str]:
        """Return the reasons of a refusal, if the system has declared to give them."""
        if not self.declaration.can("reasons"):
            return frozenset()
        named: frozenset[str] = answer.get("because", frozenset())
        by_code = self.declaration.codes.get(str(answer.get("code")), frozenset())
        because = named | by_code
        unknown = sorted(because.difference(load_register()))
        if unknown:
            raise Fault("unknown-id", f"refused because of {no_requirement(unknown[0])}")
        return because

    @property
    def reference(self) -> ModelSystem:
        """Return the model once it has done the same.  It says what to wait for."""
        for command in self.due:
            self.model.submit(command)
        self.due.clear()
        return self.model

    def _step_reference(self, command: Command, answer: str) -> None:
        """Have the model do what the system did, and note which effects may take their time.

        After a refusal only a claim about everything is waited for, until the window has closed.
        """
        self.pending.begin_command()
        reference = self.reference
        state = reference.state
        before = reference.observe()
        # also what is not accepted, to know what it would have changed
        reference.submit(command)
        changed = list(changed_facts(before, reference.observe()))
        if answer != "accepted":
            reference.state = state
        window = self.declaration.windows.get(type(command).__name__, 0)
        if not window:
            return
        closes = self.session.clock.now() + window
        fields = [(fact.kind, fact.name, fact.field) for fact, _ in changed]
        self.pending.expect_changes(closes, fields)
        # after an error nobody knows whether it was carried out
        if answer not in KIND_OF_ANSWER:
            return
        self.pending.expect_claims(closes)
        if answer == "refused":
            return
        shown = []
        has_hidden = False
        for earlier, _ in changed:
            if self.declaration.shows(earlier.kind, earlier.field):
                shown.append(earlier)
            else:
                has_hidden = True
        self.pending.expect(closes, state, shown, has_hidden)

    # Observations

    def observe(self) -> Observation:
        """Observe the system once all effects show or their windows have closed.

        Raises `Errs` and `Fault`, and `NothingLearned` where something could not be seen.
        """
        seen = self.look()
        if self.declaration.windows:
            seen = self._await_effects(seen)
            self.pending.seen = seen
        must_be_whole(seen, self.declaration)
        return seen

    def look(self) -> Observation:
        """Observe the system now; raises `Errs` and `Fault`."""
        observation = self._ask("observe")["observation"]
        return self.visible(self.names.seen(observation))

    def visible(self, observation: Observation) -> Observation:
        """Return an observation without what is declared as hidden."""
        unseen = self.declaration.unseen  # whole kinds, and single fields as `kind.field`
        if not unseen:
            return observation
        shows = self.declaration.shows
        visible: Observation = {}
        for kind, entities in observation.items():
            if kind in unseen:
                continue
            visible[kind] = {}
            for name, fields in entities.items():
                visible[kind][name] = {
                    field: value for field, value in fields.items() if shows(kind, field)
                }
        return visible

    def _await_effects(self, seen: Observation) -> Observation:
        """Look again until all effects show or their windows have closed; return what shows."""
        closes = self.pending.closes_for_claims if self.patient else self.pending.closes
        pause = FIRST_PAUSE
        asked_to_settle = False
        while True:
            seconds_left = closes - self.session.clock.now()
            if seconds_left <= 0 or not self._may_change(seen):
                break
            if not asked_to_settle:
                asked_to_settle = True
                if self._settles(seconds_left):
                    self.pending = PendingEffects()
                    return self.look()
            self.session.sleep(min(pause, seconds_left))
            pause = min(2 * pause, LONGEST_PAUSE)
            seen = self.look()
        missed = {(kind, name, field) for (kind, name), field in self.left_out(seen)}
        self.pending.end_wait(seen, self._as_expected(seen), missed)
        return seen

    def left_out(self, seen: Observation) -> frozenset[Address]:
        """Return what a look leaves out this time, though it may be there."""
        if shows_always_the_same(self.declaration):
            return frozenset()
        world = self.reference.machine.world(self.reference.state)
        documents = {}
        for document in world.every(Document):
            documents[document.name] = document.workspace.name
        return left_out(seen, documents, self.declaration)

    def _may_change(self, seen: Observation) -> bool:
        """Return whether something may still happen that matters."""
        return self.patient or self.pending.has_hidden or not self._as_expected(seen)

    def _as_expected(self, seen: Observation) -> bool:
        """Return whether the system shows what the model shows, as far as it can see it now.

        What it can't find out it has tried to, so nobody waits for that.
        """
        expected = self.visible(self.reference.observe())
        unknown = unknown_fields(seen, self.declaration)
        for fact, _ in changed_facts(expected, seen):
            if ((fact.kind, fact.name), fact.field) not in unknown:
                return False
        return True

    def _settles(self, seconds: float) -> bool:
        """Return whether the system says that nothing is under way any more."""
        patience = seconds + self.session.patience
        whole_seconds = min(int(seconds) + 1, LONGEST_SETTLE)
        answer = self._ask("settle", patience=patience, seconds=whole_seconds)
        return bool(answer["answer"] == "settled")

    @property
    def was_late(self) -> bool:
        """Whether a field was late when the last command was asked."""
        return self.pending.was_late

    @property
    def answered_early(self) -> bool:
        """Whether the last answer was that of an earlier state, and the command can't be asked
        again.
        """
        return self.pending.answered_early

    def still_shows_earlier(self, fact: Fact) -> bool:
        """Return whether the last command has a window, and a field shows what it showed before."""
        return self.pending.still_shows_earlier(fact)

    # Faults

    def _ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Return the answer; raises `Errs` if it is that something went wrong, `NothingLearned` and
        `Fault`.
        """
        answer = self.session.ask(verb, **fields)
        why = own_words(answer) or UNEXPLAINED
        if answer["answer"] == "nothing-learned":
            raise NothingLearned(f"at {verb}: {why}")
        if answer["answer"] == "error":
            raise Errs(f"it answers {verb} with an error: {why}") from self.session.channel.raised
        return answer

    def recover(self, fault: str, of_use: bool, times: str, nothing_learned: bool = False) -> None:
        """Restart if there was a fault.

        Raises `Aborted` if it has broken, or nothing was learned, in many ``times`` (cases,
        sequences) in a row, to no use.
        """
        if of_use:
            self.broken_in_a_row = 0
        elif fault or nothing_learned:
            self.broken_in_a_row += 1
        if self.broken_in_a_row >= IN_A_ROW:
            what = "the system broke" if fault else "nothing was learned"
            raise Aborted(f"given up: {what} in {self.broken_in_a_row} {times} in a row")
        if not fault:
            return
        self.session.case = ""
        try:
            self.session.restart()
        except Fault as error:
            raise Aborted(f"given up: the system does not start again: {error}") from None


def must_be_whole(seen: Observation, declared: Declaration) -> None:
    """Raise `NothingLearned` if a look leaves out what the system could not find out this time."""
    unknown = sorted(unknown_fields(seen, declared))
    if unknown:
        (kind, name), field = unknown[0]
        raise NothingLearned(f"at observe: {field} of the {kind} {name!r} could not be seen")


def no_requirement(name: str) -> str:
    """Format an id that no requirement has, with the one that is most like it."""
    remedy = suggestion(name, load_register(), "translator-cmk register lists them all")
    return f"{name!r}, which is no requirement; {remedy}"


def by_chance() -> int:
    """Return a seed that no run has had before, in all likelihood.

    A system may keep what an earlier run has made.
    """
    return random.SystemRandom().randrange(2**32)
