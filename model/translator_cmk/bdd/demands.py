"""What an oracle demands of a scenario: all of it, some steps, or nothing.

A scenario is demanded if an oracle demands every Then, and that every Given is accepted: a system
that may refuse a Given may not get to the Then.  Where requirements are silent, a scenario may no
longer be demanded.  Then it rests on some of them, which are found by making fewer silent.

That is what is demanded of every system, whatever it does before the When.  What is demanded of one
system depends on what it has shown by then.  A scenario is demanded of *that* system if an oracle
demands it that has seen what the system answered and showed.
"""

from collections.abc import Collection, Iterable, Iterator, Set
from copy import copy
from functools import cache, cached_property

from ..language.declaration import Declaration
from ..language.facts import Fact
from ..machine import (
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    RowsContradict,
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
from .vocabulary import ReadStep, commands_in, commands_of, facts_of, read_steps

EVERYTHING = Declaration("model", "any")
"""The declaration of a system that hides nothing and lacks nothing."""


@cache
def machine_without(silent: frozenset[str]) -> Machine:
    """Return the machine in which these requirements are silent.

    It is made once, since a machine keeps what it has found out.
    """
    return machine_of(silent)


class PrefixTree:
    """An oracle, and the same oracle after each sequence of commands that it was asked about.

    Scenarios share their beginnings: situations are a few commands each, used again and again.  So
    sequences that begin alike are followed once as far as they do.
    """

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.branches: dict[Command, PrefixTree] = {}

    def after(self, command: Command) -> "PrefixTree":
        """Return the tree of what follows this command; raises `TooManyStates`."""
        branch = self.branches.get(command)
        if branch is None:
            oracle = copy(self.oracle)
            oracle.submit(command)
            branch = PrefixTree(oracle)
            self.branches[command] = branch
        return branch


@cache
def tree_without(silent: frozenset[str]) -> PrefixTree:
    """Return the tree in which these requirements are silent."""
    return PrefixTree(Oracle(machine_without(silent)))


def demanded(tree: PrefixTree, pickle: Pickle) -> bool:
    """Return whether the oracle demands all that the scenario relies on; raises `TooManyStates`.

    Rows that contradict each other in it demand nothing.
    """
    for step in read_steps(pickle):
        meaning = step.meaning
        if isinstance(meaning, Fact | Assertion):
            then = meaning if isinstance(meaning, Fact) else demand_of(meaning, pickle)
            if not tree.oracle.demands(then):
                return False
            continue
        for command in commands_in(meaning):
            try:
                tree = tree.after(command)
            except RowsContradict:
                return False
            if step.kind == "given" and not tree.oracle.demands(Accepted()):
                return False
    return True


def demand_of(assertion: Assertion, pickle: Pickle) -> Outcome | Predicate:
    """Return the assertion in the form in which an oracle is asked about it."""
    if assertion.kind == "not specified":
        return Unspecified(frozenset(pickle.requirements))
    if assertion.kind == "accepted":
        return Accepted()
    facts = facts_of(pickle)

    def holds(before: Observation, outcome: Outcome, after: Observation) -> bool:
        result = StepResult(outcome, before, after, pickle.requirements, facts, EVERYTHING)
        try:
            assertion.check(result)
        except AssertionFailed:
            return False
        return True

    return holds


def demanded_of(
    pickle: Pickle,
    shown: Iterable[Exchange],
    silent: frozenset[str],
    declared: Declaration = EVERYTHING,
) -> bool:
    """Return whether the scenario is demanded of a system that answered and showed this.

    Of the When nothing of it is taken as given.  It is not demanded if more is possible than can be
    followed, nor if rows contradict each other in it.
    """
    oracle = oracle_for(machine_without(silent), declared)
    oracle.reset(declared.stage)
    answers = iter([exchange for exchange in shown if exchange.command is not None])
    try:
        return all(step_is_demanded(step, pickle, oracle, answers) for step in read_steps(pickle))
    except (TooManyStates, RowsContradict):
        return False


def step_is_demanded(
    step: ReadStep, pickle: Pickle, oracle: Oracle, answers: Iterator[Exchange]
) -> bool:
    """Return whether an oracle demands a Then, or that a Given is accepted, and take the step."""
    meaning = step.meaning
    if isinstance(meaning, Fact | Assertion):
        then = meaning if isinstance(meaning, Fact) else demand_of(meaning, pickle)
        return oracle.demands(then)
    for command in commands_in(meaning):
        oracle.submit(command)
        if step.kind != "given":
            continue
        if not oracle.demands(Accepted()):
            return False
        answer = next(answers, None)
        if answer is not None:
            oracle.narrow(answer.outcome, answer.seen)
    return True


class FollowedModel:
    """The model after a sequence of commands, and an oracle that was asked about them.

    The oracle has seen what the model answered and showed, but not yet of the last command.  As in
    a `PrefixTree`, sequences that begin alike are followed once as far as they do.
    """

    def __init__(self, model: ModelSystem, oracle: Oracle, outcome: Outcome) -> None:
        self.model = model
        self.oracle = oracle
        self.outcome = outcome
        self.branches: dict[Command, FollowedModel] = {}

    def after(self, command: Command) -> "FollowedModel":
        """Return what follows this command; raises `TooManyStates` and `RowsContradict`."""
        branch = self.branches.get(command)
        if branch is None:
            oracle = copy(self.seen)
            oracle.submit(command)
            model = copy(self.model)
            outcome = model.submit(command)
            branch = FollowedModel(model, oracle, outcome)
            self.branches[command] = branch
        return branch

    @cached_property
    def seen(self) -> Oracle:
        """The oracle once it has seen the last answer, and what the model shows after it."""
        oracle = copy(self.oracle)
        oracle.narrow(self.outcome, self.model.observe())
        return oracle


@cache
def followed_model(silent: frozenset[str]) -> FollowedModel:
    """Return the model and an oracle in which these requirements are silent, both at the start."""
    model = ModelSystem()
    model.reset()
    return FollowedModel(model, oracle_for(machine_without(silent), EVERYTHING), Accepted())


def demanded_of_the_model(silent: frozenset[str], pickle: Pickle) -> bool:
    """Return whether the scenario is demanded of a system that does as the model does.

    It is not if rows contradict each other in it.
    """
    here = followed_model(silent)
    try:
        for step in read_steps(pickle):
            meaning = step.meaning
            if isinstance(meaning, Fact | Assertion):
                then = meaning if isinstance(meaning, Fact) else demand_of(meaning, pickle)
                if not here.oracle.demands(then):
                    return False
                continue
            for command in commands_in(meaning):
                here = here.after(command)
                if step.kind == "given" and not here.oracle.demands(Accepted()):
                    return False
    except (TooManyStates, RowsContradict):
        return False
    return True


def undemanded(machine: Machine, pickles: Iterable[Pickle]) -> list[Pickle]:
    """Return every scenario that the machine does not demand.

    With nothing silent, the machine should demand them all.  If it does not, rows and scenarios
    contradict each other, and no verdict that rests on them means anything.
    """
    tree = PrefixTree(Oracle(machine))
    return [pickle for pickle in pickles if not demanded(tree, pickle)]


def demanded_without(silent: Collection[str], pickle: Pickle) -> bool:
    """Return whether the scenario is demanded where these requirements are silent."""
    return demanded(tree_without(frozenset(silent)), pickle)


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
