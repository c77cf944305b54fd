"""Phrases: the patterns of all sentences, each of which reads exactly the sentences that it writes.

A pattern is plain text with `{slots}` and `[optional clauses]`:

    the customer deletes the key {key} of {vault}[ in {region}]

A slot holds a quoted name, a whole number, or a word of a closed vocabulary; the vocabulary says
what each word means. A clause is written only where a slot of it differs from its default, or where
somebody has to see the default.  ``parse(render(values)) == values``, and but for such defaults
each meaning has one sentence.

`sentences.yaml` has one pattern for each command and each observation, and beside that of a command
its subject and Azure's call.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from ..machine import COMMANDS, Command
from ..shapes import ANYTHING, PROSE, TEXT, ListOf, MapOf, Text, fields_of, record
from ..strict_yaml import read_yaml
from .facts import ABSENT, Fact
from .name_forms import NAME

SLOT = re.compile(r"{(\w+)}")


class Piece(NamedTuple):
    """A piece of a pattern: text with slots, either always written or an optional clause."""

    text: str
    optional: bool


def pieces_of(pattern: str) -> list[Piece]:
    """Return the pieces of a pattern, in their order."""
    pieces = []
    for clause, plain in re.findall(r"\[([^]]*)]|([^[]+)", pattern):
        piece = Piece(clause, optional=True) if clause else Piece(plain, optional=False)
        pieces.append(piece)
    return pieces


class Phrase:
    """One sentence pattern; ``parse`` and ``render`` are each other's inverse.

    ``words``: for a slot with a vocabulary, what each word of it means.
    ``defaults``: the values of slots that a text doesn't have.  A clause is left out where all of
    its slots have theirs.
    ``numbers``: the slots that hold whole numbers.
    """

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
        self._pieces = pieces_of(pattern)
        self._regex = re.compile("".join(map(self._piece_regex, self._pieces)))

    def _piece_regex(self, piece: Piece) -> str:
        escaped = re.escape(piece.text)
        regex = re.sub(r"\\{(\w+)\\}", lambda slot: self._slot_regex(slot[1]), escaped)
        return f"(?:{regex})?" if piece.optional else regex

    def _slot_regex(self, slot: str) -> str:
        if slot in self.words:
            longest_first = sorted(self.words[slot], key=len, reverse=True)
            return f"(?P<{slot}>{'|'.join(map(re.escape, longest_first))})"
        if slot in self.numbers:
            return rf"(?P<{slot}>[1-9]\d{{0,5}})"
        return f'"(?P<{slot}>{NAME.pattern})"'

    def parse(self, text: str) -> dict[str, Any] | None:
        """Return the values of the slots, or None if the text is another sentence."""
        match = self._regex.fullmatch(text)
        if not match:
            return None
        values = dict(self.defaults)
        for slot, word in match.groupdict().items():
            if word is not None:
                values[slot] = self._value_of(slot, word)
        return values

    def _value_of(self, slot: str, word: str) -> Any:
        if slot in self.words:
            return self.words[slot][word]
        if slot in self.numbers:
            return int(word)
        return word

    def render(self, values: Mapping[str, Any], explicit: Collection[str] = ()) -> str:
        """Return the sentence with these values for its slots; those that are ``explicit`` are
        written also where they are defaults.
        """
        return "".join(self._render_piece(piece, values, explicit) for piece in self._pieces)

    def _render_piece(
        self, piece: Piece, values: Mapping[str, Any], explicit: Collection[str]
    ) -> str:
        is_left_out = piece.optional and self._has_defaults(piece, values)
        if is_left_out and set(SLOT.findall(piece.text)).isdisjoint(explicit):
            return ""
        return SLOT.sub(lambda slot: self._word_for(slot[1], values[slot[1]]), piece.text)

    def _has_defaults(self, piece: Piece, values: Mapping[str, Any]) -> bool:
        """Return whether each slot of the piece has its default value."""
        for slot in SLOT.findall(piece.text):
            if slot not in self.defaults or self.defaults[slot] != values[slot]:
                return False
        return True

    @property
    def left_out(self) -> dict[str, Any]:
        """The slots that a sentence may leave out, each with the value for which it does so."""
        found = {}
        for piece in self._pieces:
            if piece.optional:
                # all of them have defaults, or a text without the clause would lack a value
                for slot in SLOT.findall(piece.text):
                    found[slot] = self.defaults[slot]
        return found

    def _word_for(self, slot: str, value: Any) -> str:
        if slot in self.words:
            return next(word for word, meant in self.words[slot].items() if is_same(meant, value))
        if slot in self.numbers:
            return str(value)
        return f'"{value}"'


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of one type: in Python, True equals 1."""
    return type(one) is type(other) and bool(one == other)


class CommandPhrase(Phrase):
    """The sentence of a command whose other fields have these fixed values.

    ``azure``: the lines of Azure's call that does it; empty for a second sentence of a command.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.command = COMMANDS[row["command"]]
        self.subject: str = row["subject"]
        self.azure: tuple[str, ...] = tuple(row.get("azure", "").splitlines())
        self.fixed: Mapping[str, Any] = row.get("fixed", {})
        defaults = {**self.command.defaults, **row.get("defaults", {})}
        super().__init__(row["says"], row["words"], defaults, tuple(row.get("numbers", ())))

    def read(self, text: str) -> Command | None:
        """Return the command of the text, or None if the text is another sentence."""
        values = self.parse(text)
        if values is None:
            return None
        return self.command(**{**values, **self.fixed})

    def matches(self, command: Command) -> bool:
        """Return whether this is the sentence of the command."""
        if type(command) is not self.command:
            return False
        values = command.as_dict()
        return all(values[field] == value for field, value in self.fixed.items())


class FactPhrase(Phrase):
    """The sentence of one observed field.

    Its subject is `{name}`, or `{within}` and `{name}`; its value is `{value}`, or `{vault}` and
    `{value}` for a key.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__(
            row["says"], row["words"], row.get("defaults", {}), tuple(row.get("numbers", ()))
        )
        self.kind: str = row["kind"]
        self.field: str = row["field"]

    def read(self, text: str) -> Fact | None:
        """Return the fact of the text, or None if the text is another sentence."""
        values = self.parse(text)
        if values is None:
            return None
        name = values["name"]
        if "within" in values:
            name = f"{values['within']}/{name}"
        value = values["value"]
        if "vault" in values:
            value = f"{values['vault']}/{value}"
        return Fact(self.kind, name, self.field, value)

    def slots(self, fact: Fact) -> dict[str, Any] | None:
        """Return the values of the slots for the fact, or None if this sentence cannot state it."""
        if (fact.kind, fact.field) != (self.kind, self.field):
            return None
        if not self._has_word_for(fact.value):
            return None
        within, _, name = fact.name.rpartition("/")
        if "{vault}" not in self.pattern:
            return {"name": name, "within": within, "value": fact.value}
        if fact.value == ABSENT:
            return None
        vault, _, key = fact.value.partition("/")
        return {"name": name, "within": within, "vault": vault, "value": key}

    def _has_word_for(self, value: Any) -> bool:
        vocabulary = self.words.get("value")
        if vocabulary is None:
            return True
        return any(is_same(meant, value) for meant in vocabulary.values())


OPTIONAL = fields_of(("words", "defaults", "numbers"), ANYTHING)
COMMAND_ROW = record(
    "a sentence",
    {"command": TEXT, "says": TEXT},
    {**OPTIONAL, "fixed": ANYTHING, "azure": PROSE},
)
FACT_ROW = record("a sentence", {"kind": TEXT, "field": TEXT, "says": TEXT}, OPTIONAL)
URL_NAME = Text("[A-Z_]+", "the name of a URL")
SUBJECT = Text(".+", "a subject")
TABLES = record(
    "the file",
    {
        "vocabularies": ANYTHING,
        "urls": MapOf(URL_NAME, TEXT),
        "commands": MapOf(SUBJECT, ListOf(COMMAND_ROW)),
        "facts": ListOf(FACT_ROW),
    },
)
FILE = Path(__file__).with_name("sentences.yaml")


def load_sentences(path: Path) -> tuple[tuple[CommandPhrase, ...], tuple[FactPhrase, ...]]:
    """Return the sentences of commands and those of facts in a file; raises `InvalidFile`."""
    tables = read_yaml(path).read(TABLES)
    vocabularies = tables["vocabularies"]

    commands = []
    for subject, rows in tables["commands"].items():
        for row in rows:
            azure = Template(row.get("azure", "")).substitute(tables["urls"])
            words = words_in(row, vocabularies)
            phrase = CommandPhrase({**row, "subject": subject, "azure": azure, "words": words})
            commands.append(phrase)

    facts = []
    for row in tables["facts"]:
        facts.append(FactPhrase({**row, "words": words_in(row, vocabularies)}))
    return tuple(commands), tuple(facts)


def words_in(row: Mapping[str, Any], vocabularies: Mapping[str, Any]) -> dict[str, Any]:
    """Return the vocabulary of each slot of a row, in place of its name."""
    words = {}
    for slot, vocabulary in row.get("words", {}).items():
        words[slot] = vocabularies[vocabulary] if isinstance(vocabulary, str) else vocabulary
    return words


COMMAND_PHRASES, FACT_PHRASES = load_sentences(FILE)
