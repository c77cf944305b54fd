"""Sentences: one pattern for each command and each observation, to read scenarios and to write counterexamples.

A pattern is plain text with `{slots}` and `[optional clauses]`.  A slot is a quoted name, a number, or a word of a
closed vocabulary.  A clause is left out if all its slots have their defaults.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from ..machine import Accepted, Command, Outcome, Refused, commands
from .facts import ABSENT, Fact

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
"""A name: letters, digits and hyphens, as Azure allows for most kinds."""


class Phrase:
    """One sentence pattern; ``parse`` and ``render`` are each other's inverse."""

    def __init__(
        self,
        pattern: str,
        words: Mapping[str, Mapping[str, Any]] | None = None,
        defaults: Mapping[str, Any] | None = None,
        numbers: tuple[str, ...] = (),
    ) -> None:
        self.pattern = pattern
        self.words = dict(words or {})
        self.defaults = dict(defaults or {})
        self.numbers = numbers
        self._parts = re.findall(r"\[([^]]*)]|([^[]+)", pattern)
        self._regex = re.compile("".join(self._part_regex(*part) for part in self._parts))

    def _part_regex(self, clause: str, plain: str) -> str:
        text = re.sub(r"\\{(\w+)\\}", lambda slot: self._slot_regex(slot[1]), re.escape(clause or plain))
        return f"(?:{text})?" if clause else text

    def _slot_regex(self, slot: str) -> str:
        if slot in self.words:
            return f"(?P<{slot}>{'|'.join(map(re.escape, sorted(self.words[slot], key=len, reverse=True)))})"
        return rf"(?P<{slot}>[1-9]\d{{0,5}})" if slot in self.numbers else f'"(?P<{slot}>{NAME.pattern})"'

    def parse(self, text: str) -> dict[str, Any] | None:
        """Return the values of the slots, or None if the text is another sentence."""
        match = self._regex.fullmatch(text)
        if not match:
            return None
        found = {slot: self._value(slot, word) for slot, word in match.groupdict().items() if word is not None}
        return self.defaults | found

    def _value(self, slot: str, word: str) -> Any:
        if slot in self.words:
            return self.words[slot][word]
        return int(word) if slot in self.numbers else word

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the sentence with these values for its slots."""
        return "".join(self._part(clause, plain, values) for clause, plain in self._parts)

    def _part(self, clause: str, plain: str, values: Mapping[str, Any]) -> str:
        slots = re.findall(r"{(\w+)}", clause or plain)
        if clause and all(slot in self.defaults and self.defaults[slot] == values[slot] for slot in slots):
            return ""
        return re.sub(r"{(\w+)}", lambda slot: self._word(slot[1], values[slot[1]]), clause or plain)

    def _word(self, slot: str, value: Any) -> str:
        if slot in self.words:
            return next(
                word for word, meant in self.words[slot].items() if meant == value and type(meant) is type(value)
            )
        return str(value) if slot in self.numbers else f'"{value}"'


KINDS = {"Translator": "Translator", "Azure AI services": "AIServices", "Cognitive Services": "CognitiveServices"}
KEY_SOURCES = {"customer-managed": "customer-managed", "Microsoft-managed": "microsoft-managed"}
CHANNELS = {"portal": "portal", "API": "api"}
STORES = {"a managed HSM": "managed-hsm", "another key store": "elsewhere"}
PERMISSION_MODELS = {"access policies": "access-policies", "Azure RBAC": "rbac"}
KEY_TYPES = {"RSA": "RSA", "RSA-HSM": "RSA-HSM", "EC": "EC", "oct": "oct"}
WITH = {"with": True, "without": False}

AT_HOME = {"subscription": "production", "group": "apps"}
"""Where things are when a sentence does not say it: names of the default stage."""


class CommandPhrase(Phrase):
    """The sentence of a command whose other fields have these fixed values."""

    def __init__(
        self, command: type[Command], pattern: str, fixed: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        more["defaults"] = command.defaults | more.get("defaults", {})
        super().__init__(pattern, **more)
        self.command = command
        self.fixed = dict(fixed or {})

    def read(self, text: str) -> Command | None:
        """Return the command of the text, or None if the text is another sentence."""
        values = self.parse(text)
        return None if values is None else self.command(**(values | self.fixed))

    def matches(self, command: Command) -> bool:
        """Return whether this is the sentence of the command."""
        values = command.as_dict()
        return type(command) is self.command and all(values[field] == value for field, value in self.fixed.items())


def key_phrases() -> Iterator[CommandPhrase]:
    for command, verb in (
        (commands.RotateKey, "rotates"),
        (commands.DisableKey, "disables"),
        (commands.EnableKey, "enables"),
        (commands.DeleteKey, "deletes"),
        (commands.RecoverKey, "recovers"),
        (commands.PurgeKey, "purges"),
    ):
        yield CommandPhrase(command, f"the customer {verb} the key {{key}} of {{vault}}")


COMMAND_PHRASES: tuple[CommandPhrase, ...] = (
    CommandPhrase(
        commands.CreateResource,
        "the customer creates the {kind} resource {resource}[ in {location}][ on the {tier}]"
        "[ in the subscription {subscription}][ in the group {group}][ with {keys} keys]",
        words={"kind": KINDS, "keys": KEY_SOURCES},
        defaults={"location": "westeurope", "tier": "cmk-tier", **AT_HOME},
    ),
    CommandPhrase(commands.DeleteResource, "the customer deletes the resource {resource}"),
    CommandPhrase(
        commands.MoveResource,
        "the customer moves the resource {resource} to the subscription {subscription}[ and the group {group}]",
        defaults={"group": AT_HOME["group"]},
    ),
    CommandPhrase(
        commands.MoveResourceGroup,
        "the customer moves the resource group {group} of the subscription {subscription} to the subscription {to}",
    ),
    CommandPhrase(
        commands.MoveSubscription, "the customer moves the subscription {subscription} to the tenant {tenant}"
    ),
    CommandPhrase(commands.EnableIdentity, "the customer enables the managed identity of {resource}"),
    CommandPhrase(commands.DisableIdentity, "the customer disables the managed identity of {resource}"),
    CommandPhrase(
        commands.EnableCustomerManagedKeys,
        "the customer enables customer-managed keys for {resource} with the key {key} of {vault} through the {through}",
        fixed={"store": "key-vault"},
        words={"through": CHANNELS},
    ),
    CommandPhrase(
        commands.EnableCustomerManagedKeys,
        "the customer enables customer-managed keys for {resource} with a key held in {store} through the {through}",
        fixed={"vault": None, "key": None},
        words={"through": CHANNELS, "store": STORES},
    ),
    CommandPhrase(commands.ReturnToMicrosoftManagedKeys, "the customer returns {resource} to Microsoft-managed keys"),
    CommandPhrase(
        commands.CreateVault,
        "the customer creates the vault {vault}[ in {region}]"
        "[ in the subscription {subscription}][ in the group {group}]"
        "[ {soft_delete} soft delete and {purge_protection} purge protection][ using {permission_model}]",
        words={"soft_delete": WITH, "purge_protection": WITH, "permission_model": PERMISSION_MODELS},
        defaults={"region": "westeurope", **AT_HOME},
    ),
    CommandPhrase(commands.EnableSoftDelete, "the customer turns on soft delete for {vault}"),
    CommandPhrase(commands.EnablePurgeProtection, "the customer turns on purge protection for {vault}"),
    CommandPhrase(commands.DeleteVault, "the customer deletes the vault {vault}"),
    CommandPhrase(commands.RecoverVault, "the customer recovers the vault {vault}"),
    CommandPhrase(commands.PurgeVault, "the customer purges the vault {vault}"),
    CommandPhrase(commands.EndVaultRetention, "the retention period of the vault {vault} ends"),
    CommandPhrase(commands.GrantKeyAccess, "the customer grants {resource} access to the keys of {vault}"),
    CommandPhrase(commands.RevokeKeyAccess, "the customer revokes the access of {resource} to the keys of {vault}"),
    CommandPhrase(
        commands.CreateKey,
        "the customer generates the key {key} in {vault}[ of type {type} and {size} bits]",
        words={"type": KEY_TYPES},
        numbers=("size",),
    ),
    CommandPhrase(
        commands.ImportKey,
        "the customer imports the key {key} into {vault}[ of type {type} and {size} bits]",
        words={"type": KEY_TYPES},
        numbers=("size",),
    ),
    *key_phrases(),
    CommandPhrase(commands.CreateWorkspace, "the customer creates the workspace {workspace} for {resource}"),
    CommandPhrase(commands.UploadDocument, "the customer uploads the document {document} to {workspace}"),
    CommandPhrase(commands.TrainModel, "the customer trains the model {model} in {workspace}"),
    CommandPhrase(commands.DeployModel, "the customer deploys the model {model}"),
    CommandPhrase(commands.UndeployModel, "the customer undeploys the model {model}"),
    CommandPhrase(commands.TranslateWithModel, "the customer translates with the model {model}"),
    CommandPhrase(commands.ReadData, "the customer reads the data of {workspace}"),
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
        """Return the fact of the text, or None if the text is another sentence."""
        values = self.parse(text)
        if values is None:
            return None
        name = f"{values['within']}/{values['name']}" if "within" in values else values["name"]
        value = f"{values['vault']}/{values['value']}" if "vault" in values else values["value"]
        return Fact(self.kind, name, self.field, value)

    def slots(self, fact: Fact) -> dict[str, Any] | None:
        """Return the values of the slots for the fact, or None if this sentence cannot state it."""
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


IS = {"is": True, "is not": False}
ON = {"on": True, "off": False}
THERE = {"exists": True, "does not exist": False}

FACT_PHRASES: tuple[FactPhrase, ...] = (
    FactPhrase("subscription", "tenant", "the subscription {name} is in the tenant {value}"),
    FactPhrase("resource", "exists", "the resource {name} {value}", THERE),
    FactPhrase("resource", "key_source", "{name} uses {value} keys", KEY_SOURCES),
    FactPhrase("resource", "key", "{name} is encrypted with the key {value} of {vault}"),
    FactPhrase("resource", "key", "{name} has {value} of its own", {"no key": ABSENT}),
    FactPhrase("resource", "encryption_section", "the Encryption section of {name} {value} shown in the portal", IS),
    FactPhrase("resource", "identity", "the managed identity of {name} is {value}", ON),
    FactPhrase("resource", "registered", "{name} {value} registered with Microsoft Entra ID", IS),
    FactPhrase("resource", "kind", "{name} is a resource of the kind {value}", KINDS),
    FactPhrase("resource", "location", "the resource {name} is in {value}"),
    FactPhrase("resource", "subscription", "the resource {name} is in the subscription {value}"),
    FactPhrase("resource", "group", "the resource {name} is in the group {value}"),
    FactPhrase("vault", "exists", "the vault {name} {value}", THERE),
    FactPhrase("vault", "state", "the vault {name} is {value}", {"active": "active", "deleted": "deleted"}),
    FactPhrase("vault", "region", "the vault {name} is in {value}"),
    FactPhrase("vault", "subscription", "the vault {name} is in the subscription {value}"),
    FactPhrase("vault", "group", "the vault {name} is in the group {value}"),
    FactPhrase("vault", "soft_delete", "soft delete of {name} is {value}", ON),
    FactPhrase("vault", "purge_protection", "purge protection of {name} is {value}", ON),
    FactPhrase("vault", "permission_model", "the vault {name} uses {value}", PERMISSION_MODELS),
    FactPhrase("key", "exists", "the key {name} of {within} {value}", THERE),
    FactPhrase("key", "state", "the key {name} of {within} is {value}", {"active": "active", "deleted": "deleted"}),
    FactPhrase("key", "enabled", "the key {name} of {within} is {value}", {"enabled": True, "disabled": False}),
    FactPhrase("key", "type", "the key {name} of {within} is of type {value}", KEY_TYPES),
    FactPhrase("key", "size", "the key {name} of {within} has {value} bits", numbers=("value",)),
    FactPhrase("key", "version", "the key {name} of {within} is at version {value}", numbers=("value",)),
    FactPhrase("grant", "exists", "{name} {value} access to the keys of {within}", {"has": True, "has no": False}),
    FactPhrase("workspace", "exists", "the workspace {name} {value}", THERE),
    FactPhrase("workspace", "resource", "the workspace {name} belongs to {value}"),
    FactPhrase("workspace", "key_source", "the workspace {name} is protected by {value} keys", KEY_SOURCES),
    FactPhrase(
        "workspace",
        "readable",
        "the data of {name} is {value}",
        {"accessible": True, "inaccessible": False},
    ),
    FactPhrase("document", "exists", "the document {name} {value}", {"is kept": True, "is deleted": False}),
    FactPhrase("document", "workspace", "the document {name} belongs to {value}"),
    FactPhrase("model", "exists", "the model {name} {value}", THERE),
    FactPhrase("model", "workspace", "the model {name} belongs to {value}"),
    FactPhrase("model", "state", "the model {name} is {value}", {"deployed": "deployed", "undeployed": "undeployed"}),
)


class UnknownSentence(ValueError):
    """The text is no sentence of a command or a fact."""


def read_command(text: str) -> Command:
    """Return the command of a sentence; raises `UnknownSentence`."""
    for phrase in COMMAND_PHRASES:
        if command := phrase.read(text):
            return command
    raise UnknownSentence(text)


def read_commands(text: str) -> Iterator[Command]:
    """Yield the commands of a sentence, one for each choice of words where it has `{several|words}`.

    The first of several choices changes slowest.  Raises `UnknownSentence`.
    """
    parts = [part.split("|") for part in re.split("[{}]", text)]
    yield from (read_command("".join(words)) for words in product(*parts))


def format_command(command: Command) -> str:
    """Return the sentence of a command, as `read_command` reads it."""
    phrase = next(phrase for phrase in COMMAND_PHRASES if phrase.matches(command))
    return phrase.render(command.as_dict())


def read_fact(text: str) -> Fact:
    """Return the fact of a sentence; raises `UnknownSentence`."""
    for phrase in FACT_PHRASES:
        if fact := phrase.read(text):
            return fact
    raise UnknownSentence(text)


def format_fact(fact: Fact) -> str:
    """Return the sentence of a fact, as `read_fact` reads it."""
    for phrase in FACT_PHRASES:
        if (slots := phrase.slots(fact)) is not None:
            return phrase.render(slots)
    return f"{fact.kind} {fact.name}: {fact.field} is {fact.value}"


def format_outcome(outcome: Outcome) -> str:
    """Return the outcome of a request in words, with the requirements that it names and the uses of keys."""
    if isinstance(outcome, Accepted):
        by = f", by {', '.join(sorted(outcome.by))}" if outcome.by else ""
        uses = ", ".join(f"of {use.key} for {use.resource}" for use in outcome.audit)
        return f"the request is accepted{by}{f', with uses of keys: {uses}' if uses else ''}"
    if isinstance(outcome, Refused):
        because = f", because of {', '.join(sorted(outcome.because))}" if outcome.because else ""
        return f"the request is refused{because}"
    silent = f": {', '.join(sorted(outcome.silent))}" if outcome.silent else ""
    return f"the specification says nothing here{silent}"
