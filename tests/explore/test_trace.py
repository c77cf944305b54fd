"""A trace fits if, and only if, the specification allows each of its events."""

from itertools import product
from random import Random
from typing import Any

import pytest

from tests.machine.worlds import build, values
from tests.oracle.following import ARTICLE, FULL, REQUIREMENTS, THREE_AT_WORK, PicksAtRandom, commands
from translator_cmk.explore.trace import Checker, Event, Log, Reset, check
from translator_cmk.explore.trace.checking import NOT_REPORTED, Request
from translator_cmk.explore.trace.reading import Names, NoneKnown, completions
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
from translator_cmk.language.traces import ReportedOutcome
from translator_cmk.machine import (
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
from translator_cmk.oracle.observability import Shown
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

AT_WORK = situations()["a deployed model under customer-managed keys"].commands


def logged(system: ModelSystem, *sequence: Command) -> list[Event]:
    """What a system does, and everything that is then seen."""
    log = Log()
    return [log.event(command, system.submit(command), system.observe()) for command in sequence]


def log_of(machine: Machine, seed: int, hides: float) -> list[Event | Reset]:
    """Return the log of a system that follows the machine, of which parts are hidden with this likelihood."""
    random, log, system = Random(seed), Log(), ModelSystem(machine)
    events: list[Event | Reset] = []
    for command in commands(seed, 50):
        if random.random() < 0.02:
            system.reset()
            events.append(Reset(DEFAULT_STAGE))
        try:
            outcome: Outcome = system.submit(command)
        except RowsContradict:
            break  # what this machine picked does not hold together
        partial = random.random() < hides / 2
        observation = partly(system.observe(), random) if partial else system.observe()
        seen = None if random.random() < hides / 2 else log.seen(observation, partial)
        reported = (
            NOT_REPORTED if random.random() < hides / 3 else ReportedOutcome(outcome, True, random.random() < 0.5)
        )
        if random.random() < hides / 3:
            events += [Event(Request((command,)), reported, None), Event(None, NOT_REPORTED, seen)]
        elif random.random() < hides / 4:
            events.append(Event(Request((command,), idle=True), NOT_REPORTED, seen))
        elif random.random() < hides / 4:
            other = build(
                type(command), {field: random.choice(values(type(command), field)) for field in command.fields}
            )
            events.append(Event(Request(tuple({command, other})), reported, seen))
        else:
            events.append(Event(Request((command,)), reported, seen))
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
    """Silent rows hold or not, and commands and observations are complete, partial or missing."""
    for seed in range(6):
        verdict = check(log_of(PicksAtRandom(machine, Random(seed)), seed, hides), machine)
        assert (verdict.deviations, verdict.judgeable > 0) == ((), True)


@pytest.mark.parametrize("seed", range(4))
def test_system_fits_with_any_requirements_waived(seed: int) -> None:
    waived = frozenset(Random(seed).sample(REQUIREMENTS, 6)) - {"environment.exists"}
    machine = machine_of(waived)
    assert check(log_of(PicksAtRandom(machine, Random(seed)), seed, 0.3), machine).fits


@pytest.mark.parametrize("seed", range(8))
def test_mistake_in_a_complete_log_is_found_where_it_is(seed: int) -> None:
    random, events = Random(seed), log_of(FULL, seed, hides=0)
    at = random.choice([number for number, event in enumerate(events) if number > 5 and isinstance(event, Event)])
    event = events[at]
    assert isinstance(event, Event)
    assert event.seen
    wrong = {kind: dict(entities) for kind, entities in event.seen.observation.items()}
    kind = random.choice([kind for kind, entities in wrong.items() if entities])
    name = random.choice(list(wrong[kind]))
    field, value = random.choice(list(wrong[kind][name].items()))
    if random.random() < 0.3:
        del wrong[kind][name]
    else:
        wrong[kind][name] = wrong[kind][name] | {field: not value if isinstance(value, bool) else "wrong"}
    events[at] = event._replace(seen=event.seen._replace(observation=wrong))
    assert check(events, FULL).deviations[0].at == at + 1


def test_events_may_come_in_pieces() -> None:
    events = list(enumerate(log_of(ARTICLE, 3, hides=0.5), start=1))
    checker = Checker(ARTICLE)
    for first in range(0, len(events), 7):
        checker.read(iter(events[first : first + 7]))
    assert checker.verdict == check((event for _, event in events), ARTICLE)


def test_a_verdict_names_the_first_impossible_event_of_each_world() -> None:
    keeps = ModelSystem(Machine([row for row in ROWS if row.requirement != "revocation.deletes-uploads"]))
    lost = logged(keeps, *AT_WORK, cmd.DeleteVault("kv-prod"), cmd.ReadData("ws-prod"))
    right = logged(ModelSystem(), *AT_WORK, cmd.ReadData("ws-prod"))
    wrong = [*logged(ModelSystem(), *AT_WORK), Log().event(cmd.ReadData("ws-prod"), Refused())]
    reset = Reset(DEFAULT_STAGE)
    verdict = check([*lost, reset, *right, reset, *wrong], FULL)
    first, second = verdict.deviations
    assert first.at == len(lost) - 1
    assert first.requirements == ("revocation.deletes-uploads",)
    assert [each.expected.field for each in first.differences if hasattr(each.expected, "field")] == ["exists"]
    assert second.at == len(lost) + len(right) + len(wrong) + 2
    assert isinstance(second.allowed, Accepted)
    assert (verdict.fits, verdict.complete) == (False, True)
    assert (verdict.worlds, verdict.deviating, verdict.skipped) == (3, 2, 1)


def test_silent_rows_are_branches_and_not_skips() -> None:
    """A disabled key may lose the data or not; but what is lost does not come back."""
    log, system = Log(Shown(reasons=False, audit=False)), ModelSystem()
    before = [log.event(each, system.submit(each)) for each in AT_WORK]
    disabled = log.event(cmd.DisableKey("kv-prod", "cmk-2048"), Accepted())
    read, not_read = (log.event(cmd.ReadData("ws-prod"), outcome) for outcome in (Accepted(), Refused()))
    assert check([*before, disabled, read, read], ARTICLE).fits
    assert check([*before, disabled, not_read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read], FULL).fits


def at_work() -> list[Event]:
    """Return the events that lead to a deployed model, with their outcomes alone."""
    system = ModelSystem()
    return [Log().event(each, system.submit(each)) for each in AT_WORK]


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
    verdict = check([*events, Log().event(observation=seen, partial=True)], FULL)
    where = [(each.at, each.commands, each.allowed) for each in verdict.deviations]
    assert where == ([] if fits else [(len(events) + 1, (), None)])


def test_complete_observation_leaves_nothing_out_and_adds_nothing() -> None:
    strange = ModelSystem()
    for command in AT_WORK:
        strange.submit(command)
    seen = strange.observe()
    added = seen | {"vault": seen["vault"] | {"strange": dict(seen["vault"]["kv-prod"])}}
    fit = [check([*at_work(), Log().event(observation=each)], FULL).fits for each in (seen, {}, added)]
    assert fit == [True, False, False]


def test_what_was_not_specified_earlier_is_named_where_it_matters() -> None:
    """Whether a disabled key makes data unreadable is not specified; that the vault is gone is wrong in any case."""
    log, events = Log(), at_work()
    gone = {"vault": {"kv-prod": {"exists": False}}}
    events += [
        log.event(cmd.DisableKey("kv-prod", "cmk-2048")),
        log.event(cmd.ReadData("ws-prod"), None, gone, partial=True),
    ]
    (deviation,) = check(events, ARTICLE).deviations
    assert deviation.allowed == Unspecified(frozenset({"revocation.key-disabled", "restoration.data-readable"}))
    assert [(each.expected, each.seen) for each in deviation.differences] == [
        (Fact("vault", "kv-prod", "exists", True), Fact("vault", "kv-prod", "exists", False))
    ]


def test_worlds_in_which_nothing_happens_are_not_counted() -> None:
    event, reset = Log().event(AT_WORK[0], Accepted()), Reset(DEFAULT_STAGE)
    assert check([reset, reset, event, reset, reset, event, event, reset], FULL).worlds == 2


def test_where_an_error_came_back_it_may_have_been_done_or_not() -> None:
    log = Log()
    vault = cmd.CreateVault("v", "westeurope", "production", "g")
    begun = [log.event(vault, Accepted()), Event(Request((cmd.CreateKey("v", "k"),), idle=True), NOT_REPORTED, None)]
    there, not_there = ({"key": {"v/k": {"exists": exists}}} for exists in (True, False))
    for seen in (there, not_there):
        assert check([*begun, log.event(observation=seen, partial=True)], FULL).fits
    both = [log.event(observation=seen, partial=True) for seen in (there, not_there)]
    assert not check([*begun, *both], FULL).fits


def test_what_nothing_explains_in_an_open_matter_goes_uncompared_and_the_rest_does_not() -> None:
    """Nobody says what a rotation does to what is under the key: here it makes the vault's keys disappear."""
    system, log = ModelSystem(), Log()
    events = [log.event(each, system.submit(each), system.observe()) for each in THREE_AT_WORK]
    seen = system.observe()
    gone = seen | {"key": {name: fields for name, fields in seen["key"].items() if name != "v1/k1"}}
    rotated = log.event(cmd.RotateKey("v1", "k1"), Accepted(), gone)
    about_it = log.event(cmd.EnableKey("v1", "k1"), Refused())
    another = log.event(cmd.GrantKeyAccess("v2", "r3"), Refused(frozenset({"environment.exists"})))
    verdict = check([*events, rotated, about_it], machine_of({"keys.rotate"}))
    assert (verdict.fits, verdict.uncompared) == (True, 1)
    (parting,) = verdict.partings
    assert parting.at == len(events) + 1
    assert not check([*events, rotated, another], machine_of({"keys.rotate"})).fits


def test_worlds_can_have_stages_of_their_own() -> None:
    log = Log()
    stage = Stage(("here",), {"one": "here"}, ("north",), {"tier": True})
    here = log.event(cmd.CreateVault("v", "north", "one", "g"), Accepted())
    there = log.event(cmd.CreateVault("v", "westeurope", "production", "g"), Accepted())
    assert check([there, Reset(stage), here, Reset(DEFAULT_STAGE), there], FULL).fits
    assert check([there, Reset(stage), there], FULL).deviations[0].at == 3


def test_too_much_that_is_possible_is_no_verdict_on_what_follows() -> None:
    log, keys = Log(), ("k1", "k2", "k3")
    begun = [log.event(cmd.CreateVault("v", "westeurope", "production", "g"), Accepted())]
    begun += [log.event(cmd.CreateKey("v", key), Accepted()) for key in keys]
    disabled = [log.event(cmd.DisableKey("v", key), Accepted()) for key in keys]
    wrong = log.event(cmd.DeleteKey("v", "nothing"), Accepted())
    events: list[Event | Reset] = [*begun, *disabled, wrong, Reset(DEFAULT_STAGE), *begun, wrong]
    verdict = check(events, machine_of({"keys.disable"}), limit=7)
    assert verdict.overflows == (7,)
    assert (verdict.skipped, verdict.complete, verdict.fits) == (1, False, False)
    assert [each.at for each in verdict.deviations] == [14]


# Commands of which a part is given

NAMES = Names({"vault": ["v1", "v2"], "key": ["k1", "k2"], "resource": ["r1"], "group": ["g"]})


def all_of(command: str, **given: object) -> set[Command]:
    found = completions(command, given, NAMES, DEFAULT_STAGE)
    assert len(set(found)) == len(found)
    return set(found)


def test_field_that_is_left_out_may_have_any_value_that_is_known() -> None:
    assert all_of("DeleteKey") == {cmd.DeleteKey(v, k) for v in ("v1", "v2") for k in ("k1", "k2")}
    assert all_of("DeleteKey", vault="v3") == {cmd.DeleteKey("v3", "k1"), cmd.DeleteKey("v3", "k2")}
    assert len(all_of("CreateKey", vault="v1", key="k1")) == 4 * 3
    vaults = all_of("CreateVault", vault="v1", group="g", soft_delete=True, purge_protection=True)
    assert {each.as_dict()["region"] for each in vaults} == {"westeurope", "eastus"}
    assert len(vaults) == 2 * 3 * 2


def test_what_is_named_only_sometimes_is_left_out_elsewhere_and_a_complete_command_is_itself() -> None:
    given: dict[str, Any] = {"resource": "r1", "through": "api"}
    with_key = {cmd.EnableCustomerManagedKeys(vault=v, key=k, **given) for v, k in product(("v1", "v2"), ("k1", "k2"))}
    without = {cmd.EnableCustomerManagedKeys(store=store, **given) for store in ("managed-hsm", "elsewhere")}
    assert all_of("EnableCustomerManagedKeys", **given) == with_key | without
    command = cmd.CreateVault("v1", "eastus", "foreign", "g")
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


MADE = (cmd.CreateVault("v1", "westeurope", "production", "g"), cmd.CreateVault("v2", "westeurope", "production", "g"))
HIDDEN = ("DeleteKey", "RecoverKey", "DeleteVault", "RecoverVault")


def test_a_trace_fits_where_one_of_its_completions_does() -> None:
    """Two commands of which only the type is known: each trace is judged as all its completions together."""
    found = set()
    for seed in range(2, 6):
        random, system, log = Random(seed), ModelSystem(), Log()
        whole = [
            log.event(each, system.submit(each))
            for each in (*MADE, cmd.CreateKey("v1", "k1"), cmd.CreateKey("v2", "k2"))
        ]
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
