"""Reads the sentences of scenarios.

A Given is a situation or a command, a When a command, in the same words.  A Then is a fact or an assertion.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ..language.facts import Fact
from ..language.sentences import COMMAND_PHRASES, FACT_PHRASES, UnknownSentence, read_command, read_fact
from ..language.situations import Situation, situations
from ..machine import Command
from .assertions import ASSERTION_PHRASES, Assertion, Kind
from .features import Pickle


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


def sentences(kind: str) -> Iterator[str]:
    """Yield the patterns of all sentences of a kind of step."""
    if kind == "given":
        yield from situations()
    phrases = (*ASSERTION_PHRASES, *FACT_PHRASES) if kind == "then" else COMMAND_PHRASES
    yield from (phrase.pattern for phrase in phrases)


def nearest(kind: str, text: str) -> str:
    """Return the sentence of that kind of step that is most like the text."""
    known: dict[str, str] = {}
    for sentence in sentences(kind):
        slots = re.sub(r"{\w+}", "{name}", sentence)
        known |= {re.sub(clauses, "", slots): sentence for clauses in (r"\[[^]]*]", r"[][]")}
    anonymous = re.sub(r'"[^"]*"', "{name}", text)
    return known[difflib.get_close_matches(anonymous, known, n=1, cutoff=0)[0]]


def other_kinds(kind: str, text: str) -> list[str]:
    """Return the other kinds of step that have this sentence."""
    return [other for other in READERS if other != kind and is_known(other, text)]


def is_known(kind: str, text: str) -> bool:
    """Return whether that kind of step has this sentence."""
    try:
        READERS[kind](text)
    except UnknownSentence:
        return False
    return True
