"""Restoration: what the customer has again once the key is accessible, and what stays lost."""

from ..commands import Command, EnableCustomerManagedKeys, EnableKey, GrantKeyAccess, RecoverKey, RecoverVault
from ..entities import Document, Model, Workspace
from ..rows import Effect, data_inaccessible, effect, sets, whenever

ROWS = (
    whenever(
        Workspace,
        "restoration.data-readable",
        when=lambda w: not w.readable and not data_inaccessible(w),
        then=lambda w: sets(w, readable=True),
    ),
)


def redeploys(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command deploys every model that is not deployed."""
    return effect(
        on,
        requirement,
        each=Model,
        when=lambda c, m: m.state == "undeployed",
        then=lambda c, m: sets(m, state="deployed"),
    )


def brings_uploads_back(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command undoes every deletion of an upload."""
    return effect(
        on,
        requirement,
        each=Document,
        when=lambda c, d: d.state == "deleted",
        then=lambda c, d: sets(d, state="uploaded"),
    )


BRINGS_THE_KEY_BACK = (GrantKeyAccess, RecoverVault, RecoverKey, EnableKey, EnableCustomerManagedKeys)

COUNTER_ROWS = (
    redeploys(GrantKeyAccess, "restoration.no-redeploy"),
    *(redeploys(on, "restoration.no-redeploy-otherwise") for on in BRINGS_THE_KEY_BACK),
    *(brings_uploads_back(on, "restoration.uploads-stay-deleted") for on in BRINGS_THE_KEY_BACK),
)
