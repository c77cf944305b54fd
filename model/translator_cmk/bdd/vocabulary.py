"""What the sentences of scenarios mean.

A Given is a situation or a command, a When a command, told alike.  A Then has a voice of its own.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping

from ..language.facts import Fact
from ..language.phrasebook import COMMAND_PHRASES, FACT_PHRASES, UnknownSentence, read_command, read_fact
from ..language.situations import Situation, situations
from ..machine import Command
from .claims import CLAIM_PHRASES, Claim


def read_given(text: str) -> Situation | Command:
    """The starting point, or the command that leads to one; raises `UnknownSentence`."""
    return situations().get(text) or read_command(text)


def read_then(text: str) -> Fact | Claim:
    """The fact, or the claim about the When; raises `UnknownSentence`."""
    for phrase in CLAIM_PHRASES:
        if claim := phrase.read(text):
            return claim
    return read_fact(text)


READERS: Mapping[str, Callable[[str], Situation | Command | Fact | Claim]] = {
    "given": read_given,
    "when": read_command,
    "then": read_then,
}
"""For each kind of step: what reads its sentences, raising `UnknownSentence`."""


def sentences(kind: str) -> Iterator[str]:
    """The patterns of all sentences of a kind of step."""
    if kind == "given":
        yield from situations()
    phrases = (*CLAIM_PHRASES, *FACT_PHRASES) if kind == "then" else COMMAND_PHRASES
    yield from (phrase.pattern for phrase in phrases)


def nearest(kind: str, text: str) -> str:
    """The sentence of that kind of step that is most like the text."""
    known: dict[str, str] = {}
    for sentence in sentences(kind):
        slots = re.sub(r"{\w+}", "{name}", sentence)
        known |= {re.sub(clauses, "", slots): sentence for clauses in (r"\[[^]]*]", r"[][]")}
    anonymous = re.sub(r'"[^"]*"', "{name}", text)
    return known[difflib.get_close_matches(anonymous, known, n=1, cutoff=0)[0]]


def other_kinds(kind: str, text: str) -> list[str]:
    """The other kinds of step that have this sentence."""
    return [other for other in READERS if other != kind and understood(other, text)]


def understood(kind: str, text: str) -> bool:
    """Whether that kind of step has this sentence."""
    try:
        READERS[kind](text)
    except UnknownSentence:
        return False
    return True
