"""The things that a plan is about: accounts, key vaults, keys and who may use them.

A thing is what one resource says of it before or after the change.  Things refer to each other by
texts: the id in Azure or the host, in lower case, or where both are known only later, the address
of the resource with `@` before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .plan import UNKNOWN

MayBeUnknown = Any
"""A value, None where it is not set, or `UNKNOWN`."""

NEEDED = frozenset({"get", "wrapkey", "unwrapkey"})
"""The key permissions that an account needs at most.  The article does not list them."""

JUDGED_KINDS = {
    "texttranslation": "Translator",
    "cognitiveservices": "CognitiveServices",
    "aiservices": "AIServices",
}
"""By Azure's kind of account in lower case: the kind in the model."""

ROLES_FOR_KEYS: Mapping[str, str] = {
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": "Key Vault Crypto Officer",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
}
"""The built-in roles that may wrap and unwrap with keys: their names by their ids."""


PERSON = "User"
"""Azure's word for a principal that is a person, and so no identity of an account."""

SERVICE_PRINCIPAL = "ServicePrincipal"
"""Azure's word for a principal that is an identity or an application, and so no group."""


ROLES_FOR_OTHER_THINGS = frozenset(
    {
        "owner",
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "contributor",
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "reader",
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "user access administrator",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "key vault reader",
        "21090545-7ca7-4776-b22c-e363652d74d2",
        "key vault contributor",
        "f25e0fa2-a7c8-4377-a976-54943a77a395",
        "key vault secrets user",
        "4633458b-17de-408a-b874-0445c86b69e6",
        "key vault secrets officer",
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "key vault certificate user",
        "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
        "key vault certificates officer",
        "a4417e6f-fecd-4de8-b567-7b0420556985",
    }
)
"""The built-in roles on vaults, by name and by id, that may not wrap and unwrap with keys."""

USES_OF_KEYS = frozenset(
    {"microsoft.keyvault/vaults/keys/wrap/action", "microsoft.keyvault/vaults/keys/unwrap/action"}
)
"""The data actions by which a role lets somebody use a key."""


def role_for_keys(name_or_id: str) -> str:
    """Return the name of a role that may use keys; empty if this is no name or id of one."""
    by_name = {name.lower(): name for name in ROLES_FOR_KEYS.values()}
    return {**ROLES_FOR_KEYS, **by_name}.get(name_or_id.lower(), "")


HOSTS_OF_VAULTS = ("vault.azure.net", "vault.azure.cn", "vault.usgovcloudapi.net")
HOSTS_OF_HSMS = ("managedhsm.azure.net", "managedhsm.azure.cn", "managedhsm.usgovcloudapi.net")


@dataclass(frozen=True)
class KeyReference:
    """A key that an account uses or is to use, as a resource names it.

    If the id of the key is not known yet, vault and name are both the address of its resource.
    """

    vault: MayBeUnknown
    name: MayBeUnknown
    version: MayBeUnknown = None
    in_hsm: bool = False
    client: MayBeUnknown = None
    """The client id of the user-assigned identity that uses it; None where none is named."""


@dataclass(frozen=True)
class Identity:
    """A user-assigned identity."""

    id: MayBeUnknown
    principal: MayBeUnknown
    client: MayBeUnknown


@dataclass(frozen=True)
class Account:
    """An account of Azure AI services."""

    id: MayBeUnknown
    name: str
    azure_kind: MayBeUnknown
    location: MayBeUnknown
    group: MayBeUnknown
    identity: MayBeUnknown
    """Whether its system-assigned identity is on."""
    principal: MayBeUnknown
    """The object id of its system-assigned identity."""
    assigned: MayBeUnknown
    """The ids of its user-assigned identities."""
    key: MayBeUnknown
    identities: tuple[Identity, ...] = ()
    """Its user-assigned identities, where it says more of them than their ids."""
    leaves_key_open: bool = False
    """Whether its resource says nothing of a key, and not that there is none."""

    @property
    def has_identity(self) -> MayBeUnknown:
        """Return whether it has an identity of any kind."""
        if self.identity is True or self.assigned == frozenset():
            return self.identity
        return UNKNOWN if self.assigned is UNKNOWN else True

    @property
    def kind(self) -> str | None:
        """Return the kind in the model; None if it is not judged."""
        if not isinstance(self.azure_kind, str):
            return None
        return JUDGED_KINDS.get(self.azure_kind.lower())


@dataclass(frozen=True)
class Policy:
    """An entry of the access policies of a vault."""

    vault: MayBeUnknown
    principal: MayBeUnknown
    permissions: MayBeUnknown

    @property
    def needed(self) -> MayBeUnknown:
        """Return which of the permissions that are needed it gives."""
        if self.permissions is UNKNOWN:
            return UNKNOWN
        if "all" in self.permissions:
            return NEEDED
        return NEEDED & self.permissions


@dataclass(frozen=True)
class Vault:
    """A key vault.  ``policies`` is None where this resource does not say which there are."""

    id: MayBeUnknown
    name: str
    host: MayBeUnknown
    location: MayBeUnknown
    group: MayBeUnknown
    tenant: MayBeUnknown
    purge_protection: MayBeUnknown
    rbac: MayBeUnknown
    policies: MayBeUnknown
    lists_all: bool = True
    """Whether its list of policies has all that there are, also what others added."""
    recovers: bool = False
    """Whether its request itself recovers a deleted vault of this name."""
    is_hsm: bool = False
    """Whether it is a managed HSM."""


@dataclass(frozen=True)
class Key:
    """A key in a vault."""

    vault: MayBeUnknown
    name: str
    type: MayBeUnknown
    size: MayBeUnknown
    operations: MayBeUnknown = None
    """What may be done with it, in lower case; None where nothing is said of that."""
    enabled: MayBeUnknown = None
    starts: MayBeUnknown = None
    """Before which time it can't be used."""
    expires: MayBeUnknown = None


@dataclass(frozen=True)
class KeyInUse:
    """What puts a key in use for an account, apart from the account itself."""

    account: MayBeUnknown
    key: MayBeUnknown
    stays: bool = False
    """Whether the key stays in use where this goes."""


@dataclass(frozen=True)
class PolicyRequest:
    """A request that adds, replaces or removes entries of a vault, and leaves the rest alone."""

    vault: MayBeUnknown
    policies: MayBeUnknown
    does: str = "add"
    """`add`, `replace` or `remove`."""


@dataclass(frozen=True)
class Role:
    """The assignment of a role that may use keys."""

    scope: MayBeUnknown
    principal: MayBeUnknown
    name: str = ""
    """Its name in Azure, if it is one of those that may use keys."""
    definition: MayBeUnknown = ""
    """The name or the id of its definition."""
    principal_type: MayBeUnknown = None


@dataclass(frozen=True)
class RoleDefinition:
    """A custom role."""

    id: MayBeUnknown
    name: str
    uses_keys: MayBeUnknown


@dataclass(frozen=True)
class Members:
    """The members of an Entra group, or one of them."""

    group: MayBeUnknown
    members: MayBeUnknown


@dataclass(frozen=True)
class Group:
    """A resource group, or a subscription where it has no name."""

    name: str
    subscription: MayBeUnknown = UNKNOWN

    def holds(self, thing: Account | Vault | None) -> bool | None:
        """Return whether an account or a vault is in it; None if nothing tells."""
        if thing is None:
            return None
        mine, theirs = self.name or UNKNOWN, thing.group
        if self.is_subscription:
            mine, theirs = self.subscription, subscription_of(thing.id)
        if not isinstance(mine, str) or not isinstance(theirs, str):
            return None
        return mine == theirs

    @property
    def is_subscription(self) -> bool:
        return isinstance(self.subscription, str)


Thing = (
    Account
    | Vault
    | Key
    | Policy
    | PolicyRequest
    | KeyInUse
    | Role
    | RoleDefinition
    | Identity
    | Members
    | Group
)


def lower(value: MayBeUnknown) -> MayBeUnknown:
    """Return a text in lower case; anything else as it is."""
    return value.lower() if isinstance(value, str) else value


def split_at_provider(resource_id: str) -> tuple[str, str]:
    """Return the scope of a resource, and its type and name: `Microsoft.KeyVault/vaults/kv`.

    Ids in Azure have no case, so this is the one place that looks for `/providers/` in one.
    """
    at = resource_id.lower().rfind(PROVIDERS)
    if at < 0:
        return resource_id, ""
    return resource_id[:at], resource_id[at + len(PROVIDERS) :]


PROVIDERS = "/providers/"


def last_word(resource_id: str) -> str:
    """Return the name in the id of a resource."""
    return resource_id.rstrip("/").rpartition("/")[2]


def group_of(resource_id: MayBeUnknown) -> MayBeUnknown:
    """Return the resource group in an id, or `UNKNOWN`."""
    return word_after("resourcegroups", resource_id)


def subscription_of(resource_id: MayBeUnknown) -> MayBeUnknown:
    """Return the subscription in an id, or `UNKNOWN`."""
    return word_after("subscriptions", resource_id)


def word_after(label: str, resource_id: MayBeUnknown) -> MayBeUnknown:
    """Return the word that follows a label in an id, or `UNKNOWN`."""
    if isinstance(resource_id, str):
        words = resource_id.split("/")
        for index, word in enumerate(words[:-1]):
            if word.lower() == label:
                return words[index + 1].lower()
    return UNKNOWN


def host_of(uri: MayBeUnknown) -> MayBeUnknown:
    """Return the host of a URI in lower case; what is no URI is unknown."""
    if uri is None or uri is UNKNOWN:
        return uri
    _, separator, rest = str(uri).partition("://")
    host = rest.partition("/")[0].partition(":")[0].lower()
    return host if separator and host else UNKNOWN


def is_hsm(host: MayBeUnknown) -> bool:
    """Return whether a host is that of a managed HSM."""
    return isinstance(host, str) and host.endswith(tuple(f".{suffix}" for suffix in HOSTS_OF_HSMS))


def key_in(key_id: MayBeUnknown, client: MayBeUnknown = None) -> MayBeUnknown:
    """Return the key in an id such as `https://kv.vault.azure.net/keys/cmk/VERSION`."""
    if key_id is None or key_id is UNKNOWN:
        return key_id
    host = host_of(key_id)
    words = str(key_id).partition("://")[2].split("/")
    if host is UNKNOWN or len(words) < 3 or words[1].lower() != "keys":
        return UNKNOWN
    version = words[3] if len(words) > 3 and words[3] else None
    return KeyReference(host, words[2].lower(), version, is_hsm(host), client)


def words_in(value: MayBeUnknown) -> MayBeUnknown:
    """Return a list of words as a set in lower case; their order and case say nothing."""
    if value is UNKNOWN or value is None:
        return value
    if not isinstance(value, list):
        return frozenset()
    return frozenset(str(each).lower() for each in value)
