"""What commands come to in packed states, and what the entities look like, computed once for all that reads the same.

A step falls into parts that read little: how the command is answered, with every choice of silent rows, and, round by
round, what follows for each entity that this may concern.  Where silent rows have a say in what follows, the whole step
is taken in one.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ...machine import Accepted, Command, Machine, Outcome, RowsContradict, State
from ...machine.entities import KINDS, Entity
from ...machine.observation import SEEN
from ...machine.rows import Row, Silent, Whenever
from ...machine.step import ROUNDS, Response
from ...machine.world import Table, World, rewritten
from ...machine.writes import Writes
from ...oracle.nondeterminism import Possibility, Replay, possibilities
from ...oracle.observability import GONE, Projection, project
from ...oracle.observability import Name as Word
from ...oracle.transitions import steps, transitions_among
from ..engines.packing import Name
from .forks import Fork, Likeness
from .trees import Tree, Trees

VIEWS = {kind: (shows, view) for kind, shows, view in SEEN}

Change = tuple[Name, bool, tuple[str, ...]]
"""What changed: an entity, whether there was one before, and its fields."""


class Answer:
    """One way in which a command is answered by itself, with one choice of silent rows: what comes of it, what changes.

    ``following`` keeps what the changes may concern.
    """

    __slots__ = ("changes", "following", "move", "names", "outcome", "replay")

    def __init__(self, outcome: Outcome, replay: Replay, move: int = 0, changes: tuple[Change, ...] = ()) -> None:
        self.outcome = outcome
        self.replay = replay
        self.move = move
        self.changes = changes
        self.following: tuple[Tree, ...] = ()
        self.names = -1  # how many there were when that was found


class Answers(NamedTuple):
    """Every way in which a command is answered; ``forks`` keeps where they end, by what that adds to the state."""

    every: tuple[Answer, ...]
    forks: dict[tuple[int, ...], Fork]


class Answering(Tree):
    """How one command is answered: its results are `Answers`, or a `Fork` where nothing changes."""

    __slots__ = ("command",)

    def __init__(self, command: Command, function: Callable[[State, int], Any]) -> None:
        super().__init__(function)
        self.command = command


class Consequence(NamedTuple):
    """What follows at once for one entity: what to add to the packed state, and what changes."""

    move: int
    changes: tuple[Change, ...]


class SilenceHasASay(Exception):
    """Rows that are silent were asked, or write to each other's entities, so that a step can't be taken in parts."""


LEFT_OPEN = "left open"
"""The result of a function that cannot be computed without asking silent rows."""


class Speaking:
    """Lets rows hold that speak, and stops at a silent one."""

    def __init__(self, silent: frozenset[str]) -> None:
        self.silent = silent

    def __call__(self, row: Row, _: str) -> bool:
        if isinstance(row, Silent) or row.requirement in self.silent:
            raise SilenceHasASay
        return True


class Tabulation(Trees):
    """The steps and sights of a machine.  Any method raises `TooManyStates` beyond ``limit`` choices."""

    def __init__(self, machine: Machine, start: State, limit: int) -> None:
        self.machine = machine
        self.limit = limit
        self.visible: dict[Word, Tree] = {}  # what every entity looks like that can be seen in some state
        self._answers: dict[Command, Answering] = {}
        self._steps: dict[Command, Tree] = {}
        self._follows: dict[tuple[Name, frozenset[Whenever]], Tree] = {}
        self._following: dict[tuple[Change, ...], tuple[Tree, ...]] = {}
        self._pulled: dict[Change, dict[Name, list[Whenever]]] = {}
        self._followed: dict[type[Entity], Table] = {kind: {} for kind in KINDS}  # what something can follow for
        self._names = 0  # how many of these there are
        self._speaking = Speaking(machine.silent)
        super().__init__(start)

    def came(self, name: Name) -> None:
        """An entity that can be seen, or that something can follow for."""
        kind, local = name
        if kind in VIEWS:
            self.visible[kind.word, local] = Tree(partial(self._look, kind=kind, name=local))
        if kind in self.machine.whenever:
            self._names += 1
            self._followed[kind][local] = kind.start
            self._following.clear()
            self._pulled.clear()

    def answering(self, command: Command) -> Answering:
        """How the command is answered."""
        tree = self._answers.get(command)
        if tree is None:
            tree = self._answers[command] = Answering(command, partial(self._answer, command=command))
        return tree

    def fork(self, packed: int, answering: Answering) -> Fork:
        """What may come of a command that is answered like this."""
        found = answering.known.get(packed & answering.mask) or self.look_up(answering, packed)
        if isinstance(found, Fork):
            return found
        moves = []
        for answer in found.every:
            move = self._settle(packed, answer)
            if move is None:
                return self._whole(packed, answering.command)
            moves.append(move)
        key = tuple(moves)
        fork: Fork | None = found.forks.get(key)
        if fork is None:
            ends = [((move, each.outcome), each.replay) for move, each in zip(moves, found.every, strict=True)]
            fork = found.forks[key] = fork_of(ends)
        return fork

    def _whole(self, packed: int, command: Command) -> Fork:
        """What may come of a command, with every choice of silent rows in all that follows."""
        tree = self._steps.get(command)
        if tree is None:
            tree = self._steps[command] = Tree(partial(self._step, command=command))
        found: Fork = self.look_up(tree, packed)
        return found

    def _answer(self, state: State, packed: int, command: Command) -> Any:
        def respond(replay: Replay) -> Answer | None:
            try:
                answer = self.machine.respond(World(state.tables, self.machine.meanings, replay), command)
            except RowsContradict:
                if replay.answers:
                    return None  # as in a whole step
                raise
            if not isinstance(answer, Response):
                return Answer(answer, replay)
            outcome = Accepted(frozenset(answer.writes.by), tuple(answer.audit))
            written = [self._write(state, packed, name, each) for name, each in answer.writes.changes.items()]
            return Answer(outcome, replay, sum(move for move, _ in written), tuple(change for _, change in written))

        found = possibilities(respond, self.machine.silent, self.limit)
        every = tuple(answer for answer, _ in found if answer is not None)
        if any(each.changes for each in every):
            return Answers(every, {})
        return fork_of([((0, each.outcome), each.replay) for each in every])

    def _write(self, state: State, packed: int, name: Name, fields: dict[str, Any]) -> tuple[int, Change]:
        kind, local = name
        record = state.tables[kind].get(local)
        self.field(name)
        return self.move(packed, name, rewritten(kind, record, fields)), (name, record is not None, tuple(fields))

    def _settle(self, packed: int, answer: Answer) -> int | None:
        """What a command adds to the packed state in the end; None where silent rows have a say in what follows."""
        if not answer.changes:
            return 0
        if answer.names != self._names:
            answer.following, answer.names = self._after(answer.changes), self._names
        start, packed, trees = packed, packed + answer.move, answer.following
        for _ in range(ROUNDS):
            move = 0
            changes: list[Change] = []
            for tree in trees:
                found = tree.known.get(packed & tree.mask) or self.look_up(tree, packed)
                if found is LEFT_OPEN:
                    return None
                if found.changes:
                    move += found.move
                    changes += found.changes
            if not changes:
                return packed - start
            packed += move
            trees = self._after(tuple(changes))
        return None

    def _after(self, changes: tuple[Change, ...]) -> tuple[Tree, ...]:
        """What may follow from these changes: a function for each entity that they may concern."""
        found = self._following.get(changes)
        if found is not None:
            return found
        rows: dict[Name, dict[Whenever, None]] = {}
        for change in changes:
            if change not in self._pulled:
                self._pulled[change] = self._pull(*change)
            for name, pulled in self._pulled[change].items():
                rows.setdefault(name, {}).update(dict.fromkeys(pulled))
        found = tuple(self._follow_of(name, frozenset(pulled)) for name, pulled in rows.items())
        self._following[changes] = found
        return found

    def _pull(self, changed: Name, there: bool, fields: tuple[str, ...]) -> dict[Name, list[Whenever]]:
        """The rows that a change may concern, for each entity that they are about."""
        before = {kind: {changed[1]: ()} if there else {} for kind in KINDS}
        pulled: dict[Name, list[Whenever]] = {}
        world = World(self._followed, self.machine.meanings, None)
        for row, entity in self.machine.triggers.affected({changed: dict.fromkeys(fields)}, before, world):
            pulled.setdefault((row.about, entity.name), []).append(row)
        return pulled

    def _follow_of(self, name: Name, rows: frozenset[Whenever]) -> Tree:
        key = (name, rows)
        tree = self._follows.get(key)
        if tree is None:
            tree = self._follows[key] = Tree(partial(self._follow, name=name, rows=rows))
        return tree

    def _follow(self, state: State, packed: int, name: Name, rows: frozenset[Whenever]) -> Any:
        """A `Consequence` for the entity, or `LEFT_OPEN`."""
        kind, local = name
        if local not in state.tables[kind]:
            return Consequence(0, ())
        world = World(state.tables, self.machine.meanings, self._speaking)
        writes, entity = Writes(world), world.entity(kind, local)
        try:
            for row in rows:
                if row.when(entity) and world.applies(row, local):
                    then = row.then(entity)
                    if then.keys() - {name}:
                        return LEFT_OPEN
                    writes.add(row.requirement, then)
        except (SilenceHasASay, RowsContradict):
            return LEFT_OPEN
        if not writes.changes:
            return Consequence(0, ())
        move, change = self._write(state, packed, name, writes.changes[name])
        return Consequence(move, (change,))

    def _step(self, state: State, packed: int, command: Command) -> Fork:
        """The whole step, with every choice of silent rows."""
        found = steps(self.machine, state, command, self.limit)
        return fork_of([((self._moved(packed, after), outcome), replay) for (after, outcome), replay in found])

    def _moved(self, packed: int, after: State) -> int:
        """What to add to the packed state to make it the one after."""
        written: dict[Name, Any] = {}
        for kind, table in after.tables.items():
            recorded: Any = table
            written |= {(kind, name): record for name, record in recorded.written.items()}
        return sum(self.move(packed, name, record) for name, record in written.items())

    def _look(self, state: State, _: int, kind: type[Entity], name: str) -> Likeness:
        if name not in state.tables[kind]:
            return Likeness([GONE])
        found: list[Projection] = []
        look = partial(project, self.machine, state, kind, name, *VIEWS[kind])
        for seen, _replay in possibilities(look, self.machine.silent, self.limit):
            if seen not in found:
                found.append(seen)
        return Likeness(found)


def fork_of(ends: list[Possibility[tuple[Any, Outcome]]]) -> Fork:
    """The fork of the ways that end like this: with what each adds to the packed state, and what comes of it."""
    ways = transitions_among(0, ends)
    return Fork(((move, outcome) for _, move, outcome in ways.possible), ways.deciding)  # type: ignore[misc]  # a move
