"""Step definitions for editors: they look for one in a source file for each sentence.

One function runs all steps, by its own reader, so an editor would find nothing.  A run of pytest
writes the file that they find into its cache.
"""

import re
from collections.abc import Iterator

import pytest

from ..language.phrases import COMMAND_PHRASES, FACT_PHRASES, Phrase
from ..language.situations import situations
from .assertions import ASSERTION_PHRASES

FOLDER = "translator-cmk"
"""In the cache of pytest."""

FILE = "steps.py"

HEAD = '''"""Every sentence that a step may have, for editors to find; it is never run.

A run of pytest writes it.  A `<word>` stands for what the examples of an outline put there.
"""

from pytest_bdd import step
'''

PLACEHOLDER = "<[^>]+>"

IN_PARENTHESES = "(?: [(].+[)])?"
"""The things of a situation, as a Given may name them."""

IN_EXAMPLES = (f"^({PLACEHOLDER}){IN_PARENTHESES}$", f"^the customer (.* )?({PLACEHOLDER}).*$")
"""The steps of outlines of which the examples have the verb."""


def write_steps(config: pytest.Config) -> None:
    """Write the file into the cache of pytest, if there is a cache."""
    cache = getattr(config, "cache", None)
    # of the processes of xdist only the first writes it
    if cache is None or hasattr(config, "workerinput"):
        return
    file = cache.mkdir(FOLDER) / FILE
    text = definitions()
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")


def definitions() -> str:
    """Return the text of the file."""
    parts = [HEAD]
    for title, expressions in sections():
        parts.append(f"# {title}\n")
        for text in expressions:
            quote = "'" if '"' in text else '"'
            parts.append(f"@step({quote}{text}{quote})\ndef _() -> None: ...\n")
    return "\n".join(parts)


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield where sentences are defined, with their expressions."""
    names = [f"^{name}{IN_PARENTHESES}$" for name in situations()]
    yield "Situations: translator_cmk/language/situations.yaml", names
    commands = [expression(each) for each in COMMAND_PHRASES]
    yield "Commands: translator_cmk/language/sentences.yaml", commands
    assertions = [expression(each) for each in ASSERTION_PHRASES]
    yield "Assertions: translator_cmk/bdd/assertions.py", assertions
    yield (
        "Facts: translator_cmk/language/sentences.yaml",
        [expression(each) for each in FACT_PHRASES],
    )
    yield "Steps of outlines whose examples have the verb", list(IN_EXAMPLES)


def expression(phrase: Phrase) -> str:
    """Return the sentence as a regular expression without backslashes.

    A sentence in which nothing varies is returned as it is.
    """

    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name in phrase.words:
            return f"({'|'.join(phrase.words[name])}|{PLACEHOLDER})"
        if name in phrase.numbers:
            return f"([0-9]+|{PLACEHOLDER})"
        return '"([^"]+)"'

    if not re.search(r"[\[{]", phrase.pattern):
        return phrase.pattern
    clauses = re.sub(r"\[([^]]*)]", r"(?:\1)?", phrase.pattern)
    return "^" + re.sub("{(.+?)}", slot, clauses) + "$"
