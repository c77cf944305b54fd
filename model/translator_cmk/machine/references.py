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


class Reference(NamedTuple):
    """The field names an entity of this kind, in one of these states.

    With `NEW` as its states, the command makes the entity.  A key's name is local to the field
    ``within``.
    """

    kind: type[Entity]
    states: tuple[str, ...] = ("active",)
    within: str | None = None


NEW = ()  # the command makes the entity; whether its name is free is left to the rows

ATenant = Annotated[str, Reference(Tenant)]
ASubscription = Annotated[str, Reference(Subscription)]
ATier = Annotated[str, Reference(Tier)]
ALocation = Annotated[str, Reference(Location, ("regional", "global"))]
ARegion = Annotated[str, Reference(Location, ("regional",))]
AResource = Annotated[str, Reference(Resource)]
NewResource = Annotated[str, Reference(Resource, NEW)]
AVault = Annotated[str, Reference(Vault)]
DeletedVault = Annotated[str, Reference(Vault, ("deleted",))]
NewVault = Annotated[str, Reference(Vault, NEW)]
AKey = Annotated[str, Reference(Key, within="vault")]
DeletedKey = Annotated[str, Reference(Key, ("deleted",), within="vault")]
NewKey = Annotated[str, Reference(Key, NEW, within="vault")]
AWorkspace = Annotated[str, Reference(Workspace)]
NewWorkspace = Annotated[str, Reference(Workspace, NEW)]
NewDocument = Annotated[str, Reference(Document, NEW)]
AModel = Annotated[str, Reference(Model, ("undeployed", "deployed"))]
NewModel = Annotated[str, Reference(Model, NEW)]
