"""Which Custom Translator workspaces a customer's key covers."""

from ..commands import CreateWorkspace, EnableCustomerManagedKeys
from ..entities import CUSTOMER, Workspace
from ..rows import data_inaccessible, effect, key_inaccessible, means, sets

ROWS = (
    effect(
        CreateWorkspace,
        "workspace.covered",
        when=lambda c: c.resource.key_source == CUSTOMER,
        then=lambda c: sets(c.workspace, covered=True),
    ),
    means(data_inaccessible, "workspace.covered", when=lambda w: w.covered and key_inaccessible(w.resource)),
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
