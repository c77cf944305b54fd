"""Results of a run: what `--results` writes and every badge is made from; the format is in results.schema.json."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..digest import REPORTED, digest
from ..files import write_json

FORMAT: Final = 1
KINDS: Final = ("scenario", "property", "theorem", "sequence", "mutants")
STATUSES: Final = ("passed", "failed", "not-run", "inconclusive", "not-applicable")
"""not-run: a starting point did not come about, or it was not selected or not reached.  inconclusive: the system or the
harness broke, so that nothing was learned.  not-applicable: it asks nothing of this system."""

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class ResultsError(ValueError):
    """A file of results can't be used; the message names the file and what to do."""


@dataclass(frozen=True)
class Item:
    """What came of one scenario, property, theorem, sequence or set of mutants."""

    id: str
    kind: str
    """One of KINDS."""
    requirements: tuple[str, ...]
    status: str
    """One of STATUSES."""
    seconds: float = 0.0
    reason: str | None = None
    """One line; there unless it passed."""
    name: str | None = None
    feature: str | None = None
    line: int | None = None
    """In the feature; of the row of examples, where there is one."""
    details: tuple[Mapping[str, Any], ...] = ()
    """Of a scenario: its steps as far as they were run, each with command, outcome and what changed."""


@dataclass(frozen=True)
class Results:
    """One run: what was run, against what, when, and what came of it."""

    digest: str
    """Of the specification that was run, as `translator_cmk.digest.digest` gives it."""
    versions: Mapping[str, str]
    subject: str
    """What was put to the test: `model`, or the name of a system."""
    profile: str
    selection: tuple[str, ...]
    """What the run was narrowed to, as given on the command line; empty for everything."""
    started: str
    finished: str
    """ISO 8601 in UTC, to the second."""
    complete: bool
    """Whether everything that was collected was run to its end."""
    items: tuple[Item, ...] = field(default=())


def is_stale(results: Results) -> bool:
    """Whether the specification has changed since the run."""
    return results.digest != digest(REPORTED)


def merge_items(results: Results, items: Iterable[Item]) -> Results:
    """The results with these items added; an item takes the place of one of the same kind and id."""
    merged = {(item.kind, item.id): item for item in (*results.items, *items)}
    return replace(results, items=tuple(merged.values()))


def write_results(path: Path, results: Results) -> None:
    """Writes the results as JSON, all of the file or nothing of it; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, as_json(results), sort_keys=True)


def as_json(results: Results) -> dict[str, Any]:
    """The results as JSON has them.  What is absent is left out: there are no nulls."""
    items = [{key: value for key, value in asdict(item).items() if value not in (None, ())} for item in results.items]
    for item in items:
        item.setdefault("requirements", ())
    return asdict(replace(results, items=())) | {"format": FORMAT, "items": items}


def load_results(path: Path) -> Results:
    """The results in a file; raises `ResultsError` where it is missing, unreadable or not in order."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: can't be read: {error.strerror}; run pytest with --results {path}") from None
    except UnicodeDecodeError as error:
        raise ResultsError(f"{path}: not UTF-8 at byte {error.start}; run the suite again") from None
    except json.JSONDecodeError as error:
        raise ResultsError(f"{path}:{error.lineno}: not JSON, or cut off: {error.msg}; run the suite again") from None
    except RecursionError:
        raise ResultsError(f"{path}: nested too deeply for results; run the suite again") from None
    try:
        return _results(_Object(content, "the file"))
    except _Wrong as wrong:
        raise ResultsError(f"{path}: {wrong}; run the suite again") from None


class _Wrong(Exception):
    """A value is not what the format has in its place."""


class _Object:
    """A JSON object that is read field by field."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise _Wrong(f"{where} is not a JSON object")
        self.value = value
        self.where = where

    def take(self, name: str, kind: type | tuple[type, ...], *default: Any) -> Any:
        """The value of a field, which must be of this type; where it is not there, the default, if one is given."""
        if name not in self.value and default:
            return default[0]
        found = self.value.get(name)
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            raise _Wrong(f"{self.where} has no {name}, or one of another type")
        return found

    def strings(self, name: str) -> tuple[str, ...]:
        found = self.take(name, list)
        if not all(isinstance(each, str) for each in found):
            raise _Wrong(f"{name} of {self.where} does not consist of strings")
        return tuple(found)

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        found: str = self.take(name, str)
        if not pattern.fullmatch(found):
            raise _Wrong(f"{self.where} has the {name} {found!r}")
        return found

    def only(self, names: Iterable[str]) -> None:
        if unknown := sorted(self.value.keys() - set(names)):
            raise _Wrong(f"{self.where} has the unknown field {unknown[0]!r}")


def _results(found: _Object) -> Results:
    if found.take("format", int) != FORMAT:
        raise _Wrong(f"written in format {found.value['format']}, and this version reads format {FORMAT}")
    found.only(("format", *Results.__dataclass_fields__))
    versions = found.take("versions", dict)
    if not all(isinstance(version, str) for version in versions.values()):
        raise _Wrong("versions does not consist of strings")
    items = tuple(_item(_Object(each, f"item {number}")) for number, each in enumerate(found.take("items", list), 1))
    seen: set[tuple[str, str]] = set()
    for item in items:
        if (item.kind, item.id) in seen:
            raise _Wrong(f"the {item.kind} {item.id!r} is there twice")
        seen.add((item.kind, item.id))
    return Results(
        digest=found.matching("digest", DIGEST),
        versions=versions,
        subject=found.take("subject", str),
        profile=found.take("profile", str),
        selection=found.strings("selection"),
        started=found.matching("started", TIME),
        finished=found.matching("finished", TIME),
        complete=found.take("complete", bool),
        items=items,
    )


def _item(found: _Object) -> Item:
    found.only(Item.__dataclass_fields__)
    kind, status = found.take("kind", str), found.take("status", str)
    if kind not in KINDS or status not in STATUSES:
        raise _Wrong(f"{found.where} has the kind {kind!r} and the status {status!r}")
    seconds: float = found.take("seconds", (int, float))
    if not (math.isfinite(seconds) and seconds >= 0):
        raise _Wrong(f"{found.where} took {seconds} seconds")
    reason = found.take("reason", str, None)
    if (reason is None) != (status == "passed"):
        raise _Wrong(f"{found.where} has the status {status} and {'no' if reason is None else 'a'} reason")
    return Item(
        id=found.take("id", str),
        kind=kind,
        requirements=found.strings("requirements"),
        status=status,
        seconds=seconds,
        reason=reason,
        name=found.take("name", str, None),
        feature=found.take("feature", str, None),
        line=found.take("line", int, None),
        details=tuple(_Object(each, f"details of {found.where}").value for each in found.take("details", list, [])),
    )
