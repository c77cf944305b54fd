"""Which resources are eligible, and when."""

from ..commands import CreateResource, EnableCustomerManagedKeys
from ..entities import MICROSOFT
from ..rows import refuse

ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "resource.regional",
        unless=lambda c: c.resource.location.state == "regional",
    ),
    refuse(CreateResource, "resource.not-at-creation", unless=lambda c: c.keys == MICROSOFT),
)

COUNTER_ROWS = tuple(
    refuse(EnableCustomerManagedKeys, "resource.kinds", unless=lambda c, kind=kind: c.resource.kind != kind)
    for kind in ("Translator", "AIServices", "CognitiveServices")
)
