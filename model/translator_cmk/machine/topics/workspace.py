"""Which Custom Translator workspaces a customer's key covers."""

from ..commands import (
    CreateWorkspace,
    DeleteResource,
    DeployModel,
    EnableCustomerManagedKeys,
    ReadData,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ..conditions import has_document, has_workspace, is_earlier
from ..entities import CUSTOMER, MICROSOFT, Workspace
from ..meanings import key_inaccessible
from ..rows import effect, refuse, silent
from ..updates import ends_contents, sets

ROWS = (
    refuse(
        TrainModel,
        "workspace.training-refused",
        when=lambda c: c.workspace.readable,
        unless=lambda c: has_document(c.workspace),
    ),
    effect(
        CreateWorkspace,
        "workspace.covered",
        when=lambda c: c.resource.key_source == CUSTOMER and not key_inaccessible(c.resource),
        then=lambda c: sets(c.workspace, covered=True),
    ),
    effect(
        DeleteResource,
        "workspace.ends-with-resource",
        when=lambda c: c.resource.state == "active" and has_workspace(c.resource),
        then=lambda c: ends_contents(c.resource),
    ),
)

OTHER_READINGS = (
    silent(
        EnableCustomerManagedKeys,
        "workspace.earlier-uncovered",
        when=lambda c: has_workspace(c.resource),
        each=Workspace,
        free=lambda c, w: (
            w.resource.name == c.resource.name
            and (not w.covered or c.resource.key_source == MICROSOFT)
        ),
        may_refuse=False,
    ),
    *(
        silent(
            on,
            "workspace.earlier-uncovered",
            when=lambda c: is_earlier(c.workspace),
        )
        for on in (UploadDocument, TrainModel, ReadData)
    ),
    *(
        silent(
            on,
            "workspace.earlier-uncovered",
            when=lambda c: is_earlier(c.model.workspace),
        )
        for on in (DeployModel, TranslateWithModel)
    ),
    silent(
        DeleteResource,
        "workspace.ends-with-resource",
        when=lambda c: has_workspace(c.resource),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
)
"""Enabling does something else to what was there before, such as deleting the uploads, or nobody
can work with it any more; what a deleted resource held ends bit by bit, or after a while.
"""

COUNTER_ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "workspace.earlier-allowed",
        when=lambda c: c.resource.key_source == MICROSOFT,
        unless=lambda c: not has_workspace(c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "workspace.earlier-uncovered",
        each=Workspace,
        when=lambda c, w: w.resource.name == c.resource.name,
        then=lambda c, w: sets(w, covered=True),
    ),
)
