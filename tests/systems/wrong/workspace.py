"""Wrong systems: which workspaces a customer's key covers."""

from typing import Any

from tests.systems.histories import accepted, once
from tests.systems.variants import also_where, only_where, without, wrong
from translator_cmk.machine.commands import EnableCustomerManagedKeys, ReturnToMicrosoftManagedKeys
from translator_cmk.machine.conditions import has_workspace
from translator_cmk.machine.entities import CUSTOMER, Resource


def newest_resource(command: Any) -> Any:
    """Return the resource that was created last."""
    return list(command.resource.world.every(Resource))[-1]


WRONG = (
    wrong(
        "covers no workspace",
        "workspaces are always made under Microsoft-managed keys",
        ["workspace.covered"],
        without("workspace.covered"),
    ),
    wrong(
        "covers every workspace, whichever keys the resource has",
        "the field is a constant",
        ["workspace.earlier-uncovered", "workspace.covered", "encryption.default-key"],
        also_where("workspace.covered", lambda c: True),
    ),
    wrong(
        "covers the first workspace of a resource alone",
        "the second of a kind was never tried",
        ["workspace.covered"],
        only_where("workspace.covered", lambda c: not has_workspace(c.resource)),
    ),
    wrong(
        "covers no workspace that is made after the key was rotated",
        "the version that was put in use is asked for",
        ["workspace.covered"],
        only_where("workspace.covered", lambda c: c.resource.key.version == 1),
    ),
    wrong(
        "covers no workspace of a multi-service resource",
        "only resources of the kind Translator were thought of",
        ["workspace.covered"],
        only_where("workspace.covered", lambda c: c.resource.kind == "Translator"),
    ),
    wrong(
        "covers a workspace where the newest resource has customer-managed keys, whichever it is "
        "made for",
        "the resource is looked up by its age",
        ["workspace.covered", "keys.opt-in", "encryption.default-key"],
        only_where("workspace.covered", lambda c: newest_resource(c).key_source == CUSTOMER),
    ),
    wrong(
        "covers a workspace as soon as any resource has customer-managed keys",
        "the setting is kept for the subscription, as the article's word may suggest",
        ["workspace.covered", "keys.opt-in", "encryption.default-key"],
        also_where(
            "workspace.covered",
            lambda c: any(
                resource.key_source == CUSTOMER for resource in c.resource.world.every(Resource)
            ),
        ),
    ),
    wrong(
        "covers no workspace once a resource has gone back to Microsoft-managed keys",
        "what was given up once is marked for good",
        ["workspace.covered"],
        system=once(accepted(ReturnToMicrosoftManagedKeys), without("workspace.covered")),
    ),
    wrong(
        "covers no workspace that is made once the portal has enabled customer-managed keys",
        "the API tells Custom Translator of the key, and the portal does not",
        ["workspace.covered"],
        system=once(
            accepted(EnableCustomerManagedKeys, through="portal"), without("workspace.covered")
        ),
    ),
    wrong(
        "covers no workspace of a resource whose key vault is in another subscription",
        "only the resource's own subscription is searched",
        ["workspace.covered"],
        only_where(
            "workspace.covered",
            lambda c: (
                c.resource.key is None
                or c.resource.key.vault.subscription.name == c.resource.subscription.name
            ),
        ),
    ),
)
