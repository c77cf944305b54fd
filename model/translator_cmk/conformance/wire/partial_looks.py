"""What a look leaves out because it could not be seen this time.

A system may declare that it shows no document while data is inaccessible (`MASKED`).  It may also
declare that it leaves out what it could not find out this time (`AT_TIMES`): of a resource its key
source, and its key with it; of a workspace whether its data is readable, and its documents with it;
of a workspace its resource, of a model its state, or of a grant its vault, and with it whether it
is there.  Nothing is compared of what is left out so.
"""

from collections.abc import Mapping, Sequence

from ...language.declaration import AT_TIMES, MASKED, Declaration
from ...machine import Observation
from ...machine.entities import Document, Grant, Model, Resource, Workspace
from ...machine.observation import Fields
from ...oracle.shown import Address

GO_TOGETHER: Sequence[tuple[str, tuple[str, ...]]] = (
    (Resource.word, ("key_source", "key", "encryption_section")),
    (Workspace.word, ("readable",)),
    (Workspace.word, ("resource", "key_source", "exists")),
    (Model.word, ("state", "exists")),
    (Grant.word, ("vault", "exists")),
)
"""The fields that are left out together.  Each of these things has the first of them."""


def unknown_fields(seen: Observation, declared: Declaration) -> frozenset[Address]:
    """Return the fields that a look leaves out because they are not known this time."""
    if AT_TIMES not in declared.hidden:
        return frozenset()
    found = set[Address]()
    for kind, fields in GO_TOGETHER:
        always_there, *_ = fields
        if not declared.shows(kind, always_there):
            continue
        for name, shown in seen.get(kind, {}).items():
            if always_there not in shown:
                found.update(((kind, name), field) for field in fields)
    return frozenset(found)


def shows_always_the_same(declared: Declaration) -> bool:
    """Return whether the system leaves out the same each time."""
    return declared.hidden.isdisjoint({MASKED, AT_TIMES})


def hides_documents(workspace: Fields, declared: Declaration) -> bool:
    """Return whether a look that shows a workspace so leaves its documents out, deleted or not."""
    if workspace.get("readable") is False:
        return MASKED in declared.hidden
    is_unknown = "readable" not in workspace and declared.shows(Workspace.word, "readable")
    return is_unknown and AT_TIMES in declared.hidden


def left_out(
    seen: Observation, documents: Mapping[str, str], declared: Declaration
) -> frozenset[Address]:
    """Return all that a look leaves out; ``documents`` are those that there may be, each with its
    workspace.
    """
    found = set(unknown_fields(seen, declared))
    for document, workspace in documents.items():
        shown = seen.get("workspace", {}).get(workspace)
        if shown is not None and hides_documents(shown, declared):
            found.add(((Document.word, document), "exists"))
    return frozenset(found)
