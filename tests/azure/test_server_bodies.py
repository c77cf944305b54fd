"""Every body that the server sends is one that the generated models of Microsoft's libraries know."""

import pytest

from tests.azure.corpus import EXAMPLES, played
from tests.azure.sdk_types import differences
from tests.azure.wire import Customer


def test_the_generated_models_know_every_member_of_every_body(customer: Customer) -> None:
    compared = 0
    for example, answer in played(customer):
        if example.type:
            assert list(differences(answer.body, example.type)) == [], example
            compared += 1
    assert compared == sum(bool(example.type) for example in EXAMPLES)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "key": "x"}}}, "cognitiveservices:Account"),
        ({"properties": {"customSubDomainName": 1}}, "cognitiveservices:Account"),
        ({"properties": {"accessPolicies": [{"objectID": "x"}]}}, "keyvault:Vault"),
        ({"properties": {"enableSoftDelete": "yes"}}, "keyvault:Vault"),
        ({"value": [{"kid": "x", "version": "y"}]}, "keys:KeyItem[]"),
    ],
)
def test_a_member_that_is_unknown_or_of_another_type_is_found(body: object, name: str) -> None:
    assert list(differences(body, name))
