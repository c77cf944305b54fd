"""The inaccessible key: many causes, one state, three losses."""

from ..commands import (
    DeployModel,
    ReadData,
    RevokeKeyAccess,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ..conditions import granted, has_readable_data
from ..entities import Document, Grant, Model, Resource, Workspace
from ..meanings import data_inaccessible, key_inaccessible
from ..rows import effect, means, refuse, whenever
from ..updates import drops, makes_data_unreadable, sets, takes_access

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
        when=lambda r: r.key is not None and not granted(r.key.vault, r),
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
        when=lambda w: w.covered and key_inaccessible(w.resource),
    ),
    means(
        data_inaccessible,
        "revocation.earlier-workspaces",
        when=lambda w: not w.covered and key_inaccessible(w.resource),
    ),
    whenever(
        Workspace,
        "revocation.data-inaccessible",
        when=lambda w: w.readable and data_inaccessible(w),
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
        "revocation.data-inaccessible",
        unless=lambda c: c.workspace.readable,
    ),
    refuse(UploadDocument, "revocation.no-upload", unless=lambda c: c.workspace.readable),
    refuse(TrainModel, "revocation.features-stop", unless=lambda c: c.workspace.readable),
    refuse(
        DeployModel,
        "revocation.features-stop",
        unless=lambda c: c.model.workspace.readable,
    ),
    refuse(
        TranslateWithModel,
        "revocation.features-stop",
        unless=lambda c: c.model.workspace.readable,
    ),
)

OTHER_READINGS = (
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
"""While a key is deleted or disabled, data is unreadable, and nothing is lost."""

COUNTER_ROWS = (
    whenever(
        Model,
        "revocation.models-kept",
        when=lambda m: m.state == "undeployed" and data_inaccessible(m.workspace),
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
