"""Restoration: what the customer has again once the key is accessible, and what stays lost."""

from collections.abc import Callable

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


BRINGS_THE_KEY_BACK: dict[type[Command], Callable[..., bool]] = {
    GrantKeyAccess: lambda c, r: r.name == c.resource.name,
    RecoverVault: lambda c, r: r.key is not None and r.key.vault.name == c.vault.name,
    RecoverKey: lambda c, r: r.key is not None and r.key.name == c.key.name,
    EnableKey: lambda c, r: r.key is not None and r.key.name == c.key.name,
    EnableCustomerManagedKeys: lambda c, r: r.name == c.resource.name,
}
"""The commands that can make a key accessible again, each with the resources that it can do so for."""


def redeploys(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command deploys the models of a resource that may have its key back."""
    return effect(
        on,
        requirement,
        each=Model,
        when=lambda c, m: m.state == "undeployed" and BRINGS_THE_KEY_BACK[on](c, m.workspace.resource),
        then=lambda c, m: sets(m, state="deployed"),
    )


def brings_uploads_back(on: type[Command], requirement: str) -> Effect:
    """Return the row of the mistake: the command brings back what such a resource has lost."""
    return effect(
        on,
        requirement,
        each=Document,
        when=lambda c, d: d.state == "deleted" and BRINGS_THE_KEY_BACK[on](c, d.workspace.resource),
        then=lambda c, d: sets(d, state="uploaded"),
    )


COUNTER_ROWS = (
    redeploys(GrantKeyAccess, "restoration.no-redeploy"),
    *(redeploys(on, "restoration.no-redeploy-otherwise") for on in BRINGS_THE_KEY_BACK),
    *(brings_uploads_back(on, "restoration.uploads-stay-deleted") for on in BRINGS_THE_KEY_BACK),
)
