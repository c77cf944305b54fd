"""The declaration: what a system says of itself, so that nothing is asked of it that it does not
have."""

from collections.abc import Mapping
from typing import Any

from ..machine import COMMANDS, DEFAULT_STAGE, Stage
from ..machine.values import Value
from ..shapes import Choice, Inconsistent, Line, MapOf, Record, Reference, Shape, UniqueList, Whole
from .messages import IDS, OBSERVED, STAGE, build_stage, to_json
from .name_forms import CODE

CAPABILITIES: Mapping[str, str] = {
    "portal": "Customer-managed keys can be enabled as the portal does it, which turns the "
    "identity on and grants access by itself; and the Encryption section can be seen.",
    "reasons": "A refusal names all or some of the requirements behind it.",
    "clock": "The retention period of a deleted vault can be ended.",
    "legacy-vaults": "A vault can be made without soft delete, with or without purge protection.",
    "azure-rbac": "A vault can be switched to Azure RBAC and back, and roles on it can be "
    "assigned, removed and seen.",
    "several-tenants": "There is a second tenant, to which resources and subscriptions can move.",
    "audit": "An acceptance lists the uses of a customer's key.",
    "parallel": "Several sessions can run at once, each with its own resources.",
}
"""Capabilities that a system may lack.  Scenarios that need one are then not applicable, with this
as the reason."""

LEVELS: Mapping[str, str] = {
    "vault-and-key": "Key vaults and their keys.",
    "account": "Resources, their identities and access to keys, and customer-managed keys for "
    "them.",
    "custom-translator": "Workspaces, documents and translation models, and their losses.",
}
"""Parts of a system that can conform by themselves.  Each level is scored apart, and a system
claims one or more."""

MASKED = "document.while-inaccessible"
"""Declared as hidden by a system that can't tell a deleted document from an inaccessible one, and
shows neither."""

AT_TIMES = "field.while-unknown"
"""Declared as hidden by a system that can't always see everything.  What it could not find out this
time it leaves out: the key source of a resource, whether the data of a workspace is readable, or,
where it may not be there at all, the resource of a workspace, the state of a model and the vault of
a grant."""


def hideable_parts() -> tuple[str, ...]:
    """Return the kinds that can be observed, each followed by its fields as `kind.field`."""
    parts = []
    for kind, (_, fields) in OBSERVED.items():
        parts.append(kind)
        parts += [f"{kind}.{field}" for field in fields]
    return tuple(parts)


HIDEABLE = (*hideable_parts(), MASKED, AT_TIMES)
"""Kinds, and fields of kinds, that an observation may leave out if that is declared."""

LONGEST_WINDOW = 86_400
"""The most seconds that an effect may take: one day."""


class Declaration(Value):
    """The declaration of a system.

    ``windows``: for a command, how many seconds its effects may take to show; all others show at
    once. ``codes``: for a native code of a refusal, the requirements that it stands for. ``stage``:
    what it has of the tenants, subscriptions, regions and tiers that it is asked for.
    """

    product: str
    version: str
    capabilities: frozenset[str] = frozenset(CAPABILITIES)
    levels: tuple[str, ...] = tuple(LEVELS)
    hidden: frozenset[str] = frozenset()
    stage: Stage = DEFAULT_STAGE
    windows: Mapping[str, int] = {}
    codes: Mapping[str, frozenset[str]] = {}

    def can(self, capability: str) -> bool:
        """Return whether it has declared the capability."""
        return capability in self.capabilities

    @property
    def unseen(self) -> frozenset[str]:
        """Return what its observations leave out: what is hidden, and what only a system with a
        capability shows that it lacks."""
        unseen = self.hidden
        if not self.can("portal"):
            unseen |= {"resource.encryption_section"}
        if not self.can("azure-rbac"):
            unseen |= {"role"}
        return unseen

    def shows(self, kind: str, field: str) -> bool:
        """Return whether its observations have this field of this kind."""
        unseen = self.unseen
        return kind not in unseen and f"{kind}.{field}" not in unseen


def declare(**fields: Any) -> Declaration:
    """Return the declaration with these fields; raises `Inconsistent` where they do not fit
    together.

    A declaration that is read claims only the capabilities that it lists, and one multi-service
    kind if it says nothing of kinds.
    """
    claimed = {"capabilities": frozenset(), "stage": build_stage(), **fields}
    declaration = Declaration(**claimed)
    if not declaration.levels:
        raise Inconsistent("levels is empty", "name at least one, or leave it out to claim all")
    if declaration.codes and not declaration.can("reasons"):
        what = "codes are mapped to requirements without the capability 'reasons'"
        raise Inconsistent(what, "declare it, or drop them")
    if declaration.can("several-tenants") and len(declaration.stage.tenants) < 2:
        what = "several-tenants is declared, and the stage has only one"
        raise Inconsistent(what, "offer a second, or do not declare it")
    return declaration


DECLARED: dict[str, Shape] = {
    "product": Line(200),
    "version": Line(200),
    "capabilities": UniqueList(Choice(CAPABILITIES), frozenset),
    "levels": UniqueList(Choice(LEVELS)),
    "hidden": UniqueList(Choice(HIDEABLE), frozenset),
    "stage": Reference(STAGE, "stage"),
    "windows": Record("the windows", {command: Whole(0, LONGEST_WINDOW) for command in COMMANDS}),
    "codes": MapOf(CODE, IDS),
}
"""The fields of a declaration as a message has them."""

DECLARATION = Record("a declaration", DECLARED, ("product", "version"), declare)


def declaration_to_wire(declaration: Declaration) -> dict[str, Any]:
    """Return the declaration as a JSON value, its sets sorted."""
    return dict(to_json(declaration))
