"""The references of a command: what each name in it must mean before any row is read."""

from typing import Annotated, NamedTuple

from .entities import (
    Document,
    Entity,
    Key,
    Location,
    Model,
    Resource,
    Subscription,
    Tenant,
    Tier,
    Vault,
    Workspace,
)


class EntityReference(NamedTuple):
    """The field names an entity of this kind, in one of these states.

    With `NEW` as its states, the command makes the entity; with `absent` among them, nothing need
    have the name.  A key's name is local to the field ``within``.
    """

    kind: type[Entity]
    states: tuple[str, ...] = ("active",)
    within: str | None = None


NEW = ()  # the command makes the entity; whether its name is free is left to the rows

ATenant = Annotated[str, EntityReference(Tenant)]
ASubscription = Annotated[str, EntityReference(Subscription)]
ATier = Annotated[str, EntityReference(Tier)]
ALocation = Annotated[str, EntityReference(Location, ("regional", "global"))]
ARegion = Annotated[str, EntityReference(Location, ("regional",))]
AResource = Annotated[str, EntityReference(Resource)]
AnyResource = Annotated[str, EntityReference(Resource, ("absent", "active", "deleted"))]
NewResource = Annotated[str, EntityReference(Resource, NEW)]
AVault = Annotated[str, EntityReference(Vault)]
AnyVault = Annotated[str, EntityReference(Vault, ("absent", "active", "deleted", "purged"))]
DeletedVault = Annotated[str, EntityReference(Vault, ("deleted",))]
NewVault = Annotated[str, EntityReference(Vault, NEW)]
AKey = Annotated[str, EntityReference(Key, within="vault")]
DeletedKey = Annotated[str, EntityReference(Key, ("deleted",), within="vault")]
NewKey = Annotated[str, EntityReference(Key, NEW, within="vault")]
AWorkspace = Annotated[str, EntityReference(Workspace)]
NewWorkspace = Annotated[str, EntityReference(Workspace, NEW)]
NewDocument = Annotated[str, EntityReference(Document, NEW)]
AModel = Annotated[str, EntityReference(Model, ("undeployed", "deployed"))]
NewModel = Annotated[str, EntityReference(Model, NEW)]
