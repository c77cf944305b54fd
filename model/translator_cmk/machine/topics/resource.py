"""Which resources are eligible, and when."""

from ..commands import CreateResource, EnableCustomerManagedKeys
from ..entities import CUSTOMER, MICROSOFT
from ..rows import effect, refuse
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
        "resource.kinds",
        unless=lambda c: c.resource.kind != "CognitiveServices",
    ),
    effect(
        EnableCustomerManagedKeys,
        "resource.regional",
        when=lambda c: c.resource.location.state == "global",
        then=lambda c: puts_key_in_use(c),
    ),
)
