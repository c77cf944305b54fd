"""The causes of the cascade, what each can cost, and what is tried meanwhile: data, in sentences of the phrasebook."""

from typing import NamedTuple

from ..language.facts import Fact

START = ("a deployed model under customer-managed keys",)
APART = (
    "a vault in a resource group of its own",
    'the customer uploads the document "document" to "workspace"',
    'the customer trains the model "model" in "workspace"',
    'the customer deploys the model "model"',
)
SHARED = ("two resources that share a vault and a key",)
"""Where things start: a situation, and sentences that lead on from it."""


class Cause(NamedTuple):
    """Something that happens, and what a customer can do about it, in sentences of the phrasebook.

    Without ``remedies`` nothing that a customer can do brings anything back.
    """

    name: str
    commands: tuple[str, ...]
    remedies: tuple[str, ...] = ()
    start: tuple[str, ...] = START


def moved_group(group: str, before: str, after: str) -> str:
    """The sentence of the move of a resource group from one subscription to another."""
    return (
        f'the customer moves the resource group "{group}" of the subscription "{before}" to the subscription "{after}"'
    )


GRANT = 'the customer grants "translator" access to the keys of "vault"'
IDENTITY = 'the customer enables the managed identity of "translator"'
ENABLE = 'the customer enables customer-managed keys for "translator" with the key "key" of "vault"'
DELETE_VAULT = 'the customer deletes the vault "vault"'

CAUSES = (
    Cause(
        "Managed identity disabled", ('the customer disables the managed identity of "translator"',), (IDENTITY, GRANT)
    ),
    Cause("Access revoked", ('the customer revokes the access of "translator" to the keys of "vault"',), (GRANT,)),
    Cause("Key vault deleted", (DELETE_VAULT,), ('the customer recovers the vault "vault"',)),
    Cause(
        "Key vault deleted, and its retention over", (DELETE_VAULT, 'the retention period of the vault "vault" ends')
    ),
    Cause(
        "Subscription moved to another directory",
        ('the customer moves the subscription "production" to the directory "abroad"',),
        (IDENTITY, GRANT, ENABLE),
    ),
    Cause(
        "Resource group moved to another directory",
        (moved_group("apps", "production", "foreign"),),
        (IDENTITY, GRANT, ENABLE),
    ),
    Cause(
        "Resource moved to another directory, its key vault left behind",
        ('the customer moves the resource "translator" to the subscription "foreign"',),
        ('the customer moves the resource "translator" to the subscription "production"', IDENTITY, GRANT, ENABLE),
    ),
    Cause(
        "Key vault moved to another directory, the resource left behind",
        (moved_group("vaults", "production", "foreign"),),
        (moved_group("vaults", "foreign", "production"), GRANT),
        APART,
    ),
    Cause(
        "Key deleted",
        ('the customer deletes the key "key" of "vault"',),
        ('the customer recovers the key "key" of "vault"',),
    ),
    Cause(
        "Key disabled",
        ('the customer disables the key "key" of "vault"',),
        ('the customer enables the key "key" of "vault"',),
    ),
    Cause("Resource deleted", ('the customer deletes the resource "translator"',)),
)
"""Every command that costs something, with the key in reach before it; a test tries out all others."""

HARMLESS = (
    Cause("Key rotated", ('the customer rotates the key "key" of "vault"',)),
    Cause(
        "Access of another resource revoked",
        ('the customer revokes the access of "other-translator" to the keys of "vault"',),
        start=SHARED,
    ),
    Cause(
        "Resource moved inside its directory",
        ('the customer moves the resource "translator" to the subscription "security"',),
    ),
)
"""What one may fear and what costs nothing."""


class Loss(NamedTuple):
    """Something that can be lost: the requirement that says so, the fact that shows it is there, and words for it."""

    what: str
    requirement: str
    intact: Fact
    lost: str
    back: str


LOSSES = (
    Loss(
        "Data in the workspace",
        "revocation.data-inaccessible",
        Fact("workspace", "workspace", "readable", True),
        "inaccessible",
        "readable again",
    ),
    Loss(
        "Deployed model",
        "revocation.undeploys",
        Fact("model", "model", "state", "deployed"),
        "undeployed",
        "deployed again",
    ),
    Loss(
        "Uploaded document",
        "revocation.deletes-uploads",
        Fact("document", "document", "exists", True),
        "deleted",
        "there again",
    ),
)

ACTIONS = {
    "Read data": 'the customer reads the data of "workspace"',
    "Upload": 'the customer uploads the document "other-document" to "workspace"',
    "Train": 'the customer trains the model "other-model" in "workspace"',
    "Deploy": 'the customer deploys the model "model"',
    "Translate with the model": 'the customer translates with the model "model"',
}
