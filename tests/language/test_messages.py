"""Messages are read as they were written, the codec and the schemas accept the same, and JSON is
read strictly."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.command_line import VALID, as_bytes, each_refused, tables
from tests.machine.worlds import TWO_AT_WORK, random_command
from tests.oracle.following import ARTICLE
from translator_cmk.language import messages
from translator_cmk.language.contract import VERBS, answer_from_wire
from translator_cmk.language.declaration import CAPABILITIES, LEVELS
from translator_cmk.language.messages import OBSERVED, build_stage
from translator_cmk.language.name_forms import NAME
from translator_cmk.language.schemas import FILES, schemas
from translator_cmk.language.situations import situations
from translator_cmk.language.strict_json import LONGEST, parse_json
from translator_cmk.language.traces import EVENTS, REPORTED, ReportedOutcome
from translator_cmk.machine import (
    COMMANDS,
    Accepted,
    KeyUse,
    Observation,
    Refused,
    Stage,
    Unspecified,
)
from translator_cmk.machine.commands import EnableCustomerManagedKeys
from translator_cmk.shapes import Shape, WireError, read_message
from translator_cmk.system import ModelSystem

SCHEMAS = schemas()

CODECS: dict[str, tuple[Callable[[Any], Any], Shape]] = {
    "command": (messages.command_to_wire, messages.COMMAND),
    "outcome": (messages.outcome_to_wire, messages.OUTCOME),
    "observation": (messages.observation_to_wire, messages.OBSERVATION),
    "stage": (messages.stage_to_wire, messages.STAGE),
}

JUNK: list[Any] = [
    None, True, 0, 1, -1, 2048.0, 1.5, 10**9, float("inf"),
    "", "a", "a\n", "a b", "ä", "a/b", "a/b/c",
    "-", "a" * 64, "global", "active", "key-vault", "vault.same-region",
    [], ["a"], ["a", "a"], {}, {"a": "b"},
]  # fmt: skip  # values, as a list of words

FIELDS = ["a", "a b", "", "état", "store", "vault", "key", "by", "exists", "grant"]

[TABLES] = tables(__file__, "messages.yaml")
RIGHT: dict[str, list[Any]] = TABLES["right"]

BEYOND_SCHEMAS = re.compile(
    "no tenant of the stage|'global' is a location|levels is empty|codes are "
    "mapped|several-tenants is declared"
)
"""What no schema can say."""


def error_of(shape: Shape, message: Any) -> str:
    """What is said of a message that is malformed; empty for a right one."""
    try:
        read_message(shape, message)
    except WireError as error:
        return str(error)
    return ""


def parts(value: Any) -> list[tuple[Any, Any]]:
    """Every container in the value with each of its keys or indexes."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *parts(value[key])]
    return found


def mutants(message: Any) -> Iterator[Any]:
    """The message with each one of its parts dropped, doubled or replaced, and with fields added
    everywhere: one value, which is changed and changed back."""
    yield from JUNK
    outermost = {"": deepcopy(message)}
    for container, key in parts(outermost):
        part = container[key]
        if isinstance(part, dict):
            yield from with_fields_added(part, outermost)
        if container is outermost:
            continue
        for value in JUNK:
            container[key] = value
            yield outermost[""]
        container[key] = part
        if isinstance(container, list):
            container.append(part)
            yield outermost[""]
            container.pop()
        else:
            del container[key]
            yield outermost[""]
            container[key] = part


def with_fields_added(part: dict[str, Any], outermost: dict[str, Any]) -> Iterator[Any]:
    """The message with each other field in one of its parts."""
    for field in FIELDS:
        if field not in part:
            part[field] = "a"
            yield outermost[""]
            del part[field]


def is_read_again(name: str, value: Any) -> None:
    """Write a value, and read it again."""
    write, shape = CODECS[name]
    message = json.loads(json.dumps(write(value), allow_nan=False))
    assert read_message(shape, message) == value
    VALID[name].validate(message)


def test_what_was_written_is_read_again() -> None:
    """Commands, with outcomes of every kind, and observations of which any parts are left out."""
    outcomes = set()
    for seed in range(3):
        random, system = Random(seed), ModelSystem(ARTICLE)
        for command in (*TWO_AT_WORK, *(random_command(random) for _ in range(60))):
            outcome = system.submit(command)
            outcomes.add(type(outcome))
            is_read_again("command", command)
            is_read_again("outcome", outcome)
            is_read_again("observation", partly(system.observe(), random))
    assert outcomes == {Accepted, Refused, Unspecified}


def partly(observation: Observation, random: Random) -> Observation:
    """Return a part of an observation."""

    def some(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if random.random() < 0.8}

    return {
        kind: {name: some(fields) for name, fields in some(entities).items()}
        for kind, entities in some(observation).items()
    }


# Values, and no texts that Hypothesis makes: it would first compile all of Unicode, which takes seconds.
NAMES = st.sampled_from(("a", "0", "global", "Z-9", "kv--", "kv-prod", "n" * 63))
KEYS = st.sampled_from(("", "command", "outcome", "kv\nprod", "\u2028", "\0", "é", "x" * 500))

UP_TO_THREE = st.lists(NAMES.filter(lambda name: name != "global"), max_size=3, unique=True).map(
    tuple
)


@given(
    UP_TO_THREE.filter(len),
    UP_TO_THREE,
    UP_TO_THREE,
    st.dictionaries(NAMES, st.booleans(), max_size=3),
)
@settings(max_examples=10)
def test_a_stage_that_was_written_is_read_again(
    tenants: Any, subscriptions: Any, regions: Any, tiers: Any
) -> None:
    is_read_again(
        "stage", Stage(tenants, dict.fromkeys(subscriptions, tenants[-1]), regions, tiers)
    )


@pytest.mark.parametrize(
    ("name", "sample"), [(name, sample) for name, samples in RIGHT.items() for sample in samples]
)
def test_reader_and_schema_agree_on_what_is_a_message(name: str, sample: Any) -> None:
    _, shape = FILES[name]
    assert error_of(shape, sample) == ""
    agreed = {True: 0, False: 0}
    for message in (sample, *mutants(sample)):
        error = error_of(shape, message)
        if not BEYOND_SCHEMAS.search(error):
            assert VALID[name].is_valid(message) == (not error), message
            agreed[not error] += 1
    assert all(agreed.values())  # both were tried


def test_every_schema_is_a_schema_and_closed() -> None:
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{name}.schema.json"
        objects = [part[key] for part, key in parts({"": schema}) if isinstance(part[key], dict)]
        assert all(
            "additionalProperties" in each for each in objects if each.get("type") == "object"
        )


def test_every_command_has_its_definition_and_names_as_in_sentences() -> None:
    commands = SCHEMAS["command"]["$defs"]
    assert set(commands) == set(COMMANDS)
    assert commands["EnableIdentity"]["properties"]["resource"]["pattern"] == f"^{NAME.pattern}$"


def test_defaults_are_written_and_may_be_left_out() -> None:
    command = EnableCustomerManagedKeys("r1", "v1", "k1", through="api")
    written = {"command": "EnableCustomerManagedKeys", "resource": "r1", "vault": "v1", "key": "k1"}
    written |= {"store": "key-vault", "through": "api"}
    assert messages.command_to_wire(command) == written
    del written["store"]
    assert messages.command_from_wire(written) == command
    assert "vault" not in messages.command_to_wire(
        EnableCustomerManagedKeys("r1", store="managed-hsm")
    )


def test_an_outcome_may_leave_all_but_its_kind_out() -> None:
    assert read_message(messages.OUTCOME, {"outcome": "accepted"}) == Accepted()
    assert read_message(messages.OUTCOME, {"outcome": "refused"}) == Refused()


def test_the_observed_fields_are_those_of_the_model() -> None:
    """All situations together show every field of every kind, and none that the wire does not
    have."""
    seen: dict[str, set[str]] = {kind: set() for kind in OBSERVED}
    for situation in situations().values():
        system = ModelSystem()
        for command in situation.commands:
            system.submit(command)
        message = messages.observation_to_wire(system.observe())
        VALID["observation"].validate(message)
        for kind, entities in message.items():
            seen[kind] |= {field for fields in entities.values() for field in fields}
    assert seen == {kind: set(fields) for kind, (_, fields) in OBSERVED.items()}


@pytest.mark.parametrize("wrong", TABLES["wrong"], ids=lambda wrong: wrong["says"])
def test_an_error_says_where_what_and_what_to_do(wrong: dict[str, Any]) -> None:
    with pytest.raises(WireError) as raised:
        read_message(FILES[wrong["as"]][1], wrong["message"], "f:7")
    assert str(raised.value) == f"f:7: {wrong['says']}"


@settings(max_examples=30)
@given(
    st.recursive(
        st.sampled_from(JUNK), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
    )
)
def test_every_error_is_one_line(message: Any) -> None:
    for _, shape in CODECS.values():
        error = error_of(shape, message)
        assert "\n" not in error
        assert error.isascii()
        assert len(error) < 400


def test_a_command_that_names_a_vault_elsewhere_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="takes vault if store is 'key-vault', and only then"):
        EnableCustomerManagedKeys("r1", "v1", "k1", store="managed-hsm")
    with pytest.raises(ValueError, match="takes key if store is 'key-vault', and only then"):
        EnableCustomerManagedKeys("r1", "v1")


HELLO = RIGHT["answer-to-hello"][0]


@pytest.mark.parametrize("case", TABLES["declared"], ids=lambda case: case["says"])
def test_declaration_has_to_be_of_one_piece(case: dict[str, Any]) -> None:
    assert case["says"] in error_of(FILES["answer-to-hello"][1], HELLO | case["changed"])


def test_what_is_left_out_of_a_declaration_claims_no_capability_and_every_level() -> None:
    least = {field: HELLO[field] for field in ("id", "answer", "protocol", "product", "version")}
    declared = answer_from_wire("hello", least)["declaration"]
    assert declared.capabilities == frozenset()
    assert declared.levels == tuple(LEVELS)
    assert declared.stage == build_stage()
    assert declared.stage.kinds == ("Translator", "AIServices")
    assert not any(declared.can(capability) for capability in CAPABILITIES)


def test_no_request_says_what_is_expected() -> None:
    words = {field for verb in SCHEMAS["request"]["$defs"].values() for field in verb["properties"]}
    assert words == {"id", "session", "verb", "protocol", "kit", "stage", "command", "seconds"}
    assert {sample["verb"] for sample in RIGHT["request"]} == set(VERBS)


@pytest.mark.parametrize("sample", RIGHT["trace-line"][2:])
def test_a_whole_report_of_an_event_is_also_a_partial_one(sample: Any) -> None:
    """One schema is enough for traces of any head."""
    for message in (sample, *mutants(sample)):
        if not error_of(EVENTS[False, False], message):
            assert error_of(EVENTS[True, True], message) == "", message


def reported(**fields: Any) -> ReportedOutcome:
    found: ReportedOutcome = REPORTED.read(fields)
    return found


def test_a_field_left_out_of_an_outcome_is_not_reported() -> None:
    assert reported(outcome="accepted") == ReportedOutcome(Accepted())
    assert reported(outcome="accepted", audit=[]) == ReportedOutcome(Accepted(), audit=True)
    audit = [{"key": "v/k", "resource": "r"}]
    assert reported(outcome="accepted", audit=audit) == ReportedOutcome(
        Accepted(audit=(KeyUse("v/k", "r"),)), audit=True
    )
    assert reported(outcome="refused") == ReportedOutcome(Refused())
    assert reported(outcome="refused", because=[]) == ReportedOutcome(Refused(), reasons=True)
    assert reported(outcome="error", code="500") == ReportedOutcome(idle=True, code="500")


BEYOND = {"DEEP": b"[" * 200_000, "DIGITS": b"1" * 5000, "LONG": b" " * (LONGEST + 1)}


@each_refused("json")
def test_what_is_not_strict_json_is_one_line(text: str, says: str) -> None:
    with pytest.raises(WireError) as raised:
        parse_json(BEYOND.get(text, as_bytes(text)), "f:1")
    assert str(raised.value) == says


def test_json_is_read() -> None:
    assert parse_json(b'{"a": [1, "\\u00e9", true]}\r\n') == {"a": [1, "é", True]}
