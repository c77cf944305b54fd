"""Requests and answers of the kit are read as the schemas have them, and a declaration has to be of one piece."""

from typing import Any

import pytest

from tests.language.test_messages import VALID, mutants
from translator_cmk.language import WireError, schemas
from translator_cmk.language.declaration import CAPABILITIES, LEVELS
from translator_cmk.language.verbs import VERBS, answer_from_wire, request_from_wire
from translator_cmk.machine import DEFAULT_STAGE
from translator_cmk.shapes import Malformed

HELLO = {
    "id": "1",
    "answer": "hello",
    "protocol": 1,
    "session": "s",
    "product": "an <emulator>\x1b[31m",
    "version": "1.2",
    "capabilities": ["reasons", "portal"],
    "levels": ["account"],
    "hidden": ["model", "resource.registered"],
    "stage": {"regions": ["westeurope"]},
    "windows": {"TrainModel": 3600},
    "codes": {"KeyVaultRegionMismatch": ["vault.same-region-refused"]},
}
COMMENT = {"id": "1", "code": "Conflict", "message": "not now"}
REQUESTS: list[dict[str, Any]] = [
    {"id": "1", "verb": "hello", "protocol": 1, "kit": "0.1.0"},
    {"id": "1", "verb": "reset", "stage": {}, "session": "s"},
    {"id": "1", "verb": "submit", "command": {"command": "EnableIdentity", "resource": "r"}},
    {"id": "1", "verb": "observe"},
    {"id": "1", "verb": "settle", "seconds": 60},
    {"id": "1", "verb": "bye"},
]
ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("hello", HELLO),
    ("hello", COMMENT | {"answer": "error"}),
    ("reset", {"id": "1", "answer": "done"}),
    ("submit", COMMENT | {"answer": "accepted", "audit": [{"key": "v/k", "resource": "r"}]}),
    ("submit", COMMENT | {"answer": "refused", "because": ["vault.same-region-refused"]}),
    ("submit", COMMENT | {"answer": "unsupported"}),
    ("observe", {"id": "1", "answer": "observed", "observation": {"vault": {"v": {"state": "active"}}}}),
    ("settle", {"id": "1", "answer": "settled"}),
    ("settle", {"id": "1", "answer": "unsettled"}),
    ("bye", {"id": "1", "answer": "bye"}),
]


def accepts(read: Any, message: Any) -> bool:
    try:
        read(message)
    except (WireError, Malformed):
        return False
    return True


@pytest.mark.parametrize("sample", REQUESTS, ids=lambda each: each["verb"])
def test_codec_and_schema_accept_the_same_requests(sample: dict[str, Any]) -> None:
    assert request_from_wire(sample)["verb"] == sample["verb"]
    for message in (sample, *mutants(sample)):
        assert accepts(request_from_wire, message) == VALID["request"].is_valid(message), message


BEYOND_SCHEMAS = ("codes", "levels", "capabilities", "stage", "subscriptions", "regions", "tenants")


@pytest.mark.parametrize(
    ("verb", "sample"), ANSWERS, ids=lambda each: each if isinstance(each, str) else each["answer"]
)
def test_codec_and_schema_accept_the_same_answers(verb: str, sample: dict[str, Any]) -> None:
    schema = VALID[f"answer-to-{verb}"]
    assert answer_from_wire(verb, sample)["answer"] == sample["answer"]
    for message in (sample, *mutants(sample)):
        read = accepts(lambda each: answer_from_wire(verb, each), message)
        if read != schema.is_valid(message):
            assert not read, message
            assert verb == "hello", message
            assert any(message.get(field) != HELLO.get(field) for field in BEYOND_SCHEMAS), message


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"levels": []}, "levels is empty; name at least one"),
        ({"capabilities": []}, "codes are mapped to requirements without the capability 'reasons'"),
        (
            {
                "capabilities": ["reasons", "several-tenants"],
                "stage": {"tenants": ["home"], "subscriptions": {}},
            },
            "several-tenants is declared",
        ),
        ({"capabilities": ["telepathy"]}, "capabilities[0] is 'telepathy'; write one of portal"),
        ({"protocol": 2}, "protocol is the number 2; write a whole number from 1 to 1"),
        ({"product": "\ud800"}, "half of a surrogate pair"),
    ],
)
def test_declaration_has_to_be_of_one_piece(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(WireError) as caught:
        answer_from_wire("hello", HELLO | changed)
    assert message in str(caught.value)


def test_what_is_left_out_of_a_declaration_claims_no_capability_and_every_level() -> None:
    least = {field: HELLO[field] for field in ("id", "answer", "protocol", "product", "version")}
    declared = answer_from_wire("hello", least)["declaration"]
    assert declared.capabilities == frozenset()
    assert declared.levels == tuple(LEVELS)
    assert declared.stage == DEFAULT_STAGE
    assert not any(declared.can(capability) for capability in CAPABILITIES)


def test_no_request_says_what_is_expected() -> None:
    words = {field for verb in schemas()["request"]["$defs"].values() for field in verb["properties"]}
    assert words == {"id", "session", "verb", "protocol", "kit", "stage", "command", "seconds"}
    assert {sample["verb"] for sample in REQUESTS} == set(VERBS)
