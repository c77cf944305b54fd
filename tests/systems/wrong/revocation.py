"""Wrong systems: how a key becomes inaccessible, and what is lost then."""

from typing import Any

from tests.systems.histories import (
    accepted,
    once,
    one_command_late,
    refuses_and_does,
    showing,
    unsupported_instead_of,
    when_observed,
)
from tests.systems.variants import Edit, adding, only_where, refusing_as, without, wrong
from translator_cmk.machine import Observation
from translator_cmk.machine.commands import (
    DeployModel,
    GrantKeyAccess,
    ReadData,
    RecoverVault,
    RevokeKeyAccess,
    TrainModel,
    TranslateWithModel,
)
from translator_cmk.machine.conditions import granted, uses_key
from translator_cmk.machine.entities import (
    MICROSOFT,
    Document,
    Grant,
    Model,
    Resource,
    Workspace,
)
from translator_cmk.machine.meanings import data_inaccessible, key_inaccessible
from translator_cmk.machine.rows import effect, means, whenever
from translator_cmk.machine.updates import drops, sets
from translator_cmk.machine.world import World


def position(thing: Any, kind: Any) -> int:
    """Return how many documents or models of its workspace are older than this one."""
    mine = [
        other.name
        for other in thing.world.every(kind)
        if other.workspace.name == thing.workspace.name
    ]
    return mine.index(thing.name)


def another_has_access(resource: Any) -> bool:
    """Return whether another resource has access to the key vault of the resource's key."""
    return any(
        grant.vault.name == resource.key.vault.name and grant.resource.name != resource.name
        for grant in resource.world.every(Grant)
    )


def has_a_deleted_vault(resource: Any) -> bool:
    """Return whether any key vault to which the resource has access is deleted."""
    return any(
        grant.resource.name == resource.name and grant.vault.state != "active"
        for grant in resource.world.every(Grant)
    )


def is_access_all_that_lacks(resource: Any) -> bool:
    """Return whether a resource that has its identity has no access to the vault of its key."""
    if resource.key is None or not resource.identity:
        return False
    vault = resource.key.vault
    return bool(vault.state == "active" and not granted(vault, resource))


def has_any_access(resource: Any) -> bool:
    """Return whether the resource has access to any key vault."""
    return any(grant.resource.name == resource.name for grant in resource.world.every(Grant))


def has_model(workspace: Any) -> bool:
    """Return whether a model was trained in the workspace."""
    return any(model.workspace.name == workspace.name for model in workspace.world.every(Model))


def any_access_revoked(resource: Any) -> bool:
    """Return whether any resource has no access to the key vault of its key."""
    return any(
        other.key is not None and not granted(other.key.vault, other)
        for other in resource.world.every(Resource)
    )


def has_revoked_neighbour(resource: Any) -> bool:
    """Return whether another key of the vault is that of a resource without access."""
    return any(
        other.key is not None
        and other.key.vault.name == resource.key.vault.name
        and other.key.name != resource.key.name
        and not granted(other.key.vault, other)
        for other in resource.world.every(Resource)
    )


def trains_without_the_key() -> Edit:
    """Train where data can't be read as where it can."""
    return adding(
        effect(
            TrainModel,
            "environment.train",
            when=lambda c: not c.workspace.readable,
            then=lambda c: sets(c.model, workspace=c.workspace, state="undeployed"),
        )
    )


def shown_as_readable(seen: Observation, _: World) -> Observation:
    """Show every workspace as readable."""
    for workspace in seen["workspace"].values():
        workspace["readable"] = True
    return seen


def with_backups(seen: Observation, world: World) -> Observation:
    """Show deleted documents under another name."""
    for document in world.every(Document):
        if document.state == "deleted" and document.workspace.state == "active":
            seen["document"][f"{document.name}-backup"] = {"workspace": document.workspace.name}
    return seen


def with_an_archive(seen: Observation, world: World) -> Observation:
    """Show deleted documents under names that nobody gave."""
    for number, document in enumerate(world.every(Document)):
        if document.state == "deleted" and document.workspace.state == "active":
            seen["document"][f"archive{number}"] = {"workspace": document.workspace.name}
    return seen


CAUSES = (
    wrong(
        "loses nothing when access is revoked",
        "access is looked at only when the key is put in use",
        ["revocation.access-revoked"],
        without("revocation.access-revoked"),
    ),
    wrong(
        "loses nothing by a revoked access as long as another resource has access to the key vault",
        "the access of anybody is taken for that of the resource",
        ["revocation.access-revoked"],
        only_where("revocation.access-revoked", lambda r: not another_has_access(r)),
    ),
    wrong(
        "keeps the key of a resource accessible whose identity is off",
        "the identity is asked for access, and there is nobody to ask",
        ["revocation.access-revoked", "identity.access-removed"],
        only_where("revocation.access-revoked", lambda r: r.identity),
    ),
    wrong(
        "is content with access to any key vault once a key is in use",
        "S44 is read of the resource: it has access, so nothing is revoked",
        ["revocation.access-revoked"],
        only_where("revocation.access-revoked", lambda r: not has_any_access(r)),
    ),
    wrong(
        "loses nothing when the key vault is deleted",
        "a deleted key vault is still found by its keys",
        ["revocation.vault-deleted"],
        without("revocation.vault-deleted"),
    ),
    wrong(
        "leaves keys accessible until their deleted key vault is purged",
        "soft-deleted is taken for still there",
        ["revocation.vault-deleted"],
        only_where("revocation.vault-deleted", lambda r: r.key.vault.state == "purged"),
    ),
    wrong(
        "makes data readable again once the deleted key vault is purged",
        "the state is compared with *deleted*, and *purged* was forgotten",
        ["revocation.vault-deleted", "environment.end-of-retention"],
        only_where("revocation.vault-deleted", lambda r: r.key.vault.state == "deleted"),
    ),
    wrong(
        "loses nothing when a key vault of another subscription is deleted",
        "only the resource's own subscription is searched",
        ["revocation.vault-deleted", "vault.other-subscription"],
        only_where(
            "revocation.vault-deleted",
            lambda r: r.key.vault.subscription.name == r.subscription.name,
        ),
    ),
    wrong(
        "loses everything when any key vault is deleted to which the resource has access",
        "access is taken for use",
        ["revocation.vault-deleted", "encryption.transparent"],
        adding(
            means(
                key_inaccessible,
                "revocation.vault-deleted",
                when=lambda r: r.key is not None and has_a_deleted_vault(r),
            )
        ),
    ),
    wrong(
        "loses nothing when a key vault is deleted for the second time",
        "a recovered key vault is no longer watched",
        ["revocation.vault-deleted"],
        system=once(accepted(RecoverVault), without("revocation.vault-deleted")),
    ),
    wrong(
        "loses the data of every resource when one loses its access",
        "the loop has no condition",
        ["revocation.only-that-resource", "revocation.access-revoked", "encryption.transparent"],
        adding(
            means(
                key_inaccessible,
                "revocation.access-revoked",
                when=lambda r: r.key is not None and any_access_revoked(r),
            )
        ),
    ),
    wrong(
        "loses the data of a resource when one on another key of the vault loses its access",
        "access is looked up by the vault, unless the key is the same",
        ["revocation.only-that-resource"],
        adding(
            means(
                key_inaccessible,
                "revocation.access-revoked",
                when=lambda r: r.key is not None and has_revoked_neighbour(r),
            )
        ),
    ),
    wrong(
        "loses the key of a resource of the kind Translator alone",
        "only resources of the kind Translator were thought of",
        ["revocation.access-revoked", "revocation.vault-deleted", "revocation.data-inaccessible"],
        only_where("revocation.access-revoked", lambda r: r.kind == "Translator"),
        only_where("revocation.vault-deleted", lambda r: r.kind == "Translator"),
        only_where("revocation.key-deleted", lambda r: r.kind == "Translator"),
        only_where("revocation.key-disabled", lambda r: r.kind == "Translator"),
    ),
    wrong(
        "goes back to Microsoft-managed keys with a lost key, and shows the data again",
        "a lost key is thought to end the encryption with it",
        ["revocation.data-inaccessible"],
        adding(
            whenever(
                Resource,
                "resource.rest-stays",
                when=lambda r: r.key is not None and key_inaccessible(r),
                then=lambda r: sets(r, key_source=MICROSOFT, key=None),
            ),
            whenever(
                Workspace,
                "resource.rest-stays",
                when=lambda w: not w.readable and w.resource.key_source == MICROSOFT,
                then=lambda w: sets(w, readable=True),
            ),
        ),
    ),
)

ACCESS = (
    wrong(
        "accepts that access is revoked, and leaves it",
        "the request is answered, and never carried out",
        ["revocation.revoke"],
        without("revocation.revoke"),
    ),
    wrong(
        "accepts that access to the key in use is revoked, and leaves it",
        "what is in use is protected, and nobody is told",
        ["revocation.revoke"],
        only_where(
            "revocation.revoke",
            lambda c: c.resource.key is None or c.resource.key.vault.name != c.vault.name,
        ),
    ),
    wrong(
        "takes the access of a resource to all key vaults with that to one",
        "the loop has no condition",
        ["revocation.revoke"],
        adding(
            effect(
                RevokeKeyAccess,
                "revocation.revoke",
                each=Grant,
                when=lambda c, g: g.resource.name == c.resource.name,
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "takes everybody's access to a key vault with that of one resource",
        "the access policy is emptied",
        ["revocation.only-that-resource"],
        adding(
            effect(
                RevokeKeyAccess,
                "revocation.revoke",
                each=Grant,
                when=lambda c, g: g.vault.name == c.vault.name,
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "turns the identity off when its access is revoked",
        "access and identity are taken for one",
        ["revocation.revoke"],
        adding(
            effect(
                RevokeKeyAccess,
                "revocation.revoke",
                then=lambda c: sets(c.resource, identity=False),
            )
        ),
    ),
    wrong(
        "takes the access of every resource whose name begins alike",
        "names are compared by their beginnings",
        ["revocation.only-that-resource", "revocation.revoke"],
        adding(
            effect(
                RevokeKeyAccess,
                "revocation.revoke",
                each=Grant,
                when=lambda c, g: (
                    g.vault.name == c.vault.name and g.resource.name.startswith(c.resource.name)
                ),
                then=lambda c, g: drops(g),
            )
        ),
    ),
    wrong(
        "undeploys the models of other resources on the key when one loses its access",
        "models are looked up by the key",
        ["revocation.only-that-resource", "revocation.undeploys"],
        adding(
            effect(
                RevokeKeyAccess,
                "revocation.only-that-resource",
                each=Model,
                when=lambda c, m: (
                    m.state == "deployed"
                    and c.resource.key is not None
                    and c.vault.name == c.resource.key.vault.name
                    and uses_key(m.workspace.resource, c.resource.key)
                ),
                then=lambda c, m: sets(m, state="undeployed"),
            )
        ),
    ),
)

LOSSES = (
    wrong(
        "keeps models deployed",
        "serving goes on with what is in memory",
        ["revocation.undeploys"],
        without("revocation.undeploys"),
    ),
    wrong(
        "keeps models deployed when access is revoked, and undeploys them otherwise",
        "models are served from memory until their identity or their key vault is gone",
        ["revocation.undeploys"],
        only_where(
            "revocation.undeploys",
            lambda m: not is_access_all_that_lacks(m.workspace.resource),
        ),
    ),
    wrong(
        "keeps one of three models deployed",
        "the loop ends too early",
        ["revocation.undeploys"],
        only_where("revocation.undeploys", lambda m: position(m, Model) < 2),
    ),
    wrong(
        "keeps models deployed in a workspace that is older than customer-managed keys",
        "what is not under the key is thought not to need it",
        ["revocation.earlier-workspaces", "revocation.undeploys"],
        only_where("revocation.undeploys", lambda m: m.workspace.covered),
    ),
    wrong(
        "keeps uploaded documents",
        "documents are hidden, and not deleted",
        ["revocation.deletes-uploads"],
        without("revocation.deletes-uploads"),
    ),
    wrong(
        "keeps uploaded documents on which a model was trained",
        "what a model depends on is taken for a part of it",
        ["revocation.deletes-uploads"],
        only_where("revocation.deletes-uploads", lambda d: not has_model(d.workspace)),
    ),
    wrong(
        "keeps one of three uploaded documents",
        "the loop ends too early",
        ["revocation.deletes-uploads"],
        only_where("revocation.deletes-uploads", lambda d: position(d, Document) < 2),
    ),
    wrong(
        "keeps uploaded documents unless the key vault is deleted",
        "a lost access is thought to come back",
        ["revocation.deletes-uploads"],
        only_where(
            "revocation.deletes-uploads",
            lambda d: (
                d.workspace.resource.key is None or d.workspace.resource.key.vault.state != "active"
            ),
        ),
    ),
    wrong(
        "loses nothing of a workspace that is older than customer-managed keys",
        "what is not under the key is thought not to need it",
        ["revocation.earlier-workspaces"],
        without("revocation.earlier-workspaces"),
    ),
    wrong(
        "leaves data readable",
        "decrypted data is cached",
        ["revocation.data-inaccessible"],
        without("revocation.data-inaccessible"),
    ),
    wrong(
        "shows data as readable, and refuses to read it",
        "the state of a workspace is shown from a cache",
        ["revocation.data-inaccessible"],
        system=showing(shown_as_readable),
    ),
    wrong(
        "deletes models that it undeploys",
        "a model without its documents is taken for useless",
        ["revocation.models-kept"],
        without("revocation.undeploys"),
        adding(
            whenever(
                Model,
                "revocation.undeploys",
                when=lambda m: m.state == "deployed" and data_inaccessible(m.workspace),
                then=lambda m: sets(m, state="deleted"),
            )
        ),
    ),
    wrong(
        "shows deleted documents under another name",
        "a backup is made before anything is deleted",
        ["revocation.deletes-uploads"],
        system=showing(with_backups),
    ),
    wrong(
        "shows deleted documents under names that nobody gave",
        "an archive is made before anything is deleted",
        ["revocation.deletes-uploads"],
        system=showing(with_an_archive),
    ),
    wrong(
        "loses uploaded documents with the key only the first time",
        "the cleaning runs once",
        ["revocation.deletes-uploads"],
        system=once(accepted(GrantKeyAccess), without("revocation.deletes-uploads"), times=2),
    ),
    wrong(
        "loses things one command too late",
        "what follows is put in a queue",
        [
            "revocation.data-inaccessible",
            "revocation.undeploys",
            "revocation.deletes-uploads",
            "identity.access-removed",
            "tenant.not-transferred",
            "environment.delete-resource",
        ],
        system=one_command_late,
    ),
    wrong(
        "loses things only when somebody observes",
        "what follows is worked out when it is asked for",
        [
            "revocation.data-inaccessible",
            "revocation.features-stop",
            "revocation.no-upload",
            "revocation.undeploys",
            "revocation.deletes-uploads",
            "identity.access-removed",
            "identity.needed-for-access",
            "tenant.not-transferred",
            "environment.delete-resource",
            "environment.translate",
            "restoration.data-readable",
            "restoration.uploads-stay-deleted",
        ],
        system=when_observed,
    ),
)

WITHOUT_THE_KEY = (
    wrong(
        "shows data again that somebody reads without the key",
        "a cache is filled by the first reader",
        ["revocation.data-inaccessible", "revocation.reading-refused"],
        without("revocation.reading-refused"),
        system=once(accepted(ReadData), without("revocation.data-inaccessible")),
    ),
    wrong(
        "trains without the key",
        "one of three features was forgotten",
        ["revocation.features-stop", "revocation.features-refused"],
        without("revocation.features-refused", TrainModel),
        trains_without_the_key(),
    ),
    wrong(
        "translates without the key",
        "the model is still in memory",
        ["revocation.features-stop", "environment.translate"],
        without("revocation.features-stop", TranslateWithModel),
    ),
    wrong(
        "translates from a cache without the key once it has translated three times",
        "a cache is warm only then",
        ["revocation.features-stop", "environment.translate"],
        system=once(
            accepted(TranslateWithModel),
            without("revocation.features-stop", TranslateWithModel),
            times=3,
        ),
    ),
    wrong(
        "deploys without the key",
        "one of three features was forgotten",
        ["revocation.undeploys", "revocation.features-refused"],
        without("revocation.features-refused", DeployModel),
        only_where("revocation.undeploys", lambda m: m.workspace.readable),
    ),
    wrong(
        "keeps an upload that is made without the key",
        "documents are deleted when the key is lost, and later ones are forgotten",
        ["revocation.deletes-uploads", "revocation.no-upload"],
        without("revocation.no-upload"),
        only_where("revocation.deletes-uploads", lambda d: d.workspace.readable),
    ),
    wrong(
        "refuses to train without the key, and makes the model all the same",
        "the check comes after the effect, and nothing is undone",
        ["revocation.features-stop"],
        system=refuses_and_does(
            without("revocation.features-refused", TrainModel), trains_without_the_key()
        ),
    ),
    wrong(
        "does not support what it would have to refuse without the key",
        "an evasive answer",
        ["revocation.reading-refused", "revocation.features-stop", "revocation.no-upload"],
        system=unsupported_instead_of("revocation."),
    )._replace(caught_in=""),  # what is not supported is undecided, so no lane can name it
    wrong(
        "refuses everything without the key as if there were no such model or workspace",
        "what can't be opened is not listed",
        ["revocation.features-stop", "revocation.no-upload", "revocation.reading-refused"],
        refusing_as("revocation.features-stop", "environment.exists"),
        refusing_as("revocation.features-refused", "environment.exists"),
        refusing_as("revocation.no-upload", "environment.exists"),
        refusing_as("revocation.reading-refused", "environment.exists"),
    ),
)

WRONG = (*CAUSES, *ACCESS, *LOSSES, *WITHOUT_THE_KEY)
