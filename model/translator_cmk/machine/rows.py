"""The five kinds of row that the article is written in, and the small vocabulary that rows share.

Laws of the rows:
1. A row cites one requirement, and everything the machine does is some row.
2. A row's functions are single expressions.  They read the world as it was before anything of this step changed.
3. The order of rows carries no meaning.  Two rows never write one field differently in one step.
4. A cause never carries a loss: causes lead to a state, and each consequence of a state is one row, for any cause.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from .commands import Command, EnableCustomerManagedKeys, KeyUse
from .entities import CUSTOMER, MICROSOFT, NO_RECORD, Document, Entity, Grant, Key, Model, Resource, Vault, Workspace
from .world import Changes

Condition = Callable[..., bool]


def always(*_: object) -> bool:
    """Return true: the condition of a row that always applies."""
    return True


class Refuse(NamedTuple):
    """A demand of a command: where ``when`` holds, the command is refused unless ``unless`` holds."""

    on: type[Command]
    requirement: str
    unless: Condition
    when: Condition = always


class Effect(NamedTuple):
    """An effect of a command; with ``each``, to every entity of that kind.  ``uses``: its use of a key, if any."""

    on: type[Command]
    requirement: str
    when: Condition = always
    then: Callable[..., Changes] = lambda *_: {}
    each: type[Entity] | None = None
    uses: Callable[..., KeyUse | None] | None = None


class Means(NamedTuple):
    """One way in which something is so: a meaning holds of an entity where any of its rows does."""

    meaning: "Meaning"
    requirement: str
    when: Condition = always


class Whenever(NamedTuple):
    """A consequence of a state, regardless of its cause; said of one entity of one kind."""

    about: type[Entity]
    requirement: str
    when: Condition
    then: Callable[..., Changes]


class Silent(NamedTuple):
    """Where neither the article nor the specification says anything: the outcome is unspecified.

    The command may be refused, or do what other rows say; where ``free`` holds, it may do something else as well.
    """

    on: type[Command]
    requirement: str
    when: Condition
    free: Condition = always


Row = Refuse | Effect | Means | Whenever | Silent

# the kinds as verbs, as tables of rows have them: what a row is about and its requirement, then its functions by name
refuse, effect, means, whenever, silent = Refuse, Effect, Means, Whenever, Silent


class Meaning:
    """A named statement about one entity, such as *the key is inaccessible*; rows of kind `Means` say when it is so."""

    def __init__(self, name: str, about: type[Entity]) -> None:
        self.name = name
        self.about = about

    def __call__(self, entity: Entity) -> bool:
        return entity.world.holds(self, entity)

    def __repr__(self) -> str:
        return self.name


key_inaccessible = Meaning("key_inaccessible", Resource)
data_inaccessible = Meaning("data_inaccessible", Workspace)
shows_encryption_section = Meaning("shows_encryption_section", Resource)
registered = Meaning("registered", Resource)

MEANINGS = (
    key_inaccessible,
    data_inaccessible,
    shows_encryption_section,
    registered,
)


def puts_in_use(requirement: str, *, when: Condition) -> Effect:
    """Return the row of a mistake: the key that is asked for is put in use where ``when`` holds."""
    return effect(
        EnableCustomerManagedKeys,
        requirement,
        when=when,
        then=lambda c: sets(c.resource, key_source=CUSTOMER, key=c.key, data_key=c.key),
    )


def sets(entity: Entity, /, **values: Any) -> Changes:
    """Write fields of an entity; the first write creates it."""
    return {(type(entity), entity.name): by_name(values)}


def write(kind: type[Entity], name: str, /, **values: Any) -> Changes:
    """Write fields of the entity of this kind and name."""
    return {(kind, name): by_name(values)}


def by_name(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is written for the values: for an entity its name."""
    return {field: v.name if isinstance(v, Entity) else v for field, v in values.items()}


def drops(entity: Entity) -> Changes:
    """Drop an entity without a trace."""
    return {(type(entity), entity.name): {"state": NO_RECORD}}


def gives_access(vault: Vault, resource: Resource) -> Changes:
    """Write the grant of a resource's identity on a vault."""
    return write(
        Grant,
        f"{vault.name}/{resource.name}",
        vault=vault,
        resource=resource,
        tenant=vault.subscription.tenant,
        state="active",
    )


def takes_access(vault: Vault, resource: Resource) -> Changes:
    """Drop the grant of a resource's identity on a vault, if there is one."""
    return {(Grant, f"{vault.name}/{resource.name}"): {"state": NO_RECORD}}


def state_of_name(command: Any) -> Any:
    """Return the state of what has, or had, the name that the command gives; `absent` for a name never given."""
    return command[command.gives].state


def falls_back(resource: Resource, loses: bool) -> Changes:
    """Write that a resource is under Microsoft-managed keys with all it holds, and with ``loses`` has lost its data."""
    changes = {**sets(resource, key_source=MICROSOFT, data_key=None)}
    for w in resource.world.every(Workspace):
        if w.resource.name == resource.name:
            changes |= sets(w, covered=False, **({"readable": False} if loses else {}))
    return {**changes, **loses_data(resource)} if loses else changes


def shows_data(resource: Resource) -> bool:
    """Return whether data of the resource can be read in a workspace."""
    return any(w.readable and w.resource.name == resource.name for w in resource.world.every(Workspace))


def hides_data(resource: Resource) -> Changes:
    """Write that no data of the resource can be read."""
    workspaces = resource.world.every(Workspace)
    return {(Workspace, w.name): {"readable": False} for w in workspaces if w.resource.name == resource.name}


def loses_data(resource: Resource) -> Changes:
    """Write that the uploads to the resource are deleted and its models undeployed."""
    return {
        target: written
        for kind, was, lost in ((Document, "uploaded", "deleted"), (Model, "deployed", "undeployed"))
        for each in resource.world.every(kind)
        if each.workspace.resource.name == resource.name and each.state == was
        for target, written in sets(each, state=lost).items()
    }


def can_be_customer_managed(resource: Resource) -> bool:
    """Return whether customer-managed keys work for the resource: it is regional, and on a tier that supports them."""
    return resource.location.state == "regional" and resource.tier.supports_customer_managed_keys


def can_be_put_in_use(command: Any) -> bool:
    """Return whether customer-managed keys work with the resource, the key vault and the key of a request for them."""
    resource, vault, key = command.resource, command.vault, command.key
    return bool(
        can_be_customer_managed(resource)
        and command.store == "key-vault"
        and key.type in ("RSA", "RSA-HSM")
        and key.size == 2048
        and vault.region.name == resource.location.name
        and vault.subscription.tenant.name == resource.tenant.name
        and vault.soft_delete
        and vault.purge_protection
    )


def granted(vault: Vault, resource: Resource) -> bool:
    """Return whether the resource's identity has access to the vault's keys."""
    return vault.world.has(Grant, f"{vault.name}/{resource.name}")


def uses_key(resource: Resource, key: Key) -> bool:
    """Return whether this is the resource's own key."""
    return resource.key is not None and resource.key.name == key.name


def shared_by_another(key: Key, resource: Resource) -> bool:
    """Return whether this is the key of a resource other than this one."""
    return any(other.name != resource.name and uses_key(other, key) for other in key.world.every(Resource))


def key_use(resource: Resource) -> KeyUse | None:
    """Return the use of the resource's own key, where it has one."""
    return KeyUse(resource.key.name, resource.name) if resource.key_source == CUSTOMER and resource.key else None


def may_have_its_key_back(command: Any, resource: Resource) -> bool:
    """Return whether a command that gives access, recovers a vault or a key, or enables a key concerns the resource."""
    if hasattr(command, "resource"):
        return bool(command.resource.name == resource.name)
    key, named = resource.key, command.key if hasattr(command, "key") else command.vault
    return key is not None and named.name in (key.name, key.vault.name)


def has_workspace(resource: Resource) -> bool:
    """Return whether a workspace belongs to the resource."""
    return any(w.resource.name == resource.name for w in resource.world.every(Workspace))


def has_document(workspace: Workspace) -> bool:
    """Return whether an uploaded document is in the workspace."""
    documents = workspace.world.every(Document)
    return any(d.state == "uploaded" and d.workspace.name == workspace.name for d in documents)
