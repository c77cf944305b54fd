"""The sentences of a Markdown text are those that a reader of its page sees, in their order and
with their lines."""

from tests.requirements.test_drift import LOCKERS
from translator_cmk.requirements.article_text import sentences


def test_paragraphs_list_items_and_notes_give_their_sentences_in_order() -> None:
    found = [(sentence.section, sentence.ordinal, sentence.text) for sentence in sentences(LOCKERS)]
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
        (
            "Lose a key",
            3,
            "The old lock stays on the door until the new key is cut by the workshop.",
        ),
    ]


def test_a_sentence_knows_the_line_where_its_paragraph_begins() -> None:
    assert [sentence.line for sentence in sentences(LOCKERS)] == [
        8,
        12,
        12,
        12,
        17,
        19,
        19,
        20,
        21,
        24,
        24,
        28,
        28,
        28,
    ]


def test_an_abbreviation_or_a_figure_ends_no_sentence() -> None:
    text = "Use oil, e.g. Graphite oil, at 2.5 bar. See What is oil?. It helps."
    assert [each.text for each in sentences(text)] == [
        "Use oil, e.g. Graphite oil, at 2.5 bar.",
        "See What is oil?.",
        "It helps.",
    ]


def test_front_matter_that_never_ends_is_text() -> None:
    assert [each.text for each in sentences("---\ntitle: Keys are cut.")] == [
        "title: Keys are cut."
    ]
