"""One sentence for each command and each observation: scenarios are read, and counterexamples written, with it.

Commands are told in the active voice, by what the customer does; observations by what then is so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..machine import Command
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    CreateWorkspace,
    DeleteKey,
    DeleteResource,
    DeleteVault,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    EndVaultRetention,
    GrantKeyAccess,
    ImportKey,
    MoveResource,
    MoveResourceGroup,
    MoveSubscription,
    PurgeKey,
    PurgeVault,
    ReadData,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from .facts import ABSENT, Fact
from .phrases import Phrase

KINDS = {"Translator": "Translator", "Azure AI services": "AIServices", "Cognitive Services": "CognitiveServices"}
KEY_SOURCES = {"customer-managed": "customer-managed", "Microsoft-managed": "microsoft-managed"}
CHANNELS = {"portal": "portal", "API": "api"}
STORES = {"a managed HSM": "managed-hsm", "another key store": "elsewhere"}
PERMISSION_MODELS = {"access policies": "access-policies", "Azure RBAC": "rbac"}
KEY_TYPES = {"RSA": "RSA", "RSA-HSM": "RSA-HSM", "EC": "EC", "oct": "oct"}
WITH = {"with": True, "without": False}

AT_HOME = {"subscription": "production", "group": "apps"}
"""Where things are when a sentence does not say it: names of the default stage."""


def told(command: type[Command], pattern: str, fixed: Mapping[str, Any] | None = None, **more: Any) -> "CommandPhrase":
    return CommandPhrase(command, pattern, fixed or {}, **more)


class CommandPhrase(Phrase):
    """The sentence of a command whose other fields have these fixed values."""

    def __init__(self, command: type[Command], pattern: str, fixed: Mapping[str, Any], **more: Any) -> None:
        more["defaults"] = command.defaults | more.get("defaults", {})
        super().__init__(pattern, **more)
        self.command = command
        self.fixed = dict(fixed)

    def read(self, text: str) -> Command | None:
        """The command that the text tells, or None where it tells another."""
        values = self.parse(text)
        return None if values is None else self.command(**(values | self.fixed))

    def tells(self, command: Command) -> bool:
        """Whether this sentence can tell the command."""
        values = command.as_dict()
        return type(command) is self.command and all(values[field] == value for field, value in self.fixed.items())


def key_phrases() -> Iterator[CommandPhrase]:
    for command, verb in (
        (RotateKey, "rotates"),
        (DisableKey, "disables"),
        (EnableKey, "enables"),
        (DeleteKey, "deletes"),
        (RecoverKey, "recovers"),
        (PurgeKey, "purges"),
    ):
        yield told(command, f"the customer {verb} the key {{key}} of {{vault}}")


COMMAND_PHRASES: tuple[CommandPhrase, ...] = (
    told(
        CreateResource,
        "the customer creates the {kind} resource {resource}[ in {location}][ on the {tier}]"
        "[ in the subscription {subscription}][ in the group {group}][ with {keys} keys]",
        words={"kind": KINDS, "keys": KEY_SOURCES},
        defaults={"location": "westeurope", "tier": "cmk-tier", **AT_HOME},
    ),
    told(DeleteResource, "the customer deletes the resource {resource}"),
    told(
        MoveResource,
        "the customer moves the resource {resource} to the subscription {subscription}[ and the group {group}]",
        defaults={"group": AT_HOME["group"]},
    ),
    told(
        MoveResourceGroup,
        "the customer moves the resource group {group} of the subscription {subscription} to the subscription {to}",
    ),
    told(MoveSubscription, "the customer moves the subscription {subscription} to the directory {directory}"),
    told(EnableIdentity, "the customer enables the managed identity of {resource}"),
    told(DisableIdentity, "the customer disables the managed identity of {resource}"),
    told(
        EnableCustomerManagedKeys,
        "the customer enables customer-managed keys for {resource} with the key {key} of {vault}"
        "[ through the {through}]",
        fixed={"store": "key-vault"},
        words={"through": CHANNELS},
    ),
    told(
        EnableCustomerManagedKeys,
        "the customer enables customer-managed keys for {resource} with a key held in {store}[ through the {through}]",
        fixed={"vault": None, "key": None},
        words={"through": CHANNELS, "store": STORES},
    ),
    told(ReturnToMicrosoftManagedKeys, "the customer returns {resource} to Microsoft-managed keys"),
    told(
        CreateVault,
        "the customer creates the vault {vault}[ in {region}]"
        "[ in the subscription {subscription}][ in the group {group}]"
        "[ {soft_delete} soft delete and {purge_protection} purge protection][ using {permission_model}]",
        words={"soft_delete": WITH, "purge_protection": WITH, "permission_model": PERMISSION_MODELS},
        defaults={"region": "westeurope", **AT_HOME},
    ),
    told(EnableSoftDelete, "the customer turns on soft delete for {vault}"),
    told(EnablePurgeProtection, "the customer turns on purge protection for {vault}"),
    told(DeleteVault, "the customer deletes the vault {vault}"),
    told(RecoverVault, "the customer recovers the vault {vault}"),
    told(PurgeVault, "the customer purges the vault {vault}"),
    told(EndVaultRetention, "the retention period of the vault {vault} ends"),
    told(GrantKeyAccess, "the customer grants {resource} access to the keys of {vault}"),
    told(RevokeKeyAccess, "the customer revokes the access of {resource} to the keys of {vault}"),
    told(
        CreateKey,
        "the customer generates the key {key} in {vault}[ of type {type} and {size} bits]",
        words={"type": KEY_TYPES},
        numbers=("size",),
    ),
    told(
        ImportKey,
        "the customer imports the key {key} into {vault}[ of type {type} and {size} bits]",
        words={"type": KEY_TYPES},
        numbers=("size",),
    ),
    *key_phrases(),
    told(CreateWorkspace, "the customer creates the workspace {workspace} for {resource}"),
    told(UploadDocument, "the customer uploads the document {document} to {workspace}"),
    told(TrainModel, "the customer trains the model {model} in {workspace}"),
    told(DeployModel, "the customer deploys the model {model}"),
    told(UndeployModel, "the customer undeploys the model {model}"),
    told(TranslateWithModel, "the customer translates with the model {model}"),
    told(ReadData, "the customer reads the data of {workspace}"),
)


class FactPhrase(Phrase):
    """The sentence of one observed field.  Its subject is `{name}`, or `{within}` and `{name}`, its value `{value}`."""

    def __init__(
        self, kind: str, field: str, pattern: str, values: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(pattern, words={"value": values} if values else {}, **more)
        self.kind = kind
        self.field = field

    def read(self, text: str) -> Fact | None:
        """The fact that the text states, or None where it states another."""
        values = self.parse(text)
        if values is None:
            return None
        name = f"{values['within']}/{values['name']}" if "within" in values else values["name"]
        value = f"{values['vault']}/{values['value']}" if "vault" in values else values["value"]
        return Fact(self.kind, name, self.field, value)

    def slots(self, fact: Fact) -> dict[str, Any] | None:
        """The values of the slots that state the fact, or None where this sentence cannot."""
        if (fact.kind, fact.field) != (self.kind, self.field):
            return None
        words = self.words.get("value")
        if words is not None and not any(fact.value == v and type(fact.value) is type(v) for v in words.values()):
            return None
        within, _, name = fact.name.rpartition("/")
        found = {"name": name, "within": within, "value": fact.value}
        if "{vault}" in self.pattern:
            if fact.value == ABSENT:
                return None
            found["vault"], _, found["value"] = fact.value.partition("/")
        return found


def stated(kind: str, field: str, pattern: str, values: Mapping[str, Any] | None = None, **more: Any) -> FactPhrase:
    return FactPhrase(kind, field, pattern, values, **more)


IS = {"is": True, "is not": False}
ON = {"on": True, "off": False}
THERE = {"exists": True, "does not exist": False}

FACT_PHRASES: tuple[FactPhrase, ...] = (
    stated("subscription", "directory", "the subscription {name} is in the directory {value}"),
    stated("resource", "exists", "the resource {name} {value}", THERE),
    stated("resource", "key_source", "{name} uses {value} keys", KEY_SOURCES),
    stated("resource", "key", "{name} is encrypted with the key {value} of {vault}"),
    stated("resource", "key", "{name} has {value} of its own", {"no key": ABSENT}),
    stated(
        "resource",
        "layers_of_encryption",
        "{name} has {value} of encryption",
        {"no layer": 0, "one layer": 1, "two layers": 2},
    ),
    stated("resource", "encryption_section", "the Encryption section of {name} {value} shown in the portal", IS),
    stated("resource", "identity", "the managed identity of {name} is {value}", ON),
    stated("resource", "registered", "{name} {value} registered with Microsoft Entra ID", IS),
    stated("resource", "kind", "{name} is a resource of the kind {value}", KINDS),
    stated("resource", "location", "the resource {name} is in {value}"),
    stated("resource", "subscription", "the resource {name} is in the subscription {value}"),
    stated("resource", "group", "the resource {name} is in the group {value}"),
    stated("vault", "exists", "the vault {name} {value}", THERE),
    stated("vault", "state", "the vault {name} is {value}", {"active": "active", "deleted": "deleted"}),
    stated("vault", "region", "the vault {name} is in {value}"),
    stated("vault", "subscription", "the vault {name} is in the subscription {value}"),
    stated("vault", "group", "the vault {name} is in the group {value}"),
    stated("vault", "soft_delete", "soft delete of {name} is {value}", ON),
    stated("vault", "purge_protection", "purge protection of {name} is {value}", ON),
    stated("vault", "permission_model", "the vault {name} uses {value}", PERMISSION_MODELS),
    stated("key", "exists", "the key {name} of {within} {value}", THERE),
    stated("key", "state", "the key {name} of {within} is {value}", {"active": "active", "deleted": "deleted"}),
    stated("key", "enabled", "the key {name} of {within} is {value}", {"enabled": True, "disabled": False}),
    stated("key", "type", "the key {name} of {within} is of type {value}", KEY_TYPES),
    stated("key", "size", "the key {name} of {within} has {value} bits", numbers=("value",)),
    stated("key", "version", "the key {name} of {within} is at version {value}", numbers=("value",)),
    stated("grant", "exists", "{name} {value} access to the keys of {within}", {"has": True, "has no": False}),
    stated("workspace", "exists", "the workspace {name} {value}", THERE),
    stated("workspace", "resource", "the workspace {name} belongs to {value}"),
    stated("workspace", "key_source", "the workspace {name} is protected by {value} keys", KEY_SOURCES),
    stated(
        "workspace",
        "readable",
        "the data of {name} is {value}",
        {"accessible": True, "inaccessible": False},
    ),
    stated("document", "exists", "the document {name} {value}", {"is kept": True, "is deleted": False}),
    stated("document", "workspace", "the document {name} belongs to {value}"),
    stated("model", "exists", "the model {name} {value}", THERE),
    stated("model", "workspace", "the model {name} belongs to {value}"),
    stated("model", "state", "the model {name} is {value}", {"deployed": "deployed", "undeployed": "undeployed"}),
)


class UnknownSentence(ValueError):
    """The text is no sentence of the phrasebook."""


def read_command(text: str) -> Command:
    """The command that the text tells; raises `UnknownSentence`."""
    for phrase in COMMAND_PHRASES:
        if command := phrase.read(text):
            return command
    raise UnknownSentence(text)


def tell(command: Command) -> str:
    """The sentence of the command, as `read_command` reads it."""
    phrase = next(phrase for phrase in COMMAND_PHRASES if phrase.tells(command))
    return phrase.render(command.as_dict())


def read_fact(text: str) -> Fact:
    """The fact that the text states; raises `UnknownSentence`."""
    for phrase in FACT_PHRASES:
        if fact := phrase.read(text):
            return fact
    raise UnknownSentence(text)


def state(fact: Fact) -> str:
    """The sentence of the fact, as `read_fact` reads it."""
    for phrase in FACT_PHRASES:
        if (slots := phrase.slots(fact)) is not None:
            return phrase.render(slots)
    return f"{fact.kind} {fact.name}: {fact.field} is {fact.value}"
