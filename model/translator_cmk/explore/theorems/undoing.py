"""Nothing but this undoes that: uploads, models, workspaces and access, what alone brings them and takes them."""

from ...machine.commands import (
    CreateWorkspace,
    DeployModel,
    EnableCustomerManagedKeys,
    EnableKey,
    GrantKeyAccess,
    RecoverKey,
    RecoverVault,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    TrainModel,
    UndeployModel,
    UploadDocument,
)
from ...machine.entities import Document, Grant, Model, Workspace
from .building import has_lost_its_key
from .only import (
    about_the_grant,
    access_must_go,
    appears,
    by,
    either,
    from_state,
    goes,
    key_lost_or_resource_deleted,
    never,
    only,
    through_the_portal,
)

BRINGS_BACK = (GrantKeyAccess, RecoverVault, RecoverKey, EnableKey, EnableCustomerManagedKeys)

THEOREMS = (
    # Uploads, models, workspaces
    only(
        Document,
        "a-deleted-upload-never-comes-back",
        "restoration.uploads-stay-deleted",
        "An upload that was deleted never comes back, whatever is restored",
        from_state("deleted"),
        never,
    ),
    only(
        Document,
        "uploads-come-from-uploading",
        "environment.upload",
        "A document is there only because the customer uploaded it",
        appears,
        by(UploadDocument),
    ),
    only(
        Document,
        "uploads-are-deleted-only-with-the-key",
        "revocation.deletes-uploads environment.delete-resource",
        "An upload is deleted only when its key is out of reach or its resource is deleted",
        from_state("uploaded"),
        key_lost_or_resource_deleted,
    ),
    only(
        Model,
        "only-the-customer-deploys",
        "restoration.no-redeploy restoration.no-redeploy-otherwise",
        "No model is deployed but by the customer's own request, whatever is restored",
        lambda c: c.now is not None and c.now.state == "deployed",
        by(DeployModel),
    ),
    only(
        Model,
        "models-are-undeployed-only-with-the-key",
        "revocation.undeploys environment.deploy",
        "A deployed model is undeployed only by the customer or when its key is out of reach",
        from_state("deployed"),
        either(by(UndeployModel), key_lost_or_resource_deleted),
    ),
    only(
        Model,
        "models-come-from-training",
        "environment.train",
        "A model is there only because the customer trained it",
        appears,
        by(TrainModel),
    ),
    only(
        Model,
        "models-go-with-their-resource",
        "environment.delete-resource",
        "A model is gone only with its resource, and never comes back",
        either(goes("state", "deleted"), from_state("deleted")),
        lambda c: c.now.state == "deleted" and c.now.workspace.resource.state == "deleted",
    ),
    only(
        Workspace,
        "workspaces-come-from-the-customer",
        "environment.create-workspace",
        "A workspace is there only because the customer created it",
        appears,
        by(CreateWorkspace),
    ),
    only(
        Workspace,
        "no-earlier-workspace-is-covered",
        "workspace.earlier-uncovered",
        "No workspace comes under the customer's key after it was made",
        goes("covered", True),
        never,
    ),
    only(
        Workspace,
        "workspaces-leave-the-key-only-by-going-back",
        "workspace.covered keys.return",
        "A workspace leaves the customer's key only when its resource returns to Microsoft-managed keys",
        goes("covered", False),
        lambda c: c.step.command == ReturnToMicrosoftManagedKeys(c.was.resource.name),
    ),
    only(
        Workspace,
        "data-is-lost-only-with-the-key",
        "revocation.data-inaccessible keys.rotation-keeps-data",
        "Data gets out of reach only when its key does",
        goes("readable", False),
        lambda c: has_lost_its_key(c.now.resource),
    ),
    only(
        Workspace,
        "what-is-out-of-reach-comes-back-only-by-the-customer",
        "restoration.data-readable directory.key-left-behind",
        "Data comes back only when the customer grants access, recovers or enables what was lost, or enables keys anew",
        goes("readable", True),
        lambda c: isinstance(c.step.command, BRINGS_BACK),
    ),
    only(
        Workspace,
        "workspaces-go-with-their-resource",
        "environment.delete-resource",
        "A workspace is gone only with its resource, and never comes back",
        goes("state"),
        lambda c: c.now.state == "deleted" and c.now.resource.state == "deleted",
    ),
    # Access
    only(
        Grant,
        "access-is-given-only-by-the-customer",
        "identity.no-return-of-access vault.access-policy vault.granted-by-portal",
        "Access is there only because the customer granted it, or enabled customer-managed keys through the portal",
        appears,
        lambda c: (
            about_the_grant(GrantKeyAccess)(c)
            or (about_the_grant(EnableCustomerManagedKeys)(c) and through_the_portal(c))
        ),
    ),
    only(
        Grant,
        "access-is-lost-only-by-itself",
        "revocation.only-that-resource identity.access-removed environment.vault-moved",
        "Access is lost only where it was revoked, its identity went off or its vault changed directory",
        lambda c: c.now is None,
        either(about_the_grant(RevokeKeyAccess), access_must_go),
    ),
)
