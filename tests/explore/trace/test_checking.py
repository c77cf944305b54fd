"""A trace is judged as the oracle judges it, event by event."""

from random import Random

import pytest

from tests.explore.following import ARTICLE, FULL, REQUIREMENTS, THREE_AT_WORK
from tests.explore.trace.logs import Picky, judged_slowly, log_of
from translator_cmk.explore.trace import Checker, Event, Log, Reset, Verdict, check
from translator_cmk.explore.trace.checking import NOT_TOLD, Asked
from translator_cmk.language.situations import situations
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Refused, Stage, Unspecified
from translator_cmk.machine.commands import (
    CreateKey,
    CreateVault,
    DeleteVault,
    DisableKey,
    EnableKey,
    GrantKeyAccess,
    ReadData,
    RotateKey,
)
from translator_cmk.oracle import LIMIT
from translator_cmk.oracle.observability import Shown
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

AT_WORK = situations()["a deployed model under customer-managed keys"].commands


def logged(system: ModelSystem, *sequence: Command) -> list[Event]:
    """What a system does, and everything that is then seen."""
    log = Log()
    return [log.event(command, system.submit(command), system.observe()) for command in sequence]


def fresh(machine: Machine | None = None) -> ModelSystem:
    return ModelSystem(machine)


@pytest.mark.parametrize("hides", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
def test_the_verdict_is_the_oracles(machine: Machine, hides: float) -> None:
    """Whatever the system picks in what is left open, whatever is hidden, and wherever something is wrong."""
    broken = 0
    for seed in range(5):
        system = Picky(machine, Random(seed)) if seed % 2 else machine
        limit = 6 if seed == 0 else LIMIT
        events = log_of(system, seed, 50, mistakes=0.02 if seed % 3 else 0, hides=hides)
        verdict = check(events, machine, limit)
        deviations, overflows = judged_slowly(events, machine, limit)
        assert verdict.deviations == tuple(deviations)
        assert verdict.overflows == tuple(overflows)
        broken += len(deviations)
    assert broken


@pytest.mark.parametrize("seed", range(4))
def test_any_requirements_may_be_waived(seed: int) -> None:
    waived = frozenset(Random(seed).sample(REQUIREMENTS, 6)) - {"environment.exists", "environment.new-name"}
    machine = machine_of(waived)
    events = log_of(Picky(machine, Random(seed)), seed, 40, hides=0.3)
    deviations, overflows = judged_slowly(events, machine)
    verdict = check(events, machine)
    assert (verdict.deviations, verdict.overflows) == (tuple(deviations), tuple(overflows))


def test_events_may_come_in_pieces() -> None:
    events = list(enumerate(log_of(ARTICLE, 3, 60, mistakes=0.01, hides=0.5), start=1))
    checker = Checker(ARTICLE)
    for first in range(0, len(events), 7):
        checker.read(iter(events[first : first + 7]))
    assert checker.verdict == check((event for _, event in events), ARTICLE)


def test_a_verdict_names_the_first_impossible_event_of_each_world() -> None:
    keeps = fresh(Machine([row for row in ROWS if row.requirement != "revocation.deletes-uploads"]))
    lost = logged(keeps, *AT_WORK, DeleteVault("vault"), ReadData("workspace"))
    right = logged(fresh(), *AT_WORK, ReadData("workspace"))
    wrong = [*logged(fresh(), *AT_WORK), Log().event(ReadData("workspace"), Refused())]
    reset = Reset(DEFAULT_STAGE)
    verdict = check([*lost, reset, *right, reset, *wrong], FULL)
    first, second = verdict.deviations
    assert first.at == len(lost) - 1
    assert first.requirements == {"revocation.deletes-uploads"}
    assert [each.expected.field for each in first.differences if hasattr(each.expected, "field")] == ["exists"]
    assert second.at == len(lost) + len(right) + len(wrong) + 2
    assert isinstance(second.allowed, Accepted)
    assert (verdict.fits, verdict.complete) == (False, True)
    assert (verdict.worlds, verdict.deviating, verdict.skipped) == (3, 2, 1)


def test_silent_rows_are_branches_and_not_skips() -> None:
    """A disabled key may lose the data or not; but what is lost does not come back."""
    log, system = Log(Shown(reasons=False, audit=False)), fresh()
    before = [log.event(each, system.submit(each)) for each in AT_WORK]
    disabled = log.event(DisableKey("vault", "key"), Accepted())
    read, not_read = (log.event(ReadData("workspace"), outcome) for outcome in (Accepted(), Refused()))
    assert check([*before, disabled, read, read], ARTICLE).fits
    assert check([*before, disabled, not_read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read, not_read], ARTICLE).fits
    assert not check([*before, disabled, read], FULL).fits


def test_what_was_seen_may_come_later_than_the_command() -> None:
    log, system = Log(), fresh()
    events = [log.event(each, system.submit(each)) for each in AT_WORK]
    seen = {"model": {"model": {"state": "deployed"}}}
    assert check([*events, log.event(observation=seen, partial=True)], FULL).fits
    seen = {"model": {"model": {"state": "undeployed"}}}
    (deviation,) = check([*events, log.event(observation=seen, partial=True)], FULL).deviations
    assert (deviation.at, deviation.commands, deviation.allowed) == (len(events) + 1, (), None)


def test_what_is_not_told_of_is_not_compared() -> None:
    log, system = Log(), fresh()
    events = [log.event(each, system.submit(each)) for each in AT_WORK]
    assert check([*events, log.event(observation={}, partial=True)], FULL).fits
    assert not check([*events, log.event(observation={})], FULL).fits
    nothing = {"document": {"document": {"exists": False}}}
    assert not check([*events, log.event(observation=nothing, partial=True)], FULL).fits


def test_what_nobody_has_heard_of_is_not_there() -> None:
    log, system = Log(), fresh()
    events = [log.event(each, system.submit(each)) for each in AT_WORK]
    fields = {"region": "westeurope", "state": "active"}
    strange = system.observe()
    strange["vault"] = strange["vault"] | {"strange": dict(strange["vault"]["vault"])}
    assert not check([*events, log.event(observation=strange)], FULL).fits
    assert not check([*events, log.event(observation={"vault": {"strange": fields}}, partial=True)], FULL).fits
    assert check([*events, log.event(observation={"vault": {"strange": {"exists": False}}}, partial=True)], FULL).fits


def test_what_was_left_open_earlier_is_named_where_it_matters() -> None:
    """A disabled key leaves open whether data can be read; that the vault is gone is wrong in any case."""
    log, system = Log(), fresh()
    events = [log.event(each, system.submit(each)) for each in AT_WORK]
    gone = {"vault": {"vault": {"exists": False}}}
    events += [log.event(DisableKey("vault", "key")), log.event(ReadData("workspace"), None, gone, partial=True)]
    (deviation,) = check(events, ARTICLE).deviations
    assert deviation.allowed == Unspecified(frozenset({"revocation.key-disabled"}))
    assert [deviation] == judged_slowly(events, ARTICLE)[0]


def test_worlds_in_which_nothing_happens_are_not_counted() -> None:
    event, reset = Log().event(AT_WORK[0], Accepted()), Reset(DEFAULT_STAGE)
    assert check([reset, reset, event, reset, reset, event, event, reset], FULL).worlds == 2


def test_where_an_error_came_back_it_may_have_been_done_or_not() -> None:
    log = Log()
    vault = CreateVault("v", "westeurope", "production", "g")
    begun = [log.event(vault, Accepted()), Event(Asked((CreateKey("v", "k"),), idle=True), NOT_TOLD, None)]
    there, not_there = ({"key": {"v/k": {"exists": exists}}} for exists in (True, False))
    for seen in (there, not_there):
        assert check([*begun, log.event(observation=seen, partial=True)], FULL).fits
    both = [log.event(observation=seen, partial=True) for seen in (there, not_there)]
    assert not check([*begun, *both], FULL).fits


def test_what_nothing_explains_in_an_open_matter_goes_uncompared_and_the_rest_does_not() -> None:
    """Nobody says what a rotation does to what is under the key: here it makes the vault's keys disappear."""
    system, log = fresh(), Log()
    events = [log.event(each, system.submit(each), system.observe()) for each in THREE_AT_WORK]
    seen = system.observe()
    gone = seen | {"key": {name: fields for name, fields in seen["key"].items() if name != "v1/k1"}}
    rotated = log.event(RotateKey("v1", "k1"), Accepted(), gone)
    about_it = log.event(EnableKey("v1", "k1"), Refused())
    another = log.event(GrantKeyAccess("v2", "r3"), Refused(frozenset({"environment.exists"})))
    verdict = check([*events, rotated, about_it], machine_of({"keys.rotate"}))
    assert (verdict.fits, verdict.uncompared) == (True, 1)
    (parting,) = verdict.partings
    assert parting.at == len(events) + 1
    assert not check([*events, rotated, another], machine_of({"keys.rotate"})).fits


def test_worlds_can_have_stages_of_their_own() -> None:
    log = Log()
    stage = Stage(("here",), {"one": "here"}, ("north",), {"tier": True})
    here = log.event(CreateVault("v", "north", "one", "g"), Accepted())
    there = log.event(CreateVault("v", "westeurope", "production", "g"), Accepted())
    assert check([there, Reset(stage), here, Reset(DEFAULT_STAGE), there], FULL).fits
    assert check([there, Reset(stage), there], FULL).deviations[0].at == 3


def test_too_much_that_is_possible_is_no_verdict_on_what_follows() -> None:
    log, keys = Log(), ("k1", "k2", "k3")
    begun = [log.event(CreateVault("v", "westeurope", "production", "g"), Accepted())]
    begun += [log.event(CreateKey("v", key), Accepted()) for key in keys]
    disabled = [log.event(DisableKey("v", key), Accepted()) for key in keys]
    wrong = log.event(CreateKey("v", "k1"), Accepted())
    events: list[Event | Reset] = [*begun, *disabled, wrong, Reset(DEFAULT_STAGE), *begun, wrong]
    verdict = check(events, machine_of({"keys.disable"}), limit=7)
    assert verdict.overflows == (7,)
    assert (verdict.skipped, verdict.complete, verdict.fits) == (1, False, False)
    assert [each.at for each in verdict.deviations] == [14]


def test_a_trace_that_tells_nothing_is_no_trace_that_fits() -> None:
    verdict = check([Log().event(each) for each in AT_WORK], FULL)
    assert (verdict.fits, verdict.complete, verdict.told) == (True, False, 0)
    assert check([], FULL) == Verdict(0, 0, 0, 0, 0, 0, 1, (), (), ())


def test_a_number_is_no_truth_value() -> None:
    log, system = Log(), fresh()
    events = [log.event(each, system.submit(each)) for each in AT_WORK]
    right, wrong = ({"workspace": {"workspace": {"readable": value}}} for value in (True, 1))
    assert check([*events, log.event(observation=right, partial=True)], FULL).fits
    assert not check([*events, log.event(observation=wrong, partial=True)], FULL).fits
