"""Encryption at rest, its layers, and where a customer sees it."""

from ..commands import CreateResource, EnableCustomerManagedKeys, ReadData, TrainModel, UploadDocument
from ..entities import CUSTOMER, MICROSOFT
from ..rows import double_encrypted, effect, encrypted_at_rest, means, refuse, sets, shows_encryption_section

ROWS = (
    means(encrypted_at_rest, "encryption.at-rest"),
    effect(
        CreateResource,
        "encryption.default-key",
        when=lambda c: c.keys == MICROSOFT,
        then=lambda c: sets(c.resource, key_source=MICROSOFT),
    ),
    means(double_encrypted, "encryption.double", when=lambda r: r.key_source == CUSTOMER),
    means(shows_encryption_section, "encryption.section", when=lambda r: r.tier.supports_customer_managed_keys),
    refuse(
        EnableCustomerManagedKeys,
        "encryption.tier-refused",
        unless=lambda c: c.resource.tier.supports_customer_managed_keys,
    ),
)

COUNTER_ROWS = (
    means(shows_encryption_section, "encryption.no-section"),
    effect(
        EnableCustomerManagedKeys,
        "encryption.tier",
        when=lambda c: not c.resource.tier.supports_customer_managed_keys,
        then=lambda c: sets(c.resource, key_source=CUSTOMER),
    ),
    *(
        refuse(on, "encryption.transparent", unless=lambda c: c.workspace.resource.key_source == MICROSOFT)
        for on in (UploadDocument, TrainModel, ReadData)
    ),
)
