"""Coverage of sequences of commands, and all that can be covered in bounded worlds."""

from collections.abc import Iterable
from typing import NamedTuple

from ...machine import DEFAULT_STAGE, Accepted, Outcome, Refused, Unspecified, initial
from ..alphabets import Commands
from ..graph import Graph, labelled_graph
from ..scope import start_of
from ..scopes import Scope
from .decisions import Evaluation, decisions, has_its_say
from .recording import Came, Recording


class Reach:
    """How decisions went, the refusals, and the pairs of topics and of rows in successive steps."""

    def __init__(self) -> None:
        self.evaluations: set[Evaluation] = set()
        self.refusals: set[frozenset[str]] = set()
        self.topic_pairs: set[frozenset[str]] = set()
        self.row_pairs: set[tuple[int, int]] = set()

    @property
    def rows(self) -> set[int]:
        """The rows that had their say, by number."""
        return {decisions()[each.decision].row for each in self.evaluations if has_its_say(each)}

    @property
    def reasons(self) -> set[str]:
        """The single demands that something was refused for."""
        return set[str]().union(*self.refusals)

    def add(self, came: Came) -> None:
        """A step."""
        self.evaluations |= came.evaluations
        if isinstance(came.outcome, Refused):
            self.refusals.add(came.outcome.because)

    def add_succession(self, before: Came, moved: bool, after: Came) -> None:
        """Two steps of which the one follows the other; whether the first led to another state.

        Two topics meet where a row of the one changed something, and a row of the other has its say right after.
        """
        self.row_pairs.update((one, other) for one in before.spoke for other in after.spoke)
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
    """The topics of the requirements that an outcome names."""
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
    graphs: dict[str, Graph[Came]]
    everything: Reach


def worlds(scopes: Iterable[Scope]) -> Worlds:
    """Search these scopes."""
    recording = Recording()
    everything = Reach()
    graphs: dict[str, Graph[Came]] = {}
    for scope in scopes:
        graph = labelled_graph(scope, start_of(scope, recording.machine), recording.step)
        graphs[scope.name] = graph
        everything.add_all(all_of(graph, recording))
    return Worlds(recording, graphs, everything)


def all_of(graph: Graph[Came], recording: Recording) -> Reach:
    """All that there is in a scope."""
    reach = Reach()
    for state in range(graph.states):
        reach.evaluations |= recording.observe(graph.state(state))
    for came in graph.labels:
        reach.add(came)
    for before, moved, after in successions(graph):
        reach.add_succession(graph.labels[before], moved, graph.labels[after])
    return reach


def successions(graph: Graph[Came]) -> set[tuple[int, bool, int]]:
    """The labels of every two steps that can follow each other, and whether the first leads to another state."""
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
            after, came = worlds.recording.step(state, command)
            if (succession := (id(before), moved, id(came))) not in added:
                added.add(succession)
                reach.add(came)
                if before is not None:
                    reach.add_succession(before, moved, came)
            before, moved = came, after != state
            if moved:
                state = after
                reach.evaluations |= worlds.recording.observe(state)
    return reach
