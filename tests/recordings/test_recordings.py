"""Traces of real Azure fit the specification, but for the requirements that each is said to contradict."""

from pathlib import Path

import pytest

from translator_cmk.explore.trace.checking import Checker, Verdict
from translator_cmk.explore.trace.reading import Reader
from translator_cmk.oracle.profiles import PROFILES, machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.site.sourced import Seen, load_seen

FOLDER = Path(__file__).parent
REGISTER = load_register()
WITH_TRACE = [each for each in load_seen(REGISTER) if each.trace]


def verdict(file: str, profile: str) -> Verdict:
    """The verdict on a trace, of which every event has to be judged."""
    checker = Checker(machine_of(silent_in(profile, REGISTER)))
    checker.read(Reader(str(FOLDER / file)))
    found: Verdict = checker.verdict
    assert found.judgeable
    assert not found.overflows
    return found


def test_every_trace_is_named_once() -> None:
    assert sorted(each.trace for each in WITH_TRACE) == sorted(path.name for path in FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("seen", WITH_TRACE, ids=lambda seen: seen.id)
def test_trace_contradicts_what_it_is_said_to_contradict_and_nothing_else(seen: Seen) -> None:
    """If it fits now: move the requirements to `supports` in seen.yaml.  If it names others: name them there."""
    named = {
        name
        for profile in PROFILES
        for deviation in verdict(seen.trace, profile).deviations
        for name in deviation.requirements
    }
    assert named <= set(seen.contradicts)
    assert bool(named) == bool(seen.contradicts)
