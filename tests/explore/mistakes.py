"""Mistakes as changes of the article's rows, of two kinds.

Semantic mutants are mistakes that a careful author of a system could make.  One half was written by somebody who had
not read the features, before the scenarios that it measures.  An entry says the mistake in a sentence, the requirements
that it contradicts (if they are all assumed, it is one in the profile `full` alone), and at least one of these changes:

- ``row``: the rows of this name, or of several, as in `revocation.undeploys/whenever-Model`.  The functions beside it
  (``when``, ``unless``, ``then``, ``uses``) take the place of theirs, and may call `was`, the one that stood there.
  With none of them the rows are dropped.
- ``add``: a row that is added, or several.
- ``counter``: a requirement whose counter-rows are added: what is no longer refused is done then.

The functions are Python, with the names of commands, entities and the vocabulary of rows.

The others are for the theorems that no changed row of the article breaks: a row too many, or a machine that forgets.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from tests.command_line import tables
from tests.evidence.mutation import Mutant, make_mutant, mutants, row_name
from tests.machine.faulty import ChangesOnRefusal, NamesNoRequirement
from translator_cmk.bdd.features import Pickle, Step
from translator_cmk.explore.row_sources import PARTS, RowSource, row_sources
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

WORDS: dict[str, Any] = {}
for _module in (commands, entities, rows, meanings, conditions, updates):
    WORDS |= vars(_module)
FIELDS = {"mistake", "contradicts", "row", "add", "counter", *PARTS}


@cache
def semantic_mutants() -> tuple[Mutant, ...]:
    """Return the mutants of `semantic.yaml`; raises `ValueError` for an entry that changes nothing, or names no row."""
    return tuple(map(mutant_of, *tables(__file__, "semantic.yaml")))


def mutant_of(entry: dict[str, Any]) -> Mutant:
    """Return the article's rows with the change of an entry."""
    sources = [source for source in row_sources() if name_of(source.row) in entry.get("row", "").split()]
    added = evaluated(entry["add"]) if "add" in entry else ()
    if bool(sources) != ("row" in entry) or not (sources or added) or entry.keys() - FIELDS:
        raise ValueError(f"{entry['mistake']}: it names no row, changes nothing, or has an unknown field")
    new = {source.row: with_functions(source, entry) for source in sources}
    made = make_mutant(sources or [row_sources()[-1]], "semantic", new, entry.get("row", "no such row"), str(entry))
    more = (added,) if isinstance(added, Row) else added
    return made._replace(
        name=entry["mistake"],
        requirements=tuple(entry["contradicts"].split()),
        rows=(*made.rows, *more, *(row for row in COUNTER_ROWS if row.requirement == entry.get("counter"))),
        commands=None,
    )


def name_of(row: Row) -> str:
    """Return the name of a row: its requirement, its kind and what it is about."""
    return f"{row.requirement}/{row_name(row)}"


def with_functions(source: RowSource, entry: dict[str, Any]) -> tuple[Row, ...]:
    """Return the row with the functions of the entry in place of its own; none if the entry has none."""
    row: Any = source.row
    written = {part: evaluated(entry[part], was=getattr(row, part)) for part in PARTS if part in entry}
    return (row._replace(**written),) if written else ()


def evaluated(code: str, **names: Any) -> Any:
    """Return the value of Python code in the words of rows."""
    return eval(compile(code.strip(), "semantic.yaml", "eval"), {**WORDS, **names})


# Mistakes for theorems


class Mistake(NamedTuple):
    """The theorem that finds it, the scope that shows it, a sentence on it, and the machine that makes it."""

    theorem: str
    scope: str
    sentence: str
    machine: Callable[[], Machine]


class AcceptsWhatIsNotThere(Machine):
    """Accepts, without doing anything, what is asked of something that does not exist."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        return after, Accepted() if outcome == Refused(frozenset({"environment.exists"})) else outcome


class NamesAnotherRequirement(Machine):
    """Names with each acceptance a requirement that nothing rests on."""

    def step(self, state: State, command: Command, choose: Any = None) -> tuple[State, Outcome]:
        after, outcome = super().step(state, command, choose)
        if isinstance(outcome, Accepted):
            outcome = Accepted(outcome.by | {"vault.soft-delete-refused"}, outcome.audit)
        return after, outcome


WRONG_MACHINES: tuple[tuple[str, str, str, type[Machine]], ...] = (
    ("what-is-refused-changes-nothing", "losing-the-key", "A refusal turns identities off.", ChangesOnRefusal),
    ("what-changes-something-says-so", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "An acceptance names nothing.", NamesNoRequirement),
    ("an-acceptance-names-what-it-rests-on", "losing-the-key", "It names what has no row.", NamesAnotherRequirement),
    ("nothing-is-done-to-what-is-not-there", "losing-the-key", "Anything may not exist.", AcceptsWhatIsNotThere),
)

ADDED, SHORTEST = tables(__file__, "mistakes.yaml")
MISTAKES = (
    *(Mistake(theorem, scope, said, partial(machine, ROWS)) for theorem, scope, said, machine in WRONG_MACHINES),
    *(
        Mistake(each["theorem"], each["scope"], each["mistake"], partial(Machine, (*ROWS, evaluated(each["add"]))))
        for each in ADDED
    ),
)


# What tests of mutants and theorems share


def as_pickle(text: str) -> Pickle:
    """Return a scenario as features have it, ready to be run."""
    tags, _, *lines = text.splitlines()
    steps, kind = [], ""
    for number, line in enumerate(lines, start=3):
        keyword, _, text_of_step = line.strip().partition(" ")
        kind = kind if keyword == "And" else keyword.lower()
        steps.append(Step(keyword, kind, text_of_step, number))
    return Pickle("counterexample", "", "", 1, tuple(tag[1:] for tag in tags.split()), tuple(steps))


def the_mutant(requirement: str, kind: str, now: str = "") -> Mutant:
    """Return the first mutant of the requirement of this kind, with this text in its place."""
    return next(each for each in mutants() if each.requirement == requirement and each.kind == kind and now in each.now)
