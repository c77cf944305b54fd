"""The messages of protocol 1, made from the declarations of the machine: how each is written, and how it is read."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from ..machine import COMMANDS, Accepted, Command, KeyUse, Observation, Outcome, Refused, Stage, Unspecified
from ..machine.commands import KeySource, KeyType, PermissionModel, ResourceKind
from .shapes import (
    A_NAME,
    LOCAL_NAME,
    REQUIREMENT,
    Flag,
    Misfit,
    Named,
    Place,
    Record,
    Several,
    Shape,
    Tagged,
    Text,
    Whole,
    Word,
)

PROTOCOL = 1


def shape_of(hint: Any) -> Shape:
    """Return the shape of a field with this annotation."""
    if get_origin(hint) is Annotated or hint is str:
        return A_NAME
    if hint is bool:
        return Flag()
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
            raise Misfit(str(error), "name it there, and leave it out elsewhere") from None

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

IDS = Several(REQUIREMENT, frozenset)
KEY_USE = Record("a use of a key", {"key": LOCAL_NAME, "resource": A_NAME}, ("key", "resource"), KeyUse)

OUTCOME = Tagged(
    "outcome",
    {
        "accepted": Record(
            "an acceptance",
            {"by": IDS, "audit": Several(KEY_USE, lambda uses: tuple(sorted(uses)))},
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
            "layers_of_encryption": Whole(0, 2),
            "encryption_section": Flag(),
            "identity": Flag(),
            "registered": Flag(),
        },
    ),
    "vault": (
        A_NAME,
        {
            "state": IN_VAULT,
            "region": A_NAME,
            "subscription": A_NAME,
            "group": A_NAME,
            "soft_delete": Flag(),
            "purge_protection": Flag(),
            "permission_model": Word(get_args(PermissionModel)),
        },
    ),
    "key": (
        LOCAL_NAME,
        {
            "state": IN_VAULT,
            "type": Word(get_args(KeyType)),
            "size": Whole(),
            "version": Whole(),
            "enabled": Flag(),
        },
    ),
    "grant": (LOCAL_NAME, {"vault": A_NAME, "resource": A_NAME}),
    "workspace": (A_NAME, {"resource": A_NAME, "key_source": Word(get_args(KeySource)), "readable": Flag()}),
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
        "tiers": Named(A_NAME, Flag()),
    },
    make=build_stage,
)


def command_to_wire(command: Command) -> dict[str, Any]:
    """Return the command as a JSON value, defaults included."""
    fields = zip(command.fields, command, strict=True)
    return {"command": type(command).__name__, **{field: value for field, value in fields if value is not None}}


def command_from_wire(message: Any, where: str = "") -> Command:
    """Return the command in a JSON value; raises `WireError`, which begins with ``where``."""
    command: Command = COMMAND.read(message, Place(where))
    return command


def outcome_to_wire(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome as a JSON value, its lists sorted."""
    match outcome:
        case Accepted():
            audit = [use.as_dict() for use in sorted(outcome.audit)]
            return {"outcome": "accepted", "by": sorted(outcome.by), "audit": audit}
        case Refused():
            return {"outcome": "refused", "because": sorted(outcome.because)}
    return {"outcome": "unspecified", "silent": sorted(outcome.silent)}


def outcome_from_wire(message: Any, where: str = "") -> Outcome:
    """Return the outcome in a JSON value; raises `WireError`, which begins with ``where``."""
    outcome: Outcome = OUTCOME.read(message, Place(where))
    return outcome


def observation_to_wire(observation: Observation) -> dict[str, Any]:
    """Return the observation as a JSON value, names sorted."""
    return {kind: {name: dict(fields) for name, fields in sorted(seen.items())} for kind, seen in observation.items()}


def observation_from_wire(message: Any, where: str = "") -> Observation:
    """Return the observation in a JSON value; raises `WireError`, which begins with ``where``."""
    observation: Observation = OBSERVATION.read(message, Place(where))
    return observation


def stage_to_wire(stage: Stage) -> dict[str, Any]:
    """Return the stage as a JSON value."""
    return {
        "tenants": list(stage.tenants),
        "subscriptions": dict(stage.subscriptions),
        "regions": list(stage.regions),
        "tiers": dict(stage.tiers),
    }


def stage_from_wire(message: Any, where: str = "") -> Stage:
    """Return the stage in a JSON value; raises `WireError`, which begins with ``where``."""
    stage: Stage = STAGE.read(message, Place(where))
    return stage
