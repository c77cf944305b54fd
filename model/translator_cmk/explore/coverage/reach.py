"""Coverage of sequences of commands beside all that can be covered in bounded worlds: as data, and as a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ...machine import DEFAULT_STAGE, Accepted, Outcome, Refused, Unspecified, initial
from ...requirements import TOPICS
from ..graph import Graph, labelled_graph
from ..row_sources import row_sources
from ..scopes import Commands, Scope, start_of
from .decisions import (
    Condition,
    Evaluation,
    Recording,
    StepRecord,
    decisions,
    every_condition,
    row_applies,
    shown,
    values,
)


class Reach:
    """How decisions went, the refusals, and the pairs of topics and of rows in successive steps."""

    def __init__(self) -> None:
        self.evaluations: set[Evaluation] = set()
        self.refusals: set[frozenset[str]] = set()
        self.topic_pairs: set[frozenset[str]] = set()
        self.row_pairs: set[tuple[int, int]] = set()

    @property
    def rows(self) -> set[int]:
        """Return the rows that applied, by number."""
        return {decisions()[each.decision].row for each in self.evaluations if row_applies(each)}

    @property
    def reasons(self) -> set[str]:
        """Return the single demands that something was refused for."""
        return set[str]().union(*self.refusals)

    def add(self, record: StepRecord) -> None:
        """Return a step."""
        self.evaluations |= record.evaluations
        if isinstance(record.outcome, Refused):
            self.refusals.add(record.outcome.because)

    def add_succession(self, before: StepRecord, moved: bool, after: StepRecord) -> None:
        """Return two steps of which the one follows the other; whether the first led to another state.

        Two topics meet where a row of the one changed something, and a row of the other applies right after.
        """
        self.row_pairs.update((one, other) for one in before.applied for other in after.applied)
        if moved:
            following = topics_of(after.outcome)
            pairs = (frozenset((one, other)) for one in topics_of(before.outcome) for other in following)
            self.topic_pairs.update(pair for pair in pairs if len(pair) == 2)

    def add_all(self, other: "Reach") -> None:
        """Add everything that another has reached."""
        self.evaluations |= other.evaluations
        self.refusals |= other.refusals
        self.topic_pairs |= other.topic_pairs
        self.row_pairs |= other.row_pairs


def topics_of(outcome: Outcome) -> set[str]:
    """Return the topics of the requirements that an outcome names."""
    match outcome:
        case Accepted(by=ids):
            named = ids
        case Refused(because=ids):
            named = ids
        case Unspecified(silent=ids):
            named = ids
    return {name.partition(".")[0] for name in named}


class Worlds(NamedTuple):
    """The recorded graphs of scopes, by name, and all that there is in them."""

    recording: Recording
    graphs: dict[str, Graph[StepRecord]]
    everything: Reach


def worlds(scopes: Iterable[Scope]) -> Worlds:
    """Search these scopes."""
    recording = Recording()
    everything = Reach()
    graphs: dict[str, Graph[StepRecord]] = {}
    for scope in scopes:
        graph = labelled_graph(scope, start_of(scope, recording.machine), recording.step)
        graphs[scope.name] = graph
        everything.add_all(all_of(graph, recording))
    return Worlds(recording, graphs, everything)


def all_of(graph: Graph[StepRecord], recording: Recording) -> Reach:
    """Return all that there is in a scope."""
    reach = Reach()
    for state in range(graph.states):
        reach.evaluations |= recording.observe(graph.state(state))
    for record in graph.labels:
        reach.add(record)
    for before, moved, after in successions(graph):
        reach.add_succession(graph.labels[before], moved, graph.labels[after])
    return reach


def successions(graph: Graph[StepRecord]) -> set[tuple[int, bool, int]]:
    """Return the labels of every two steps that can follow each other, and whether the first leads to another state."""
    into: list[set[tuple[int, bool]]] = [set() for _ in range(graph.states)]
    out: list[set[int]] = [set() for _ in range(graph.states)]
    for state in range(graph.states):
        for pair in graph.of(state):
            out[state].add(pair.label)
            if not isinstance(graph.labels[pair.label].outcome, Unspecified):
                into[pair.after].add((pair.label, pair.after != state))
    return {(*before, after) for ones, others in zip(into, out, strict=True) for before in ones for after in others}


def reached(worlds: Worlds, sequences: Iterable[Commands]) -> Reach:
    """Return what the sequences cover, each from a reset to the default stage, with all read after each step."""
    reach = Reach()
    added: set[tuple[int, bool, int]] = set()  # identities of results
    for commands in sequences:
        state, before, moved = initial(DEFAULT_STAGE), None, False
        reach.evaluations |= worlds.recording.observe(state)
        for command in commands:
            after, record = worlds.recording.step(state, command)
            if (succession := (id(before), moved, id(record))) not in added:
                added.add(succession)
                reach.add(record)
                if before is not None:
                    reach.add_succession(before, moved, record)
            before, moved = record, after != state
            if moved:
                state = after
                reach.evaluations |= worlds.recording.observe(state)
    return reach


class Walked(NamedTuple):
    """Evidence of one kind: what it is called, what it is, how many sequences and commands, and what they reached."""

    name: str
    sentence: str
    sequences: int
    commands: int
    reach: Reach


def as_data(worlds: Worlds, evidence: Sequence[Walked]) -> dict[str, Any]:
    """Return the reach of each kind of evidence, and of all of them together."""
    everything = worlds.everything
    all_reach = Reach()
    for each in evidence:
        all_reach.add_all(each.reach)
    return {
        "infeasible": [
            {"place": each.place, "condition": each.text, "because": reason}
            for each, reason in infeasible(everything).items()
        ],
        "evidence": [
            {
                "name": each.name,
                "sentence": each.sentence,
                "sequences": each.sequences,
                "commands": each.commands,
                "reached": reached_data(everything, each.reach),
            }
            for each in evidence
        ],
        "together": reached_data(everything, all_reach),
    }


def reached_data(everything: Reach, reach: Reach) -> dict[str, Any]:
    """Return the count reached of each thing, with the names of the missing ones where they are few."""
    feasible = shown(everything.evaluations)
    rows = {number: f"{source.row.requirement} ({source.place})" for number, source in enumerate(row_sources())}
    topics = [frozenset(pair) for pair in combinations(TOPICS, 2)]
    return {
        "rows": listed(rows.keys(), reach.rows, lambda number: rows[number]),
        "reasons": listed(sorted(everything.reasons), reach.reasons, str),
        "refusals": counted(everything.refusals, reach.refusals),
        "conditions": listed(sorted(feasible), shown(reach.evaluations), lambda each: f"{each.text} ({each.place})"),
        "topic_pairs": listed(topics, reach.topic_pairs, lambda pair: " and ".join(sorted(pair))),
        "row_pairs": counted(everything.row_pairs, reach.row_pairs),
    }


def counted(there: Iterable[Any], reached: Iterable[Any]) -> dict[str, Any]:
    """Return how many of all were reached."""
    there = set(there)
    return {"reached": len(there.intersection(reached)), "of": len(there)}


def listed(there: Iterable[Any], reached: Any, name: Any) -> dict[str, Any]:
    """Return the same, with the names of what was not."""
    there = list(there)
    return counted(there, reached) | {"missing": [name(each) for each in there if each not in reached]}


def infeasible(everything: Reach) -> Mapping[Condition, str]:
    """Return the conditions that nothing in the scopes shows to decide by themselves, each with what there is of it."""
    possible = shown(everything.evaluations)
    return {each: why_not(each, everything) for each in every_condition() if each not in possible}


def why_not(condition: Condition, everything: Reach) -> str:
    """Return why a condition cannot be shown to decide."""
    had = values(condition, everything.evaluations)
    if not had:
        return "it is never asked"
    if len(had) == 1:
        return f"it is always {str(had.pop()).lower()} where it is asked"
    return "it never decides by itself"


TITLES = {
    "rows": "rows",
    "reasons": "reasons for a refusal",
    "refusals": "sets of reasons",
    "conditions": "conditions that decide (MC/DC)",
    "topic_pairs": "pairs of topics in successive steps",
    "row_pairs": "pairs of rows in successive steps",
}


def table(data: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield a line for each thing that can be reached, with the number for each kind of evidence, and for all together.

    The first line names the kinds.
    """
    columns = [(each["name"], each["reached"]) for each in data["evidence"]]
    columns.append(("together", data["together"]))
    yield ["", *(name for name, _ in columns)]
    for name, title in TITLES.items():
        yield [title, *(share(reached[name]) for _, reached in columns)]


def share(part: Mapping[str, Any]) -> str:
    """Return the share, rounded down, with the counts."""
    reached, of = part["reached"], part["of"]
    return f"{reached:,} of {of:,} ({100 * reached // of if of else 100}%)"
