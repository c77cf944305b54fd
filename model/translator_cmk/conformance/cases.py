"""Make the cases of a run, check the kit that they come from, and weigh their results into verdicts."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..bdd.demands import demanded_without, resting_on, undemanded
from ..bdd.feature_files import pickles
from ..bdd.features import Pickle
from ..bdd.prerequisites import CORE, EVERY_LOSS, STATED_CAUSES, inapplicable, prerequisites_of
from ..bdd.vocabulary import asserts, commands_of, facts_of, read_steps
from ..digest import digest
from ..errors import HARNESS, CommandError
from ..explore import scopes
from ..language.declaration import MASKED, Declaration
from ..machine import COMMANDS, DEFAULT_STAGE
from ..machine.entities import Document
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST, machine_of, silent_in
from ..requirements import load_register
from ..shapes import suggestion
from ..strict_yaml import read_yaml
from ..system import ModelSystem
from ..verdict import DECIDED, FAILING, CaseAsRun, RunAsWhole, Status, weigh
from ..verdict import exit_code as exit_code_of

FEATURES, TOUR, FUZZ = LANES = ("features", "tour", "fuzz")
"""The lanes that a system is put through."""

STEPS = 2_400
"""How many steps, resets and commands alike, the tour has by default: shared among the scopes."""

SCOPES = (*(scope.name for scope in scopes.SCOPES), "stress")
"""The names of everything that can be toured."""

SECONDS = 15.0
"""How many seconds fuzzing lasts by default."""

Ids = tuple[str, ...]
"""Ids of requirements or of cases."""

Envelope = Mapping[str, Any]
"""What a report says of a run: the content of its `report.json`, which `report.envelope` declares."""

CaseEntry = Mapping[str, Any]
"""What an envelope has of one case."""


class Case(NamedTuple):
    """One thing that is run, and comes to a verdict.

    ``silent``: the requirements that are silent for a scenario.
    ``controls``: its positive controls, the cases of which one has to pass before this one, a refusal, counts.
    ``masked``: what it says is lost is seen to be so only by its controls.
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

    @property
    def scored(self) -> bool:
        """Whether it counts."""
        return not self.silent or is_scored(self.id, self.silent)

    @property
    def rests_on(self) -> Ids:
        """The silent requirements that keep it from counting, found where somebody asks, since that takes its time."""
        return () if self.scored else resting_on(pickle_of(self.id), self.silent)


def pickle_of(name: str) -> Pickle:
    """Return the scenario of this id."""
    return next(each for each in pickles() if each.id == name)


@cache
def is_scored(name: str, silent: frozenset[str]) -> bool:
    """Return whether a scenario counts where these requirements are silent.

    One that is demanded by no rows at all shows a defect of the kit, and rests on no assumption.
    """
    return demanded_without(silent, pickle_of(name)) or pickle_of(name) in contradicting()


def in_order(cases: Iterable[Case]) -> list[Case]:
    """Return the cases as a report has them, whenever they came about: by lane, and those of sequences by command."""
    place = {name: number for number, name in enumerate((*COMMANDS, "reset"))}
    return sorted(
        cases, key=lambda case: (LANES.index(case.lane), case.lane != FEATURES and place[case.id.partition("/")[2]])
    )


class Scenario(NamedTuple):
    """A case of the lane of features, with what is played."""

    case: Case
    pickle: Pickle


@cache
def scenarios(profile: str, waived: Ids) -> tuple[Scenario, ...]:
    """Return every scenario of the features as a case; raises `FeatureError` and `InvalidFile`."""
    silent = silent_in(profile, load_register()) | frozenset(waived)
    every = pickles()
    controls, found = controls_of(every), []
    for pickle in every:
        taken = prerequisites_of(pickle)
        case = Case(
            pickle.id,
            FEATURES,
            taken.level,
            pickle.requirements,
            silent,
            tuple(controls.get(pickle.id, ())),
            pickle.name,
            f"features/{pickle.id.partition('.')[0]}.feature",
            pickle.line,
        )
        found.append(Scenario(case, pickle))
    return tuple(found)


def controls_of(pickles: Iterable[Pickle]) -> Mapping[str, list[str]]:
    """Return the positive controls of each refusal: scenarios that accept the same command, of its own rule if any."""
    asked = {each.id: type(step.meaning) for each in pickles for step in read_steps(each) if step.kind == "when"}
    takers = [pickle for pickle in pickles if not asserts(pickle, "refused", "not specified")]
    found: dict[str, list[str]] = {}
    for pickle in pickles:
        if asserts(pickle, "refused"):
            alike = [each for each in takers if asked[each.id] is asked[pickle.id]]
            own = [each.id for each in alike if each.requirements[0] == pickle.requirements[0]]
            found[pickle.id] = own or [each.id for each in alike]
    return found


class Awaited(NamedTuple):
    """A command that is missing: how many scenarios lack it alone, and how many lack it."""

    command: str
    alone: int
    all: int


def needed_by(declared: Declaration) -> list[set[str]]:
    """Return for each scenario that applies to a system the commands that it needs."""
    applying = (each.pickle for each in scenarios("article", ()) if inapplicable(each.pickle, declared) is None)
    return [{type(command).__name__ for command in commands_of(pickle)} for pickle in applying]


def most_awaited(missing: Collection[str], declared: Declaration) -> list[Awaited]:
    """Return missing commands in the order in which they are best written: first what most scenarios lack alone."""
    lacking = [each.intersection(missing) for each in needed_by(declared)] if missing else []
    alone = Counter(next(iter(each)) for each in lacking if len(each) == 1)
    wanted = Counter(name for each in lacking for name in each)
    names = sorted(missing, key=lambda name: (-alone[name], -wanted[name], list(COMMANDS).index(name)))
    return [Awaited(name, alone[name], wanted[name]) for name in names]


@cache
def with_later_looks(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
    """Return the scenarios as they count for a system that shows no document while data is inaccessible.

    A document that is said to be deleted then is seen to be so only once the key is back: the scenarios that look then,
    after the same commands if there are such, are its controls.
    """
    lost = {each.case.id: loss for each in scenarios if (loss := seen_as_lost(each.pickle)) is not None}
    later = {name: tuple(commands_of(each.pickle)) for each in scenarios if lost.get(name := each.case.id)}
    found = []
    for each in scenarios:
        case, way = each.case, tuple(commands_of(each.pickle))
        if lost.get(case.id) is False and not case.controls:
            same = tuple(name for name, commands in later.items() if commands[: len(way)] == way)
            each = Scenario(case._replace(controls=same or tuple(later), masked=True), each.pickle)  # noqa: PLW2901
        found.append(each)
    return tuple(found)


def seen_as_lost(pickle: Pickle) -> bool | None:
    """Return whether the data can be read once a scenario says that a document is deleted; None where it says no such.

    The document has to have been uploaded, and its resource to be there.
    """
    named = [
        fact.name for fact in facts_of(pickle) if (fact.kind, fact.field, fact.value) == ("document", "exists", False)
    ]
    if not named:
        return None
    model = ModelSystem()
    model.reset(DEFAULT_STAGE)
    for command in commands_of(pickle):
        model.submit(command)
    world = model.machine.world(model.state)
    there = [world.entity(Document, name) for name in named if world.has(Document, name)]
    return there[0].workspace.readable if there and there[0].workspace.state == "active" else None


SELECTED = ("requirement", "topic", "level", "case")
Selection = Mapping[str, Ids]
"""For each of requirement, topic, level and case: what is selected; nothing for all."""


def selected(
    scenarios: Sequence[Scenario], selection: Selection, declared: Declaration | None = None
) -> list[Scenario]:
    """Return the scenarios that are selected, and their controls, for a system that has declared this."""
    if declared and MASKED in declared.hidden:
        scenarios = with_later_looks(tuple(scenarios))
    chosen = [each for each in scenarios if is_selected(each, selection)]
    ids = {each.case.id for each in chosen}
    unmet = [each.case.controls for each in chosen if ids.isdisjoint(each.case.controls)]  # one of them is enough
    controls = {control for each in unmet for control in each}
    return [each for each in scenarios if each.case.id in ids or each.case.id in controls]


def is_selected(scenario: Scenario, selection: Selection) -> bool:
    """Return whether each part of the selection has the scenario."""
    case = scenario.case
    topic, _, _ = case.requirements[0].partition(".")
    has = {"requirement": case.requirements, "topic": (topic,), "level": (case.level,), "case": (case.id,)}
    return all(set(chosen).intersection(has[name]) for name, chosen in selection.items() if chosen)


UNDENIABLE = CORE | EVERY_LOSS | STATED_CAUSES | NAMES_ARE_RESOLVED_FIRST
"""Requirements without which nothing is left to verify."""


def must_exist(selection: Selection, waived: Iterable[str]) -> None:
    """Raise `CommandError` if something that is selected or waived does not exist, or can't be waived."""
    requirements, cases = list(load_register()), [pickle.id for pickle in pickles()]
    known = {"requirement": requirements, "case": cases, "waive": requirements}  # topics and levels are words of a list
    otherwise = "translator-cmk register lists the requirements, a report the cases"
    for name, values in {**selection, "waive": tuple(waived)}.items():
        for value in values:
            if name in known and value not in known[name]:
                remedy = suggestion(value, known[name], otherwise)
                raise CommandError(f"--{name} {value}: unknown {name if name != 'waive' else 'requirement'}; {remedy}")
            if name == "waive" and value in UNDENIABLE:
                problem = "without it nothing is left to verify; list it as a deviation instead"
                raise CommandError(f"--waive {value}: {problem}")


class Result(NamedTuple):
    """The result of one case: as it was run, or, with ``known``, the verdict once it was weighed.

    ``attributed_to``: the requirements that a failure is attributed to.  ``fault``: its kind, if the system broke.
    ``shown``: a failure in full.
    """

    status: Status
    reason: str = ""
    seconds: float = 0.0
    attributed_to: Ids = ()
    fault: str = ""
    shown: str = ""
    step: int = -1
    """Of a scenario: the step, from 0, that it got to."""
    undelivered: str = ""
    """The capability that was declared, and is not supported."""
    behind: Ids = ()
    """The cases whose failures keep this one from being reached."""
    known: str = ""
    """Of a verdict: the reason that the file of deviations gives."""
    durations: tuple[float, ...] = ()
    """Of a scenario: the seconds that each step took, as far as it got."""


NOT_REACHED = Result(Status.NOT_RUN, "not reached")


def verdict_on(case: Case, results: Mapping[str, Result], known: Mapping[str, str]) -> Result:
    """Return the verdict on a case; ``known``: for a case the reason that the file of deviations gives."""
    result = results.get(case.id, NOT_REACHED)
    as_run = CaseAsRun(
        status=result.status,
        reason=result.reason,
        counts=case.scored,
        is_listed=case.id in known,
        lacks_capability=bool(result.undelivered),
        is_masked=case.masked,
        controls={name: results.get(name, NOT_REACHED).status for name in case.controls},
        controls_known_to_fail=known_to_fail(case.controls, results, known),
        behind=result.behind,
        behind_known_to_fail=known_to_fail(result.behind, results, known),
        describe_assumptions=lambda: format_assumptions(case),
    )
    status, reason = weigh(as_run)
    return result._replace(status=status, reason=reason, known=known.get(case.id, ""))


def known_to_fail(cases: Ids, results: Mapping[str, Result], known: Mapping[str, str]) -> Ids:
    """Return those of the cases that failed, as the file of deviations says."""
    return tuple(name for name in cases if name in known and results.get(name, NOT_REACHED).status in FAILING)


def format_assumptions(case: Case) -> str:
    """Format the assumptions, with their records, or waivers that a case that does not count differs from."""
    decisions = {each: load_register()[each].decision for each in case.rests_on}
    ours = [f"{each}, {decision}" for each, decision in decisions.items() if decision]
    waived = [each for each, decision in decisions.items() if not decision]
    parts = [f"differs from our assumption ({'; '.join(ours)})"] if ours else []
    return " and ".join(parts + ([f"differs from what is waived ({', '.join(waived)})"] if waived else []))


def counts(cases: Iterable[Case], verdicts: Mapping[str, Result]) -> Counter[Status]:
    """Return how many of the cases have which status."""
    return Counter(verdicts[case.id].status for case in cases)


def exit_code(
    cases: Iterable[Case],
    verdicts: Mapping[str, Result],
    finished: bool,
    lanes: Collection[str],
    faults: int,
    stale: Collection[str],
) -> int:
    """Return the exit code of a run; ``stale``: what is wrong with the file of deviations."""
    scored = [case for case in cases if case.scored]
    decided = {case.lane for case in scored if verdicts[case.id].status in DECIDED}
    run = RunAsWhole(
        broke=faults > 0 or any(verdict.fault for verdict in verdicts.values()),
        finished=finished,
        idle=not lanes or not decided.issuperset(lanes),
        stale=bool(stale),
        found={verdicts[case.id].status for case in scored},
    )
    return exit_code_of(run)


RELEASES = Path(__file__).with_name("releases.yaml")


@cache
def contradicting() -> tuple[Pickle, ...]:
    """Return the scenarios that the model does not demand, with nothing silent: none, in a kit without defects."""
    return tuple(undemanded(machine_of(()), pickles()))


def check_kit() -> None:
    """Raise `CommandError` unless the model demands every scenario."""
    if found := contradicting():
        raise CommandError(
            f"the kit contradicts itself: its model does not demand {len(found)} of its own scenarios, of them "
            f"{found[0].id}; nothing was asked; install the kit again",
            HARNESS,
        )


@cache
def specification_digest() -> str:
    """Return the SHA-256 of what decides a verdict's demands: features, register, model and oracle."""
    return digest("oracle")


def release() -> str:
    """Return the version of the release that this kit is of; empty where it is of none."""
    known: Mapping[str, str] = read_yaml(RELEASES).value()
    return next((version for version, digits in known.items() if digits == specification_digest()), "")
