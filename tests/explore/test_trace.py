"""A trace fits if, and only if, the specification allows each of its events."""

from random import Random

import pytest

from tests.oracle.following import ARTICLE, FULL, REQUIREMENTS, THREE_AT_WORK, PicksAtRandom, commands
from translator_cmk.explore.trace import Checker, Event, check, event
from translator_cmk.language.facts import Fact
from translator_cmk.language.situations import situations
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
    where = [(each.at, each.command, each.allowed) for each in verdict.deviations]
    assert where == ([] if fits else [(len(events) + 1, None, None)])


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
