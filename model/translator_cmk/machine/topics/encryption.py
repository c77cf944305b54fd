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
from ..entities import CUSTOMER, MICROSOFT
from ..meanings import shows_encryption_section
from ..rows import effect, means, refuse
from ..updates import puts_key_in_use, sets

ROWS = (
    effect(
        CreateResource,
        "encryption.default-key",
        when=lambda c: c.keys == MICROSOFT,
        then=lambda c: sets(c.resource, key_source=MICROSOFT),
    ),
    means(
        shows_encryption_section,
        "encryption.section",
        when=lambda r: r.tier.supports_customer_managed_keys,
    ),
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
        then=lambda c: puts_key_in_use(c),
    ),
    *(
        refuse(
            on,
            "encryption.transparent",
            unless=lambda c: c.workspace.resource.key_source == MICROSOFT,
        )
        for on in (UploadDocument, TrainModel, ReadData)
    ),
    *(
        refuse(
            on,
            "encryption.transparent",
            unless=lambda c: c.model.workspace.resource.key_source == MICROSOFT,
        )
        for on in (DeployModel, TranslateWithModel)
    ),
    *(
        refuse(
            on,
            "encryption.transparent",
            unless=lambda c: c.workspace.resource.key_source == CUSTOMER,
        )
        for on in (UploadDocument, TrainModel, ReadData)
    ),
    *(
        refuse(
            on,
            "encryption.transparent",
            unless=lambda c: c.model.workspace.resource.key_source == CUSTOMER,
        )
        for on in (DeployModel, TranslateWithModel)
    ),
)
