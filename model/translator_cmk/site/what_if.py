"""Chart everything that can happen in the scope of the page What if, as tables in which the page
looks answers up.

Everything in them comes from the model, in the sentences; the page needs no word of either.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from ..bdd.feature_records import slug
from ..explore.graph import NOT_OFFERED, Graph, state_graph
from ..explore.memoised import Memoised
from ..explore.reachability import attainable, first_commands, predecessors
from ..explore.scopes import WHAT_IF, Scope
from ..language.facts import ABSENT, Fact
from ..language.phrases import FACT_PHRASES
from ..language.sentences import format_command, format_fact, format_key_use
from ..language.situations import situations
from ..machine import ROWS, Accepted, Command, Machine, Outcome, Refused, State
from ..machine.commands import DeleteResource
from ..machine.entities import (
    CUSTOMER,
    OF_VAULT_AND_RESOURCE,
    Document,
    Entity,
    Grant,
    Key,
    Model,
    Resource,
    Role,
    Subscription,
    Vault,
    Workspace,
)
from ..machine.observation import OBSERVED_KINDS
from ..machine.rows import Effect
from ..machine.step import OF_NAMES
from ..machine.world import World
from ..requirements import Register, load_register
from .render import Numbered
from .sourced import data

VIEWS = {observed.kind: (observed.shows, observed.view) for observed in OBSERVED_KINDS}

ORDER = (Resource, Grant, Role, Vault, Key, Workspace, Document, Model, Subscription)
"""The kinds of things that can change, in the order in which they are shown."""

FIELDS_WITH_A_SENTENCE = {(phrase.kind, phrase.field) for phrase in FACT_PHRASES}
"""The fields that have a sentence of their own.  A thing is never seen to change any other."""

Row = tuple[int, ...]
"""A state: for each place the number of its record there, 0 for the one at the start."""


class Seen(NamedTuple):
    """The visibility of a thing, and sentences about it: always about the same fields, in the same
    order.
    """

    there: bool
    sentences: tuple[str, ...]


class Place(NamedTuple):
    """A thing that can change, by kind and name."""

    kind: type[Entity]
    name: str

    def fact(self, field: str, value: Any) -> str:
        """Return the fact that a field of the thing has a value, as a sentence."""
        return format_fact(Fact(self.kind.word, self.name, field, value))

    @property
    def title(self) -> str:
        """Return the thing in a few words."""
        within, _, name = self.name.rpartition("/")
        if self.kind is Grant:
            return f'Access of "{name}" to "{within}"'
        if self.kind is Role:
            return f'Role of "{name}" on "{within}"'
        if self.kind is Key:
            return f'Key "{name}" of "{within}"'
        return f'{self.kind.__name__} "{name}"'

    def seen(self, world: World) -> Seen:
        """Return what is seen of the thing: that it is gone, if it left a record or is an access
        or a role between two things.
        """
        gone = Seen(there=False, sentences=(self.fact("exists", False),))
        if not world.has(*self):
            return (
                gone
                if self.kind in OF_VAULT_AND_RESOURCE and self._joins(world)
                else Seen(there=False, sentences=())
            )
        entity = world.entity(*self)
        shows, view = VIEWS[self.kind]
        if not shows(entity):
            return gone
        sentences = (
            self.fact(field, ABSENT if value is None else value)
            for field, value in {"exists": True, **view(entity)}.items()
            if (self.kind.word, field) in FIELDS_WITH_A_SENTENCE
        )
        return Seen(there=True, sentences=tuple(sentences))

    def _joins(self, world: World) -> bool:
        """Tell whether the vault and the resource of an access or a role exist."""
        ends = zip(self.kind.links.values(), self.name.split("/"), strict=False)
        return all(
            world.has(kind, name) and VIEWS[kind][0](world.entity(kind, name))
            for kind, name in ends
        )


class Charted(NamedTuple):
    """A graph, the places that change in it, and each of its states as a row."""

    machine: Machine
    graph: Graph[Outcome]
    states: Sequence[State]
    places: Sequence[Place]
    rows: Sequence[Row]

    def path(self, commands: Iterable[Command]) -> list[int]:
        """Return the states on the way from the start by these commands; none where one of them
        leaves the graph.
        """
        path = [0]
        for command in commands:
            reached, _ = self.machine.step(self.states[path[-1]], command)
            number = self.graph.number(reached)
            if number is None:
                return []
            path.append(number)
        return path

    def offers(self, state: int, command: Command) -> bool:
        """Return whether the command is offered in the state of this number."""
        scope = self.graph.scope
        return command in scope.alphabet and scope.offers(command, self.states[state])

    def steps(self) -> Iterator[tuple[int, ...]]:
        """Yield for each state and command the outcome, with each place that changes and its new
        record.

        It is empty for a command that is not offered.
        """
        graph = self.graph
        for at, (after, label) in enumerate(zip(graph.after, graph.label, strict=True)):
            yield (
                ()
                if after == NOT_OFFERED
                else (label, *changes(self.rows[at // graph.width], self.rows[after]))
            )

    def views(self, place: Place) -> "Views":
        """Return what is seen of a thing in each state."""
        numbers = Numbered()

        def look(each: State, _: Place) -> tuple[State, int]:
            return each, numbers(place.seen(self.machine.world(each)))

        memoised = Memoised(look).step
        found = [memoised(each, place)[1] for each in self.states]
        return Views(list(numbers), found)


def changes(before: Row, after: Row) -> Iterator[int]:
    """Yield each place that differs, followed by what it has after."""
    if before is not after:  # as most are
        for place, (was, now) in enumerate(zip(before, after, strict=True)):
            if was != now:
                yield from (place, now)


class Views(NamedTuple):
    """The looks of a thing, and the number of its look in each state."""

    looks: Sequence[Seen]
    of: Sequence[int]


def charted(scope: Scope, machine: Machine) -> Charted:
    """Return the graph of a scope of the machine; raises `StartNotReached` and `RowDefect`."""
    graph = state_graph(scope, machine)
    states = [graph.state(number) for number in range(graph.states)]
    things = (
        Place(kind, name)
        for kind in ORDER
        for name in sorted({name for each in states for name in each.tables[kind]})
    )
    columns = {place: column_of(place, states) for place in things}
    places = [place for place, column in columns.items() if any(column)]
    return Charted(
        machine,
        graph,
        states,
        places,
        list(zip(*(columns[place] for place in places), strict=True)),
    )


def column_of(place: Place, states: Iterable[State]) -> list[int]:
    """Return the number of the record of a thing in each state."""
    number = Numbered()
    return [number(each.tables[place.kind].get(place.name)) for each in states]


LOSES_IT_OTHERWISE = DeleteResource
"""The command that loses all of it without a lost key: the shortest way to lose it avoids this."""


class Loss(NamedTuple):
    """A thing that can be lost: its sentence, its place, and the number of its sentence there."""

    sentence: str
    place: int
    field: int


class Losses(NamedTuple):
    """The things that exist in each state, and those lost for good, as bits in the order of
    `known`.

    And the number of the command that begins the shortest way to the most losses, and for each loss
    that of one that gets it back; -1 where there is nothing to do, or no way.
    """

    known: Sequence[Loss]
    there: Sequence[int]
    for_good: Sequence[int]
    to_lose: Sequence[int]
    back: Sequence[Sequence[int]]


def losses(charted: Charted, views: Mapping[Place, Views]) -> Losses:
    """Return the losses in the states of a graph."""
    graph, rows = charted.graph, charted.rows
    known = list(known_losses(views))
    there = [0] * graph.states
    made = [0] * graph.states
    for bit, loss in enumerate(known):
        looks, of = views[charted.places[loss.place]]
        shows_it = [loss.sentence in look.sentences for look in looks]
        for each, look in enumerate(of):
            there[each] |= shows_it[look] << bit
            made[each] |= (rows[each][loss.place] > 0) << bit
    earlier = predecessors(graph)
    for_good = [
        ever & ~possible for ever, possible in zip(made, attainable(earlier, there), strict=True)
    ]
    otherwise = [
        at
        for at, command in enumerate(graph.scope.alphabet)
        if isinstance(command, LOSES_IT_OTHERWISE)
    ]
    to_lose = first_commands(
        graph, predecessors(graph, otherwise), [each.bit_count() for each in for_good]
    )
    back = [
        first_commands(graph, earlier, [each >> bit & 1 for each in there])
        for bit in range(len(known))
    ]
    return Losses(known, there, for_good, to_lose, back)


def known_losses(views: Mapping[Place, Views]) -> Iterator[Loss]:
    """Yield the things that can be lost in this graph; a model with a broken row may never have had
    some.
    """
    for sentence in data("causes")["what-if"]["losses"]:
        for number, (looks, _) in enumerate(views.values()):
            if shows_it := next(
                (look.sentences for look in looks if sentence in look.sentences), None
            ):
                yield Loss(sentence, number, shows_it.index(sentence))


FORMAT = 1

NOTHING = "nothing yet"
"""The name of the start from which everything else is reached."""


class Tables:
    """The tables of one graph, while they are written."""

    def __init__(self, charted: Charted, register: Register) -> None:
        self.charted = charted
        self.register = register
        self.requirements, self.sentences, self.looks, self.steps = (Numbered() for _ in range(4))
        self.diagrams = Diagrams(charted.rows)
        self.views = {place: charted.views(place) for place in charted.places}
        self.losses = losses(charted, self.views)
        self.taken = list(map(self.steps, charted.steps()))

    def as_json(self) -> dict[str, Any]:
        """Return the tables as a JSON value."""
        graph = self.charted.graph
        scope = graph.scope
        found = {
            "format": FORMAT,
            "scope": {
                "name": scope.name,
                "sentence": scope.sentence,
                "states": graph.states,
                "steps": graph.edge_count,
            },
            "starts": list(self._starts()),
            "subjects": data("causes")["what-if"]["subjects"],
            "places": [self._place(place, views) for place, views in self.views.items()],
            "commands": [
                self._command(number, command) for number, command in enumerate(scope.alphabet)
            ],
            "outcomes": list(map(self._outcome, graph.labels)),
            "losses": [
                self._loss(*each) for each in zip(self.losses.known, self.losses.back, strict=True)
            ],
            "for_good": self.diagrams.add(self.losses.for_good),
            "to_lose": self.diagrams.add([number + 1 for number in self.losses.to_lose]),
        }
        # what the others have numbered
        return found | {
            "steps": list(self.steps),
            "looks": [[int(there), *sentences] for there, *sentences in self.looks],
            "nodes": list(self.diagrams.nodes),
            "sentences": list(self.sentences),
            "requirements": [self._requirement(name) for name in self.requirements],
        }

    def _starts(self) -> Iterator[dict[str, Any]]:
        """Yield the empty start, and every situation of the scope, with the things that existed on
        the way to it.
        """
        begins = {NOTHING: ()} | {
            name: situation.commands for name, situation in situations().items()
        }
        for name, commands in begins.items():
            if path := self.charted.path(commands):
                row, there = list(self.charted.rows[path[-1]]), 0
                for state in path:
                    there |= self.losses.there[state]
                group = self._group(path[-1], there)
                yield {"name": name, "slug": slug(name), "row": row, "there": there, "group": group}

    def _group(self, state: int, once: int) -> str:
        """Return the group of a start, given what was there at some time on the way to it."""
        if once & ~self.losses.there[state]:
            return "After a loss"
        resources = self.charted.machine.world(self.charted.states[state]).every(Resource)
        return (
            "Under customer-managed keys"
            if any(each.key_source == CUSTOMER for each in resources)
            else "Before"
        )

    def _place(self, place: Place, views: Views) -> dict[str, Any]:
        looks = [
            self.looks((each.there, *map(self.sentences, each.sentences))) for each in views.looks
        ]
        return {
            "kind": place.kind.word,
            "name": place.name,
            "title": place.title,
            "is": self.sentences(place.fact("exists", True)),
            "is_not": self.sentences(place.fact("exists", False)),
            "always": always(views.looks),
            "look": self.diagrams.add([looks[number] for number in views.of]),
        }

    def _command(self, number: int, command: Command) -> dict[str, Any]:
        sentence = format_command(command)
        graph = self.charted.graph
        rows = (
            row
            for row in self.charted.machine.rows
            if isinstance(row, Effect) and row.on is type(command)
        )
        return {
            "code": code(sentence),
            "command": type(command).__name__,
            "sentence": sentence,
            "requirements": [self.requirements(row.requirement) for row in rows][:1],
            "step": self.diagrams.add(self.taken[number :: graph.width]),
        }

    def _outcome(self, outcome: Outcome) -> dict[str, Any]:
        match outcome:
            case Accepted(by=by, audit=audit):
                uses = [self.sentences(format_key_use(use)) for use in audit]
                return {"outcome": "accepted", "requirements": self._numbers(by), "uses": uses}
            case Refused(because=because):
                return {
                    "outcome": "refused",
                    "requirements": self._numbers(because),
                    "names": because <= OF_NAMES,
                }
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
    """Return the places of the sentences that are the same in every state that has the thing."""
    columns = zip(*{each.sentences for each in seen if each.there}, strict=True)
    return [at for at, column in enumerate(columns) if len(set(column)) == 1]


def code(sentence: str) -> str:
    """Return a short code for a sentence, which changes only with its words."""
    return sha256(sentence.encode()).hexdigest()[:4]


PAGE = "what-if.html"


def way(found: Charted, situation: str, commands: Sequence[Command]) -> str | None:
    """Return the address that leads through these commands; None if the page lacks one of them
    there.
    """
    path = found.path((*situations()[situation].commands, *commands))
    if not path or not all(map(found.offers, path[-len(commands) - 1 :], commands)):
        return None
    codes = ".".join(code(format_command(command)) for command in commands)
    return f"{PAGE}#from={slug(situation)}" + (f"&amp;then={codes}" if codes else "")


@cache
def chart() -> Charted:
    """Return everything that can happen in the scope; raises as `charted` does."""
    return charted(WHAT_IF, Machine(ROWS))


@cache
def what_if_tables() -> dict[str, Any]:
    """Return the tables in which the page looks its answers up."""
    return Tables(chart(), load_register()).as_json()


def unreached(register: Register) -> list[str]:
    """Return the demands and silences that are behind no answer in the tables."""
    found = what_if_tables()
    ids = [each["id"] for each in found["requirements"]]
    met = {
        ids[number]
        for each in found["outcomes"]
        if each["outcome"] != "accepted"
        for number in each["requirements"]
    }
    return [
        name
        for name, each in register.items()
        if each.kind in ("demand", "silence") and name not in met
    ]


def what_if_size() -> tuple[int, int]:
    """Return the numbers of states and steps of the scope."""
    scope = what_if_tables()["scope"]
    return scope["states"], scope["steps"]


# Decision diagrams: a function of many small numbers, written down as few questions about one
# number each.
#
# A diagram is asked with a row of numbers.  A reference of 0 or more is its answer.  A negative
# one, `~n`, leads to node `n`, which names a place in the row, the reference for most numbers
# there, and the other numbers with theirs.

Node = tuple[int, ...]
"""`(place, reference for any other number, number, reference, number, reference, ...)`."""


class Diagrams:
    """Diagrams of functions that are known for the same rows, with every node that they share
    written once.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.nodes = Numbered()

    def add(self, answers: Iterable[int]) -> int:
        """Return the reference to the diagram of a function, given its answer, 0 or more, for each
        of the rows.

        For other rows the diagram answers anything.
        """
        return self._build(dict(zip(self.rows, answers, strict=True)), 0)

    def _build(self, known: Mapping[Row, int], place: int) -> int:
        answers = set(known.values())
        if len(answers) == 1:
            return answers.pop()
        parts: dict[int, dict[Row, int]] = {}
        for row, answer in known.items():
            parts.setdefault(row[place], {})[row] = answer
        references = {
            number: self._build(part, place + 1) for number, part in sorted(parts.items())
        }
        ((other, _),) = Counter(references.values()).most_common(1)
        exceptions = [each for pair in references.items() if pair[1] != other for each in pair]
        return ~self.nodes((place, other, *exceptions)) if exceptions else other
