"""Each route answers as Azure documents it, with bodies that Microsoft's types know; a malformed request is refused."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.azure import published_types
from tests.azure.corpus import Example, played
from tests.azure.malformed import is_refused, malformed
from tests.azure.sdk_types import differences
from tests.azure.wire import Answer, Customer, Wire
from translator_cmk.azure.routes import ROUTES, apis_at, find
from translator_cmk.azure.server import AzureServer


@pytest.fixture(scope="module")
def answers(served: AzureServer) -> list[tuple[Example, Answer]]:
    """The examples, each with its answer."""
    with closing(Wire(served)) as wire:
        return list(played(Customer(wire)))


def test_each_route_has_an_example_that_is_answered_as_it_says(answers: list[tuple[Example, Answer]]) -> None:
    reached = set()
    for example, answer in answers:
        assert answer.status == example.status, f"{example} {answer}"
        found = find(apis_at(example.host)[0], example.method, example.path.partition("?")[0], {})
        assert found
        reached.add(found[0])
    assert {route for route in set(ROUTES) - reached if route.api not in ("login", "metadata")} == set()


def test_the_generated_models_know_every_member_of_every_body(answers: list[tuple[Example, Answer]]) -> None:
    typed = [(example, answer) for example, answer in answers if example.type]
    assert typed
    assert [each for example, answer in typed for each in differences(answer.body, example.type)] == []


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


def ref(index: int, **more: Any) -> dict[str, Any]:
    return {"$ref": f"#/{index}", **more}


MEMBERS = {"id": (0, 1), "family": (2, 0), "sizes": (3, 2), "createMode": (0, 4)}
TYPES: Any = [
    {"$type": "StringType"},
    {"$type": "StringLiteralType", "value": "A"},
    {"$type": "UnionType", "elements": [ref(1)]},
    {"$type": "ArrayType", "itemType": ref(5)},
    {"$type": "ObjectType", "properties": {n: {"type": ref(i), "flags": flags} for n, (i, flags) in MEMBERS.items()}},
    {"$type": "IntegerType"},
    {"$type": "ResourceType", "name": "Microsoft.KeyVault/vaults@2026-02-01", "body": ref(4)},
]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "x", "family": "A", "sizes": [1, 2]}, []),
        ({"family": "A"}, ["$"]),
        ({"id": 1}, ["$.id"]),
        ({"id": "x", "family": "B"}, ["$.family"]),
        ({"id": "x", "sizes": [True]}, ["$.sizes[0]"]),
        ({"id": "x", "createMode": "y"}, ["$"]),
        ({"id": "x", "more": "z"}, ["$"]),
    ],
)
def test_the_types_that_microsoft_publishes_are_read(tmp_path: Path, body: Any, found: list[str]) -> None:
    (tmp_path / "types.json").write_text(json.dumps(TYPES), "utf-8")
    ((name, validator),) = published_types.published(tmp_path)
    assert name == "Microsoft.KeyVault/vaults@2026-02-01"
    assert [each.partition(":")[0] for each in published_types.differences(body, validator)] == found


def test_a_malformed_request_is_refused_and_changes_nothing(customer: Customer) -> None:
    assert [each for each in malformed(customer, 400) if not is_refused(customer, each)] == []
