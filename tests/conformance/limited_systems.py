"""Systems that are without something, and say so; and some that say so wrongly."""

from typing import Any

from tests.bdd.wrong_systems import LacksRows
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Command, Observation, Outcome, Refused, Stage
from translator_cmk.machine.commands import (
    CreateVault,
    CreateWorkspace,
    EnableCustomerManagedKeys,
    EndVaultRetention,
    RotateKey,
)
from translator_cmk.system import ModelSystem, Unsupported

EVERY = ["portal", "reasons", "audit", "clock", "legacy-vaults", "several-tenants"]
"""The capabilities that `ModelSystem` has, but for parallel sessions."""


def declares(product: str, **more: object) -> dict[str, Any]:
    """Return a declaration of version 1."""
    return {"product": product, "version": "1", **more}


class Hides(ModelSystem):
    """Does not show some kinds, and some fields, written `kind.field`."""

    hides: tuple[str, ...] = ()

    def observe(self) -> Observation:
        return {
            kind: {
                name: {field: value for field, value in fields.items() if f"{kind}.{field}" not in self.hides}
                for name, fields in entities.items()
            }
            for kind, entities in super().observe().items()
            if kind not in self.hides
        }


class Bare(Hides):
    """Has no portal, no clock, one tenant, no vault without soft delete, no reasons, and no audit trail."""

    hides = ("resource.encryption_section",)
    declaration = declares(
        "bare",
        capabilities=[],
        stage={"tenants": ["home"], "subscriptions": {"production": "home", "security": "home"}},
    )

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
            raise Unsupported("there is no portal")
        if isinstance(command, EndVaultRetention) or (isinstance(command, CreateVault) and not command.soft_delete):
            raise Unsupported("time does not pass, and vaults have soft delete")
        outcome = super().submit(command)
        return Refused() if isinstance(outcome, Refused) else Accepted() if isinstance(outcome, Accepted) else outcome


class OffersNoTier(ModelSystem):
    """Its stage has no pricing tier with customer-managed keys, which nearly every scenario needs."""

    declaration = declares("no tier", stage={"tiers": {"basic-tier": False}})


class RotatesOutOfSight(Hides):
    """Does not show the versions of keys, and rotates none."""

    hides = ("key.version",)
    declaration = declares("out of sight", hidden=[*hides])

    def submit(self, command: Command) -> Outcome:
        before = self.state
        outcome = super().submit(command)
        if isinstance(command, RotateKey):
            self.state = before
        return outcome


class KeepsEverything(ModelSystem):
    """Is one world for all sessions, which no reset empties."""

    world = ModelSystem()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        assert stage == DEFAULT_STAGE

    def submit(self, command: Command) -> Outcome:
        return self.world.submit(command)

    def observe(self) -> Observation:
        return self.world.observe()


class MakesVaultsWithSoftDelete(Bare):
    """Makes every vault with soft delete, for any request."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            command = CreateVault(**command.as_dict() | {"soft_delete": True})
        return super().submit(command)


class HidesThatItTakesLegacyVaults(LacksRows, Bare):
    """Makes vaults without soft delete and takes them, though it has not declared that it can."""

    lacking = ("vault.soft-delete-refused",)
    mistaken = ("vault.soft-delete",)

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            return ModelSystem.submit(self, command)
        return super().submit(command)


class EmptiesNothing(ModelSystem):
    """Begins no world again: what was made in one stays there in the next, under names that never come again."""

    begun = False

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        if not self.begun:
            super().reset(stage)
        self.begun = True


class OnlyVaults(Hides):
    """Has vaults and keys, and nothing else."""

    hides = ("resource", "grant", "workspace", "document", "model")
    declaration = declares(
        "vaults",
        capabilities=["legacy-vaults", "several-tenants", "clock", "reasons"],
        levels=["vault-and-key"],
        hidden=[*hides],
    )

    def submit(self, command: Command) -> Outcome:
        if not {reference.kind.word for _, reference, _ in command.references}.isdisjoint(self.hides):
            raise Unsupported(type(command).__name__)
        return super().submit(command)


class OnlyCustomTranslator(ModelSystem):
    """Claims nothing but Custom Translator, and does as it should in all else too."""

    declaration = declares("custom translator", capabilities=["portal"], levels=["custom-translator"])


class TakesAnyKey(LacksRows, OnlyCustomTranslator):
    """Is wrong in a level that it does not claim."""

    lacking = tuple({row.requirement for row in ROWS if row.requirement.startswith("vault.")})


class LosesNothingWithTheVault(LacksRows, OnlyCustomTranslator):
    """Is wrong in the level that it claims, by commands of one that it does not."""

    lacking = ("revocation.vault-deleted",)


class RefusesAllWorkspaces(OnlyCustomTranslator):
    """Refuses everything in the one level that it claims."""

    def submit(self, command: Command) -> Outcome:
        return Refused() if isinstance(command, CreateWorkspace) else super().submit(command)


class HidesLosses(Hides):
    """Does not show whether data can be read."""

    hides = ("workspace.readable",)
    declaration = declares("hides losses", capabilities=EVERY, hidden=[*hides])


class HasNoPortal(ModelSystem):
    """Counts as having one, since it declares nothing."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
            raise Unsupported("there is no portal")
        return super().submit(command)


class TakesAnyRegionAndHasNoPortal(LacksRows, HasNoPortal):
    """And is wrong in something as well."""

    lacking = ("vault.same-region-refused",)
    mistaken = ("vault.same-region",)


class HasNoClock(ModelSystem):
    """Declares that retention can be made to end, and has no such command."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EndVaultRetention):
            raise Unsupported("time does not pass")
        return super().submit(command)


class EndsAlike(ModelSystem):
    """Takes two vaults for one where the name of one ends as that of the other."""

    declaration = declares("ends alike", capabilities=[*EVERY, "parallel"])

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.names: list[str] = []

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateVault):
            new = command.vault
            if any(name != new and (name.endswith(new) or new.endswith(name)) for name in self.names):
                return Refused(frozenset({"environment.new-name"}))
            self.names.append(new)
        return super().submit(command)


class ShowsWhatIsNone(ModelSystem):
    """Shows models in a state that there is not."""

    def observe(self) -> Observation:
        seen = super().observe()
        for model in seen["model"].values():
            model["state"] = "Deployed"
        return seen


class HidesVaults(Hides):
    """Shows no vaults, and says so."""

    hides = ("vault",)
    declaration = declares("blind", hidden=[*hides])


class HasNoRegion(ModelSystem):
    """Is somewhere else than most scenarios begin."""

    declaration = declares("elsewhere", stage={"regions": ["eastus"]})


class HasAnOddCode(ModelSystem):
    """Means by one of its codes what is not a requirement."""

    declaration = declares("odd", capabilities=["reasons"], codes={"KeyVaultNotFound": ["vault.found"]})
