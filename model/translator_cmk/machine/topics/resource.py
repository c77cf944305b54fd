"""Which resources are eligible, when, and what a repeated request does."""

from ..commands import (
    CreateResource,
    DeployModel,
    DisableIdentity,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    EnableKey,
    EnablePurgeProtection,
    EnableSoftDelete,
    GrantKeyAccess,
    RemoveKeyRole,
    ReturnToMicrosoftManagedKeys,
    RevokeKeyAccess,
    SetPermissionModel,
    UndeployModel,
)
from ..conditions import has_role, is_enabled_already, is_in_policies
from ..entities import CUSTOMER, MICROSOFT, Workspace
from ..rows import effect, refuse, silent
from ..updates import puts_key_in_use, sets

ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "resource.global-refused",
        unless=lambda c: c.resource.location.state == "regional",
    ),
    refuse(
        CreateResource,
        "resource.creation-refused",
        unless=lambda c: c.keys == MICROSOFT,
    ),
    effect(
        CreateResource,
        "resource.not-at-creation",
        when=lambda c: c.keys == CUSTOMER,
        then=lambda c: sets(c.resource, key_source=MICROSOFT),
    ),
)

OTHER_READINGS = (
    silent(
        CreateResource,
        "resource.cognitive-services",
        when=lambda c: c.kind == "CognitiveServices" and c.keys == CUSTOMER,
    ),
    silent(
        EnableCustomerManagedKeys,
        "resource.cognitive-services",
        when=lambda c: c.resource.kind == "CognitiveServices",
    ),
    silent(
        EnableCustomerManagedKeys,
        "resource.repeats",
        when=lambda c: is_enabled_already(c),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
)
"""Where nothing is said of a kind of resource, a request for customer-managed keys may do anything
to it; where the key is in use already, it may do something else to what was there before.
"""

COUNTER_ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "resource.kinds",
        unless=lambda c: c.resource.kind != "Translator",
    ),
    refuse(
        EnableCustomerManagedKeys,
        "resource.kinds",
        unless=lambda c: c.resource.kind != "AIServices",
    ),
    refuse(
        EnableCustomerManagedKeys,
        "resource.cognitive-services",
        unless=lambda c: c.resource.kind != "CognitiveServices",
    ),
    effect(
        EnableCustomerManagedKeys,
        "resource.regional",
        when=lambda c: c.resource.location.state == "global",
        then=lambda c: puts_key_in_use(c),
    ),
    effect(
        EnableIdentity,
        "resource.rest-stays",
        when=lambda c: c.resource.key is not None and not c.resource.identity,
        then=lambda c: sets(c.resource, key_source=MICROSOFT, key=None),
    ),
    refuse(EnableIdentity, "resource.repeats", unless=lambda c: not c.resource.identity),
    refuse(DisableIdentity, "resource.repeats", unless=lambda c: c.resource.identity),
    refuse(
        GrantKeyAccess,
        "resource.repeats",
        unless=lambda c: not is_in_policies(c.vault, c.resource),
    ),
    refuse(
        RevokeKeyAccess,
        "resource.repeats",
        unless=lambda c: is_in_policies(c.vault, c.resource),
    ),
    refuse(
        SetPermissionModel,
        "resource.repeats",
        unless=lambda c: c.vault.permission_model != c.permission_model,
    ),
    refuse(RemoveKeyRole, "resource.repeats", unless=lambda c: has_role(c.vault, c.resource)),
    refuse(
        EnableCustomerManagedKeys,
        "resource.repeats",
        unless=lambda c: not is_enabled_already(c),
    ),
    refuse(
        ReturnToMicrosoftManagedKeys,
        "resource.repeats",
        unless=lambda c: c.resource.key_source != MICROSOFT,
    ),
    refuse(EnableSoftDelete, "resource.repeats", unless=lambda c: not c.vault.soft_delete),
    refuse(
        EnablePurgeProtection,
        "resource.repeats",
        unless=lambda c: not c.vault.purge_protection,
    ),
    refuse(EnableKey, "resource.repeats", unless=lambda c: not c.key.enabled),
    refuse(DisableKey, "resource.repeats", unless=lambda c: c.key.enabled),
    refuse(DeployModel, "resource.repeats", unless=lambda c: c.model.state != "deployed"),
    refuse(UndeployModel, "resource.repeats", unless=lambda c: c.model.state == "deployed"),
)
