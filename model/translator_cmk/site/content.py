"""Load all that the generated pages are made from."""

import ast
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .. import features_dir
from ..bdd.features import load_features
from ..bdd.lint import lint
from ..conformance.results import Results, is_stale
from ..digest import digest
from ..errors import InvalidFile
from ..explore.row_sources import RowSource, counter_row_sources, row_sources
from ..requirements import Register, load_register
from ..requirements.commands import register_json
from .evidence import Evidence
from .implementations import Implementation, load_implementations

MEASUREMENTS = "measurements.json"


class Decision(NamedTuple):
    """A decision record; ``resolves`` has the ids of the questions that it answers."""

    file: str
    title: str
    status: str
    resolves: tuple[str, ...]


CHANGED = "the specification has changed since"


class Content(NamedTuple):
    """The specification with its evidence, the model's rows by requirement, decisions by file, and measurements."""

    evidence: Evidence
    rows: Mapping[str, Sequence[RowSource]]
    decisions: Mapping[str, Decision]
    measurements: Mapping[str, Any]
    implementations: Sequence[Implementation] = ()


def load_content(found: Results | None, docs: Path) -> Content:
    """Load everything but the results; raises `InvalidFile` or `OSError`."""
    register = load_register()
    for diagnostic in lint([features_dir()], register):
        raise InvalidFile(f"{diagnostic}; run make ties")
    return Content(
        Evidence(register, load_features(features_dir()), found, CHANGED if found and is_stale(found) else ""),
        rows_by_requirement(),
        load_decisions(docs / "decisions"),
        load_measurements(docs / MEASUREMENTS),
        load_implementations(docs),
    )


def load_decisions(folder: Path) -> dict[str, Decision]:
    """Return the decision records of a folder by file name, in order; raises `InvalidFile` or `OSError`."""
    return {path.name: read_decision(path) for path in sorted(folder.glob("[0-9]*.md"))}


def read_decision(path: Path) -> Decision:
    """Return a record: its first heading, and `Status:` and `Resolves:` near its head."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    fields = dict(re.findall(r"^(?:- )?(Status|Resolves): *(.+?)\.?$", text, re.MULTILINE))
    resolves = tuple(re.findall(r"\b[AC][0-9]+\b", fields.get("Resolves", "")))
    return Decision(path.name, title[1] if title else path.stem, fields.get("Status", "unknown"), resolves)


def register_digest(register: Register) -> str:
    """Return the SHA-256, in hexadecimal, of all requirements as JSON with sorted keys and no blanks."""
    text = json.dumps(register_json(register), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# What `make evidence` and `make bench` measured: one section for each measurement


def load_measurements(path: Path) -> dict[str, Any]:
    """Return the sections by name, nothing without the file; raises `InvalidFile` or `OSError`."""
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_bytes()))
    except ValueError as error:
        raise InvalidFile(f"{path}: not JSON: {error}; run make evidence") from None


def is_current(measured: Mapping[str, Any]) -> bool:
    """Tell whether nothing that a measurement depends on has changed since."""
    return bool(measured["digest"] == digest_now(measured["layer"]))


@cache
def digest_now(layer: str) -> str:
    """Return the digest of a layer and of what it rests on, which stay as they are while the site is generated."""
    return digest(layer)


# The rows of the machine, as they are written


def rows_by_requirement() -> dict[str, list[RowSource]]:
    """Return for each requirement its entries of the tables, those that make several rows once."""
    found: dict[str, dict[ast.expr, RowSource]] = defaultdict(dict)
    for each in (*row_sources(), *counter_row_sources()):
        found[each.row.requirement].setdefault(each.entry, each)
    return {name: list(entries.values()) for name, entries in found.items()}
