"""Systems that are slow, or have declared to be; some keep to it, and some do not."""

import time

from tests.bdd.wrong_systems import LacksRows
from tests.conformance.limited_systems import EVERY, Hides, declares
from translator_cmk.machine import DEFAULT_STAGE, Command, Observation, Outcome, Refused, Stage
from translator_cmk.machine.commands import EnableCustomerManagedKeys, GrantKeyAccess, RevokeKeyAccess
from translator_cmk.system import ModelSystem


class NeverSettled(ModelSystem):
    """Can't say that all effects are there."""

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        return False


class Slow(NeverSettled):
    """Shows what an access granted has brought about only after a while."""

    delay = 0.3
    declaration = declares("slow", capabilities=EVERY, windows={"GrantKeyAccess": 1})

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.since = 0.0
        self.before: Observation = {}

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, GrantKeyAccess):
            self.before, self.since = super().observe(), time.monotonic()
        return super().submit(command)

    def observe(self) -> Observation:
        return self.before if time.monotonic() - self.since < self.delay else super().observe()


class TooSlow(Slow):
    """Shows it after its own time is up."""

    delay = 60.0


class Settles(TooSlow):
    """Can say that all effects are there, and lets the time pass until then."""

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        self.since = 0.0
        return True


class SettlesOnNothing(TooSlow):
    """Says that all effects are there, when they are not."""

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        return True


class ChangesLate(Slow):
    """Changes something else, after a while, that nobody asked for."""

    declaration = Slow.declaration | {"windows": {"GrantKeyAccess": 1}}

    def observe(self) -> Observation:
        seen = super().observe()
        if self.since and time.monotonic() - self.since > 0.6:
            for vault in seen["vault"].values():
                vault["purge_protection"] = False
        return seen


class ChangesAfterARefusal(NeverSettled):
    """Refuses, and puts every resource under a customer's key a while later."""

    declaration = declares("refuses and does", capabilities=EVERY, windows={"EnableCustomerManagedKeys": 1})

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.refused = 0.0

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(command, EnableCustomerManagedKeys) and isinstance(outcome, Refused):
            self.refused = time.monotonic()
        return outcome

    def observe(self) -> Observation:
        seen = super().observe()
        if self.refused and time.monotonic() - self.refused > 0.3:
            for resource in seen["resource"].values():
                resource["key_source"] = "customer-managed"
        return seen


class Without(Hides, LacksRows, NeverSettled):
    """Lacks the rows of one requirement, and has a window for something else, which it does not need."""

    hides = ("resource.encryption_section",)
    lacking: tuple[str, ...] = ("revocation.deletes-uploads",)
    declaration = declares("lacks something", capabilities=["reasons", "audit"], windows={"GrantKeyAccess": 1})


class KeepsDataOfDisabledKeys(Without):
    """Differs from what we assume of keys that are disabled."""

    lacking = ("revocation.key-disabled",)


class LosesLater(KeepsDataOfDisabledKeys):
    """Differs from the same assumption; an access that is revoked is gone at once, and what is lost with it later."""

    declaration = Without.declaration | {"windows": {"RevokeKeyAccess": 1}}

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, RevokeKeyAccess):
            self.earlier, self.since = super().observe(), time.monotonic()
        return super().submit(command)

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.since = 0.0

    def observe(self) -> Observation:
        seen = super().observe()
        if time.monotonic() - self.since < 0.1:
            seen |= {kind: self.earlier[kind] for kind in ("workspace", "document", "model")}
        return seen


class HeedsGrantsLater(Hides, NeverSettled):
    """Does not show grants, and heeds one a while after it was made."""

    hides = ("grant",)
    declaration = declares(
        "heeds grants later",
        capabilities=["portal", "reasons", "audit"],
        hidden=[*hides],
        windows={"GrantKeyAccess": 1},
    )

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.granted = 0.0

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, GrantKeyAccess):
            self.granted = time.monotonic()
        if isinstance(command, EnableCustomerManagedKeys) and time.monotonic() - self.granted < 0.3:
            return Refused(frozenset({"vault.granted-beforehand"}))
        return super().submit(command)


class SettlesSlowly(Slow):
    """Takes a second and a half to say that all effects are there."""

    delay = 60.0
    declaration = Slow.declaration | {"windows": {"GrantKeyAccess": 4}}

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        time.sleep(1.5)
        self.since = 0.0
        return True


class LosesDocumentsAsModelsAreDeployed(Without):
    """Shows no documents once a model was deployed, for which it has a window."""

    lacking = ()
    declaration = Without.declaration | {"windows": {"DeployModel": 1}}

    def observe(self) -> Observation:
        seen = super().observe()
        deployed = any(model["state"] == "deployed" for model in seen["model"].values())
        return seen | {"document": {}} if deployed else seen
