"""Editors that look for step definitions in source files find every step in tests/features/steps.py.

One function runs all steps, by its own reader, so there would be nothing to find.
`python tests/bdd/test_navigation.py` writes the file again from the sentences and situations.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from translator_cmk import features_dir
from translator_cmk.bdd.assertions import ASSERTION_PHRASES
from translator_cmk.language.sentences import COMMAND_PHRASES, FACT_PHRASES, Phrase
from translator_cmk.language.situations import situations

ROOT = Path(__file__).resolve().parents[2]
STEPS = ROOT / "tests" / "features" / "steps.py"
HEAD = '''"""Every sentence that a step may have, for editors to find; it is never run.

Written by `python tests/bdd/test_navigation.py`.  A `<word>` stands for what the examples of an outline put there.
"""

from pytest_bdd import step
'''
PLACEHOLDER = "<[^>]+>"
IN_EXAMPLES = (f"^({PLACEHOLDER})$", f"^the customer (.* )?({PLACEHOLDER}).*$")
"""The steps of outlines of which the examples have the verb."""


def expression(phrase: Phrase) -> str:
    """Return the sentence as a regular expression without backslashes, or as it is if nothing in it varies."""

    def slot(match: re.Match[str]) -> str:
        name = match[1]
        if name in phrase.words:
            return f"({'|'.join(phrase.words[name])}|{PLACEHOLDER})"
        return f"([0-9]+|{PLACEHOLDER})" if name in phrase.numbers else '"([^"]+)"'

    if not re.search(r"[\[{]", phrase.pattern):
        return phrase.pattern
    clauses = re.sub(r"\[([^]]*)]", r"(?:\1)?", phrase.pattern)
    return "^" + re.sub("{(.+?)}", slot, clauses) + "$"


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield where sentences are defined, with their expressions."""
    language = "model/translator_cmk/language"
    yield f"Situations: {language}/situations.yaml", list(situations())
    yield f"Commands: {language}/sentences.yaml", [expression(each) for each in COMMAND_PHRASES]
    yield "Assertions: model/translator_cmk/bdd/assertions.py", [expression(each) for each in ASSERTION_PHRASES]
    yield f"Facts: {language}/sentences.yaml", [expression(each) for each in FACT_PHRASES]
    yield "Steps of outlines whose examples have the verb", list(IN_EXAMPLES)


def glue() -> str:
    """Return the file as it has to be."""
    parts = [HEAD]
    for title, expressions in sections():
        parts.append(f"# {title}\n")
        quoted = (f"'{each}'" if '"' in each else f'"{each}"' for each in expressions)
        parts += (f"@step({each})\ndef _() -> None: ...\n" for each in quoted)
    return "\n".join(parts)


def texts() -> set[str]:
    """Return every step as it stands in the features, placeholders included."""
    every = "\n".join(file.read_text("utf-8") for file in features_dir().glob("*.feature"))
    return set(re.findall(r"^ +(?:Given|When|Then|And|But) (.+)$", every, flags=re.MULTILINE))


def test_every_step_has_a_definition_that_editors_find() -> None:
    patterns = [each for _, expressions in sections() for each in expressions]
    regular = [re.compile(each) for each in patterns if each.startswith("^")]
    lost = {text for text in texts() - set(patterns) if not any(each.search(text) for each in regular)}
    assert len(texts()) > 250
    assert not lost


def test_file_of_definitions_is_current() -> None:
    assert STEPS.read_text("utf-8") == glue(), "run `python tests/bdd/test_navigation.py`"


def test_committed_setting_names_the_features_and_the_definitions() -> None:
    settings = json.loads((ROOT / "translator-cmk.code-workspace").read_text("utf-8"))["settings"]
    assert settings["cucumber.features"] == ["features/*.feature"]
    assert settings["cucumber.glue"] == [STEPS.relative_to(ROOT).as_posix()]


if __name__ == "__main__":
    STEPS.write_text(glue(), "utf-8")
