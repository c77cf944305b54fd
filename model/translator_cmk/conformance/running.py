"""Keep track of a run under way: its sessions, its cases with their results, and its report."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from typing import Any, Protocol

from ..language.declaration import Declaration
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from ..progress import ProgressBar
from ..requirements import Register
from .cases import Case, Result, Run, counts, exit_code, in_order, weighed
from .channels import Fault
from .deviations import FAILING, Deviations
from .findings import Finding
from .report.envelope import Made, envelope
from .report.folder import COUNTEREXAMPLES, ENVELOPE, Folder
from .report.summaries import SAID, files_of
from .session import Interruption, NoLog, Session
from .subject import Coverage, Subject

IN_A_ROW = 5
"""How many cases in a row may break the system at once, or keep it silent, before the run gives up."""


class SessionPool:
    """All sessions of a run."""

    def __init__(self, session: Callable[[], Session], register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.sessions: list[Session] = []
        self.workers: list[Worker] = []

    def worker(self) -> "Worker":
        """Return one more session at work; raises `Fault`."""
        session = self.session()
        session.number = len(self.sessions)
        self.sessions.append(session)
        worker = Worker(session, self.register, self.seed + len(self.sessions) - 1)
        if worker.begin() != self.sessions[0].declared:
            raise Fault("changed", "declared something else in another session")
        self.workers.append(worker)
        return worker

    def unsupported(self) -> set[str]:
        """Return the commands that any of them has answered `unsupported` to."""
        return set[str]().union(*(worker.subject.unsupported for worker in self.workers))

    def bye(self) -> None:
        """End them all."""
        for session in self.sessions:
            session.bye()


class Aborted(Exception):
    """The system broke so often in a row that nothing more is to be learned."""


class Worker:
    """A session with its subject."""

    def __init__(self, session: Session, register: Register, seed: int) -> None:
        self.session = session
        self.register = register
        self.seed = seed
        self.broke = False  # in the last case
        self.in_a_row = 0

    def begin(self) -> Declaration:
        """Say hello; raises `Fault`."""
        declared = self.session.hello()
        self.subject = Subject(self.session, declared, frozenset(self.register), self.seed)
        return declared

    def attempt(self, case: Case, act: Callable[[Subject], Result]) -> Result:
        """Run the case; raises `Aborted`."""
        self.session.case = case.id
        result = act(self.subject)
        self.note(result)
        if result.fault and (stderr := self.session.channel.stderr_tail()):
            result = result._replace(shown="\n".join([SAID, stderr]))
        return result

    def note(self, result: Result) -> None:
        """Keep in mind whether a case broke the system, and whether the system was of any use before."""
        self.broke = bool(result.fault)
        of_use = not self.broke or (self.subject.answered and result.fault != "too-late")
        self.in_a_row = 0 if of_use else self.in_a_row + 1

    def recover(self) -> None:
        """Restart if the last case broke the system; raises `Aborted`."""
        if self.in_a_row >= IN_A_ROW:
            raise Aborted(f"given up: the system broke in {self.in_a_row} cases in a row")
        if self.broke:
            self.restart()

    def restart(self) -> None:
        """Restart; raises `Aborted`."""
        self.session.case = ""
        try:
            self.session.restart()
        except Fault as fault:
            raise Aborted(f"given up: the system does not start again: {fault}") from None


EVERY = 2.0
"""Seconds between two writings of the report."""


class Lane(Protocol):
    """A lane under way, whose verdicts are those of all it has done so far."""

    def so_far(self) -> None:
        """Report the result of each of its cases."""


class Running:
    """The state of a run at any moment."""

    def __init__(self, made: Made, register: Register, folder: Folder | None, deviations: Deviations) -> None:
        self.made = made
        self.register = register
        self.folder = folder
        self.log = NoLog()
        self.lanes: list[Lane] = []
        self.interruption = Interruption()
        self.deviations = deviations
        self.declared: Declaration | None = None
        self.cases: list[Case] = []
        self.expected: set[str] = set()
        self.results: dict[str, Result] = {}
        self.failed = 0
        self.findings: list[Finding] = []
        self.kept: dict[str, str] = {}  # files of counterexamples
        self.coverage = Coverage()
        self.notes: dict[str, Any] = {}
        self.trouble = ""
        self.finished = False
        self.faults = 0
        self.started = now()
        self.saved = monotonic()
        self.lock = Lock()
        self.progress = ProgressBar()

    def expect(self, cases: Iterable[Case]) -> None:
        """Add cases that are going to be run."""
        for case in cases:
            self.expected.add(case.id)
            self.cases.append(case)

    def take(self, case: Case, result: Result) -> None:
        """Record the result of a case; add the case if nobody expected it."""
        if case.id not in self.expected:
            self.expect([case])
        self.results[case.id] = result

    def add(self, case: Case, result: Result, subject: Subject) -> None:
        """Record the result of a case that the subject was put through to its end."""
        with self.lock:
            self.take(case, result)
            self.ended(subject)
            self.failed += result.status in FAILING
            self.progress.show_count(len(self.results), len(self.cases), failed=self.failed)
            self.tick()

    def ended(self, subject: Subject, logged: bool = True) -> None:
        """Note the end of a case or a sequence; without it in the message log, it does not count."""
        if logged:
            subject.session.note({"end": True})
        subject.reference.coverage.move_to(self.coverage)

    def tick(self) -> None:
        """Write the envelope if that was some time ago."""
        if monotonic() - self.saved > EVERY:
            self.save()

    def keep(self, lane: str, finding: Finding, text: str) -> str:
        """Write a counterexample down as soon as there is one; the name of its file."""
        self.findings.append(finding)
        name = f"{COUNTEREXAMPLES}/{len(self.findings):02}-{lane}-{finding.signature.command}"
        files = {f"{name}.json": text, f"{name}.feature": finding.scenario}
        self.kept |= files
        if self.folder is not None:
            for file, content in files.items():
                self.folder.write(file, content)
        return f"{name}.json"

    @property
    def silent(self) -> frozenset[str]:
        """The requirements that are silent for the lanes with an oracle: by the profile, and as waived."""
        return silent_in(self.made.profile, self.register) | frozenset(self.made.waived)

    @property
    def listed(self) -> frozenset[str]:
        """The requirements that are known not to hold: they are silent as well, and judged apart."""
        return self.deviations.requirements() - NAMES_ARE_RESOLVED_FIRST

    def verdicts(self) -> dict[str, Result]:
        """Return the verdicts so far."""
        decisions = {each.id: each.decision for each in self.register.values() if each.decision}
        return weighed(self.cases, self.results, self.deviations.known(self.cases, self.results), decisions)

    def exit_code(self, verdicts: dict[str, Result]) -> int:
        """Return the exit code that the run would have if it ended now."""
        stale = self.deviations.stale(self.cases, self.results) if self.finished else ()
        return exit_code(self.cases, verdicts, Run(self.finished, self.made.lanes, self.faults, tuple(stale)))

    def envelope(self) -> dict[str, Any]:
        """Return all that is known, as the report has it."""
        place = self.log.flush()
        self.faults = place.faults or self.faults
        verdicts = self.verdicts()
        state = {
            "started": self.started,
            "finished": max(self.started, now()),  # the clock may have been set back
            "complete": self.finished,
            "faults": self.faults,
            "exit_code": self.exit_code(verdicts),
            "coverage": self.coverage.counts(),
            "messages": place.lines,  # all this follows from so many entries of the message log
            "stale_deviations": self.deviations.stale(self.cases, self.results) if self.finished else [],
            **self.notes,
            **({"trouble": self.trouble} if self.trouble else {}),
        }
        return envelope(self.made, self.declared, self.register, in_order(self.cases), verdicts) | state

    def save(self, whole: bool = False) -> None:
        """Write the envelope; at the end the ``whole`` report, the envelope last."""
        if self.folder is None:
            return
        for lane in self.lanes:
            lane.so_far()
        content = self.envelope()
        if whole:
            self.folder.write_json(ENVELOPE, content)  # a run killed from here on leaves files that fit it
            for name, text in files_of(content):
                self.folder.write(name, text)
            content["files"] = self.folder.digests()
        self.folder.write_json(ENVELOPE, content)
        self.saved = monotonic()

    def failures(self) -> int:
        """Return how many cases that count have failed."""
        return counts([case for case in self.cases if case.scored], self.verdicts())["failed"]


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
