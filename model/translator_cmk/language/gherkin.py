"""Scenarios as text: sequences of commands, and what should follow, as lines of Gherkin."""

from collections.abc import Iterable, Iterator, Sequence

from ..machine import KeyUse
from .facts import Fact
from .sentences import UnknownSentence, format_fact, read_fact


def scenario_lines(
    title: str, given: Iterable[str], when: str, then: Sequence[str], tags: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the lines of a scenario; ``given`` are lines of steps already, since comments may stand between them."""
    if tags:
        yield " ".join(f"@{tag}" for tag in tags)
    yield f"Scenario: {title}"
    yield from given
    yield from steps("When", [when])
    yield from steps("Then", then)


def steps(keyword: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield steps of one kind, from the second on with And."""
    for number, text in enumerate(texts):
        yield f"  {'And' if number else keyword} {text}"


def sentence_title(step: str) -> str:
    """Return a step as the title of a scenario."""
    return step[0].upper() + step[1:]


def uses_in_words(uses: Sequence[KeyUse]) -> list[str]:
    """Return the sentences that say which uses of keys are recorded, and that no others are."""
    return [use_in_words(use) for use in uses] or ["no use of a key is recorded"]


def use_in_words(use: KeyUse) -> str:
    """Return the sentence that a use of a key is recorded."""
    vault, _, key = use.key.partition("/")
    return f'the use of the key "{key}" of "{vault}" is recorded for "{use.resource}"'


def can_be_told(fact: Fact) -> bool:
    """Return whether there is a sentence that states the fact."""
    try:
        return read_fact(format_fact(fact)) == fact
    except UnknownSentence:
        return False
