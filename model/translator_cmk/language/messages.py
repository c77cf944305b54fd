"""The messages of protocol 1, made from the declarations of the machine: how each is written, and how it is read."""

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple, get_args, get_origin

from ..machine import COMMANDS, Accepted, Command, KeyUse, Observation, Outcome, Refused, Stage, Unspecified
from ..machine.entities import KeySource, KeyType, PermissionModel, ResourceKind
from ..machine.values import Value
from ..shapes import (
    FLAG,
    Line,
    Misfit,
    Named,
    Record,
    Several,
    Shape,
    Tagged,
    Text,
    Whole,
    WireError,
    Word,
    called,
    read_message,
)
from .sentences import NAME

# JSON text, read strictly, and JSON lines, read one at a time: however large the file, memory stays flat

LONGEST = 2**20
"""The most bytes that one message may have: 1 MiB."""


def from_text(text: bytes, where: str = "") -> Any:
    """Return the JSON value in UTF-8 text; raises `WireError`, which begins with ``where``."""
    if len(text) > LONGEST:
        raise WireError(where, "longer than 1 MiB", "write one message on each line")
    if text.startswith(BOM_UTF8):
        raise WireError(where, "a byte order mark stands before it", "save the text as UTF-8 without one")
    try:
        return DECODE(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise WireError(where, f"not UTF-8 at byte {error.start + 1}", "save the text as UTF-8") from None
    except json.JSONDecodeError as error:
        raise WireError(where, f"not JSON at column {error.colno} ({error.msg})", "write one JSON object") from None
    except NotStrict as error:
        raise WireError(where, *error.args) from None
    except RecursionError:
        raise WireError(where, "nested too deeply", "no message has more than five levels") from None
    except ValueError:  # Python's own limit on the digits of a number
        raise WireError(where, "a number of thousands of digits", "no message needs more than six") from None


class NotStrict(Exception):
    """JSON that the standard library would let pass.  Its arguments: what is wrong, what to do."""


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with these fields; raises `NotStrict` if one is there twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"the field {called(repeated)} appears twice", "remove one")
    return fields


def refuse_constant(word: str) -> None:
    """Refuse NaN and infinity, which are not JSON."""
    raise NotStrict(f"{word} is no JSON", "write a number, or leave the field out")


DECODE = json.JSONDecoder(object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant).decode

STANDARD_INPUT = "-"


class SourceLine(NamedTuple):
    """One line: the name of its source, its number from 1 on, its text, and whether a line break ends it."""

    source: str
    number: int
    text: bytes
    ended: bool

    @property
    def where(self) -> str:
        """Return the line as messages name it."""
        return f"{self.source}:{self.number}"


def read_lines(file: str) -> Iterator[SourceLine]:
    """Yield the lines of a file, or of standard input where the file is `-`; raises `WireError`."""
    try:
        if file != STANDARD_INPUT:
            with Path(file).open("rb") as stream:
                yield from numbered(file, stream)
        elif sys.stdin is None:
            raise WireError("standard input", "closed", "name a file, or open it")
        else:
            yield from numbered("standard input", sys.stdin.buffer)
    except OSError as error:
        raise WireError(file, f"can't be read: {error.strerror}", "name a file of JSON lines, or -") from None


def numbered(source: str, stream: BinaryIO) -> Iterator[SourceLine]:
    """Yield the lines of a stream without white space around them; of one that is too long, only its beginning."""
    number = 0
    while line := stream.readline(LONGEST + 2):
        number += 1
        text = line.rstrip(b"\r\n")
        text = text.removeprefix(BOM_UTF8) if number == 1 else text
        yield SourceLine(source, number, text.strip() if len(text) <= LONGEST else text, line.endswith(b"\n"))


# Messages

PROTOCOL = 1

A_NAME = Text(NAME.pattern, "a name: at most 63 letters, digits and hyphens, the first of them no hyphen")
LOCAL_NAME = Text(f"{NAME.pattern}/{NAME.pattern}", "two names with a slash between them, that of the vault first")
REQUIREMENT = Text("[a-z]+\\.[a-z0-9]+(-[a-z0-9]+)*", "the id of a requirement, such as 'vault.same-region'")
TOKEN = Text("[!-~]{1,100}", "1 to 100 visible characters of ASCII, without blanks")
CODE = Text("[!-~]{1,100}", "a code of 1 to 100 visible characters of ASCII, without blanks")


def shape_of(hint: Any) -> Shape:
    """Return the shape of a field with this annotation."""
    if get_origin(hint) is Annotated or hint is str:
        return A_NAME
    if hint is bool:
        return FLAG
    if hint is int:
        return Whole()
    arms = get_args(hint)
    if type(None) in arms:  # None is written by leaving the field out
        return shape_of(next(arm for arm in arms if arm is not type(None)))
    return Word(arms)


class CommandRecord(Record):
    """One command, with its fields as the machine declares them."""

    def __init__(self, command: type[Command]) -> None:
        self.command = command
        shapes = {field: shape_of(command.hints[field]) for field in command.fields}
        required = [field for field in command.fields if field not in command.defaults]
        super().__init__(command.__name__, shapes, required)

    def meaning(self, fields: dict[str, Any]) -> Command:
        full = fields if len(fields) == len(self.fields) else self.command.defaults | fields
        values = map(full.__getitem__, self.command.fields)
        if not self.command.named_where:
            return tuple.__new__(self.command, values)  # all are there, and there is nothing else to check
        try:
            return self.command(*values)
        except ValueError as error:
            raise Misfit(str(error), "add it or remove it") from None

    def schema(self) -> dict[str, Any]:
        schema = {"description": (self.command.__doc__ or "").replace("``", "`"), **super().schema()}
        conditions = [self._condition(*each) for each in self.command.named_where.items()]
        return schema | {"allOf": conditions} if conditions else schema

    def _condition(self, field: str, where: tuple[str, Any]) -> dict[str, Any]:
        other, value = where
        present = [] if self.command.defaults.get(other) == value else [other]
        return {
            "if": {"properties": {other: {"const": value}}, "required": present},
            "then": {"required": [field]},
            "else": {"properties": {field: False}},
        }


COMMAND = Tagged("command", {name: CommandRecord(command) for name, command in COMMANDS.items()})

COMMENT: dict[str, Shape] = {"code": CODE, "message": Line(2000)}
"""Fields of an answer that are for people, or native to the system."""

IDS = Several(REQUIREMENT, frozenset)
KEY_USE = Record("a use of a key", {"key": LOCAL_NAME, "resource": A_NAME}, ("key", "resource"), KeyUse)
AUDIT = Several(KEY_USE, lambda uses: tuple(sorted(uses)))

OUTCOME = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance",
            {"by": IDS, "audit": AUDIT},
            make=Accepted,
        ),
        "refused": Record("a refusal", {"because": IDS}, make=Refused),
        "unspecified": Record("what is unspecified", {"silent": IDS}, make=Unspecified),
    },
)

IN_VAULT = Word(["active", "deleted"])

OBSERVED: Mapping[str, tuple[Text, Mapping[str, Shape]]] = {
    "subscription": (A_NAME, {"tenant": A_NAME}),
    "resource": (
        A_NAME,
        {
            "kind": Word(get_args(ResourceKind)),
            "location": A_NAME,
            "subscription": A_NAME,
            "group": A_NAME,
            "key_source": Word(get_args(KeySource)),
            "key": LOCAL_NAME,
            "encryption_section": FLAG,
            "identity": FLAG,
            "registered": FLAG,
        },
    ),
    "vault": (
        A_NAME,
        {
            "state": IN_VAULT,
            "region": A_NAME,
            "subscription": A_NAME,
            "group": A_NAME,
            "soft_delete": FLAG,
            "purge_protection": FLAG,
            "permission_model": Word(get_args(PermissionModel)),
        },
    ),
    "key": (
        LOCAL_NAME,
        {
            "state": IN_VAULT,
            "type": Word(get_args(KeyType)),
            "size": Whole(),
            "version": Whole(0),
            "enabled": FLAG,
        },
    ),
    "grant": (LOCAL_NAME, {"vault": A_NAME, "resource": A_NAME}),
    "workspace": (A_NAME, {"resource": A_NAME, "key_source": Word(get_args(KeySource)), "readable": FLAG}),
    "document": (A_NAME, {"workspace": A_NAME}),
    "model": (A_NAME, {"workspace": A_NAME, "state": Word(["undeployed", "deployed"])}),
}
"""For each kind that can be observed: how its entities are named, and their fields, any of which may be left out."""

OBSERVATION = Record(
    "an observation",
    {kind: Named(name, Record(f"a {kind}", fields)) for kind, (name, fields) in OBSERVED.items()},
)


def build_stage(**fields: Any) -> Stage:
    """Return the stage; raises `Misfit` where its parts do not fit together."""
    stage = Stage(**fields)
    for subscription, tenant in stage.subscriptions.items():
        if tenant not in stage.tenants:
            what = f"the subscription {subscription!r} is in {tenant!r}, which is no tenant of the stage"
            raise Misfit(what, "add the tenant, or name another")
    if "global" in stage.regions:
        raise Misfit("'global' is a location, and no region", "leave it out")
    return stage


STAGE = Record(
    "a stage",
    {
        "tenants": Several(A_NAME),
        "subscriptions": Named(A_NAME, A_NAME),
        "regions": Several(A_NAME),
        "tiers": Named(A_NAME, FLAG),
    },
    make=build_stage,
)


def to_json(value: Any) -> Any:
    """Return a value of the machine as JSON has it: sets are sorted, and fields that are None left out."""
    match value:
        case Value():
            return {field: to_json(each) for field, each in value.as_dict().items() if each is not None}
        case Mapping():
            return {name: to_json(each) for name, each in value.items()}
        case tuple():
            return [to_json(each) for each in value]
        case frozenset():
            return sorted(value)
    return value


def command_to_wire(command: Command) -> dict[str, Any]:
    """Return the command as a JSON value, defaults included."""
    given = {field: value for field, value in zip(command.fields, command, strict=True) if value is not None}
    return {"command": type(command).__name__, **given}


def command_from_wire(message: Any, where: str = "") -> Command:
    """Return the command in a JSON value; raises `WireError`, which begins with ``where``."""
    command: Command = read_message(COMMAND, message, where)
    return command


def outcome_to_wire(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as a JSON value, its lists sorted."""
    if isinstance(outcome, Accepted):
        outcome = Accepted(outcome.by, tuple(sorted(outcome.audit)))
    return {"outcome": type(outcome).__name__.lower(), **to_json(outcome)}


def outcome_from_wire(message: Any, where: str = "") -> Outcome:
    """Return the outcome in a JSON value; raises `WireError`, which begins with ``where``."""
    outcome: Outcome = read_message(OUTCOME, message, where)
    return outcome


def observation_to_wire(observation: Observation) -> dict[str, Any]:
    """Return the observation as a JSON value, names sorted."""
    return {kind: {name: dict(fields) for name, fields in sorted(seen.items())} for kind, seen in observation.items()}


def observation_from_wire(message: Any, where: str = "") -> Observation:
    """Return the observation in a JSON value; raises `WireError`, which begins with ``where``."""
    observation: Observation = read_message(OBSERVATION, message, where)
    return observation


def stage_to_wire(stage: Stage) -> dict[str, Any]:
    """Return the stage as a JSON value."""
    return dict(to_json(stage))


def stage_from_wire(message: Any, where: str = "") -> Stage:
    """Return the stage in a JSON value; raises `WireError`, which begins with ``where``."""
    stage: Stage = read_message(STAGE, message, where)
    return stage
