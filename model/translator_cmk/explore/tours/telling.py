"""Commands in states of a scope as a feature: each a scenario of its own, reached from the start by a shortest way."""

from collections.abc import Iterable, Iterator

from ...language.facts import difference
from ...language.gherkin import can_be_told, scenario_lines, sentence_title, steps, uses_in_words
from ...language.sentences import format_command, format_fact
from ...machine import ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, State, observe
from ...machine.rows import Effect
from ...requirements import Register
from ..alphabets import Commands
from ..graph import Graph, Pair
from ..scopes import Scope
from .sequences import CommandSequence


def feature_lines(graph: Graph[Outcome], sequences: Iterable[CommandSequence], register: Register) -> Iterator[str]:
    """A feature with a scenario for each command in a state that the sequences give, under the rule that it shows."""
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
    """The commands in states that the sequences give, each once."""
    number = {command: number for number, command in enumerate(graph.scope.alphabet)}
    given: set[tuple[int, int]] = set()
    for sequence in sequences:
        at = 0
        for command in sequence.commands[sequence.start :]:
            pair = graph.pair(at, number[command])
            if (at, pair.command) not in given:
                given.add((at, pair.command))
                yield pair
            at = pair.after


def scenario(graph: Graph[Outcome], pair: Pair, machine: Machine) -> Iterator[str]:
    """The scenario of a command in a state, line by line."""
    command, outcome = graph.scope.alphabet[pair.command], graph.labels[pair.label]
    told = format_command(command)
    given = steps("Given", givens(graph.scope, graph.commands(graph.path(pair.state))))
    then = list(thens(outcome, graph.state(pair.state), graph.state(pair.after), machine))
    title = f"{sentence_title(told)}, in state {pair.state}"
    return scenario_lines(title, given, told, then, shown(outcome, command)[1:])


def shown(outcome: Outcome, command: Command) -> list[str]:
    """The requirements that the outcome shows, or those that say what the command does where nothing changed."""
    match outcome:
        case Accepted(by=by):
            return sorted(
                by or {row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command)}
            )
        case Refused(because=because):
            return sorted(because)
    return sorted(outcome.silent)


def givens(scope: Scope, commands: Commands) -> list[str]:
    """The way to a state."""
    return [*([scope.situation] if scope.situation else []), *map(format_command, commands)]


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
    told = [format_fact(fact) for fact in facts if can_be_told(fact)]
    yield from told
    if not facts:
        yield "nothing has changed"
    elif len(told) == len(facts):
        yield "nothing else has changed"
