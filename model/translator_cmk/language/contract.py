"""The contract between the kit and a system: what it declares of itself, the six verbs, and the answers to each.

A request has an id, which its answer repeats, and the name of the session, if `hello` gave one.
A request never says what is expected of the system.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..machine import COMMANDS, DEFAULT_STAGE, Stage
from ..machine.values import Value
from ..shapes import (
    Line,
    Misfit,
    Named,
    Record,
    Referred,
    Several,
    Shape,
    Tagged,
    Whole,
    Word,
    read_message,
)
from .messages import (
    CODE,
    COMMAND,
    COMMENT,
    IDS,
    KEY_USE,
    OBSERVATION,
    OBSERVED,
    PROTOCOL,
    STAGE,
    TOKEN,
    to_json,
)

CAPABILITIES: Mapping[str, str] = {
    "portal": "Customer-managed keys can be enabled as the portal does it, which turns the identity on and grants "
    "access by itself; and the Encryption section can be seen.",
    "reasons": "A refusal names the requirements that it is because of, all of them or some.",
    "clock": "The retention period of a deleted vault can be made to end.",
    "legacy-vaults": "A vault can be made without soft delete, be it with purge protection or without.",
    "several-tenants": "There is a second tenant, to which resources and subscriptions can move.",
    "audit": "An acceptance lists the uses of a customer's key.",
    "parallel": "Several sessions can run at once, each with its own resources.",
}
"""Capabilities that a system may lack.  Scenarios that need one are then not applicable, with this as the reason."""

LEVELS: Mapping[str, str] = {
    "vault-and-key": "Key vaults and their keys.",
    "account": "Resources, their identities and access to keys, and customer-managed keys for them.",
    "custom-translator": "Workspaces, documents and models, and what they lose with the key.",
}
"""Parts of a system that can conform by themselves.  Each level is scored apart, and a system claims one or more."""

MASKED = "document.while-inaccessible"
"""Declared as hidden by a system that can't tell a deleted document from an inaccessible one, and shows neither."""

OF_AZURE = "Azure: "
"""How a product begins that is a cloud of Microsoft's; the adapter over Microsoft's SDKs names nothing else so."""

HIDEABLE = (
    *(part for kind, (_, fields) in OBSERVED.items() for part in (kind, *(f"{kind}.{f}" for f in fields))),
    MASKED,
)
"""Kinds, and fields of kinds, that an observation may leave out if that is declared."""

LONGEST_WINDOW = 86_400
"""The most seconds that an effect may take: one day."""


class Declaration(Value):
    """The declaration of a system.

    ``windows``: for a command, how many seconds its effects may take to show; all others show at once.
    ``codes``: for a native code of a refusal, the requirements that it stands for.
    ``stage``: what it has of the tenants, subscriptions, regions and tiers that it is asked for.
    """

    product: str
    version: str
    capabilities: frozenset[str] = frozenset(CAPABILITIES)
    levels: tuple[str, ...] = tuple(LEVELS)
    hidden: frozenset[str] = frozenset()
    stage: Stage = DEFAULT_STAGE
    windows: Mapping[str, int] = {}
    codes: Mapping[str, frozenset[str]] = {}

    def can(self, capability: str) -> bool:
        """Return whether it has declared the capability."""
        return capability in self.capabilities

    @property
    def unseen(self) -> frozenset[str]:
        """Return the fields that its observations leave out: those hidden, and those that only a portal shows."""
        return self.hidden if self.can("portal") else self.hidden | {"resource.encryption_section"}

    def shows(self, kind: str, field: str) -> bool:
        """Return whether its observations have this field of this kind."""
        return kind not in self.unseen and f"{kind}.{field}" not in self.unseen


def declare(**fields: Any) -> Declaration:
    """Return the declaration; raises `Misfit` where its parts do not fit together."""
    found = Declaration(**{"capabilities": frozenset(), **fields})
    if not found.levels:
        raise Misfit("levels is empty", "name at least one, or leave it out to claim all")
    if found.codes and not found.can("reasons"):
        raise Misfit("codes are mapped to requirements without the capability 'reasons'", "declare it, or drop them")
    if found.can("several-tenants") and len(found.stage.tenants) < 2:
        raise Misfit("several-tenants is declared, and the stage has only one", "offer a second, or do not declare it")
    return found


DECLARED: dict[str, Shape] = {
    "product": Line(200),
    "version": Line(200),
    "capabilities": Several(Word(CAPABILITIES), frozenset),
    "levels": Several(Word(LEVELS)),
    "hidden": Several(Word(HIDEABLE), frozenset),
    "stage": Referred(STAGE, "stage"),
    "windows": Record("the windows", {name: Whole(0, LONGEST_WINDOW) for name in COMMANDS}),
    "codes": Named(CODE, IDS),
}

DECLARATION = Record("a declaration", DECLARED, ("product", "version"), declare)


def declaration_to_wire(declaration: Declaration) -> dict[str, Any]:
    """Return the declaration as a JSON value, its sets sorted."""
    return dict(to_json(declaration))


# Verbs and answers

VERBS: Mapping[str, str] = {
    "hello": "Begin a session, and say what you are.",
    "reset": "Begin a world in which nothing but the stage is there.  Earlier things may stay: names never come again.",
    "submit": "Carry out the command, or refuse it and change nothing.",
    "observe": "Show everything that a customer can see now.",
    "settle": "Let this many seconds pass, or fewer if all effects show earlier.",
    "bye": "End the session.",
}

REQUESTED: Mapping[str, dict[str, Shape]] = {
    "hello": {"protocol": Whole(PROTOCOL, PROTOCOL), "kit": Line(200)},
    "reset": {"stage": Referred(STAGE, "stage")},
    "submit": {"command": Referred(COMMAND, "command")},
    "observe": {},
    "settle": {"seconds": Whole(0, LONGEST_WINDOW)},
    "bye": {},
}
"""For each verb, the fields of a request, all of which have to be there."""

REQUEST = Tagged(
    "verb",
    {
        verb: Record(
            f"the request {verb!r}",
            {"id": TOKEN, "session": TOKEN, **fields},
            ("id", *fields),
            partial(dict, verb=verb),
        )
        for verb, fields in REQUESTED.items()
    },
)


def welcome(
    id: str,  # noqa: A002  # as on the wire
    protocol: int,
    session: str | None = None,
    **declared: Any,
) -> dict[str, Any]:
    """Return the answer to `hello`, with what is declared in one piece; raises `Misfit`."""
    return {"answer": "hello", "id": id, "protocol": protocol, "session": session, "declaration": declare(**declared)}


HELLO = Record(
    "the answer 'hello'",
    {"id": TOKEN, "protocol": Whole(PROTOCOL, PROTOCOL), "session": TOKEN, **DECLARED},
    ("id", "protocol", "product", "version"),
    welcome,
)

ANSWERED: Mapping[str, Mapping[str, dict[str, Shape]]] = {
    "hello": {},
    "reset": {"done": {}},
    "submit": {
        "accepted": COMMENT | {"audit": Several(KEY_USE)},
        "refused": COMMENT | {"because": IDS},
        "unsupported": COMMENT,
    },
    "observe": {"observed": {"observation": Referred(OBSERVATION, "observation")}},
    "settle": {"settled": {}, "unsettled": {}},
    "bye": {"bye": {}},
}
"""For each verb, the answers to it but for errors, with their fields."""


def answer(word: str, fields: Mapping[str, Shape]) -> Record:
    """Return an answer of one kind; only an observation has to be there."""
    required = ("id", "observation") if word == "observed" else ("id",)
    return Record(f"the answer {word!r}", {"id": TOKEN, **fields}, required, partial(dict, answer=word))


ANSWERS: Mapping[str, Tagged] = {
    verb: Tagged(
        "answer",
        ({"hello": HELLO} if verb == "hello" else {})
        | {word: answer(word, fields) for word, fields in {**answers, "error": COMMENT}.items()},
    )
    for verb, answers in ANSWERED.items()
}


def request_from_wire(message: Any, where: str = "") -> dict[str, Any]:
    """Return the request in a JSON value, its command or stage read; raises `WireError`."""
    found: dict[str, Any] = read_message(REQUEST, message, where)
    return found


def answer_from_wire(verb: str, message: Any, where: str = "") -> dict[str, Any]:
    """Return the answer to this verb in a JSON value, its parts read; raises `WireError`."""
    found: dict[str, Any] = read_message(ANSWERS[verb], message, where)
    return found
