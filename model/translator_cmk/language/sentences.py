"""Sentences of commands, facts and outcomes: how they are read from text, and how they are written.

``read_command(format_command(command)) == command``, and likewise for every fact that has a
sentence.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from typing import Any

from ..machine import Accepted, Command, KeyUse, Outcome, Refused
from .facts import Fact
from .phrases import COMMAND_PHRASES, FACT_PHRASES, CommandPhrase


class UnknownSentence(ValueError):
    """The text is no sentence of a command or a fact."""


def read_command(text: str) -> Command:
    """Return the command of a sentence; raises `UnknownSentence`."""
    for phrase in COMMAND_PHRASES:
        command = phrase.read(text)
        if command is not None:
            return command
    raise UnknownSentence(text)


def read_commands(text: str) -> Iterator[Command]:
    """Yield the commands of a sentence, one for each choice of words where it has
    `{several|words}`.

    The first of several choices changes slowest.  Raises `UnknownSentence`.
    """
    parts = [part.split("|") for part in re.split("[{}]", text)]
    for words in product(*parts):
        yield read_command("".join(words))


def format_command(command: Command, explicit: Collection[str] = ()) -> str:
    """Return the sentence of a command, as `read_command` reads it; the fields that are
    ``explicit`` are in it also where they have their usual values.
    """
    return phrase_of(command).render(command.as_dict(), explicit)


def usual_values(command: Command) -> dict[str, Any]:
    """Return the fields that the sentence of a command leaves out, each with the value for which it
    does so.
    """
    return phrase_of(command).left_out


def azure_call(command: type[Command]) -> tuple[str, ...]:
    """Return the call of Azure's API that does a command, line by line."""
    return next(each.azure for each in COMMAND_PHRASES if each.command is command)


def subjects() -> dict[str, list[str]]:
    """Return the names of the commands by subject, each in the order of the sentences."""
    found: dict[str, list[str]] = {}
    for phrase in COMMAND_PHRASES:
        names = found.setdefault(phrase.subject, [])
        if phrase.command.__name__ not in names:
            names.append(phrase.command.__name__)
    return found


def phrase_of(command: Command) -> CommandPhrase:
    return next(phrase for phrase in COMMAND_PHRASES if phrase.matches(command))


def read_fact(text: str) -> Fact:
    """Return the fact of a sentence; raises `UnknownSentence`."""
    for phrase in FACT_PHRASES:
        fact = phrase.read(text)
        if fact is not None:
            return fact
    raise UnknownSentence(text)


def format_fact(fact: Fact) -> str:
    """Return the sentence of a fact, as `read_fact` reads it, or a plain listing of a fact that has
    none."""
    for phrase in FACT_PHRASES:
        slots = phrase.slots(fact)
        if slots is not None:
            return phrase.render(slots)
    return f"{fact.kind} {fact.name}: {fact.field} is {fact.value}"


def has_sentence(fact: Fact) -> bool:
    """Return whether there is a sentence that states the fact."""
    try:
        return read_fact(format_fact(fact)) == fact
    except UnknownSentence:
        return False


def format_outcome(outcome: Outcome) -> str:
    """Return the outcome of a request in words, with the requirements that it names and the uses of
    keys."""
    if isinstance(outcome, Accepted):
        text = "the request is accepted"
        if outcome.by:
            text += f", by {', '.join(sorted(outcome.by))}"
        if outcome.audit:
            uses = [f"of {use.key} for {use.resource}" for use in outcome.audit]
            text += f", with uses of keys: {', '.join(uses)}"
        return text
    if isinstance(outcome, Refused):
        text = "the request is refused"
        if outcome.because:
            text += f", because of {', '.join(sorted(outcome.because))}"
        return text
    text = "the specification says nothing here"
    if outcome.silent:
        text += f": {', '.join(sorted(outcome.silent))}"
    return text


def format_answer(answer: Outcome | Fact) -> str:
    """Return in words what a system answered: an outcome, or a fact of an observation."""
    if isinstance(answer, Fact):
        return format_fact(answer)
    return format_outcome(answer)


def format_key_uses(uses: Sequence[KeyUse]) -> list[str]:
    """Return the sentences that say which uses of keys are recorded, and that no others are."""
    if not uses:
        return ["no use of a key is recorded"]
    return [format_key_use(use) for use in uses]


def format_key_use(use: KeyUse) -> str:
    """Return the sentence that a use of a key is recorded."""
    vault, _, key = use.key.partition("/")
    return f'the use of the key "{key}" of "{vault}" is recorded for "{use.resource}"'
