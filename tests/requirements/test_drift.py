"""Claims about the comparison of a copy with an article, tried on an invented one, and about its sentences."""

from pathlib import Path

import pytest

from translator_cmk.requirements import Article
from translator_cmk.requirements.drift import Drift, NotTheArticle, compare, near, read_copy
from translator_cmk.requirements.sentences import sentences


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


def test_paragraphs_list_items_and_notes_give_their_sentences_in_order(lockers: str) -> None:
    found = [(sentence.section, sentence.ordinal, sentence.text) for sentence in sentences(lockers)]
    assert found == [
        ("Bicycle lockers at the station", 1, "Every locker is lit at night."),
        ("Rent a locker", 1, "A locker costs 40 coins a month, and the first 2 days are free."),
        ("Rent a locker", 2, "Cards are accepted at the gate."),
        ("Rent a locker", 3, "Prices change in spring, as the picture shows."),
        ("Rent a locker", 4, "Do this to rent one:"),
        ("Rent a locker", 5, "Ask at the gate for a number."),
        ("Rent a locker", 6, "Numbers aren't given out by telephone."),
        ("Rent a locker", 7, "Sign the form."),
        ("Rent a locker", 8, "Keep the form."),
        ("Rent a locker", 9, "[!NOTE] Tandems don't fit into a locker."),
        ("Rent a locker", 10, "[!NOTE] Bring the key back before noon."),
        ("Lose a key", 1, "A lost key is replaced within a week."),
        ("Lose a key", 2, "Bring the key back before noon."),
        ("Lose a key", 3, "The old lock stays on the door until the new key is cut by the workshop."),
    ]


def test_a_sentence_knows_the_line_where_its_paragraph_begins(lockers: str) -> None:
    assert [sentence.line for sentence in sentences(lockers)] == [8, 12, 12, 12, 17, 19, 19, 20, 21, 24, 24, 28, 28, 28]


def test_an_abbreviation_or_a_figure_ends_no_sentence() -> None:
    text = "Use oil, e.g. Graphite oil, at 2.5 bar. See What is oil?. It helps."
    assert [each.text for each in sentences(text)] == [
        "Use oil, e.g. Graphite oil, at 2.5 bar.",
        "See What is oil?.",
        "It helps.",
    ]


def test_front_matter_that_never_ends_is_text() -> None:
    assert [each.text for each in sentences("---\ntitle: Keys are cut.")] == ["title: Keys are cut."]


def test_what_is_kept_to_find_near_matches_has_no_order_and_no_words() -> None:
    kept = near("The old lock stays on the door until the new key is cut.")
    thirds = [kept[at : at + 3] for at in range(0, len(kept), 3)]
    assert thirds == sorted(set(thirds))
    # twelve bits for a pair of words: a vocabulary of a thousand words has some 244 pairs for each hash
    assert all(len(each) == 3 for each in thirds)
