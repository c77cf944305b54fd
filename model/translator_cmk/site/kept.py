"""Kept runs: results in docs/history/ without their steps, and what differs from one to the next."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..bdd.features import slug
from ..bdd.results import Results, load_results, write_results

FOLDER = Path("history")


class Run(NamedTuple):
    """A run that was kept, and the name of its file."""

    file: str
    results: Results


class Difference(NamedTuple):
    """What differs between two runs: ids that came and went, and those with another status, as it was and as it is."""

    added: Sequence[str]
    removed: Sequence[str]
    changed: Sequence[tuple[str, str, str]]


def load_kept(folder: Path) -> tuple[Run, ...]:
    """The kept runs, oldest first; raises `ResultsError`."""
    runs = (Run(path.name, load_results(path)) for path in sorted(folder.glob("*.json")))
    return tuple(sorted(runs, key=lambda run: (run.results.finished, run.file)))


def keep(results: Results, folder: Path) -> Path:
    """Write a run among the kept ones, without its steps; raises OSError."""
    path = folder / f"{results.finished.replace(':', '')}-{slug(results.subject)}.json"
    write_results(path, replace(results, items=tuple(replace(item, details=()) for item in results.items)))
    return path


def difference(before: Results, after: Results) -> Difference:
    """What differs from one run to another."""
    was = {(item.kind, item.id): item.status for item in before.items}
    now = {(item.kind, item.id): item.status for item in after.items}
    return Difference(
        added=[name for kind, name in now if (kind, name) not in was],
        removed=[name for kind, name in was if (kind, name) not in now],
        changed=[(key[1], was[key], now[key]) for key in now if key in was and was[key] != now[key]],
    )
