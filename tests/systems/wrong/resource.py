"""Wrong systems: which resources can have customer-managed keys, and when."""

from tests.systems.histories import refuses_and_does
from tests.systems.variants import accepting, adding, doing, without, wrong
from translator_cmk.machine.commands import EnableCustomerManagedKeys
from translator_cmk.machine.conditions import granted
from translator_cmk.machine.entities import CUSTOMER
from translator_cmk.machine.rows import refuse
from translator_cmk.machine.updates import sets

WRONG = (
    wrong(
        "accepts a global resource",
        "the location is not looked at",
        ["resource.regional", "resource.global-refused"],
        accepting("resource.global-refused"),
    ),
    wrong(
        "accepts a global resource through the API",
        "the check is in the user interface",
        ["resource.regional", "resource.global-refused"],
        accepting("resource.global-refused", lambda c: c.through == "api"),
    ),
    wrong(
        "accepts a global multi-service resource",
        "only resources of the kind Translator were thought to be global",
        ["resource.regional", "resource.global-refused"],
        accepting("resource.global-refused", lambda c: c.resource.kind != "Translator"),
    ),
    wrong(
        "accepts a global resource that has access to the key vault",
        "the access is taken for a sign that somebody has checked it already",
        ["resource.regional", "resource.global-refused"],
        accepting(
            "resource.global-refused",
            lambda c: c.store == "key-vault" and granted(c.vault, c.resource),
        ),
    ),
    wrong(
        "accepts resources of the kind Translator alone",
        "multi-service resources were forgotten",
        ["resource.kinds"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "encryption.tier-refused",
                unless=lambda c: c.resource.kind == "Translator",
            )
        ),
    ),
    wrong(
        "refuses a resource of the kind CognitiveServices in the portal",
        "the older kind is not in the portal's list",
        ["resource.cognitive-services"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "encryption.tier-refused",
                when=lambda c: c.through == "portal",
                unless=lambda c: c.resource.kind != "CognitiveServices",
            )
        ),
    ),
    wrong(
        "accepts customer-managed keys in the request that creates a resource",
        "the key source is taken from the request, as other fields are",
        ["resource.not-at-creation", "resource.creation-refused"],
        without("resource.creation-refused"),
        doing("resource.not-at-creation", lambda c: sets(c.resource, key_source=CUSTOMER)),
    ),
    wrong(
        "refuses customer-managed keys at creation, and makes the resource all the same",
        "the check comes after the effect, and nothing is undone",
        ["resource.creation-refused"],
        system=refuses_and_does(without("resource.creation-refused")),
    ),
)
