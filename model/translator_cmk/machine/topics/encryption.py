"""The key source of a resource, and where a customer sees it."""

from ..commands import (
    CreateResource,
    DeployModel,
    EnableCustomerManagedKeys,
    ReadData,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ..entities import MICROSOFT
from ..rows import effect, means, puts_in_use, refuse, sets, shows_encryption_section

ROWS = (
    effect(
        CreateResource,
        "encryption.default-key",
        when=lambda c: c.keys == MICROSOFT,
        then=lambda c: sets(c.resource, key_source=MICROSOFT),
    ),
    means(shows_encryption_section, "encryption.section", when=lambda r: r.tier.supports_customer_managed_keys),
    refuse(
        EnableCustomerManagedKeys,
        "encryption.tier-refused",
        unless=lambda c: c.resource.tier.supports_customer_managed_keys,
    ),
)

COUNTER_ROWS = (
    means(shows_encryption_section, "encryption.no-section"),
    puts_in_use("encryption.tier", when=lambda c: not c.resource.tier.supports_customer_managed_keys),
    *(
        refuse(on, "encryption.transparent", unless=lambda c: c.workspace.resource.key_source == MICROSOFT)
        for on in (UploadDocument, TrainModel, ReadData)
    ),
    *(
        refuse(on, "encryption.transparent", unless=lambda c: c.model.workspace.resource.key_source == MICROSOFT)
        for on in (DeployModel, TranslateWithModel)
    ),
)
