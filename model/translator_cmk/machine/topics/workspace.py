"""Which Custom Translator workspaces a customer's key covers."""

from ..commands import CreateWorkspace, EnableCustomerManagedKeys
from ..conditions import has_workspace
from ..entities import CUSTOMER, MICROSOFT, Workspace
from ..rows import effect, refuse
from ..updates import sets

ROWS = (
    effect(
        CreateWorkspace,
        "workspace.covered",
        when=lambda c: c.resource.key_source == CUSTOMER,
        then=lambda c: sets(c.workspace, covered=True),
    ),
)

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
