"""Systems for the kit and for scenarios: wrong in one way each, limited or slow and saying so, or odd as objects."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from threading import Thread
from typing import Any

from translator_cmk.language.declaration import CAPABILITIES, MASKED, Declaration
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    KeyUse,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    Unspecified,
)
from translator_cmk.machine import commands as cmd
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
    if isinstance(command, cmd.EnableCustomerManagedKeys) and isinstance(outcome, Refused):
        raise Unsupported("not here")
    return outcome


UNSPECIFIED = Unspecified(frozenset({"vault.same-region-refused"}))

RefusesByNotSupporting = answering("RefusesByNotSupporting", unsupported_where_refused)
KeepsItsReasons = answering("KeepsItsReasons", without_reasons, declaration=declared("no reasons", "reasons"))
RefusesKeys = answering("RefusesKeys", instead(cmd.CreateKey, lambda: Refused(frozenset({"keys.any-origin"}))))
ForgetsKeys = answering("ForgetsKeys", instead(cmd.CreateKey, Accepted))
Crashes = answering("Crashes", instead(cmd.EnableCustomerManagedKeys, raises(ConnectionError, "nobody listens")))
IsInterrupted = answering("IsInterrupted", raises(KeyboardInterrupt))
AnswersInWords = answering("AnswersInWords", lambda *_: "accepted")
KnowsNothing = answering("KnowsNothing", instead(cmd.EnableCustomerManagedKeys, lambda: UNSPECIFIED))
RefusesEverything = answering(
    "RefusesEverything", lambda *_: Refused(), declaration=declared("refuses everything", "reasons")
)
NeverEnables = answering(
    "NeverEnables", instead(cmd.EnableCustomerManagedKeys, Refused), declaration=declared("never enables", "reasons")
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
        return Accepted() if isinstance(command, cmd.ReadData) and isinstance(outcome, Refused) and late else outcome

    def observe(self) -> Observation:
        self.caught_up = True
        return super().observe()


class LosesOnlyWhatIsTranslators(ModelSystem):
    """Loses nothing of resources of any kind but Translator."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, cmd.CreateResource):
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
        if isinstance(outcome, Refused) and isinstance(command, cmd.EnableCustomerManagedKeys):
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


# Systems that are without something, and say so; and some that say so wrongly

EVERY = ["portal", "reasons", "audit", "clock", "legacy-vaults", "several-tenants"]
"""The capabilities that `ModelSystem` has, but for parallel sessions."""


class Varied(LacksRows):
    """The model without the rows of ``lacking``, which does not show ``hides``: kinds, and fields as `kind.field`.

    ``supports``: whether it has a command.  ``refuses``: commands that it always refuses.
    """

    hides: tuple[str, ...] = ()
    refuses: tuple[type[Command], ...] = ()
    supports: Callable[[Command], bool] = staticmethod(lambda _: True)

    def submit(self, command: Command) -> Outcome:
        if not self.supports(command):
            raise Unsupported("not here")
        return Refused() if isinstance(command, self.refuses) else super().submit(command)

    def observe(self) -> Observation:
        return {
            kind: {
                name: {field: value for field, value in fields.items() if f"{kind}.{field}" not in self.hides}
                for name, fields in entities.items()
            }
            for kind, entities in super().observe().items()
            if kind not in self.hides
        }


def declares(product: str, **more: object) -> dict[str, Any]:
    """Return a declaration of version 1."""
    return {"product": product, "version": "1", **more}


def varied(product: str, declared: Mapping[str, Any] | None = None, **attributes: Any) -> Any:
    """Return a class of systems with these attributes, which declares something, or nothing at all.

    What is declared as hidden is hidden.
    """
    if declared is not None:
        attributes |= {"declaration": declares(product, **declared)}
        attributes["hides"] = tuple(declared.get("hidden", ()))
    return type(product, (Varied,), attributes)


def needs_no_portal(command: Command) -> bool:
    return not (isinstance(command, cmd.EnableCustomerManagedKeys) and command.through == "portal")


CUSTOM_TRANSLATOR = {"capabilities": ["portal"], "levels": ["custom-translator"]}
NOT_A_VAULT = ["resource", "grant", "workspace", "document", "model"]

OffersNoTier = varied("no tier", {"stage": {"tiers": {"basic-tier": False}}})
HasNoRegion = varied("elsewhere", {"stage": {"regions": ["eastus"]}})
HasAnOddCode = varied("odd", {"capabilities": ["reasons"], "codes": {"KeyVaultNotFound": ["vault.found"]}})
HidesVaults = varied("blind", {"hidden": ["vault"]})
HidesLosses = varied("hides losses", {"capabilities": EVERY, "hidden": ["workspace.readable"]})
OnlyCustomTranslator = varied("custom translator", CUSTOM_TRANSLATOR)
RefusesAllWorkspaces = varied("no workspaces", CUSTOM_TRANSLATOR, refuses=(cmd.CreateWorkspace,))
OnlyVaults = varied(
    "vaults",
    {
        "capabilities": ["legacy-vaults", "several-tenants", "clock", "reasons"],
        "levels": ["vault-and-key"],
        "hidden": NOT_A_VAULT,
    },
    supports=staticmethod(lambda command: {kind.word for _, kind, _, _ in command.references}.isdisjoint(NOT_A_VAULT)),
)

# Wrong in a level that it does not claim; and in the one that it claims, by commands of one that it does not
TakesAnyKey = varied(
    "any key",
    CUSTOM_TRANSLATOR,
    lacking=tuple({row.requirement for row in ROWS if row.requirement.startswith("vault.")}),
)
LosesNothingWithTheVault = varied("keeps", CUSTOM_TRANSLATOR, lacking=("revocation.vault-deleted",))

# These count as having everything, since they declare nothing
HasNoPortal = varied("no portal", supports=staticmethod(needs_no_portal))
TakesAnyRegionAndHasNoPortal = varied(
    "any region",
    supports=staticmethod(needs_no_portal),
    lacking=("vault.same-region-refused",),
    mistaken=("vault.same-region",),
)
HasNoClock = varied("no clock", supports=staticmethod(lambda command: not isinstance(command, cmd.EndVaultRetention)))


class Bare(Varied):
    """Has no portal, no clock, one tenant, no vault without soft delete, no reasons, and no audit trail."""

    hides = ("resource.encryption_section",)
    declaration = declares(
        "bare",
        capabilities=[],
        stage={"tenants": ["home"], "subscriptions": {"production": "home", "security": "home"}},
    )
    legacy_vaults = False

    def submit(self, command: Command) -> Outcome:
        legacy = isinstance(command, cmd.CreateVault) and not command.soft_delete and not self.legacy_vaults
        if isinstance(command, cmd.EndVaultRetention) or legacy or not needs_no_portal(command):
            raise Unsupported("there is no portal, time does not pass, and vaults have soft delete")
        outcome = super().submit(command)
        return type(outcome)() if isinstance(outcome, Refused | Accepted) else outcome


class MakesVaultsWithSoftDelete(Bare):
    """Makes every vault with soft delete, for any request."""

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, cmd.CreateVault):
            command = cmd.CreateVault(**command.as_dict() | {"soft_delete": True})
        return super().submit(command)


class HidesThatItTakesLegacyVaults(Bare):
    """Makes vaults without soft delete and takes them, though it has not declared that it can."""

    lacking = ("vault.soft-delete-refused",)
    mistaken = ("vault.soft-delete",)
    legacy_vaults = True


class RotatesOutOfSight(Varied):
    """Does not show the versions of keys, and rotates none."""

    hides = ("key.version",)
    declaration = declares("out of sight", hidden=[*hides])

    def submit(self, command: Command) -> Outcome:
        before = self.state
        outcome = super().submit(command)
        if isinstance(command, cmd.RotateKey):
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


class EmptiesNothing(ModelSystem):
    """Begins no world again: what was made in one stays there in the next, under names that never come again."""

    begun = False

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        if not self.begun:
            super().reset(stage)
        self.begun = True


class EndsAlike(ModelSystem):
    """Takes two vaults for one where the name of one ends as that of the other."""

    declaration = declares("ends alike", capabilities=[*EVERY, "parallel"])

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.names: list[str] = []

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, cmd.CreateVault):
            new = command.vault
            if any(name != new and (name.endswith(new) or new.endswith(name)) for name in self.names):
                return Refused(frozenset({"environment.new-name"}))
            self.names.append(new)
        return super().submit(command)


def none_of_its_states(seen: Observation) -> Observation:
    """Return what is shown, with models in a state that there is not."""
    return seen | {"model": {name: model | {"state": "Deployed"} for name, model in seen["model"].items()}}


ShowsWhatIsNone = showing("ShowsWhatIsNone", none_of_its_states)


# Systems that can't tell a deleted document from an inaccessible one


class ShowsNoDocumentWhileInaccessible(LacksRows):
    """The model, without the documents of a workspace whose data can't be read."""

    declaration = declares("masked", capabilities=["portal", "reasons"], hidden=[MASKED])

    def observe(self) -> Observation:
        seen = super().observe()
        readable = {name for name, workspace in seen["workspace"].items() if workspace["readable"]}
        documents = {name: each for name, each in seen["document"].items() if each["workspace"] in readable}
        return seen | {"document": documents}


class NeverDeletes(ShowsNoDocumentWhileInaccessible):
    """The same, in which no upload is ever deleted with the key."""

    lacking = ("revocation.deletes-uploads",)


class KeepsUploadsOfADeletedKey(ShowsNoDocumentWhileInaccessible):
    """What we assume of a deleted key does not hold: data can't be read for as long as it is, and nothing is lost."""

    lacking = ("revocation.key-deleted",)

    def observe(self) -> Observation:
        seen = super().observe()
        shut = {
            name
            for name, resource in seen["resource"].items()
            if seen["key"].get(resource.get("key", ""), {}).get("state") == "deleted"
        }
        for workspace in seen["workspace"].values():
            workspace["readable"] &= workspace["resource"] not in shut
        shown = {n: d for n, d in seen["document"].items() if seen["workspace"][d["workspace"]]["readable"]}
        return seen | {"document": shown}


# Systems that are slow, or have declared to be; some keep to it, and some do not


class Slow(Varied):
    """Shows only after ``delay`` seconds what a ``slow`` command has brought about, of ``kinds`` or of all.

    ``settling``: how many seconds it takes to have everything there, once it is asked; none where it can't say.
    """

    slow: type[Command] = cmd.GrantKeyAccess
    delay = 0.3
    kinds: tuple[str, ...] = ()
    settling: float | None = None
    declaration = declares("slow", capabilities=EVERY, windows={"GrantKeyAccess": 1})

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        self.since = 0.0
        self.before: Observation = {}

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, self.slow):
            self.before, self.since = super().observe(), time.monotonic()
        return super().submit(command)

    def observe(self) -> Observation:
        seen = super().observe()
        if time.monotonic() - self.since < self.delay:
            seen |= {kind: self.before[kind] for kind in self.kinds or seen}
        return seen

    def settle(self, seconds: int) -> bool:  # noqa: ARG002  # as the contract has it
        if self.settling is None:
            return False
        time.sleep(self.settling)
        self.since = 0.0
        return True


class TooSlow(Slow):
    """Shows it after its own time is up."""

    delay = 60.0


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


class ChangesLate(Slow):
    """Changes a field of everything of a kind, a while after the slow command, as nobody asked."""

    changes: tuple[str, str, object] = ("vault", "purge_protection", False)
    after = 0.6

    def observe(self) -> Observation:
        seen = super().observe()
        kind, field, value = self.changes
        for each in seen[kind].values() if self.since and time.monotonic() - self.since > self.after else ():
            each[field] = value
        return seen


class ChangesAfterARefusal(ChangesLate):
    """Refuses, and puts every resource under a customer's key a while later."""

    slow = cmd.EnableCustomerManagedKeys
    delay = 0.0
    changes = ("resource", "key_source", "customer-managed")
    after = 0.3
    declaration = declares("refuses and does", capabilities=EVERY, windows={"EnableCustomerManagedKeys": 1})


class Without(Slow):
    """Lacks the rows of one requirement, and has a window for something else, which it does not need."""

    hides = ("resource.encryption_section",)
    lacking: tuple[str, ...] = ("revocation.deletes-uploads",)
    delay = 0.0
    declaration = declares("lacks something", capabilities=["reasons", "audit"], windows={"GrantKeyAccess": 1})


class KeepsDataOfDisabledKeysSlowly(Without):
    """Differs from what we assume of keys that are disabled."""

    lacking = ("revocation.key-disabled",)


class LosesLater(KeepsDataOfDisabledKeysSlowly):
    """Differs from the same assumption; an access that is revoked is gone at once, and what is lost with it later."""

    slow = cmd.RevokeKeyAccess
    delay = 0.1
    kinds = ("workspace", "document", "model")
    declaration = Without.declaration | {"windows": {"RevokeKeyAccess": 1}}


class LosesDocumentsAsModelsAreDeployed(Without):
    """Shows no documents once a model was deployed, for which it has a window."""

    lacking = ()
    declaration = Without.declaration | {"windows": {"DeployModel": 1}}

    def observe(self) -> Observation:
        seen = super().observe()
        deployed = any(model["state"] == "deployed" for model in seen["model"].values())
        return seen | {"document": {}} if deployed else seen


class HeedsGrantsLater(Slow):
    """Does not show grants, and heeds one a while after it was made."""

    hides = ("grant",)
    delay = 0.0
    declaration = declares(
        "heeds grants later",
        capabilities=["portal", "reasons", "audit"],
        hidden=[*hides],
        windows={"GrantKeyAccess": 1},
    )

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, cmd.EnableCustomerManagedKeys) and time.monotonic() - self.since < 0.3:
            return Refused(frozenset({"vault.granted-beforehand"}))
        return super().submit(command)


# Objects that answer with what is no message, or do more to the process that they are in than to answer

CIRCLE: dict[str, Any] = {}
CIRCLE["vault"] = CIRCLE


class Untold(Exception):
    """Has no words for itself."""

    def __str__(self) -> str:
        raise SystemExit(0)


class Words(StrEnum):
    """Words that are texts of a kind of their own."""

    MICROSOFT = "microsoft-managed"
    CUSTOMER = "customer-managed"
    VAULT = "vault"


def in_words(value: Any) -> Any:
    """Return what is shown, with words from an enumeration."""
    if isinstance(value, dict):
        return {in_words(name): in_words(each) for name, each in value.items()}
    return Words(value) if value in list(Words) else value


ShowsACircle = showing("ShowsACircle", lambda _: CIRCLE)
NumbersVaults = showing("NumbersVaults", lambda _: {"vault": {5: {"region": "westeurope"}}})
ShowsWords = showing("ShowsWords", lambda seen: {kind: in_words(entities) for kind, entities in seen.items()})
Exits = answering("Exits", instead(cmd.CreateVault, raises(SystemExit, 0)))
ExitsAtOnce = raises(SystemExit, 0)
ExitsWhenAsked = answering("ExitsWhenAsked", instead(cmd.CreateVault, raises(Untold)))


class GoesElsewhere(ModelSystem):
    """Makes another folder the current one, and leaves a thread behind."""

    def __init__(self) -> None:
        super().__init__()
        Thread(target=time.sleep, args=(600,)).start()

    def reset(self, stage: Stage = DEFAULT_STAGE) -> None:
        super().reset(stage)
        os.chdir("/")


def doing(act: Callable[[], object]) -> type[ModelSystem]:
    """A class of systems that do this over each command, and then answer as the model."""
    return answering("Doing", lambda _, model: (act(), model())[1])


def chatter() -> None:
    """Read what comes in, and print."""
    print(sys.stdin.read())
    os.write(1, b"junk\n")


EndsTheProcess = doing(lambda: os._exit(0))
ClosesEverything = doing(lambda: os.closerange(0, 256))
NeverAnswers = doing(lambda: time.sleep(600))
KillsItself = doing(lambda: os.kill(os.getpid(), signal.SIGKILL))
InterruptsTheKit = doing(lambda: os.kill(os.getppid(), signal.SIGTERM))
Chatters = doing(chatter)


class ChangesTheKit(ModelSystem):
    """Refuses everything, and has the kit that it is in find that right."""

    def submit(self, _: Command) -> Outcome:
        for name, module in sys.modules.items():
            if name.startswith("translator_cmk.conformance"):
                for each in ("exit_code", "weighed", "difference", "play"):
                    setattr(module, each, lambda *_: 0)
        return Refused()


class RecordsAnObject(ModelSystem):
    """The audit trail names a key by itself."""

    def submit(self, command: Command) -> Outcome:
        key: Any = self
        outcome = super().submit(command)
        return Accepted(audit=(KeyUse(key, "vault"),)) if isinstance(outcome, Accepted) else outcome
