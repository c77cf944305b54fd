"""Which Custom Translator workspaces a customer's key covers."""

from ..commands import CreateWorkspace, EnableCustomerManagedKeys
from ..entities import CUSTOMER, Workspace
from ..rows import cut_off, effect, key_out_of_reach, means, sets

ROWS = (
    effect(
        CreateWorkspace,
        "workspace.covered",
        when=lambda c: c.resource.key_source == CUSTOMER,
        then=lambda c: sets(c.workspace, covered=True),
    ),
    means(cut_off, "workspace.covered", when=lambda w: w.covered and key_out_of_reach(w.resource)),
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
