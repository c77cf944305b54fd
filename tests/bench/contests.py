"""Which engines are held against which others on which scopes, and the goals of what comes of it."""

import statistics
from collections.abc import Callable
from typing import NamedTuple

from tests.bench.rivals.contenders import (
    Contender,
    Sample,
    at_random,
    by_minicheck,
    by_musil,
    by_rumur,
    by_spin,
    ours,
    toy,
)

DENSE, SPARSE, LARGE, SMALL = "six-resources", "two-lives", "eight-resources", "one-of-each"

Samples = dict[str, list[Sample]]


class Contest(NamedTuple):
    """A scope, and how to make those that search it."""

    scope: str
    sentence: str
    contenders: tuple[Callable[[], Contender], ...]


CONTESTS = {
    "dense": Contest(
        DENSE,
        "Interchangeable resources: a set of states is small as a set of bits.",
        (
            lambda: ours("sets", DENSE, "again"),
            lambda: ours("symmetric", DENSE),
            lambda: by_spin(DENSE, every_step=True),
            lambda: by_spin(DENSE, every_step=False),
            lambda: by_rumur(DENSE, every_step=True),
            lambda: by_rumur(DENSE, every_step=False),
            lambda: by_minicheck(DENSE),
            lambda: by_musil(DENSE),
            toy,
        ),
    ),
    "sparse": Contest(
        SPARSE,
        "Of a thousand million combinations of records one in a thousand can be reached.",
        (
            lambda: ours("sets", SPARSE, "again"),
            lambda: ours("packed", SPARSE),
            lambda: by_spin(SPARSE, every_step=True),
            lambda: by_spin(SPARSE, every_step=False),
        ),
    ),
    "large": Contest(
        LARGE,
        "The largest scope that is searched whole.",
        (lambda: ours("sets", LARGE), lambda: ours("symmetric", LARGE)),
    ),
    "random": Contest(
        SMALL,
        "How far random commands come, and how often all is covered meanwhile.",
        (lambda: at_random(SMALL, 1_000), lambda: ours("sets", SMALL, "again"), lambda: ours("packed", SMALL)),
    ),
}


class Goal(NamedTuple):
    """A figure of a contest with the goal that it has: at least so much, or at most; None where there is no goal."""

    contest: str
    name: str
    figure: Callable[["Results"], float]
    unit: str
    goal: float | None
    at_most: bool = False


class Results:
    """The samples of a contest: medians, by the name of the contender.

    With ``processor`` seconds are those of processor time, of which a busy machine takes none away.
    """

    def __init__(self, samples: Samples, processor: bool = False) -> None:
        self.samples = samples
        self.processor = processor

    def median(self, name: str, field: str = "seconds") -> float:
        """The median of what one took; raises `KeyError` where it did not take part, or that was not measured."""
        if self.processor:
            field = field.replace("seconds", "cpu")
        return float(statistics.median(sample[field] for sample in self.samples[name]))

    def times(self, name: str, other: str, field: str = "seconds") -> float:
        """How many times as long the other took."""
        return self.median(other) / self.median(name, field)

    def rate(self, name: str) -> float:
        """Steps a second."""
        return float(self.samples[name][0]["transitions"] / self.median(name))


def against(other: str, goal: float | None, name: str = "sets", field: str = "seconds", contest: str = "dense") -> Goal:
    """The goal to be so many times as fast as another."""
    how = "with all derived beforehand" if field.endswith("again") else "with all that it derives"
    engine = name.partition(",")[0]
    return Goal(contest, f"{name}, {how}, against {other}", lambda found: found.times(engine, other, field), "x", goal)


THIRTY_THREE_SECONDS = 33

GOALS = (
    against("Spin, every step", 3),
    against("Spin, moves only", 3),
    against("Rumur with 2 threads, every step", 3),
    against("Rumur with 2 threads, moves only", 3),
    against("minicheck", 20),
    against("musil", 20),
    against("Spin, every step", 8, field="seconds_again"),
    against("Spin, moves only", 8, field="seconds_again"),
    against("Spin, moves only", None, name="symmetric, which takes states that differ in names only for one"),
    Goal(
        "dense",
        "Spin's steps a second here, moves only, against its steps a second on the toy",
        lambda found: found.rate("Spin, moves only") / found.rate("Spin, the toy"),
        "x",
        0.5,
    ),
    against("Spin, every step", 1, contest="sparse"),
    against("Spin, moves only", 1, contest="sparse"),
    against("Spin, every step", 1, field="seconds_again", contest="sparse"),
    against("Spin, moves only", 1, field="seconds_again", contest="sparse"),
    against("Spin, every step", None, name="packed, a state at a time", contest="sparse"),
    Goal("large", "sets: states", lambda found: found.samples["sets"][0]["states"], "", 40_000_000),
    Goal("large", "sets: seconds", lambda found: found.median("sets"), "s", 60, at_most=True),
    Goal("large", "sets: memory", lambda found: found.median("sets", "kilobytes") / 1e6, "GB", 4, at_most=True),
    Goal(
        "random",
        "a step of the machine that remembers, against a command of Hypothesis",
        lambda found: found.median("Hypothesis", "remembered_rate") / found.median("Hypothesis", "rate"),
        "x",
        100,
    ),
    Goal(
        "random",
        "a step of the machine, against a command of Hypothesis",
        lambda found: found.median("Hypothesis", "step_rate") / found.median("Hypothesis", "rate"),
        "x",
        100,
    ),
    Goal(
        "random",
        "an answer of the oracle, against a command of Hypothesis",
        lambda found: found.median("Hypothesis", "oracle_rate") / found.median("Hypothesis", "rate"),
        "x",
        100,
    ),
    Goal(
        "random",
        "sets: how often all is covered in 33 seconds, with all derived once",
        lambda found: THIRTY_THREE_SECONDS / found.median("sets", "seconds_again"),
        "times",
        500,
    ),
    Goal(
        "random",
        "packed: how often all is covered in 33 seconds, with all derived anew each time",
        lambda found: THIRTY_THREE_SECONDS / found.median("packed"),
        "times",
        None,
    ),
)
