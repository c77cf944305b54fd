"""The entities of the model: each kind, its fields, and the entities that it links to.

The state keeps plain tuples, its *records*.  An `Entity` is such a record seen from one world: a
field that names another entity leads to it, so `model.workspace.resource.key.vault` reads as it is
written.  Links never form a circle: what an entity reads lies above it.  Field names and values are
Azure's where Azure has a word (Microsoft.CognitiveServices/accounts, Microsoft.KeyVault/vaults).
"""

from operator import itemgetter
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from .values import Slotted, declare_fields, item_access

if TYPE_CHECKING:
    from .world import World

NO_RECORD = "gone"
"""Writing this state drops the record: no trace of the entity is kept."""

MICROSOFT = "microsoft-managed"
CUSTOMER = "customer-managed"

ResourceKind = Literal["Translator", "AIServices", "CognitiveServices"]
KeySource = Literal["microsoft-managed", "customer-managed"]
PermissionModel = Literal["access-policies", "rbac"]
KeyType = Literal["RSA", "RSA-HSM", "EC"]
KEY_SIZES = (2048, 3072, 4096)  # of RSA keys that Azure Key Vault makes, in bits
Recoverable = Literal["absent", "active", "deleted", "purged"]
Deletable = Literal["absent", "active", "deleted"]


def _kind_linked_by(hint: Any) -> "type[Entity] | None":
    """Return the kind that a field with this annotation links to: `Key` for `Key | None`."""
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    for part in parts:
        if isinstance(part, type) and issubclass(part, Entity):
            return part
    return None


def _access(hint: Any, index: int) -> property:
    """Return the property of a field; a link leads to the entity that it names."""
    kind = _kind_linked_by(hint)
    if kind is None:
        return item_access(hint, index)

    def follow(self: "Entity") -> "Entity | None":
        name = self[index]
        if name is None:
            return None
        world = self[0]
        return kind((world, name) + world.tables[kind][name])

    return property(follow)


class Entity(tuple[Any, ...], metaclass=Slotted):
    """A record seen from one world.  Item 0 is the world, item 1 the name, then come the fields."""

    fields: ClassVar[tuple[str, ...]]
    defaults: ClassVar[dict[str, Any]]
    hints: ClassVar[dict[str, Any]]
    links: ClassVar[dict[str, "type[Entity]"]]
    position: ClassVar[dict[str, int]]  # of each field in a record
    start: ClassVar[tuple[Any, ...]]  # the record that the first write of an entity starts from
    word: ClassVar[str]  # what the kind is called in observations and on the wire

    world: "World" = property(itemgetter(0))  # type: ignore[assignment]  # as it returns
    name: str = property(itemgetter(1))  # type: ignore[assignment]  # likewise

    def __init_subclass__(cls) -> None:
        declare_fields(cls, first=2, access=_access)
        cls.links = {}
        for field, hint in cls.hints.items():
            kind = _kind_linked_by(hint)
            if kind is not None:
                cls.links[field] = kind
        cls.position = {field: index for index, field in enumerate(cls.fields)}
        cls.start = tuple(cls.defaults.get(field) for field in cls.fields)
        cls.word = cls.__name__.lower()


class Tenant(Entity):
    """A Microsoft Entra tenant.  Given by the stage."""

    state: str = "active"


class Location(Entity):
    """A region, or the location `global`, as its state says.  Given by the stage."""

    state: Literal["global", "regional"] = "regional"


class Tier(Entity):
    """A pricing tier.  The article names none, so the stage says which tiers support CMK."""

    supports_customer_managed_keys: bool
    state: str = "active"


class Subscription(Entity):
    """An Azure subscription, billed in one tenant; it can move to another.  Given by the stage."""

    tenant: Tenant
    state: str = "active"


class Vault(Entity):
    """An Azure key vault: active, deleted (soft-deleted, recoverable) or purged."""

    region: Location
    subscription: Subscription
    group: str
    soft_delete: bool = False
    purge_protection: bool = False
    permission_model: PermissionModel = "access-policies"
    state: Recoverable = "absent"


class Key(Entity):
    """A key of one vault, named `vault/key`: active, deleted (recoverable) or purged."""

    vault: Vault
    type: KeyType
    size: int  # in bits
    origin: Literal["unknown", "generated", "imported"] = "unknown"
    version: int = 0  # `environment.new-key` says what a new one has
    enabled: bool = False
    state: Recoverable = "absent"


class Resource(Entity):
    """A Translator or multi-service resource (Microsoft.CognitiveServices/accounts)."""

    kind: ResourceKind
    location: Location
    tier: Tier
    subscription: Subscription
    group: str
    tenant: Tenant  # where its identity is registered; `tenant.not-transferred` is how it changes
    identity: bool = False  # the system-assigned managed identity
    had_identity: bool = False  # it is off and was on: `identity.no-return-of-access`
    key_source: KeySource | None = None  # no resource is left without one: `encryption.default-key`
    key: Key | None = None
    # What its data is encrypted with.  Unlike `key`, it survives a move to another tenant.
    data_key: Key | None = None
    earlier_key: Key | None = None  # in whose place another came: `keys.change`
    state: Deletable = "absent"


class Grant(Entity):
    """The entry for one resource's identity in the access policies of one vault, with the key
    permissions, named `vault/resource`.
    """

    vault: Vault
    resource: Resource
    tenant: Tenant  # a vault's access policies name identities of the vault's own tenant
    state: str = "absent"


class Role(Entity):
    """A role on one vault, with the key permissions, of one resource's identity: `vault/resource`.

    Where it was assigned is kept, since a role is not moved with its vault.
    """

    vault: Vault
    resource: Resource
    subscription: Subscription
    tenant: Tenant
    state: str = "absent"


class Workspace(Entity):
    """A Custom Translator workspace, bound to one resource."""

    resource: Resource
    covered: bool = False  # made while customer-managed keys were on
    readable: bool = True
    lost: bool = False  # it could not be read once: `restoration.data-readable`
    state: Deletable = "absent"


class Document(Entity):
    """Data uploaded to a workspace: uploaded or deleted."""

    workspace: Workspace
    state: Literal["absent", "uploaded", "deleted"] = "absent"


class Model(Entity):
    """A custom model trained in a workspace: undeployed, deployed or deleted."""

    workspace: Workspace
    # What undeployed it with the key, if not the customer: `restoration.no-redeploy` is about one.
    lost: Literal["no", "with the identity", "otherwise"] = "no"
    state: Literal["absent", "deployed", "undeployed", "deleted"] = "absent"


ENTITY_KINDS: tuple[type[Entity], ...] = (
    Tenant,
    Location,
    Tier,
    Subscription,
    Vault,
    Key,
    Resource,
    Grant,
    Role,
    Workspace,
    Document,
    Model,
)
"""All kinds, in an order in which every link leads to the left."""

OF_VAULT_AND_RESOURCE: tuple[type[Entity], ...] = (Grant, Role)
"""The kinds of which each entity is between a vault and a resource, and named `vault/resource`."""
