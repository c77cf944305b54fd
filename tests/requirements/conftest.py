"""An invented article for the tests of comparison, and a run of the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from translator_cmk.cli import main
from translator_cmk.requirements import Article, load_register
from translator_cmk.requirements.drift import describe


class Done(NamedTuple):
    """A command that has ended: its exit code, and what it printed."""

    code: int
    out: str
    error: str


Run = Callable[..., Done]

OWN_WORDS = Path(__file__).with_name("own_words.md")
"""The article in other words, with a sentence for each of its sentences."""
COPY = Path(__file__).parents[3] / "shared" / "source" / "translator-encrypt-data-at-rest.md"
needs_copy = pytest.mark.skipif(
    not COPY.is_file(),
    reason="no copy of the article beside the checkout (../shared/source/translator-encrypt-data-at-rest.md)",
)


@pytest.fixture
def lockers() -> str:
    """The invented article's text."""
    return Path(__file__).with_name("lockers.md").read_text("utf-8")


@pytest.fixture
def article(lockers: str) -> Article:
    """The invented article's places."""
    return describe(lockers, load_register().article)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in this process."""

    def start(*arguments: object) -> Done:
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as left:
            code = int(left.code or 0)
        return Done(code, *capsys.readouterr())

    return start
