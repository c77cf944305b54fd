"""Systems that make one mistake, each under a name: `--python tests.systems.mistaken:NAME`.

Tests of the kit need them by name, with a product of their own.  `wrong` has many more, which have
none.
"""

from collections.abc import Callable
from typing import Any

from translator_cmk.language.declaration import CAPABILITIES, Declaration
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    REMEMBERING,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    Unspecified,
)
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    EnableCustomerManagedKeys,
    MoveSubscription,
    ReadData,
)
from translator_cmk.machine.rows import Silent
from translator_cmk.system import ModelSystem, Unsupported


def declared(product: str, *lacking: str) -> Declaration:
    """Return the declaration of a system that can do all but this, and one session at a time."""
    capabilities = frozenset(CAPABILITIES) - {"parallel", *lacking}
    return Declaration(product, "unstated", capabilities)


# Without the rows of some requirements


class LacksRows(ModelSystem):
    """The model without the rows of some requirements, and with rows of mistakes about others."""

    lacking: tuple[str, ...] = ()
    mistaken: tuple[str, ...] = ()

    def __init__(self) -> None:
        rows = [row for row in REMEMBERING if row.requirement not in self.lacking]
        mistakes = [row for row in COUNTER_ROWS if row.requirement in self.mistaken]
        super().__init__(Machine([*rows, *mistakes]))


class AnyRegion(LacksRows):
    """Puts a key of a key vault in another region in use."""

    declaration = declared("any region")
    lacking = ("vault.same-region-refused",)
    mistaken = ("vault.same-region",)


class KeepsDataOfDisabledKeys(LacksRows):
    """Loses nothing when the key is disabled, which is only assumed."""

    declaration = declared("keeps data of disabled keys")
    lacking = ("revocation.key-disabled",)


class OwnKeyIgnored(LacksRows):
    """Accepts customer-managed keys, and keeps Microsoft-managed ones."""

    declaration = declared("keeps Microsoft-managed keys")
    lacking = ("keys.enable",)


class LosesNothing(LacksRows):
    """Loses nothing when access is revoked."""

    declaration = declared("loses nothing")
    lacking = ("revocation.access-revoked",)


class LosesNothingInProduction(ModelSystem):
    """Loses nothing of resources of one subscription when access is revoked."""

    declaration = declared("loses nothing in production")

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateResource):
            losses: set[str] = set()
            if command.subscription == "production":
                losses = {"revocation.access-revoked"}
            self.machine = Machine(row for row in ROWS if row.requirement not in losses)
        return super().submit(command)


class LosesOnlySight(LacksRows):
    """Makes data unreadable without the key, and loses nothing of it."""

    declaration = declared("loses data alone")
    lacking = ("revocation.undeploys", "revocation.deletes-uploads")


class LosesOnlyWhatIsTranslators(ModelSystem):
    """Loses nothing of resources of any kind but Translator."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateResource):
            losses: set[str] = set()
            if command.kind != "Translator":
                losses = {"revocation.deletes-uploads", "revocation.undeploys"}
            self.machine = Machine(row for row in ROWS if row.requirement not in losses)
        return super().submit(command)


def leaves_nothing_open() -> ModelSystem:
    """Make a system that does something wherever the specification leaves something open."""
    return ModelSystem(Machine(row for row in ROWS if not isinstance(row, Silent)))


# Wrong in what they answer


class RefusesByNotSupporting(ModelSystem):
    """Says that it does not support what it would have to refuse."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(command, EnableCustomerManagedKeys) and isinstance(outcome, Refused):
            raise Unsupported("not here")
        return outcome


class KeepsItsReasons(ModelSystem):
    """Gives no reasons, and says so."""

    declaration = declared("no reasons", "reasons")

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        return Refused() if isinstance(outcome, Refused) else outcome


class RefusesKeys(ModelSystem):
    """Refuses to generate a key."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateKey):
            return Refused(frozenset({"keys.any-origin"}))
        return super().submit(command)


class ForgetsKeys(ModelSystem):
    """Accepts that a key is generated, and makes none."""

    def submit(self, command: Command) -> Outcome:
        return Accepted() if isinstance(command, CreateKey) else super().submit(command)


class RefusesEverything(ModelSystem):
    """Refuses every command."""

    declaration = declared("refuses everything", "reasons")

    def submit(self, _: Command) -> Outcome:
        return Refused()


class RefusesEveryKey(ModelSystem):
    """Refuses to put any key in use."""

    declaration = declared("refuses every key")

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            return Refused()
        return super().submit(command)


class HasNoEnablingInItsPortal(ModelSystem):
    """Refuses to put a key in use through the portal."""

    declaration = declared("no enabling in its portal")

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
            return Refused()
        return super().submit(command)


class AcceptsEverything(ModelSystem):
    """Accepts every command, and does nothing."""

    def submit(self, _: Command) -> Outcome:
        return Accepted()


class IgnoresEnabling(ModelSystem):
    """Accepts every request for customer-managed keys, and carries out none."""

    declaration = declared("ignores enabling")

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            return Accepted()
        return super().submit(command)


class NeverEnables(ModelSystem):
    """Refuses customer-managed keys to everybody."""

    declaration = declared("never enables", "reasons")

    def submit(self, command: Command) -> Outcome:
        return (
            Refused() if isinstance(command, EnableCustomerManagedKeys) else super().submit(command)
        )


class KnowsNothing(ModelSystem):
    """Says that the specification says nothing of customer-managed keys, as only the model may."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            return Unspecified(frozenset({"vault.same-region-refused"}))
        return super().submit(command)


class CatchesUpWhenLookedAt(ModelSystem):
    """Lets data be read whose key is inaccessible, until somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.caught_up = False

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        is_late = not self.caught_up
        self.caught_up = False
        if isinstance(command, ReadData) and isinstance(outcome, Refused) and is_late:
            return Accepted()
        return outcome

    def observe(self) -> Observation:
        self.caught_up = True
        return super().observe()


# Wrong in what they show


class KeepsAnArchiveInSight(ModelSystem):
    """Shows documents that are deleted under names that nobody gave."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, Any] = {}

    def observe(self) -> Observation:
        seen = super().observe()
        self.documents |= seen["document"]
        shown = dict(seen["document"])
        for number, (name, document) in enumerate(self.documents.items()):
            if name not in seen["document"]:
                shown[f"archive{number}"] = document
        return seen | {"document": shown}


class ShowsNothing(ModelSystem):
    """Shows nothing at all."""

    def observe(self) -> Observation:
        return {}


class ShowsAnotherName(ModelSystem):
    """Shows key vaults under names that nobody gave."""

    def observe(self) -> Observation:
        seen = super().observe()
        vaults = {f"v{number}": vault for number, vault in enumerate(seen["vault"].values())}
        return seen | {"vault": vaults}


class ShowsWhatIsNone(ModelSystem):
    """Shows models in a state that there is not."""

    def observe(self) -> Observation:
        seen = super().observe()
        for model in seen["model"].values():
            model["state"] = "Deployed"
        return seen


# Wrong in their names, or in their resets


class EndsAlike(ModelSystem):
    """Takes two vaults for one where the name of one ends as that of the other."""

    declaration = Declaration("ends alike", "1")

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.names = []

    def submit(self, command: Command) -> Outcome:
        if not isinstance(command, CreateVault):
            return super().submit(command)
        new = command.vault
        if any(name != new and (name.endswith(new) or new.endswith(name)) for name in self.names):
            return Refused(frozenset({"environment.new-name"}))
        self.names.append(new)
        return super().submit(command)


class NeverResets(ModelSystem):
    """Looks vaults up without the new part of their names, and finds those of an earlier world."""

    def reset(self, _: Stage = DEFAULT_STAGE) -> None:
        self.shown_as = "none-{}"

    def submit(self, command: Command) -> Outcome:
        fields = command.as_dict()
        name = str(fields["vault"])
        known = name.rpartition("-")[0]
        self.shown_as = name.replace(known, "{}")
        return super().submit(type(command)(**fields | {"vault": known}))

    def observe(self) -> Observation:
        seen = super().observe()
        vaults = {self.shown_as.format(name): vault for name, vault in seen["vault"].items()}
        return seen | {"vault": vaults}


class KeepsEverything(ModelSystem):
    """Is one world for all sessions, in which a reset moves subscriptions back and no more."""

    world = ModelSystem()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        for subscription, tenant in stage.subscriptions.items():
            self.world.submit(MoveSubscription(subscription, tenant))

    def submit(self, command: Command) -> Outcome:
        return self.world.submit(command)

    def observe(self) -> Observation:
        return self.world.observe()


class EmptiesNothing(ModelSystem):
    """Begins no world again: what was made in one stays in the next."""

    begun = False

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        if not self.begun:
            super().reset(stage)
        self.begun = True


# What a factory of a system may be


class Elsewhere:
    """The model, or a system like it, behind an adapter."""

    def __init__(self, model: ModelSystem | None = None) -> None:
        self.model = model or ModelSystem()
        self.reset: Callable[..., None] = self.model.reset
        self.submit = self.model.submit
        self.observe = self.model.observe


class NoSystem:
    """Has none of the methods of a system."""
