"""The tables of the page that answers "what if" say exactly what the model says, of every request
in every state.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.site.conftest import REGISTER, content_of, page
from translator_cmk.explore.graph import state_graph
from translator_cmk.explore.scopes import WHAT_IF
from translator_cmk.language.facts import ABSENT, Fact
from translator_cmk.language.messages import command_from_wire, stage_from_wire
from translator_cmk.language.phrases import FACT_PHRASES
from translator_cmk.language.sentences import format_fact, format_key_use, read_command, read_fact
from translator_cmk.language.situations import situations
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Machine,
    Outcome,
    Refused,
    State,
    initial,
    observe,
)
from translator_cmk.machine.commands import (
    DeleteResource,
)
from translator_cmk.machine.entities import Key, Resource, Vault
from translator_cmk.oracle.grounds import read
from translator_cmk.requirements.consequences import Event, load_consequences
from translator_cmk.requirements.register import WEAKEST_FIRST
from translator_cmk.site.losses import events, explorer
from translator_cmk.site.losses.charted import charted
from translator_cmk.site.losses.diagrams import Diagrams
from translator_cmk.site.losses.events import CAUSES
from translator_cmk.site.losses.explorer import Tables as WrittenTables
from translator_cmk.site.sourced import data

MACHINE = Machine(ROWS)
Row = tuple[int, ...]


Nodes = list[tuple[int, int, dict[int, int]]]


def nodes_of(written: Iterable[Sequence[int]]) -> Nodes:
    """The nodes of diagrams: a place, the reference for most numbers there, and for each other
    number its own.
    """
    return [
        (place, other, dict(zip(rest[::2], rest[1::2], strict=True)))
        for place, other, *rest in written
    ]


def answer(nodes: Nodes, reference: int, row: Sequence[int]) -> int:
    """The answer of a diagram for a row."""
    while reference < 0:
        place, other, rest = nodes[~reference]
        reference = rest.get(row[place], other)
    return reference


class Tables:
    """The tables, read without a line of the code that wrote them."""

    def __init__(self, file: str) -> None:
        written = file.removeprefix("const WHAT_IF = ").removesuffix(";\n")
        self.data: dict[str, Any] = json.loads(written)
        self.sentences: list[str] = self.data["sentences"]
        self.outcomes = [self._outcome(**each) for each in self.data["outcomes"]]
        self._nodes = nodes_of(self.data["nodes"])

    def _outcome(self, outcome: str, requirements: list[int], **more: Any) -> dict[str, Any]:
        """An outcome, with words for its numbers."""
        names = {self.data["requirements"][each]["id"] for each in requirements}
        uses = {"uses": {self.sentences[each] for each in more["uses"]}} if "uses" in more else {}
        return {"outcome": outcome, "requirements": names, **more, **uses}

    def ask(self, reference: int, row: Row) -> int:
        """What a diagram answers."""
        return answer(self._nodes, reference, row)

    def step(self, row: Row, command: int) -> tuple[int | None, Row]:
        """The number of the outcome of a command, or None where it is not offered, and the state
        after it.
        """
        outcome, *changes = self.data["steps"][
            self.ask(self.data["commands"][command]["step"], row)
        ] or [None]
        if not changes:
            return outcome, row
        after = list(row)
        for place, number in zip(changes[::2], changes[1::2], strict=True):
            after[place] = number
        return outcome, tuple(after)

    def facts(self, row: Row) -> Iterator[str]:
        """What is seen in a state, as sentences."""
        for place in self.data["places"]:
            there, *sentences = self.data["looks"][self.ask(place["look"], row)]
            if there:
                yield from (self.sentences[each] for each in sentences)

    def there(self, row: Row, loss: Mapping[str, Any]) -> bool:
        """Whether what can be lost is there."""
        return self.sentences[loss["there"]] in self.facts(row)

    def way(self, reference: int, row: Row) -> tuple[list[int], Row]:
        """The commands that a diagram of a shortest way gives, and where they lead."""
        taken = []
        while number := self.ask(reference, row):
            outcome, row = self.step(row, number - 1)
            assert outcome is not None
            taken.append(number - 1)
        return taken, row


of_the_pages: list[Tables] = []


@pytest.fixture(scope="module", autouse=True)
def read_tables(green: Mapping[str, str]) -> None:
    """Read the tables that were generated with the pages."""
    of_the_pages[:] = [Tables(green["data/what-if.js"])]


def tables() -> Tables:
    """The tables of the pages."""
    [found] = of_the_pages
    return found


def outcome_in_table(outcome: Outcome) -> dict[str, Any]:
    """An outcome of the model as the tables should have it."""
    match outcome:
        case Accepted(by=by, audit=audit):
            return {
                "outcome": "accepted",
                "requirements": by,
                "uses": {format_key_use(use) for use in audit},
            }
        case Refused(because=because):
            names = because <= {"environment.exists", "environment.new-name"}
            return {"outcome": "refused", "requirements": because, "names": names}
    return {"outcome": "unspecified", "requirements": outcome.silent}


class Chart(NamedTuple):
    """The model's states with the rows of the tables that stand for them, and where each command
    leads.
    """

    states: dict[Row, State]
    rows: dict[State, Row]
    after: dict[Row, dict[int, Row]]


@cache
def chart() -> Chart:
    """All of the scope, as the search finds it, with the tables looked up beside it; fails where
    they part.
    """
    graph = state_graph(WHAT_IF, MACHINE)
    rows: dict[int, Row] = {0: tuple(tables().data["starts"][0]["row"])}
    after: dict[Row, dict[int, Row]] = {}
    outcomes = set()
    for number in range(graph.states):
        looked_up = [tables().step(rows[number], command) for command in range(graph.width)]
        leads = after[rows[number]] = {
            at: row for at, (outcome, row) in enumerate(looked_up) if outcome is not None
        }
        pairs = list(graph.edges_from(number))
        assert [pair.command for pair in pairs] == list(leads), rows[number]
        for pair in pairs:
            assert rows.setdefault(pair.after, leads[pair.command]) == leads[pair.command], (
                rows[number],
                pair,
            )
            outcomes.add((looked_up[pair.command][0], pair.label))
    assert len(after) == graph.states
    for outcome, label in outcomes:
        assert outcome is not None
        assert tables().outcomes[outcome] == outcome_in_table(graph.labels[label])
    states = {rows[number]: graph.state(number) for number in range(graph.states)}
    return Chart(states, {state: row for row, state in states.items()}, after)


def forward(start: Row, without: frozenset[int] = frozenset()) -> dict[Row, int]:
    """Every state that can be reached, and in how many commands."""
    found = {start: 0}
    for row in (waiting := [start]):
        for command, after in chart().after[row].items():
            if command not in without and after not in found:
                found[after] = found[row] + 1
                waiting.append(after)
    return found


WITH_A_SENTENCE = {(phrase.kind, phrase.field) for phrase in FACT_PHRASES}


@cache
def some_rows() -> list[Row]:
    """States from all over the scope."""
    return random.Random(1).sample(sorted(chart().states), 20)


def test_tables_have_every_state_and_every_request_of_the_scope() -> None:
    pairs = sum(map(len, chart().after.values()))
    assert tables().data["scope"] == {
        "name": WHAT_IF.name,
        "sentence": WHAT_IF.sentence,
        "states": len(chart().states),
        "steps": pairs,
    }
    assert len(chart().states) == WHAT_IF.states
    assert len(chart().states) >= 4_000
    assert (
        tuple(read_command(each["sentence"]) for each in tables().data["commands"])
        == WHAT_IF.alphabet
    )
    assert len({each["code"] for each in tables().data["commands"]}) == len(WHAT_IF.alphabet)


def test_what_is_seen_of_a_thing_stands_in_one_order() -> None:
    for place in tables().data["places"]:
        orders = set()
        for number in {tables().ask(place["look"], row) for row in chart().states}:
            is_there, *sentences = tables().data["looks"][number]
            if is_there:
                facts = [read_fact(tables().sentences[each])[:3] for each in sentences]
                orders.add(tuple(facts))
        assert len(orders) == 1, place["title"]


def test_what_is_seen_is_what_the_model_shows() -> None:
    places = {(each["kind"], each["name"]) for each in tables().data["places"]}
    for row, state in chart().states.items():
        shown: set[str] = set()
        for kind, entities in observe(MACHINE.world(state)).items():
            for name, fields in entities.items():
                if (kind, name) in places:  # what is no place never changes
                    shown |= sentences_of(kind, name, fields)
        assert set(tables().facts(row)) == shown, row


def sentences_of(kind: str, name: str, fields: Mapping[str, object]) -> set[str]:
    """The sentences of all that the model shows of a thing."""
    seen = {"exists": True, **fields}
    if kind == "resource":
        seen.setdefault("key", ABSENT)
    found = set()
    for field, value in seen.items():
        if (kind, field) in WITH_A_SENTENCE:
            found.add(sentence(kind, name, field, value))
    return found


@cache
def sentence(kind: str, name: str, field: str, value: object) -> str:
    """The sentence of a fact."""
    return format_fact(Fact(kind, name, field, value))


def test_way_back_is_shortest_and_a_loss_is_for_good_exactly_if_nothing_here_undoes_it() -> None:
    for row in some_rows():
        reached = forward(row)
        for bit, loss in enumerate(tables().data["losses"]):
            distances = [far for each, far in reached.items() if tables().there(each, loss)]
            taken, end = tables().way(loss["back"], row)
            assert len(taken) == min(distances, default=0)
            assert tables().there(end, loss) == bool(distances)
            for_good = tables().ask(tables().data["for_good"], row) >> bit & 1
            assert bool(for_good) == (row[loss["place"]] > 0 and not distances), (row, loss)


def test_shortest_way_to_lose_everything_is_shortest_from_every_start() -> None:
    otherwise = frozenset(
        at for at, command in enumerate(WHAT_IF.alphabet) if isinstance(command, DeleteResource)
    )
    for start in tables().data["starts"]:
        reached = forward(tuple(start["row"]), otherwise)
        lost = {each: tables().ask(tables().data["for_good"], each).bit_count() for each in reached}
        most = max(lost.values())
        taken, end = tables().way(tables().data["to_lose"], tuple(start["row"]))
        assert (lost[end], len(taken)) == (
            most,
            min(reached[each] for each in lost if lost[each] == most),
        )
        assert not otherwise & set(taken)


def ways_of_situations() -> dict[str, list[tuple[int, ...]]]:
    """Return for each situation that the scope has the rows of the states on the way to it."""
    found = {}
    for situation in situations().values():
        state = initial(DEFAULT_STAGE)
        way = [state]
        for command in situation.commands:
            state, _ = MACHINE.step(state, command)
            way.append(state)
        if all(each in chart().rows for each in way):
            found[situation.name] = [chart().rows[each] for each in way]
    return found


def test_starts_are_the_situations_that_the_scope_has() -> None:
    nothing, *others = tables().data["starts"]
    assert nothing["row"] == [0] * len(tables().data["places"])
    ways = ways_of_situations()
    assert sorted(each["name"] for each in others) == sorted(ways)
    for start in others:
        way = ways[start["name"]]
        assert tuple(start["row"]) == way[-1]
        for bit, loss in enumerate(tables().data["losses"]):
            was_there = any(tables().there(row, loss) for row in way)
            assert bool(start["there"] >> bit & 1) == was_there


def test_messages_of_a_start_lead_to_it_and_those_of_requests_are_theirs() -> None:
    messages = [command_from_wire(each, "message") for each in tables().data["messages"]]
    assert stage_from_wire(tables().data["stage"], "stage") == DEFAULT_STAGE
    for start in tables().data["starts"]:
        state = initial(DEFAULT_STAGE)
        for number in start["way"]:
            state, _ = MACHINE.step(state, messages[number])
        assert chart().rows[state] == tuple(start["row"])
    asked = [messages[each["message"]] for each in tables().data["commands"]]
    assert tuple(asked) == WHAT_IF.alphabet


def row_of_start(name: str) -> Row:
    """The state that a start of the page is in."""
    (start,) = (each for each in tables().data["starts"] if each["name"] == name)
    return tuple(start["row"])


def number_of(sentence: str) -> int:
    """The number of a command."""
    return [each["sentence"] for each in tables().data["commands"]].index(sentence)


def answer_to(row: Row, sentence: str) -> dict[str, Any]:
    """What the page says that an answer rests on."""
    command = tables().data["commands"][number_of(sentence)]
    number = tables().ask(command["answer"], row)
    found: dict[str, Any] = tables().data["answers"][number]
    return found


ON_THE_PAGE = [
    event
    for event in CAUSES
    if len(event.start) == 1 and set(read(event.commands)) <= set(WHAT_IF.alphabet)
]
IN_ONE_REQUEST = [event for event in ON_THE_PAGE if len(event.commands) == 1]


@pytest.mark.parametrize("event", IN_ONE_REQUEST, ids=lambda event: event.event)
def test_page_says_of_a_loss_what_the_table_of_consequences_says(event: Event) -> None:
    answer = answer_to(row_of_start(event.start[0]), event.commands[0])
    found = {}
    for loss, number in answer["lost"]:
        place = tables().data["places"][tables().data["losses"][loss]["place"]]
        found[place["kind"], place["name"]] = tables().data["grounds"][number]
    assert len(found) == len(event.at_once)
    for name, row in event.at_once.items():
        loss = load_consequences().losses[name]
        grounds = found[loss.kind, loss.example]
        against = events.TOLD[event.event].get("against", [])
        speaking_for = [each for each in row.statements if each not in against]
        assert (grounds["basis"], grounds["statements"]) == (row.basis, speaking_for)
        assert grounds["against"] == against
        assert (grounds["reading"], grounds["weakest"]) == (row.reading, row.weakest)


def test_a_rotation_rests_on_what_it_does_not_lose() -> None:
    row = row_of_start("a deployed model under customer-managed keys")
    answer = answer_to(row, 'the customer rotates the key "cmk-2048" of "kv-prod"')
    for besides in answer["besides"]:
        ids = [tables().data["requirements"][number]["id"] for number in besides]
        assert "keys.rotation-keeps-data" in ids


class Walk:
    """A way on the page: what it remembers, and the grounds of all that is lost for good on it."""

    def __init__(self, start: str, sentences: Sequence[str]) -> None:
        [begin] = (each for each in tables().data["starts"] if each["name"] == start)
        self.row: Row = tuple(begin["row"])
        self.memory: int = begin["memory"]
        self.never: dict[int, int] = dict(begin["for_good"])
        self.warned: set[int] = set(begin["warned"])
        for sentence in sentences:
            answer = answer_to(self.row, sentence)
            self.never.update(answer["for_good"])
            self.warned -= {loss for loss, _ in answer["back"]}
            if tables().data["commands"][number_of(sentence)]["warning"]:
                self.warned |= {loss for loss, _ in answer["lost"]}
            if answer["leaves"] is not None:
                self.memory = answer["leaves"]
            outcome, self.row = tables().step(self.row, number_of(sentence))
            assert outcome is not None

    def besides(self, sentence: str) -> dict[str, list[str]]:
        """Return the requirements that an answer rests on besides, with what states them."""
        by_memory = answer_to(self.row, sentence)["besides"]
        names = by_memory[self.memory] if len(by_memory) > 1 else by_memory[0]
        known = [tables().data["requirements"][number] for number in names]
        return {each["id"]: each["stated"] for each in known}

    def basis_of_return(self, loss: str) -> str:
        """Return the weakest basis of the requests that bring a thing back; empty without a way."""
        number = number_of_loss(loss)
        bases: list[str] = []
        row = self.row
        taken, _ = tables().way(tables().data["losses"][number]["back"], row)
        for command in taken:
            answers = tables().data["commands"][command]["answer"]
            back = dict(tables().data["answers"][tables().ask(answers, row)]["back"])
            outcome, row = tables().step(row, command)
            assert outcome is not None
            if number in back:
                bases.append(tables().data["grounds"][back[number]]["basis"])
                continue
            for each in tables().data["outcomes"][outcome]["requirements"]:
                bases.append(tables().data["requirements"][each]["basis"])
        return min(bases, key=WEAKEST_FIRST.index, default="")

    def grounds_for_good(self, loss: str) -> dict[str, Any] | None:
        """Return what it rests on that a thing is lost for good; None if it is not."""
        number = number_of_loss(loss)
        is_for_good = tables().ask(tables().data["for_good"], self.row) >> number & 1
        assert bool(is_for_good) == (number in self.never)
        return tables().data["grounds"][self.never[number]] if is_for_good else None


def number_of_loss(loss: str) -> int:
    """Return the number of a loss of the table of consequences."""
    told = load_consequences().losses[loss]
    for number, each in enumerate(tables().data["losses"]):
        place = tables().data["places"][each["place"]]
        if (place["kind"], place["name"]) == (told.kind, told.example):
            return number
    raise KeyError(loss)


@pytest.mark.parametrize("event", ON_THE_PAGE, ids=lambda event: event.event)
def test_basis_of_for_good_is_that_of_the_page_on_what_breaks(event: Event) -> None:
    walk = Walk(event.start[0], event.commands)
    for finding in events.findings_of(event.event).remedied:
        found = walk.grounds_for_good(finding.words.loss)
        assert (found is not None) == (finding.grounds.fate == "lost")
        if found is not None:
            assert found["basis"] == finding.basis


@pytest.mark.parametrize("event", IN_ONE_REQUEST, ids=lambda event: event.event)
def test_basis_of_a_return_is_that_of_the_page_on_what_breaks(event: Event) -> None:
    walk = Walk(event.start[0], event.commands)
    for finding in events.findings_of(event.event).remedied:
        is_lost = finding.grounds.fate == "lost"
        assert walk.basis_of_return(finding.words.loss) == ("" if is_lost else finding.basis)


@pytest.mark.parametrize("event", ON_THE_PAGE, ids=lambda event: event.event)
def test_return_is_in_doubt_where_microsoft_warns_and_no_longer_once_it_is_back(
    event: Event,
) -> None:
    warned = {number_of_loss(loss) for loss in event.at_once}
    told = events.TOLD[event.event]
    walk = Walk(event.start[0], event.commands)
    assert walk.warned == (warned if "warning" in told else set())
    if event.remedies:
        deploys = 'the customer deploys the model "legal-en-de"'
        back = Walk(event.start[0], [*event.commands, *event.remedies, deploys])
        assert back.warned <= {number_of_loss("documents")}


def test_whatever_is_back_by_a_request_has_a_basis() -> None:
    shown = 0
    for answer in tables().data["answers"]:
        for _, number in answer["back"]:
            grounds = tables().data["grounds"][number]
            assert grounds["basis"] in tables().data["weakest_first"]
            assert grounds["requirements"]
            shown += 1
    assert shown


def told_in(row: Row) -> dict[str, str]:
    """The words that stand in place of sentences in a state, by sentence."""
    found: dict[str, str] = {}
    for place in tables().data["places"]:
        for number, says, _ in tables().data["insteads"][tables().ask(place["instead"], row)]:
            found[tables().sentences[number]] = says
    return found


def test_words_stand_only_in_place_of_sentences_that_are_shown() -> None:
    told: set[str] = set()
    for row in chart().states:
        shown = set(tables().facts(row))
        for place in tables().data["places"]:
            is_there, *_ = tables().data["looks"][tables().ask(place["look"], row)]
            if not is_there:
                shown.add(tables().sentences[place["is_not"]])
        assert set(told_in(row)) <= shown
        told |= set(told_in(row))
    assert len(told) == len(data("causes")["what-if"]["instead"])


CMK = "kv-prod/cmk-2048"


def test_state_never_says_access_without_effect_nor_a_key_missing_that_can_come_back() -> None:
    rbac = 'the vault "kv-prod" uses Azure RBAC'
    access = '"translator-prod" has access to the keys of "kv-prod"'
    missing = 'the key "cmk-2048" of "kv-prod" does not exist'
    deleted = 'the vault "kv-prod" is deleted'
    for row, state in chart().states.items():
        shown = set(tables().facts(row))
        assert (access in told_in(row)) == ({rbac, access} <= shown)
        world = MACHINE.world(state)
        is_kept = world.has(Key, CMK) and world.entity(Key, CMK).state == "active"
        assert (missing in told_in(row)) == (is_kept and deleted in shown)


def test_data_and_models_of_a_purged_vault_are_lost_by_an_assumption_that_is_named() -> None:
    purge = next(event for event in CAUSES if event.tried)
    walk = Walk(purge.start[0], purge.commands)
    for loss in ("models", "data"):
        found = walk.grounds_for_good(loss)
        assert found is not None
        names = [tables().data["requirements"][number]["id"] for number in found["requirements"]]
        assert found["basis"] == "assumed"
        assert "keys.change" in names
        assert found["weakest"] == purge.afterwards[loss].weakest


def test_documents_alone_never_come_back_where_nothing_is_purged_and_the_resource_is_there() -> (
    None
):
    never_back: set[str] = set()
    for row, state in chart().states.items():
        world = MACHINE.world(state)
        kept = [each.state == "active" for each in world.every(Resource)]
        kept += [each.state != "purged" for kind in (Vault, Key) for each in world.every(kind)]
        if not all(kept):
            continue
        for_good = tables().ask(tables().data["for_good"], row)
        for bit, loss in enumerate(tables().data["losses"]):
            if for_good >> bit & 1:
                never_back.add(tables().sentences[loss["there"]])
    assert never_back == {'the document "contracts" is kept'}


def test_nothing_is_surely_gone_for_good_by_a_request_that_azure_can_undo() -> None:
    number = number_of('the customer deletes the resource "translator-prod"')
    bases = set()
    for row in chart().states:
        answers = tables().data["commands"][number]["answer"]
        answer = tables().data["answers"][tables().ask(answers, row)]
        for _, grounds in answer["for_good"]:
            bases.add(tables().data["grounds"][grounds]["basis"])
    assert bases == {"assumed"}


def test_a_start_has_the_grounds_of_what_is_lost_for_good_on_its_way() -> None:
    for start in tables().data["starts"]:
        bits = tables().ask(tables().data["for_good"], tuple(start["row"]))
        for_good = {loss for loss in range(len(tables().data["losses"])) if bits >> loss & 1}
        assert {loss for loss, _ in start["for_good"]} == for_good, start["name"]


GRANTS = 'the customer grants "translator-prod" access to the keys of "kv-prod"'
ENABLES = (
    'the customer enables customer-managed keys for "translator-prod" with the key "cmk-2048" '
    'of "kv-prod" through the portal'
)


WAYS_BACK = {
    "grant": ('the customer enables the managed identity of "translator-prod"', GRANTS),
    "enable": (ENABLES,),
}

DISABLES_IDENTITY = 'the customer disables the managed identity of "translator-prod"'
REVOKES = 'the customer revokes the access of "translator-prod" to the keys of "kv-prod"'


@pytest.mark.parametrize("way_back", WAYS_BACK)
def test_a_way_back_names_what_does_not_come_back_with_its_sentence(way_back: str) -> None:
    *before, last = WAYS_BACK[way_back]
    start = "a deployed model under customer-managed keys"
    found = Walk(start, (DISABLES_IDENTITY, *before)).besides(last)
    assert found["restoration.no-redeploy"] == ["S34"]
    assert found["restoration.uploads-stay-deleted"] == []
    assert "restoration.no-redeploy-otherwise" not in found


def test_a_way_back_after_a_move_names_no_sentence_on_an_identity_that_was_disabled() -> None:
    """The identity is off there, and nobody disabled it."""
    moves = 'the customer moves the subscription "production" to the tenant "abroad"'
    found = Walk("a deployed model under customer-managed keys", (moves,)).besides(ENABLES)
    assert "restoration.no-redeploy-otherwise" in found
    assert "restoration.no-redeploy" not in found
    assert not any("S34" in stated for stated in found.values())


@pytest.mark.parametrize("begins_after_the_loss", [False, True])
def test_a_grant_that_follows_a_revocation_names_no_sentence_on_the_identity(
    begins_after_the_loss: bool,
) -> None:
    if begins_after_the_loss:
        walk = Walk("the access to the key has been revoked", ())
    else:
        walk = Walk("a deployed model under customer-managed keys", (REVOKES,))
    found = walk.besides(GRANTS)
    assert "restoration.no-redeploy-otherwise" in found
    assert "restoration.no-redeploy" not in found
    assert not any("S34" in stated for stated in found.values())


def test_whatever_is_lost_has_a_basis_and_something_that_it_rests_on() -> None:
    of_losses: set[int] = set()
    for answer in tables().data["answers"]:
        of_losses.update(number for _, number in answer["lost"] + answer["for_good"])
    assert of_losses
    for number in of_losses:
        grounds = tables().data["grounds"][number]
        assert grounds["basis"] in tables().data["weakest_first"]
        assert grounds["requirements"]
        if grounds["basis"] == "stated":
            assert grounds["statements"]


@pytest.mark.parametrize("lacking", [None, "vault.same-region-refused"])
def test_page_names_the_demands_and_silences_that_no_request_of_it_meets(
    lacking: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = []
    met: set[str] = set()
    for written, outcome in zip(tables().data["outcomes"], tables().outcomes, strict=True):
        if lacking in outcome["requirements"]:
            continue
        kept.append(written)
        if outcome["outcome"] != "accepted":
            met.update(outcome["requirements"])
    monkeypatch.setattr(explorer, "what_if_tables", lambda: tables().data | {"outcomes": kept})
    text = page(content_of(None), "decide/what-if.md")
    named = text.partition("No request of this page meets")[2].partition("\n")[0]
    demands = {each.id for each in REGISTER.values() if each.kind in ("demand", "silence")}
    assert {name for name in REGISTER if f"#{name})" in named} == demands - met
    assert lacking is None or lacking in named


@pytest.mark.parametrize("requirement", ["environment.create-resource", "environment.create-vault"])
def test_broken_model_has_tables_too(requirement: str) -> None:
    broken = Machine(row for row in ROWS if row.requirement != requirement)
    found = WrittenTables(charted(WHAT_IF, broken), REGISTER).as_json()
    assert 0 < len(found["losses"]) < len(tables().data["losses"])


# Diagrams

GRID = [(a, b, c) for a in range(4) for b in range(3) for c in range(5)]


@given(
    some.lists(some.integers(0, 3), min_size=len(GRID), max_size=len(GRID)),
    some.sets(some.sampled_from(GRID), min_size=1),
)
def test_diagram_answers_as_its_function(
    answers: list[int], known: set[tuple[int, int, int]]
) -> None:
    rows = sorted(known)
    expected = answers[: len(rows)]
    diagrams = Diagrams(rows)
    reference = diagrams.add(expected)
    assert [answer(nodes_of(diagrams.nodes), reference, row) for row in rows] == expected


def test_diagram_asks_for_no_more_than_its_function_depends_on_and_shares_its_nodes() -> None:
    diagrams = Diagrams(GRID)
    assert diagrams.add([7] * len(GRID)) == 7
    assert list(diagrams.nodes) == []
    one = diagrams.add([int(b == 1) for _, b, _ in GRID])
    assert list(diagrams.nodes) == [(1, 0, 1, 1)]
    assert diagrams.add([int(b == 1) for _, b, _ in GRID]) == one
