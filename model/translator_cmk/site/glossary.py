"""The step glossary: every sentence that a scenario may use, what it stands for, and where it is used."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..bdd.assertions import ASSERTION_PHRASES
from ..language.phrasebook import COMMAND_PHRASES, FACT_PHRASES, state, tell
from ..language.phrases import Phrase
from ..language.situations import Situation, situations
from .content import Content
from .evidence import Evidence, number
from .markup import filled, in_cell, indented, listed, named, table

FEW = 3
"""As many places of use are shown; more are folded."""


def glossary_page(content: Content) -> str:
    """The page."""
    evidence = content.evidence
    situation_texts = (block for each in situations().values() for block in situation_blocks(each, evidence))
    return filled(
        "steps",
        situations="\n\n".join(situation_texts),
        commands=phrases_table(COMMAND_PHRASES, evidence, lambda phrase: phrase.command.__doc__),
        outcomes=phrases_table(ASSERTION_PHRASES, evidence, lambda phrase: phrase.explanation),
        observations=phrases_table(
            FACT_PHRASES, evidence, lambda phrase: f"{phrase.kind}: {phrase.field.replace('_', ' ')}"
        ),
    )


def situation_blocks(situation: Situation, evidence: Evidence) -> Iterator[str]:
    """A situation with its commands and what is so after them."""
    used, requirements = uses(evidence, lambda text: text == situation.name)
    yield f"### {situation.name}"
    yield "\n".join(f"{count}. {tell(command)}" for count, command in enumerate(situation.commands, start=1))
    facts = "\n".join(
        f"- {state(fact)} ({listed([named(name) for name in sorted(by)])})" for fact, by in situation.establishes
    )
    yield f'??? fold "What is so then"\n\n{indented(facts)}'
    yield f'??? fold "Used by {used}"\n\n{indented(requirements)}' if requirements else f"Used by {used}."


def phrases_table(phrases: Any, evidence: Evidence, explained: Callable[[Any], str]) -> str:
    """A table of sentences."""
    return table(
        ["Sentence", "What it stands for", "Used by"],
        ([shown(each), " ".join(explained(each).split()), uses_cell(evidence, each.parse)] for each in phrases),
    )


def shown(phrase: Phrase) -> str:
    """A sentence pattern, with the words that its slots can take."""
    sentence = re.sub(r"\[ ([^]]*)]", r" \[\1\]", phrase.pattern)
    sentence = re.sub(r"{(\w+)}", lambda slot: slot_shown(phrase, slot[1]), sentence)
    notes = (note(phrase, slot) for slot in dict.fromkeys(re.findall(r"{(\w+)}", phrase.pattern)))
    return sentence + in_cell("ul", filter(None, notes))


def slot_shown(phrase: Phrase, slot: str) -> str:
    """A slot as a reader fills it in."""
    return f"<var>{slot}</var>" if slot in phrase.words or slot in phrase.numbers else f'"<var>{slot}</var>"'


def note(phrase: Phrase, slot: str) -> str:
    """The words that a slot can take, and what it means to leave its clause out."""
    words: Mapping[str, Any] = phrase.words.get(slot, {})
    told = [listed(list(words), "or")] if words else []
    if f"{{{slot}}}" in "".join(re.findall(r"\[[^]]*]", phrase.pattern)):
        default = phrase.defaults[slot]
        told.append(f"{next((word for word, meant in words.items() if meant == default), default)} unless said")
    return f"<var>{slot}</var>: {'; '.join(told)}" if told else ""


def uses_cell(evidence: Evidence, means: Callable[[str], Any]) -> str:
    """Where a sentence is used, many places folded."""
    count, requirements = uses(evidence, means)
    if not requirements or requirements.count("](") <= FEW:
        return f"{count}: {requirements}" if requirements else count
    return f"<details><summary>{count}</summary>{requirements}</details>"


def uses(evidence: Evidence, means: Callable[[str], Any]) -> tuple[str, str]:
    """In how many scenarios a sentence is used, and under which requirements."""
    using = [each for each in evidence.pickles.values() if any(means(step.text) for step in each.steps)]
    requirements = list(dict.fromkeys(each.requirements[0] for each in using))
    if not using:
        return "no scenario", ""
    of = f" of {number(len(requirements), 'requirement')}" if len(requirements) > FEW else ""
    return f"{number(len(using), 'scenario')}{of}", ", ".join(map(named, requirements))
