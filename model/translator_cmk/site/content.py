"""Load all that the generated pages are made from."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import features_dir
from ..bdd.features import load_features
from ..conformance.results import Results, is_stale, load_results
from ..requirements import load_register
from .evidence import Evidence
from .implementations import Implementation, load_implementations
from .measurements import load_measurements
from .rows import Fragment, fragments


class Decision(NamedTuple):
    """A decision record; ``resolves`` has the ids of the questions that it answers."""

    file: str
    title: str
    status: str
    resolves: tuple[str, ...]


class Content(NamedTuple):
    """The specification with its evidence, the model's rows by requirement, decisions by file, and measurements."""

    evidence: Evidence
    rows: Mapping[str, Sequence[Fragment]]
    decisions: Mapping[str, Decision]
    measurements: Mapping[str, Any]
    implementations: Sequence[Implementation] = ()


def load_content(found: Results | None, docs: Path) -> Content:
    """Load everything but the results; raises `InvalidFile`, `FeatureError`, `MeasurementError` or `OSError`."""
    register = load_register()
    return Content(
        Evidence(register, load_features(features_dir()), found, found is not None and is_stale(found)),
        fragments(register),
        load_decisions(docs / "decisions"),
        load_measurements(docs),
        load_implementations(docs),
    )


def read_results(path: Path | None, default: Path) -> Results | None:
    """Return the results of a report; without the default one, nothing was run."""
    if path is None:
        return load_results(default) if default.exists() else None
    return load_results(path)


def load_decisions(folder: Path) -> dict[str, Decision]:
    """Return the decision records of a folder by file name, in order; raises OSError."""
    return {path.name: read_decision(path) for path in sorted(folder.glob("[0-9]*.md"))}


def read_decision(path: Path) -> Decision:
    """Return a record: its first heading, and `Status:` and `Resolves:` near its head; raises OSError."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    fields = dict(re.findall(r"^(?:- )?(Status|Resolves): *(.+?)\.?$", text, re.MULTILINE))
    resolves = tuple(re.findall(r"\b[AC][0-9]+\b", fields.get("Resolves", "")))
    return Decision(path.name, title[1] if title else path.stem, fields.get("Status", "unknown"), resolves)
