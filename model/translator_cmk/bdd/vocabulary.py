"""The vocabulary of scenarios: each sentence of a step is read as what it means.

A Given is a situation or a command, a When is a command, in the same words.  A Then is a fact or
an assertion about the When.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ..language.facts import Fact
from ..language.phrases import COMMAND_PHRASES, FACT_PHRASES
from ..language.sentences import UnknownSentence, read_command, read_fact
from ..language.situations import Situation, read_situation, situations
from ..machine import Command
from .assertions import ASSERTION_PHRASES, Assertion, Kind
from .feature_records import Pickle

Meaning = Situation | Command | Fact | Assertion


def read_given(text: str) -> Situation | Command:
    """Return the situation, or the command, of a Given; raises `UnknownSentence`."""
    situation = read_situation(text)
    return read_command(text) if situation is None else situation


def read_then(text: str) -> Fact | Assertion:
    """Return the fact, or the assertion about the When; raises `UnknownSentence`."""
    for phrase in ASSERTION_PHRASES:
        assertion = phrase.read(text)
        if assertion is not None:
            return assertion
    return read_fact(text)


READERS: Mapping[str, Callable[[str], Meaning]] = {
    "given": read_given,
    "when": read_command,
    "then": read_then,
}
"""For each kind of step, the function that reads its sentences; it raises `UnknownSentence`."""


class ReadStep(NamedTuple):
    """A step of a scenario with its meaning."""

    kind: str
    text: str
    meaning: Meaning


@cache
def read_steps(pickle: Pickle) -> tuple[ReadStep, ...]:
    """Return each step of the scenario with its meaning; raises `UnknownSentence`."""
    steps: list[ReadStep] = []
    for step in pickle.steps:
        read = READERS[step.kind]
        steps.append(ReadStep(step.kind, step.text, read(step.text)))
    return tuple(steps)


def commands_in(meaning: Meaning) -> tuple[Command, ...]:
    """Return the commands of a Given or When: a situation has several, a Then has none."""
    if isinstance(meaning, Situation):
        return meaning.commands
    if isinstance(meaning, Command):
        return (meaning,)
    return ()


def commands_of(pickle: Pickle) -> Iterator[Command]:
    """Yield every command of a scenario, those of its situations included."""
    for step in read_steps(pickle):
        yield from commands_in(step.meaning)


def facts_of(pickle: Pickle) -> tuple[Fact, ...]:
    """Return the facts that the Thens of a scenario state."""
    meanings = [step.meaning for step in read_steps(pickle)]
    return tuple(meaning for meaning in meanings if isinstance(meaning, Fact))


def asserts(pickle: Pickle, *kinds: Kind) -> bool:
    """Return whether the scenario makes an assertion of one of these kinds."""
    meanings = [step.meaning for step in read_steps(pickle)]
    made = {meaning.kind for meaning in meanings if isinstance(meaning, Assertion)}
    return not made.isdisjoint(kinds)


# What to say of a sentence that is not known


def nearest_sentence(kind: str, text: str) -> str:
    """Return the sentence of that kind of step that is most like the text, whatever it names."""
    by_words = {without_slots(sentence): sentence for sentence in sentences_of(kind)}
    words = re.sub(r'"[^"]*"', "", text)
    [nearest] = difflib.get_close_matches(words, by_words, n=1, cutoff=0)
    return by_words[nearest]


def sentences_of(kind: str) -> list[str]:
    """Return every sentence that a kind of step may have, as patterns."""
    if kind == "then":
        return [phrase.pattern for phrase in (*ASSERTION_PHRASES, *FACT_PHRASES)]
    sentences = [phrase.pattern for phrase in COMMAND_PHRASES]
    return [*situations(), *sentences] if kind == "given" else sentences


def without_slots(pattern: str) -> str:
    """Return the words of a pattern that are always there."""
    return re.sub(r"{\w+}|\[[^]]*]", "", pattern)


def other_kinds(kind: str, text: str) -> Iterator[str]:
    """Yield the other kinds of step that have this sentence."""
    for other, read in READERS.items():
        if other != kind and is_read(read, text):
            yield other


def is_read(read: Callable[[str], Meaning], text: str) -> bool:
    """Return whether a reader knows the sentence."""
    try:
        read(text)
    except UnknownSentence:
        return False
    return True
