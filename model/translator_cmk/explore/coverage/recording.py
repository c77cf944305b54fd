"""The article's machine, recorded: with what came of a step goes how each decision went that was made for it."""

from typing import NamedTuple

from ...machine import Command, Machine, Outcome, State
from ...machine.observation import SEEN
from ..graph import Graph, labelled_graph
from ..judge import EntityName
from ..memoised import Memoised
from ..scope import start_of
from ..scopes import Scope
from .decisions import Evaluation, decisions, has_its_say, noting_rows

VIEWS = {kind: (shows, view) for kind, shows, view in SEEN}


class Came(NamedTuple):
    """What came of a step, and how every decision went that was made on the way."""

    outcome: Outcome
    evaluations: frozenset[Evaluation]

    @property
    def spoke(self) -> frozenset[int]:
        """The rows that had their say, by number."""
        return frozenset(decisions()[each.decision].row for each in self.evaluations if has_its_say(each))


class Recording:
    """A machine whose decisions are recorded.  It takes no step twice that reads the same.

    What comes to the same is one object, and stays it, so that it can be told by its identity.
    """

    def __init__(self) -> None:
        self._noted: set[Evaluation] = set()
        self._came: dict[Came, Came] = {}
        self.machine = Machine(noting_rows(self._noted.add))
        self.step = Memoised(self._step).step
        self._look_at = Memoised(self._look).step

    def observe(self, state: State) -> frozenset[Evaluation]:
        """How the decisions go that are made for what a customer sees of the state."""
        looks = (EntityName(kind, name) for kind in VIEWS for name in state.tables[kind])
        return frozenset[Evaluation]().union(*(self._look_at(state, look)[1] for look in looks))

    def _step(self, state: State, command: Command) -> tuple[State, Came]:
        self._noted.clear()
        after, outcome = self.machine.step(state, command)
        came = Came(outcome, frozenset(self._noted))
        return after, self._came.setdefault(came, came)

    def _look(self, state: State, look: EntityName) -> tuple[State, frozenset[Evaluation]]:
        self._noted.clear()
        entity = self.machine.world(state).entity(look.kind, look.name)
        shows, view = VIEWS[look.kind]
        if shows(entity):
            view(entity)
        return state, frozenset(self._noted)


def recorded_graph(scope: Scope) -> Graph[Came]:
    """The graph of a scope, labelled with what came of each step and how decisions went."""
    recording = Recording()
    return labelled_graph(scope, start_of(scope, recording.machine), recording.step)
