"""Microsoft Entra directories: what cannot cross from one to another, and what a move leaves behind."""

from ..commands import GrantKeyAccess, MoveResource
from ..entities import CUSTOMER, Resource
from ..rows import effect, key_inaccessible, means, refuse, sets, whenever

ROWS = (
    refuse(
        GrantKeyAccess,
        "directory.no-cross-directory-access",
        unless=lambda c: c.vault.subscription.directory.name == c.resource.directory.name,
    ),
    whenever(
        Resource,
        "directory.not-transferred",
        when=lambda r: r.directory.name != r.subscription.directory.name,
        then=lambda r: sets(r, directory=r.subscription.directory, identity=False, key=None),
    ),
    means(
        key_inaccessible,
        "directory.key-left-behind",
        when=lambda r: r.key_source == CUSTOMER and r.key is None,
    ),
)

COUNTER_ROWS = (
    effect(
        MoveResource,
        "directory.same-directory-move",
        when=lambda c: c.subscription.directory.name == c.resource.directory.name,
        then=lambda c: sets(c.resource, identity=False),
    ),
)
