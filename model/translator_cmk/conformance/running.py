"""A run under way: the cases, what has come of them so far, and the report that is written meanwhile."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock
from time import monotonic
from typing import Any

from ..requirements import Register
from ..wire.declaration import Declaration
from .cases import Case
from .deviations import FAILING, Deviations
from .findings import Finding
from .progress import Progress
from .report.envelope import Made, State, envelope
from .report.files import files_of
from .report.folder import COUNTEREXAMPLES, ENVELOPE, Folder
from .shadow import Coverage
from .verdicts import Came, Run, Verdict, counts, exit_code, weighed

EVERY = 2.0
"""Seconds between two writings of the report."""


class Running:
    """What is known of a run at any moment."""

    def __init__(self, made: Made, register: Register, folder: Folder | None, deviations: Deviations) -> None:
        self.made = made
        self.register = register
        self.folder = folder
        self.deviations = deviations
        self.declared: Declaration | None = None
        self.cases: list[Case] = []
        self.expected: set[str] = set()
        self.came: dict[str, Came] = {}
        self.failed = 0
        self.findings: list[Finding] = []
        self.named: list[str] = []
        self.coverage = Coverage()
        self.notes: dict[str, Any] = {}
        self.trouble = ""
        self.finished = False
        self.faults: Callable[[], int] = lambda: 0
        self.started = now()
        self.saved = monotonic()
        self.lock = Lock()
        self.progress = Progress()

    def expect(self, cases: Iterable[Case]) -> None:
        """These are going to be run."""
        for case in cases:
            self.expected.add(case.id)
            self.cases.append(case)

    def add(self, case: Case, came: Came) -> None:
        """This came of a case; one that nobody expected is added."""
        with self.lock:
            if case.id not in self.expected:
                self.expected.add(case.id)
                self.cases.append(case)
            self.came[case.id] = came
            self.failed += came.status in FAILING
            self.progress.show(len(self.came), len(self.cases), self.failed)
            self.tick()

    def tick(self) -> None:
        """Write the envelope if that was some time ago."""
        if monotonic() - self.saved > EVERY:
            self.save()

    def keep(self, lane: str, finding: Finding, text: str) -> None:
        """Write a counterexample down as soon as there is one."""
        self.findings.append(finding)
        name = f"{len(self.findings):02}-{lane}-{finding.signature.command}"
        self.named.append(name)
        if self.folder is not None:
            self.folder.write(f"{COUNTEREXAMPLES}/{name}.json", text)
            self.folder.write(f"{COUNTEREXAMPLES}/{name}.feature", finding.scenario)

    def verdicts(self) -> dict[str, Verdict]:
        """The verdicts so far."""
        return weighed(self.cases, self.came, self.deviations.known(self.cases, self.came))

    def exit_code(self, verdicts: dict[str, Verdict]) -> int:
        """What the run would return if it ended now."""
        stale = self.deviations.stale(self.cases, self.came) if self.finished else ()
        return exit_code(self.cases, verdicts, Run(self.finished, self.made.lanes, self.faults(), tuple(stale)))

    def envelope(self) -> dict[str, Any]:
        """All that is known, as the report has it."""
        verdicts = self.verdicts()
        state = State(
            self.started,
            now(),
            self.finished,
            self.faults(),
            self.exit_code(verdicts),
            self.coverage.counts(),
            tuple(self.deviations.stale(self.cases, self.came)) if self.finished else (),
            self.notes | ({"trouble": self.trouble} if self.trouble else {}),
        )
        return envelope(self.made, self.declared, state, self.cases, verdicts, self.register)

    def save(self, whole: bool = False) -> None:
        """Write the envelope; at the end the ``whole`` report, the envelope last."""
        self.saved = monotonic()
        if self.folder is None:
            return
        content = self.envelope()
        if whole:
            for name, text in files_of(content):
                self.folder.write(name, text)
            content["files"] = self.folder.digests()
        self.folder.write_json(ENVELOPE, content)

    def failures(self) -> int:
        """How many cases that count have failed."""
        return counts([case for case in self.cases if case.scored], self.verdicts())["failed"]


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
