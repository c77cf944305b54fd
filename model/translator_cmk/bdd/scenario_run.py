"""Runs one scenario against one system, step by step, and says why it did not pass: its cause, and its Then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

from ..explore.row_sources import row_sources
from ..language.facts import Fact, changed_facts, holds, observed_value
from ..language.messages import command_to_wire, observation_from_wire, outcome_from_wire, outcome_to_wire
from ..language.sentences import format_command, format_fact, format_outcome
from ..language.situations import Situation
from ..machine import Accepted, Command, Machine, Observation, Outcome, Refused, Stage, Unspecified
from ..oracle import Exchange, Follower, Oracle, Why, first_difference, format_why, oracle_for
from ..oracle.nondeterminism import TooManyStates
from ..oracle.observability import Shown
from ..oracle.profiles import PROFILES, silent_in
from ..requirements import load_register
from ..shapes import WireError
from ..system import ModelSystem, System, Unsupported
from ..verdict import Status, Verdict
from .assertions import Assertion, AssertionFailed, Change, NotApplicable, StepResult, format_observed
from .demands import machine_without, resting_on
from .diagnostics import format_path
from .features import Pickle
from .prerequisites import capabilities_of, inapplicable, not_offered, promised
from .systems import declaration_of
from .vocabulary import commands_of, facts_of, read_steps


class SetupFailed(Exception):
    """A `Given` failed, so the scenario could not be run; the text says why.

    ``missing``: the facts that should hold after an accepted command and do not, as far as they are known.
    """

    def __init__(self, why: str, missing: tuple[Fact, ...] = ()) -> None:
        super().__init__(why)
        self.missing = missing


class CapabilityMissing(AssertionFailed):
    """The system does not support a command although it has declared a capability that includes it."""

    def __init__(self, capability: str, command: Command) -> None:
        super().__init__(
            f"the capability {capability}, which is declared", f"unsupported, when {format_command(command)}"
        )
        self.capability = capability


class Inconclusive(Exception):
    """The system's answer shows nothing about the specification."""


STATUSES: Mapping[type[Exception], Status] = {
    AssertionFailed: Status.FAILED,
    SetupFailed: Status.BLOCKED,
    Unsupported: Status.NOT_RUN,
    Inconclusive: Status.INCONCLUSIVE,
    NotApplicable: Status.NOT_APPLICABLE,
}
"""The status of a scenario run that raised this; anything else comes from the system, or from a defect of ours."""


def verdict_of(error: BaseException | None) -> Verdict | None:
    """Return the verdict on a scenario run that raised this, or nothing; None where it has no status."""
    if error is None:
        return Verdict(Status.PASSED)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
    kind = "unsupported: " if isinstance(error, Unsupported) else "blocked: " if isinstance(error, SetupFailed) else ""
    return Verdict(status, f"{kind}{error}") if status else None


NO_LEGACY_VAULTS = "a vault without soft delete can't be made: the capability legacy-vaults is not declared"


Details = list[dict[str, Any]]
"""What is shown of each step: its sentence, and of a command its outcome and what it changed."""


class ScenarioRun:
    """One run of a scenario against a system, as far as it applies to what the system has declared.

    Raises `NotApplicable` where it does not, and `Unsupported` where it has to and the stage has no place for it.
    """

    def __init__(self, system: System, pickle: Pickle) -> None:
        self.system = system
        self.pickle = pickle
        self.step = -1
        self.details: Details = []
        self.began: list[float] = []
        """When each step began."""
        self.seen: Observation | None = None
        self.asked: list[Exchange] = []
        """Every command so far."""
        self.declared = declaration_of(system)
        self.model = ModelSystem()
        self.excused: set[Fact] = set()
        """Facts of the model that the system does not show, and need not before the When."""
        facts, by_model = facts_of(pickle), isinstance(system, ModelSystem)
        self.result = StepResult(Accepted(), {}, {}, pickle.requirements, facts, self.declared, by_model)
        if reason := inapplicable(pickle, self.declared):
            raise NotApplicable(reason)
        if lacking := not_offered(commands_of(pickle), self.declared.stage):
            raise Unsupported(f"{lacking}, which every system must have for this scenario; add it to the stage")
        system.reset(self.declared.stage)
        self.model.reset(self.declared.stage)

    def play(self) -> None:
        """Play all steps; raises what they raise."""
        for _ in self.pickle.steps:
            self.play_next()

    def play_next(self) -> None:
        """Play the next step; raises what it raises."""
        kind, text, meaning = read_steps(self.pickle)[self.step + 1]
        getattr(self, kind)(text, meaning)

    def given(self, text: str, start: Situation | Command) -> None:
        """Bring the system to a starting point; raises `SetupFailed` where it does not get there."""
        self._begin("Given", text)
        before = self._observe()
        for command in start.commands if isinstance(start, Situation) else (start,):
            outcome = self._do(command)
        if isinstance(start, Command):
            self._record(start, outcome, before, self._observe())

    def when(self, text: str, command: Command) -> None:
        """Submit the command that the scenario is about, and keep its result."""
        self._begin("When", text)
        before = self._observe()
        outcome = self._submit(command)
        # kept before the system is observed, which may fail
        self.result = replace(self.result, outcome=outcome, before=before)
        self.result = replace(self.result, after=self._observe())
        self._record(command, outcome, before, self.result.after)

    def then(self, text: str, statement: Fact | Assertion) -> None:
        """Check a fact or an assertion; raises `AssertionFailed`, or `NotSpecified`."""
        self._begin("Then", text)
        outcome = self.result.outcome
        if isinstance(outcome, Unspecified) and not (
            isinstance(statement, Assertion) and statement.kind == "not specified"
        ):
            raise AssertionFailed(text, format_outcome(outcome))
        if isinstance(statement, Assertion):
            statement.check(self.result)
            return
        if not self.declared.shows(statement.kind, statement.field):
            hidden = f"{statement.kind}.{statement.field} is not shown, which can't be declared for this"
            raise AssertionFailed(text, hidden)
        seen = self._observe()
        there = statement.field == "exists" or observed_value(seen, statement.kind, statement.name, "exists")
        if not (there and holds(statement, seen)):  # what does not exist has no fields, not even absent ones
            raise AssertionFailed(text, format_observed(seen, statement))

    @property
    def durations(self) -> tuple[float, ...]:
        """Return the seconds that each step took, or has taken so far."""
        ends = (*self.began[1:], perf_counter())
        return tuple(round(end - start, 6) for start, end in zip(self.began, ends, strict=False))

    @property
    def changes(self) -> list[Change]:
        """Return what the When changed; nothing before the When, or where the system was not observed after it."""
        return self.result.changes if self.result.after else []

    def _begin(self, kind: str, text: str) -> None:
        self.step += 1
        self.began.append(perf_counter())
        self.details.append({"step": f"{kind} {text}"})

    def _record(self, command: Command, outcome: Outcome, before: Observation, after: Observation) -> None:
        self.details[-1] |= {
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "changed": [[format_fact(was), format_fact(now)] for was, now in changed_facts(before, after)],
        }

    def _do(self, command: Command) -> Outcome:
        excused = "legacy-vaults" in set(capabilities_of(command)) - self.declared.capabilities
        try:
            outcome = self._submit(command)
        except Unsupported:
            if excused:
                raise NotApplicable(NO_LEGACY_VAULTS) from None
            raise
        if not isinstance(outcome, Accepted):
            if excused and isinstance(outcome, Refused):
                raise NotApplicable(NO_LEGACY_VAULTS)
            raise SetupFailed(f"{format_outcome(outcome)}, when {format_command(command)}")
        after = self._observe()
        if excused and observed_value(after, "vault", command.as_dict()["vault"], "soft_delete") is True:
            raise NotApplicable(NO_LEGACY_VAULTS)
        self.model.submit(command)
        self._check_reached(after)
        return outcome

    def _check_reached(self, seen: Observation) -> None:
        """Raise `SetupFailed` where a fact is missing after the commands so far.

        What the article does not demand, and the scenario does not rest on, may be otherwise.
        """
        new = (fact for fact, _ in changed_facts(self.model.observe(), seen) if fact not in self.excused)
        lacking = tuple(fact for fact in new if self.declared.shows(fact.kind, fact.field))
        if not lacking:
            return
        missing = demanded_of(lacking, self.asked, self.pickle, self.declared.stage)
        if missing:
            raise SetupFailed(f"after it this is not so: {'; '.join(map(format_fact, missing))}", missing)
        self.excused.update(lacking)

    def _submit(self, command: Command) -> Outcome:
        self.seen = None
        try:
            answer: Any = self.system.submit(command)
        except Unsupported:
            if capability := promised(command, self.declared):
                raise CapabilityMissing(capability, command) from None
            raise
        if not isinstance(answer, Outcome):
            raise Inconclusive(f"the system answers {answer!r}, which is no outcome, when {format_command(command)}")
        try:
            outcome = outcome_from_wire(outcome_to_wire(answer), "the answer of the system")
        except WireError as error:
            raise Inconclusive(str(error)) from None
        self.asked.append(Exchange(command, outcome, None))
        return outcome

    def _observe(self) -> Observation:
        """Return what the system has shown since the last command; it is asked once."""
        if self.seen is None:
            try:
                # makes a copy, since a system may hand out its own dictionaries and change them later
                self.seen = observation_from_wire(self.system.observe(), "what the system shows")
            except WireError as error:
                raise Inconclusive(str(error)) from None
            if self.asked:
                self.asked[-1] = self.asked[-1]._replace(seen=self.seen)
        return self.seen


def demanded_of(facts: tuple[Fact, ...], asked: Iterable[Exchange], pickle: Pickle, stage: Stage) -> tuple[Fact, ...]:
    """Return those of the facts that are demanded once these commands are accepted; all if too much is possible."""
    follower = Follower(Oracle(machine_relied_on(pickle), Shown(audit=False)))
    follower.begin(stage)
    for exchange in asked:
        if exchange.command is not None:
            follower.submit(exchange.command)
            follower.answer(Accepted(), None)
    if not follower.has_track:
        return facts
    try:
        return tuple(fact for fact in facts if follower.oracle.demands(fact))
    except TooManyStates:
        return facts


@cache
def machine_relied_on(pickle: Pickle) -> Machine:
    """Return the machine of all that the article demands, and of what else the scenario rests on."""
    silent = silent_in("article", load_register())
    return machine_without(silent.difference(resting_on(pickle, silent)))


def run_scenario(system: System, pickle: Pickle) -> ScenarioRun:
    """Run the whole scenario without pytest.

    Raises `AssertionFailed`, `SetupFailed`, `Inconclusive` or `NotApplicable`, and all that the system raises,
    `Unsupported` included.
    """
    run = ScenarioRun(system, pickle)
    run.play()
    return run


# Why a scenario did not pass


Causes = tuple[str, ...]
"""What a failure is attributed to: ids of requirements, or a capability that is declared."""


def causes_of(error: BaseException | None, run: ScenarioRun | None) -> Causes:
    """Return what it is attributed to that a scenario failed or was blocked; nothing for any other end.

    A When or a Then is what the scenario is about, so of the requirements that are named its own come first.
    """
    if run is None:
        return ()
    if isinstance(error, CapabilityMissing):
        return (f"the capability {error.capability}",)
    if isinstance(error, SetupFailed):
        return why_of(run).attributed_to
    if isinstance(error, AssertionFailed):
        own = run.pickle.requirements
        named = why_of(run).attributed_to
        own_first = [name for name in own if name in named]
        return tuple(dict.fromkeys((*own_first, *named))) or own
    return ()


@lru_cache(maxsize=1)
def why_of(run: ScenarioRun) -> Why:
    """Return why the first step is named that differs from the article, or else from what we assume."""
    for profile in PROFILES:
        oracle = oracle_for(machine_without(silent_in(profile, load_register())), run.declared)
        differs = first_difference(run.asked, oracle, run.declared.stage)
        if differs:
            return differs.why
    return Why()


def by_cause(failures: Mapping[str, Causes]) -> Iterator[tuple[str, list[str]]]:
    """Yield the failures by the first that each is attributed to, those of which there are most first."""
    groups: dict[str, list[str]] = {}
    for name, causes in failures.items():
        cause = causes[0] if causes else ""
        groups.setdefault(cause, []).append(name)
    yield from sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)


def places_of(requirement: str) -> list[str]:
    """Return file and line of each row of the model that implements a requirement, from the root of the source."""
    return [each.place for each in row_sources() if each.row.requirement == requirement]


def format_failure(
    error: BaseException, reason: str, pickle: Pickle, path: Path, run: ScenarioRun | None
) -> Iterator[str]:
    """Yield the lines that say why the scenario did not pass; the first names it."""
    findings: list[tuple[str, str]] = []
    match error:
        case AssertionFailed():
            reason, findings = Status.FAILED.word, [("expected", error.expected), ("observed", error.observed)]
        case SetupFailed():
            reason, findings = Status.BLOCKED.word, [("because", str(error))]
    yield f"{pickle.title}: {reason}"
    if run is None:
        return
    yield f"{format_path(path)}:{pickle.steps[run.step].line}"
    yield ""
    yield from format_requirements(error, run)
    yield ""
    for number, each in enumerate(pickle.steps[: run.step + 1]):
        yield f"{'>' if number == run.step else ' '} {each.keyword:<11}  {each.text}"
    if findings:
        yield ""
    for name, text in findings:
        yield f"  {name:<11}  {text}"
    for number, (was, now) in enumerate(run.changes):
        yield f"  {'' if number else 'changed':<11}  - {format_fact(was)}"
        yield f"  {'':<11}  + {format_fact(now)}"


def format_requirements(error: BaseException, run: ScenarioRun) -> Iterator[str]:
    """Yield the requirement that is named first, with its rows, and why it is named."""
    register = load_register()
    named = [name for name in causes_of(error, run) if name in register] or list(run.pickle.requirements)
    requirement = register[named[0]]
    yield f"  {'requirement':<11}  {requirement.id}: {requirement.title}"
    yield f"  {'':<11}  {requirement.wording}"
    for number, place in enumerate(places_of(requirement.id)):
        yield f"  {'' if number else 'row':<11}  {place}"
    for label, text in format_why(why_of(run)):
        yield f"  {label:<11}  {text}"


def format_causes(failures: Mapping[str, Causes], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the failures by cause for a summary: how many, and the first of them by its title."""
    register = load_register()
    for cause, names in by_cause(failures):
        about = f"{cause}: {register[cause].title}" if cause in register else cause or "no requirement"
        yield f"{len(names):>4}  {about}"
        yield f"      first: {titles[names[0]]}"
