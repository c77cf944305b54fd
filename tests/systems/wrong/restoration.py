"""Wrong systems: what the customer has again once the key is accessible, and what stays lost."""

from typing import Any

from tests.systems.histories import accepted, once
from tests.systems.variants import adding, only_where, without, wrong
from translator_cmk.machine.commands import (
    DeployModel,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ReadData,
    RecoverVault,
    UploadDocument,
)
from translator_cmk.machine.conditions import has_document, may_regain_key
from translator_cmk.machine.entities import CUSTOMER, Document, Model
from translator_cmk.machine.meanings import data_inaccessible
from translator_cmk.machine.rows import effect, refuse, whenever
from translator_cmk.machine.updates import sets


def lost_a_document(workspace: Any) -> bool:
    """Return whether a document of the workspace is deleted."""
    documents = workspace.world.every(Document)
    return any(d.state == "deleted" and d.workspace.name == workspace.name for d in documents)


def brings_models_back(on: Any, *, when: Any = may_regain_key) -> Any:
    """Return the row of a mistake: the command deploys the undeployed models of a resource."""
    return effect(
        on,
        "restoration.no-redeploy",
        each=Model,
        when=lambda c, m: m.state == "undeployed" and when(c, m.workspace.resource),
        then=lambda c, m: sets(m, state="deployed"),
    )


def brings_models_lost_with_the_identity(on: Any) -> Any:
    """Return the row of a mistake: the command deploys what a resource lost with its identity."""
    return effect(
        on,
        "restoration.no-redeploy",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed"
            and m.lost == "with the identity"
            and may_regain_key(c, m.workspace.resource)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    )


def was_lost_with_the_identity_that_is_back(model: Any) -> bool:
    """Return whether a model was undeployed with the identity, and its data can be read again."""
    return bool(
        model.state == "undeployed"
        and model.lost == "with the identity"
        and not data_inaccessible(model.workspace)
    )


def is_first_of_its_workspace(model: Any) -> bool:
    """Return whether no model of the workspace is older."""
    models = model.world.every(Model)
    first = next(m.name for m in models if m.workspace.name == model.workspace.name)
    return bool(first == model.name)


def brings_documents_back(on: Any, *, when: Any = may_regain_key) -> Any:
    """Return the row of a mistake: the command brings back the deleted documents of a resource."""
    return effect(
        on,
        "restoration.uploads-stay-deleted",
        each=Document,
        when=lambda c, d: (
            d.state == "deleted" and d.workspace.state == "active" and when(c, d.workspace.resource)
        ),
        then=lambda c, d: sets(d, state="uploaded"),
    )


WRONG = (
    wrong(
        "deploys models again when the portal turns the identity on again",
        "the state before is restored",
        ["restoration.no-redeploy"],
        adding(
            brings_models_back(
                EnableCustomerManagedKeys,
                when=lambda c, r: (
                    r.name == c.resource.name and r.key_source == CUSTOMER and not r.identity
                ),
            )
        ),
    ),
    wrong(
        "deploys the models of a resource when its identity is enabled",
        "the state before is restored",
        ["restoration.no-redeploy", "restoration.no-redeploy-otherwise", "identity.enable"],
        adding(
            brings_models_back(
                EnableIdentity, when=lambda c, r: r.name == c.resource.name and r.key is None
            )
        ),
    ),
    wrong(
        "deploys models by itself as soon as the identity that was off is on and has access again",
        "S34 is not read: whatever was deployed is deployed again once it can be",
        ["restoration.no-redeploy"],
        adding(
            whenever(
                Model,
                "restoration.no-redeploy",
                when=was_lost_with_the_identity_that_is_back,
                then=lambda m: sets(m, state="deployed", lost="no"),
            )
        ),
    ),
    wrong(
        "deploys models that were lost with the identity when it is given access again",
        "S34 is not read: the grant is taken for the end of the loss",
        ["restoration.no-redeploy"],
        adding(brings_models_lost_with_the_identity(GrantKeyAccess)),
    ),
    wrong(
        "deploys models that were lost with the identity when customer-managed keys are enabled "
        "again",
        "S34 is not read: the second setup is taken for the end of the loss",
        ["restoration.no-redeploy"],
        adding(brings_models_lost_with_the_identity(EnableCustomerManagedKeys)),
    ),
    wrong(
        "deploys one of the models that were lost with the identity by itself",
        "S34 is not read: the first model is taken for the only one",
        ["restoration.no-redeploy"],
        adding(
            whenever(
                Model,
                "restoration.no-redeploy",
                when=lambda m: (
                    was_lost_with_the_identity_that_is_back(m) and is_first_of_its_workspace(m)
                ),
                then=lambda m: sets(m, state="deployed", lost="no"),
            )
        ),
    ),
    wrong(
        "deploys no model again that was lost with the identity",
        "what was lost is marked for good",
        ["restoration.redeploy"],
        adding(
            refuse(
                DeployModel,
                "restoration.redeploy",
                when=lambda c: c.model.workspace.readable,
                unless=lambda c: c.model.lost != "with the identity",
            )
        ),
    ),
    wrong(
        "deploys the models of a workspace when its data is read",
        "models are loaded with the data",
        ["environment.others-stay", "restoration.no-redeploy", "environment.deploy"],
        adding(brings_models_back(ReadData, when=lambda c, r: r.name == c.workspace.resource.name)),
    ),
    wrong(
        "deploys no model without a training document in its workspace",
        "a deployment is thought to train again",
        ["restoration.redeploy", "environment.deploy"],
        adding(
            refuse(
                DeployModel,
                "environment.train",
                when=lambda c: c.model.workspace.readable,
                unless=lambda c: has_document(c.model.workspace),
            )
        ),
    ),
    wrong(
        "accepts that a model is deployed again, and leaves it undeployed",
        "a model is thought to be deployed once",
        ["restoration.redeploy", "environment.deploy"],
        only_where(
            "environment.deploy", lambda c: not lost_a_document(c.model.workspace), DeployModel
        ),
    ),
    wrong(
        "refuses to deploy again, as if the key were still inaccessible, once access was granted "
        "again",
        "what was inaccessible is marked for good",
        ["restoration.redeploy", "revocation.features-stop", "environment.deploy"],
        system=once(
            accepted(GrantKeyAccess),
            adding(refuse(DeployModel, "revocation.features-stop", unless=lambda c: False)),
            times=2,
        ),
    ),
    wrong(
        "brings documents back when access is granted again",
        "the state before is restored",
        ["restoration.uploads-stay-deleted"],
        adding(brings_documents_back(GrantKeyAccess)),
    ),
    wrong(
        "brings documents back when the key vault is recovered",
        "soft delete is thought to protect the documents too",
        ["restoration.uploads-stay-deleted"],
        adding(brings_documents_back(RecoverVault)),
    ),
    wrong(
        "brings documents back with the next upload",
        "the folder is restored as soon as something is stored in it",
        ["restoration.uploads-stay-deleted", "environment.upload"],
        adding(
            brings_documents_back(
                UploadDocument, when=lambda c, r: r.name == c.workspace.resource.name
            )
        ),
    ),
    wrong(
        "brings documents back when a model is deployed again",
        "a deployment is thought to need its documents",
        ["restoration.uploads-stay-deleted", "environment.deploy"],
        adding(
            brings_documents_back(
                DeployModel, when=lambda c, r: r.name == c.model.workspace.resource.name
            )
        ),
    ),
    wrong(
        "makes data readable when the key vault is recovered, although access was revoked before",
        "one cause is checked when another ends",
        ["revocation.access-revoked", "revocation.data-inaccessible"],
        system=once(accepted(RecoverVault), without("revocation.access-revoked")),
    ),
)
