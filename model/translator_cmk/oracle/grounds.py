"""What a consequence rests on: a sentence of the article, or the weakest requirement behind it.

A consequence is what becomes of one thing, such as a document, by some commands: it is kept, lost,
back with the key, or back by hand.  Whoever shows a consequence, as pages, exports and findings on
plans do, asks here what the article says of it, and so all give the same answer.

*Rests on.*  A fate rests on a requirement if the model without its rows gives another fate, or the
model with the row of its mistake does.  So a fate rests on what does not happen too: that a
rotation loses nothing rests on `keys.rotation-keeps-data`, which has no row.

*The table first.*  A row of the table of consequences answers for a change if the commands are of
the kinds of its event, the fate is its fate, and the change rests on nothing else than the example
of the event does.  A document in a workspace from before customer-managed keys rests on more than
the example, so no row answers for it.

*Then the weakest.*  Where no row answers, the basis is the weakest of everything that the fate
rests on.  What Azure's documents say is weaker than anything of the article.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from ..language.sentences import read_command
from ..language.situations import situations
from ..machine import (
    COMMANDS,
    COUNTER_ROWS,
    DEFAULT_STAGE,
    REMEMBERING,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    RowDefect,
    State,
    Unspecified,
    initial,
)
from ..machine.commands import DeleteResource
from ..machine.entities import Document, Entity, Model, Workspace
from ..machine.memoised import Memoised
from ..machine.observation import OBSERVED_KINDS
from ..machine.rows import Row
from ..machine.world import World
from ..requirements import load_register
from ..requirements.consequences import Loss, TableEntry, load_consequences
from ..requirements.register import weakest_basis
from .attribution import Ids, in_order
from .nondeterminism import MISTAKES
from .profiles import MODEL

Commands = Sequence[Command]

WITH_MISTAKES = Machine((*REMEMBERING, *COUNTER_ROWS))
"""The model with the row of every mistake."""

LOSABLE_KINDS: dict[str, type[Entity]] = {kind.word: kind for kind in (Document, Model, Workspace)}
"""The kinds of things of which the table of consequences tells a loss, by their words."""

OBSERVED = {observed.kind: observed for observed in OBSERVED_KINDS}
"""What is seen of each kind."""

UNDONE_BY_AZURE_ALONE = (DeleteResource,)
"""Commands that Azure can undo for a while, and the model can't: it keeps a deleted account for 48
hours.  So it is assumed that what ends by one of them is gone for good.
"""


class Thing(NamedTuple):
    """One thing that can be lost."""

    loss: Loss
    name: str


class Grounds(NamedTuple):
    """What becomes of a thing, and what that rests on."""

    thing: Thing
    fate: str
    basis: str
    """What the article says of it: `stated`, or the weakest basis behind it; empty if it rests on
    nothing, as where the commands have nothing to do with the thing."""
    requirements: Ids
    """Those that say so."""
    given: Ids = ()
    """What it rests on besides in the model, such as that the event can happen at all."""
    row: TableEntry | None = None
    """The row of the table that answers, if one does."""

    @property
    def statements(self) -> tuple[str, ...]:
        """Return the sentences that say it or from which it follows, where a row has them."""
        return self.row.statements if self.row else ()

    @property
    def stated_in(self) -> tuple[str, ...]:
        """Return the sentences that say it in so many words."""
        return self.statements if self.basis == "stated" else ()


# The one answer


def grounds(state: State, commands: Commands, thing: Thing, remedies: Commands = ()) -> Grounds:
    """Return what becomes of a thing by commands from a state, and after remedies, and why."""
    fate, rests = fate_and_grounds(state, [*commands, *remedies], thing)
    if not rests:
        return Grounds(thing, fate, "", ())
    row = row_of(commands, remedies, thing.loss, fate, rests)
    if row is not None:
        given = tuple(name for name in rests if name not in row.requirements)
        return Grounds(thing, fate, row.basis, row.requirements, given, row)
    return Grounds(thing, fate, weakest_basis(rests, load_register()), rests)


def grounds_for_good(state: State, command: Command, thing: Thing) -> Grounds:
    """Return what it rests on that nothing brings a thing back after a command, by which it is
    lost, or its last way back is closed.

    That it is lost is less: what is stated to be deleted may still come back with the key.  So this
    has the rows of what comes after the remedies of an event, or of what was tried in vain.
    """
    row = row_without_return(command, thing.loss.loss)
    if row is not None:
        return Grounds(thing, "lost", row.basis, row.requirements, row=row)
    in_vain: list[Grounds] = []
    for event in load_consequences().events.values():
        if not event.remedies or kinds_of(read(event.commands)) != (type(command),):
            continue
        found = grounds(state, (command,), thing, read(event.remedies))
        if found.fate != "lost":
            continue
        if found.row is not None:
            return found
        in_vain.append(found)
    return in_vain[0] if in_vain else grounds(state, (command,), thing)


def basis_of_end(rests: Collection[str], command: Command) -> str:
    """Return the basis of what ends for good by a command, or loses its last way back, and of which
    the table of consequences has nothing: a key, for one.
    """
    if isinstance(command, UNDONE_BY_AZURE_ALONE):
        return "assumed"
    return weakest_basis(rests, load_register())


def intact_things(state: State) -> list[Thing]:
    """Return each thing that can be lost and is not."""
    world = MODEL.world(state)
    return [thing for thing in known_things(state) if is_intact(thing, world)]


def known_things(state: State) -> list[Thing]:
    """Return each thing that can be lost, or is."""
    found: list[Thing] = []
    for loss in load_consequences().losses.values():
        for name in sorted(state.tables[LOSABLE_KINDS[loss.kind]]):
            found.append(Thing(loss, name))
    return found


def row_of(
    commands: Commands, remedies: Commands, loss: Loss, fate: str, rests: Ids
) -> TableEntry | None:
    """Return the row of the table that answers for a change, if there is one."""
    happens = kinds_of(commands)
    then = kinds_of(remedies)
    for event in load_consequences().events.values():
        if happens != kinds_of(read(event.commands)):
            continue
        if then and then != kinds_of(read(event.remedies or event.tried)):
            continue
        row = (event.afterwards if then else event.at_once).get(loss.loss)
        if row is None or row.fate != fate:
            continue
        if set(rests) <= set(example_of(event.event, loss.loss, bool(then))[1]):
            return row
    return None


def row_without_return(command: Command, loss: str) -> TableEntry | None:
    """Return the row that says that nothing brings a thing back after a command, or None.

    That is of the event which ends by such a command, and for which remedies were tried in vain.
    """
    for event in load_consequences().events.values():
        if event.tried and kinds_of(read(event.commands))[-1] is type(command):
            return event.afterwards[loss]
    return None


def kinds_of(commands: Commands) -> tuple[type[Command], ...]:
    """Return the kinds of commands."""
    return tuple(type(command) for command in commands)


@cache
def example_of(event: str, loss: str, afterwards: bool) -> tuple[str, Ids]:
    """Return what becomes of a thing in the example of an event, and all that it rests on."""
    row = load_consequences().events[event]
    state = state_at_start(row.start)
    kind_of_loss = load_consequences().losses[loss]
    thing = Thing(kind_of_loss, kind_of_loss.example)
    remedies = read(row.remedies or row.tried) if afterwards else ()
    return fate_and_grounds(state, [*read(row.commands), *remedies], thing)


@cache
def state_at_start(start: tuple[str, ...]) -> State:
    """Return the state that a situation and the sentences after it lead to."""
    situation, *sentences = start
    commands = (*situations()[situation].commands, *read(tuple(sentences)))
    return carried_out(MODEL, initial(DEFAULT_STAGE), commands)


@cache
def read(sentences: tuple[str, ...]) -> tuple[Command, ...]:
    """Return the commands of sentences."""
    return tuple(read_command(sentence) for sentence in sentences)


# What becomes of a thing


def fate_and_grounds(state: State, commands: Commands, thing: Thing) -> tuple[str, Ids]:
    """Return what becomes of a thing, and every requirement that this rests on."""
    again = by_hand(thing)
    every = [*commands, *again]

    def fate(machine: Machine) -> str:
        return fate_in(machine, state, commands, thing, again)

    usual = fate(MODEL)
    rests = rests_on(fate, state, every)
    if usual != "kept" and not rests:
        # several ways lead there, of which each is enough
        rests = in_order(named_on_the_way(state, commands))
    return usual, rests


def fate_in(
    machine: Machine, state: State, commands: Commands, thing: Thing, again: Commands
) -> str:
    """Return what becomes of a thing in a machine; ``again`` may bring it back by hand."""
    was_lost = not is_intact(thing, machine.world(state))
    for command in commands:
        state, _ = step(machine, state, command)
        was_lost = was_lost or not is_intact(thing, machine.world(state))
    if is_intact(thing, machine.world(state)):
        return "back" if was_lost else "kept"
    if again and is_intact(thing, machine.world(carried_out(machine, state, again))):
        return "by-hand"
    return "lost"


def is_intact(thing: Thing, world: World) -> bool:
    """Return whether a thing is there and as it was."""
    kind = LOSABLE_KINDS[thing.loss.kind]
    if not world.has(kind, thing.name):
        return False
    observed = OBSERVED[kind]
    entity = world.entity(kind, thing.name)
    if not observed.shows(entity):
        return False
    seen = {"exists": True, **observed.view(entity)}
    return bool(seen[thing.loss.field] == thing.loss.intact)


def by_hand(thing: Thing) -> Commands:
    """Return what a customer may do to bring a thing back by hand."""
    if not thing.loss.by_hand:
        return ()
    return (COMMANDS[thing.loss.by_hand](thing.name),)


def carried_out(machine: Machine, state: State, commands: Iterable[Command]) -> State:
    """Return the state after the commands."""
    for command in commands:
        state, _ = step(machine, state, command)
    return state


def step(machine: Machine, state: State, command: Command) -> tuple[State, Outcome]:
    """Return the state after the command, and the outcome, as the machine does.

    Many questions are about the same command, and ask each machine, so what it answers is kept.
    """
    return kept_steps(machine).step(state, command)


@cache
def kept_steps(machine: Machine) -> Memoised[Command, Outcome]:
    """Return the steps of a machine that were taken so far."""
    return Memoised(machine.step)


# What an answer of the model rests on


def rests_on(ask: Callable[[Machine], Hashable], state: State, commands: Commands) -> Ids:
    """Return every requirement without which the model would answer otherwise.

    What is asked is about commands from a state.  A requirement that no outcome of them names has
    rows that had no effect, and a mistake that applies to none of them changes nothing.
    """
    usual = ask(MODEL)
    found: set[str] = set()
    for requirement in named_on_the_way(state, commands):
        if answers_otherwise(ask, model_without(requirement), usual):
            found.add(requirement)
    found |= mistakes_that_matter(ask, state, commands, found)
    return in_order(found)


def rests_on_view(state: State, command: Command, view: Callable[[World], Hashable]) -> Ids:
    """Return every requirement without which a view of the world after a command would be another;
    all that the outcome names, where several of them are each enough.
    """

    def ask(machine: Machine) -> Hashable:
        after, _ = step(machine, state, command)
        return view(machine.world(after))

    rests = rests_on(ask, state, (command,))
    return rests or tuple(named_on_the_way(state, (command,)))


def rests_on_what_is_not(
    ask: Callable[[Machine], Hashable], state: State, commands: Commands
) -> Ids:
    """Return every requirement whose mistake would make the model answer otherwise."""
    return in_order(mistakes_that_matter(ask, state, commands))


def mistakes_that_matter(
    ask: Callable[[Machine], Hashable],
    state: State,
    commands: Commands,
    known: Collection[str] = (),
) -> set[str]:
    """Return the requirements whose mistakes make the model answer otherwise, but for those that
    are known already.
    """
    mistakes = mistakes_on_the_way(state, commands)
    if not mistakes:
        return set()
    usual = ask(MODEL)
    found: set[str] = set()
    for row in mistakes:
        if row.requirement in known or row.requirement in found:
            continue
        if answers_otherwise(ask, mistaken(row), usual):
            found.add(row.requirement)
    return found


def answers_otherwise(
    ask: Callable[[Machine], Hashable], machine: Machine, usual: Hashable
) -> bool:
    """Return whether a model answers otherwise; its rows may also contradict each other."""
    try:
        return ask(machine) != usual
    except RowDefect:
        return True


def named_on_the_way(state: State, commands: Commands) -> list[str]:
    """Return the requirements that the outcomes of commands name."""
    named: dict[str, None] = {}
    for command in commands:
        state, outcome = step(MODEL, state, command)
        if isinstance(outcome, Accepted):
            named.update(dict.fromkeys(outcome.by))
        if isinstance(outcome, Refused):
            named.update(dict.fromkeys(outcome.because))
        if isinstance(outcome, Unspecified):
            # that the model leaves all as it is then is no more than a choice
            named.update(dict.fromkeys(outcome.silent))
    return list(named)


def mistakes_on_the_way(state: State, commands: Commands) -> list[Row]:
    """Return the mistakes that would apply somewhere on the way of the model."""
    found: dict[Row, None] = {}
    for command in commands:
        state, mistakes = KEPT_MISTAKES.step(state, command)
        found.update(dict.fromkeys(mistakes))
    return list(found)


def mistakes_at(state: State, command: Command) -> tuple[State, tuple[Row, ...]]:
    """Return the state after a command of the model, and the mistakes that would apply.

    The model with every mistake in it asks of each row that applies whether it is to.  No mistake
    ever is, so the way is that of the model.
    """
    mistakes: dict[Row, None] = {}

    def applies(row: Row, _: str) -> bool:
        if row not in MISTAKES:
            return True
        mistakes[row] = None
        return False

    after, _ = WITH_MISTAKES.step(state, command, applies)
    return after, tuple(mistakes)


KEPT_MISTAKES = Memoised(mistakes_at)


@cache
def model_without(requirement: str) -> Machine:
    """Return the model without the rows of a requirement."""
    return Machine(row for row in REMEMBERING if row.requirement != requirement)


@cache
def mistaken(row: Row) -> Machine:
    """Return the model with the row of a mistake."""
    return Machine((*REMEMBERING, row))
