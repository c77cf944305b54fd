"""Compute the step glossary: every sentence that a scenario may use, and where it is used."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..bdd.assertions import ASSERTION_PHRASES
from ..bdd.scenario_run import facts_after
from ..language.sentences import COMMAND_PHRASES, FACT_PHRASES, Phrase, format_command, format_fact
from ..language.situations import situations
from .evidence import Evidence
from .render import listed


class Use(NamedTuple):
    """How many scenarios use a sentence, and under which requirements."""

    scenarios: int
    requirements: list[str]


class Slot(NamedTuple):
    """A slot of a sentence: the words it takes, and the default if its clause is left out; either may be empty."""

    name: str
    words: str
    default: str


class Sentence(NamedTuple):
    """A sentence pattern with its slots, its meaning and its use."""

    pattern: str
    quoted: frozenset[str]
    """Slots that are written in quotes."""
    slots: list[Slot]
    means: str
    use: Use


def sentences(evidence: Evidence) -> Mapping[str, list[Sentence]]:
    """Return the sentences of commands, outcomes and observations."""
    return {
        "commands": [sentence(each, each.command.__doc__ or "", evidence) for each in COMMAND_PHRASES],
        "outcomes": [sentence(each, each.explanation, evidence) for each in ASSERTION_PHRASES],
        "observations": [
            sentence(each, f"{each.kind}: {each.field.replace('_', ' ')}", evidence) for each in FACT_PHRASES
        ],
    }


def sentence(phrase: Phrase, means: str, evidence: Evidence) -> Sentence:
    """Return one sentence."""
    names = list(dict.fromkeys(re.findall(r"{(\w+)}", phrase.pattern)))
    quoted = frozenset(name for name in names if name not in phrase.words and name not in phrase.numbers)
    return Sentence(
        re.sub(r"\[ ([^]]*)]", r" [\1]", phrase.pattern),
        quoted,
        [each for name in names if (each := slot(phrase, name)).words or each.default],
        " ".join(means.split()),
        use(evidence, phrase.parse),
    )


def slot(phrase: Phrase, name: str) -> Slot:
    """Return one slot."""
    words: Mapping[str, Any] = phrase.words.get(name, {})
    optional = f"{{{name}}}" in "".join(re.findall(r"\[[^]]*]", phrase.pattern))
    default = phrase.defaults[name] if optional else ""
    shown = next((word for word, meant in words.items() if meant == default), default) if optional else ""
    return Slot(name, listed(list(words), "or"), str(shown))


def use(evidence: Evidence, matches: Callable[[str], Any]) -> Use:
    """Return which scenarios have a step that matches."""
    using = [each for each in evidence.pickles.values() if any(matches(step.text) for step in each.steps)]
    return Use(len(using), list(dict.fromkeys(each.requirements[0] for each in using)))


def situations_used(evidence: Evidence) -> list[Mapping[str, Any]]:
    """Return each situation with its commands, the facts after them, and its use."""
    return [
        {
            "name": each.name,
            "commands": [format_command(command) for command in each.commands],
            "facts": [(format_fact(fact), sorted(by)) for fact, by in facts_after(each.commands).items()],
            "use": use(evidence, lambda text, name=each.name: text == name),  # type: ignore[misc]  # the name of now
        }
        for each in situations().values()
    ]
