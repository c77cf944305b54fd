"""The messages of protocol 2 for values of the machine: commands, outcomes, observations and
stages.

Each has a shape, made from the declaration of the machine, which reads a JSON value, and a function
`…_to_wire`, which writes one.  A field that is None is left out, and a set is a sorted list.
"""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from ..machine import (
    COMMANDS,
    Accepted,
    Command,
    KeyUse,
    Observation,
    Outcome,
    Refused,
    Stage,
    Unspecified,
)
from ..machine.entities import KeySource, KeyType, PermissionModel, ResourceKind
from ..machine.values import Value
from ..shapes import (
    FLAG,
    Choice,
    Inconsistent,
    Line,
    ListOf,
    MapOf,
    Record,
    Shape,
    Tagged,
    Text,
    UniqueList,
    Whole,
    read_message,
)
from .name_forms import A_NAME, CODE, LOCAL_NAME, REQUIREMENT

PROTOCOL = 2


# Commands


def shape_of(annotation: Any) -> Shape:
    """Return the shape of a field with this annotation."""
    if get_origin(annotation) is Annotated or annotation is str:
        return A_NAME
    if annotation is bool:
        return FLAG
    if annotation is int:
        return Whole()
    alternatives = get_args(annotation)
    if type(None) in alternatives:  # None is written by leaving the field out
        other = next(alternative for alternative in alternatives if alternative is not type(None))
        return shape_of(other)
    return Choice(alternatives)


class CommandRecord(Record):
    """One command, with its fields as the machine declares them."""

    def __init__(self, command: type[Command]) -> None:
        self.command = command
        shapes = {field: shape_of(command.hints[field]) for field in command.fields}
        required = [field for field in command.fields if field not in command.defaults]
        super().__init__(command.__name__, shapes, required)

    def build(self, fields: dict[str, Any]) -> Command:
        values = self.command.defaults | fields
        in_order = [values[name] for name in self.command.fields]
        try:
            # faster than by name, and every command of a run is read
            return self.command(*in_order)
        except ValueError as error:
            raise Inconsistent(str(error), "add it or remove it") from None

    def schema(self) -> dict[str, Any]:
        in_one_line = " ".join((self.command.__doc__ or "").split())
        description = in_one_line.replace("``", "`")
        schema = {"description": description, **super().schema()}
        conditions = []
        for field, (other, value) in self.command.named_where.items():
            conditions.append(self._named_where(field, other, value))
        if conditions:
            schema["allOf"] = conditions
        return schema

    def _named_where(self, field: str, other: str, value: Any) -> dict[str, Any]:
        """Return the schema that the field is there exactly where the other one has this value."""
        # where the other one is left out, it has its default
        is_default = self.command.defaults.get(other) == value
        present = [] if is_default else [other]
        return {
            "if": {"properties": {other: {"const": value}}, "required": present},
            "then": {"required": [field]},
            "else": {"properties": {field: False}},
        }


COMMAND = Tagged("command", {name: CommandRecord(command) for name, command in COMMANDS.items()})


def command_to_wire(command: Command) -> dict[str, Any]:
    """Return the command as a JSON value, defaults included."""
    given = {field: value for field, value in command.as_dict().items() if value is not None}
    return {"command": type(command).__name__, **given}


def command_from_wire(message: Any, where: str = "") -> Command:
    """Return the command in a JSON value; raises `WireError`, which begins with ``where``."""
    command: Command = read_message(COMMAND, message, where)
    return command


# Outcomes

COMMENT: dict[str, Shape] = {"code": CODE, "message": Line(2000)}
"""Fields of an answer that are for people, or native to the system."""

LONGEST_REMARK = 300
"""Characters of one text in ``said``."""

REMARKS = ListOf(Line(LONGEST_REMARK))
"""What a system says of how it carried out a command, one attempt or remark a text."""

IDS = UniqueList(REQUIREMENT, frozenset)
KEY_USE = Record(
    "a use of a key", {"key": LOCAL_NAME, "resource": A_NAME}, ("key", "resource"), KeyUse
)
AUDIT = UniqueList(KEY_USE, lambda uses: tuple(sorted(uses)))

OUTCOME = Tagged(
    "outcome",
    {
        "accepted": Record("an acceptance", {"by": IDS, "audit": AUDIT}, make=Accepted),
        "refused": Record("a refusal", {"because": IDS}, make=Refused),
        "unspecified": Record("what is unspecified", {"silent": IDS}, make=Unspecified),
    },
)


def outcome_to_wire(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as a JSON value, its lists sorted."""
    if isinstance(outcome, Accepted):
        outcome = Accepted(outcome.by, tuple(sorted(outcome.audit)))
    return {"outcome": type(outcome).__name__.lower(), **to_json(outcome)}


# Observations

IN_VAULT = Choice(["active", "deleted"])

OBSERVED: Mapping[str, tuple[Text, Mapping[str, Shape]]] = {
    "subscription": (A_NAME, {"tenant": A_NAME}),
    "resource": (
        A_NAME,
        {
            "kind": Choice(get_args(ResourceKind)),
            "location": A_NAME,
            "subscription": A_NAME,
            "group": A_NAME,
            "key_source": Choice(get_args(KeySource)),
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
            "permission_model": Choice(get_args(PermissionModel)),
        },
    ),
    "key": (
        LOCAL_NAME,
        {
            "state": IN_VAULT,
            "type": Choice(get_args(KeyType)),
            "size": Whole(),
            "version": Whole(),
            "enabled": FLAG,
        },
    ),
    "grant": (LOCAL_NAME, {"vault": A_NAME, "resource": A_NAME}),
    "role": (LOCAL_NAME, {"vault": A_NAME, "resource": A_NAME}),
    "workspace": (
        A_NAME,
        {
            "resource": A_NAME,
            "key_source": Choice(get_args(KeySource)),
            "readable": FLAG,
        },
    ),
    "document": (A_NAME, {"workspace": A_NAME}),
    "model": (A_NAME, {"workspace": A_NAME, "state": Choice(["undeployed", "deployed"])}),
}
"""For each kind that can be observed: how its entities are named, and their fields, any of which
may be left out."""

OBSERVATION = Record(
    "an observation",
    {kind: MapOf(name, Record(f"a {kind}", fields)) for kind, (name, fields) in OBSERVED.items()},
)


def observation_to_wire(observation: Observation) -> dict[str, Any]:
    """Return the observation as a JSON value, names sorted."""
    message: dict[str, Any] = {}
    for kind, entities in observation.items():
        message[kind] = {name: dict(entities[name]) for name in sorted(entities)}
    return message


# Stages


KINDS_UNSAID = ("Translator", "AIServices")
"""The kinds of resource that a stage has which says nothing of them: of the multi-service kinds
one, since the article doesn't say which of the two it means.
"""


def build_stage(**fields: Any) -> Stage:
    """Return the stage; raises `Inconsistent` where its parts do not fit together."""
    stage = Stage(**{"kinds": KINDS_UNSAID, **fields})
    for subscription, tenant in stage.subscriptions.items():
        if tenant not in stage.tenants:
            place = f"the subscription {subscription!r} is in {tenant!r}"
            what = f"{place}, which is no tenant of the stage"
            raise Inconsistent(what, "add the tenant, or name another")
    if "global" in stage.regions:
        raise Inconsistent("'global' is a location, and no region", "leave it out")
    if "Translator" not in stage.kinds:
        raise Inconsistent("kinds is without 'Translator'", "add it: the article is about it")
    if MULTI_SERVICE.isdisjoint(stage.kinds):
        what = f"kinds has none of {' and '.join(sorted(MULTI_SERVICE))}"
        raise Inconsistent(what, "add one: the article names a multi-service resource")
    return stage


MULTI_SERVICE = frozenset({"AIServices", "CognitiveServices"})
"""The kinds of multi-service resources, either of which may be the one that the article names."""


STAGE = Record(
    "a stage",
    {
        "tenants": UniqueList(A_NAME),
        "subscriptions": MapOf(A_NAME, A_NAME),
        "regions": UniqueList(A_NAME),
        "tiers": MapOf(A_NAME, FLAG),
        "kinds": UniqueList(Choice(get_args(ResourceKind))),
    },
    make=build_stage,
)


def stage_to_wire(stage: Stage) -> dict[str, Any]:
    """Return the stage as a JSON value, without the kinds that need not be said."""
    value = dict(to_json(stage))
    if stage.kinds == KINDS_UNSAID:
        del value["kinds"]
    return value


def stage_from_wire(message: Any, where: str = "") -> Stage:
    """Return the stage in a JSON value; raises `WireError`, which begins with ``where``."""
    stage: Stage = read_message(STAGE, message, where)
    return stage


def to_json(value: Any) -> Any:
    """Return a value of the machine as JSON has it: sets are sorted, and fields that are None left
    out."""
    if isinstance(value, Value):
        given = {field: part for field, part in value.as_dict().items() if part is not None}
        return {field: to_json(part) for field, part in given.items()}
    if isinstance(value, Mapping):
        return {name: to_json(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [to_json(part) for part in value]
    if isinstance(value, frozenset):
        return sorted(value)
    return value
