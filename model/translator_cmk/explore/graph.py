"""The state graph of a scope: its states by number, and where each command leads from each of them."""

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from ..machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Outcome, State, initial
from .alphabets import Commands
from .engines.remembering import Remembered
from .engines.stepwise import StartNotReached
from .engines.store import Store
from .scopes import Scope

Label = TypeVar("Label", bound=Hashable)

NOT_OFFERED = -1


class Pair(NamedTuple):
    """A command in a state, all by number: the state, the command, the state that it leads to, and its label."""

    state: int
    command: int
    after: int
    label: int


class Graph(Generic[Label]):
    """Every state of a scope, numbered by distance from its start, which is 0, and every command in each.

    A command is the number of its place in the alphabet of the scope.  A label says what came of a command: an outcome,
    and what else there is to say.  Of state `s` and command `c`, ``after`` and ``label`` have the successor and the
    number of the label at `s * width + c`; `NOT_OFFERED` stands where the scope does not have the command in the state.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.width = len(scope.alphabet)
        self.after = array("i")
        self.label = array("i")
        self.labels: list[Label] = []
        self.came = array("q")  # of each state: the pair it was found by, as one number; of the start: -1
        self._store = Store()
        self._found: list[bytes] = []
        self._numbers: dict[bytes, int] = {}

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self._found)

    @property
    def pairs(self) -> int:
        """How many pairs of a state and a command that the scope has in it."""
        return len(self.after) - self.after.count(NOT_OFFERED)

    def number(self, state: State) -> int | None:
        """The number of a state; None where it is none of the scope's."""
        return self._numbers.get(self._store.pack(state))

    def state(self, number: int) -> State:
        """The state of this number."""
        return self._store.unpack(self._found[number])

    def of(self, state: int) -> Iterator[Pair]:
        """Every command in a state."""
        first = state * self.width
        for command in range(self.width):
            after = self.after[first + command]
            if after != NOT_OFFERED:
                yield Pair(state, command, after, self.label[first + command])

    def offered(self, state: int, command: int) -> bool:
        """Whether the scope has the command in the state."""
        return self.after[state * self.width + command] != NOT_OFFERED

    def pair(self, state: int, command: int) -> Pair:
        """A command that the scope has in the state."""
        place = state * self.width + command
        return Pair(state, command, self.after[place], self.label[place])

    def way(self, state: int) -> tuple[int, ...]:
        """A shortest way from the start to the state, as numbers of commands."""
        way: list[int] = []
        while (came := self.came[state]) >= 0:
            state, command = divmod(came, self.width)
            way.append(command)
        return tuple(reversed(way))

    def commands(self, numbers: Iterable[int]) -> Commands:
        """The commands of these numbers."""
        return tuple(self.scope.alphabet[number] for number in numbers)

    def search(self, start: State, step: Callable[[State, Command], tuple[State, Label]]) -> None:
        """Find every state from this start on."""
        scope, pack, unpack = self.scope, self._store.pack, self._store.unpack
        found, numbers = self._found, self._numbers
        labels: dict[Label, int] = {}
        found.append(pack(start))
        numbers[found[0]] = 0
        self.came.append(-1)
        for at, packed in enumerate(found):
            state = unpack(packed)
            for number, command in enumerate(scope.alphabet):
                if not scope.offers(command, state):
                    self.after.append(NOT_OFFERED)
                    self.label.append(NOT_OFFERED)
                    continue
                after, label = step(state, command)
                self.label.append(labels.setdefault(label, len(labels)))
                if after is state:
                    self.after.append(at)
                    continue
                reached = pack(after)
                if reached not in numbers:
                    numbers[reached] = len(found)
                    found.append(reached)
                    self.came.append(at * self.width + number)
                self.after.append(numbers[reached])
        self.labels = list(labels)


def start_of(scope: Scope, machine: Machine) -> State:
    """The state in which the scope starts; raises `StartNotReached`."""
    state = initial(DEFAULT_STAGE)
    for command in scope.start:
        state, outcome = machine.step(state, command)
        if not isinstance(outcome, Accepted):
            raise StartNotReached(f"{scope.name}: {command} comes to {outcome}")
    return state


def state_graph(scope: Scope, machine: Machine | None = None) -> Graph[Outcome]:
    """The graph of a scope of the machine (of the article, unless another is given), labelled with outcomes.

    Raises `StartNotReached`.
    """
    machine = machine or Machine(ROWS)
    return labelled_graph(scope, start_of(scope, machine), machine.step)


def labelled_graph(scope: Scope, start: State, step: Callable[[State, Command], tuple[State, Label]]) -> Graph[Label]:
    """The graph that a pure step makes, which need not be a machine's own, from a start on."""
    graph: Graph[Label] = Graph(scope)
    graph.search(start, Remembered(step).step)
    return graph
