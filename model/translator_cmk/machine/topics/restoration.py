"""Restoration: what the customer has again once the key is accessible; all else stays lost."""

from typing import Any

from ..commands import (
    Command,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableKey,
    GrantKeyAccess,
    RecoverKey,
    RecoverVault,
)
from ..conditions import has_document, may_regain_key
from ..entities import CUSTOMER, Document, Model, Workspace
from ..meanings import data_inaccessible
from ..rows import Effect, effect, refuse, whenever
from ..updates import sets

ROWS = (
    whenever(
        Workspace,
        "restoration.data-readable",
        when=lambda w: not w.readable and not data_inaccessible(w),
        then=lambda w: sets(w, readable=True),
    ),
)


RESTORE_ACCESS = (GrantKeyAccess, RecoverVault, RecoverKey, EnableKey)
"""The commands that give a resource back what it needs to use its key."""

RESTORE_THE_KEY = (*RESTORE_ACCESS, EnableCustomerManagedKeys)


def redeploys(on: type[Command], requirement: str) -> Effect:
    """Return the row of a mistake: models are deployed as soon as a resource may regain its key."""
    return effect(
        on,
        requirement,
        each=Model,
        when=lambda c, m: m.state == "undeployed" and may_regain_key(c, m.workspace.resource),
        then=lambda c, m: sets(m, state="deployed"),
    )


def turns_identity_on_again(command: Any) -> bool:
    """Return whether enabling customer-managed keys turns an identity on that was off meanwhile."""
    return bool(command.resource.key_source == CUSTOMER and not command.resource.identity)


def brings_uploads_back(on: type[Command], requirement: str) -> Effect:
    """Return the row of a mistake: uploads are back as soon as a resource may regain its key."""
    return effect(
        on,
        requirement,
        each=Document,
        when=lambda c, d: d.state == "deleted" and may_regain_key(c, d.workspace.resource),
        then=lambda c, d: sets(d, state="uploaded"),
    )


COUNTER_ROWS = (
    refuse(
        DeployModel,
        "restoration.redeploy",
        when=lambda c: c.model.workspace.readable,
        unless=lambda c: has_document(c.model.workspace),
    ),
    redeploys(GrantKeyAccess, "restoration.no-redeploy"),
    effect(
        EnableCustomerManagedKeys,
        "restoration.no-redeploy",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed"
            and may_regain_key(c, m.workspace.resource)
            and turns_identity_on_again(c)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    ),
    *(redeploys(on, "restoration.no-redeploy-otherwise") for on in RESTORE_ACCESS),
    effect(
        EnableCustomerManagedKeys,
        "restoration.no-redeploy-otherwise",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed"
            and may_regain_key(c, m.workspace.resource)
            and not turns_identity_on_again(c)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    ),
    *(brings_uploads_back(on, "restoration.uploads-stay-deleted") for on in RESTORE_THE_KEY),
)
