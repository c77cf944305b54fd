"""Restoration: what the customer has again once the key is accessible; all else stays lost."""

from ..commands import (
    Command,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableKey,
    GrantKeyAccess,
    RecoverKey,
    RecoverVault,
    SetPermissionModel,
    TrainModel,
    UploadDocument,
)
from ..conditions import can_be_put_in_use, has_document, may_regain_key, was_left_behind
from ..entities import Document, Model, Workspace
from ..meanings import data_inaccessible
from ..rows import Effect, effect, refuse, silent, whenever
from ..updates import sets

ROWS = (
    whenever(
        Workspace,
        "restoration.data-readable",
        when=lambda w: not w.readable and not data_inaccessible(w),
        then=lambda w: sets(w, readable=True),
    ),
)


OTHER_READINGS = (
    effect(
        EnableCustomerManagedKeys,
        "restoration.data-readable",
        each=Workspace,
        when=lambda c, w: (
            w.resource.name == c.resource.name
            and can_be_put_in_use(c)
            and not w.readable
            and not data_inaccessible(w)
        ),
        then=lambda c, w: sets(w, readable=True),
    ),
    *(
        silent(
            on,
            "restoration.data-readable",
            when=lambda c: c.workspace.lost,
            free=lambda c: False,
        )
        for on in (UploadDocument, TrainModel)
    ),
)
"""Data is readable again only once customer-managed keys are enabled again, or a workspace that
could not be read takes no uploads.
"""

MEMORY = (
    whenever(
        Workspace,
        "revocation.data-inaccessible",
        when=lambda w: not w.readable and not w.lost,
        then=lambda w: sets(w, lost=True),
    ),
)


def redeploys(on: type[Command], requirement: str) -> Effect:
    """Return the row of a mistake: models are deployed as soon as a resource may regain its key."""
    return effect(
        on,
        requirement,
        each=Model,
        when=lambda c, m: m.state == "undeployed" and may_regain_key(c, m.workspace.resource),
        then=lambda c, m: sets(m, state="deployed"),
    )


def redeploys_lost_with_identity(on: type[Command]) -> Effect:
    """Return the row of this mistake for models that were undeployed with the identity."""
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


def redeploys_lost_otherwise(on: type[Command]) -> Effect:
    """Return the row of this mistake for all other models."""
    return effect(
        on,
        "restoration.no-redeploy-otherwise",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed"
            and m.lost != "with the identity"
            and may_regain_key(c, m.workspace.resource)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    )


def was_lost_otherwise(model: Model) -> bool:
    """Return whether a model outlived a loss that was not that of the identity."""
    if model.lost == "no":
        # of one that was not deployed then, only the uploads that are gone tell
        return model.state != "deployed" and not has_document(model.workspace)
    return model.lost == "otherwise"


def brings_uploads_back(on: type[Command], requirement: str) -> Effect:
    """Return the row of a mistake: uploads are back as soon as a resource may regain its key."""
    return effect(
        on,
        requirement,
        each=Document,
        when=lambda c, d: (
            d.state == "deleted"
            and may_regain_key(c, d.workspace.resource)
            # one without a key gets another, and regains none
            and d.workspace.resource.key is not None
        ),
        then=lambda c, d: sets(d, state="uploaded"),
    )


COUNTER_ROWS = (
    refuse(
        DeployModel,
        "restoration.redeploy",
        when=lambda c: c.model.workspace.readable and c.model.lost == "with the identity",
        unless=lambda c: has_document(c.model.workspace),
    ),
    refuse(
        DeployModel,
        "restoration.redeploy-otherwise",
        when=lambda c: c.model.workspace.readable and was_lost_otherwise(c.model),
        unless=lambda c: c.model.state == "deployed",
    ),
    redeploys_lost_with_identity(GrantKeyAccess),
    redeploys_lost_with_identity(EnableCustomerManagedKeys),
    redeploys_lost_otherwise(GrantKeyAccess),
    redeploys_lost_otherwise(EnableCustomerManagedKeys),
    *(
        redeploys(on, "restoration.no-redeploy-otherwise")
        for on in (RecoverVault, RecoverKey, EnableKey, SetPermissionModel)
    ),
    *(
        brings_uploads_back(on, "restoration.uploads-stay-deleted")
        for on in (GrantKeyAccess, RecoverVault, EnableCustomerManagedKeys)
    ),
    *(
        brings_uploads_back(on, "restoration.uploads-stay-deleted-otherwise")
        for on in (RecoverKey, EnableKey, SetPermissionModel)
    ),
    effect(
        EnableCustomerManagedKeys,
        "restoration.uploads-stay-deleted-otherwise",
        each=Document,
        when=lambda c, d: (
            d.state == "deleted"
            and d.workspace.resource.name == c.resource.name
            and was_left_behind(c.resource)
        ),
        then=lambda c, d: sets(d, state="uploaded"),
    ),
)
