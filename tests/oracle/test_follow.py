"""A system is followed until it differs or too much is possible, and again from the next begin."""

from tests.oracle.following import FULL
from translator_cmk.language.facts import Fact
from translator_cmk.machine import DEFAULT_STAGE, Accepted, Refused
from translator_cmk.machine import commands as cmd
from translator_cmk.oracle import (
    Agreed,
    Differs,
    Exchange,
    Follower,
    LostTrack,
    Oracle,
    first_difference,
)
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.system import ModelSystem

CREATE_VAULT = cmd.CreateVault("v1", "westeurope", "production", "g1")
CREATE_KEY = cmd.CreateKey("v1", "k1")


def test_a_system_that_does_as_demanded_agrees_with_every_exchange() -> None:
    follower, system = Follower(Oracle(FULL)), ModelSystem()
    assert follower.begin(DEFAULT_STAGE, system.observe()) == Agreed()
    for command in (CREATE_VAULT, CREATE_KEY):
        follower.submit(command)
        assert follower.answer(system.submit(command), system.observe()) == Agreed()
    assert follower.has_track


def test_after_a_difference_nothing_is_compared_until_the_next_begin() -> None:
    follower = Follower(Oracle(FULL))
    follower.begin(DEFAULT_STAGE)
    follower.submit(CREATE_VAULT)
    assert isinstance(follower.answer(Refused(), None), Differs)
    assert not follower.has_track
    assert follower.submit(CREATE_KEY) is None
    assert isinstance(follower.answer(Refused(), None), LostTrack)
    assert follower.begin(DEFAULT_STAGE) == Agreed()
    follower.submit(CREATE_VAULT)
    assert isinstance(follower.answer(Refused(), None), Differs)


def test_what_the_system_shows_after_its_reset_is_compared_too() -> None:
    system = ModelSystem()
    system.submit(CREATE_VAULT)
    comparison = Follower(Oracle(FULL)).begin(DEFAULT_STAGE, system.observe())
    assert isinstance(comparison, Differs)
    assert comparison.differences[0].seen == Fact("vault", "v1", "exists", True)


def test_track_is_lost_where_more_states_are_possible_than_are_kept() -> None:
    follower = Follower(Oracle(machine_of({"keys.disable"}), limit=1))
    for command in (CREATE_VAULT, CREATE_KEY):
        follower.submit(command)
        follower.answer(Accepted(), None)
    assert follower.submit(cmd.DisableKey("v1", "k1")) is None
    comparison = follower.answer(Accepted(), None)
    assert isinstance(comparison, LostTrack)
    assert "more than 1 states" in comparison.why


def test_the_first_difference_of_a_recorded_sequence_is_the_one_that_counts() -> None:
    refused = Exchange(CREATE_VAULT, Refused(), None)
    exchanges = [refused, Exchange(CREATE_KEY, Refused(), None)]
    differs = first_difference(exchanges, Oracle(FULL), DEFAULT_STAGE)
    assert differs is not None
    assert [type(difference.expected) for difference in differs.differences] == [Accepted]
    assert (
        first_difference([Exchange(CREATE_VAULT, Accepted(), None)], Oracle(FULL), DEFAULT_STAGE)
        is None
    )
