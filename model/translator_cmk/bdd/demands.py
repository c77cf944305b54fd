"""What an oracle demands of a scenario: all of it, some steps, or nothing.

A scenario is demanded if an oracle demands every Then, and that every Given is accepted: a system
that may refuse a Given may not get to the Then.  Where requirements are silent, a scenario may no
longer be demanded.  Then it rests on some of them, which are found by making fewer silent.

That is what is demanded of every system, whatever it does before the When.  What is demanded of one
system depends on what it has shown by then.  A scenario is demanded of *that* system if an oracle
demands it that has seen what the system answered and showed.
"""

from collections.abc import Collection, Iterable, Set
from copy import copy
from functools import cache, cached_property
from typing import Protocol

from ..language.declaration import Declaration
from ..language.facts import Fact
from ..machine import (
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    RowDefect,
    Unspecified,
)
from ..machine.rows import Means
from ..oracle import Exchange, Oracle, Predicate, oracle_for
from ..oracle.nondeterminism import TooManyStates
from ..oracle.profiles import REPEATS, machine_of
from ..oracle.transitions import transitions
from ..system import ModelSystem
from .assertions import Assertion, AssertionFailed, StepResult
from .feature_records import Pickle
from .vocabulary import commands_in, commands_of, facts_of, read_steps

EVERYTHING = Declaration("any", "any")
"""The declaration of a system that hides nothing and lacks nothing."""


@cache
def machine_without(silent: frozenset[str]) -> Machine:
    """Return the machine in which these requirements are silent.

    It is made once, since a machine keeps what it has found out.
    """
    return machine_of(silent)


class Answering(Protocol):
    """A system whose answers an oracle is to see."""

    def answer(self, command: Command, /) -> Exchange | None:
        """Return what it answers to the command and shows then; None if that is not known."""


class PrefixTree:
    """An oracle after a sequence of commands, and the same after each that begins with those.

    With a system, the oracle has seen what that answered and showed, but not yet of the last
    command.  Scenarios share their beginnings: situations are a few commands each, used again and
    again.  So sequences that begin alike are followed once as far as they do.
    """

    def __init__(
        self,
        oracle: Oracle,
        system: Answering | None = None,
        exchange: Exchange | None = None,
    ) -> None:
        self.oracle = oracle
        self.system = system
        self.exchange = exchange
        self.branches: dict[Command, PrefixTree] = {}

    def after(self, command: Command) -> "PrefixTree":
        """Return the tree of what follows this command.

        Raises `TooManyStates` and `RowDefect`.
        """
        branch = self.branches.get(command)
        if branch is None:
            branch = self._branch(command)
            self.branches[command] = branch
        return branch

    def _branch(self, command: Command) -> "PrefixTree":
        oracle = copy(self.seen)
        oracle.submit(command)
        if self.system is None:
            return PrefixTree(oracle)
        system = copy(self.system)
        return PrefixTree(oracle, system, system.answer(command))

    @cached_property
    def seen(self) -> Oracle:
        """The oracle once it has seen the answer to the last command, if that is known."""
        if self.exchange is None:
            return self.oracle
        oracle = copy(self.oracle)
        oracle.narrow(self.exchange.outcome, self.exchange.seen)
        return oracle


def demanded(tree: PrefixTree, pickle: Pickle) -> bool:
    """Return whether the oracle demands all that the scenario relies on.

    It does not if more is possible than can be followed, nor if rows contradict each other in it.
    """
    try:
        return steps_are_demanded(tree, pickle)
    except (TooManyStates, RowDefect):
        return False


def steps_are_demanded(tree: PrefixTree, pickle: Pickle) -> bool:
    """Return whether the oracle demands every Then, and that every Given is accepted.

    Raises `TooManyStates` and `RowDefect`.
    """
    for step in read_steps(pickle):
        meaning = step.meaning
        if isinstance(meaning, Fact | Assertion):
            then = meaning if isinstance(meaning, Fact) else demand_of(meaning, pickle)
            if not tree.oracle.demands(then):
                return False
            continue
        for command in commands_in(meaning):
            tree = tree.after(command)
            if step.kind == "given" and not tree.oracle.demands(Accepted()):
                return False
    return True


def demand_of(assertion: Assertion, pickle: Pickle) -> Outcome | Predicate:
    """Return the assertion in the form in which an oracle is asked about it."""
    # it is said of all possible transitions together, and a predicate is asked of each alone
    if assertion.kind == "not specified":
        return Unspecified(frozenset(pickle.requirements))
    # as a predicate it would not be demanded as long as anything is uncompared or open
    if assertion.kind == "accepted":
        return Accepted()
    facts = facts_of(pickle)

    def holds(before: Observation, outcome: Outcome, after: Observation) -> bool:
        # the oracle asks it of its own transitions, which hide nothing, whatever a system declares
        result = StepResult(outcome, before, after, pickle.requirements, facts, EVERYTHING)
        try:
            assertion.check(result)
        except AssertionFailed:
            return False
        return True

    return holds


# Of every system


@cache
def tree_without(silent: frozenset[str]) -> PrefixTree:
    """Return the tree in which these requirements are silent."""
    return PrefixTree(Oracle(machine_without(silent)))


def demanded_without(silent: Collection[str], pickle: Pickle) -> bool:
    """Return whether the scenario is demanded where these requirements are silent."""
    return demanded(tree_without(frozenset(silent)), pickle)


def is_contradicted(pickle: Pickle) -> bool:
    """Return whether the model does not demand a scenario, with nothing silent: none of the
    specification, in a kit without defects.

    If it does not, rows and scenarios contradict each other, and no verdict that rests on them
    means anything.
    """
    return not demanded_without((), pickle)


# Of one system, by what it has shown


class Recorded:
    """A system that answers as it was recorded to, and then no more."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self.exchanges = tuple(each for each in exchanges if each.command is not None)
        self.asked = 0

    def answer(self, _: Command, /) -> Exchange | None:
        """Return what was recorded of the command, if anything was."""
        if self.asked == len(self.exchanges):
            return None
        exchange = self.exchanges[self.asked]
        self.asked += 1
        return exchange


def demanded_of(
    pickle: Pickle,
    shown: Iterable[Exchange],
    silent: frozenset[str],
    declared: Declaration = EVERYTHING,
) -> bool:
    """Return whether the scenario is demanded of a system that answered and showed this.

    Of the When nothing of it is taken as given.
    """
    oracle = oracle_for(machine_without(silent), declared)
    oracle.reset(declared.stage)
    return demanded(PrefixTree(oracle, Recorded(shown)), pickle)


class AnsweringModel(ModelSystem):
    """The model as a system that answers."""

    def answer(self, command: Command, /) -> Exchange:
        """Return what the model answers to the command, and shows then."""
        outcome = self.submit(command)
        return Exchange(command, outcome, self.observe())


@cache
def tree_of_the_model(silent: frozenset[str]) -> PrefixTree:
    """Return the tree in which these requirements are silent, for a system that is the model."""
    return PrefixTree(oracle_for(machine_without(silent), EVERYTHING), AnsweringModel())


def demanded_of_the_model(silent: frozenset[str], pickle: Pickle) -> bool:
    """Return whether the scenario is demanded of a system that does as the model does."""
    return demanded(tree_of_the_model(silent), pickle)


# What it rests on


def relied_on(pickle: Pickle, silent: frozenset[str]) -> tuple[str, ...]:
    """Return the silent requirements that a scenario relies on.

    That a system may refuse what is so already matters only where it has done something else than
    the model before.  So it is named only where nothing else is.
    """
    return resting_on(pickle, silent - REPEATS) or resting_on(pickle, silent)


@cache
def resting_on(pickle: Pickle, silent: frozenset[str]) -> tuple[str, ...]:
    """Return the silent requirements that keep a scenario from being demanded.

    Each does so alone, or if none does, several do together, of which none can be left out.  A
    scenario that is demanded without them all rests on none.
    """
    if demanded_without(silent, pickle):
        return ()
    asked = sorted(asked_about(pickle, silent))
    alone = [requirement for requirement in asked if not demanded_without([requirement], pickle)]
    if alone:
        return tuple(alone)
    together = asked
    for requirement in asked:
        fewer = [other for other in together if other != requirement]
        if not demanded_without(fewer, pickle):
            together = fewer
    return tuple(together)


def asked_about(pickle: Pickle, silent: frozenset[str]) -> Set[str]:
    """Return the silent requirements that can matter to a scenario.

    These are those with a meaning, and those with a row that applies in it; all of them, if too
    much is possible to be followed.
    """
    oracle = Oracle(machine_without(silent))
    asked = {row.requirement for row in oracle.machine.rows if isinstance(row, Means)}
    try:
        for command in commands_of(pickle):
            for state in oracle.states:
                asked |= transitions(oracle.machine, state, command, oracle.limit).asked
            oracle.submit(command)
    except TooManyStates:
        return silent
    return asked & silent
