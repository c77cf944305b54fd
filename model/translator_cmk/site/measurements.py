"""Declare and read what `make evidence` and `make bench` measured: totals, and a row a scope, operator, lane or topic.

Each class declares one file in docs/measurements/, named as `MEASUREMENTS` says.  A file may have more fields; the
folder stays under 50 kB.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict

from ..digest import LAYERS, digest
from .declared import problems, schema

FOLDER = Path("measurements")


class MeasurementError(ValueError):
    """A committed measurement can't be used; the message names the file and what to do."""


class Measured(TypedDict):
    """A measurement, with the digest of what it depends on."""

    digest: str
    layer: NotRequired[Literal["cli", "site", "conformance", "bdd", "explore"]]


class ScopeSize(TypedDict):
    """A scope and its number of states."""

    scope: str
    states: int


class Operator(TypedDict):
    """How many mutants one operator makes, and how many of each verdict; by_theorem and by_scenario overlap."""

    kind: str
    mutants: int
    equivalent: int
    unseen: int
    killed: int
    survives: int
    by_theorem: int
    by_scenario: int


class Mutants(Measured):
    """Changes of the model's rows, and how many of them theorems and scenarios find."""

    theorems: int
    scenarios: int
    scopes: list[ScopeSize]
    operators: list[Operator]


class TheoremScope(TypedDict):
    """The counts of the exhaustive search of one scope."""

    scope: str
    states: int
    transitions: int
    depth: int
    hold: int
    broken: int


class Theorems(Measured):
    """How many theorems there are, how many a mutant or a mistake of their own breaks, and where they hold."""

    theorems: int
    broken_by_mutants: int
    broken_by_mistakes: int
    scopes: list[TheoremScope]


class Scope(TypedDict):
    """A bounded world: its size, and the seconds that each engine took to search it."""

    scope: str
    sentence: str
    states: int
    transitions: int
    depth: int
    hold: int
    seconds: dict[str, float]


class Scopes(Measured):
    """The counts of exhaustive search in each bounded world."""

    theorems: int
    scopes: list[Scope]


class Part(TypedDict):
    """How much of something was reached."""

    reached: int
    of: int


class Reach(TypedDict):
    """How much of the model's rows, reasons, refusals, conditions and pairs was reached."""

    rows: Part
    reasons: Part
    refusals: Part
    conditions: Part
    topic_pairs: Part
    row_pairs: Part


class CoverageKind(TypedDict):
    """One kind of evidence with its size and reach."""

    name: str
    sentence: str
    sequences: int
    commands: int
    reached: Reach


class Coverage(Measured):
    """The share of the default scopes that each kind of evidence reached."""

    evidence: list[CoverageKind]
    together: Reach


class FaultsFound(TypedDict):
    """Transfer faults, and how many of them each kind of sequence finds."""

    faults: int
    tour: int
    random: int
    accepted: int
    budget: int


class TourScope(TypedDict):
    """How long the tour of a scope is and has to be, and which faults sequences find, by what is observed."""

    scope: str
    states: int
    pairs: int
    steps: int
    lower_bound: int
    sequences: int
    seconds: float
    transfer_faults: dict[str, FaultsFound]


class Tours(Measured):
    """Transition tours by scope, and the faults that they and other sequences find."""

    random_length: int
    scopes: list[TourScope]


class Lane(TypedDict):
    """How many faulty implementations one lane catches, in at most so many steps."""

    lane: str
    budget: int
    caught: int
    held_out_caught: int
    median: int | None
    steps_to_99_percent: int | None


class EvasiveLane(TypedDict):
    """How many evasive implementations one lane catches, and how many no lane before it does."""

    lane: str
    budget: int
    caught: int
    first: int


class Evasive(TypedDict):
    """Faulty implementations written to escape the lanes."""

    implementations: int
    caught: int
    lanes: list[EvasiveLane]


class Faulty(Measured):
    """Implementations with one fault each, written by hand, and how many each lane of the kit catches."""

    implementations: int
    held_out: int
    topics: dict[str, int]
    lanes: list[Lane]
    evasive: Evasive


class ExampleLanguage(TypedDict):
    """How many mutants of an example were caught; those without an observed difference are equivalent."""

    language: str
    mutants: int
    equivalent: int
    killed: int
    survives: int
    by_features: int
    steps: int


class ExampleOperator(TypedDict):
    """How many mutants of the examples one operator makes, by verdict."""

    kind: str
    mutants: int
    equivalent: int
    killed: int
    survives: int


class ExampleMutants(Measured):
    """Small changes of the example implementations, and how many the kit catches."""

    languages: list[ExampleLanguage]
    operators: list[ExampleOperator]


class Explored(TypedDict):
    """The counts of one model checker in a scope; None if it does not report one."""

    states: int
    steps: int
    depth: int | None


class ForeignScope(TypedDict):
    """The counts of our engines, Spin and Rumur in one scope."""

    scope: str
    ours: Explored
    spin: Explored
    rumur: Explored


class Foreign(Measured):
    """The counts of Spin and Rumur in bounded worlds, beside our engines."""

    versions: dict[str, str]
    scopes: list[ForeignScope]


class Median(TypedDict):
    """The median of the rounds: seconds by the clock and of processor time, and memory."""

    seconds: float
    cpu: float
    kilobytes: int


class Contender(TypedDict):
    """One model checker in a contest."""

    name: str
    version: str
    states: int
    median: Median


class ContestFigure(TypedDict):
    """A ratio with its goal."""

    name: str
    figure: float
    unit: str
    goal: float | None
    at_most: bool
    met: bool


class Contest(TypedDict):
    """One scope that several model checkers searched."""

    contest: str
    scope: str
    sentence: str
    contenders: list[Contender]
    figures: list[ContestFigure]


class Machine(TypedDict):
    """The machine that something was measured on."""

    cores: int
    processor: str


class Peers(Measured):
    """How long other model checkers take beside our engines."""

    machine: Machine
    rounds: int
    contests: list[Contest]


class Figure(TypedDict):
    """One measured speed with its goal."""

    name: str
    median: float
    unit: str
    goal: float | None
    less_is_better: bool
    met: bool


class Bench(Measured):
    """Performance targets with their measurements."""

    machine: Machine
    figures: list[Figure]


class Memory(Measured):
    """How much memory, in kilobytes, a long fuzzing run takes after its first five minutes."""

    seconds: int
    commands: int
    log_bytes: int
    settled: int
    most: int


class Pages(Measured):
    """How many pages were opened in a browser, and in which ways."""

    pages: int
    views: list[str]
    problems: int


MEASUREMENTS: Mapping[str, Any] = {
    "mutants": Mutants,
    "theorems": Theorems,
    "scopes": Scopes,
    "coverage": Coverage,
    "tours": Tours,
    "faulty": Faulty,
    "example_mutants": ExampleMutants,
    "foreign": Foreign,
    "peers": Peers,
    "bench": Bench,
    "memory": Memory,
    "pages": Pages,
}
"""Each measurement by the name of its file in docs/measurements/."""


def load_measurements(docs: Path) -> dict[str, Any]:
    """Return each measurement by name, None where it has not been taken; raises `MeasurementError`."""
    return {name: load(docs / FOLDER / f"{name}.json", declared) for name, declared in MEASUREMENTS.items()}


def load(path: Path, declared: Any) -> Any:
    """Return one measurement, or None where there is no file; raises `MeasurementError`."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path}: can't be read: {error}; run make evidence") from None
    if wrong := next(problems(found, schema(declared)), None):
        raise MeasurementError(f"{path}: {wrong}; run make evidence")
    return found


def is_current(measured: Mapping[str, Any]) -> bool:
    """Tell whether nothing that a measurement depends on has changed since."""
    return bool(measured["digest"] == digest_now(measured.get("layer", LAYERS[0])))


@cache
def digest_now(layer: str) -> str:
    """Return the digest of a layer and of what it rests on, which stay as they are while the site is generated."""
    return digest(layer)
