"""The table of consequences: what the article says of an event and of each thing lost by it.

A requirement says what follows from a state, whatever led there.  The article says more: of three
events it names what is lost by each.  The file has a row for each event and loss, with the
sentences that say so, or with the argument from sentences and its weakest part.

Whether the model agrees is not asked here, but where a change of a state is looked up
(`oracle.grounds`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..shapes import ANYTHING, TEXT, Choice, ListOf, Shape, UniqueList, record
from ..strict_yaml import Entry, read_yaml
from .loading import FOLDER, load_register
from .register import Register, weakest_basis

FILE = "consequences.yaml"

FATES = ("kept", "lost", "back", "by-hand")
"""What becomes of a thing: it is lost or not, and after the remedies it is back with the key, or
back once a customer has carried out a command."""


@dataclass(frozen=True)
class Loss:
    """Something that can be lost: a kind of thing, and the field that tells."""

    loss: str
    kind: str
    field: str
    intact: Any
    """The value of the field while nothing is lost."""
    example: str
    """The name of the thing in the examples of the events."""
    by_hand: str = ""
    """The command that may bring it back."""


@dataclass(frozen=True)
class TableEntry:
    """What becomes of one thing with an event or after its remedies, and what the article says."""

    loss: str
    fate: str
    """One of FATES."""
    requirements: tuple[str, ...]
    """Those that say so."""
    basis: str
    """`stated` where a sentence says it in so many words, else the weakest of the requirements."""
    statements: tuple[str, ...] = ()
    """The sentences that say it, or from which it follows."""
    argument: str = ""
    """How it follows, or what speaks for it, where no sentence says it."""
    weakest: str = ""
    """The weakest part of the argument."""
    reading: str = ""
    """Where the event is more than its sentence says."""
    leads: str = ""
    """The requirement or the decision record that a reader is led to, if not to the first of the
    requirements."""

    @property
    def names(self) -> frozenset[str]:
        """Return the requirements that the row names anywhere."""
        words = " ".join((self.argument, self.weakest, self.reading))
        return ids_in(words) | {*self.requirements}


@dataclass(frozen=True)
class Event:
    """Something that happens, what a customer can do about it, and what becomes of each thing."""

    event: str
    start: tuple[str, ...]
    """A situation, and sentences of commands after it."""
    commands: tuple[str, ...]
    remedies: tuple[str, ...]
    tried: tuple[str, ...]
    """Remedies that bring nothing back, and may be refused."""
    at_once: Mapping[str, TableEntry]
    """By the name of the loss."""
    afterwards: Mapping[str, TableEntry]

    @property
    def is_harmless(self) -> bool:
        """Return whether nothing is lost by it."""
        return all(each.fate == "kept" for each in self.at_once.values())


@dataclass(frozen=True)
class Consequences:
    """The whole table."""

    losses: Mapping[str, Loss]
    events: Mapping[str, Event]


# Loading


def load_consequences(register: Register | None = None, path: Path | None = None) -> Consequences:
    """Return the table in a file, by default that of this package.

    Raises InvalidFile where it is unreadable or wrong, or doesn't agree with the register.
    """
    if register is None and path is None:
        return own_consequences()
    register = register or load_register()
    whole = read_yaml(path or FOLDER / FILE)
    whole.read(record("the table", {"losses": ANYTHING, "events": ANYTHING}))
    losses = read_losses(whole.at(["losses"]))
    events: dict[str, Event] = {}
    for entry in whole.at(["events"]).items():
        event = read_event(entry, losses, register)
        if event.event in events:
            raise entry.error(f"the event {event.event!r} is given twice; remove one")
        events[event.event] = event
    return Consequences(losses, events)


@cache
def own_consequences() -> Consequences:
    """Return the table of this package; raises as `load_consequences` does."""
    return load_consequences(load_register())


def read_losses(entry: Entry) -> dict[str, Loss]:
    """Return what can be lost, by name. Raises InvalidFile where it is wrong."""
    required = {"loss": TEXT, "kind": TEXT, "field": TEXT, "intact": ANYTHING, "example": TEXT}
    shape = record("a loss", required, {"by_hand": TEXT})
    losses: dict[str, Loss] = {}
    for each in entry.items():
        loss = Loss(**each.read(shape))
        losses[loss.loss] = loss
    return losses


def read_event(entry: Entry, losses: Mapping[str, Loss], register: Register) -> Event:
    """Return one event. Raises InvalidFile where it is wrong."""
    sentences = ListOf(TEXT)
    shape = record(
        "an event",
        {"event": TEXT, "start": sentences, "commands": sentences, "at-once": ANYTHING},
        {"remedies": sentences, "tried": sentences, "reading": TEXT, "afterwards": ANYTHING},
    )
    fields = entry.read(shape)
    reading = fields.get("reading", "").strip()
    afterwards: dict[str, TableEntry] = {}
    if "afterwards" in fields:
        afterwards = read_consequences(entry.at(["afterwards"]), losses, register, reading)
    return Event(
        event=fields["event"],
        start=tuple(fields["start"]),
        commands=tuple(fields["commands"]),
        remedies=tuple(fields.get("remedies", ())),
        tried=tuple(fields.get("tried", ())),
        at_once=read_consequences(entry.at(["at-once"]), losses, register, reading),
        afterwards=afterwards,
    )


def read_consequences(
    entry: Entry, losses: Mapping[str, Loss], register: Register, reading: str
) -> dict[str, TableEntry]:
    """Return a row for each loss. Raises InvalidFile where one is wrong or missing."""
    found: dict[str, TableEntry] = {}
    shape = row_shape(losses, register)
    for row in entry.items():
        fields = row.read(shape)
        for loss in fields.pop("losses"):
            if loss in found:
                raise row.error(f"there is a row on {loss} already; remove one")
            found[loss] = read_consequence(row, loss, fields, register, reading)
    missing = [loss for loss in losses if loss not in found]
    if missing:
        raise entry.error(f"no row says what becomes of {', '.join(missing)}; add one")
    return {loss: found[loss] for loss in losses}


def row_shape(losses: Mapping[str, Loss], register: Register) -> Shape:
    """Return the shape of a row, whose requirements and statements exist."""
    statements = UniqueList(Choice(register.statements))
    decisions = sorted({each.decision for each in register.values() if each.decision})
    return record(
        "a row",
        {
            "losses": UniqueList(Choice(losses)),
            "fate": Choice(FATES),
            "requirements": UniqueList(Choice(register)),
        },
        {
            "stated": statements,
            "statements": statements,
            "argument": TEXT,
            "weakest": TEXT,
            "leads": Choice([*register, *decisions]),
        },
    )


def read_consequence(
    row: Entry, loss: str, fields: Mapping[str, Any], register: Register, reading: str
) -> TableEntry:
    """Return the row of one loss. Raises InvalidFile where its parts don't fit together."""
    stated = fields.get("stated", ())
    explained = [name for name in ("statements", "argument", "weakest") if name in fields]
    if stated and explained:
        raise row.error(f"what is stated has no {explained[0]}; take it out")
    if stated:
        check_stated(row, stated, fields["requirements"], register)
        basis = "stated"
    else:
        check_argued(row, fields, register)
        basis = weakest_basis(fields["requirements"], register)
    return TableEntry(
        loss=loss,
        fate=fields["fate"],
        requirements=fields["requirements"],
        basis=basis,
        statements=stated or fields.get("statements", ()),
        argument=fields.get("argument", "").strip(),
        weakest=fields.get("weakest", "").strip(),
        reading=reading,
        leads=fields.get("leads", ""),
    )


def check_stated(
    row: Entry, stated: tuple[str, ...], names: tuple[str, ...], register: Register
) -> None:
    """Raise InvalidFile where a sentence is not one of a stated requirement of the row."""
    sentences: set[str] = set()
    for name in names:
        if register[name].basis == "stated":
            sentences.update(register[name].statements)
    for statement in stated:
        if statement not in sentences:
            raise row.error(
                f"{statement} is a statement of no requirement here that is stated; name the "
                "requirement, or argue"
            )


def check_weakest_part(row: Entry, words: str, names: tuple[str, ...], register: Register) -> None:
    """Raise InvalidFile where an argument names a part that is weaker than the row would be."""
    basis = weakest_basis(names, register)
    for name in sorted(ids_in(words) & set(register)):
        if weakest_basis((*names, name), register) != basis:
            raise row.error(
                f"it names {name}, which is {register[name].basis}, and the row would be {basis}; "
                "add it to the requirements, or take it out of the argument"
            )


def ids_in(words: str) -> frozenset[str]:
    """Return what reads like the id of a requirement in a text."""
    return frozenset(re.findall(r"\b[a-z]+\.[a-z0-9-]*[a-z0-9]", words))


def check_argued(row: Entry, fields: Mapping[str, Any], register: Register) -> None:
    """Raise InvalidFile where an argument is incomplete."""
    for name in ("argument", "weakest"):
        if name not in fields:
            raise row.error(f"no sentence states it, so the row needs its {name}; add it")
    if weakest_basis(fields["requirements"], register) == "stated":
        raise row.error("all its requirements are stated; name the statements as stated")
    words = f"{fields['argument']} {fields['weakest']}"
    check_weakest_part(row, words, fields["requirements"], register)
    unlisted = set(re.findall(r"\bS[1-9][0-9]*\b", words)) - set(fields.get("statements", ()))
    known = sorted(unlisted & set(register.statements))
    if known:
        raise row.error(f"it rests on {', '.join(known)}; list them in statements too")
