"""The references of a command: what each name must mean before any row is read."""

from typing import Annotated

from .entities import Document, Entity, Key, Location, Model, Resource, Subscription, Tenant, Tier, Vault, Workspace
from .values import Value


class Existing(Value):
    """The field names an entity of this kind, in one of these states; a key's name is local to the field ``within``."""

    __slots__ = ()
    kind: type[Entity]
    states: tuple[str, ...] = ("active",)
    within: str | None = None


class New(Value):
    """The field gives a name to a new entity of this kind."""

    __slots__ = ()
    kind: type[Entity]
    within: str | None = None


Reference = Existing | New

ATenant = Annotated[str, Existing(Tenant)]
ASubscription = Annotated[str, Existing(Subscription)]
ATier = Annotated[str, Existing(Tier)]
ALocation = Annotated[str, Existing(Location, ("regional", "global"))]
ARegion = Annotated[str, Existing(Location, ("regional",))]
AResource = Annotated[str, Existing(Resource)]
NewResource = Annotated[str, New(Resource)]
AVault = Annotated[str, Existing(Vault)]
DeletedVault = Annotated[str, Existing(Vault, ("deleted",))]
NewVault = Annotated[str, New(Vault)]
AKey = Annotated[str, Existing(Key, within="vault")]
DeletedKey = Annotated[str, Existing(Key, ("deleted",), within="vault")]
NewKey = Annotated[str, New(Key, within="vault")]
AWorkspace = Annotated[str, Existing(Workspace)]
NewWorkspace = Annotated[str, New(Workspace)]
NewDocument = Annotated[str, New(Document)]
AModel = Annotated[str, Existing(Model, ("undeployed", "deployed"))]
NewModel = Annotated[str, New(Model)]
