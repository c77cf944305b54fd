"""Alignment of the article's sentences with those of a copy: which sentence is which, where some
were reworded.

Sentences of one fingerprint are aligned first, where they come in the same order on both sides.
The others are paired by the pairs of neighbouring words that they share (Dice's coefficient), the
most similar first.  What is left over between two aligned neighbours needs less in common.

Both sides are lists, and a sentence is known by its index there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .article import Place
from .article_text import Sentence
from .fingerprints import fingerprint, pair_hashes, split_pair_hashes, words

ALIKE = 0.4
"""Share of word pairs in common (Dice) from which two sentences count as one, reworded."""
ALIKE_IN_PLACE = 0.2
"""The same, where both stand alone between the same two neighbours."""

Pairs = Mapping[int, int]
"""For the index of a place, the index of the sentence that it is."""


@dataclass(frozen=True)
class Alignment:
    """Which sentence of a copy each place is; and of which the order is the same on both sides."""

    in_order: Pairs
    matched: Pairs


def align(places: Sequence[Place], sentences: Sequence[Sentence]) -> Alignment:
    """Return the alignment of places with the sentences of a copy."""
    in_order = equal_in_order(places, sentences)
    similarity = similarities(places, sentences, in_order)
    matched = dict(in_order)
    add_most_similar(matched, similarity)
    add_between_neighbours(matched, similarity, len(places), len(sentences))
    return Alignment(in_order, matched)


def equal_in_order(places: Sequence[Place], sentences: Sequence[Sentence]) -> dict[int, int]:
    """Return the pairs of one fingerprint that come in the same order on both sides."""
    known = [place.fingerprint for place in places]
    held = [fingerprint(sentence.text) for sentence in sentences]
    pairs = {}
    for block in SequenceMatcher(None, known, held, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            pairs[block.a + step] = block.b + step
    return pairs


def similarities(
    places: Sequence[Place], sentences: Sequence[Sentence], paired: Pairs
) -> dict[tuple[int, int], float]:
    """Return Dice's coefficient of each place with each sentence, of those that are not paired
    yet."""
    place_hashes = {}
    for index, place in enumerate(places):
        if index not in paired:
            place_hashes[index] = split_pair_hashes(place.near)
    sentence_hashes = {}
    for index, sentence in enumerate(sentences):
        if index not in paired.values():
            sentence_hashes[index] = set(pair_hashes(sentence.text))
    coefficients = {}
    for place_index, ours in place_hashes.items():
        for sentence_index, theirs in sentence_hashes.items():
            coefficients[place_index, sentence_index] = (
                2 * len(ours & theirs) / (len(ours) + len(theirs))
            )
    return coefficients


def add_most_similar(matched: dict[int, int], similarity: Mapping[tuple[int, int], float]) -> None:
    """Add the pairs that have most word pairs in common, the most similar first."""
    taken = set(matched.values())
    for pair in sorted(similarity, key=lambda pair: (-similarity[pair], pair)):
        place, sentence = pair
        if similarity[pair] >= ALIKE and place not in matched and sentence not in taken:
            matched[place] = sentence
            taken.add(sentence)


def add_between_neighbours(
    matched: dict[int, int],
    similarity: Mapping[tuple[int, int], float],
    places: int,
    sentences: int,
) -> None:
    """Add each pair that stands alone between the same two neighbours, and is somewhat alike."""
    known = {**matched, -1: -1, places: sentences}  # the ends of both texts count as neighbours
    taken = set(matched.values())
    for place in range(places):
        before = known.get(place - 1)
        after = known.get(place + 1)
        if place in known or before is None or after != before + 2:
            continue
        between = before + 1
        if between not in taken and similarity[place, between] >= ALIKE_IN_PLACE:
            matched[place] = between


def new_words(place: Place, text: str) -> tuple[str, ...]:
    """Return the words of a text that the known sentence does not have next to either neighbour."""
    known = split_pair_hashes(place.near)
    is_new_pair = [pair not in known for pair in pair_hashes(text)]
    found = []
    for index, word in enumerate(words(text)):
        # the pairs of a word are that with the word before it and that with the word after it
        if is_new_pair[index] and is_new_pair[index + 1]:
            found.append(word)
    return tuple(dict.fromkeys(found))
