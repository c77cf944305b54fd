"""The comparison of a copy with an article, tried on an invented one and on edits of the article in
other words."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import as_bytes, each_refused, tables
from translator_cmk.requirements import Article, load_register
from translator_cmk.requirements.article_text import sentences
from translator_cmk.requirements.copies import NotTheArticle, article_of_copy, read_copy
from translator_cmk.requirements.drift import Drift, Finding, compare
from translator_cmk.requirements.fingerprints import fingerprint, joined_pair_hashes

LOCKERS_FILE, OWN_WORDS = (
    Path(__file__).with_name(name) for name in ("lockers.md", "own_words.md")
)
"""An invented article, and the article in other words, with a sentence for each of its
sentences."""
LOCKERS = LOCKERS_FILE.read_text("utf-8")
ARTICLE = article_of_copy(LOCKERS, load_register().article)
"""The invented article's places."""
COPY = Path(__file__).parents[3] / "shared" / "source" / "translator-encrypt-data-at-rest.md"
needs_copy = pytest.mark.skipif(
    not COPY.is_file(),
    reason="no copy of the article beside the checkout "
    "(../shared/source/translator-encrypt-data-at-rest.md)",
)


def differing(drift: Drift) -> list[tuple[str, str]]:
    """What differs, as (status, place or text)."""
    return [
        (
            each.status,
            str(each.place) if each.place else each.sentence.text if each.sentence else "",
        )
        for each in drift.findings
        if each.status != "unchanged"
    ]


def changed(text: str, old: str, new: str) -> str:
    """A text with one passage replaced, which has to be there."""
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_copy_of_the_article_has_no_drift() -> None:
    drift = compare(ARTICLE, LOCKERS)
    assert not drift.differs
    assert len(drift.findings) == len(ARTICLE.places) == 14


def test_line_endings_and_a_byte_order_mark_are_no_drift(tmp_path: Path) -> None:
    for copy in (LOCKERS.replace("\n", "\r\n"), LOCKERS.replace("\n", "\r"), "\ufeff" + LOCKERS):
        (tmp_path / "copy.md").write_bytes(copy.encode("utf-8"))
        assert not compare(ARTICLE, read_copy(tmp_path / "copy.md")).differs


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        (
            "Cards are accepted",
            "Cards will be accepted",
            "Rent a locker, sentence 2",
            ("will", "be"),
        ),
        (" by the workshop", "", "Lose a key, sentence 3", ()),
        ("Sign the form.", "Sign another form.", "Rent a locker, sentence 7", ("another",)),
        # little is left of it, but it stands where it stood
        (
            "Sign the form.",
            "Sign two papers and pay.",
            "Rent a locker, sentence 7",
            ("two", "papers", "and", "pay"),
        ),
    ],
)
def test_a_reworded_sentence_is_found_and_named_with_its_new_words(
    old: str, new: str, place: str, words: tuple[str, ...]
) -> None:
    drift = compare(ARTICLE, changed(LOCKERS, old, new))
    assert differing(drift) == [("reworded", place)]
    assert [each.words for each in drift.findings if each.status == "reworded"] == [words]


def test_a_moved_sentence_between_two_reworded_ones_rewords_none() -> None:
    article = article_of_copy(
        "# Birds\n\nRed birds wait here every day.\n\nRain.\n\nBlue birds sing here every "
        "day.\n\nSnow.",
        ARTICLE,
    )
    copy = (
        "# Birds\n\nRed birds wait here every night.\n\nSnow.\n\nBlue birds sing here every night."
    )
    assert differing(compare(article, copy)) == [
        ("reworded", "Birds, sentence 1"),
        ("gone", "Birds, sentence 2"),
        ("reworded", "Birds, sentence 3"),
    ]


@each_refused("copy")
def test_what_is_no_text_is_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "copy.md").write_bytes(as_bytes(text))
    with pytest.raises(NotTheArticle, match=says):
        read_copy(tmp_path / "copy.md")


@pytest.mark.parametrize(
    ("other", "held"),
    [
        (
            "# Bicycle lockers at the station\n\nEvery locker is lit at night. A guard walks by. "
            "The gate is green.",
            1,
        ),
        ("---\ntitle: Bicycle lockers at the station\n---\n", 0),
    ],
)
def test_another_article_is_refused(other: str, held: int) -> None:
    with pytest.raises(NotTheArticle, match=f"{held} of its 14 sentences"):
        compare(ARTICLE, other)


# Edits of the article in other words

[EDITS] = tables(__file__, "edits.yaml")
TEXT = OWN_WORDS.read_text("utf-8")


@cache
def article_in_other_words() -> Article:
    """The register's places with the fingerprints of the article in other words."""
    article = load_register().article
    found = sentences(TEXT)
    assert [(each.section, each.ordinal) for each in found] == [
        (each.section, each.sentence) for each in article.places
    ]
    pairs = zip(article.places, (each.text for each in found), strict=True)
    places = (
        replace(place, fingerprint=fingerprint(text), near=joined_pair_hashes(text))
        for place, text in pairs
    )
    return replace(article, places=tuple(places))


@cache
def whole_sentences() -> dict[str, str]:
    """The first sentence of each statement."""
    pairs = zip(article_in_other_words().places, sentences(TEXT), strict=True)
    stated = {name: each.text for place, each in reversed(list(pairs)) for name in place.statements}
    return {name: text.removeprefix("[!IMPORTANT] ") for name, text in stated.items()}


def edited(edit: dict[str, Any]) -> str:
    """The text after an edit, all of whose passages stand in it once."""
    text, whole = TEXT, whole_sentences()
    for was, new in [(edit["was"], edit["is"]), *edit.get("also", [])]:
        old = whole.get(was, was)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in it"
        text = text.replace(old, re.sub(r"\{(S\d+)\}", lambda name: whole[name[1]], new))
    return text


def said(finding: Finding) -> str:
    """A finding as the edits have it."""
    if finding.place is None:
        return finding.status
    return f"{finding.status} {'+'.join(finding.place.statements) or 'informative'}"


@pytest.mark.parametrize(
    "edit", [pytest.param(edit, id=f"{at}-{edit['why']}") for at, edit in enumerate(EDITS, 1)]
)
def test_an_edit_is_judged_right(edit: dict[str, Any]) -> None:
    drift = compare(article_in_other_words(), edited(edit))
    headings = ["heading gone"] * len(drift.headings_gone) + ["heading new"] * len(
        drift.headings_new
    )
    found = [said(each) for each in drift.findings if each.status != "unchanged"]
    assert headings + found == edit["right"], edit["why"]
    assert drift.differs == bool(edit["right"])


def test_new_names_of_products_reword_sentences_and_leave_each_in_its_place() -> None:
    text = TEXT.replace("Azure AI services", "Foundry Tools").replace("Custom Translator", "Studio")
    drift = compare(article_in_other_words(), text.replace("won't", "don't"))
    assert {each.status for each in drift.findings} == {"unchanged", "reworded"}
    assert len(drift.headings_gone) == len(drift.headings_new) == 1
