"""The meaning of a scenario: its sentences, its commands and facts, and whether an oracle demands all of it.

A Given is a situation or a command, a When a command, in the same words.  A Then is a fact or an assertion.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from ..language.declaration import Declaration
from ..language.facts import Fact
from ..language.phrases import COMMAND_PHRASES, FACT_PHRASES
from ..language.sentences import UnknownSentence, read_command, read_fact
from ..language.situations import Situation, situations
from ..machine import Accepted, Command, Machine, Observation, Outcome, Unspecified
from ..machine.rows import Means
from ..oracle import Oracle, Predicate
from ..oracle.nondeterminism import TooManyStates
from ..oracle.profiles import machine_of
from ..oracle.transitions import transitions
from .assertions import ASSERTION_PHRASES, Assertion, AssertionFailed, Kind, StepResult
from .features import Pickle

EVERYTHING = Declaration("model", "any")


def read_given(text: str) -> Situation | Command:
    """Return the situation, or the command, of a Given; raises `UnknownSentence`."""
    return situations().get(text) or read_command(text)


def read_then(text: str) -> Fact | Assertion:
    """Return the fact, or the assertion about the When; raises `UnknownSentence`."""
    for phrase in ASSERTION_PHRASES:
        if assertion := phrase.read(text):
            return assertion
    return read_fact(text)


Meaning = Situation | Command | Fact | Assertion

READERS: Mapping[str, Callable[[str], Meaning]] = {
    "given": read_given,
    "when": read_command,
    "then": read_then,
}
"""For each kind of step, the function that reads its sentences; it raises `UnknownSentence`."""


class ReadStep(NamedTuple):
    """A step of a scenario and its meaning."""

    kind: str
    text: str
    meaning: Meaning


@cache
def read_steps(pickle: Pickle) -> tuple[ReadStep, ...]:
    """Return each step of the scenario with its meaning; raises `UnknownSentence`."""
    return tuple(ReadStep(step.kind, step.text, READERS[step.kind](step.text)) for step in pickle.steps)


def commands_of(pickle: Pickle) -> Iterator[Command]:
    """Yield every command of a scenario, those of its situations included."""
    for _, _, meaning in read_steps(pickle):
        if isinstance(meaning, Situation):
            yield from meaning.commands
        elif isinstance(meaning, Command):
            yield meaning


def facts_of(pickle: Pickle) -> tuple[Fact, ...]:
    """Return the facts that the Thens of a scenario state."""
    return tuple(meaning for _, _, meaning in read_steps(pickle) if isinstance(meaning, Fact))


def asserts(pickle: Pickle, *kinds: Kind) -> bool:
    """Return whether the scenario makes an assertion of one of these kinds."""
    return any(isinstance(meaning, Assertion) and meaning.kind in kinds for _, _, meaning in read_steps(pickle))


def demanded(oracle: Oracle, pickle: Pickle) -> bool:
    """Return whether the oracle demands all that the scenario relies on, which then belongs to its profile.

    Resets the oracle; raises `TooManyStates`.
    """
    return next(steps_not_demanded(oracle, pickle), None) is None


def steps_not_demanded(oracle: Oracle, pickle: Pickle) -> Iterator[int]:
    """Yield the numbers of the steps that the oracle does not demand: a `Then`, or that a `Given` is accepted.

    A system that refuses a command of a `Given` could not run the scenario.  Resets the oracle; raises `TooManyStates`.
    """
    oracle.reset()
    for number, (kind, _, meaning) in enumerate(read_steps(pickle)):
        if isinstance(meaning, Situation | Command):
            for command in meaning.commands if isinstance(meaning, Situation) else (meaning,):
                oracle.submit(command)
                if kind == "given" and not oracle.demands(Accepted()):
                    yield number
        elif not oracle.demands(meaning if isinstance(meaning, Fact) else demand_of(meaning, pickle)):
            yield number


@cache
def machine_without(silent: frozenset[str]) -> Machine:
    """Return the machine in which these requirements are silent, made once: what is found out of one is kept."""
    return machine_of(silent)


def demanded_without(silent: Collection[str], pickle: Pickle) -> bool:
    """Return whether the scenario is demanded where these requirements are silent."""
    return demanded(Oracle(machine_without(frozenset(silent))), pickle)


@cache
def resting_on(pickle: Pickle, silent: frozenset[str]) -> tuple[str, ...]:
    """Return the silent requirements that keep a scenario from being demanded: each alone, or else several together.

    Of several together none can be left out.  A scenario that is demanded without them all rests on none.
    """
    if demanded_without(silent, pickle):
        return ()
    asked = sorted(asked_about(pickle, silent))
    if alone := [each for each in asked if not demanded_without([each], pickle)]:
        return tuple(alone)
    together = asked
    for each in asked:
        fewer = [other for other in together if other != each]
        if not demanded_without(fewer, pickle):
            together = fewer
    return tuple(together)


def asked_about(pickle: Pickle, silent: frozenset[str]) -> Set[str]:
    """Return the silent requirements that can matter to a scenario: those with a meaning, or a row that applies in it.

    They are all where too much is possible to be followed.
    """
    oracle = Oracle(machine_without(silent))
    asked = {row.requirement for row in oracle.machine.rows if isinstance(row, Means)}
    try:
        for command in commands_of(pickle):
            for state in oracle.states:
                asked |= transitions(oracle.machine, state, command, oracle.limit).asked
            oracle.submit(command)
    except TooManyStates:
        return silent
    return asked & silent


def demand_of(assertion: Assertion, pickle: Pickle) -> Outcome | Predicate:
    """Return the assertion in the form in which an oracle is asked about it."""
    if assertion.kind == "not specified":
        return Unspecified(frozenset(pickle.requirements))
    facts = facts_of(pickle)

    def holds(before: Observation, outcome: Outcome, after: Observation) -> bool:
        try:
            assertion.check(StepResult(outcome, before, after, pickle.requirements, facts, EVERYTHING))
        except AssertionFailed:
            return False
        return True

    return holds


def undemanded(machine: Machine, pickles: Iterable[Pickle]) -> list[Pickle]:
    """Return every scenario that the machine does not demand; with nothing silent in it, it should demand them all.

    If it does not, rows and scenarios contradict each other, and no verdict that rests on them means anything.
    """
    oracle = Oracle(machine)
    return [pickle for pickle in pickles if not demanded(oracle, pickle)]


def nearest_sentence(kind: str, text: str) -> str:
    """Return the sentence of that kind of step that is most like the text, whatever it names."""
    phrases = (*ASSERTION_PHRASES, *FACT_PHRASES) if kind == "then" else COMMAND_PHRASES
    known: list[str] = [*(situations() if kind == "given" else ()), *(phrase.pattern for phrase in phrases)]
    bare = {re.sub(r"{\w+}|\[[^]]*]", "", sentence): sentence for sentence in known}
    return bare[difflib.get_close_matches(re.sub(r'"[^"]*"', "", text), bare, n=1, cutoff=0)[0]]


def other_kinds(kind: str, text: str) -> Iterator[str]:
    """Yield the other kinds of step that have this sentence."""
    for other in [each for each in READERS if each != kind]:
        with suppress(UnknownSentence):
            READERS[other](text)
            yield other
