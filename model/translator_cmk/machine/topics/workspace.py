"""Which Custom Translator workspaces a customer's key covers."""

from ..commands import CreateWorkspace, EnableCustomerManagedKeys
from ..entities import CUSTOMER, Workspace
from ..rows import effect, sets

ROWS = (
    effect(
        CreateWorkspace,
        "workspace.covered",
        when=lambda c: c.resource.key_source == CUSTOMER,
        then=lambda c: sets(c.workspace, covered=True),
    ),
)

COUNTER_ROWS = (
    effect(
        EnableCustomerManagedKeys,
        "workspace.earlier-uncovered",
        each=Workspace,
        when=lambda c, w: w.resource.name == c.resource.name,
        then=lambda c, w: sets(w, covered=True),
    ),
)
