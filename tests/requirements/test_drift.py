"""Claims about the comparison of a copy with an article, tried on an invented one."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator_cmk.requirements import Article
from translator_cmk.requirements.drift import Drift, NotTheArticle, compare, read_copy


def differing(drift: Drift) -> list[tuple[str, str]]:
    """What differs, as (status, place or text)."""
    return [
        (each.status, str(each.place) if each.place else each.sentence.text if each.sentence else "")
        for each in drift.findings
        if each.status != "unchanged"
    ]


def changed(text: str, old: str, new: str) -> str:
    """A text with one passage replaced, which has to be there."""
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_copy_of_the_article_has_no_drift(article: Article, lockers: str) -> None:
    drift = compare(article, lockers)
    assert not drift.found
    assert len(drift.findings) == len(article.places) == 14


def test_line_endings_and_a_byte_order_mark_are_no_drift(article: Article, lockers: str, tmp_path: Path) -> None:
    for copy in (lockers.replace("\n", "\r\n"), lockers.replace("\n", "\r"), "\ufeff" + lockers):
        (tmp_path / "copy.md").write_bytes(copy.encode("utf-8"))
        assert not compare(article, read_copy(tmp_path / "copy.md")).found


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("Cards are accepted", "Cards will be accepted", "Rent a locker, sentence 2", ("will", "be")),
        (" by the workshop", "", "Lose a key, sentence 3", ()),
        ("Sign the form.", "Sign another form.", "Rent a locker, sentence 7", ("another",)),
        # little is left of it, but it stands where it stood
        ("Sign the form.", "Sign two papers and pay.", "Rent a locker, sentence 7", ("two", "papers", "and", "pay")),
    ],
)
def test_a_reworded_sentence_is_found_and_named_with_its_new_words(
    article: Article, lockers: str, old: str, new: str, place: str, words: tuple[str, ...]
) -> None:
    drift = compare(article, changed(lockers, old, new))
    assert differing(drift) == [("reworded", place)]
    assert [each.words for each in drift.findings if each.status == "reworded"] == [words]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf \n\n", "an empty file"),
        (b"Keys are cut.\n\x00\x01", "a binary file"),
        (b"Keys are cut.\nCaf\xe9 closed.", "copy.md:2: not UTF-8"),
        ("Keys are cut.".encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "copy.md").write_bytes(content)
    with pytest.raises(NotTheArticle, match=message):
        read_copy(tmp_path / "copy.md")


@pytest.mark.parametrize(
    ("other", "held"),
    [
        ("# Bicycle lockers at the station\n\nEvery locker is lit at night. A guard walks by. The gate is green.", 1),
        ("---\ntitle: Bicycle lockers at the station\n---\n", 0),
    ],
)
def test_another_article_is_refused(article: Article, other: str, held: int) -> None:
    with pytest.raises(NotTheArticle, match=f"{held} of its 14 sentences"):
        compare(article, other)
