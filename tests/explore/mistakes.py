"""One mistake for each theorem that no changed row of the article breaks: a row too many, or a machine that forgets."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.machine.faulty_models import ChangesOnRefusal, NamesNoRequirement
from translator_cmk.machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from translator_cmk.machine.commands import (
    CreateResource,
    CreateVault,
    CreateWorkspace,
    EnableIdentity,
    EnableSoftDelete,
    GrantKeyAccess,
    ReadData,
    RecoverVault,
    UploadDocument,
)
from translator_cmk.machine.entities import CUSTOMER, Document, Key, Model, Vault, Workspace
from translator_cmk.machine.rows import Row, effect, sets, write


class Mistake(NamedTuple):
    """The scope that shows it, what is done wrong, and the machine that does it."""

    scope: str
    sentence: str
    machine: Callable[[], Machine]


def also(scope: str, sentence: str, row: Row) -> Mistake:
    """The mistake of a row too many."""
    return Mistake(scope, sentence, lambda: Machine((*ROWS, row)))


class ForgetsDeletedUploads(Machine):
    """Takes the name of a deleted document for one that was never given."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        kept = {name: record for name, record in state.tables[Document].items() if record[-1] != "deleted"}
        if isinstance(command, UploadDocument) and command.document not in kept:
            after, outcome = super().step(State({**state.tables, Document: kept}), command, choose)
            return (after if isinstance(outcome, Accepted) else state), outcome
        return super().step(state, command, choose)


class AcceptsWhatIsNotThere(Machine):
    """Accepts, without doing anything, what is asked of something that does not exist."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        return after, Accepted() if outcome == Refused(frozenset({"environment.exists"})) else outcome


class RecoversWhatIsPurged(Machine):
    """Recovers a vault though it is purged."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        if isinstance(command, RecoverVault) and state.tables[Vault].get(command.vault, ("",))[-1] == "purged":
            return state.with_changes({(Vault, command.vault): {"state": "active"}}), Accepted(
                frozenset({"environment.mistake"})
            )
        return super().step(state, command, choose)


MISTAKES: dict[str, Mistake] = {
    "what-is-refused-changes-nothing": Mistake(
        "losing-the-key", "A refusal turns identities off.", lambda: ChangesOnRefusal(ROWS)
    ),
    "what-changes-something-says-so": Mistake(
        "losing-the-key", "An acceptance names no requirement.", lambda: NamesNoRequirement(ROWS)
    ),
    "nothing-is-done-to-what-is-not-there": Mistake(
        "losing-the-key", "Anything goes with what does not exist.", lambda: AcceptsWhatIsNotThere(ROWS)
    ),
    "a-name-is-given-once": Mistake(
        "one-of-each", "A deleted document's name is free again.", lambda: ForgetsDeletedUploads(ROWS)
    ),
    "reading-and-translating-change-nothing": also(
        "losing-the-key",
        "Reading deletes what was read.",
        effect(ReadData, "environment.mistake", each=Document, then=lambda c, d: sets(d, state="deleted")),
    ),
    "uploads-come-from-uploading": also(
        "one-of-each",
        "A new workspace has a document in it.",
        effect(
            CreateWorkspace,
            "environment.mistake",
            then=lambda c: write(Document, "surprise", workspace=c.workspace, state="uploaded"),
        ),
    ),
    "models-come-from-training": also(
        "one-of-each",
        "An upload trains a model.",
        effect(
            UploadDocument,
            "environment.mistake",
            then=lambda c: write(Model, "surprise", workspace=c.workspace, state="undeployed"),
        ),
    ),
    "workspaces-come-from-the-customer": also(
        "one-of-each",
        "An identity comes with a workspace.",
        effect(
            EnableIdentity,
            "environment.mistake",
            then=lambda c: write(Workspace, "surprise", resource=c.resource, state="active"),
        ),
    ),
    "a-key-is-put-in-use-only-by-enabling": also(
        "directories",
        "Access puts a key that was left behind in use again.",
        effect(
            GrantKeyAccess,
            "environment.mistake",
            each=Key,
            when=lambda c, k: k.vault.name == c.vault.name and c.resource.key_source == CUSTOMER,
            then=lambda c, k: sets(c.resource, key=k),
        ),
    ),
    "kind-location-and-tier-stay": also(
        "losing-the-key",
        "An identity costs the tier.",
        effect(
            EnableIdentity,
            "environment.mistake",
            then=lambda c: write(type(c.resource), c.resource.name, tier="basic-tier"),
        ),
    ),
    "vaults-come-from-the-customer": also(
        "one-of-each",
        "A resource comes with a vault.",
        effect(
            CreateResource,
            "environment.mistake",
            then=lambda c: write(
                Vault, "surprise", region=c.location, subscription=c.subscription, group=c.group, state="active"
            ),
        ),
    ),
    "a-purged-vault-never-returns": Mistake(
        "vaults-and-keys", "A purged vault can be recovered.", lambda: RecoversWhatIsPurged(ROWS)
    ),
    "region-group-and-permission-model-stay": also(
        "vaults-and-keys",
        "Soft delete turns access policies into Azure RBAC.",
        effect(EnableSoftDelete, "environment.mistake", then=lambda c: sets(c.vault, permission_model="rbac")),
    ),
    "keys-come-from-the-customer": also(
        "one-of-each",
        "A vault comes with a key.",
        effect(
            CreateVault,
            "environment.mistake",
            then=lambda c: write(Key, f"{c.vault.name}/surprise", vault=c.vault, type="RSA", size=2048, state="active"),
        ),
    ),
    "a-purged-key-never-returns": also(
        "vaults-and-keys",
        "Recovering the vault brings purged keys back.",
        effect(
            RecoverVault,
            "environment.mistake",
            each=Key,
            when=lambda c, k: k.state == "purged",
            then=lambda c, k: sets(k, state="active"),
        ),
    ),
}
"""For each of these theorems, by name, a mistake that breaks it."""
