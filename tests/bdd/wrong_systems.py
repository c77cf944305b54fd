"""Systems that are wrong in one way each, for scenarios to be run against."""

from collections.abc import Callable
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


def lacks(product: str, *lacking: str, mistaken: tuple[str, ...] = ()) -> type[LacksRows]:
    """A class of such systems, which declares to be this product."""
    return type(product, (LacksRows,), {"declaration": declared(product), "lacking": lacking, "mistaken": mistaken})


AnyRegion = lacks("any region", "vault.same-region-refused", mistaken=("vault.same-region",))
KeepsDataOfDisabledKeys = lacks("keeps data of disabled keys", "revocation.key-disabled")
OwnKeyIgnored = lacks("keeps Microsoft-managed keys", "keys.enable")
LosesNothing = lacks("loses nothing", "revocation.access-revoked")
LosesOnlySight = lacks("loses data alone", "revocation.undeploys", "revocation.deletes-uploads")

Answer = Callable[[Command, Callable[[], Outcome]], Any]
"""What a system does with a command; it may have the model answer."""


def answering(name: str, answer: Answer, **attributes: Any) -> type[ModelSystem]:
    """A class of systems that answer commands so."""

    def submit(self: ModelSystem, command: Command) -> Any:
        return answer(command, lambda: ModelSystem.submit(self, command))

    return type(name, (ModelSystem,), {"submit": submit, **attributes})


def instead(kind: type[Command], act: Callable[[], Any]) -> Answer:
    """Act instead of the model where a command of this kind comes."""
    return lambda command, model: act() if isinstance(command, kind) else model()


def showing(name: str, change: Callable[[Observation], Any], **attributes: Any) -> type[ModelSystem]:
    """A class of systems that show what this makes of what the model shows."""
    return type(name, (ModelSystem,), {"observe": lambda self: change(ModelSystem.observe(self)), **attributes})


def raises(error: type[BaseException], *values: object) -> Callable[..., Any]:
    """What raises this, whatever it is asked."""

    def fail(*_: object) -> Any:
        raise error(*values)

    return fail


def without_reasons(_: Command, model: Callable[[], Outcome]) -> Outcome:
    return Refused() if isinstance(outcome := model(), Refused) else outcome


def unsupported_where_refused(command: Command, model: Callable[[], Outcome]) -> Outcome:
    outcome = model()
    if isinstance(command, EnableCustomerManagedKeys) and isinstance(outcome, Refused):
        raise Unsupported("not here")
    return outcome


UNSPECIFIED = Unspecified(frozenset({"vault.same-region-refused"}))

RefusesByNotSupporting = answering("RefusesByNotSupporting", unsupported_where_refused)
KeepsItsReasons = answering("KeepsItsReasons", without_reasons, declaration=declared("no reasons", "reasons"))
RefusesKeys = answering("RefusesKeys", instead(CreateKey, lambda: Refused(frozenset({"keys.any-origin"}))))
ForgetsKeys = answering("ForgetsKeys", instead(CreateKey, Accepted))
Crashes = answering("Crashes", instead(EnableCustomerManagedKeys, raises(ConnectionError, "nobody listens")))
IsInterrupted = answering("IsInterrupted", raises(KeyboardInterrupt))
AnswersInWords = answering("AnswersInWords", lambda *_: "accepted")
KnowsNothing = answering("KnowsNothing", instead(EnableCustomerManagedKeys, lambda: UNSPECIFIED))
RefusesEverything = answering(
    "RefusesEverything", lambda *_: Refused(), declaration=declared("refuses everything", "reasons")
)
NeverEnables = answering(
    "NeverEnables", instead(EnableCustomerManagedKeys, Refused), declaration=declared("never enables", "reasons")
)
AcceptsEverything = answering("AcceptsEverything", lambda *_: Accepted())


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


ShowsNothing = showing("ShowsNothing", lambda _: {})
ShowsNumbers = showing("ShowsNumbers", lambda _: {"vault": {"vault": {"state": 3}}})
ShowsAnotherName = showing(
    "ShowsAnotherName", lambda seen: seen | {"vault": {f"v{n}": each for n, each in enumerate(seen["vault"].values())}}
)


class Elsewhere:
    """The model behind an adapter."""

    def __init__(self) -> None:
        self.model = ModelSystem()
        self.reset = self.model.reset
        self.submit = self.model.submit
        self.observe = self.model.observe


class NoSystem:
    """Has none of the methods of a system."""


def leaves_nothing_open() -> ModelSystem:
    """Make a system that has no row that says so where the article is silent."""
    return ModelSystem(Machine(row for row in ROWS if not isinstance(row, Silent)))


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
