"""An invented article for the tests of comparison, and the article in other words."""

from pathlib import Path

import pytest

from translator_cmk.requirements import Article, load_register
from translator_cmk.requirements.drift import describe

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
