"""The step glossary: every sentence that a scenario may use, what it stands for, and where it is used."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..gherkin.claims import CLAIM_PHRASES
from ..phrasebook import COMMAND_PHRASES, FACT_PHRASES, state, tell
from ..phrases import Phrase
from ..situations import Situation, situations
from .content import Content
from .evidence import Evidence, number
from .markup import listed, named, page, table

FEW = 3
"""As many places of use are shown; more are folded."""


def glossary_page(content: Content) -> str:
    """The page."""
    evidence = content.evidence
    return page(
        "Step glossary",
        "Every sentence that a scenario may use, and where it is used.",
        "Scenarios are written with these sentences and no others. `<name>` stands for a name of your choice, in quotation marks "
        "where they are shown; `[...]` may be left out. The same sentences are printed when a counterexample is found.",
        "## Situations { #situations }",
        "For `Given` alone. A situation is short for the commands below it, in this order, all through the customer's own hands.",
        *(block for each in situations().values() for block in situation_blocks(each, evidence)),
        "## Commands { #commands }",
        "For `Given` and `When`.",
        phrases_table(COMMAND_PHRASES, evidence, lambda phrase: " ".join((phrase.command.__doc__ or "").split())),
        "## Outcomes { #outcomes }",
        "For `Then`, about the request itself.",
        phrases_table(CLAIM_PHRASES, evidence, lambda phrase: " ".join(phrase.explanation.split())),
        "## Observations { #observations }",
        "For `Then`, about what can be seen afterwards.",
        phrases_table(FACT_PHRASES, evidence, lambda phrase: f"{phrase.kind}: {phrase.field.replace('_', ' ')}"),
    )


def situation_blocks(situation: Situation, evidence: Evidence) -> Iterator[str]:
    """A situation with its commands and what is so after them."""
    yield f"### {situation.name}"
    yield uses(evidence, lambda text: text == situation.name)
    commands = "\n".join(f"{count}. {tell(command)}" for count, command in enumerate(situation.commands, start=1))
    facts = "\n".join(f"- {state(fact)} ({listed(list(map(named, sorted(by))))})" for fact, by in situation.establishes)
    yield commands
    yield f"What is so then:\n\n{facts}" if facts else ""


def phrases_table(phrases: Any, evidence: Evidence, explained: Callable[[Any], str]) -> str:
    """A table of sentences."""
    return table(
        ["Sentence", "What it stands for", "Used by"],
        (
            [shown(phrase), explained(phrase), uses(evidence, lambda text, phrase=phrase: phrase.parse(text) is not None)]
            for phrase in phrases
        ),
    )


def shown(phrase: Phrase) -> str:
    """A sentence pattern, with the words that its slots can take."""
    sentence = re.sub(r"{(\w+)}", lambda slot: slot_shown(phrase, slot[1]), phrase.pattern)
    sentence = re.sub(r"\[ ([^]]*)]", r" [\1]", sentence)
    slots: Mapping[str, None] = dict.fromkeys(re.findall(r"{(\w+)}", phrase.pattern))
    lines = [f"`{sentence}`"]
    for slot in slots:
        words = phrase.words.get(slot, {})
        told = f"{slot}: {', '.join(words)}" if words else ""
        if slot in phrase.defaults and phrase.defaults[slot] is not None:
            default = next((word for word, meant in words.items() if meant == phrase.defaults[slot]), phrase.defaults[slot])
            told = f"{told or slot}; left out: {default}"
        if told:
            lines.append(f"*{told}*")
    return "<br>".join(lines)


def slot_shown(phrase: Phrase, slot: str) -> str:
    """A slot as a reader fills it in."""
    return f"<{slot}>" if slot in phrase.words or slot in phrase.numbers else f'"<{slot}>"'


def uses(evidence: Evidence, means: Callable[[str], bool]) -> str:
    """In how many scenarios, and under which requirements, a sentence is used."""
    using = [each for each in evidence.pickles.values() if any(means(step.text) for step in each.steps)]
    requirements = list(dict.fromkeys(each.requirements[0] for each in using))
    if not using:
        return "no scenario"
    links = ", ".join(named(name) for name in requirements)
    count = number(len(using), "scenario")
    if len(requirements) <= FEW:
        return f"{count}: {links}"
    return f"<details><summary>{count}, {number(len(requirements), 'requirement')}</summary>{links}</details>"
