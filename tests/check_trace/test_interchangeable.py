"""Names that an event and the states before it do not mention make no difference to a verdict."""

from collections.abc import Iterable
from random import Random

import pytest

from tests.oracle.following import ARTICLE, FULL, PicksAtRandom, commands
from translator_cmk.check_trace import Checker, Event, event
from translator_cmk.check_trace.interchangeable import STAND_FOR_ALL, distinguishable
from translator_cmk.language.situations import situations
from translator_cmk.language.traces import NAMED
from translator_cmk.machine import Command, Machine, Refused
from translator_cmk.machine import commands as cmd
from translator_cmk.oracle.shown import Shown
from translator_cmk.system import ModelSystem

OTHERS = tuple(f"other-{number}" for number in range(12))
AT_WORK = situations()["a deployed model under customer-managed keys"].commands


class TriesAll(Checker):
    """Tries every command that an event may have been."""

    def _agrees_in_few(self, _: Event) -> bool:
        return False


def under_other_names(command: Command, field: str) -> list[Command]:
    """Return the command under its name in a field, and under others."""
    values = command.as_dict()
    return [command, *(type(command)(**(values | {field: name})) for name in OTHERS)]


def log_of(machine: Machine, random: Random, asked: Iterable[Command]) -> list[Event]:
    """Return a log with complete observations, whose commands have any name in one field."""
    system = ModelSystem(machine)
    events = []
    for command in asked:
        answer = system.submit(command)
        outcome = answer if random.random() < 0.9 else None
        named = [field for field in command.fields if field in NAMED]
        given = [field for field in named if command.as_dict()[field] is not None]
        possible: Command | list[Command] = command
        if given:
            possible = under_other_names(command, random.choice(given))
        events.append(event(possible, outcome, system.observe()))
    return events


@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
@pytest.mark.parametrize("seed", range(2))
def test_verdict_is_that_of_all_commands(machine: Machine, seed: int) -> None:
    random = Random(seed)
    system = PicksAtRandom(machine, random)
    events = log_of(system, random, [*AT_WORK, *commands(seed, 25)])
    if seed % 2:  # in every other log an event shows what no system shows
        wrong = random.randrange(len(AT_WORK), len(events))
        events[wrong] = events[wrong]._replace(observation={})
    few, all_tried = Checker(machine), TriesAll(machine)
    for checker in (few, all_tried):
        checker.read(enumerate(events, start=1))
    assert few.verdict == all_tried.verdict


NEW_VAULT = cmd.CreateVault("kv-prod", "westeurope", "production", "apps")


def test_an_acceptance_forgives_a_refusal_before_it_also_where_few_commands_are_tried() -> None:
    system = ModelSystem()
    several = under_other_names(NEW_VAULT, "group")
    unknown = Shown(reasons=False)
    refused = event(several, Refused(frozenset()), system.observe(), code="Busy", shown=unknown)
    accepted = event(several, system.submit(NEW_VAULT), system.observe())
    checker = Checker(FULL)
    checker.read([(1, refused)])
    assert checker.verdict.unexplained
    checker.read([(2, accepted)])
    assert not checker.verdict.unexplained


def test_of_names_that_nobody_mentions_two_stand_for_all() -> None:
    system = ModelSystem()
    before = system.state
    outcome = system.submit(NEW_VAULT)
    several = under_other_names(NEW_VAULT, "group")
    whole = event(several, outcome, system.observe())
    assert distinguishable(whole, [before]) == tuple(several[: 1 + STAND_FOR_ALL])
    in_part = event(several, outcome, {"vault": {"kv-prod": {}}}, partial=True)
    assert distinguishable(in_part, [before]) == tuple(several)
    unseen = event(several, outcome)
    assert distinguishable(unseen, [before]) == tuple(several)


def test_name_that_a_state_mentions_stands_for_itself_alone() -> None:
    system = ModelSystem()
    for name in OTHERS[:3]:
        system.submit(cmd.CreateVault(name, "westeurope", "production", "apps"))
    before = system.state
    deleted = cmd.DeleteVault("never-made")
    several = under_other_names(deleted, "vault")
    last = event(several, system.submit(deleted), system.observe())
    kept = {command["vault"] for command in map(Command.as_dict, distinguishable(last, [before]))}
    assert kept == {*OTHERS[:3], "never-made", OTHERS[3]}
