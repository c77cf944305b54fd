"""Runs one scenario against one system, step by step, and formats its failure."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..language import WireError, command_to_wire, observation_from_wire, outcome_from_wire, outcome_to_wire
from ..language.facts import Fact, difference, holds, observed
from ..language.sentences import format_command, format_fact, format_outcome
from ..language.situations import Situation, Stage
from ..machine import ROWS, Accepted, Command, Machine, Observation, Outcome, Refused, Unspecified
from ..machine.rows import Effect
from ..oracle import Oracle
from ..oracle.nondeterminism import TooManyStates
from ..oracle.observability import Shown
from ..oracle.profiles import machine_of, silent_in
from ..requirements import Requirement, load_register
from ..system import ModelSystem, System, Unsupported
from .assertions import Assertion, AssertionFailed, Change, NotApplicable, StepResult, format_ids, format_observed
from .features import Pickle, shown
from .prerequisites import inapplicable, is_legacy, not_offered, promised
from .systems import declaration_of
from .vocabulary import facts_of, read_steps


class SetupFailed(Exception):
    """A `Given` failed, so the scenario could not be run; ``by`` holds ids of requirements.

    ``missing``: the facts that should hold after an accepted command and do not, as far as they are known.
    """

    def __init__(self, by: frozenset[str], why: str, missing: tuple[Fact, ...] = ()) -> None:
        super().__init__(f"blocked by {format_ids(by)}")
        self.by = by
        self.why = why
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


class Verdict(NamedTuple):
    """The status of a scenario, as in results, and a reason unless it passed."""

    status: str
    reason: str | None = None


STATUSES: Mapping[type[Exception], str] = {
    AssertionFailed: "failed",
    SetupFailed: "not-run",
    Unsupported: "not-run",
    Inconclusive: "inconclusive",
    NotApplicable: "not-applicable",
}
"""The status of a scenario run that raised this; anything else comes from the system, or from a defect of ours."""


def verdict_of(error: BaseException | None) -> Verdict | None:
    """Return the verdict on a scenario run that raised this, or nothing; None where it has no status."""
    if error is None:
        return Verdict("passed")
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), None)
    reason = f"unsupported: {error}" if isinstance(error, Unsupported) else str(error)
    return Verdict(status, reason) if status else None


NO_LEGACY_VAULTS = "a vault without soft delete can't be made: the capability legacy-vaults is not declared"


class ScenarioRun:
    """One run of a scenario against a system, as far as it applies to what the system has declared.

    Raises `NotApplicable` where it does not, and `Unsupported` where it has to and the stage has no place for it.
    """

    def __init__(self, system: System, pickle: Pickle) -> None:
        self.system = system
        self.pickle = pickle
        self.step = -1
        self.details: list[dict[str, Any]] = []
        self.seen: Observation | None = None
        self.asked: list[tuple[Command, Outcome, Observation | None]] = []
        """Every command so far with its outcome, and what the system showed after it, if it was observed then."""
        self.declared = declaration_of(system)
        self.result = self._result(Accepted(), {}, {})
        if reason := inapplicable(pickle, self.declared):
            raise NotApplicable(reason)
        if lacking := not_offered(pickle, self.declared):
            raise Unsupported(f"{lacking}, which every system must have for this scenario; add it to the stage")
        system.reset(self.declared.stage)

    def given(self, text: str, start: Situation | Command) -> None:
        """Bring the system to a starting point; raises `SetupFailed` where it does not get there."""
        self._begin("Given", text)
        if isinstance(start, Situation):
            for stage in start.stages:
                for command in stage.commands:
                    self._do(command)
                check_established(stage, self._observe(), self.declared.shows)
        else:
            before = self._observe()
            outcome = self._do(start)
            self._record(start, outcome, before, self._observe())

    def when(self, text: str, command: Command) -> None:
        """Submit the command that the scenario is about, and keep its result."""
        self._begin("When", text)
        before = self._observe()
        outcome = self._submit(command)
        # kept before the system is observed, which may fail
        self.result = self._result(outcome, before, {})
        self.result = self._result(outcome, before, self._observe())
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
        if not shows(seen, statement):
            raise AssertionFailed(text, format_observed(seen, statement))

    @property
    def changes(self) -> list[Change]:
        """Return what the When changed; nothing before the When, or where the system was not observed after it."""
        return self.result.changes if self.result.after else []

    def _result(self, outcome: Outcome, before: Observation, after: Observation) -> StepResult:
        requirements, facts = self.pickle.requirements, facts_of(self.pickle)
        by_model = isinstance(self.system, ModelSystem)
        return StepResult(outcome, before, after, requirements, facts, self.declared, by_model)

    def _begin(self, kind: str, text: str) -> None:
        self.step += 1
        self.details.append({"step": f"{kind} {text}"})

    def _record(self, command: Command, outcome: Outcome, before: Observation, after: Observation) -> None:
        self.details[-1] |= {
            "command": command_to_wire(command),
            "outcome": outcome_to_wire(outcome),
            "changed": [[format_fact(was), format_fact(now)] for was, now in difference(before, after)],
        }

    def _do(self, command: Command) -> Outcome:
        before = self._observe()
        excused = is_legacy(command) and not self.declared.can("legacy-vaults")
        try:
            outcome = self._submit(command)
        except Unsupported:
            if excused:
                raise NotApplicable(NO_LEGACY_VAULTS) from None
            raise
        if not isinstance(outcome, Accepted):
            by = outcome.because if isinstance(outcome, Refused) else outcome.silent
            if excused and isinstance(outcome, Refused):
                raise NotApplicable(NO_LEGACY_VAULTS)
            raise SetupFailed(by or effects(command), f"{format_outcome(outcome)}, when {format_command(command)}")
        after = self._observe()
        if excused and observed(after, "vault", command.as_dict()["vault"], "soft_delete") is True:
            raise NotApplicable(NO_LEGACY_VAULTS)
        if before == after and self._lacks_a_change():
            raise SetupFailed(effects(command), f"nothing that can be observed changes, when {format_command(command)}")
        return outcome

    def _lacks_a_change(self) -> bool:
        """Return whether the article demands a change, of the last command, that the system does not show."""
        declared = self.declared
        oracle = Oracle(article(), Shown(declared.can("reasons"), declared.can("audit"), declared.unseen))
        oracle.reset(declared.stage)
        with suppress(TooManyStates):
            for command, outcome, seen in self.asked:
                oracle.submit(command)
                if oracle.narrow(outcome, seen):
                    return True
        return False

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
        self.asked.append((command, outcome, None))
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
                self.asked[-1] = (*self.asked[-1][:2], self.seen)
        return self.seen


@cache
def article() -> Machine:
    """Return the machine of profile `article`, made once."""
    return machine_of(silent_in("article", load_register()))


def check_established(stage: Stage, seen: Observation, visible: Callable[[str, str], bool]) -> None:
    """Raise `SetupFailed` where a fact of the stage is missing.

    It names the requirements behind the missing facts, without those whose new facts hold.
    ``visible`` says of a kind and a field whether the system shows it at all.
    """
    missing = [(fact, by) for fact, by in stage.establishes if visible(fact.kind, fact.field) and not shows(seen, fact)]
    if missing:
        suspected = frozenset[str]().union(*(by for _, by in missing))
        new = stage.establishes[len(stage.establishes) - stage.own :]
        cleared = frozenset[str]().union(*(by for fact, by in new if shows(seen, fact)))
        facts = "; ".join(format_fact(fact) for fact, _ in missing)
        by = suspected - cleared or suspected
        raise SetupFailed(by, f"after it this is not so: {facts}", tuple(fact for fact, _ in missing))


def effects(command: Command) -> frozenset[str]:
    """Return the requirements that say what the command does."""
    return frozenset(row.requirement for row in ROWS if isinstance(row, Effect) and row.on is type(command))


def shows(seen: Observation, fact: Fact) -> bool:
    """Return whether the observation shows the fact; of an entity that does not exist it shows only its absence."""
    return holds(fact, seen) and (fact.field == "exists" or observed(seen, fact.kind, fact.name, "exists") is True)


def run_scenario(system: System, pickle: Pickle) -> ScenarioRun:
    """Run the whole scenario without pytest.

    Raises `AssertionFailed`, `SetupFailed`, `Inconclusive` or `NotApplicable`, and all that the system raises,
    `Unsupported` included.
    """
    run = ScenarioRun(system, pickle)
    for kind, text, meaning in read_steps(pickle):
        getattr(run, kind)(text, meaning)
    return run


def format_title(pickle: Pickle) -> str:
    """Return the scenario's name in reports: requirement, name, and which row of the examples."""
    return f"[{pickle.requirements[0]}] {pickle.name}{f' ({pickle.row})' if pickle.row else ''}"


def format_failure(
    error: BaseException,
    reason: str,
    pickle: Pickle,
    path: Path,
    requirement: Requirement | None,
    run: ScenarioRun | None,
) -> Iterator[str]:
    """Yield the lines that say why the scenario did not pass; the first names it."""
    findings: list[tuple[str, str]] = []
    match error:
        case AssertionFailed():
            reason, findings = "failed", [("expected", error.expected), ("observed", error.observed)]
        case SetupFailed():
            reason, findings = f"not run, {error}", [("because", error.why)]
    yield f"{format_title(pickle)}: {reason}"
    if run is None:
        return
    yield f"{shown(path)}:{pickle.steps[run.step].line}"
    if requirement is not None:
        yield ""
        yield f"  {'requirement':<11}  {requirement.title}"
        yield f"  {'':<11}  {requirement.wording}"
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
