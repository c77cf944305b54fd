"""The inaccessible key: many causes, one state, three losses."""

from collections.abc import Callable
from typing import Any

from ..commands import (
    Command,
    DeleteKey,
    DeployModel,
    DisableKey,
    ReadData,
    RevokeKeyAccess,
    SetPermissionModel,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ..conditions import (
    has_key_in_another_tenant,
    has_readable_data,
    has_role_in_force,
    is_cut_off_by_a_switch,
    is_earlier,
    is_earlier_without_identity,
    is_ignored_in_policies,
    is_in_policies,
    is_in_use,
    is_locked_out,
    uses_a_rotated_key,
    uses_key,
    uses_vault,
    was_left_behind,
)
from ..entities import Document, Grant, Model, Resource, Workspace
from ..meanings import data_inaccessible, key_inaccessible
from ..rows import Silent, effect, means, refuse, silent, whenever
from ..updates import drops, how_lost, makes_data_unreadable, sets, takes_access

ROWS = (
    # How access is lost
    effect(
        RevokeKeyAccess,
        "revocation.revoke",
        then=lambda c: takes_access(c.vault, c.resource),
    ),
    # When the key is inaccessible
    means(
        key_inaccessible,
        "revocation.access-revoked",
        when=lambda r: (
            r.key is not None
            and not is_in_policies(r.key.vault, r)
            and (not r.identity or not has_key_in_another_tenant(r))
            and not has_role_in_force(r.key.vault, r)
        ),
    ),
    means(
        key_inaccessible,
        "revocation.vault-switched",
        when=lambda r: is_cut_off_by_a_switch(r),
    ),
    means(
        key_inaccessible,
        "revocation.vault-deleted",
        when=lambda r: r.key is not None and r.key.vault.state != "active",
    ),
    means(
        key_inaccessible,
        "revocation.key-deleted",
        when=lambda r: r.key is not None and r.key.state != "active",
    ),
    means(
        key_inaccessible,
        "revocation.key-disabled",
        when=lambda r: r.key is not None and not r.key.enabled,
    ),
    # What is lost
    means(
        data_inaccessible,
        "revocation.data-inaccessible",
        when=lambda w: w.covered and (key_inaccessible(w.resource) or is_locked_out(w)),
    ),
    means(
        data_inaccessible,
        "revocation.earlier-workspaces",
        when=lambda w: not w.covered and (key_inaccessible(w.resource) or is_locked_out(w)),
    ),
    whenever(
        Workspace,
        "revocation.data-inaccessible",
        when=lambda w: w.readable and data_inaccessible(w) and not is_earlier_without_identity(w),
        then=lambda w: sets(w, readable=False),
    ),
    whenever(
        Workspace,
        "revocation.earlier-workspaces-closed",
        when=lambda w: w.readable and data_inaccessible(w) and is_earlier_without_identity(w),
        then=lambda w: sets(w, readable=False),
    ),
    whenever(
        Model,
        "revocation.undeploys",
        when=lambda m: m.state == "deployed" and data_inaccessible(m.workspace),
        then=lambda m: sets(m, state="undeployed"),
    ),
    whenever(
        Document,
        "revocation.deletes-uploads",
        when=lambda d: d.state == "uploaded" and data_inaccessible(d.workspace),
        then=lambda d: sets(d, state="deleted"),
    ),
    # What does not work in this state
    refuse(
        ReadData,
        "revocation.reading-refused",
        unless=lambda c: c.workspace.readable,
    ),
    refuse(
        UploadDocument,
        "revocation.no-upload",
        when=lambda c: not is_earlier(c.workspace),
        unless=lambda c: c.workspace.readable,
    ),
    refuse(
        TrainModel,
        "revocation.features-refused",
        when=lambda c: not is_earlier(c.workspace),
        unless=lambda c: c.workspace.readable,
    ),
    refuse(
        DeployModel,
        "revocation.features-refused",
        when=lambda c: not is_earlier(c.model.workspace),
        unless=lambda c: c.model.workspace.readable,
    ),
    refuse(
        TranslateWithModel,
        "revocation.features-stop",
        when=lambda c: not is_earlier(c.model.workspace),
        unless=lambda c: c.model.workspace.readable,
    ),
    *(
        refuse(
            on,
            "revocation.earlier-workspaces-closed",
            when=lambda c: is_earlier(c.workspace),
            unless=lambda c: c.workspace.readable,
        )
        for on in (UploadDocument, TrainModel)
    ),
    *(
        refuse(
            on,
            "revocation.earlier-workspaces-closed",
            when=lambda c: is_earlier(c.model.workspace),
            unless=lambda c: c.model.workspace.readable,
        )
        for on in (DeployModel, TranslateWithModel)
    ),
)


def work_stops(requirement: str, may_be_lost: Callable[[Any], Any]) -> tuple[Silent, ...]:
    """Return rows by which requests to work with data may be refused, though none is lost, while
    the key of a resource may be lost by an assumption.
    """

    def in_workspace(command: Any) -> Any:
        return may_be_lost(command.workspace.resource)

    def with_model(command: Any) -> Any:
        return may_be_lost(command.model.workspace.resource)

    conditions: dict[type[Command], Callable[[Any], Any]] = {
        UploadDocument: in_workspace,
        TrainModel: in_workspace,
        ReadData: in_workspace,
        DeployModel: with_model,
        TranslateWithModel: with_model,
    }
    return tuple(
        silent(on, requirement, when=when, free=lambda c: False) for on, when in conditions.items()
    )


OTHER_READINGS = (
    *work_stops(
        "revocation.key-disabled",
        lambda r: r.key is not None and not r.key.enabled,
    ),
    *work_stops(
        "revocation.key-deleted",
        lambda r: r.key is not None and r.key.state != "active",
    ),
    *work_stops("revocation.vault-switched", lambda r: is_cut_off_by_a_switch(r)),
    *work_stops(
        "vault.permission-model",
        lambda r: r.key is not None and has_role_in_force(r.key.vault, r),
    ),
    *work_stops("tenant.vault-moved", lambda r: has_key_in_another_tenant(r)),
    *work_stops("tenant.key-left-behind", lambda r: was_left_behind(r)),
    *work_stops("keys.rotation-keeps-data", lambda r: uses_a_rotated_key(r)),
    silent(
        SetPermissionModel,
        "revocation.vault-switched",
        when=lambda c: c.permission_model == "rbac",
        each=Workspace,
        free=lambda c, w: uses_vault(w.resource, c.vault) and is_in_policies(c.vault, w.resource),
        may_refuse=False,
    ),
    silent(
        RevokeKeyAccess,
        "revocation.vault-switched",
        when=lambda c: is_ignored_in_policies(c.vault, c.resource),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name and uses_vault(w.resource, c.vault),
        may_refuse=False,
    ),
    silent(
        DeleteKey,
        "revocation.key-deleted",
        when=lambda c: is_in_use(c.key),
        each=Workspace,
        free=lambda c, w: uses_key(w.resource, c.key),
        may_refuse=False,
    ),
    silent(
        DisableKey,
        "revocation.key-disabled",
        when=lambda c: is_in_use(c.key),
        each=Workspace,
        free=lambda c, w: uses_key(w.resource, c.key),
        may_refuse=False,
    ),
    *(
        silent(
            on,
            "revocation.earlier-workspaces-closed",
            when=lambda c: is_earlier(c.workspace) and key_inaccessible(c.workspace.resource),
        )
        for on in (UploadDocument, TrainModel)
    ),
    *(
        silent(
            on,
            "revocation.earlier-workspaces-closed",
            when=lambda c: (
                is_earlier(c.model.workspace) and key_inaccessible(c.model.workspace.resource)
            ),
        )
        for on in (DeployModel, TranslateWithModel)
    ),
    whenever(
        Resource,
        "revocation.vault-switched",
        when=lambda r: is_cut_off_by_a_switch(r) and has_readable_data(r),
        then=lambda r: makes_data_unreadable(r),
    ),
    whenever(
        Resource,
        "revocation.key-deleted",
        when=lambda r: r.key is not None and r.key.state != "active" and has_readable_data(r),
        then=lambda r: makes_data_unreadable(r),
    ),
    whenever(
        Resource,
        "revocation.key-disabled",
        when=lambda r: (
            r.key is not None
            and r.key.state == "active"
            and not r.key.enabled
            and has_readable_data(r)
        ),
        then=lambda r: makes_data_unreadable(r),
    ),
)
"""Only some of the losses follow from a deleted or disabled key, or from a vault that was switched
to Azure RBAC, where taking an entry from the access policies takes no access away; or nothing is
lost, and data is not worked with; an earlier workspace goes on.
"""

MEMORY = (
    whenever(
        Model,
        "revocation.undeploys",
        when=lambda m: m.state == "deployed" and data_inaccessible(m.workspace),
        then=lambda m: sets(m, lost=how_lost(m.workspace.resource)),
    ),
)

COUNTER_ROWS = (
    effect(
        TrainModel,
        "revocation.features-stop",
        when=lambda c: not c.workspace.readable,
        then=lambda c: sets(c.model, workspace=c.workspace, state="undeployed"),
    ),
    whenever(
        Model,
        "revocation.models-kept",
        when=lambda m: (
            m.state == "undeployed" and m.lost != "no" and data_inaccessible(m.workspace)
        ),
        then=lambda m: sets(m, state="deleted"),
    ),
    whenever(
        Model,
        "revocation.undeployed-models-kept",
        when=lambda m: (
            m.state == "undeployed" and m.lost == "no" and data_inaccessible(m.workspace)
        ),
        then=lambda m: sets(m, state="deleted"),
    ),
    effect(
        RevokeKeyAccess,
        "revocation.only-that-resource",
        each=Grant,
        when=lambda c, g: g.vault.name == c.vault.name and g.resource.name != c.resource.name,
        then=lambda c, g: drops(g),
    ),
)
