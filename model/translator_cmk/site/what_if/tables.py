"""The graph of a scope as tables in which a page can look up every answer, every change and every way.

All of it is said by the model, in the words of the phrasebook; whoever reads the tables needs no word of either.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from ...bdd.features import slug
from ...explore.counterexample import use_in_words
from ...language.phrasebook import tell
from ...language.situations import Situation, situations
from ...machine import Accepted, Command, Outcome, Refused
from ...machine.rows import Effect
from ...requirements import Register
from .charted import Came, Charted, Place, Seen, Sights
from .diagrams import Diagrams
from .losses import Loss, losses
from .subjects import SUBJECTS, subject

FORMAT = 1

NOTHING = "nothing yet"
"""What the start from which all else is reached is called."""

NAMES = frozenset({"environment.exists", "environment.new-name"})
"""Reasons to refuse that say no more than that a name means nothing here, or something already."""


class Numbered:
    """Things in the order in which they were first named, each once."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def __call__(self, thing: Any) -> int:
        """The number of a thing."""
        return self._numbers.setdefault(thing, len(self._numbers))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._numbers)


class Tables:
    """The tables of one graph, while they are written."""

    def __init__(self, charted: Charted, register: Register) -> None:
        self.charted = charted
        self.register = register
        self.requirements, self.sentences, self.looks, self.outcomes, self.steps = (Numbered() for _ in range(5))
        self.diagrams = Diagrams(charted.rows)
        self.sights = {place: charted.sights(place) for place in charted.places}
        self.places = {place: number for number, place in enumerate(charted.places)}
        self.losses = losses(charted, self.sights)
        not_offered = self.steps(())
        # what came of a command that is not offered is numbered `NOT_OFFERED`, which is the last
        self.came = [*map(self._step, charted.came), not_offered]

    def as_json(self) -> dict[str, Any]:
        """The tables, as `what-if.schema.json` describes them."""
        graph = self.charted.graph
        scope = graph.scope
        found = {
            "format": FORMAT,
            "scope": {"name": scope.name, "sentence": scope.sentence, "states": graph.states, "steps": graph.pairs},
            "starts": list(self._starts()),
            "subjects": list(SUBJECTS),
            "places": [self._place(place, sights) for place, sights in self.sights.items()],
            "commands": [self._command(number, command) for number, command in enumerate(scope.alphabet)],
            "outcomes": [self._outcome(outcome) for outcome in self.outcomes],
            "losses": [self._loss(*each) for each in zip(self.losses.known, self.losses.back, strict=True)],
            "for_good": self.diagrams.add(self.losses.for_good),
            "to_lose": self.diagrams.add([number + 1 for number in self.losses.to_lose]),
        }
        # what the others have numbered
        return found | {
            "steps": [list(step) for step in self.steps],
            "looks": [[int(there), *sentences] for there, *sentences in self.looks],
            "nodes": [list(node) for node in self.diagrams.nodes],
            "sentences": list(self.sentences),
            "requirements": [self._requirement(name) for name in self.requirements],
        }

    def _starts(self) -> Iterator[dict[str, Any]]:
        """Nothing, and every situation that the scope has."""
        yield self._start(NOTHING, [0])
        for situation in situations().values():
            if way := self._way(situation):
                yield self._start(situation.name, way)

    def _way(self, situation: Situation) -> list[int]:
        """The states on the way to a situation; none where it leaves the scope."""
        way = [0]
        for command in situation.commands:
            reached, _ = self.charted.machine.step(self.charted.states[way[-1]], command)
            number = self.charted.graph.number(reached)
            if number is None:
                return []
            way.append(number)
        return way

    def _start(self, name: str, way: list[int]) -> dict[str, Any]:
        """A start, with what was there at some time on the way to it."""
        there = 0
        for at in way:
            there |= self.losses.there[at]
        return {"name": name, "slug": slug(name), "row": list(self.charted.rows[way[-1]]), "there": there}

    def _place(self, place: Place, sights: Sights) -> dict[str, Any]:
        looks = [self.looks((each.there, *map(self.sentences, each.sentences))) for each in sights.looks]
        return {
            "kind": place.kind.word,
            "name": place.name,
            "title": place.title,
            "is": self.sentences(place.fact("exists", True)),
            "is_not": self.sentences(place.fact("exists", False)),
            "always": always(sights.looks),
            "look": self.diagrams.add([looks[number] for number in sights.of]),
        }

    def _command(self, number: int, command: Command) -> dict[str, Any]:
        sentence = tell(command)
        graph = self.charted.graph
        rows = (row for row in self.charted.machine.rows if isinstance(row, Effect) and row.on is type(command))
        return {
            "code": code(sentence),
            "command": type(command).__name__,
            "about": subject(command),
            "sentence": sentence,
            "requirements": [self.requirements(row.requirement) for row in rows][:1],
            "step": self.diagrams.add([self.came[label] for label in graph.label[number :: graph.width]]),
        }

    def _step(self, came: Came) -> int:
        """What comes of a command: its outcome, and each place that changes with its new record."""
        records = self.charted.records
        # what no row brings into being may be written to, and is not there after all
        written = ((place, record) for place, record in came.written if place in records)
        changes = ((self.places[place], records[place][record]) for place, record in written)
        return self.steps((self.outcomes(came.outcome), *(each for change in changes for each in change)))

    def _outcome(self, outcome: Outcome) -> dict[str, Any]:
        match outcome:
            case Accepted(by=by, audit=audit):
                uses = [self.sentences(use_in_words(use)) for use in audit]
                return {"outcome": "accepted", "requirements": self._numbers(by), "uses": uses}
            case Refused(because=because):
                return {"outcome": "refused", "requirements": self._numbers(because), "names": because <= NAMES}
        return {"outcome": "unspecified", "requirements": self._numbers(outcome.silent)}

    def _loss(self, loss: Loss, back: Sequence[int]) -> dict[str, Any]:
        return {
            "place": loss.place,
            "field": loss.field,
            "there": self.sentences(loss.sentence),
            "back": self.diagrams.add([number + 1 for number in back]),
        }

    def _numbers(self, names: Iterable[str]) -> list[int]:
        return [self.requirements(name) for name in self.register if name in names]

    def _requirement(self, name: str) -> dict[str, str]:
        requirement = self.register[name]
        return {"id": name, "title": requirement.title, "basis": requirement.basis}


def always(seen: Iterable[Seen]) -> list[int]:
    """The places of the sentences that are the same wherever the thing is there."""
    columns = zip(*{each.sentences for each in seen if each.there}, strict=True)
    return [at for at, column in enumerate(columns) if len(set(column)) == 1]


def code(sentence: str) -> str:
    """A short name for a sentence that lasts as long as its words."""
    return sha256(sentence.encode()).hexdigest()[:4]
