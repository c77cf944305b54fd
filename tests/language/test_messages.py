"""Messages are read as they were written, and the codec and the schemas accept the same."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.language import strategies
from translator_cmk.language import (
    WireError,
    command_from_wire,
    command_to_wire,
    observation_from_wire,
    observation_to_wire,
    outcome_from_wire,
    outcome_to_wire,
    schemas,
    stage_from_wire,
    stage_to_wire,
)
from translator_cmk.language.messages import OBSERVED
from translator_cmk.language.sentences import NAME
from translator_cmk.language.situations import situations
from translator_cmk.machine import COMMANDS, DEFAULT_STAGE, Accepted, Refused
from translator_cmk.machine.commands import CreateKey, CreateVault, EnableCustomerManagedKeys
from translator_cmk.system import ModelSystem

SCHEMAS = schemas()
REGISTRY: Any = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in SCHEMAS.values())
VALID = {name: Draft202012Validator(each, registry=REGISTRY) for name, each in SCHEMAS.items()}

CODECS: dict[str, tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "command": (strategies.commands(), command_to_wire, command_from_wire),
    "outcome": (strategies.outcomes(), outcome_to_wire, outcome_from_wire),
    "observation": (strategies.observations(), observation_to_wire, observation_from_wire),
    "stage": (strategies.stages(), stage_to_wire, stage_from_wire),
}

JUNK: list[Any] = [
    None, True, 0, 1, -1, 2048.0, 1.5, 10**9, float("inf"), "", "a", "a\n", "a b", "ä", "a/b", "a/b/c",
    "-", "a" * 64, "global", "active", "key-vault", "vault.same-region",
    [], ["a"], ["a", "a"], {}, {"a": "b"},
]  # fmt: skip  # values, as a list of words

FIELDS = ["a", "a b", "", "état", "store", "vault", "key", "by", "exists", "grant"]

SAMPLES: dict[str, list[Any]] = {
    "command": [
        *(command_to_wire(strategies.sample(command)) for command in (CreateKey, CreateVault)),
        {"command": "EnableCustomerManagedKeys", "resource": "r", "vault": "v", "key": "k"},
        {"command": "EnableCustomerManagedKeys", "resource": "r", "store": "managed-hsm"},
    ],
    "outcome": [
        {"outcome": "accepted", "by": ["keys.enable"], "audit": [{"key": "v/k", "resource": "r"}]},
        {"outcome": "refused", "because": ["vault.same-region"]},
        {"outcome": "unspecified", "silent": ["keys.change"]},
    ],
    "observation": [
        {
            "resource": {"r": {"key": "v/k", "identity": True}},
            "vault": {"v": {"state": "active"}},
            "key": {"v/k": {"size": 2048}},
            "model": {},
        },
    ],
    "stage": [stage_to_wire(DEFAULT_STAGE)],
}
"""One message for each kind of field: all commands and kinds are declared alike."""


def parts(value: Any) -> list[tuple[Any, Any]]:
    """Every container in the value with each of its keys or indexes."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *parts(value[key])]
    return found


def mutants(message: Any) -> Iterator[Any]:
    """The message with each one of its parts dropped, doubled or replaced, and with fields added everywhere."""
    yield from JUNK
    for index, (whole, _) in enumerate(parts(message)):
        for value in JUNK:
            changed = deepcopy(message)
            container, key = parts(changed)[index]
            container[key] = value
            yield changed
        changed = deepcopy(message)
        container, key = parts(changed)[index]
        if isinstance(whole, list):
            container.append(container[key])
        else:
            del container[key]
        yield changed
    for index in range(-1, len(parts(message))):
        for field in FIELDS:
            changed = deepcopy(message)
            container, key = parts({"": changed})[index + 1]
            if isinstance(container[key], dict) and field not in container[key]:
                container[key][field] = "a"
                yield changed


@pytest.mark.parametrize("name", CODECS)
def test_what_was_written_is_read_again(name: str) -> None:
    strategy, write, read = CODECS[name]

    @given(strategy)
    @settings(max_examples=50)
    def check(value: Any) -> None:
        message = json.loads(json.dumps(write(value), allow_nan=False))
        assert read(message) == value
        VALID[name].validate(message)

    check()


@pytest.mark.parametrize("name", CODECS)
def test_codec_and_schema_agree_on_what_is_a_message(name: str) -> None:
    _, _, read = CODECS[name]
    agreed = {True: 0, False: 0}
    for sample in SAMPLES[name]:
        read(sample)
        for message in mutants(sample):
            try:
                read(message)
                accepted = True
            except WireError as error:
                if "no tenant of the stage" in str(error) or "'global' is a location" in str(error):
                    continue  # what the schema of a stage cannot say
                accepted = False
            assert VALID[name].is_valid(message) == accepted, message
            agreed[accepted] += 1
    assert min(agreed.values()) >= 10  # both were tried


def test_every_schema_is_a_schema_and_closed() -> None:
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{name}.schema.json"
        objects = [part[key] for part, key in parts({"": schema}) if isinstance(part[key], dict)]
        assert all("additionalProperties" in each for each in objects if each.get("type") == "object")


def test_every_command_has_its_definition_and_names_as_in_sentences() -> None:
    commands = SCHEMAS["command"]["$defs"]
    assert set(commands) == set(COMMANDS)
    assert commands["EnableIdentity"]["properties"]["resource"]["pattern"] == f"^{NAME.pattern}$"


def test_defaults_are_written_and_may_be_left_out() -> None:
    command = EnableCustomerManagedKeys("r1", "v1", "k1", through="api")
    written = {"command": "EnableCustomerManagedKeys", "resource": "r1", "vault": "v1", "key": "k1"}
    written |= {"store": "key-vault", "through": "api"}
    assert command_to_wire(command) == written
    del written["store"]
    assert command_from_wire(written) == command
    assert "vault" not in command_to_wire(EnableCustomerManagedKeys("r1", store="managed-hsm"))


def test_an_outcome_may_leave_all_but_its_kind_out() -> None:
    assert outcome_from_wire({"outcome": "accepted"}) == Accepted()
    assert outcome_from_wire({"outcome": "refused"}) == Refused()


def test_the_observed_fields_are_those_of_the_model() -> None:
    """All situations together show every field of every kind, and none that the wire does not have."""
    seen: dict[str, set[str]] = {kind: set() for kind in OBSERVED}
    for situation in situations().values():
        system = ModelSystem()
        for command in situation.commands:
            system.submit(command)
        message = observation_to_wire(system.observe())
        VALID["observation"].validate(message)
        for kind, entities in message.items():
            seen[kind] |= {field for fields in entities.values() for field in fields}
    assert seen == {kind: set(fields) for kind, (_, fields) in OBSERVED.items()}


def asking(command: str, **fields: Any) -> tuple[Callable[..., Any], Any]:
    return command_from_wire, {"command": command, **fields}


ERRORS: list[tuple[tuple[Callable[..., Any], Any], str]] = [
    ((command_from_wire, 3), "the message is the number 3; write an object with the field 'command'"),
    ((command_from_wire, {}), "the message lacks the field 'command'; add it"),
    (
        (command_from_wire, {"command": None}),
        "command is null; write the name of the command, or leave the field out",
    ),
    (asking("EnabelIdentity"), "command is 'EnabelIdentity', which does not exist; did you mean 'EnableIdentity'?"),
    (asking("Zzz"), "command is 'Zzz', which does not exist; command.schema.json lists them all"),
    (asking("EnableIdentity"), "EnableIdentity lacks the field 'resource'; add it"),
    (asking("EnableIdentity", resorce="r"), "EnableIdentity has no field 'resorce'; did you mean 'resource'?"),
    (asking("EnableIdentity", name="r"), "EnableIdentity has no field 'name'; its fields are resource"),
    (
        asking("EnableIdentity", resource="r 1"),
        "resource is 'r 1'; write a name: at most 63 letters, digits and hyphens, the first of them no hyphen",
    ),
    (
        asking("CreateKey", vault="v", key="k", size=True),
        "size is true; write a whole number from 1 to 999999",
    ),
    (asking("CreateKey", vault="v", key="k", type="rsa"), "type is 'rsa'; write one of RSA, RSA-HSM, EC, oct"),
    (
        asking("EnableCustomerManagedKeys", resource="r"),
        "EnableCustomerManagedKeys names vault exactly where store is 'key-vault'; "
        "name it there, and leave it out elsewhere",
    ),
    (
        (outcome_from_wire, {"outcome": "refused", "because": ["a.b", "a.b"]}),
        "because[1] stands there twice; leave one out",
    ),
    (
        (outcome_from_wire, {"outcome": "accepted", "audit": [{"key": "v/k"}]}),
        "audit[0] lacks the field 'resource'; add it",
    ),
    (
        (observation_from_wire, {"resource": {"r1": {"identity": 1}}}),
        "resource.r1.identity is the number 1; write true or false",
    ),
    (
        (observation_from_wire, {"key": {"k1": {}}}),
        "key has the field 'k1'; write two names with a slash between them, that of the vault first",
    ),
    (
        (stage_from_wire, {"tenants": ["d"], "subscriptions": {"s": "e"}}),
        "the subscription 's' is in 'e', which is no tenant of the stage; add the tenant, or name another",
    ),
    ((stage_from_wire, {"regions": ["global"]}), "'global' is a location, and no region; leave it out"),
]


@pytest.mark.parametrize(("message", "error"), ERRORS, ids=[error for _, error in ERRORS])
def test_an_error_says_where_what_and_what_to_do(message: tuple[Callable[..., Any], Any], error: str) -> None:
    read, value = message
    with pytest.raises(WireError) as raised:
        read(value, "f:7")
    assert str(raised.value) == f"f:7: {error}"


@settings(max_examples=30)
@given(st.recursive(st.sampled_from(JUNK), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_every_error_is_one_line(message: Any) -> None:
    for _, _, read in CODECS.values():
        error = ""
        try:
            read(message)
        except WireError as raised:
            error = str(raised)
        assert "\n" not in error
        assert error.isascii()
        assert len(error) < 400


def test_a_command_that_names_a_vault_elsewhere_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="names vault exactly where store is 'key-vault'"):
        EnableCustomerManagedKeys("r1", "v1", "k1", store="managed-hsm")
    with pytest.raises(ValueError, match="names key exactly where store is 'key-vault'"):
        EnableCustomerManagedKeys("r1", "v1")
