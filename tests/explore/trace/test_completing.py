"""A partial command may have been every command that it can be completed to, and no other."""

from itertools import product
from random import Random
from typing import Any

import pytest

from tests.explore.following import FULL
from translator_cmk.explore.trace import Event, Log, check
from translator_cmk.explore.trace.checking import Request
from translator_cmk.explore.trace.reading import Names, NoneKnown, completions
from translator_cmk.language.traces import ReportedOutcome
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Command
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    DeleteKey,
    EnableCustomerManagedKeys,
)
from translator_cmk.system import ModelSystem

NAMES = Names({"vault": ["v1", "v2"], "key": ["k1", "k2"], "resource": ["r1"], "group": ["g"]})


def all_of(command: str, **given: object) -> set[Command]:
    found = completions(command, given, NAMES, DEFAULT_STAGE)
    assert len(set(found)) == len(found)
    return set(found)


def test_field_that_is_left_out_may_have_any_value_that_is_known() -> None:
    assert all_of("DeleteKey") == {DeleteKey(v, k) for v in ("v1", "v2") for k in ("k1", "k2")}
    assert all_of("DeleteKey", vault="v3") == {DeleteKey("v3", "k1"), DeleteKey("v3", "k2")}
    assert len(all_of("CreateKey", vault="v1", key="k1")) == 4 * 3
    vaults = all_of("CreateVault", vault="v1", group="g", soft_delete=True, purge_protection=True)
    assert {each.as_dict()["region"] for each in vaults} == {"westeurope", "eastus"}
    assert len(vaults) == 2 * 3 * 2


def test_what_is_named_only_sometimes_is_left_out_elsewhere() -> None:
    found = all_of("EnableCustomerManagedKeys", resource="r1", through="api")
    with_key = {EnableCustomerManagedKeys("r1", v, k, through="api") for v, k in product(("v1", "v2"), ("k1", "k2"))}
    without = {EnableCustomerManagedKeys("r1", store="managed-hsm", through="api")}
    assert found == with_key | without | {EnableCustomerManagedKeys("r1", store="elsewhere", through="api")}


def test_complete_command_is_itself() -> None:
    command = CreateVault("v1", "eastus", "foreign", "g")
    assert all_of("CreateVault", **command.as_dict()) == {command}


def test_command_that_cannot_be_completed_is_an_error() -> None:
    with pytest.raises(NoneKnown, match="TrainModel has no model"):
        all_of("TrainModel")
    with pytest.raises(NoneKnown, match="no EnableCustomerManagedKeys has these fields"):
        all_of("EnableCustomerManagedKeys", resource="r1", store="elsewhere", vault="v1")
    many = Names({"vault": [f"v{n}" for n in range(70)], "key": [f"k{n}" for n in range(70)]})
    with pytest.raises(NoneKnown, match="more than 4096 commands"):
        completions("DeleteKey", {}, many, DEFAULT_STAGE)


def test_names_are_taken_from_wherever_they_stand() -> None:
    names = Names()
    names.note({"command": {"command": "CreateKey", "vault": "v1", "key": "k1", "size": 4097}})
    names.note(
        {"observation": {"key": {"v2/k2": {"size": 1024}}, "grant": {"v3/r1": {}}, "resource": {"r2": {"group": "g"}}}}
    )
    names.note({"names": {"model": ["m"]}})
    strangers: list[Any] = [None, [], {"command": 1, "observation": {"key": [1], "vault": {"x": 1}}}]
    for strange in strangers:
        names.note(strange)
    known = {kind: found for kind, found in names.of.items() if found}
    assert known == {
        "vault": {"v1", "v2", "v3", "x"}, "key": {"k1", "k2"}, "resource": {"r1", "r2"}, "group": {"g"}, "model": {"m"}
    }  # fmt: skip
    assert {4097, 1024} < names.sizes


MADE = (CreateVault("v1", "westeurope", "production", "g"), CreateVault("v2", "westeurope", "production", "g"))
HIDDEN = ("DeleteKey", "RecoverKey", "DeleteVault", "RecoverVault")


def test_a_trace_fits_where_one_of_its_completions_does() -> None:
    """Two commands of which only the type is known: each trace is judged as all its completions together."""
    found = set()
    for seed in range(7):
        random, system, log = Random(seed), ModelSystem(), Log()
        whole = [log.event(each, system.submit(each)) for each in (*MADE, CreateKey("v1", "k1"), CreateKey("v2", "k2"))]
        partly: list[Event] = list(whole)
        possible: list[list[Event]] = []
        for _ in range(2):
            commands = completions(random.choice(HIDDEN), {}, NAMES, DEFAULT_STAGE)
            reported = ReportedOutcome(random.choice([type(system.submit(random.choice(commands)))(), Accepted()]))
            partly.append(Event(Request(commands), reported, None))
            possible.append([Event(Request((command,)), reported, None) for command in commands])
        seen = {"key": {"v1/k1": {"exists": random.random() < 0.5}, "v2/k2": {"exists": random.random() < 0.5}}}
        last = log.event(observation=seen, partial=True)
        expected = any(check([*whole, *chosen, last], FULL).fits for chosen in product(*possible))
        assert check([*partly, last], FULL).fits == expected
        found.add(expected)
    assert found == {True, False}
