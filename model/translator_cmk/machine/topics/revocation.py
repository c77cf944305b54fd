"""The inaccessible key: many causes, one state, three losses."""

from ..commands import DeployModel, ReadData, RevokeKeyAccess, TrainModel, TranslateWithModel, UploadDocument
from ..entities import Document, Grant, Model, Workspace
from ..rows import cut_off, drops, effect, granted, key_out_of_reach, means, refuse, sets, takes_access, whenever

ROWS = (
    # How access is lost
    effect(RevokeKeyAccess, "revocation.revoke", then=lambda c: takes_access(c.vault, c.resource)),
    # When the key is inaccessible
    means(
        key_out_of_reach,
        "revocation.access-revoked",
        when=lambda r: r.key is not None and not granted(r.key.vault, r),
    ),
    means(
        key_out_of_reach,
        "revocation.vault-deleted",
        when=lambda r: r.key is not None and r.key.vault.state != "active",
    ),
    means(
        key_out_of_reach,
        "revocation.key-deleted",
        when=lambda r: r.key is not None and r.key.state != "active",
    ),
    means(
        key_out_of_reach,
        "revocation.key-disabled",
        when=lambda r: r.key is not None and not r.key.enabled,
    ),
    # What is lost
    means(
        cut_off,
        "revocation.earlier-workspaces",
        when=lambda w: not w.covered and key_out_of_reach(w.resource),
    ),
    whenever(
        Workspace,
        "revocation.data-inaccessible",
        when=lambda w: w.readable and cut_off(w),
        then=lambda w: sets(w, readable=False),
    ),
    whenever(
        Model,
        "revocation.undeploys",
        when=lambda m: m.state == "deployed" and cut_off(m.workspace),
        then=lambda m: sets(m, state="undeployed"),
    ),
    whenever(
        Document,
        "revocation.deletes-uploads",
        when=lambda d: d.state == "uploaded" and cut_off(d.workspace),
        then=lambda d: sets(d, state="deleted"),
    ),
    # What does not work in this state
    refuse(ReadData, "revocation.data-inaccessible", unless=lambda c: c.workspace.readable),
    refuse(UploadDocument, "revocation.no-upload", unless=lambda c: c.workspace.readable),
    refuse(TrainModel, "revocation.features-stop", unless=lambda c: c.workspace.readable),
    refuse(DeployModel, "revocation.features-stop", unless=lambda c: c.model.workspace.readable),
    refuse(TranslateWithModel, "revocation.features-stop", unless=lambda c: c.model.workspace.readable),
)

COUNTER_ROWS = (
    effect(
        RevokeKeyAccess,
        "revocation.only-that-resource",
        each=Grant,
        when=lambda c, g: g.vault.name == c.vault.name and g.resource.name != c.resource.name,
        then=lambda c, g: drops(g),
    ),
)
