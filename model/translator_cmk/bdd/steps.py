"""The step definitions: one for each sentence of the phrasebook, so that pytest-bdd and its tools know them all.

PYTEST_DONT_REWRITE
"""

from collections.abc import Callable
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import StepParser

from ..language.facts import Fact
from ..language.phrasebook import COMMAND_PHRASES, FACT_PHRASES
from ..language.situations import Situation, situations
from ..machine import Command
from .claims import CLAIM_PHRASES, Claim
from .playing import Playing


class Sentence(StepParser):
    """Parses the steps of one pattern."""

    def __init__(self, pattern: str, read: Callable[[str], Any]) -> None:
        super().__init__(pattern)
        self.read = read

    def is_matching(self, name: str) -> bool:
        """Whether the step is told by this pattern."""
        return self.read(name) is not None

    def parse_arguments(self, name: str) -> dict[str, Any]:
        """The arguments of the functions below."""
        return {"text": name, "meaning": self.read(name)}


def start(playing: Playing, text: str, meaning: Situation | Command) -> None:
    __tracebackhide__ = True
    playing.given(text, meaning)


def act(playing: Playing, text: str, meaning: Command) -> None:
    __tracebackhide__ = True
    playing.when(text, meaning)


def compare(playing: Playing, text: str, meaning: Fact | Claim) -> None:
    __tracebackhide__ = True
    playing.then(text, meaning)


# pytest-bdd registers a step in the namespace that its decorator is called from.
for _name, _situation in situations().items():
    given(Sentence(_name, {_name: _situation}.get))(start)
for _phrase in COMMAND_PHRASES:
    given(Sentence(_phrase.pattern, _phrase.read))(start)
    when(Sentence(_phrase.pattern, _phrase.read))(act)
for _claim in CLAIM_PHRASES:
    then(Sentence(_claim.pattern, _claim.read))(compare)
for _fact in FACT_PHRASES:
    then(Sentence(_fact.pattern, _fact.read))(compare)
