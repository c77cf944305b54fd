"""Fingerprints of sentences: equal ones are recognised, and similar ones too, but no sentence can
be read back.

A sentence is reduced to its words, so that punctuation and capitals don't matter.  One hash over
all words recognises the same sentence.  Short hashes of neighbouring words recognise a reworded
one, since it shares many of them.
"""

import re
import unicodedata
from functools import cache
from hashlib import sha256
from itertools import pairwise

WORD = re.compile(
    r"""
      \[![a-z]+\]                                     # the mark of a note, such as [!important]
    | [^\W_]+ (?: '[^\W_]+ | (?<=\d)[.,](?=\d)[^\W_]+ )*  # a word or figure: isn't, 2.5
    | !(?=\w)                                          # a negation before a name
    | [^\w\s!]                                         # a sign; words() keeps those that count
    """,
    re.VERBOSE,
)


@cache
def words(sentence: str) -> tuple[str, ...]:
    """Return the words of a sentence in lower case, without most punctuation; a figure, a sign or
    an n't is a word."""
    found = WORD.findall(sentence.casefold())
    return tuple(word for word in found if len(word) > 1 or counts_as_word(word))


@cache
def counts_as_word(sign: str) -> bool:
    """Return whether one character says something, as a letter does, a question mark, the mark of a
    footnote, or a symbol such as > or ¬."""
    if sign.isalnum() or sign in "?!*†‡%‰":
        return True
    # a symbol, too, but here it separates the cells of a table
    if sign == "|":
        return False
    category = unicodedata.category(sign)
    is_symbol_or_mark = category[0] in "SM"
    is_format = category == "Cf"
    return is_symbol_or_mark or is_format


def fingerprint(sentence: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a sentence's words."""
    return digest(" ".join(words(sentence)), 16)


def pair_hashes(sentence: str) -> list[str]:
    """Return three hexadecimal digits for each pair of neighbouring words in order; the sentence's
    ends count as words.

    So short a hash stands for thousands of pairs: two sentences are seen to be alike, and none can
    be read back.
    """
    return [digest(" ".join(pair), 3) for pair in pairwise(["^", *words(sentence), "$"])]


def joined_pair_hashes(sentence: str) -> str:
    """Return the distinct pair hashes of a sentence, sorted and joined, as a place keeps them."""
    return "".join(sorted(set(pair_hashes(sentence))))


def split_pair_hashes(joined: str) -> set[str]:
    """Return the pair hashes that were joined."""
    return {joined[start : start + 3] for start in range(0, len(joined), 3)}


def digest(text: str, digits: int) -> str:
    """Return the first hexadecimal digits of a text's SHA-256."""
    return sha256(text.encode("utf-8")).hexdigest()[:digits]
