"""Systems that are wrong in one way each, for scenarios to be run against."""

from typing import Any

from translator_cmk.language.declaration import CAPABILITIES, Declaration
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
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
from translator_cmk.machine.commands import CreateKey, CreateResource, EnableCustomerManagedKeys, ReadData
from translator_cmk.machine.rows import Silent
from translator_cmk.system import ModelSystem, Unsupported


def declared(product: str, *lacking: str) -> Declaration:
    """The declaration of a system that can do all but this, and one session at a time."""
    return Declaration(product, "unstated", frozenset(CAPABILITIES) - {"parallel", *lacking})


class LacksRows(ModelSystem):
    """The model without the rows of some requirements, and with the rows of mistakes about others."""

    lacking: tuple[str, ...] = ()
    mistaken: tuple[str, ...] = ()

    def __init__(self) -> None:
        rows = (row for row in ROWS if row.requirement not in self.lacking)
        mistakes = (row for row in COUNTER_ROWS if row.requirement in self.mistaken)
        super().__init__(Machine((*rows, *mistakes)))


class AnyRegion(LacksRows):
    """Takes a vault of any region."""

    declaration = declared("any region")
    lacking = ("vault.same-region-refused",)
    mistaken = ("vault.same-region",)


class KeepsDataOfDisabledKeys(LacksRows):
    """Takes a disabled key for an accessible one."""

    declaration = declared("keeps data of disabled keys")
    lacking = ("revocation.key-disabled",)


class LosesNothing(LacksRows):
    """Takes revoked access for access."""

    declaration = declared("loses nothing")
    lacking = ("revocation.access-revoked",)


class LosesOnlySight(LacksRows):
    """Neither undeploys models nor deletes documents when the key becomes inaccessible."""

    declaration = declared("loses data alone")
    lacking = ("revocation.undeploys", "revocation.deletes-uploads")


class CatchesUpWhenLookedAt(ModelSystem):
    """Lets data be read whose key is inaccessible, until somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.caught_up = False

    def submit(self, command: Command) -> Outcome:
        outcome, late = super().submit(command), not self.caught_up
        self.caught_up = False
        return Accepted() if isinstance(command, ReadData) and isinstance(outcome, Refused) and late else outcome

    def observe(self) -> Observation:
        self.caught_up = True
        return super().observe()


class RefusesByNotSupporting(ModelSystem):
    """Has no customer-managed keys wherever it would have to refuse them."""

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(command, EnableCustomerManagedKeys) and isinstance(outcome, Refused):
            raise Unsupported("not here")
        return outcome


class LosesOnlyWhatIsTranslators(ModelSystem):
    """Loses nothing of resources of any kind but Translator."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, CreateResource):
            losses = {"revocation.deletes-uploads", "revocation.undeploys"} if command.kind != "Translator" else set()
            self.machine = Machine(row for row in ROWS if row.requirement not in losses)
        return super().submit(command)


class KeepsABackupInSight(ModelSystem):
    """Shows documents that are deleted under another name."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, Any] = {}

    def observe(self) -> Observation:
        seen = super().observe()
        self.documents |= seen["document"]
        backups = {f"{name}-backup": kept for name, kept in self.documents.items() if name not in seen["document"]}
        return seen | {"document": seen["document"] | backups}


class KeepsAnArchiveInSight(KeepsABackupInSight):
    """Shows documents that are deleted under names that nobody gave."""

    def observe(self) -> Observation:
        seen = super().observe()
        named = enumerate(seen["document"].items())
        shown = {f"archive{number}" if name.endswith("-backup") else name: kept for number, (name, kept) in named}
        return seen | {"document": shown}


class KeepsItsReasons(ModelSystem):
    """Refuses without reasons, and says that it does so."""

    declaration = declared("no reasons", "reasons")

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        return Refused() if isinstance(outcome, Refused) else outcome


class RefusesKeys(ModelSystem):
    """Creates no key."""

    def submit(self, command: Command) -> Outcome:
        return Refused(frozenset({"keys.any-origin"})) if isinstance(command, CreateKey) else super().submit(command)


class ForgetsKeys(ModelSystem):
    """Accepts the creation of a key and forgets it."""

    def submit(self, command: Command) -> Outcome:
        return Accepted() if isinstance(command, CreateKey) else super().submit(command)


class HandsOutItsOwn(ModelSystem):
    """Shows the same dictionary each time, kept up to date, and refuses with a change."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Observation = {}

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused) and isinstance(command, EnableCustomerManagedKeys):
            self.shown["resource"]["translator-prod"]["identity"] = True
        return outcome

    def observe(self) -> Observation:
        for kind, entities in super().observe().items():
            for name, fields in entities.items():
                shown = self.shown.setdefault(kind, {}).setdefault(name, fields)
                shown.update({field: value for field, value in fields.items() if field != "identity"})
        return self.shown


class Crashes(ModelSystem):
    """Breaks off when customer-managed keys are enabled."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            raise ConnectionError("nobody listens")
        return super().submit(command)


class IsInterrupted(ModelSystem):
    """Stands for a user who presses Ctrl-C."""

    def submit(self, command: Command) -> Outcome:
        raise KeyboardInterrupt(command)


class AnswersInWords(ModelSystem):
    """Answers with a text in place of an outcome."""

    def submit(self, command: Command) -> Any:
        super().submit(command)
        return "accepted"


class ShowsNumbers(ModelSystem):
    """Shows the state of a vault as a number."""

    def observe(self) -> Observation:
        return {"vault": {"vault": {"state": 3}}}


class ShowsAnotherName(ModelSystem):
    """Shows each vault under a name that it was not given."""

    def observe(self) -> Observation:
        seen = super().observe()
        return {**seen, "vault": {f"v{number}": each for number, each in enumerate(seen["vault"].values())}}


class KnowsNothing(ModelSystem):
    """Says of everything that it is unspecified."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, EnableCustomerManagedKeys):
            return Unspecified(frozenset({"vault.same-region-refused"}))
        return super().submit(command)


class Elsewhere:
    """The model behind an adapter."""

    def __init__(self) -> None:
        self.model = ModelSystem()
        self.reset = self.model.reset
        self.submit = self.model.submit
        self.observe = self.model.observe


class LeavesNothingOpen(ModelSystem):
    """Has no row that says so where the article is silent."""

    def __init__(self) -> None:
        super().__init__(Machine(row for row in ROWS if not isinstance(row, Silent)))


class NoSystem:
    """Has none of the methods of a system."""


class RefusesEverything(ModelSystem):
    """Refuses every request, and does not say why."""

    declaration = declared("refuses everything", "reasons")

    def submit(self, _: Command) -> Outcome:
        return Refused()


class NeverEnables(ModelSystem):
    """Never enables customer-managed keys, and does not say why."""

    declaration = declared("never enables", "reasons")

    def submit(self, command: Command) -> Outcome:
        return Refused() if isinstance(command, EnableCustomerManagedKeys) else super().submit(command)


class AcceptsEverything(ModelSystem):
    """Accepts every request, and does nothing."""

    def submit(self, _: Command) -> Outcome:
        return Accepted()


class ShowsNothing(ModelSystem):
    """Shows nothing at all."""

    def observe(self) -> Observation:
        return {}


class NeverResets(ModelSystem):
    """Looks vaults up without what is new in their names, and so finds in a new world what was in an old one."""

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
        return seen | {"vault": {self.shown_as.format(name): fields for name, fields in seen["vault"].items()}}
