"""Editors that look for step definitions in source files find all in one file.

One function runs all steps, by its own reader, so there would be nothing to find.
`python -m tests.bdd.test_navigation` writes the file again from the sentences and situations.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bdd.editor import Editor, opened
from tests.command_line import ROOT
from translator_cmk import features_dir
from translator_cmk.bdd.assertions import ASSERTION_PHRASES
from translator_cmk.language.phrases import COMMAND_PHRASES, FACT_PHRASES, Phrase
from translator_cmk.language.situations import situations

STEPS = ROOT / "model" / "translator_cmk" / "bdd" / "steps_for_editors.py"
SETTINGS = json.loads((ROOT / "translator-cmk.code-workspace").read_text("utf-8"))["settings"]
HEAD = '''"""Every sentence that a step may have, for editors to find; it is never run.

Written by `python -m tests.bdd.test_navigation`.  A `<word>` stands for what the examples of an
outline put there.
"""

from pytest_bdd import step
'''
PLACEHOLDER = "<[^>]+>"
IN_PARENTHESES = "(?: [(].+[)])?"
"""What a situation is said to have made."""
IN_EXAMPLES = (f"^({PLACEHOLDER}){IN_PARENTHESES}$", f"^the customer (.* )?({PLACEHOLDER}).*$")
"""The steps of outlines of which the examples have the verb."""


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


def sections() -> Iterator[tuple[str, list[str]]]:
    """Yield where sentences are defined, with their expressions."""
    language = "model/translator_cmk/language"
    names = [f"^{name}{IN_PARENTHESES}$" for name in situations()]
    yield f"Situations: {language}/situations.yaml", names
    yield f"Commands: {language}/sentences.yaml", [expression(each) for each in COMMAND_PHRASES]
    yield (
        "Assertions: model/translator_cmk/bdd/assertions.py",
        [expression(each) for each in ASSERTION_PHRASES],
    )
    yield f"Facts: {language}/sentences.yaml", [expression(each) for each in FACT_PHRASES]
    yield "Steps of outlines whose examples have the verb", list(IN_EXAMPLES)


def glue() -> str:
    """Return the file as it has to be."""
    parts = [HEAD]
    for title, expressions in sections():
        parts.append(f"# {title}\n")
        for text in expressions:
            quote = "'" if '"' in text else '"'
            parts.append(f"@step({quote}{text}{quote})\ndef _() -> None: ...\n")
    return "\n".join(parts)


def texts() -> set[str]:
    """Return every step as it stands in the features, placeholders included."""
    every = "\n".join(file.read_text("utf-8") for file in features_dir().glob("*.feature"))
    return set(re.findall(r"^ +(?:Given|When|Then|And|But) (.+)$", every, flags=re.MULTILINE))


def test_every_step_has_a_definition_that_editors_find() -> None:
    patterns: list[str] = []
    for _, expressions in sections():
        patterns += expressions
    regular = [re.compile(pattern) for pattern in patterns if pattern.startswith("^")]
    for text in texts():
        is_found = text in patterns or any(pattern.search(text) for pattern in regular)
        assert is_found, text
    assert len(texts()) > 250


def test_file_of_definitions_is_current() -> None:
    assert STEPS.read_text("utf-8") == glue(), "run `python -m tests.bdd.test_navigation`"


def test_committed_setting_names_the_features_and_the_definitions() -> None:
    assert SETTINGS["cucumber.features"] == ["features/*.feature"]
    assert SETTINGS["cucumber.glue"] == [STEPS.relative_to(ROOT).as_posix()]


# The language server of VS Code's Cucumber extension

FEATURES = sorted((ROOT / "features").glob("*.feature"))


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor in which the project is open, with the committed settings."""
    with opened(ROOT, SETTINGS) as found:
        yield found


@pytest.mark.qa
@pytest.mark.slow
@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.name)
def test_every_step_has_a_definition_and_none_is_undefined(editor: Editor, file: Path) -> None:
    assert editor.open(file) == []
    found = 0
    for number, line in enumerate(file.read_text("utf-8").splitlines()):
        step = re.match(" +(?:Given|When|Then|And|But) ", line)
        if step is None:
            continue
        assert editor.definitions(file, number, step.end() + 1) == {STEPS.name}, line
        found += 1
    assert found > 0


@pytest.mark.qa
@pytest.mark.slow
@pytest.mark.parametrize("file", FEATURES, ids=lambda file: file.name)
def test_official_formatter_changes_nothing(editor: Editor, file: Path) -> None:
    editor.open(file)
    options = {"tabSize": 2, "insertSpaces": True}
    [edit] = editor.ask(
        "textDocument/formatting", textDocument={"uri": file.as_uri()}, options=options
    )
    assert edit["newText"] == file.read_text("utf-8")


if __name__ == "__main__":
    STEPS.write_text(glue(), "utf-8")
    print(f"wrote {STEPS.relative_to(ROOT)}")
