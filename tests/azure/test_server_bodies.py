"""Every body that the server sends is one that the generated models of Microsoft's libraries know."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.azure import published_types
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


TYPES: Any = [
    {"$type": "StringType"},
    {"$type": "StringLiteralType", "value": "A"},
    {"$type": "UnionType", "elements": [{"$ref": "#/1"}]},
    {"$type": "ArrayType", "itemType": {"$ref": "#/5"}},
    {
        "$type": "ObjectType",
        "name": "Microsoft.KeyVault/vaults",
        "properties": {
            "id": {"type": {"$ref": "#/0"}, "flags": 1},
            "family": {"type": {"$ref": "#/2"}, "flags": 0},
            "sizes": {"type": {"$ref": "#/3"}, "flags": 2},
            "createMode": {"type": {"$ref": "#/0"}, "flags": 4},
        },
    },
    {"$type": "IntegerType"},
    {"$type": "ResourceType", "name": "Microsoft.KeyVault/vaults@2026-02-01", "body": {"$ref": "#/4"}},
]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "x", "family": "A", "sizes": [1, 2]}, []),
        ({"family": "A"}, ["v.id is missing"]),
        ({"id": 1}, ["v.id: 1 is no StringType"]),
        ({"id": "x", "family": "B"}, ["v.family: 'B' is none of the values"]),
        ({"id": "x", "sizes": [True]}, ["v.sizes[]: True is no IntegerType"]),
        ({"id": "x", "createMode": "y", "more": "z"}, ["v.createMode is never read", "v.more is unknown"]),
    ],
)
def test_the_types_that_microsoft_publishes_are_read(tmp_path: Path, body: Any, found: list[str]) -> None:
    (tmp_path / "types.json").write_text(json.dumps(TYPES), "utf-8")
    ((_, types, index),) = published_types.published(tmp_path)
    assert list(published_types.differences(body, types, index, "v")) == found
