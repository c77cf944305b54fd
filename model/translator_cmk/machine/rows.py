"""The five kinds of row that the article is written in.

Laws of the rows:
1. A row cites one requirement, and everything the machine does is some row.
2. A row's functions read the world as it was before anything of this round changed.  They reach
   it by attributes, by kinds of entity and by functions that they name, since what a row can read
   is found in its code (see `incremental`).
3. In the tables of `topics`, a row's functions are lambdas in its call, as pages show them.  What
   takes several steps is a function with a name, in `conditions`, `updates` or the topic, and the
   lambda calls it.
4. The order of rows carries no meaning.  Two rows never write one field differently in one round.
5. A cause never carries a loss: causes lead to a state, and each consequence of a state is one row,
   for any cause.
"""

from collections.abc import Callable
from typing import NamedTuple

from .commands import Command
from .entities import Entity
from .outcomes import KeyUse
from .state import Changes

Condition = Callable[..., bool]


def always(*_: object) -> bool:
    """Return true: the condition of a row that always applies."""
    return True


def nothing(*_: object) -> Changes:
    """Return no change: what a row writes that only records the use of a key."""
    return {}


class Meaning:
    """A named statement about one entity, such as *the key is inaccessible*.

    Rows of kind `Means` say when it is so.
    """

    def __init__(self, name: str, about: type[Entity]) -> None:
        self.name = name
        self.about = about

    def __call__(self, entity: Entity) -> bool:
        return entity.world.holds(self, entity)

    def __repr__(self) -> str:
        return self.name


class Refuse(NamedTuple):
    """A demand: where ``when`` holds, the command is refused unless ``unless`` holds."""

    on: type[Command]
    requirement: str
    unless: Condition
    when: Condition = always


class Effect(NamedTuple):
    """An effect of a command; with ``each``, on every entity of that kind.

    ``uses`` returns the use of a key that the command records, if any.
    """

    on: type[Command]
    requirement: str
    when: Condition = always
    then: Callable[..., Changes] = nothing
    each: type[Entity] | None = None
    uses: Callable[..., KeyUse | None] | None = None


class Means(NamedTuple):
    """One way in which something is so: a meaning holds of an entity where any of its rows does."""

    meaning: Meaning
    requirement: str
    when: Condition = always


class Whenever(NamedTuple):
    """A consequence of a state, regardless of its cause; said of one entity of one kind."""

    about: type[Entity]
    requirement: str
    when: Condition
    then: Callable[..., Changes]


class Silent(NamedTuple):
    """Where neither the article nor the specification says anything: the outcome is unspecified.

    The command may be refused, unless ``may_refuse`` is false, or do what other rows say.  Where
    ``free`` holds, it may do something else as well to the entities that it names, or with
    ``each``, to the entities of that kind of which ``free`` holds.
    """

    on: type[Command]
    requirement: str
    when: Condition
    free: Condition = always
    each: type[Entity] | None = None
    may_refuse: bool = True


Row = Refuse | Effect | Means | Whenever | Silent

# The kinds as verbs, for tables: what a row is about, its requirement, then its functions by name.
refuse = Refuse
effect = Effect
means = Means
whenever = Whenever
silent = Silent
