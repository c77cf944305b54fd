"""The page on evidence beyond scenarios: properties, what Hypothesis reached, and whether the suite itself can fail."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..bdd.results import Item
from .evidence import WORDS, Evidence
from .last_run import mark, run_line
from .markup import duration, listed, named, page, plain, table
from .mutation import FIELDS, mutant_blocks

MUTANTS = Path("measurements") / "mutants.json"


class MeasurementError(ValueError):
    """A committed measurement can't be used; the message names the file and what to do."""


def load_mutants(path: Path) -> Mapping[str, Any] | None:
    """What `make evidence` found about mutants, or None where it has not been run; raises `MeasurementError`."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path}: can't be read: {error}; run make evidence") from None
    if not isinstance(found, dict) or not {"digest", "mutants", "scopes", "scenarios", "theorems"} <= found.keys():
        raise MeasurementError(f"{path}: not what make evidence writes; run make evidence")
    if not all(isinstance(mutant, dict) and mutant.keys() >= FIELDS for mutant in found["mutants"]):
        raise MeasurementError(f"{path}: has mutants that make evidence does not write so; run make evidence")
    return found


def strength_page(evidence: Evidence, mutants: Mapping[str, Any] | None) -> str:
    """The page: properties of the last run, the reach of Hypothesis, and the mutants."""
    properties = [item for item in evidence.beyond if item.kind == "property"]
    return page(
        "Properties and mutants",
        "What holds of the model beyond the scenarios, and whether theorems and scenarios would notice if it did not.",
        run_line(evidence),
        "## Properties { #properties }",
        "A property is held against every step of long random walks of the model, and each has been seen to fail on a "
        "small wrong model.",
        table(["Property", "Status", "Requirements", "Took"], map(property_row, properties))
        if properties
        else "None was run.",
        "## What Hypothesis reached { #hypothesis }",
        *reach(properties),
        "## Mutants of the model { #mutants }",
        *mutant_blocks(mutants),
    )


def property_row(item: Item) -> list[str]:
    """A line on one property."""
    name = item.id.replace("-", " ")
    cites = listed([named(requirement) for requirement in item.requirements])
    return [plain(name[0].upper() + name[1:]), mark(WORDS[item.status]), cites, duration(item.seconds)]


def reach(properties: list[Item]) -> Iterator[str]:
    """What the rows that Hypothesis made speak are about, and which it did not."""
    details = next((detail for item in properties for detail in item.details if "not_reached" in detail), None)
    if details is None:
        yield "It was not run."
        return
    reached, missed = list(details["reached"]), list(details["not_reached"])
    yield (
        f"Hypothesis chose commands at random, with several entities of each kind, and made rows of {len(reached)} of "
        f"{len(reached) + len(missed)} requirements speak. Random choice is a poor way to reach everything: what it "
        "missed is shown by scenarios alone."
    )
    if missed:
        yield "Not reached: " + listed([named(requirement) for requirement in missed]) + "."
