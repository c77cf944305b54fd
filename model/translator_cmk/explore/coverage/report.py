"""What evidence reached beside all that there is: as data, and as a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ...requirements import TOPICS
from ..row_sources import row_sources
from .decisions import Condition, every_condition, shown, values
from .reach import Reach, Worlds


class Walked(NamedTuple):
    """Evidence of one kind: what it is called, what it is, how many sequences and commands, and what they reached."""

    name: str
    sentence: str
    sequences: int
    commands: int
    reach: Reach


def as_data(worlds: Worlds, evidence: Sequence[Walked]) -> dict[str, Any]:
    """Return the reach of each kind of evidence, and of all of them together."""
    everything = worlds.everything
    all_reach = Reach()
    for each in evidence:
        all_reach.add_all(each.reach)
    return {
        "infeasible": [
            {"place": each.place, "condition": each.text, "because": reason}
            for each, reason in infeasible(everything).items()
        ],
        "evidence": [
            {
                "name": each.name,
                "sentence": each.sentence,
                "sequences": each.sequences,
                "commands": each.commands,
                "reached": reached_data(everything, each.reach),
            }
            for each in evidence
        ],
        "together": reached_data(everything, all_reach),
    }


def reached_data(everything: Reach, reach: Reach) -> dict[str, Any]:
    """Return the count reached of each thing, with the names of the missing ones where they are few."""
    feasible = shown(everything.evaluations)
    rows = {number: f"{source.row.requirement} ({source.place})" for number, source in enumerate(row_sources())}
    topics = [frozenset(pair) for pair in combinations(TOPICS, 2)]
    return {
        "rows": listed(rows.keys(), reach.rows, lambda number: rows[number]),
        "reasons": listed(sorted(everything.reasons), reach.reasons, str),
        "refusals": counted(everything.refusals, reach.refusals),
        "conditions": listed(sorted(feasible), shown(reach.evaluations), lambda each: f"{each.text} ({each.place})"),
        "topic_pairs": listed(topics, reach.topic_pairs, lambda pair: " and ".join(sorted(pair))),
        "row_pairs": counted(everything.row_pairs, reach.row_pairs),
    }


def counted(there: Iterable[Any], reached: Iterable[Any]) -> dict[str, Any]:
    """Return how many of all were reached."""
    there = set(there)
    return {"reached": len(there.intersection(reached)), "of": len(there)}


def listed(there: Iterable[Any], reached: Any, name: Any) -> dict[str, Any]:
    """The same, with the names of what was not."""
    there = list(there)
    return counted(there, reached) | {"missing": [name(each) for each in there if each not in reached]}


def infeasible(everything: Reach) -> Mapping[Condition, str]:
    """The conditions that nothing in the scopes shows to decide by themselves, each with what there is of it."""
    possible = shown(everything.evaluations)
    return {each: why_not(each, everything) for each in every_condition() if each not in possible}


def why_not(condition: Condition, everything: Reach) -> str:
    """Why a condition cannot be shown to decide."""
    had = values(condition, everything.evaluations)
    if not had:
        return "it is never asked"
    if len(had) == 1:
        return f"it is always {str(had.pop()).lower()} where it is asked"
    return "it never decides by itself"


TITLES = {
    "rows": "rows",
    "reasons": "reasons for a refusal",
    "refusals": "sets of reasons",
    "conditions": "conditions that decide (MC/DC)",
    "topic_pairs": "pairs of topics in successive steps",
    "row_pairs": "pairs of rows in successive steps",
}


def table(data: Mapping[str, Any]) -> Iterator[list[str]]:
    """A line for each thing that can be reached: what it is, how many of each kind of evidence, and of all together.

    The first line names the kinds.
    """
    columns = [(each["name"], each["reached"]) for each in data["evidence"]]
    columns.append(("together", data["together"]))
    yield ["", *(name for name, _ in columns)]
    for name, title in TITLES.items():
        yield [title, *(share(reached[name]) for _, reached in columns)]


def share(part: Mapping[str, Any]) -> str:
    """Return the share, rounded down, with the counts."""
    reached, of = part["reached"], part["of"]
    return f"{reached:,} of {of:,} ({100 * reached // of if of else 100}%)"
