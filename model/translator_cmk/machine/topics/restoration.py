"""Restoration: what the customer has again once the key is accessible, and what stays lost."""

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


GIVES_BACK_WHAT_IT_NEEDS = (GrantKeyAccess, RecoverVault, RecoverKey, EnableKey)
BRINGS_THE_KEY_BACK = (*GIVES_BACK_WHAT_IT_NEEDS, EnableCustomerManagedKeys)


def redeploys(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command deploys the models of a resource that may have its key back."""
    return effect(
        on,
        requirement,
        each=Model,
        when=lambda c, m: m.state == "undeployed" and may_regain_key(c, m.workspace.resource),
        then=lambda c, m: sets(m, state="deployed"),
    )


def turns_identity_on_again(command: Any) -> bool:
    """Return whether enabling customer-managed keys turns on an identity that was off while they were on."""
    return bool(command.resource.key_source == CUSTOMER and not command.resource.identity)


def brings_uploads_back(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command brings back what such a resource has lost."""
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
            m.state == "undeployed" and may_regain_key(c, m.workspace.resource) and turns_identity_on_again(c)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    ),
    *(redeploys(on, "restoration.no-redeploy-otherwise") for on in GIVES_BACK_WHAT_IT_NEEDS),
    effect(
        EnableCustomerManagedKeys,
        "restoration.no-redeploy-otherwise",
        each=Model,
        when=lambda c, m: (
            m.state == "undeployed" and may_regain_key(c, m.workspace.resource) and not turns_identity_on_again(c)
        ),
        then=lambda c, m: sets(m, state="deployed"),
    ),
    *(brings_uploads_back(on, "restoration.uploads-stay-deleted") for on in BRINGS_THE_KEY_BACK),
)
