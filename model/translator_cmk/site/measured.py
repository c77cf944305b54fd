"""What `make evidence` found of theorems and pages, as committed files have it."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ..explore.theorems import THEOREMS
from .content import Content
from .freshness import is_current
from .markup import table
from .measurement_schemas import MEASUREMENTS
from .mutation import found_by_requirement
from .strength import MeasurementError

MEASURED = Path("measurements") / "theorems.json"
PAGES = Path("measurements") / "pages.json"


def load_theorems(path: Path) -> Mapping[str, Any] | None:
    """What was found of theorems, or None where there is none; raises `MeasurementError`."""
    return load(path, {"digest", "scopes"})


def load_pages(path: Path) -> Mapping[str, Any] | None:
    """What was seen of the pages of the site, or None where nobody looked; raises `MeasurementError`."""
    return load(path, {"digest", "pages", "views"})


def pages_line(seen: Mapping[str, Any] | None) -> str:
    """What was seen of the pages of the site, in a paragraph."""
    if seen is None:
        return "Nobody has looked at all pages of this site: `python -m tests.evidence.pages` does it."
    still = "none moved while it came in, " if "still" in seen else ""
    stale = "" if is_current(seen) else " That was an earlier state of the site: **stale**."
    return (
        f"All {seen['pages']} pages were looked at in Chromium in {len(seen['views'])} ways each "
        f"({'; '.join(seen['views'])}), from files and from a server: axe found no violation, no page was wider than "
        f"its window, {still}none complained, and none asked another host for anything.{stale}"
    )


def measurements_table(content: Content) -> str:
    """A line for each measurement that there is."""
    lines = [
        [f"[{name}.json](measurements/{name}.json)", f"[schema](data/{name}.schema.json)", title]
        for name, (title, _) in MEASUREMENTS.items()
        if getattr(content, name)
    ]
    return table(["File", "Schema", "Has"], lines) if lines else "Nothing: `make evidence` does it."


def load(path: Path, fields: set[str]) -> Mapping[str, Any] | None:
    """A measurement that has these fields, or None where there is none; raises `MeasurementError`."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path}: can't be read: {error}; run make evidence") from None
    if not isinstance(found, dict) or not fields <= found.keys():
        raise MeasurementError(f"{path}: not what make evidence writes; run make evidence")
    return found


@cache
def theorems_by_requirement() -> Counter[str]:
    """How many theorems speak for each requirement."""
    return Counter(name for theorem in THEOREMS for name in theorem.requirements)


def found_mutants(mutants: Mapping[str, Any]) -> Mapping[str, tuple[int, int]]:
    """Of each requirement how many mutants of its rows are found, and how many can be told from the model."""
    return found_by_requirement(mutants)
