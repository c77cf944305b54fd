"""Follows what can be lost: when its loss is due, and when it was seen last.

The article names no time for a loss.  So where a log says that losses may be late, a document that
is still there, a model that is still deployed, and data that can still be read after the key was
lost contradict nothing until they were seen gone once; nor do they show that the loss is left out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ..language.facts import Fact, observed_value
from ..machine import Accepted, Command, Observation, Refused
from ..machine.commands import ReadData, TranslateWithModel, UndeployModel, UploadDocument
from ..oracle import Oracle
from ..oracle.agreement import UNSPECIFIED
from ..oracle.projections import names_in, projection_in
from ..oracle.shown import Address, Name, Shown
from .events import Event

ALIVE = {
    "document": ("exists", True),
    "workspace": ("readable", True),
    "model": ("state", "deployed"),
}
"""For each kind that has something to lose the field that says so, and its value before."""

USES: Mapping[type[Command], str] = {ReadData: "workspace", TranslateWithModel: "model"}
"""Requests that are accepted only as long as such a thing is not lost."""

UPLOADS: Mapping[type[Command], str] = {UploadDocument: "workspace"}


class Moment(NamedTuple):
    """An event: its number in the log, its time if it has one, its command, and the code of a
    refusal if nothing else shows what there is to see.
    """

    at: int
    time: datetime | None
    command: Command | None
    code: str | None = None


@dataclass
class Loss:
    """The loss of one thing, as far as it was seen.

    ``due``: the event with which it should be lost, or may be.  ``alive``: the last that showed it
    before it was ``gone``; ``back``: the first that showed it after that.  ``is_late``: whether it
    was shown when it should have been lost.
    """

    name: Name
    due: Moment | None = None
    alive: Moment | None = None
    gone: Moment | None = None
    back: Moment | None = None
    is_late: bool = False

    @property
    def was_looked_for(self) -> bool:
        """Return whether it was seen, or the thing was seen once the loss was due."""
        if self.gone is not None:
            return True
        if self.due is None or self.alive is None:
            return False
        return self.alive.at >= self.due.at

    @property
    def may_be_another_refusal(self) -> bool:
        """Return whether only a refusal shows it, which may have another reason, since no such
        request was accepted later.
        """
        return self.gone is not None and bool(self.gone.code) and self.back is None


@dataclass
class Losses:
    """Everything in one world that can be lost, by its name, and losses that are over.

    What was never there can't be lost, nor can a model that the customer undeployed.
    """

    found: dict[Name, Loss] = field(default_factory=dict)
    past: list[Loss] = field(default_factory=list)

    @property
    def all(self) -> list[Loss]:
        """Return every loss that was seen, or should have been."""
        return [loss for loss in (*self.past, *self.found.values()) if loss.was_looked_for]

    @property
    def missing(self) -> list[Loss]:
        """Return what should have been lost, and was not seen lost."""
        return [loss for loss in self.all if loss.is_late and loss.gone is None]

    def without_late(self, event: Event, oracle: Oracle) -> Event:
        """Return an event, whose command was submitted, without the losses that may still come, and
        note these as late.
        """
        self._note_command(event)
        if isinstance(event.outcome, Accepted):
            event = self._without_late_answer(event, oracle)
        if event.observation is None:
            return event
        demanded = oracle.observe()
        omitted: set[Address] = set()
        for name, loss in self.found.items():
            is_there = is_shown(event, name) and sees(event.observation, name)
            # what was seen lost once is not late any more
            if is_there and is_lost(demanded, name) and loss.gone is None:
                loss.is_late = True
                omitted.add((name, ALIVE[name[0]][0]))
        shown = event.shown
        return event._replace(
            shown=Shown(
                shown.reasons, shown.audit, shown.hidden, shown.only, shown.omitted | omitted
            )
        )

    def _without_late_answer(self, event: Event, oracle: Oracle) -> Event:
        """Return an accepted event, without its outcome if losses that are late explain that."""
        if isinstance(oracle.last.outcome, Refused):
            used = list(named_in(event, {**USES, **UPLOADS}))
            if used and all(self._may_be_late(name) for name in used):
                for name in used:
                    self.found[name].is_late = True
                return event._replace(outcome=None)
        # It need not be refused, but may show that a thing is there that had to be lost.
        demanded = oracle.observe()
        for name in named_in(event, USES):
            if is_lost(demanded, name) and self._may_be_late(name):
                self.found[name].is_late = True
        return event

    def _may_be_late(self, name: Name) -> bool:
        """Return whether the loss of a thing may still come."""
        # What was seen lost once is not late any more.
        return name in self.found and self.found[name].gone is None

    def depends_on_late(self, event: Event) -> bool:
        """Return whether an event accepts a request on something that should be lost already."""
        if not isinstance(event.outcome, Accepted):
            return False
        used = named_in(event, {**USES, **UPLOADS})
        return any(self._may_be_late(name) and self.found[name].is_late for name in used)

    def note(self, at: int, event: Event, oracle: Oracle) -> None:
        """Note what an event that was compared shows, and which losses are due with it."""
        command = event.commands[0] if event.commands else None
        moment = Moment(at, event.time, command)
        self._note_command(event)
        demanded = oracle.observe()
        seen_gone: set[Name] = set()
        for name in names_in(demanded):
            if may_be_there(oracle, name):
                self.found.setdefault(name, Loss(name))
        for name, is_alive, shown_at in sights_in(event, moment, self.found, oracle):
            loss = self.found[name]
            # A loss that was late and never seen is over once its cause is.
            is_over = loss.is_late and loss.gone is None and not is_lost(demanded, name)
            if not is_over:
                self._note_sight(loss, shown_at, is_alive)
            if not is_alive:
                seen_gone.add(name)
        # What is lost and was never seen is no loss to tell of, and can't be lost late any more.
        for name in seen_gone:
            if is_lost(demanded, name) and self.found[name].alive is None:
                del self.found[name]
        for name, loss in self.found.items():
            self._note_due(loss, moment, is_kept(demanded, name))

    def _note_command(self, event: Event) -> None:
        """Note a document that there may be, and a model that the customer undeploys."""
        if isinstance(event.outcome, Refused):
            return
        for command in event.commands:
            # while the loss of its workspace may come, a document is there, though not demanded
            if isinstance(command, UploadDocument) and self._may_be_late(
                ("workspace", command.workspace)
            ):
                name = ("document", command.document)
                self.found.setdefault(name, Loss(name))
        is_certain = len(event.commands) == 1 and not event.idle
        if is_certain and isinstance(event.commands[0], UndeployModel):
            ended = self.found.pop(("model", event.commands[0].model), None)
            if ended is not None:
                self.past.append(ended)

    def _note_due(self, loss: Loss, moment: Moment, must_be_kept: bool) -> None:
        """Note whether a thing must be kept, or may be lost from this moment on."""
        if must_be_kept and loss.back is not None:
            # That loss was made good, and another one may follow.
            self.past.append(loss)
            self.found[loss.name] = Loss(loss.name, alive=loss.back)
        elif must_be_kept and loss.gone is None and not loss.is_late:
            # Its cause is over before anything was lost.
            loss.due = None
        elif not must_be_kept and loss.due is None and loss.alive is not None:
            loss.due = moment

    def _note_sight(self, loss: Loss, moment: Moment, is_alive: bool) -> None:
        """Note that a thing was shown, or shown to be gone."""
        if not is_alive:
            if loss.alive is not None and loss.gone is None:
                loss.gone = moment
        elif loss.gone is None:
            loss.alive = moment
        elif loss.back is None:
            loss.back = moment


def named_in(event: Event, fields: Mapping[type[Command], str]) -> Iterator[Name]:
    """Yield the things that commands of these types name in these fields, which are their kinds."""
    for command in event.commands:
        kind = fields.get(type(command))
        if kind is not None:
            yield kind, str(command.as_dict()[kind])


def sights_in(
    event: Event, moment: Moment, things: Collection[Name], oracle: Oracle
) -> Iterator[tuple[Name, bool, Moment]]:
    """Yield which of these things an event shows, whether as there or as gone, and when."""
    for name in things:
        if event.observation is not None and is_shown(event, name):
            yield name, sees(event.observation, name), moment
    if not isinstance(event.outcome, Accepted | Refused):
        return
    is_accepted = isinstance(event.outcome, Accepted)
    for name in named_in(event, USES):
        if name in things:
            yield name, is_accepted, moment._replace(code=event.code)
    # An upload that had to be refused shows that the data of its workspace is not lost.
    if is_accepted and isinstance(oracle.last.outcome, Refused):
        for name in named_in(event, UPLOADS):
            if name in things:
                yield name, True, moment


def may_be_there(oracle: Oracle, name: Name) -> bool:
    """Return whether there may be a thing that can be lost."""
    return name[0] in ALIVE and oracle.may_hold(Fact(*name, *ALIVE[name[0]]))


def is_shown(event: Event, name: Name) -> bool:
    """Return whether an event shows whether a thing is lost."""
    return event.shown.shows(name, ALIVE[name[0]][0])


def sees(observation: Observation, name: Name) -> bool:
    """Return whether an observation shows a thing that is not lost."""
    shown_by, value = ALIVE[name[0]]
    return bool(observed_value(observation, *name, shown_by) == value)


def is_kept(demanded: Observation, name: Name) -> bool:
    """Return whether it is demanded that a thing is not lost."""
    return demanded_value(demanded, name) == ALIVE[name[0]][1]


def is_lost(demanded: Observation, name: Name) -> bool:
    """Return whether it is demanded that a thing is lost."""
    return demanded_value(demanded, name) not in (ALIVE[name[0]][1], UNSPECIFIED)


def demanded_value(demanded: Observation, name: Name) -> object:
    """Return what the field of a thing that says whether it is lost has to be."""
    projection = projection_in(demanded, name)
    if projection["exists"] is not True:
        return projection["exists"]
    return projection[ALIVE[name[0]][0]]
