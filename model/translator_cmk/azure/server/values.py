"""The values of bodies: what a form can name in braces, besides the fields of what is shown.

Each is a function of the model's state, under the name that forms use; modules above add more of
them.  A member whose value is None is left out of the body.
"""

import base64
import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ...machine.entities import CUSTOMER, Key, Vault
from ...machine.meanings import registered, shows_encryption_section
from .fixed import FIXED
from .forms import Body
from .settings import settings_of
from .worlds import SUBSCRIPTIONS, TENANTS, ServedWorld

if TYPE_CHECKING:
    from .calls import Call


class Values(dict[str, Any]):
    """What the braces of a form can name: what is given, or a value of this module, or a field of
    the entity.
    """

    def __init__(self, call: "Call", entity: Any, given: Body) -> None:
        super().__init__(given)
        self.call = call
        self.entity = entity

    def __missing__(self, name: str) -> Any:
        function = VALUES.get(name)
        value = function(self) if function else getattr(self.entity, name)
        self[name] = value
        return value


Value = Callable[[Values], Any]

VALUES: dict[str, Value] = {}

RETENTION = 90
"""Days for which a vault keeps what is deleted, where a client said nothing else."""


def value(function: Value) -> Value:
    """Make a function a value of forms, under its name."""
    VALUES[function.__name__] = function
    return function


# Microsoft Entra, and the cloud


@value
def cloud(shown: Values) -> Any:
    return shown.call.cloud


@value
def text(shown: Values) -> Any:
    """What is shown, where it is no entity but a text."""
    return shown.entity


# Tenants and subscriptions


@value
def display_name(shown: Values) -> str:
    for name in (*TENANTS, *SUBSCRIPTIONS):
        if shown.call.world.id_of(name) == shown.entity.name:
            return name
    # the first tenant has the id of the login
    return TENANTS[0]


# Accounts

KINDS = {kind["resource"]: name for name, kind in FIXED["kinds"].items()}
"""The kind of an account, by the kind of resource that the model has."""


@value
def account_kind(shown: Values) -> str:
    resource = getattr(shown.entity, "resource", shown.entity)
    return str(KINDS[resource.kind])


@value
def subdomain(shown: Values) -> str:
    """The host of an account, at which all of its APIs are found."""
    return f"https://{shown.entity.name.lower()}.{shown.call.cloud.accounts}/"


@value
def endpoint(shown: Values) -> str:
    """The endpoint that an account shows: Translator's is the global one, whatever its subdomain.

    https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/translation/test-resources.json
    """
    if shown.entity.kind == "Translator":
        return f"{shown.call.cloud.translator}/"
    own: str = shown["subdomain"]
    return own


@value
def endpoints(shown: Values) -> Body:
    """The endpoints of an account by API, of which we know no public list."""
    if shown.entity.kind == "Translator":
        return {"TextTranslation": shown["endpoint"]}
    return {"TextTranslation": shown["endpoint"], "CustomTranslator": shown["endpoint"]}


@value
def internal_id(shown: Values) -> str:
    return shown.call.world.id_of("account", shown.entity.name).replace("-", "")


@value
def capabilities(shown: Values) -> list[Body]:
    if shows_encryption_section(shown.entity):
        return [{"name": "CustomerManagedKey"}]
    return []


def user_assigned(world: ServedWorld, account: str) -> Body:
    """Return the user-assigned identities of an account, by their ids."""
    return dict(settings_of(world, "user_assigned", account))


@value
def managed_identity(shown: Values) -> Body | None:
    """The identities of an account: that of its own, and those that a client assigned to it."""
    assigned = user_assigned(shown.call.world, shown.entity.name)
    if not shown.entity.identity and not assigned:
        return None
    if not assigned:
        return shown.call.show("managed_identity", shown.entity)
    if not shown.entity.identity:
        return {"type": "UserAssigned", "userAssignedIdentities": assigned}
    own = shown.call.show("managed_identity", shown.entity)
    return {**own, "type": "SystemAssigned, UserAssigned", "userAssignedIdentities": assigned}


@value
def principal_id(shown: Values) -> str | None:
    if not registered(shown.entity):
        return None
    return shown.call.world.principal(shown.entity)


@value
def encryption(shown: Values) -> Body | None:
    if shown.entity.key_source != CUSTOMER:
        return None
    return shown.call.show("encryption", shown.entity)


@value
def key_in_use(shown: Values) -> Body | None:
    if not shown.entity.key:
        return None
    return shown.call.show("key_in_use", shown.entity.key)


# Key vaults


@value
def vault_uri(shown: Values) -> str:
    vault = getattr(shown.entity, "vault", shown.entity)
    return f"https://{vault.name.lower()}.{shown.call.cloud.vaults}/"


@value
def uses_rbac(shown: Values) -> bool:
    return bool(shown.entity.permission_model == "rbac")


def retention_days(shown: Values, vault: Vault) -> int:
    """Return how long a vault keeps what is deleted."""
    return int(settings_of(shown.call.world, "retention", vault.name).get("days", RETENTION))


@value
def retention(shown: Values) -> int | None:
    if not shown.entity.soft_delete:
        return None
    return retention_days(shown, shown.entity)


@value
def protected(shown: Values) -> bool | None:
    # Azure shows it only where it is on
    return shown.entity.purge_protection or None


# Keys


def local_name(key: Key) -> str:
    """Return the name of a key in its vault."""
    return key.name.partition("/")[2]


@value
def key_name(shown: Values) -> str:
    return local_name(shown.entity)


@value
def version_id(shown: Values) -> str:
    return shown.call.world.version(shown.entity.name, shown.entity.version)


@value
def kid(shown: Values) -> str:
    return f"{shown['vault_uri']}keys/{shown['key_name']}/{shown['version_id']}"


@value
def public_part(shown: Values) -> Body:
    return shown.call.show(f"{shown.entity.type}_key", shown.entity)


def digits(shown: Values, name: str) -> str:
    """Return a number of a key's public part, in base64url without padding.

    Its bytes follow from the key's identifier; the first and the last bit are 1.
    """
    seed = f"{shown['kid']}{name}".encode()
    length = (shown["size"] + 7) // 8
    data = bytearray(hashlib.shake_256(seed).digest(length))
    data[0] |= 0x80
    data[-1] |= 1
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@value
def x(shown: Values) -> str:
    return digits(shown, "x")


@value
def y(shown: Values) -> str:
    return digits(shown, "y")


@value
def n(shown: Values) -> str:
    return digits(shown, "n")


@value
def recoverable_days(shown: Values) -> int:
    vault = shown.entity.vault
    return retention_days(shown, vault) if vault.soft_delete else 0


@value
def recovery_level(shown: Values) -> str:
    vault = shown.entity.vault
    if not vault.soft_delete:
        return "Purgeable"
    if not vault.purge_protection:
        return "Recoverable+Purgeable"
    return "Recoverable"


@value
def recovery_id(shown: Values) -> str | None:
    """Where a deleted key is; without it a client knows that the key is gone."""
    if not shown.entity.vault.soft_delete:
        return None
    return f"{shown['vault_uri']}deletedkeys/{shown['key_name']}"


# Custom Translator


def id_of(call: "Call", word: str, name: str) -> str | int:
    """Return the identifier of something that Custom Translator holds; documents and models have
    numbers.
    """
    if word in ("document", "model"):
        return call.world.number_of(word, name)
    return call.world.id_of(word, name)


@value
def workspace_id(shown: Values) -> str | int:
    return id_of(shown.call, "workspace", shown.entity.name)


@value
def project_id(shown: Values) -> str | int:
    workspace = getattr(shown.entity, "workspace", shown.entity)
    return id_of(shown.call, "project", workspace.name)


@value
def number(shown: Values) -> int:
    return shown.call.world.number_of(shown.entity.word, shown.entity.name)


def region_of_billing(name: str) -> Body:
    return {
        "billingRegionCode": name.upper(),
        "billingRegionName": FIXED["regions"].get(name, "Global"),
    }


@value
def billing_region(shown: Values) -> Body:
    return region_of_billing(shown.entity.resource.location.name)


@value
def billing_regions(_: Values) -> list[Body]:
    return [region_of_billing(name) for name in (*FIXED["regions"], "global")]


@value
def workspace_subscription(shown: Values) -> Body:
    return shown.call.show("workspace_subscription", shown.entity)


@value
def asked(shown: Values) -> SimpleNamespace:
    """What was asked for when a project was made."""
    return SimpleNamespace(**shown.call.world.projects[shown.entity.name])


@value
def category_id(shown: Values) -> str:
    return f"{shown.call.world.id_of('category', shown.entity.name)}-GENERAL"
