"""Systems that are without something, and say so; and some that say so wrongly."""

from typing import Any

from tests.systems.mistaken import LacksRows
from translator_cmk.language.declaration import MASKED
from translator_cmk.machine import (
    REMEMBERING,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
)
from translator_cmk.machine.commands import (
    CreateVault,
    CreateWorkspace,
    EnableCustomerManagedKeys,
    EndVaultRetention,
    ReturnToMicrosoftManagedKeys,
    RotateKey,
)
from translator_cmk.machine.rows import refuse
from translator_cmk.system import ModelSystem, Unsupported

EVERY = ["portal", "reasons", "audit", "clock", "legacy-vaults", "several-tenants"]
"""The capabilities that `ModelSystem` has, but for parallel sessions."""

CUSTOM_TRANSLATOR = {"capabilities": ["portal"], "levels": ["custom-translator"]}
NOT_A_VAULT = ["resource", "grant", "workspace", "document", "model"]


def declares(product: str, **more: object) -> dict[str, Any]:
    """Return a declaration of version 1, as in an answer to `hello`."""
    return {"product": product, "version": "1", **more}


class Limited(LacksRows):
    """The model without some rows, and without some of what it shows or can do."""

    hides: tuple[str, ...] = ()
    """Kinds that it does not show, and fields that it does not show as `kind.field`."""
    refuses: tuple[type[Command], ...] = ()
    """Commands that it always refuses."""

    def supports(self, command: Command) -> bool:  # noqa: ARG002  # some support nothing but what they look at
        """Return whether it has the command."""
        return True

    def submit(self, command: Command) -> Outcome:
        if not self.supports(command):
            raise Unsupported("not here")
        if isinstance(command, self.refuses):
            return Refused()
        return super().submit(command)

    def observe(self) -> Observation:
        shown: Observation = {}
        for kind, entities in super().observe().items():
            if kind not in self.hides:
                shown[kind] = {
                    name: self.visible(kind, fields) for name, fields in entities.items()
                }
        return shown

    def visible(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of an entity that it shows."""
        return {
            field: value for field, value in fields.items() if f"{kind}.{field}" not in self.hides
        }


# Without a part of the stage


class OffersNoTier(Limited):
    """Has no tier that supports customer-managed keys."""

    declaration = declares("no tier", stage={"tiers": {"basic-tier": False}})


class HasNoRegion(Limited):
    """Has one region."""

    declaration = declares("elsewhere", stage={"regions": ["eastus"]})


class HasAnOddCode(Limited):
    """Maps a native code to what is no requirement."""

    declaration = declares(
        "odd", capabilities=["reasons"], codes={"KeyVaultNotFound": ["vault.found"]}
    )


# Without customer-managed keys for one kind of resource


class RefusesTheKind(ModelSystem):
    """Has no customer-managed keys for one of the two multi-service kinds."""

    kind = ""

    def __init__(self) -> None:
        kind = self.kind
        refusal = refuse(
            EnableCustomerManagedKeys,
            "encryption.tier-refused",
            unless=lambda c: c.resource.kind != kind,
        )
        super().__init__(Machine([*REMEMBERING, refusal]))


class LeavesOutFoundry(RefusesTheKind):
    """Has none for the kind AIServices, and says so."""

    declaration = declares(
        "no Foundry", capabilities=EVERY, stage={"kinds": ["Translator", "CognitiveServices"]}
    )
    kind = "AIServices"


class RefusesCognitiveServices(RefusesTheKind):
    """Has none for the kind CognitiveServices, and says nothing of kinds."""

    declaration = declares("no Cognitive Services", capabilities=EVERY)
    kind = "CognitiveServices"


class ClaimsCognitiveServices(RefusesCognitiveServices):
    """Has none for the kind CognitiveServices, and says that it has."""

    declaration = declares(
        "no Cognitive Services",
        capabilities=EVERY,
        stage={"kinds": ["Translator", "AIServices", "CognitiveServices"]},
    )


# Without something to see


class HidesVaults(Limited):
    """Shows no key vaults."""

    declaration = declares("blind", hidden=["vault"])
    hides = ("vault",)


class HidesLosses(Limited):
    """Does not show whether data is readable."""

    declaration = declares("hides losses", capabilities=EVERY, hidden=["workspace.readable"])
    hides = ("workspace.readable",)


class RotatesOutOfSight(Limited):
    """Does not show the versions of keys, and rotates none."""

    declaration = declares("out of sight", hidden=["key.version"])
    hides = ("key.version",)

    def submit(self, command: Command) -> Outcome:
        before = self.state
        outcome = super().submit(command)
        if isinstance(command, RotateKey):
            self.state = before
        return outcome


# Of one level alone


class OnlyCustomTranslator(Limited):
    """Claims the level of Custom Translator."""

    declaration = declares("custom translator", **CUSTOM_TRANSLATOR)


class RefusesAllWorkspaces(Limited):
    """Claims the level of Custom Translator, and makes no workspace."""

    declaration = declares("no workspaces", **CUSTOM_TRANSLATOR)
    refuses = (CreateWorkspace,)


class TakesAnyKey(Limited):
    """Is wrong in a level that it does not claim."""

    declaration = declares("any key", **CUSTOM_TRANSLATOR)
    lacking = tuple({row.requirement for row in ROWS if row.requirement.startswith("vault.")})


class LosesNothingWithTheVault(Limited):
    """Is wrong in the level that it claims, by commands of one that it does not."""

    declaration = declares("keeps", **CUSTOM_TRANSLATOR)
    lacking = ("revocation.vault-deleted",)


class OnlyVaults(Limited):
    """Has key vaults and their keys, and nothing else."""

    declaration = declares(
        "vaults",
        capabilities=["legacy-vaults", "several-tenants", "clock", "reasons"],
        levels=["vault-and-key"],
        hidden=NOT_A_VAULT,
    )
    hides = tuple(NOT_A_VAULT)

    def supports(self, command: Command) -> bool:
        named = {reference.kind.word for reference in command.references}
        return named.isdisjoint(NOT_A_VAULT)


# Without something, and silent about it: who declares nothing counts as having everything


def needs_the_portal(command: Command) -> bool:
    return isinstance(command, EnableCustomerManagedKeys) and command.through == "portal"


class HasNoPortal(Limited):
    """Enables customer-managed keys through the API alone."""

    def supports(self, command: Command) -> bool:
        return not needs_the_portal(command)


class TakesAnyRegionAndHasNoPortal(HasNoPortal):
    """Does so, and with a key vault of any region."""

    lacking = ("vault.same-region-refused",)
    mistaken = ("vault.same-region",)


class HasNoClock(Limited):
    """Ends no retention."""

    def supports(self, command: Command) -> bool:
        return not isinstance(command, EndVaultRetention)


class NeverGoesBack(Limited):
    """Has no way back to Microsoft-managed keys."""

    def supports(self, command: Command) -> bool:
        return not isinstance(command, ReturnToMicrosoftManagedKeys)


# Without any capability


class Bare(Limited):
    """Has no portal, clock, second tenant, vault without soft delete, reasons or audit."""

    hides = ("resource.encryption_section",)
    declaration = declares(
        "bare",
        capabilities=[],
        stage={"tenants": ["home"], "subscriptions": {"production": "home", "security": "home"}},
    )
    legacy_vaults = False

    def supports(self, command: Command) -> bool:
        if isinstance(command, CreateVault) and not command.soft_delete:
            return self.legacy_vaults
        return not isinstance(command, EndVaultRetention) and not needs_the_portal(command)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused):
            return Refused()
        if isinstance(outcome, Accepted):
            return Accepted()
        return outcome


class MakesVaultsWithSoftDelete(Bare):
    """Makes every vault with soft delete, for any request."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            command = CreateVault(**command.as_dict() | {"soft_delete": True})
        return super().submit(command)


class HasNoWayBack(Limited):
    """Refuses to go back to Microsoft-managed keys, of which no sentence speaks."""

    refuses = (ReturnToMicrosoftManagedKeys,)


class HidesThatItTakesLegacyVaults(Bare):
    """Makes vaults without soft delete and takes them, though it has not declared that it can."""

    lacking = ("vault.soft-delete-refused",)
    mistaken = ("vault.soft-delete",)
    legacy_vaults = True


# Systems that can't tell a deleted document from an inaccessible one


class ShowsNoDocumentWhileInaccessible(LacksRows):
    """The model, without the documents of a workspace whose data can't be read."""

    declaration = declares("masked", capabilities=["portal", "reasons"], hidden=[MASKED])

    def observe(self) -> Observation:
        return without_inaccessible_documents(super().observe())


def without_inaccessible_documents(seen: Observation) -> Observation:
    """Return what is shown, without the documents of workspaces that can't be read."""
    readable = {name for name, workspace in seen["workspace"].items() if workspace["readable"]}
    documents = {
        name: document
        for name, document in seen["document"].items()
        if document["workspace"] in readable
    }
    return seen | {"document": documents}


class NeverDeletes(ShowsNoDocumentWhileInaccessible):
    """The same, in which no upload is ever deleted with the key."""

    lacking = ("revocation.deletes-uploads",)


class KeepsUploadsOfADeletedKey(ShowsNoDocumentWhileInaccessible):
    """Makes data unreadable for as long as the key is deleted, and loses nothing."""

    lacking = ("revocation.key-deleted",)

    def observe(self) -> Observation:
        seen = super().observe()
        without_key = set()
        for name, resource in seen["resource"].items():
            key = seen["key"].get(resource.get("key", ""), {})
            if key.get("state") == "deleted":
                without_key.add(name)
        for workspace in seen["workspace"].values():
            if workspace["resource"] in without_key:
                workspace["readable"] = False
        return without_inaccessible_documents(seen)
