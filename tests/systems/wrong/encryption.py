"""Wrong systems: the key source of a resource, and where a customer sees it."""

from typing import Any

from tests.systems.histories import once, refused, refuses_and_does
from tests.systems.variants import accepting, adding, also_where, only_where, wrong
from translator_cmk.machine.commands import (
    CreateResource,
    EnableCustomerManagedKeys,
    EnableIdentity,
    ReadData,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from translator_cmk.machine.conditions import granted
from translator_cmk.machine.entities import CUSTOMER, MICROSOFT, Model, Resource
from translator_cmk.machine.meanings import shows_encryption_section
from translator_cmk.machine.rows import effect, means, refuse
from translator_cmk.machine.updates import sets

WRONG = (
    wrong(
        "refuses to read data under a customer's key",
        "reading was built for Microsoft-managed keys alone",
        ["encryption.transparent"],
        adding(
            refuse(ReadData, "revocation.reading-refused", unless=lambda c: not c.workspace.covered)
        ),
    ),
    wrong(
        "takes no upload under a customer's key",
        "the upload service was never given the key",
        ["encryption.transparent", "environment.upload"],
        adding(
            refuse(UploadDocument, "revocation.no-upload", unless=lambda c: not c.workspace.covered)
        ),
    ),
    wrong(
        "trains one model for each workspace under a customer's key",
        "the second of a kind was never tried",
        ["encryption.transparent", "environment.train"],
        adding(
            refuse(
                TrainModel,
                "environment.train",
                when=lambda c: c.workspace.covered,
                unless=lambda c: all(
                    m.workspace.name != c.workspace.name for m in c.workspace.world.every(Model)
                ),
            )
        ),
    ),
    wrong(
        "translates with no model in a workspace that is older than customer-managed keys",
        "the key source of the resource is asked for, where that of the workspace matters",
        ["encryption.transparent", "workspace.earlier-uncovered"],
        adding(
            refuse(
                TranslateWithModel,
                "revocation.features-stop",
                unless=lambda c: (
                    c.model.workspace.covered or c.model.workspace.resource.key_source == MICROSOFT
                ),
            )
        ),
    )._replace(caught_in="full"),  # `article` leaves open what becomes of an earlier workspace
    wrong(
        "gives a new resource the key of another in its resource group",
        "settings are copied from a neighbour",
        ["encryption.default-key"],
        only_where("encryption.default-key", lambda c: not neighbours_on_own_keys(c)),
        adding(
            effect(
                CreateResource,
                "encryption.default-key",
                when=lambda c: c.keys == MICROSOFT and bool(neighbours_on_own_keys(c)),
                then=lambda c: sets(
                    c.resource,
                    key_source=CUSTOMER,
                    key=neighbours_on_own_keys(c)[0].key,
                    data_key=neighbours_on_own_keys(c)[0].key,
                ),
            )
        ),
    ),
    wrong(
        "reads customer-managed from the moment at which the identity is on",
        "the identity is taken for the choice of the key",
        ["encryption.default-key", "keys.opt-in"],
        adding(
            effect(
                EnableIdentity,
                "identity.enable",
                when=lambda c: c.resource.key_source == MICROSOFT,
                then=lambda c: sets(c.resource, key_source=CUSTOMER),
            )
        ),
    ),
    wrong(
        "shows the Encryption section only once customer-managed keys are on",
        "the section is taken for a place that shows keys, and it is where they are chosen",
        ["encryption.section"],
        only_where("encryption.section", lambda r: r.key_source == CUSTOMER),
    ),
    wrong(
        "hides the Encryption section once customer-managed keys are on",
        "there seems to be nothing left to choose",
        ["encryption.section"],
        only_where("encryption.section", lambda r: r.key_source == MICROSOFT),
    ),
    wrong(
        "shows no Encryption section for a multi-service resource",
        "only resources of the kind Translator were thought of",
        ["encryption.section"],
        only_where("encryption.section", lambda r: r.kind == "Translator"),
    ),
    wrong(
        "shows the Encryption section on every tier",
        "the pricing tier is not looked at",
        ["encryption.no-section"],
        adding(means(shows_encryption_section, "encryption.no-section")),
    ),
    wrong(
        "shows the Encryption section on a limited tier once the identity is on",
        "two conditions are joined by *or*",
        ["encryption.no-section"],
        also_where("encryption.section", lambda r: r.identity),
    ),
    wrong(
        "accepts any tier",
        "the pricing tier is not looked at",
        ["encryption.tier", "encryption.tier-refused"],
        accepting("encryption.tier-refused"),
    ),
    wrong(
        "looks at the pricing tier in the portal alone",
        "the check is in the user interface",
        ["encryption.tier", "encryption.tier-refused"],
        accepting("encryption.tier-refused", lambda c: c.through == "api"),
    ),
    wrong(
        "does not look at the pricing tier of a resource that has access to the key vault",
        "the access is taken for a sign that somebody has checked it already",
        ["encryption.tier", "encryption.tier-refused"],
        accepting(
            "encryption.tier-refused",
            lambda c: c.store == "key-vault" and granted(c.vault, c.resource),
        ),
    ),
    wrong(
        "accepts the second request on a limited tier",
        "what was once refused is left half done, and the next request finds it",
        ["encryption.tier", "encryption.tier-refused"],
        system=once(refused(EnableCustomerManagedKeys), accepting("encryption.tier-refused")),
    ),
    wrong(
        "refuses a limited tier, and puts the key in use all the same",
        "the check comes after the effect, and nothing is undone",
        ["encryption.tier"],
        system=refuses_and_does(accepting("encryption.tier-refused")),
    ),
)


def neighbours_on_own_keys(command: Any) -> list[Any]:
    """Return the resources in the resource group of a new one that have customer-managed keys."""
    return [
        resource
        for resource in command.subscription.world.every(Resource)
        if resource.group == command.group
        and resource.state == "active"
        and resource.key is not None
    ]
