"""The system under test as the kit sees it: under plain names, with its effects awaited, beside the reference model."""

import random
import string
from collections.abc import Mapping
from functools import cache
from typing import Any

from ..bdd.checked_system import Inconclusive
from ..language.facts import Fact, changed_facts, observed_value
from ..language.messages import command_to_wire, stage_to_wire
from ..language.sentences import format_command
from ..machine import Accepted, Command, KeyUse, Observation, Outcome, Refused, Stage
from ..requirements import load_register
from ..system import ModelSystem, Unsupported
from .channels import Fault
from .session import Session

SALTED_FIELDS = {
    "resource": ("group", "key"),
    "vault": ("group",),
    "key": (),
    "grant": ("vault", "resource"),
    "workspace": ("resource",),
    "document": ("workspace",),
    "model": ("workspace",),
}
"""For each kind that is made: its fields that hold the name of something made, or of a resource group.

Entities of the stage are not made, and keep their names.
"""


@cache
def salted_positions(command: type[Command]) -> set[int]:
    """Return the positions of a command's fields that get a salt."""
    made = {index for index, kind, _, _ in command.references if kind.word in SALTED_FIELDS}
    return made | {index for index, field in enumerate(command.fields) if field == "group"}


class Names:
    """The names of one world: each has the salt of that world, since a system may keep what earlier ones have made.

    `old-kv-prod` becomes `old-kv-prod-salt`, which ends as `kv-prod-salt` does, and `kv-prod-2` `kv-prod-salt-2`,
    which begins like it: a system that compares but a part of a name is found out.
    """

    def __init__(self, salt: str) -> None:
        self.salt = salt

    def salted(self, command: Command) -> Command:
        """Return the command under the names of this world."""
        salted = salted_positions(type(command))
        values = (
            self.salted_name(each) if index in salted and each is not None else each
            for index, each in enumerate(command)
        )
        return tuple.__new__(type(command), values)  # the fields fit together as they did before

    def salted_name(self, name: str) -> str:
        """Return the name with its salt."""
        first, dash, last = name.rpartition("-")
        return f"{first}-{self.salt}-{last}" if dash and last.isdecimal() else f"{name}-{self.salt}"

    def plain(self, name: str) -> str:
        """Return the name without its salt; two names are two."""
        return "/".join(map(self._plain, name.split("/")))

    def _plain(self, part: str) -> str:
        found = "".join(part.partition(f"-{self.salt}")[::2])
        return found if self.salted_name(found) == part else part

    def ours(self, kind: str, name: str, fields: Mapping[str, Any]) -> bool:
        """Return whether it is seen: what is of this world, is named after what is, or belongs to it."""
        if kind not in SALTED_FIELDS or self._has_salt(name):
            return True
        return any(self._has_salt(str(fields.get(field, ""))) for field in SALTED_FIELDS[kind])

    def _has_salt(self, text: str) -> bool:
        return self.salt in text and self.salt in text.replace("/", "-").split("-")

    def seen(self, observation: Observation) -> Observation:
        """Return the part of an observation that belongs to this world, under plain names."""
        return {
            kind: {
                self.plain(name): self._fields(kind, fields)
                for name, fields in entities.items()
                if self.ours(kind, name, fields)
            }
            for kind, entities in observation.items()
        }

    def _fields(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        found = dict(fields)
        for field in SALTED_FIELDS.get(kind, ()):
            if isinstance(found.get(field), str):
                found[field] = self.plain(found[field])
        return found


LETTERS = string.ascii_lowercase + string.digits
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 10.0
"""Seconds between two observations while an effect is waited for; the pause doubles."""


IN_A_ROW = 5
"""How many cases in a row may break the system at once, or keep it silent, before the run gives up."""


class Aborted(Exception):
    """The system broke so often in a row that nothing more is to be learned."""


class Errs(Inconclusive):
    """The system answered that something went wrong."""


FieldName = tuple[str, str, str]
"""Kind and name of an entity, and a field of it."""


class Subject:
    """A system behind a session.

    ``late``: the fields that still showed, when the window of the command that changes them had closed, what they did
    before: at the last look.  ``was_late``: whether there were such when the last command was asked for.
    """

    def __init__(self, session: Session, seed: int) -> None:
        """Say hello; raises `Fault`."""
        self.session = session
        self.declaration = session.hello()
        self.worlds = 0
        self.run = run_of(seed)
        self.names = Names(self.run)
        self.model = ModelSystem()
        self.due: list[Command] = []  # what the model has yet to do
        self.unsupported: set[str] = set()  # commands that it has answered so to, in any world
        self.supported: set[str] = set()  # commands that it has accepted or refused, in any world
        self.patient = False
        self.answered = 0  # commands of this world
        self.broken = 0  # cases or sequences in a row that have broken it, and shown nothing
        self._forget()

    def reset(self, stage: Stage) -> None:
        """Begin a world of fresh names."""
        self.worlds += 1
        self.names = Names(f"{self.run}{self.worlds}")
        self.session.note({"world": self.names.salt})
        self.model.reset(stage)
        self.due.clear()
        self._forget()
        self.answered = 0
        self._ask("reset", stage=stage_to_wire(stage))

    def _forget(self) -> None:
        """Forget all effects that are awaited."""
        self.waits = self.waits_if_all = 0.0  # until when: for an effect, and where a claim is made of everything
        self.waits_blindly = False  # for what it does not show
        self.earlier: dict[FieldName, Any] = {}  # what is to change shows this before
        self.late: frozenset[FieldName] = frozenset()
        self.was_late = self.under_way = False
        self.before: Observation = {}  # the last command
        self.seen: Observation = {}

    def submit(self, command: Command) -> Outcome:
        """Ask for it under fresh names; raises `Unsupported`, `Errs` and `Fault`."""
        answer = self.session.ask("submit", command=command_to_wire(self.names.salted(command)))
        word = answer["answer"]
        if self.declaration.windows:
            self._submit_in_shadow(command, word)
        else:
            self.due.append(command)
        self.answered += word != "error"
        if word in ("accepted", "refused"):
            self.supported.add(type(command).__name__)
        match word:
            case "accepted":
                uses = answer.get("audit", ()) if self.declaration.can("audit") else ()
                return Accepted(frozenset(), tuple(KeyUse(*map(self.names.plain, use)) for use in uses))
            case "refused":
                return Refused(self._reasons(answer))
            case "unsupported":
                self.unsupported.add(type(command).__name__)
                raise Unsupported(format_command(command))
        raise Errs(
            f"it answers with an error, when {format_command(command)}: {answer.get('message', 'without a message')}"
        )

    @property
    def reference(self) -> ModelSystem:
        """Return the model once it has done the same, which says what to wait for, and what is hidden."""
        for command in self.due:
            self.model.submit(command)
        self.due.clear()
        return self.model

    def _submit_in_shadow(self, command: Command, answer: str) -> None:
        """Have the model do what the system did, and note what may take its time.

        After a refusal nothing is waited for; but a claim about everything is made when the window has closed.
        """
        self.was_late, self.under_way, self.before = bool(self.late), False, self.seen
        before, state = self.reference.observe(), self.reference.state
        self.reference.submit(command)
        if answer != "accepted":
            self.reference.state = state
        if answer not in ("accepted", "refused"):
            return
        if window := self.declaration.windows.get(type(command).__name__, 0):
            until = self.session.clock.now() + window
            self.waits_if_all = max(self.waits_if_all, until)
            if answer == "accepted":
                self.waits, self.under_way = max(self.waits, until), True
                for was, _ in changed_facts(before, self.reference.observe()):
                    if self.declaration.shows(was.kind, was.field):
                        self.earlier[was.kind, was.name, was.field] = was.value
                    else:
                        self.waits_blindly = True

    def _reasons(self, answer: dict[str, frozenset[str]]) -> frozenset[str]:
        """Return the reasons of a refusal, if the system has declared to give them."""
        if not self.declaration.can("reasons"):
            return frozenset()
        because = answer.get("because", frozenset()) | self.declaration.codes.get(str(answer.get("code")), frozenset())
        if unknown := because.difference(load_register()):
            raise Fault("unknown-id", f"refused because of {sorted(unknown)[0]!r}, which is no requirement")
        return because

    def observe(self) -> Observation:
        """Observe the system once all effects are there or their time is up."""
        seen = self.look()
        if not self.declaration.windows:
            return seen
        self.seen = self._awaited(seen)
        return self.seen

    def _awaited(self, seen: Observation) -> Observation:
        clock = self.session.clock
        until = self.waits_if_all if self.patient else self.waits
        pause, settled = FIRST_PAUSE, False
        while (left := until - clock.now()) > 0 and (self.patient or self.waits_blindly or not self._as_expected(seen)):
            if not settled and self._settles(left):
                self._forget()
                return self.look()
            settled = True  # it has been asked
            self.session.sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE)
            seen = self.look()
        self.waits_blindly = False
        self.earlier = {name: value for name, value in self.earlier.items() if observed_value(seen, *name) == value}
        self.late = frozenset() if self._as_expected(seen) else frozenset(self.earlier)
        return seen

    def _as_expected(self, seen: Observation) -> bool:
        return not any(changed_facts(self.visible(self.reference.observe()), seen))

    def is_late(self, fact: Fact) -> bool:
        """Return whether a fact may be late: the last command has a window, and the earlier value still shows."""
        name = fact.kind, fact.name, fact.field
        return self.under_way and observed_value(self.seen, *name) == observed_value(self.before, *name)

    def _settles(self, seconds: float) -> bool:
        """Return whether the system says that nothing is under way any more."""
        patience = seconds + self.session.patience
        answer = self._ask("settle", patience=patience, seconds=min(int(seconds) + 1, 86_400))
        return bool(answer["answer"] == "settled")

    def look(self) -> Observation:
        """Observe the system now; raises `Errs` and `Fault`."""
        return self.visible(self.names.seen(self._ask("observe")["observation"]))

    def _ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Return the answer; raises `Errs` if it is that something went wrong, and `Fault`."""
        answer = self.session.ask(verb, **fields)
        if answer["answer"] == "error":
            raise Errs(f"it answers {verb} with an error: {answer.get('message', 'without a message')}")
        return answer

    def visible(self, observation: Observation) -> Observation:
        """Return an observation without what is declared as hidden."""
        unseen, shows = self.declaration.unseen, self.declaration.shows
        if not unseen:
            return observation
        return {
            kind: {name: {f: v for f, v in fields.items() if shows(kind, f)} for name, fields in entities.items()}
            for kind, entities in observation.items()
            if kind not in unseen
        }

    def recover(self, fault: str, of_use: bool, times: str) -> None:
        """Restart if there was a fault; raises `Aborted` if it has broken ``times`` again and again, to no use."""
        self.broken = 0 if of_use or not fault else self.broken + 1
        if self.broken >= IN_A_ROW:
            raise Aborted(f"given up: the system broke in {self.broken} {times} in a row")
        if fault:
            self.session.case = ""
            try:
                self.session.restart()
            except Fault as error:
                raise Aborted(f"given up: the system does not start again: {error}") from None


def by_chance() -> int:
    """Return a seed that no run has had before, in all likelihood: a system may keep what an earlier run has made."""
    return random.SystemRandom().randrange(2**32)


def run_of(seed: int) -> str:
    """Return the common beginning of the salts of a session."""
    return "".join(random.Random(seed).choices(LETTERS, k=4))
