"""The cases of a run: what is run and comes to a verdict.

In the lane of features each scenario is a case.  In the lanes of sequences each command is one.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ...bdd.demands import demanded_of_the_model, is_contradicted, relied_on
from ...bdd.feature_files import parse, pickles
from ...bdd.feature_records import Pickle
from ...bdd.prerequisites import prerequisites_of
from ...errors import HARNESS, CommandError
from ...explore import scopes
from ...machine import COMMANDS
from ...oracle.profiles import silent_in
from ...requirements import load_register
from .positive_controls import controls_of

FEATURES = "features"
TOUR = "tour"
FUZZ = "fuzz"
LANES = (FEATURES, TOUR, FUZZ)
"""The lanes that a system is put through."""

STEPS = 2_400
"""How many steps, resets and commands alike, the tour has by default: shared among the scopes."""

STRESS = "stress"
"""The name of the stress fixture among what can be toured."""

SCOPES = (*(scope.name for scope in scopes.SCOPES), STRESS)
"""The names of everything that can be toured."""

SECONDS = 15.0
"""How many seconds fuzzing lasts by default."""

Ids = tuple[str, ...]
"""Ids of requirements or of cases."""

Envelope = Mapping[str, Any]
"""What a report says of a run: the content of its `report.json`, which `report.envelope` declares.
"""

CaseEntry = Mapping[str, Any]
"""What an envelope has of one case."""


class Case(NamedTuple):
    """One thing that is run, and comes to a verdict.

    ``silent``: the requirements that are silent for a scenario.
    ``controls``: its positive controls, the cases of which one has to pass before this one, which
    a system passes that refuses everything, counts.
    ``masked``: what it says is lost is seen to be so only by its controls.
    ``revision``: the date of the revision of the article; without one, the specified one.
    ``pickle``: what is played of a scenario.
    """

    id: str
    lane: str
    level: str
    requirements: Ids
    silent: frozenset[str] = frozenset()
    controls: Ids = ()
    name: str = ""
    feature: str = ""
    line: int = 0
    masked: bool = False
    revision: str | None = None
    pickle: Pickle | None = None

    @property
    def scored(self) -> bool:
        """Whether it counts for a system that does as the model does before the When."""
        return not self.silent or self.pickle is None or is_scored(self.pickle, self.silent)

    @property
    def rests_on(self) -> Ids:
        """The silent requirements that keep it from being demanded of every system, found where
        somebody asks, since that takes its time.
        """
        if not self.silent or self.pickle is None:
            return ()
        return relied_on(self.pickle, self.silent)


@cache
def pickles_by_id() -> dict[str, Pickle]:
    return {pickle.id: pickle for pickle in pickles()}


@cache
def is_scored(pickle: Pickle, silent: frozenset[str]) -> bool:
    """Return whether a scenario counts where these requirements are silent.

    One that is demanded by no rows at all shows a defect of the kit, and rests on no assumption.
    """
    return demanded_of_the_model(silent, pickle) or is_contradicted(pickle)


def in_order(cases: Iterable[Case]) -> list[Case]:
    """Return the cases as a report has them, whenever they came about: by lane, and those of
    sequences by command.
    """
    commands = [*COMMANDS, "reset"]

    def place(case: Case) -> tuple[int, int]:
        lane = LANES.index(case.lane)
        if case.lane == FEATURES:
            return lane, 0  # as they stand in the features
        _, _, command = case.id.partition("/")
        return lane, commands.index(command)

    return sorted(cases, key=place)


class ScenarioCase(NamedTuple):
    """A case of the lane of features, with what is played."""

    case: Case
    pickle: Pickle


@cache
def scenarios(profile: str, waived: Ids, revision: str | None = None) -> tuple[ScenarioCase, ...]:
    """Return every scenario of the features as a case, for a revision of the article or for the one
    that is specified; raises `FeatureError`, `InvalidFile` and `UnknownRevision`."""
    register = load_register(revision=revision)
    silent = silent_by(profile, register.revision) | frozenset(waived)
    controls = controls_of(pickles())
    found = []
    for pickle in pickles():
        case = case_of(pickle, silent, register.revision)
        case = case._replace(controls=controls.get(pickle.id, ()))
        found.append(ScenarioCase(case, pickle))
    return tuple(found)


class OwnFeature(NamedTuple):
    """A feature file of somebody's own, by its name in reports."""

    file: str
    text: str


def own_scenarios(features: Iterable[OwnFeature], revision: str) -> list[ScenarioCase]:
    """Return the scenarios of these features; raises `CommandError`."""
    found = []
    for file, text in features:
        feature = parse(Path(file), text)
        if not feature.is_own:
            raise CommandError(f"{file} is a feature of ours, and no one else's; rename the file")
        for pickle in feature.pickles:
            found.append(ScenarioCase(own_case(pickle, file, revision), pickle))
    return found


def own_case(pickle: Pickle, file: str, revision: str) -> Case:
    """Return a scenario of somebody's own as a case: all of it counts, and for no requirement."""
    case = case_of(pickle, frozenset(), revision)
    _, _, title = pickle.title.partition("] ")
    return case._replace(requirements=(), name=title, feature=file)


@cache
def silent_by(profile: str, revision: str) -> frozenset[str]:
    """Return the requirements that are silent in a profile and a revision of the article."""
    return silent_in(profile, load_register(revision=revision))


def case_of(pickle: Pickle, silent: frozenset[str], revision: str) -> Case:
    """Return a scenario as a case without positive controls."""
    topic, _, _ = pickle.id.partition(".")
    return Case(
        id=pickle.id,
        lane=FEATURES,
        level=prerequisites_of(pickle).level,
        requirements=pickle.requirements,
        silent=silent,
        name=pickle.name,
        feature=f"features/{topic}.feature",
        line=pickle.line,
        revision=revision,
        pickle=pickle,
    )


@cache
def check_kit() -> None:
    """Raise `CommandError` unless the model demands every scenario."""
    found = [pickle for pickle in pickles() if is_contradicted(pickle)]
    if found:
        raise CommandError(
            f"the kit contradicts itself: its model does not demand {len(found)} of its own "
            f"scenarios, of them {found[0].id}; nothing was asked; install the kit again",
            HARNESS,
        )
