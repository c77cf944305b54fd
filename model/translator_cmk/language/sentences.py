"""Sentences of commands and facts, to read scenarios and to write counterexamples; and the situations made of them.

`sentences.yaml` has one pattern for each command and each observation, and says how a pattern is written.
`situations.yaml` has named starting points of scenarios.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from ..files import read
from ..machine import COMMANDS, Accepted, Command, KeyUse, Observation, Outcome, Refused
from ..machine.values import Value
from ..shapes import ANYTHING, TEXT, Listed, Malformed, Shape, Word, fields_of, record

# Single facts of an observation: what a `Then` states, and what a difference consists of

ABSENT = "absent"  # the value of a field, or of an entity, that is not there


class Fact(Value):
    """A field of an observed entity has this value; field `exists` says whether the entity is there at all."""

    kind: str
    name: str
    field: str
    value: Any


def observed(observation: Observation, kind: str, name: str, field: str) -> Any:
    """Return the value of a field in the observation: `ABSENT` where the entity or the field is not there."""
    entity = observation.get(kind, {}).get(name)
    if field == "exists":
        return entity is not None
    return ABSENT if entity is None else entity.get(field, ABSENT)


def holds(fact: Fact, observation: Observation) -> bool:
    """Return whether the observation shows the fact."""
    seen = observed(observation, fact.kind, fact.name, fact.field)
    return type(seen) is type(fact.value) and bool(seen == fact.value)


def difference(before: Observation, after: Observation) -> Iterator[tuple[Fact, Fact]]:
    """Yield every fact that changed, as it was and as it is; an entity that came or went is one fact."""
    for kind in sorted(before.keys() | after.keys()):
        was, now = before.get(kind, {}), after.get(kind, {})
        for name in sorted(was.keys() | now.keys()) if was != now else ():
            stays = name in was and name in now
            for field in sorted(was[name].keys() | now[name].keys()) if stays else ["exists"]:
                old, new = observed(before, kind, name, field), observed(after, kind, name, field)
                if old != new:
                    yield Fact(kind, name, field, old), Fact(kind, name, field, new)


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
        """Return the values of the slots, or None if the text is another sentence."""
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
        """Return the sentence with these values for its slots."""
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


def slots_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of the table says of the slots of its pattern."""
    return {"words": row["words"], "defaults": row.get("defaults", {}), "numbers": tuple(row.get("numbers", ()))}


class CommandPhrase(Phrase):
    """The sentence of a command whose other fields have these fixed values."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.command = COMMANDS[row["command"]]
        self.fixed: Mapping[str, Any] = row.get("fixed", {})
        slots = slots_of(row)
        super().__init__(row["says"], **slots | {"defaults": {**self.command.defaults, **slots["defaults"]}})

    def read(self, text: str) -> Command | None:
        """Return the command of the text, or None if the text is another sentence."""
        values = self.parse(text)
        return None if values is None else self.command(**{**values, **self.fixed})

    def matches(self, command: Command) -> bool:
        """Return whether this is the sentence of the command."""
        values = command.as_dict()
        return type(command) is self.command and all(values[field] == value for field, value in self.fixed.items())


class FactPhrase(Phrase):
    """The sentence of one observed field.  Its subject is `{name}`, or `{within}` and `{name}`, its value `{value}`."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__(row["says"], **slots_of(row))
        self.kind: str = row["kind"]
        self.field: str = row["field"]

    def read(self, text: str) -> Fact | None:
        """Return the fact of the text, or None if the text is another sentence."""
        values = self.parse(text)
        if values is None:
            return None
        name = f"{values['within']}/{values['name']}" if "within" in values else values["name"]
        value = f"{values['vault']}/{values['value']}" if "vault" in values else values["value"]
        return Fact(self.kind, name, self.field, value)

    def slots(self, fact: Fact) -> dict[str, Any] | None:
        """Return the values of the slots for the fact, or None if this sentence cannot state it."""
        if (fact.kind, fact.field) != (self.kind, self.field):
            return None
        words = self.words.get("value")
        if words is not None and not any(fact.value == v and type(fact.value) is type(v) for v in words.values()):
            return None
        within, _, name = fact.name.rpartition("/")
        found = {"name": name, "within": within, "value": fact.value}
        if "{vault}" in self.pattern:
            if fact.value == ABSENT:
                return None
            found["vault"], _, found["value"] = fact.value.partition("/")
        return found


OPTIONAL = fields_of(("words", "defaults", "numbers"), ANYTHING)
TABLES = record(
    "the file",
    {
        "vocabularies": ANYTHING,
        "commands": Listed(record("a sentence", {"command": TEXT, "says": TEXT}, {**OPTIONAL, "fixed": ANYTHING})),
        "facts": Listed(record("a sentence", {"kind": TEXT, "field": TEXT, "says": TEXT}, OPTIONAL)),
    },
)


def load_sentences(path: Path) -> tuple[tuple[CommandPhrase, ...], tuple[FactPhrase, ...]]:
    """Return the sentences of commands and those of facts in a file; raises `InvalidFile`."""
    tables = read(path).read(TABLES)
    vocabularies = tables["vocabularies"]

    def rows(table: str) -> Iterator[dict[str, Any]]:
        for row in tables[table]:
            words = row.get("words", {}).items()
            yield row | {"words": {slot: vocabularies[each] if isinstance(each, str) else each for slot, each in words}}

    return tuple(map(CommandPhrase, rows("commands"))), tuple(map(FactPhrase, rows("facts")))


COMMAND_PHRASES, FACT_PHRASES = load_sentences(Path(__file__).with_name("sentences.yaml"))


class UnknownSentence(ValueError):
    """The text is no sentence of a command or a fact."""


def read_command(text: str) -> Command:
    """Return the command of a sentence; raises `UnknownSentence`."""
    for phrase in COMMAND_PHRASES:
        if command := phrase.read(text):
            return command
    raise UnknownSentence(text)


def read_commands(text: str) -> Iterator[Command]:
    """Yield the commands of a sentence, one for each choice of words where it has `{several|words}`.

    The first of several choices changes slowest.  Raises `UnknownSentence`.
    """
    parts = [part.split("|") for part in re.split("[{}]", text)]
    yield from (read_command("".join(words)) for words in product(*parts))


class CommandList(Listed):
    """A list of sentences of commands, and of names, which stand for the commands that are known by them."""

    def __init__(self, known: Mapping[str, tuple[Command, ...]]) -> None:
        super().__init__(TEXT)
        self.known = known

    def read(self, value: Any) -> tuple[Command, ...]:
        """Return all the commands."""
        found: list[Command] = []
        for at, text in enumerate(super().read(value)):
            try:
                found += self.known.get(text) or read_commands(text)
            except UnknownSentence as unknown:
                what = f"has {str(unknown)!r}, which is neither a name above nor the sentence of a command"
                raise Malformed(what, "see language/sentences.yaml").inside(at) from None
        return tuple(found)


def format_command(command: Command) -> str:
    """Return the sentence of a command, as `read_command` reads it."""
    phrase = next(phrase for phrase in COMMAND_PHRASES if phrase.matches(command))
    return phrase.render(command.as_dict())


def read_fact(text: str) -> Fact:
    """Return the fact of a sentence; raises `UnknownSentence`."""
    for phrase in FACT_PHRASES:
        if fact := phrase.read(text):
            return fact
    raise UnknownSentence(text)


def format_fact(fact: Fact) -> str:
    """Return the sentence of a fact, as `read_fact` reads it."""
    for phrase in FACT_PHRASES:
        if (slots := phrase.slots(fact)) is not None:
            return phrase.render(slots)
    return f"{fact.kind} {fact.name}: {fact.field} is {fact.value}"


def format_outcome(outcome: Outcome) -> str:
    """Return the outcome of a request in words, with the requirements that it names and the uses of keys."""
    if isinstance(outcome, Accepted):
        by = f", by {', '.join(sorted(outcome.by))}" if outcome.by else ""
        uses = ", ".join(f"of {use.key} for {use.resource}" for use in outcome.audit)
        return f"the request is accepted{by}{f', with uses of keys: {uses}' if uses else ''}"
    if isinstance(outcome, Refused):
        because = f", because of {', '.join(sorted(outcome.because))}" if outcome.because else ""
        return f"the request is refused{because}"
    silent = f": {', '.join(sorted(outcome.silent))}" if outcome.silent else ""
    return f"the specification says nothing here{silent}"


def in_words(each: Outcome | Fact) -> str:
    """Return an outcome or a fact in words."""
    return format_fact(each) if isinstance(each, Fact) else format_outcome(each)


def scenario_lines(
    title: str, given: Iterable[str], when: str, then: Sequence[str], tags: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the lines of a scenario; ``given`` are lines of steps already, since comments may stand between them."""
    if tags:
        yield " ".join(f"@{tag}" for tag in tags)
    yield f"Scenario: {title}"
    yield from given
    yield from steps("When", [when])
    yield from steps("Then", then)


def steps(keyword: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield steps of one kind, from the second on with And."""
    for number, text in enumerate(texts):
        yield f"  {'And' if number else keyword} {text}"


def sentence_title(step: str) -> str:
    """Return a step as the title of a scenario."""
    return step[0].upper() + step[1:]


def uses_in_words(uses: Sequence[KeyUse]) -> list[str]:
    """Return the sentences that say which uses of keys are recorded, and that no others are."""
    return [use_in_words(use) for use in uses] or ["no use of a key is recorded"]


def use_in_words(use: KeyUse) -> str:
    """Return the sentence that a use of a key is recorded."""
    vault, _, key = use.key.partition("/")
    return f'the use of the key "{key}" of "{vault}" is recorded for "{use.resource}"'


def can_be_told(fact: Fact) -> bool:
    """Return whether there is a sentence that states the fact."""
    try:
        return read_fact(format_fact(fact)) == fact
    except UnknownSentence:
        return False


# Situations: named starting points of scenarios, each a list of commands, perhaps after those of another one


class Situation(Value):
    """A starting point, and all commands that lead there from nothing."""

    name: str
    commands: tuple[Command, ...]


@cache
def situations() -> Mapping[str, Situation]:
    """Return the situations of the package, by name."""
    return load_situations(Path(__file__).with_name("situations.yaml"))


def load_situations(path: Path) -> Mapping[str, Situation]:
    """Return the situations of a file, by name; raises `InvalidFile`."""
    found: dict[str, Situation] = {}
    for entry in read(path).items():
        needed: dict[str, Shape] = {"situation": TEXT, "commands": CommandList({})}
        fields = entry.read(record("a situation", needed, {"after": Word(found)}))
        name = fields["situation"]
        if name in found:
            raise entry.error(f"the situation {name!r} appears twice; rename one")
        before = found[fields["after"]].commands if "after" in fields else ()
        found[name] = Situation(name, (*before, *fields["commands"]))
    return found
