"""Makes up what a translation model is trained with: pairs of sentences, or of phrases.

They are the same each time, and no two are alike.  Nobody wrote them before: each is put together
from the words below.
"""

from collections.abc import Iterator
from itertools import islice, product

PAIRS = 10_000
"""How many pairs of sentences a full training needs at least.

https://learn.microsoft.com/azure/ai-services/translator/custom-translator/how-to/train-custom-model
(06/02/2026)
"""

PHRASES = 40
"""How many pairs a dictionary has: training with a dictionary alone has no minimum.

https://learn.microsoft.com/azure/ai-services/translator/custom-translator/concepts/dictionaries
(11/18/2025)
"""

Pair = tuple[str, str]
"""The same in English and in German."""

CITIES: tuple[Pair, ...] = (
    ("Vienna", "Wien"),
    ("Munich", "München"),
    ("Cologne", "Köln"),
    ("Hanover", "Hannover"),
    ("Nuremberg", "Nürnberg"),
    ("Brunswick", "Braunschweig"),
    ("Zurich", "Zürich"),
    ("Geneva", "Genf"),
    ("Basle", "Basel"),
    ("Lucerne", "Luzern"),
    ("Prague", "Prag"),
)

ACTS: tuple[Pair, ...] = (
    ("ordered", "bestellte"),
    ("lent", "verlieh"),
    ("received", "erhielt"),
    ("counted", "zählte"),
    ("repaired", "reparierte"),
    ("sold", "verkaufte"),
    ("measured", "vermaß"),
    ("painted", "strich"),
    ("packed", "verpackte"),
    ("forgot", "vergaß"),
)

THINGS: tuple[Pair, ...] = (
    ("blue lamps", "blaue Lampen"),
    ("long ladders", "lange Leitern"),
    ("small engines", "kleine Motoren"),
    ("wooden tables", "hölzerne Tische"),
    ("old clocks", "alte Uhren"),
    ("glass bottles", "gläserne Flaschen"),
    ("heavy doors", "schwere Türen"),
    ("round mirrors", "runde Spiegel"),
    ("green bicycles", "grüne Fahrräder"),
    ("empty boxes", "leere Kisten"),
)

DAYS: tuple[Pair, ...] = (
    ("on Monday", "am Montag"),
    ("on Tuesday", "am Dienstag"),
    ("on Wednesday", "am Mittwoch"),
    ("on Thursday", "am Donnerstag"),
    ("on Friday", "am Freitag"),
    ("in spring", "im Frühling"),
    ("in summer", "im Sommer"),
    ("in autumn", "im Herbst"),
    ("in winter", "im Winter"),
    ("at night", "in der Nacht"),
)

FEWEST = 12
"""The smallest number in a sentence: all from there on are written in figures."""


def sentences() -> Iterator[Pair]:
    """Yield every pair of sentences, each with a number of its own."""
    number = FEWEST
    # those next to each other differ in most of their words
    for day, thing, act, city in product(DAYS, THINGS, ACTS, CITIES):
        english = f"{city[0]} {act[0]} {number} {thing[0]} {day[0]}."
        german = f"{city[1]} {act[1]} {number} {thing[1]} {day[1]}."
        yield english, german
        number += 1


def phrases() -> Iterator[Pair]:
    """Yield every pair of phrases."""
    yield from THINGS
    yield from CITIES
    yield from DAYS
    yield from ACTS


def as_files(pairs: Iterator[Pair], count: int) -> tuple[str, str]:
    """Return so many pairs as the text of two files, a line for each."""
    taken = list(islice(pairs, count))
    english = "".join(f"{pair[0]}\n" for pair in taken)
    german = "".join(f"{pair[1]}\n" for pair in taken)
    return english, german


def full() -> tuple[str, str]:
    """Return the files of a full training, in English and in German."""
    return as_files(sentences(), PAIRS)


def dictionary() -> tuple[str, str]:
    """Return the files of a dictionary, in English and in German."""
    return as_files(phrases(), PHRASES)
