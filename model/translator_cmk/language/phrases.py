"""Sentence patterns that read and write the same text.

A pattern is plain text with `{slots}` and `[optional clauses]`.  A slot is a quoted name, a number, or a word of a
closed vocabulary.  A clause is left out where all its slots have their defaults.
"""

import re
from collections.abc import Mapping
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
"""A name: letters, digits and hyphens, as Azure allows for most kinds."""


class Phrase:
    """One sentence pattern; ``parse`` and ``render`` are each other's inverse."""

    def __init__(
        self,
        pattern: str,
        words: Mapping[str, Mapping[str, Any]] | None = None,
        defaults: Mapping[str, Any] | None = None,
        numbers: tuple[str, ...] = (),
    ) -> None:
        self.pattern = pattern
        self.words = dict(words or {})
        self.defaults = dict(defaults or {})
        self.numbers = numbers
        self._parts = re.findall(r"\[([^]]*)]|([^[]+)", pattern)
        self._regex = re.compile("".join(self._part_regex(*part) for part in self._parts))

    def _part_regex(self, clause: str, plain: str) -> str:
        text = re.sub(r"\\{(\w+)\\}", lambda slot: self._slot_regex(slot[1]), re.escape(clause or plain))
        return f"(?:{text})?" if clause else text

    def _slot_regex(self, slot: str) -> str:
        if slot in self.words:
            return f"(?P<{slot}>{'|'.join(map(re.escape, sorted(self.words[slot], key=len, reverse=True)))})"
        return rf"(?P<{slot}>[1-9]\d{{0,5}})" if slot in self.numbers else f'"(?P<{slot}>{NAME.pattern})"'

    def parse(self, text: str) -> dict[str, Any] | None:
        """The slots' values, or None where the text is another sentence."""
        match = self._regex.fullmatch(text)
        if not match:
            return None
        found = {slot: self._value(slot, word) for slot, word in match.groupdict().items() if word is not None}
        return self.defaults | found

    def _value(self, slot: str, word: str) -> Any:
        if slot in self.words:
            return self.words[slot][word]
        return int(word) if slot in self.numbers else word

    def render(self, values: Mapping[str, Any]) -> str:
        """The sentence with these values for its slots."""
        return "".join(self._part(clause, plain, values) for clause, plain in self._parts)

    def _part(self, clause: str, plain: str, values: Mapping[str, Any]) -> str:
        slots = re.findall(r"{(\w+)}", clause or plain)
        if clause and all(slot in self.defaults and self.defaults[slot] == values[slot] for slot in slots):
            return ""
        return re.sub(r"{(\w+)}", lambda slot: self._word(slot[1], values[slot[1]]), clause or plain)

    def _word(self, slot: str, value: Any) -> str:
        if slot in self.words:
            return next(
                word for word, meant in self.words[slot].items() if meant == value and type(meant) is type(value)
            )
        return str(value) if slot in self.numbers else f'"{value}"'
