"""The things in resources of the provider azurerm, of both its major versions 4 and 5."""

from collections.abc import Callable, Iterator, Mapping

from .plan import UNKNOWN, Attributes
from .things import (
    PERSON,
    Account,
    Group,
    Key,
    KeyInUse,
    KeyUsed,
    MayBeUnknown,
    Policy,
    Role,
    Thing,
    Vault,
    host_of,
    key_in,
    last_word,
    lower,
    permissions_in,
    role_for_keys,
)

Refer = Callable[[str], MayBeUnknown]
"""Returns what the expression of an attribute refers to, as `@address`, or `UNKNOWN`."""

PATHS_OF_EXPIRY = (
    ("expire_after",),
    ("notify_before_expiry",),
    ("automatic", "time_before_expiry"),
)
"""Where a rotation policy speaks of expiry.  The first two require each other."""


def reference(attributes: Attributes, name: str, refer: Refer) -> MayBeUnknown:
    """Return an id in lower case; one that is not known yet by what its expression refers to."""
    value = attributes.text(name)
    if value is UNKNOWN:
        return refer(name)
    return lower(value) or None


def account(attributes: Attributes, refer: Refer) -> Account:
    """Return an `azurerm_cognitive_account`."""
    return account_of_kind(attributes, refer, attributes.text("kind"))


def ai_services(attributes: Attributes, refer: Refer) -> Account:
    """Return an `azurerm_ai_services`, which exists up to version 4."""
    return account_of_kind(attributes, refer, "AIServices")


def account_of_kind(attributes: Attributes, refer: Refer, kind: MayBeUnknown) -> Account:
    """Return an account; the kind is an attribute or follows from the type."""
    identity, principal = identity_in(attributes)
    return Account(
        id=lower(attributes.text("id")),
        name=name_in(attributes),
        azure_kind=kind,
        location=attributes.text("location"),
        group=lower(attributes.text("resource_group_name")),
        identity=identity,
        principal=principal,
        key=key_of_account(attributes, refer),
    )


def name_in(attributes: Attributes) -> str:
    """Return the name of a thing; empty if it is not known yet."""
    name = attributes.text("name")
    return name if isinstance(name, str) else ""


def identity_in(attributes: Attributes) -> tuple[MayBeUnknown, MayBeUnknown]:
    """Return whether the system-assigned identity is on, and its object id."""
    block = attributes.block("identity")
    if block is UNKNOWN:
        return UNKNOWN, UNKNOWN
    if block is None:
        return False, None
    kind = block.text("type")
    if kind is UNKNOWN:
        return UNKNOWN, UNKNOWN
    if "systemassigned" not in str(kind).lower():
        return False, None
    principal = block.text("principal_id")
    return True, lower(principal) or UNKNOWN


def key_of_account(attributes: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the key in the block `customer_managed_key`: None without the block."""
    block = attributes.block("customer_managed_key")
    if block is None or block is UNKNOWN:
        return block
    user = block.text("identity_client_id")
    for name in ("key_vault_key_id", "managed_hsm_key_id"):
        value = block.text(name)
        if value is UNKNOWN:
            return key_referred_to(refer(f"customer_managed_key.{name}"), bool(user))
        if value:
            return key_in(value, bool(user))
    return UNKNOWN


def key_referred_to(address: MayBeUnknown, by_user_assigned: bool) -> MayBeUnknown:
    """Return the key that a resource of the plan makes, known by its address alone."""
    if address is UNKNOWN:
        return UNKNOWN
    return KeyUsed(address, address, None, False, by_user_assigned)


def vault(attributes: Attributes, refer: Refer) -> Vault:
    """Return an `azurerm_key_vault`."""
    return Vault(
        id=lower(attributes.text("id")),
        name=name_in(attributes),
        host=host_of(attributes.text("vault_uri")),
        location=attributes.text("location"),
        group=lower(attributes.text("resource_group_name")),
        tenant=lower(attributes.text("tenant_id")),
        purge_protection=attributes.flag("purge_protection_enabled", False),
        rbac=uses_rbac(attributes),
        policies=policies_of(attributes, refer),
        entries=number_of_entries(attributes),
    )


def number_of_entries(attributes: Attributes) -> int:
    """Return how many entries the list of a vault has; 0 if that is not known."""
    blocks = attributes.blocks("access_policy")
    return 0 if blocks is UNKNOWN else len(blocks)


def uses_rbac(attributes: Attributes) -> MayBeUnknown:
    """Return whether a vault uses Azure RBAC; up to version 4 there is an older name for it."""
    for name in ("rbac_authorization_enabled", "enable_rbac_authorization"):
        value = attributes.get(name)
        if value is not None:
            return value
    return False


def policies_of(attributes: Attributes, refer: Refer) -> MayBeUnknown:
    """Return the entries in the list of a vault."""
    blocks = attributes.blocks("access_policy")
    if blocks is UNKNOWN:
        principal = refer("access_policy.object_id")
        if principal is UNKNOWN:
            return UNKNOWN
        return (Policy(None, principal, frozenset({"all"})),)
    found: list[Policy] = []
    for block in blocks:
        application = block.text("application_id")
        if application not in (None, ""):
            continue  # access of an application on behalf of somebody, and no account
        principal = lower(block.text("object_id"))
        if principal is UNKNOWN:
            principal = refer("access_policy.object_id")
        found.append(Policy(None, principal, permissions_in(block.get("key_permissions"))))
    return tuple(found)


def policy(attributes: Attributes, refer: Refer) -> Policy | None:
    """Return an `azurerm_key_vault_access_policy`; None for one of an application."""
    if attributes.text("application_id") not in (None, "", UNKNOWN):
        return None
    return Policy(
        vault=reference(attributes, "key_vault_id", refer),
        principal=reference(attributes, "object_id", refer),
        permissions=permissions_in(attributes.get("key_permissions")),
    )


def key(attributes: Attributes, refer: Refer) -> Key:
    """Return an `azurerm_key_vault_key`."""
    return Key(
        vault=reference(attributes, "key_vault_id", refer),
        name=name_in(attributes).lower(),
        type=attributes.text("key_type"),
        size=attributes.get("key_size"),
        expires=attributes.text("expiration_date"),
        rotates=bool(attributes.get("rotation_policy")),
        by_expiry=tuple(said_of_expiry(attributes)),
        version=attributes.text("version"),
    )


def said_of_expiry(key: Attributes) -> Iterator[str]:
    """Yield the attributes of a rotation policy that are about the expiry of each new version."""
    for path in PATHS_OF_EXPIRY:
        if key.at("rotation_policy", *path) not in (None, ""):
            yield path[-1]


def key_in_use(attributes: Attributes, refer: Refer) -> KeyInUse:
    """Return an `azurerm_cognitive_account_customer_managed_key`."""
    user = bool(attributes.text("identity_client_id"))
    value = attributes.text("key_vault_key_id")
    if value is UNKNOWN:
        used = key_referred_to(refer("key_vault_key_id"), user)
    else:
        used = key_in(value, user)
    return KeyInUse(reference(attributes, "cognitive_account_id", refer), used)


def role(attributes: Attributes, refer: Refer) -> Role | None:
    """Return an `azurerm_role_assignment` of a role that may use keys; None for other roles, and
    for one that a person has.
    """
    if attributes.text("principal_type") == PERSON:
        return None
    name = attributes.text("role_definition_name")
    definition = attributes.text("role_definition_id")
    found = role_for_keys(str(name)) or role_for_keys(last_word(str(definition)))
    is_known = UNKNOWN not in (name, definition) or isinstance(name, str)
    if is_known and not found:
        return None
    return Role(
        scope=reference(attributes, "scope", refer),
        principal=reference(attributes, "principal_id", refer),
        name=found,
    )


def group(attributes: Attributes, refer: Refer) -> Group:  # noqa: ARG001  # as its siblings have it
    """Return an `azurerm_resource_group`."""
    return Group(lower(attributes.text("id")), name_in(attributes).lower())


READERS: Mapping[str, Callable[[Attributes, Refer], Thing | None]] = {
    "azurerm_cognitive_account": account,
    "azurerm_ai_services": ai_services,
    "azurerm_cognitive_account_customer_managed_key": key_in_use,
    "azurerm_key_vault": vault,
    "azurerm_key_vault_access_policy": policy,
    "azurerm_key_vault_key": key,
    "azurerm_role_assignment": role,
    "azurerm_resource_group": group,
}
"""By type: the function that reads a resource."""
