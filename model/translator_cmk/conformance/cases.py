"""What is run: the scenarios of the features as cases, each with its level, whether it counts, and its twins."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from .. import features_dir
from ..bdd.features import Pickle, load_features
from ..bdd.membership import demanded, when_of
from ..bdd.prerequisites import prerequisites_of
from ..bdd.vocabulary import asserts
from ..machine import COMMANDS
from ..oracle import Oracle
from ..oracle.profiles import machine_of, silent_in
from ..requirements import load_register

FEATURES, TOUR, FUZZ, TRACE = LANES = ("features", "tour", "fuzz", "trace")
"""The lanes: a system is put through the first three; of the last, it was observed elsewhere."""


class Case(NamedTuple):
    """One thing that is run, and comes to a verdict.

    ``rests_on``: the silent requirements that keep it from counting; empty where it counts.
    ``twins``: the cases of which one has to pass, so that this one, a refusal, counts: refusing all earns nothing.
    """

    id: str
    lane: str
    level: str
    requirements: tuple[str, ...]
    rests_on: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()
    core: bool = False
    name: str = ""
    feature: str = ""
    line: int = 0

    @property
    def scored(self) -> bool:
        """Whether it counts."""
        return not self.rests_on


def in_order(cases: Iterable[Case]) -> list[Case]:
    """The cases as a report has them, whenever they came about: by lane, and those of sequences by command."""
    place = {name: number for number, name in enumerate((*COMMANDS, "reset"))}
    return sorted(
        cases, key=lambda case: (LANES.index(case.lane), case.lane != FEATURES and place[case.id.partition("/")[2]])
    )


class Scenario(NamedTuple):
    """A case of the lane of features, with what is played."""

    case: Case
    pickle: Pickle


def scenarios(profile: str, waived: tuple[str, ...] = ()) -> tuple[Scenario, ...]:
    """Every scenario of the features as a case; raises `FeatureError` and `InvalidFile`."""
    return judged(profile, waived)


@cache  # apart, since to a cache `f(x)` and `f(x, ())` are two things, and this prerequisites_of most of a short run
def judged(profile: str, waived: tuple[str, ...]) -> tuple[Scenario, ...]:
    """As `scenarios`."""
    silent = silent_in(profile, load_register()) | frozenset(waived)
    oracle = Oracle(machine_of(silent))
    alone = {requirement: Oracle(machine_of({requirement})) for requirement in sorted(silent)}
    features = load_features(features_dir())
    pickles = [pickle for feature in features for pickle in feature.pickles]
    twins = twins_of(pickles)
    found = []
    for feature in features:
        for pickle in feature.pickles:
            taken = prerequisites_of(pickle)
            case = Case(
                pickle.id,
                FEATURES,
                taken.level,
                pickle.requirements,
                () if demanded(oracle, pickle) else tuple(rests_on(pickle, alone)),
                tuple(twins.get(pickle.id, ())),
                taken.core,
                pickle.name,
                f"features/{feature.path.name}",
                pickle.line,
            )
            found.append(Scenario(case, pickle))
    return tuple(found)


def rests_on(pickle: Pickle, alone: Mapping[str, Oracle]) -> Iterator[str]:
    """The requirements without which the scenario would not be demanded; ``alone``: an oracle for each silence."""
    for requirement, oracle in alone.items():
        if not demanded(oracle, pickle):
            yield requirement


def twins_of(pickles: Iterable[Pickle]) -> Mapping[str, list[str]]:
    """For each scenario of a refusal: the scenarios in which the same command is accepted, of its own rule if any."""
    asked = {pickle.id: type(when_of(pickle)) for pickle in pickles}
    takers = [pickle for pickle in pickles if not asserts(pickle, "refused", "not specified")]
    found: dict[str, list[str]] = {}
    for pickle in pickles:
        if asserts(pickle, "refused"):
            alike = [each for each in takers if asked[each.id] is asked[pickle.id]]
            own = [each.id for each in alike if each.requirements[0] == pickle.requirements[0]]
            found[pickle.id] = own or [each.id for each in alike]
    return found
