"""A trace fits if, and only if, the specification allows each of its events."""

import json
import re
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.command_line import VALID, Done, each_refused, one_error, run_cli
from tests.oracle.following import ARTICLE, FULL, REQUIREMENTS, THREE_AT_WORK, PicksAtRandom, commands
from translator_cmk.explore.completions import Values, completions, known_values
from translator_cmk.explore.trace import Checker, Event, check, event
from translator_cmk.language import LONGEST, WireError, command_to_wire, stage_to_wire
from translator_cmk.language.sentences import Fact, situations
from translator_cmk.language.traces import CommandInPart
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    RowsContradict,
    Stage,
    Unspecified,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.commands import CreateVault, DeleteVault, DisableKey, ReadData
from translator_cmk.oracle.observability import Shown
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

AT_WORK = situations()["a deployed model under customer-managed keys"].commands


def logged(system: ModelSystem, *sequence: Command) -> list[Event]:
    """What a system does, and everything that is then seen."""
    return [event(command, system.submit(command), system.observe()) for command in sequence]


def log_of(machine: Machine, seed: int, hides: float) -> list[Event | Stage]:
    """Return the log of a system that follows the machine, of which parts are hidden with this likelihood."""
    random, system = Random(seed), ModelSystem(machine)
    events: list[Event | Stage] = []
    for command in commands(seed, 50):
        if random.random() < 0.02:
            system.reset()
            events.append(DEFAULT_STAGE)
        try:
            outcome: Outcome | None = system.submit(command)
        except RowsContradict:
            break  # what this machine picked does not hold together
        partial = random.random() < hides / 2
        seen = partly(system.observe(), random) if partial else system.observe()
        observation = None if random.random() < hides / 2 else seen
        idle = random.random() < hides / 4
        if idle or random.random() < hides / 3:
            outcome = None
        shown = Shown(audit=random.random() < 0.5)
        if random.random() < hides / 3:
            events.append(event(command, outcome, shown=shown, idle=idle))
            events.append(event(observation=observation, partial=partial))
        else:
            events.append(event(command, outcome, observation, partial=partial, shown=shown, idle=idle))
    return events


def partly(observation: Observation, random: Random) -> Observation:
    """Return a part of an observation, and that something else does not exist."""
    found: Observation = {}
    for kind, entities in observation.items():
        for name, fields in entities.items():
            if random.random() < 0.3:
                some = {field: value for field, value in fields.items() if random.random() < 0.5}
                found.setdefault(kind, {})[name] = {"exists": True, **some}
    return found | {"document": {"never": {"exists": False}}}


@pytest.mark.parametrize("hides", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
def test_system_that_follows_the_specification_fits_if_parts_of_its_log_are_hidden(
    machine: Machine, hides: float
) -> None:
    """Silent rows hold or not, and observations are complete, partial or missing."""
    for seed in range(6):
        verdict = check(log_of(PicksAtRandom(machine, Random(seed)), seed, hides), machine)
        assert (verdict.deviations, verdict.judgeable > 0) == ([], True)


@pytest.mark.parametrize("seed", range(4))
def test_system_fits_with_any_requirements_waived(seed: int) -> None:
    waived = frozenset(Random(seed).sample(REQUIREMENTS, 6)) - {"environment.exists"}
    machine = machine_of(waived)
    assert check(log_of(PicksAtRandom(machine, Random(seed)), seed, 0.3), machine).fits


@pytest.mark.parametrize("seed", range(8))
def test_mistake_in_a_complete_log_is_found_where_it_is(seed: int) -> None:
    random, events = Random(seed), log_of(FULL, seed, hides=0)
    at = random.choice([number for number, each in enumerate(events) if number > 5 and isinstance(each, Event)])
    right = events[at]
    assert isinstance(right, Event)
    assert right.observation
    wrong = {kind: dict(entities) for kind, entities in right.observation.items()}
    kind = random.choice([kind for kind, entities in wrong.items() if entities])
    name = random.choice(list(wrong[kind]))
    field, value = random.choice(list(wrong[kind][name].items()))
    if random.random() < 0.3:
        del wrong[kind][name]
    else:
        wrong[kind][name] = wrong[kind][name] | {field: not value if isinstance(value, bool) else "wrong"}
    events[at] = right._replace(observation=wrong)
    assert check(events, FULL).deviations[0].at == at + 1


def test_events_may_come_in_pieces() -> None:
    events = list(enumerate(log_of(ARTICLE, 3, hides=0.5), start=1))
    checker = Checker(ARTICLE)
    for first in range(0, len(events), 7):
        checker.read(iter(events[first : first + 7]))
    assert checker.verdict == check((each for _, each in events), ARTICLE)


def test_a_verdict_names_the_first_impossible_event_of_each_world() -> None:
    keeps = ModelSystem(Machine([row for row in ROWS if row.requirement != "revocation.deletes-uploads"]))
    lost = logged(keeps, *AT_WORK, cmd.DeleteVault("kv-prod"), cmd.ReadData("ws-prod"))
    right = logged(ModelSystem(), *AT_WORK, cmd.ReadData("ws-prod"))
    wrong = [*logged(ModelSystem(), *AT_WORK), event(cmd.ReadData("ws-prod"), Refused())]
    reset = DEFAULT_STAGE
    verdict = check([*lost, reset, *right, reset, *wrong], FULL)
    first, second = verdict.deviations
    assert first.at == len(lost) - 1
    assert first.requirements == ("revocation.deletes-uploads",)
    assert [each.expected.field for each in first.differences if hasattr(each.expected, "field")] == ["exists"]
    assert second.at == len(lost) + len(right) + len(wrong) + 2
    assert isinstance(second.allowed, Accepted)
    assert (verdict.fits, verdict.complete) == (False, True)
    assert (verdict.worlds, len(verdict.deviations), verdict.skipped) == (3, 2, 1)


def test_silent_rows_are_branches_and_not_skips() -> None:
    """A disabled key may lose the data or not; but what is lost does not come back."""
    system, shown = ModelSystem(), Shown(reasons=False, audit=False)
    before = [event(each, system.submit(each), shown=shown) for each in AT_WORK]
    disabled = event(cmd.DisableKey("kv-prod", "cmk-2048"), Accepted(), shown=shown)
    read, not_read = (event(cmd.ReadData("ws-prod"), outcome, shown=shown) for outcome in (Accepted(), Refused()))
    assert check([*before, disabled, read, read], ARTICLE).fits
    assert check([*before, disabled, not_read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read], FULL).fits


def at_work() -> list[Event]:
    """Return the events that lead to a deployed model, with their outcomes alone."""
    system = ModelSystem()
    return [event(each, system.submit(each)) for each in AT_WORK]


VAULT = {"region": "westeurope", "state": "active"}


@pytest.mark.parametrize(
    ("seen", "fits"),
    [
        ({"model": {"legal-en-de": {"state": "deployed"}}}, True),
        ({"model": {"legal-en-de": {"state": "undeployed"}}}, False),
        # what is left out is not compared; that something is not there is
        ({}, True),
        ({"document": {"contracts": {"exists": False}}}, False),
        # what nobody has heard of is not there
        ({"vault": {"strange": VAULT}}, False),
        ({"vault": {"strange": {"exists": False}}}, True),
        # a number is no truth value
        ({"workspace": {"ws-prod": {"readable": True}}}, True),
        ({"workspace": {"ws-prod": {"readable": 1}}}, False),
    ],
)
def test_partial_observation_that_comes_later_than_the_command_fits_if_all_it_says_does(
    seen: Observation, fits: bool
) -> None:
    events = at_work()
    verdict = check([*events, event(observation=seen, partial=True)], FULL)
    where = [(each.at, each.commands, each.allowed) for each in verdict.deviations]
    assert where == ([] if fits else [(len(events) + 1, (), None)])


def test_complete_observation_leaves_nothing_out_and_adds_nothing() -> None:
    strange = ModelSystem()
    for command in AT_WORK:
        strange.submit(command)
    seen = strange.observe()
    added = seen | {"vault": seen["vault"] | {"strange": dict(seen["vault"]["kv-prod"])}}
    fit = [check([*at_work(), event(observation=each)], FULL).fits for each in (seen, {}, added)]
    assert fit == [True, False, False]


def test_what_was_not_specified_earlier_is_named_where_it_matters() -> None:
    """Whether a disabled key makes data unreadable is not specified; that the vault is gone is wrong in any case."""
    events = at_work()
    gone = {"vault": {"kv-prod": {"exists": False}}}
    events += [
        event(cmd.DisableKey("kv-prod", "cmk-2048")),
        event(cmd.ReadData("ws-prod"), None, gone, partial=True),
    ]
    (deviation,) = check(events, ARTICLE).deviations
    assert deviation.allowed == Unspecified(frozenset({"revocation.key-disabled", "restoration.data-readable"}))
    assert [(each.expected, each.seen) for each in deviation.differences] == [
        (Fact("vault", "kv-prod", "exists", True), Fact("vault", "kv-prod", "exists", False))
    ]


def test_worlds_in_which_nothing_happens_are_not_counted() -> None:
    made, reset = event(AT_WORK[0], Accepted()), DEFAULT_STAGE
    assert check([reset, reset, made, reset, reset, made, made, reset], FULL).worlds == 2


def test_where_an_error_came_back_it_may_have_been_done_or_not() -> None:
    vault = cmd.CreateVault("v", "westeurope", "production", "g")
    begun = [event(vault, Accepted()), event(cmd.CreateKey("v", "k"), idle=True)]
    there, not_there = ({"key": {"v/k": {"exists": exists}}} for exists in (True, False))
    for seen in (there, not_there):
        assert check([*begun, event(observation=seen, partial=True)], FULL).fits
    both = [event(observation=seen, partial=True) for seen in (there, not_there)]
    assert not check([*begun, *both], FULL).fits


def test_what_nothing_explains_in_an_open_matter_goes_uncompared_and_the_rest_does_not() -> None:
    """Nobody says what a rotation does to what is under the key: here it makes the vault's keys disappear."""
    system = ModelSystem()
    events = [event(each, system.submit(each), system.observe()) for each in THREE_AT_WORK]
    seen = system.observe()
    gone = seen | {"key": {name: fields for name, fields in seen["key"].items() if name != "v1/k1"}}
    rotated = event(cmd.RotateKey("v1", "k1"), Accepted(), gone)
    about_it = event(cmd.EnableKey("v1", "k1"), Refused())
    another = event(cmd.GrantKeyAccess("v2", "r3"), Refused(frozenset({"environment.exists"})))
    verdict = check([*events, rotated, about_it], machine_of({"keys.rotate"}))
    assert (verdict.fits, verdict.uncompared) == (True, 1)
    ((at, _),) = verdict.uncompared_from
    assert at == len(events) + 1
    assert not check([*events, rotated, another], machine_of({"keys.rotate"})).fits


def test_worlds_can_have_stages_of_their_own() -> None:
    stage = Stage(("here",), {"one": "here"}, ("north",), {"tier": True})
    here = event(cmd.CreateVault("v", "north", "one", "g"), Accepted())
    there = event(cmd.CreateVault("v", "westeurope", "production", "g"), Accepted())
    assert check([there, stage, here, DEFAULT_STAGE, there], FULL).fits
    assert check([there, stage, there], FULL).deviations[0].at == 3


def test_too_much_that_is_possible_is_no_verdict_on_what_follows() -> None:
    keys = ("k1", "k2", "k3")
    begun = [event(cmd.CreateVault("v", "westeurope", "production", "g"), Accepted())]
    begun += [event(cmd.CreateKey("v", key), Accepted()) for key in keys]
    disabled = [event(cmd.DisableKey("v", key), Accepted()) for key in keys]
    wrong = event(cmd.DeleteKey("v", "nothing"), Accepted())
    events: list[Event | Stage] = [*begun, *disabled, wrong, DEFAULT_STAGE, *begun, wrong]
    verdict = check(events, machine_of({"keys.disable"}), limit=7)
    assert verdict.overflows == [7]
    assert (verdict.skipped, verdict.complete, verdict.fits) == (1, False, False)
    assert [each.at for each in verdict.deviations] == [14]


# Commands of which a part is given


def values(**names: list[Any]) -> Values:
    return known_values([{"names": names}])


NAMES = values(vault=["v1", "v2"], key=["k1", "k2"], resource=["r1"], group=["g"])


def all_of(command: str, known: Values = NAMES, **given: Any) -> set[Command]:
    found = completions(CommandInPart(COMMANDS[command], **given), known, DEFAULT_STAGE, "f:1")
    assert len(set(found)) == len(found)
    return set(found)


def test_field_that_is_left_out_may_have_any_value_that_is_known() -> None:
    assert all_of("DeleteKey") == {cmd.DeleteKey(v, k) for v in ("v1", "v2") for k in ("k1", "k2")}
    assert all_of("DeleteKey", vault="v3") == {cmd.DeleteKey("v3", "k1"), cmd.DeleteKey("v3", "k2")}
    assert len(all_of("CreateKey", vault="v1", key="k1")) == 4 * 3
    vaults = all_of("CreateVault", vault="v1", group="g", soft_delete=True, purge_protection=True)
    assert {each.as_dict()["region"] for each in vaults} == {"westeurope", "eastus"}
    assert len(vaults) == 2 * 3 * 2
    resources = all_of("CreateResource", resource="r1", kind="Translator", tier="cmk-tier", group="g")
    assert {each.as_dict()["location"] for each in resources} == {"westeurope", "eastus", "global"}
    assert all_of("MoveResourceGroup", group="g", subscription="foreign") == {
        cmd.MoveResourceGroup("g", "foreign", to) for to in DEFAULT_STAGE.subscriptions
    }


def test_what_is_named_only_sometimes_is_left_out_elsewhere_and_a_complete_command_is_itself() -> None:
    given: dict[str, Any] = {"resource": "r1", "through": "api"}
    with_key = {cmd.EnableCustomerManagedKeys(vault=v, key=k, **given) for v, k in product(("v1", "v2"), ("k1", "k2"))}
    without = {cmd.EnableCustomerManagedKeys(store=store, **given) for store in ("managed-hsm", "elsewhere")}
    assert all_of("EnableCustomerManagedKeys", **given) == with_key | without
    command = cmd.CreateVault("v1", "eastus", "foreign", "g")
    assert all_of("CreateVault", **command.as_dict()) == {command}


def test_command_that_cannot_be_completed_is_an_error() -> None:
    with pytest.raises(WireError, match="f:1: TrainModel has no model"):
        all_of("TrainModel", workspace="w")
    with pytest.raises(WireError, match="no EnableCustomerManagedKeys has these fields"):
        all_of("EnableCustomerManagedKeys", resource="r1", store="elsewhere", vault="v1")
    with pytest.raises(WireError, match="more than 4,096 commands"):
        all_of("DeleteKey", values(vault=[f"v{n}" for n in range(70)], key=[f"k{n}" for n in range(70)]))


def test_names_are_taken_from_wherever_they_stand() -> None:
    known = known_values(
        [
            {"command": CommandInPart(cmd.CreateKey, vault="v1", key="k1", size=4097)},
            {"observation": {"key": {"v2/k2": {"size": 1024}}, "grant": {"v3/r1": {}}}},
            {"observation": {"resource": {"r2": {"group": "g", "key": "absent"}, "r3": {"key": "v4/k4"}}}},
            {"names": {"model": ["m"]}},
        ]
    )
    assert known == {
        "vault": {"v1", "v2", "v3", "v4"}, "key": {"k1", "k2", "k4"}, "resource": {"r1", "r2", "r3"}, "group": {"g"},
        "model": {"m"}, "size": {1024, 2048, 3072, 4096, 4097},
    }  # fmt: skip


KEYS = (
    cmd.CreateVault("v1", "westeurope", "production", "g"),
    cmd.CreateVault("v2", "westeurope", "production", "g"),
    cmd.CreateKey("v1", "k1"),
    cmd.CreateKey("v2", "k2"),
)


def test_a_trace_fits_where_one_of_its_completions_does() -> None:
    """Two commands of which only the type is known: each trace is judged as all its completions together."""
    found = set()
    for seed in range(2, 6):
        random, system = Random(seed), ModelSystem()
        whole = [event(each, system.submit(each)) for each in KEYS]
        partly, possible = list(whole), []
        for _ in range(2):
            some = sorted(all_of(random.choice(("DeleteKey", "RecoverKey", "DeleteVault", "RecoverVault"))))
            outcome = random.choice([type(system.submit(random.choice(some)))(), Accepted()])
            shown = Shown(reasons=False)
            partly.append(event(some, outcome, shown=shown))
            possible.append([event(each, outcome, shown=shown) for each in some])
        seen = {"key": {"v1/k1": {"exists": random.random() < 0.5}, "v2/k2": {"exists": random.random() < 0.5}}}
        last = event(observation=seen, partial=True)
        expected = any(check([*whole, *chosen, last], FULL).fits for chosen in product(*possible))
        assert check([*partly, last], FULL).fits == expected
        found.add(expected)
    assert found == {True, False}


def test_what_none_of_the_possible_commands_does_is_named_with_its_requirements() -> None:
    begun = logged(ModelSystem(), *KEYS)
    deleted = [cmd.DeleteKey("v1", "k1"), cmd.DeleteKey("v2", "k2")]
    there = {"key": {name: {"state": "active"} for name in ("v1/k1", "v2/k2")}}
    for outcome in (Accepted(), Refused(frozenset({"environment.name-in-use"}))):
        wrong = check([*begun, event(deleted, outcome, there, partial=True)], FULL).deviations
        assert [each.commands for each in wrong] == [tuple(deleted)]
        assert "environment.delete-key" in wrong[0].requirements
    either = event([cmd.DeleteKey("v1", "k1"), cmd.DisableKey("v1", "k1")], Refused(), shown=Shown(reasons=False))
    (named,) = check([*begun, either], FULL).deviations
    assert {"environment.delete-key", "keys.disable"} <= set(named.requirements)
    unheard_of = event([*deleted, cmd.DeleteKey("v1", "k3")], Refused(frozenset({"keys.change"})))
    assert not check([*begun, unheard_of], FULL).fits
    partly = {"key": {"v1/k1": {"state": "active"}}}
    assert check([*begun, event(deleted, Accepted(), partly, partial=True)], FULL).fits


# `translator-cmk check-trace` gives one verdict on any file, and one line for an error in it

PAGE = Path(__file__).resolve().parents[2] / "docs" / "traces.md"


trouble = partial(one_error, out=None)
"""The one line of an error; what comes before it is judged all the same."""


def lines(*messages: dict[str, Any]) -> bytes:
    for message in messages:
        VALID["trace-line"].validate(message)
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def events(*sequence: Command, outcome: str = "accepted") -> list[dict[str, Any]]:
    return [{"command": command_to_wire(command), "outcome": {"outcome": outcome}} for command in sequence]


def run(text: bytes, *arguments: str, file: str = "-") -> Done:
    """Run the command on the text."""
    return run_cli("check-trace", *arguments, file, text=text)


def test_the_first_impossible_event_is_named_with_what_was_allowed_and_why() -> None:
    text = lines(*events(*AT_WORK, DeleteVault("kv-prod"), ReadData("ws-prod"), ReadData("ws-prod")))
    at = len(AT_WORK) + 2
    done = run(text)
    assert done.code == 1
    assert done.out.splitlines() == [
        f'standard input:{at}: impossible: the customer reads the data of "ws-prod"',
        "  allowed: the request is refused, because of revocation.data-inaccessible",
        "  demanded: the request is refused, because of revocation.data-inaccessible; seen: the request is accepted",
        "  requirements: revocation.data-inaccessible",
        "standard input does not fit the specification (profile article) in 1 world, first on line "
        f"{at}: {at} events judged in 1 world, 1 more not judged",
    ]


def exit_code(text: bytes, *arguments: str) -> int:
    """Return the exit code where no line of the text is an error."""
    done = run(text, *arguments)
    assert done.error == ""
    return done.code


def test_profile_and_waived_requirements_say_what_is_demanded() -> None:
    lost, disabled = (
        lines(*events(*AT_WORK, loss, ReadData("ws-prod")))
        for loss in (DeleteVault("kv-prod"), DisableKey("kv-prod", "cmk-2048"))
    )
    assert exit_code(lost, "--waive", "revocation.data-inaccessible") == 0
    assert exit_code(disabled) == 0
    assert run(disabled, "--profile", "full").out.startswith(f"standard input:{len(AT_WORK) + 2}: impossible")


def test_observations_may_be_partial_all_or_one(tmp_path: Path) -> None:
    """A document of a deleted key vault: it is gone, and nothing is said of anything else."""
    lost = events(*AT_WORK, DeleteVault("kv-prod"))
    for there, code in ((False, 0), (True, 1)):
        seen = {"observation": {"document": {"contracts": {"exists": there}}}}
        file = tmp_path / "trace.jsonl"
        file.write_bytes(lines({"trace": 1, "subject": "a log", "partial": ["observation"]}, *lost, seen))
        assert run(b"", file=str(file)).code == code
        assert exit_code(lines(*lost, {**seen, "partial": ["observation"]})) == code
    assert f"{len(lost) + 2}: impossible: what was seen" in run(b"", file=str(file)).out


def test_a_log_need_not_name_the_vault_that_was_deleted(tmp_path: Path) -> None:
    """It can only have been the one that the resource's key is in: the other was never created."""
    head = {"trace": 1, "partial": ["command", "observation"], "names": {"vault": ["spare", "kv-prod"]}}
    deleted = {"command": {"command": "DeleteVault"}, "outcome": {"outcome": "accepted"}}
    file = tmp_path / "trace.jsonl"
    for there, code in ((False, 0), (True, 1)):
        text = lines(head, *events(*AT_WORK), deleted, {"observation": {"document": {"contracts": {"exists": there}}}})
        file.write_bytes(text)
        assert exit_code(text) == run(b"", file=str(file)).code == code


def test_names_are_read_ahead_from_a_file_and_not_from_a_pipe(tmp_path: Path) -> None:
    made, deleted = events(CreateVault("kv-prod", "westeurope", "production", "g"), DeleteVault("kv-prod"))
    recovered = {"command": {"command": "RecoverVault"}, "partial": ["command"], "outcome": {"outcome": "refused"}}
    text = lines(recovered, made, deleted)
    file = tmp_path / "trace.jsonl"
    file.write_bytes(text)
    assert run(b"", file=str(file)).code == 0
    assert trouble(run(text)).startswith("standard input:1: RecoverVault has no vault, and the log names none")
    assert exit_code(lines({"trace": 1, "names": {"vault": ["kv-prod"]}}, recovered, made, deleted)) == 0


def test_an_impossible_event_names_some_of_the_commands_that_it_may_have_been() -> None:
    created = {"command": {"command": "CreateKey", "vault": "v", "key": "k"}, "partial": ["command"]}
    done = run(lines({**created, "outcome": {"outcome": "accepted"}}))
    assert (done.code, done.error) == (1, "")
    assert re.match(r"standard input:1: impossible: any of 12 commands: ([^;]*; ){3}\.\.\.\n", done.out)


def test_what_is_hidden_is_not_compared() -> None:
    seen = events(*AT_WORK)
    seen[-1]["observation"] = {}
    assert exit_code(lines(*seen)) == 1
    kinds = ["subscription", "resource", "vault", "key", "grant", "workspace", "document", "model"]
    assert exit_code(lines({"trace": 1, "hidden": kinds}, *seen)) == 0


def test_where_a_system_failed_a_command_may_have_been_carried_out_or_not() -> None:
    failed = [{**each, "outcome": {"outcome": "error", "code": "500"}} for each in events(*AT_WORK)]
    for outcome in ("accepted", "refused"):
        assert exit_code(lines(*failed, *events(AT_WORK[0], outcome=outcome))) == 0


def test_each_stage_begins_a_world() -> None:
    stage = stage_to_wire(Stage(("here",), {"one": "here"}, ("north",), {"tier": True}))
    there = events(CreateVault("kv-prod", "north", "one", "g"))
    done = run(lines(*events(*AT_WORK), {"stage": stage}, *there))
    assert (done.code, done.out.endswith(f"{len(AT_WORK) + 1} events judged in 2 worlds\n")) == (0, True)


@pytest.mark.parametrize("text", [b"\n\n", lines({"trace": 1}), lines({"command": command_to_wire(AT_WORK[0])})])
def test_where_there_is_nothing_to_judge_the_verdict_says_so(text: bytes) -> None:
    done = run(text)
    assert (done.code, done.error) == (4, "")
    assert "has no outcome and no observation" in done.out


GOOD = lines(*events(*AT_WORK))


@each_refused("trace")
def test_what_cannot_be_read_is_one_clear_error(text: str, says: str, after: str) -> None:
    before, line = (GOOD, len(AT_WORK) + 1) if after == "good lines" else (b"", 1)
    text = text.replace("LONG", "[" * (LONGEST + 1))
    assert trouble(run(before + text.encode() + b"\n")).startswith(f"standard input:{line}: {says}")


def test_a_file_or_a_requirement_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    assert "can't be read: No such file or directory" in trouble(run(b"", file=str(tmp_path / "none")))
    assert "can't be read: Is a directory" in trouble(run(b"", file=str(tmp_path)))
    error = trouble(run(GOOD, "--waive", "revocation.undeploy"))
    assert error == "no requirement is called 'revocation.undeploy'; did you mean 'revocation.undeploys'?"
    assert "cannot be silent" in trouble(run(GOOD, "--waive", "environment.exists"))


def test_a_trace_that_is_cut_off_is_judged_as_far_as_it_goes() -> None:
    done = run(GOOD[:-20])
    expected = f"standard input:{len(AT_WORK)}: cut off in the middle of the line; copy the whole trace"
    assert trouble(done, 4) == expected
    assert f"fits the specification (profile article): {len(AT_WORK) - 1} events" in done.out
    assert run(GOOD[:-1]).code == 0  # only the last line break is missing


def test_impossible_event_stays_impossible_if_the_rest_cannot_be_read() -> None:
    text = lines(*events(AT_WORK[0]), *events(AT_WORK[0]))
    assert trouble(run(text + b"nonsense\n"), 1).startswith("standard input:3: not JSON")
    assert trouble(run(text + b'{"trace'), 1).startswith("standard input:3: cut off")


LITTLE = 200 * 2**20
"""How much memory a process may have: less than what is written to it."""

FED = f'"$0" -c "$1" 2>/dev/null | (ulimit -v {LITTLE // 1024}; "$0" -m translator_cmk.cli check-trace -)'


def fed(program: str) -> Done:
    """Run the command, with little memory, on what a program in Python writes."""
    words = ["bash", "-c", FED, sys.executable, program]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


DIFFERENT = """
import json
for number in range(5_000):
    if number % 1000 == 0:
        print('{"stage":{}}')
    vault = {"command": "CreateVault", "vault": f"vault-{number % 40}", "region": "westeurope",
             "subscription": "production", "group": f"g{number}"}
    outcome = {"outcome": "accepted" if number % 1000 < 40 else "refused"}
    print(" " * 2**16 + json.dumps({"command": vault, "outcome": outcome}))
"""


def test_a_trace_need_not_fit_into_memory() -> None:
    """Events that are all different, with white space around them."""
    done = fed(DIFFERENT)
    assert (done.code, done.error) == (0, "")
    assert "5,000 events judged in 5 worlds" in done.out


def test_a_line_without_end_ends_in_a_verdict() -> None:
    done = fed("for _ in range(600): print(' ' * 2**20, end='')")
    assert trouble(done).startswith("standard input:1: longer than 1 MiB")


def block(start: str) -> str:
    found = re.search(f"```{start}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_judged_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.jsonl").write_text(block('json title="log.jsonl"'), "utf-8")
    monkeypatch.chdir(tmp_path)
    done = run(b"", file="log.jsonl")
    assert (done.code, done.error) == (1, "")
    assert done.out == block("text")
