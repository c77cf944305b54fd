"""A log makes equal parts of events once, and forgets before it takes too much memory."""

from tests.explore.following import at_work
from translator_cmk.explore.trace import Log
from translator_cmk.explore.trace.events import MOST_NAMES, Gone, Kept, content_of
from translator_cmk.machine import ROWS, Accepted, Machine, Refused
from translator_cmk.machine.commands import CreateKey, CreateVault
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.observability import Shown

VAULT = CreateVault("v", "westeurope", "production", "g")


def test_events_that_say_the_same_are_one() -> None:
    log = Log()
    seen = {"vault": {"v": {"state": "active"}}}
    events = [log.event(CreateVault(*VAULT), Accepted(frozenset({"a"})), dict(seen), True) for _ in range(2)]
    assert events[0] is events[1]
    others = [
        log.event(CreateKey("v", "k"), Accepted(frozenset({"a"})), seen, True),
        log.event(VAULT, Refused(), seen, True),
        log.event(VAULT, Accepted(frozenset({"a"})), seen),
        log.event(VAULT, Accepted(frozenset({"a"})), {"vault": {"v": {"state": "deleted"}}}, True),
        log.event(VAULT, Accepted(frozenset({"a"}))),
        log.event(VAULT, None, seen, True),
        log.event(None, None, seen, True),
    ]
    assert len({*events, *others}) == 1 + len(others)


def test_an_observation_is_what_was_seen() -> None:
    _, system = at_work(Machine(ROWS))
    observation = system.observe()
    seen = Log().seen(observation)
    assert seen.observation == observation
    assert seen.whole
    assert Oracle(Machine(ROWS)).observe().keys() == seen.observation.keys()


def test_what_is_told_in_part_shows_nothing_else() -> None:
    log = Log(Shown(hidden=frozenset({"vault.region"})))
    seen = log.seen({"vault": {"v": {"state": "active"}, "w": {"exists": False}}}, partial=True)
    told = {
        (name, field)
        for name in "vwx"
        for field in ("exists", "state", "region")
        if seen.shown.shows(("vault", name), field)
    }
    assert told == {("v", "exists"), ("v", "state"), ("w", "exists")}
    untold = log.seen({"vault": {"v": {"state": "active"}}}, untold=frozenset({(("vault", "v"), "group")}))
    assert not untold.shown.shows(("vault", "v"), "group")
    assert untold.shown.shows(("vault", "w"), "group")
    assert not untold.shown.shows(("vault", "w"), "region")


def test_values_of_another_type_are_other_values() -> None:
    assert len({content_of(value) for value in (1, True, 1.0, "1", [1], None)}) == 6
    assert content_of({"a": "x" * 1000}) == content_of({"a": "x" * 1000}) != content_of({"a": "x" * 1001})
    assert content_of(object()) is None


def test_what_is_kept_is_bounded() -> None:
    kept = Kept(largest=1000)
    for number in range(100):
        assert kept.keep(number, number, 100) == number
        assert len(kept) <= 12
    assert kept[99] == 99
    gone = Gone(frozenset())
    for number in range(MOST_NAMES + 5):
        assert gone["vault", str(number)].name == ("vault", str(number))
    assert len(gone) == 5
