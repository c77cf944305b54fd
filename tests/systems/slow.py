"""Systems whose effects show late, or which have declared so.

Some keep to what they declare, and some do not.
"""

from tests.systems.limited import EVERY, Limited, declares
from translator_cmk.conformance.wire.clock import Clock
from translator_cmk.machine import DEFAULT_STAGE, Command, Observation, Outcome, Refused, Stage
from translator_cmk.machine.commands import (
    DeployModel,
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    ReadData,
    RevokeKeyAccess,
    TranslateWithModel,
)

CLOCK = Clock()
"""The time that the kit goes by, too."""


class Slow(Limited):
    """Shows only after a while what a command has brought about."""

    slow: type[Command] = GrantKeyAccess
    """The command whose effects are late."""
    delay = 0.3
    """By how many seconds."""
    kinds: tuple[str, ...] = ()
    """The kinds that show it late; all without any."""
    settling: float | None = None
    """How many seconds it takes to have everything there, once it is asked.

    None where it can't say.
    """

    declaration = declares("slow", capabilities=EVERY, windows={"GrantKeyAccess": 1})

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.since = 0.0
        self.before: Observation = {}

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, self.slow):
            self.before = super().observe()
            self.since = CLOCK.now()
        return super().submit(command)

    def observe(self) -> Observation:
        seen = super().observe()
        if CLOCK.now() - self.since < self.delay:
            for kind in self.kinds or tuple(seen):
                seen[kind] = self.before[kind]
        return seen

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        """Wait until everything is there, and return whether it is."""
        if self.settling is None:
            return False
        CLOCK.sleep(self.settling)
        self.since = 0.0
        return True


class TooSlow(Slow):
    """Shows it after its own time is up."""

    delay = 60.0


# Some can say when everything is there


class Settles(TooSlow):
    """Can say that all effects are there."""

    settling = 0.0


class SettlesSlowly(TooSlow):
    """Takes a second and a half to say that all effects are there."""

    settling = 1.5
    declaration = Slow.declaration | {"windows": {"GrantKeyAccess": 4}}


class SettlesOnNothing(TooSlow):
    """Says that all effects are there, when they are not."""

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        return True


# Some change what nobody asked for, and late


class ChangesLate(Slow):
    """Changes a field of everything of a kind, a while after the slow command, as nobody asked."""

    changes: tuple[str, str, object] = ("vault", "purge_protection", False)
    after = 0.6

    def observe(self) -> Observation:
        seen = super().observe()
        kind, field, value = self.changes
        if self.since and CLOCK.now() - self.since > self.after:
            for entity in seen[kind].values():
                entity[field] = value
        return seen


class ChangesAfterARefusal(ChangesLate):
    """Refuses, and puts every resource under a customer's key a while later."""

    slow = EnableCustomerManagedKeys
    delay = 0.0
    changes = ("resource", "key_source", "customer-managed")
    after = 0.3
    declaration = declares(
        "refuses and does", capabilities=EVERY, windows={"EnableCustomerManagedKeys": 1}
    )


# Some are wrong in what no window excuses


class Without(Slow):
    """Lacks the rows of one requirement, and has a window for something else."""

    hides = ("resource.encryption_section",)
    lacking: tuple[str, ...] = ("revocation.deletes-uploads",)
    delay = 0.0
    declaration = declares(
        "lacks something", capabilities=["reasons", "audit"], windows={"GrantKeyAccess": 1}
    )


class KeepsDataOfDisabledKeysSlowly(Without):
    """Differs from what we assume of keys that are disabled."""

    lacking = ("revocation.key-disabled",)


class LosesLater(KeepsDataOfDisabledKeysSlowly):
    """Differs from the same assumption.

    An access that is revoked is gone at once, and what is lost with it later.
    """

    slow = RevokeKeyAccess
    delay = 0.1
    kinds = ("workspace", "document", "model")
    declaration = Without.declaration | {"windows": {"RevokeKeyAccess": 1}}


class LosesDocumentsAsModelsAreDeployed(Without):
    """Shows no documents once a model was deployed, for which it has a window."""

    lacking = ()
    declaration = Without.declaration | {"windows": {"DeployModel": 1}}

    def observe(self) -> Observation:
        seen = super().observe()
        if any(model["state"] == "deployed" for model in seen["model"].values()):
            seen["document"] = {}
        return seen


class HeedsGrantsLater(Slow):
    """Does not show grants, and heeds one a while after it was made."""

    hides = ("grant",)
    delay = 0.0
    declaration = declares(
        "heeds grants later",
        capabilities=["portal", "reasons", "audit"],
        hidden=["grant"],
        windows={"GrantKeyAccess": 1},
    )

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys) and CLOCK.now() - self.since < 0.3:
            return Refused(frozenset({"vault.granted-beforehand"}))
        return super().submit(command)


# Some show at once what they heed later


class AnswersLater(Slow):
    """Shows at once that data is lost, and still reads and translates for a while."""

    slow: type[Command] = RevokeKeyAccess
    delay = 0.3
    late: tuple[type[Command], ...] = (ReadData, TranslateWithModel)
    """The commands that it answers as before."""
    declaration = declares("answers later", capabilities=EVERY, windows={"RevokeKeyAccess": 1})

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, self.slow):
            self.earlier = self.state
        is_late = CLOCK.now() - self.since < self.delay
        if is_late and isinstance(command, self.late):
            _, earlier = self.machine.step(self.earlier, command)
            _, now = self.machine.step(self.state, command)
            if type(earlier) is not type(now):
                return earlier  # and nothing is done
        return super().submit(command)

    def observe(self) -> Observation:
        return Limited.observe(self)


class AnswersTooLate(AnswersLater):
    """Does so after its own time is up."""

    delay = 60.0


class DeploysLater(AnswersLater):
    """Shows at once that data is lost, and says for a while that it still deploys models."""

    late = (DeployModel,)


class HeedsShownGrantsLater(AnswersLater):
    """Shows a grant at once, and heeds it a while after it was made."""

    slow = GrantKeyAccess
    late = (EnableCustomerManagedKeys,)
    declaration = declares(
        "heeds shown grants later", capabilities=EVERY, windows={"GrantKeyAccess": 1}
    )
