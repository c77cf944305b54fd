"""Write down all answers of the page What if, as tables in which the page looks them up.

Everything in them comes from the model, in the sentences; the page needs no word of either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from ...bdd.feature_records import slug
from ...explore.graph import NOT_OFFERED, Graph
from ...explore.reachability import attainable, first_commands, predecessors
from ...explore.scopes import WHAT_IF
from ...language.messages import command_to_wire, stage_to_wire
from ...language.sentences import format_command, format_key_use, subjects
from ...language.situations import situations
from ...machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
    initial,
)
from ...machine.commands import DeleteResource
from ...machine.entities import CUSTOMER, Resource
from ...machine.memoised import Memoised
from ...machine.rows import Effect
from ...machine.step import OF_NAMES
from ...machine.world import World
from ...oracle.grounds import (
    LOSABLE_KINDS,
    Grounds,
    Thing,
    basis_of_end,
    carried_out,
    grounds_for_good,
    known_things,
    read,
    rests_on_view,
)
from ...oracle.profiles import MODEL
from ...requirements import Register, load_register
from ...requirements.consequences import Loss, TableEntry, load_consequences
from ...requirements.register import WEAKEST_FIRST, weakest_basis
from ..render import Numbered
from ..sourced import cell, data, sources
from .answered import Answered, answered, memory_in
from .charted import Charted, Instead, Look, Place, Views, charted
from .diagrams import Diagrams

LOSES_IT_OTHERWISE = DeleteResource
"""The command that loses all of it without a lost key: the shortest way to lose it avoids this."""


GROUPS = ("Before", "Under customer-managed keys", "After a loss")
"""The groups of the starts, in the order of a page."""


class KnownLoss(NamedTuple):
    """A thing that can be lost: its sentence, its place, and the number of its sentence there."""

    sentence: str
    place: int
    field: int


class Losses(NamedTuple):
    """The things that are there in each state, those that were made at some time, and those lost
    for good, as bits in the order of `known`.

    And the number of the command that begins the shortest way to the most losses, and for each loss
    that of one that gets it back; -1 where there is nothing to do, or no way.
    """

    known: Sequence[KnownLoss]
    there: Sequence[int]
    made: Sequence[int]
    for_good: Sequence[int]
    to_lose: Sequence[int]
    back: Sequence[Sequence[int]]


def losses(charted: Charted, views: Mapping[Place, Views]) -> Losses:
    """Return the losses in the states of a graph."""
    graph = charted.graph
    known = list(known_losses(views))
    there = [0] * graph.states
    made = [0] * graph.states
    for bit, loss in enumerate(known):
        view = views[charted.places[loss.place]]
        shows_it = [loss.sentence in look.sentences for look in view.looks]
        for state, number_of_look in enumerate(view.of):
            there[state] |= shows_it[number_of_look] << bit
            # record 0 is that of the start, before anything is made; what was made keeps another
            made[state] |= (charted.rows[state][loss.place] > 0) << bit
    before = predecessors(graph)
    possible = attainable(before, there)
    for_good = [ever & ~still for ever, still in zip(made, possible, strict=True)]
    back: list[Sequence[int]] = []
    for bit in range(len(known)):
        has_it = [state >> bit & 1 for state in there]
        back.append(first_commands(before, has_it))
    return Losses(known, there, made, for_good, ways_to_lose(graph, for_good), back)


def ways_to_lose(graph: Graph[Outcome], for_good: Sequence[int]) -> Sequence[int]:
    """Return of each state the command that begins the shortest way to the most losses."""
    otherwise: list[int] = []
    for number, command in enumerate(graph.scope.alphabet):
        if isinstance(command, LOSES_IT_OTHERWISE):
            otherwise.append(number)
    how_many = [each.bit_count() for each in for_good]
    return first_commands(predecessors(graph, otherwise), how_many)


def known_losses(views: Mapping[Place, Views]) -> Iterator[KnownLoss]:
    """Yield the things that can be lost in this graph; a model with a broken row may never have had
    some.
    """
    for sentence in data("causes")["what-if"]["losses"]:
        for number, (looks, _) in enumerate(views.values()):
            field = field_of(sentence, looks)
            if field is not None:
                yield KnownLoss(sentence, number, field)


def field_of(sentence: str, looks: Iterable[Look]) -> int | None:
    """Return the number of a sentence among those about a thing, if any look has it."""
    for look in looks:
        if sentence in look.sentences:
            return look.sentences.index(sentence)
    return None


FORMAT = 5


class LossQuestion(NamedTuple):
    """What is asked of a command and the number of a loss: on what it rests that the thing is gone
    for good, or is back.

    Commands of two kinds can be equal, so the kind is named.
    """

    kind: str
    command: Command
    loss: int


class ForGood(NamedTuple):
    """The number of a loss, and what it rests on that nothing brings the thing back."""

    loss: int
    grounds: Grounds


class Back(NamedTuple):
    """The number of a loss, and what it rests on that the thing is back."""

    loss: int
    grounds: Grounds


class Answer(NamedTuple):
    """What an answer rests on, and each thing that is lost for good or is back by it."""

    rests: Answered
    for_good: tuple[ForGood, ...] = ()
    back: tuple[Back, ...] = ()


NOTHING_BESIDES = Answer(Answered(((),), ()))
"""What an answer rests on of which there is nothing to say."""


class Warned(NamedTuple):
    """A warning of Microsoft's, with its sources."""

    says: str
    sources: tuple[str, ...]


def warnings() -> dict[Command, Warned]:
    """Return the commands of which Microsoft warns that what they take may not come back."""
    events = load_consequences().events
    found: dict[Command, Warned] = {}
    for cause in data("causes")["causes"]:
        if "warning" in cause:
            told = cell(cause["warning"])
            command = read(events[cause["name"]].commands)[-1]
            found[command] = Warned(told.text, tuple(told.sources))
    return found


NOTHING = "nothing yet"
"""The name of the start from which everything else is reached."""


class Tables:
    """The tables of one graph, while they are written."""

    def __init__(self, charted: Charted, register: Register) -> None:
        self.charted = charted
        self.register = register
        self.requirements = Numbered()
        self.sentences = Numbered()
        self.looks = Numbered()
        self.steps = Numbered()
        self.answers = Numbered()
        self.grounds = Numbered()
        self.messages = Numbered()
        self.insteads = Numbered()
        self.warnings = warnings()
        self.diagrams = Diagrams(charted.rows)
        self.views = {place: charted.views(place) for place in charted.places}
        self.losses = losses(charted, self.views)
        self.taken = list(map(self.steps, charted.steps()))
        self.answered = Memoised(self._answered)
        self.grounds_of_never_back = Memoised(self._grounds_of_never_back)
        self.grounds_of_back = Memoised(self._grounds_of_back)

    def as_json(self) -> dict[str, Any]:
        """Return the tables as a JSON value."""
        # writing these numbers all that they name; so the lists of what was numbered come after
        found = self._of_the_graph()
        return {**found, **self._numbered()}

    def _of_the_graph(self) -> dict[str, Any]:
        """Return the tables of states, commands and losses."""
        graph = self.charted.graph
        scope = graph.scope
        commands = []
        for number, command in enumerate(scope.alphabet):
            commands.append(self._command(number, command))
        lost = []
        for known, back in zip(self.losses.known, self.losses.back, strict=True):
            lost.append(self._loss(known, back))
        return {
            "format": FORMAT,
            "scope": {
                "name": scope.name,
                "sentence": scope.sentence,
                "states": graph.states,
                "steps": graph.edge_count,
            },
            "stage": stage_to_wire(DEFAULT_STAGE),
            "starts": sorted(self._starts(), key=lambda start: GROUPS.index(start["group"])),
            "subjects": subjects(),
            "places": [self._place(place, views) for place, views in self.views.items()],
            "commands": commands,
            "outcomes": [self._outcome(label) for label in graph.labels],
            "losses": lost,
            "for_good": self.diagrams.add(self.losses.for_good),
            # a diagram answers 0 or more, so 0 stands for no command
            "to_lose": self.diagrams.add([number + 1 for number in self.losses.to_lose]),
        }

    def _numbered(self) -> dict[str, Any]:
        """Return the lists of what the other tables name by numbers."""
        looks = []
        for is_there, *sentences in self.looks:
            looks.append([int(is_there), *sentences])
        return {
            "answers": [self._answer(answer) for answer in self.answers],
            "grounds": [self._grounds(each) for each in self.grounds],
            "messages": [command_to_wire(command) for command in self.messages],
            "insteads": [list(map(list, told)) for told in self.insteads],
            "weakest_first": list(WEAKEST_FIRST),
            "steps": list(self.steps),
            "looks": looks,
            "nodes": list(self.diagrams.nodes),
            "sentences": list(self.sentences),
            "requirements": [self._requirement(name) for name in self.requirements],
        }

    def _starts(self) -> Iterator[dict[str, Any]]:
        """Yield the empty start, and every situation of the scope, with the things that existed on
        the way to it.
        """
        begins: dict[str, tuple[Command, ...]] = {NOTHING: ()}
        for name, situation in situations().items():
            begins[name] = situation.commands
        for name, commands in begins.items():
            path = self.charted.path(commands)
            # a situation of other scopes
            if not path:
                continue
            there = 0
            for state in path:
                there |= self.losses.there[state]
            for_good: list[ForGood] = []
            warned: set[int] = set()
            for before, after, command in zip(path[:-1], path[1:], commands, strict=True):
                for_good.extend(self._lost_for_good(before, after, command))
                _, rests = self.answered.step(self.charted.states[before], command)
                # what came back in spite of a warning needs none
                warned.difference_update(
                    each.loss for each in self._brought_back(before, after, command)
                )
                if command in self.warnings:
                    warned.update(loss for loss, _ in self._known(rests.lost))
            remembering = carried_out(MODEL, initial(DEFAULT_STAGE), commands)
            yield {
                "name": name,
                "slug": slug(name),
                "row": list(self.charted.rows[path[-1]]),
                "way": [self.messages(command) for command in commands],
                "there": there,
                "for_good": self._for_good(for_good),
                "warned": sorted(warned),
                "memory": memory_in(remembering),
                "group": self._group(path[-1], there),
            }

    def _group(self, state: int, once: int) -> str:
        """Return the group of a start, given what was there at some time on the way to it."""
        before, under_own_key, after_loss = GROUPS
        if once & ~self.losses.there[state]:
            return after_loss
        resources = self.charted.machine.world(self.charted.states[state]).every(Resource)
        if any(resource.key_source == CUSTOMER for resource in resources):
            return under_own_key
        return before

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
            "instead": self._insteads(place),
        }

    def _insteads(self, place: Place) -> int:
        """Return the diagram of the words that stand in place of sentences about a thing."""
        found = self.charted.insteads(place)
        numbers = [self.insteads(self._told(words)) for words in found.words]
        return self.diagrams.add([numbers[number] for number in found.of])

    def _told(self, words: Iterable[Instead]) -> tuple[tuple[int, str, int], ...]:
        """Return words in place of sentences, by number, with the requirement of each."""
        told: list[tuple[int, str, int]] = []
        for each in words:
            told.append((self.sentences(each.sentence), each.says, self.requirements(each.by)))
        return tuple(told)

    def _command(self, number: int, command: Command) -> dict[str, Any]:
        sentence = format_command(command)
        graph = self.charted.graph
        own: list[int] = []
        # the page files a scenario in which the command is accepted under the first of them
        for row in self.charted.machine.rows:
            if isinstance(row, Effect) and row.on is type(command):
                own.append(self.requirements(row.requirement))
        return {
            "code": code(sentence),
            "command": type(command).__name__,
            "sentence": sentence,
            "message": self.messages(command),
            "warning": self._warning(command),
            "requirements": own[:1],
            "step": self.diagrams.add(self.taken[number :: graph.width]),
            "answer": self.diagrams.add(self._answers_to(number, command)),
        }

    def _warning(self, command: Command) -> dict[str, Any] | None:
        """Return Microsoft's warning of a command, with the pages that have it, if there is one."""
        if command not in self.warnings:
            return None
        found = self.warnings[command]
        pages = []
        for name in found.sources:
            source = sources()[name]
            pages.append({"title": source.title, "url": source.url})
        return {"says": found.says, "sources": pages}

    def _answers_to(self, number: int, command: Command) -> Iterator[int]:
        """Yield for each state the number of what the answer to a command rests on."""
        graph = self.charted.graph
        # a graph lists the commands of one state after the other
        labels = graph.label[number :: graph.width]
        leads = graph.after[number :: graph.width]
        for at, (label, after) in enumerate(zip(labels, leads, strict=True)):
            if label != NOT_OFFERED and isinstance(graph.labels[label], Accepted):
                _, rests = self.answered.step(self.charted.states[at], command)
                for_good = tuple(self._lost_for_good(at, after, command))
                back = tuple(self._brought_back(at, after, command))
                yield self.answers(Answer(rests, for_good, back))
            else:
                yield self.answers(NOTHING_BESIDES)

    def _lost_for_good(self, before: int, after: int, command: Command) -> Iterator[ForGood]:
        """Yield what is lost for good after a command, and was not before."""
        # a bit for each loss
        fresh = self.losses.for_good[after] & ~self.losses.for_good[before]
        for number in range(len(self.losses.known)):
            if fresh >> number & 1:
                question = LossQuestion(type(command).__name__, command, number)
                _, found = self.grounds_of_never_back.step(self.charted.states[before], question)
                yield ForGood(number, found)

    def _grounds_of_never_back(self, state: State, question: LossQuestion) -> tuple[State, Grounds]:
        """Return what it rests on that a thing never comes back, as a step that changes nothing."""
        place = self.charted.places[self.losses.known[question.loss].place]
        for thing in known_things(state):
            if Place(LOSABLE_KINDS[thing.loss.kind], thing.name) == place:
                return state, grounds_for_good(state, question.command, thing)
        # a thing of which the table of consequences tells nothing
        rests = rests_on_view(state, question.command, place.look)
        basis = basis_of_end(rests, question.command)
        return state, Grounds(thing_at(place), "lost", basis, rests)

    def _brought_back(self, before: int, after: int, command: Command) -> Iterator[Back]:
        """Yield what is back after a command, and was lost before."""
        losses = self.losses
        # a bit for each loss: there now and not before, but made before
        fresh = losses.there[after] & ~losses.there[before] & losses.made[before]
        for number in range(len(losses.known)):
            if fresh >> number & 1:
                question = LossQuestion(type(command).__name__, command, number)
                _, found = self.grounds_of_back.step(self.charted.states[before], question)
                yield Back(number, found)

    def _grounds_of_back(self, state: State, question: LossQuestion) -> tuple[State, Grounds]:
        """Return what it rests on that a thing is back, as a step that changes nothing."""
        loss = self.losses.known[question.loss]
        place = self.charted.places[loss.place]

        def is_there(world: World) -> bool:
            return loss.sentence in place.look(world).sentences

        rests = rests_on_view(state, question.command, is_there)
        basis = weakest_basis(rests, self.register)
        return state, Grounds(thing_at(place), "back", basis, rests)

    def _answered(self, state: State, command: Command) -> tuple[State, Answered]:
        """Return what an answer rests on, as a step that changes nothing."""
        return state, answered(state, command)

    def _answer(self, answer: Answer) -> dict[str, Any]:
        """Return what an answer rests on, with the number of each loss and of its grounds."""
        return {
            "besides": [self._numbers(names) for names in answer.rests.besides_by_memory],
            "lost": self._known(answer.rests.lost),
            "back": [[each.loss, self.grounds(each.grounds)] for each in answer.back],
            "for_good": self._for_good(answer.for_good),
            "leaves": answer.rests.memory_left,
        }

    def _known(self, found: Iterable[Grounds]) -> list[list[int]]:
        """Return the number of each loss that the page knows, and of its grounds."""
        known: list[list[int]] = []
        for each in found:
            loss = self._number_of_loss(each)
            if loss is not None:
                known.append([loss, self.grounds(each)])
        return known

    def _for_good(self, found: Iterable[ForGood]) -> list[list[int]]:
        """Return the number of each loss that is for good, and of what that rests on."""
        return [[each.loss, self.grounds(each.grounds)] for each in found]

    def _number_of_loss(self, grounds: Grounds) -> int | None:
        """Return the number of the loss that these are the grounds of, if the page knows it."""
        place = Place(LOSABLE_KINDS[grounds.thing.loss.kind], grounds.thing.name)
        for number, loss in enumerate(self.losses.known):
            if self.charted.places[loss.place] == place:
                return number
        return None

    def _grounds(self, grounds: Grounds) -> dict[str, Any]:
        row = grounds.row
        against = against_of(row) if row else ()
        return {
            "basis": grounds.basis,
            "statements": [each for each in grounds.statements if each not in against],
            "against": list(against),
            "requirements": self._numbers(grounds.requirements),
            "reading": row.reading if row else "",
            "weakest": row.weakest if row else "",
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
                    # the page shows such refusals only if they are asked for
                    "names": because <= OF_NAMES,
                }
        return {"outcome": "unspecified", "requirements": self._numbers(outcome.silent)}

    def _loss(self, loss: KnownLoss, back: Sequence[int]) -> dict[str, Any]:
        return {
            "place": loss.place,
            "field": loss.field,
            "there": self.sentences(loss.sentence),
            # a diagram answers 0 or more, so 0 stands for no command
            "back": self.diagrams.add([number + 1 for number in back]),
        }

    def _numbers(self, names: Iterable[str]) -> list[int]:
        return [self.requirements(name) for name in self.register if name in names]

    def _requirement(self, name: str) -> dict[str, Any]:
        requirement = self.register[name]
        stated = list(requirement.statements) if requirement.basis == "stated" else []
        return {
            "id": name,
            "title": requirement.title,
            "basis": requirement.basis,
            "silent": requirement.kind == "silence",
            "stated": stated,
        }


def against_of(row: TableEntry) -> tuple[str, ...]:
    """Return the sentences that a row of the table of consequences names since they speak against
    it.
    """
    events = load_consequences().events
    for cause in data("causes")["causes"]:
        told = events[cause["name"]]
        if row in (*told.at_once.values(), *told.afterwards.values()):
            return tuple(each for each in cause.get("against", ()) if each in row.statements)
    return ()


def thing_at(place: Place) -> Thing:
    """Return a thing of which the table of consequences tells nothing, as one that it tells of."""
    loss = Loss(place.title, place.kind.word, "exists", intact=True, example=place.name)
    return Thing(loss, place.name)


def always(looks: Iterable[Look]) -> list[int]:
    """Return the places of the sentences that are the same in every state that has the thing."""
    columns = zip(*{each.sentences for each in looks if each.there}, strict=True)
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
    if not path:
        return None
    # the last state is that after all commands
    befores = path[-len(commands) - 1 : -1]
    if not all(map(found.offers, befores, commands)):
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
    met: set[str] = set()
    for outcome in found["outcomes"]:
        if outcome["outcome"] != "accepted":
            met.update(ids[number] for number in outcome["requirements"])
    return [
        name
        for name, each in register.items()
        if each.kind in ("demand", "silence") and name not in met
    ]


def what_if_size() -> tuple[int, int]:
    """Return the numbers of states and steps of the scope."""
    scope = what_if_tables()["scope"]
    return scope["states"], scope["steps"]
