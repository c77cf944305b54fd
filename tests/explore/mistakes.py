"""Mistakes as changes of the rows, of two kinds.

Semantic mutants are mistakes that a careful author of a system could make, in `semantic.yaml`. An
entry says the mistake in a sentence, the requirements that it contradicts (if they are all assumed,
it is one in the profile `full` alone), and at least one of these changes:

- `row`, the names of rows, with `when`, `unless`, `then` or `uses` in place of the function of that
  name, in which `was` is that function; without any of them the rows are dropped;
- `add`, rows that are added;
- `counter`, a requirement of which the counter-rows are added: what is no longer refused is done.

The functions are Python, with the names of commands, entities and the vocabulary of rows.

Mistakes for theorems are rows too many, in `mistakes.yaml`, and machines that are wrong themselves:
for the theorems that no changed row breaks.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from tests.command_line import tables
from tests.evidence.mutation import Mutant, make_mutant, mutants, row_name
from tests.evidence.row_functions import PARTS
from tests.machine.faulty import ChangesOnRefusal, NamesNoRequirement
from translator_cmk.bdd.feature_records import Pickle, Step
from translator_cmk.machine import (
    COUNTER_ROWS,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
    commands,
    conditions,
    entities,
    meanings,
    rows,
    updates,
)
from translator_cmk.machine.rows import Row
from translator_cmk.row_sources import RowSource, row_sources

WORDS: dict[str, Any] = {}
for _module in (commands, entities, rows, meanings, conditions, updates):
    WORDS |= vars(_module)


def evaluate(code: str, **names: Any) -> Any:
    """Return the value of Python code in the words of rows."""
    return eval(compile(code.strip(), "a mistake", "eval"), {**WORDS, **names})


# Semantic mutants

FIELDS = {"mistake", "contradicts", "row", "add", "counter", *PARTS}


@cache
def semantic_mutants() -> tuple[Mutant, ...]:
    """Return the mutants of `semantic.yaml`; raises `ValueError` for an entry that changes
    nothing.
    """
    [entries] = tables(__file__, "semantic.yaml")
    return tuple(mutant_of(entry) for entry in entries)


def mutant_of(entry: dict[str, Any]) -> Mutant:
    """Return the rows with the change of an entry; raises `ValueError` if it changes nothing."""
    names = entry.get("row", "").split()
    sources = [
        source
        for source in row_sources()
        if f"{source.row.requirement}/{row_name(source.row)}" in names
    ]
    added = added_rows(entry)
    names_no_row = "row" in entry and not sources
    if names_no_row or not (sources or added) or entry.keys() - FIELDS:
        raise ValueError(
            f"{entry['mistake']}: it names no row, changes nothing, or has an unknown field"
        )
    changed = {source.row: changed_rows(source, entry) for source in sources}
    mutant = make_mutant(
        sources or [row_sources()[-1]],
        "semantic",
        changed,
        entry.get("row", "no such row"),
        str(entry),
    )
    return mutant._replace(
        name=entry["mistake"],
        requirements=tuple(entry["contradicts"].split()),
        rows=(*mutant.rows, *added, *counter_rows(entry)),
        commands=None,
    )


def added_rows(entry: dict[str, Any]) -> tuple[Row, ...]:
    """Return the rows that an entry adds."""
    if "add" not in entry:
        return ()
    added = evaluate(entry["add"])
    return (added,) if isinstance(added, Row) else tuple(added)


def counter_rows(entry: dict[str, Any]) -> list[Row]:
    """Return the counter-rows that an entry adds."""
    return [row for row in COUNTER_ROWS if row.requirement == entry.get("counter")]


def changed_rows(source: RowSource, entry: dict[str, Any]) -> tuple[Row, ...]:
    """Return the row with the functions of the entry in place of its own; none if the entry has
    none.
    """
    row: Any = source.row
    functions = {}
    for part in PARTS:
        if part in entry:
            functions[part] = evaluate(entry[part], was=getattr(row, part))
    return (row._replace(**functions),) if functions else ()


# Mistakes for theorems


class Mistake(NamedTuple):
    """The theorem that finds it, the scope that shows it, a sentence on it, and the machine that
    makes it.
    """

    theorem: str
    scope: str
    sentence: str
    machine: Callable[[], Machine]


class AcceptsWhatIsNotThere(Machine):
    """Accepts, without doing anything, what is asked of something that does not exist."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if outcome == Refused(frozenset({"environment.exists"})):
            return after, Accepted()
        return after, outcome


class NamesAnotherRequirement(Machine):
    """Names with each acceptance a requirement that nothing rests on."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Accepted):
            return after, Accepted(outcome.by | {"vault.soft-delete-refused"}, outcome.audit)
        return after, outcome


WRONG_MACHINES: tuple[tuple[str, str, type[Machine]], ...] = (
    ("what-is-refused-changes-nothing", "A refusal turns identities off.", ChangesOnRefusal),
    ("what-changes-something-says-so", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "It names what has no row.", NamesAnotherRequirement),
    ("nothing-is-done-to-what-is-not-there", "Anything may not exist.", AcceptsWhatIsNotThere),
)

ADDED, SHORTEST = tables(__file__, "mistakes.yaml")


def with_row(code: str) -> Machine:
    """Return the machine of all rows and of one more."""
    return Machine((*ROWS, evaluate(code)))


def mistakes() -> list[Mistake]:
    """Return the mistakes for theorems."""
    found = []
    for theorem, sentence, machine in WRONG_MACHINES:
        found.append(Mistake(theorem, "losing-the-key", sentence, partial(machine, ROWS)))
    for entry in ADDED:
        found.append(
            Mistake(
                entry["theorem"], entry["scope"], entry["mistake"], partial(with_row, entry["add"])
            )
        )
    return found


MISTAKES = mistakes()


# What tests of mutants and theorems share


def as_pickle(text: str) -> Pickle:
    """Return a scenario as features have it, ready to be run."""
    tags, _, *lines = text.splitlines()
    steps = []
    kind = ""
    for number, line in enumerate(lines, start=3):
        keyword, _, step = line.strip().partition(" ")
        if keyword != "And":
            kind = keyword.lower()
        steps.append(Step(keyword, kind, step, number))
    requirements = tuple(tag.removeprefix("@") for tag in tags.split())
    return Pickle("counterexample", "", "", 1, requirements, tuple(steps))


def the_mutant(requirement: str, kind: str, now: str = "") -> Mutant:
    """Return the first mutant of the requirement of this kind, with this text in its place."""
    for mutant in mutants():
        if mutant.requirement == requirement and mutant.kind == kind and now in mutant.now:
            return mutant
    raise ValueError(f"no mutant of {requirement} is of the kind {kind} with {now!r}")
