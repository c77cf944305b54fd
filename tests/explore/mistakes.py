"""Mistakes for the theorems that no changed row of the article breaks: a row too many, or a machine that forgets."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from tests.machine.faulty_models import ChangesOnRefusal, NamesNoRequirement
from translator_cmk.machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import CUSTOMER, Document, Key, Model, Vault, Workspace
from translator_cmk.machine.rows import Row, effect, sets, write


class Mistake(NamedTuple):
    """The theorem that finds it, the scope that shows it, a sentence on it, and the machine that makes it."""

    theorem: str
    scope: str
    sentence: str
    machine: Callable[[], Machine]


def also(theorem: str, scope: str, sentence: str, row: Row) -> Mistake:
    """Return the mistake of a row too many."""
    return Mistake(theorem, scope, sentence, lambda: Machine((*ROWS, row)))


class AcceptsWhatIsNotThere(Machine):
    """Accepts, without doing anything, what is asked of something that does not exist."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        return after, Accepted() if outcome == Refused(frozenset({"environment.exists"})) else outcome


class RecoversWhatIsPurged(Machine):
    """Recovers a vault though it is purged."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        if isinstance(command, cmd.RecoverVault) and state.tables[Vault].get(command.vault, ("",))[-1] == "purged":
            return state.with_changes({(Vault, command.vault): {"state": "active"}}), Accepted(
                frozenset({"environment.mistake"})
            )
        return super().step(state, command, choose)


class NamesAnotherRequirement(Machine):
    """Names with each acceptance a requirement that nothing rests on."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Accepted):
            outcome = Accepted(outcome.by | {"vault.soft-delete-refused"}, outcome.audit)
        return after, outcome


WRONG_MACHINES: tuple[tuple[str, str, str, type[Machine]], ...] = (
    ("what-is-refused-changes-nothing", "losing-the-key", "A refusal turns identities off.", ChangesOnRefusal),
    ("what-changes-something-says-so", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "It names what has no row.", NamesAnotherRequirement),
    ("nothing-is-done-to-what-is-not-there", "losing-the-key", "Anything may not exist.", AcceptsWhatIsNotThere),
    ("nothing-comes-back-that-is-gone-for-good", "vaults-and-keys", "A purged vault returns.", RecoversWhatIsPurged),
)

SURPRISES: tuple[tuple[str, type[Command], Callable[[Any], Any]], ...] = (
    (
        "A new workspace has a document in it.",
        cmd.CreateWorkspace,
        lambda c: write(Document, "surprise", workspace=c.workspace, state="uploaded"),
    ),
    (
        "An upload trains a model.",
        cmd.UploadDocument,
        lambda c: write(Model, "surprise", workspace=c.workspace, state="undeployed"),
    ),
    (
        "An identity comes with a workspace.",
        cmd.EnableIdentity,
        lambda c: write(Workspace, "surprise", resource=c.resource, state="active"),
    ),
    (
        "A resource comes with a vault.",
        cmd.CreateResource,
        lambda c: write(
            Vault, "surprise", region=c.location, subscription=c.subscription, group=c.group, state="active"
        ),
    ),
    (
        "A vault comes with a key.",
        cmd.CreateVault,
        lambda c: write(Key, f"{c.vault.name}/surprise", vault=c.vault, type="RSA", size=2048, state="active"),
    ),
)

MISTAKES = (
    *(Mistake(theorem, scope, said, partial(machine, ROWS)) for theorem, scope, said, machine in WRONG_MACHINES),
    *(
        also("things-come-from-the-customer", "one-of-each", sentence, effect(on, "environment.mistake", then=then))
        for sentence, on, then in SURPRISES
    ),
    also(
        "reading-and-translating-change-nothing",
        "losing-the-key",
        "Reading deletes what was read.",
        effect(cmd.ReadData, "environment.mistake", each=Document, then=lambda c, d: sets(d, state="deleted")),
    ),
    also(
        "only-Resource-keys.enable",
        "tenants",
        "Access puts a key that was left behind in use again.",
        effect(
            cmd.GrantKeyAccess,
            "environment.mistake",
            each=Key,
            when=lambda c, k: k.vault.name == c.vault.name and c.resource.key_source == CUSTOMER,
            then=lambda c, k: sets(c.resource, key=k),
        ),
    ),
    also(
        "fixed-properties-stay",
        "losing-the-key",
        "An identity costs the tier.",
        effect(
            cmd.EnableIdentity,
            "environment.mistake",
            then=lambda c: write(type(c.resource), c.resource.name, tier="basic-tier"),
        ),
    ),
    also(
        "fixed-properties-stay",
        "vaults-and-keys",
        "Soft delete turns access policies into Azure RBAC.",
        effect(cmd.EnableSoftDelete, "environment.mistake", then=lambda c: sets(c.vault, permission_model="rbac")),
    ),
    also(
        "nothing-comes-back-that-is-gone-for-good",
        "vaults-and-keys",
        "Recovering the vault brings purged keys back.",
        effect(
            cmd.RecoverVault,
            "environment.mistake",
            each=Key,
            when=lambda c, k: k.state == "purged",
            then=lambda c, k: sets(k, state="active"),
        ),
    ),
)
