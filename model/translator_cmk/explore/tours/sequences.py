"""Test sequences: commands from a reset on, made from the state graph of a scope, for any system to be put through.

They hold what is asked of a system and nothing of what should come of it: whoever replays them has the oracle say that.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...language import WireError, command_from_wire, command_to_wire, from_text, stage_from_wire, stage_to_wire
from ...language.facts import difference
from ...language.gherkin import can_be_told, scenario_lines, sentence_title, steps, uses_in_words
from ...language.sentences import format_command, format_fact
from ...machine import DEFAULT_STAGE, ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, State, observe
from ...machine.rows import Effect
from ...requirements import Register
from ..coverage import TITLES, Recording, items_in, items_met, of_kind
from ..graph import Graph, Pair, state_graph
from ..scopes import Commands, Scope, givens
from .selection import select
from .tour import beginning, tour

LARGEST = 200_000
"""The most states of a scope that sequences are made from: its graph and a flow on it have to fit into memory."""


class TooLarge(ValueError):
    """The scope has more states than sequences are made from."""


class CommandSequence(NamedTuple):
    """A reset to the default stage, then these commands, of which the first ``start`` lead to the start of the scope.

    Its ``id`` is the name of the scope and a number, and stays the same as long as the specification does.
    """

    id: str
    commands: Commands
    start: int

    @property
    def steps(self) -> int:
        """Return the number of requests: the reset, and each command."""
        return 1 + len(self.commands)


class Suite(NamedTuple):
    """Sequences of one scope with what they guarantee, in one sentence.

    ``pairs`` counts the commands in states that they give, and ``lower_bound`` is the least number of steps for that,
    where it is known: no set of sequences gives every command in every state in fewer.
    """

    scope: Scope
    sequences: tuple[CommandSequence, ...]
    pairs: int
    steps: int
    lower_bound: int | None
    guarantee: str


def suite(scope: Scope, budget: int | None = None) -> Suite:
    """Return the sequences of a scope, with what they guarantee: a whole tour, or the best within a budget of steps.

    The whole tour gives every command in every state, those that are refused or change nothing included, in as few
    steps as can be.  A budget of steps, each a reset or a command, buys as many rows, reasons for refusals, conditions
    that decide, and pairs of rows in successive steps as a greedy choice finds.  Raises `TooLarge`, and `ValueError`
    for a budget of less than one step beyond the start of the scope.
    """
    if scope.states is None or scope.states > LARGEST:
        raise TooLarge(f"{scope.name} has {scope.states or 'unknown':,} states, and sequences need {LARGEST:,} at most")
    if budget is not None:
        return budgeted(scope, budget)
    graph = state_graph(scope)
    found = tour(graph)
    guarantee = (
        f"Each of the {graph.pairs:,} commands in states of the scope {scope.name} is given once at least, as long as "
        "the system goes where the full specification says: so one that shows after each step where it stands, and "
        "gives a wrong answer or goes to a wrong state anywhere in the scope, is found out."
    )
    return suite_of(graph, found.sequences, graph.pairs, found.lower_bound, guarantee)


def budgeted(scope: Scope, budget: int) -> Suite:
    """Return the sequences of the scope worth most within so many steps."""
    graph = Recording().graph(scope)
    if budget <= beginning(graph):
        raise ValueError(f"the start of {scope.name} takes {beginning(graph)} steps, so at least one more is needed")
    found = select(graph, budget)
    met, every = items_met(graph, found), items_in(graph)
    kinds = ("rows", "refusals", "conditions", "row_pairs")
    shares = [f"{len(of_kind(met, kind)):,} of {len(of_kind(every, kind)):,} {TITLES[kind]}" for kind in kinds]
    guarantee = (
        f"{', '.join(shares[:-1])} and {shares[-1]} that the scope {scope.name} has are met, as long as the system "
        "goes where the full specification says; nothing is guaranteed of the rest."
    )
    pairs = {(pair.state, pair.command) for sequence in found for pair in graph.along(sequence)}
    return suite_of(graph, found, len(pairs), None, guarantee)


def suite_of(
    graph: Graph[Any], found: Iterable[Iterable[int]], pairs: int, lower_bound: int | None, guarantee: str
) -> Suite:
    """Return sequences of numbers of commands, from the reset on and with their ids."""
    scope = graph.scope
    sequences = tuple(
        CommandSequence(f"{scope.name}/{number}", (*scope.start, *graph.commands(sequence)), len(scope.start))
        for number, sequence in enumerate(found, start=1)
    )
    return Suite(scope, sequences, pairs, sum(each.steps for each in sequences), lower_bound, guarantee)


def wire_lines(found: Iterable[CommandSequence]) -> Iterator[str]:
    """Yield the sequences as JSON lines, as `translator-cmk run` reads them; each begins with its stage: a reset."""
    stage = json.dumps({"stage": stage_to_wire(DEFAULT_STAGE)}, separators=(",", ":"))
    for sequence in found:
        yield stage
        for command in sequence.commands:
            yield json.dumps(command_to_wire(command), separators=(",", ":"))


class SequenceError(ValueError):
    """Sequences can't be read; the message names file, line and remedy."""


def read_sequences(path: Path) -> Iterator[Commands]:
    """Yield the sequences in a file of JSON lines, each from a reset to the default stage; raises `SequenceError`."""
    sequence: list[Command] = []
    started = False
    try:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            message = from_text(line, where)
            if isinstance(message, dict) and message.keys() == {"stage"}:
                if stage_from_wire(message["stage"], where) != DEFAULT_STAGE:
                    raise SequenceError(
                        f"{where}: another stage than the default one, on which the scopes are; leave it out"
                    )
                if started:
                    yield tuple(sequence)
                sequence, started = [], True
            else:
                sequence.append(command_from_wire(message, where))
                started = True
    except OSError as error:
        raise SequenceError(f"{path}: can't be read: {error.strerror}; name a file of JSON lines") from None
    except WireError as error:
        raise SequenceError(str(error)) from None
    if started:
        yield tuple(sequence)


def feature_lines(graph: Graph[Outcome], sequences: Iterable[CommandSequence], register: Register) -> Iterator[str]:
    """Yield a feature with a scenario for each command in a state that the sequences give, by rule."""
    by_rule: dict[str, list[Pair]] = {}
    for pair in pairs_of(graph, sequences):
        ids = shown(graph.labels[pair.label], graph.scope.alphabet[pair.command])
        by_rule.setdefault(ids[0], []).append(pair)
    yield f"Feature: Sequences of {graph.scope.name}"
    yield f"  {graph.scope.sentence}"
    machine = Machine(ROWS)
    for requirement in sorted(by_rule):
        yield ""
        yield f"  @{requirement}"
        yield f"  Rule: {register[requirement].title}"
        for pair in by_rule[requirement]:
            yield ""
            yield from (f"    {line}" for line in scenario(graph, pair, machine))


def pairs_of(graph: Graph[Outcome], sequences: Iterable[CommandSequence]) -> Iterator[Pair]:
    """Yield the commands in states that the sequences give, each once."""
    number = {command: number for number, command in enumerate(graph.scope.alphabet)}
    given: dict[Pair, None] = {}
    for sequence in sequences:
        given |= dict.fromkeys(graph.along(number[command] for command in sequence.commands[sequence.start :]))
    yield from given


def scenario(graph: Graph[Outcome], pair: Pair, machine: Machine) -> Iterator[str]:
    """Yield the scenario of a command in a state, line by line."""
    command, outcome = graph.scope.alphabet[pair.command], graph.labels[pair.label]
    sentence = format_command(command)
    given = steps("Given", givens(graph.scope, (*graph.scope.start, *graph.commands(graph.path(pair.state)))))
    then = list(thens(outcome, graph.state(pair.state), graph.state(pair.after), machine))
    title = f"{sentence_title(sentence)}, in state {pair.state}"
    return scenario_lines(title, given, sentence, then, shown(outcome, command)[1:])


def shown(outcome: Outcome, command: Command) -> list[str]:
    """Return the requirements that the outcome shows, or those that say what the command does where nothing changed."""
    match outcome:
        case Accepted(by=by):
            return sorted(
                by or {row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command)}
            )
        case Refused(because=because):
            return sorted(because)
    return sorted(outcome.silent)


def thens(outcome: Outcome, before: State, after: State, machine: Machine) -> Iterator[str]:
    """Yield the assertions on the command: all that can be seen of its result."""
    if isinstance(outcome, Refused):
        yield from ("the request is refused", "nothing has changed")
    elif isinstance(outcome, Accepted):
        yield "the request is accepted"
        yield from changes(observe(machine.world(before)), observe(machine.world(after)))
        yield from uses_in_words(outcome.audit)
    else:
        yield "what happens is not specified"


def changes(before: Observation, after: Observation) -> Iterator[str]:
    """Yield the changes that a sentence can state, and that nothing else changed where all are stated."""
    facts = [now for _, now in difference(before, after)]
    stated = [format_fact(fact) for fact in facts if can_be_told(fact)]
    yield from stated
    if not facts:
        yield "nothing has changed"
    elif len(stated) == len(facts):
        yield "nothing else has changed"
