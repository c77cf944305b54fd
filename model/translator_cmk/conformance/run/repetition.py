"""Repeat the run of a report: with its message log in place of the system, or with a system that is
asked again.

With the log in its place, each session of the repetition has the stream of one session of then, and
every scenario is played in the session that had it.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from ...bdd.scenario_run import Details
from ...escaping import plain
from ..judgement.cases import FUZZ, LANES, Envelope, ScenarioCase
from ..judgement.selection import is_selected
from ..judgement.verdicts import NOT_REACHED
from ..report.comparison import of_log
from ..report.folder import MESSAGES
from ..report.reading import made_of
from ..report.recorded import EndOfLog, MessageLog, NotInLog
from ..wire import Fault
from ..wire.session import Session
from ..wire.session_pool import SessionPool
from ..wire.subject import Aborted, Subject, by_chance
from .features import attempt, run_features
from .run_lanes import run_lanes
from .running import Running


def running_of(envelope: Envelope) -> Running:
    """Return the run of a report before it has begun; raises `CommandError` where no run is made
    so.
    """
    return Running(made_of(envelope), today=date.fromisoformat(envelope["started"][:10]))


def as_written(running: Running) -> Envelope:
    """Return the envelope of a run as a file has it."""
    found: Envelope = json.loads(json.dumps(running.envelope()))
    return found


class Repetition:
    """The run of a report, once more: the log answers in place of the system.

    ``problems``: where the log is not that of such a run.  ``details``: of the steps of each
    scenario.
    """

    def __init__(self, folder: Path, envelope: Envelope) -> None:
        self.folder = folder
        self.envelope = envelope
        self.complete = bool(envelope["complete"])
        self.log = MessageLog(folder / MESSAGES, envelope["messages"])
        self.problems: list[str] = []
        self.details: dict[str, Details] = {}
        self.running = running_of(envelope)
        self.running.log = self.log
        self.pool = SessionPool(self._session, self.running.made.seed)

    def _session(self) -> Session:
        stream = self.log.stream()
        return Session(stream, stream, clock=stream)

    def run(self) -> Running:
        """Run all lanes as far as the report goes; raises `CommandError`."""
        try:
            run_lanes(self.running, self.pool.subject(), self._play, self._begun)
        # the log of a run that broke off may end anywhere
        except EndOfLog as error:
            if self.complete:
                self.problems.append(str(error))
        except NotInLog as error:
            self.problems.append(str(error))
        except (Fault, Aborted) as error:
            if self.complete:
                self.problems.append(f"the run broke off, and is said to be complete: {error}")
        try:
            self._say_bye()
        except NotInLog as error:  # the run was somewhere else when it ended
            self.problems.append(str(error))
        if not self.problems:
            self._find_what_is_left()
        self.problems += of_log(self.log, self.envelope)
        self.running.finished = self.complete
        return self.running

    def _say_bye(self) -> None:
        """End the sessions that were ended then; raises `NotInLog`."""
        reasons = []
        for session, stream in zip(self.pool.sessions, self.log.streams, strict=True):
            entry = stream.peek()
            if entry is not None and entry.verb == "bye":
                reasons.append(session.bye())
        self.running.no_goodbye = plain(next(filter(None, reasons), ""))

    def _find_what_is_left(self) -> None:
        """Note the first entry of the log that this run does not ask for."""
        for entry in self.log.left():
            if self.complete or "interrupted" not in entry.content:
                self.problems.append(f"{MESSAGES}:{entry.number}: nothing that this run asks for")
                return

    @property
    def _is_by_pytest(self) -> bool:
        """Whether pytest made this run: it has no budgets."""
        return not self.running.made.budgets

    def _begun(self, lane: str) -> bool:
        """Return whether the report has results of a lane, or may get some."""
        if self.complete or lane in self.envelope:
            return True
        return any(case["lane"] == lane for case in self.envelope["cases"])

    def _play(self, chosen: list[ScenarioCase]) -> None:
        """Play the scenarios, each in the session that has it; raises `Aborted` and `NotInLog`."""
        first = self.pool.subjects[0]
        while first.declaration.can("parallel") and self.log.has_another_session():
            self.pool.subject()

        waiting = {scenario.case.id: scenario for scenario in chosen}
        gave_up: Aborted | None = None
        for subject, stream in zip(self.pool.subjects, self.log.streams, strict=True):
            try:
                while True:
                    entry = stream.peek()
                    if entry is None or entry.verb == "bye" or entry.case not in waiting:
                        break
                    scenario = waiting[entry.case]
                    if not self._is_by_pytest:  # which alone may have tried it again
                        del waiting[entry.case]
                    details: Details = []
                    self.details.setdefault(entry.case, details)
                    attempt(self.running, subject, scenario, details)
            except EndOfLog:
                pass  # the others may have more
            except Aborted as error:
                gave_up = error
        self._must_have_played(chosen)
        if gave_up:
            raise gave_up

    def _must_have_played(self, chosen: Sequence[ScenarioCase]) -> None:
        """Raise `NotInLog` if the log lacks a scenario that such a run has played."""
        all_were_begun = self.complete or any(self._begun(lane) for lane in LANES[1:])
        missing = [
            name for name in self._due(chosen, all_were_begun) if name not in self.running.results
        ]
        # of a run that broke off, each of the other sessions may have been about one
        tolerated = 0 if all_were_begun else len(self.pool.subjects) - 1
        if len(missing) > tolerated:
            raise NotInLog(f"{MESSAGES} does not have {missing[0]}, which this run asks for")

    def _due(self, chosen: Sequence[ScenarioCase], all_were_begun: bool) -> list[str]:
        """Return the scenarios that were begun in such a run."""
        # pytest has an order of its own, and leaves out controls that nobody selected
        if self._is_by_pytest:
            if not all_were_begun:
                return []
            selection = self.running.made.selection
            return [scenario.case.id for scenario in chosen if is_selected(scenario, selection)]
        names = [scenario.case.id for scenario in chosen]
        if all_were_begun:
            return names
        # verify keeps to the order: all up to the last that ended were begun
        ended = [
            number for number, name in enumerate(names, start=1) if name in self.running.results
        ]
        return names[: max(ended, default=0)]


def ask_again(envelope: Envelope, session: Session) -> Running:
    """Ask a system all that was asked then; raises `Fault` where it does not say hello."""
    running = running_of(envelope)
    subject = Subject(session, by_chance())
    asked = {case["id"] for case in envelope["cases"] if case.get("reason") != NOT_REACHED.reason}
    if FUZZ in envelope:  # as many sequences as there were, however long they take
        sequences = max(1, envelope[FUZZ]["sequences"])
        running.made = running.made._replace(
            budgets={**running.made.budgets, "sequences": sequences}
        )

    def play(chosen: list[ScenarioCase]) -> None:
        run_features(
            running, [subject], [scenario for scenario in chosen if scenario.case.id in asked]
        )

    def was_begun(lane: str) -> bool:
        return lane != FUZZ or FUZZ in envelope

    with suppress(Aborted):  # what was not reached differs
        run_lanes(running, subject, play, was_begun)
    return running
