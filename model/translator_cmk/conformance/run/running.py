"""Keep track of a run under way: its cases with their results, and its report."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from threading import Lock
from time import monotonic
from typing import Any

from ... import __version__
from ...bdd.freeze import is_released
from ...files import write_json
from ...language.declaration import LEVELS, Declaration, declaration_to_wire
from ...language.messages import PROTOCOL
from ...oracle.profiles import NAMES_ARE_RESOLVED_FIRST, silent_in
from ...progress import ProgressBar
from ...requirements import load_register
from ...verdict import FAILING, OF_CASES
from ..judgement.cases import Case, in_order
from ..judgement.deviations import Deviations
from ..judgement.verdicts import (
    Result,
    counts,
    does_count,
    exit_code,
    once_more,
    verdict_on,
    without_causes_ruled_out,
)
from ..report.envelope import FORMAT, Made, case_to_json, groups
from ..report.essentials import REPLAY, STANDING_FOR
from ..report.folder import COUNTEREXAMPLES, ENVELOPE, Folder, derived_files
from ..wire.interruption import Interruption
from ..wire.message_log import NoLog
from ..wire.subject import Subject

EVERY = 2.0
"""Seconds between two writings of the report."""


class Running:
    """The state of a run at any moment."""

    def __init__(self, made: Made, folder: Folder | None = None, today: date | None = None) -> None:
        self.made = made
        self.folder = folder
        self.log = NoLog()
        self.lanes: list[
            Callable[[], None]
        ] = []  # of each under way, what reports its results so far
        self.interruption = Interruption()
        self.deviations = Deviations(made.deviations, today)
        self.declared: Declaration | None = None
        self.cases: dict[str, Case] = {}
        self.results: dict[str, Result] = {}
        self.failed = 0
        self.kept: dict[str, str] = {}  # files of counterexamples, two for each
        self.notes: dict[str, Any] = {}
        self.trouble = ""
        self.no_goodbye = ""  # why the system did not say bye
        self.finished = False
        self.started = now()
        self.saved = monotonic()
        self.lock = Lock()
        self.progress = ProgressBar()

    def expect(self, cases: Iterable[Case]) -> None:
        """Add cases that are going to be run."""
        self.cases |= {case.id: case for case in cases}

    def take(self, case: Case, result: Result) -> None:
        """Record the result of a case; add the case if nobody expected it."""
        self.cases.setdefault(case.id, case)
        self.results[case.id] = result

    def add(self, case: Case, result: Result, subject: Subject) -> None:
        """Record the result of a case that the subject was put through to its end.

        If that was done before, it was tried again.
        """
        with self.lock:
            earlier = self.results.get(case.id)
            if earlier is not None:
                result = once_more(earlier, result)
            self.take(case, result)
            subject.session.note_end()
            self.failed += result.status in FAILING and does_count(case, result)
            self.progress.show_count(len(self.results), len(self.cases), failed=self.failed)
            self.tick()

    def tick(self) -> None:
        """Write the envelope if that was some time ago."""
        if monotonic() - self.saved > EVERY:
            self.save()

    def keep(self, lane: str, command: str, content: dict[str, Any]) -> str:
        """Write a counterexample down as soon as there is one; the name of its file."""
        # each has two files
        name = f"{COUNTEREXAMPLES}/{len(self.kept) // 2 + 1:02}-{lane}-{command}"
        scenario = content["scenario"]
        if scenario:
            scenario = f"# {STANDING_FOR}\n# {REPLAY} FOLDER/{name}.json\n{scenario}"
        files = {
            f"{name}.json": json.dumps(content, indent=1) + "\n",
            f"{name}.feature": scenario,
        }
        self.kept |= files
        if self.folder is not None:
            for file, text in files.items():
                self.folder.write(file, text)
        return f"{name}.json"

    @property
    def silent(self) -> frozenset[str]:
        """The requirements that are silent for the lanes with an oracle: by the profile and the
        revision of the article, and as waived.
        """
        register = load_register(revision=self.made.revision)
        return silent_in(self.made.profile, register) | frozenset(self.made.waived)

    @property
    def listed(self) -> frozenset[str]:
        """The requirements that are known not to hold: they are silent as well, and judged
        apart.
        """
        return self.deviations.requirements() - NAMES_ARE_RESOLVED_FIRST

    def envelope(self) -> dict[str, Any]:
        """Return all that is known, as the report has it; the digests of its other files come last
        of all.
        """
        # counted first: other sessions go on writing, and the file has to have all that counts
        faults = self.log.faults
        messages = self.log.lines
        self.log.flush()
        made = self.made
        asked = made._asdict()
        revision = asked.pop("revision")
        own_features = asked.pop("own_features")
        cases = in_order(self.cases.values())
        results = without_causes_ruled_out(cases, self.results)
        known = self.deviations.known(cases, results)
        verdicts = {case.id: verdict_on(case, results, known) for case in cases}
        stale = list(self.deviations.stale(cases, results)) if self.finished else []
        envelope = {
            "format": FORMAT,
            "kit": __version__,
            "released": is_released(),
            "protocol": PROTOCOL,
            "register": {"article": revision, "requirements": len(load_register())},
            "subject": None if self.declared is None else declaration_to_wire(self.declared),
            **asked,
            "selection": {name: values for name, values in made.selection.items() if values},
            "counts": counts_of(cases, verdicts, made.lanes),
            "groups": groups(cases, verdicts),
            "deviations": [deviation._asdict() for deviation in made.deviations],
            "cases": [case_to_json(case, verdicts[case.id]) for case in cases],
            "started": self.started,
            "finished": max(self.started, now()),  # the clock may have been set back
            "complete": self.finished,
            "faults": faults,
            "exit_code": self.exit_code(cases, verdicts, faults, stale),
            "messages": messages,  # all this follows from so many entries of the message log
            "stale_deviations": stale,
            **self.notes,
        }
        if own_features:
            envelope["own_features"] = [feature._asdict() for feature in own_features]
        if self.trouble:
            envelope["trouble"] = self.trouble
        if self.no_goodbye:
            envelope["no_goodbye"] = self.no_goodbye
        return envelope

    def exit_code(
        self,
        cases: Sequence[Case],
        verdicts: Mapping[str, Result],
        faults: int,
        stale: Sequence[str],
    ) -> int:
        """Return the exit code so far; ``stale``: what is wrong with the file of deviations."""
        return exit_code(cases, verdicts, self.finished, self.made.lanes, faults, stale)

    def save(self, whole: bool = False) -> None:
        """Write the envelope; at the end the ``whole`` report, the envelope last.

        Raises `CommandError` and `OSError`.
        """
        if self.folder is None:
            return
        self.folder.must_be_in_place()
        for report_so_far in self.lanes:
            report_so_far()
        content = self.envelope()
        if whole:
            # a run killed from here on leaves files that fit it
            write_json(self.folder.path / ENVELOPE, content)
            for name, text in derived_files(content).items():
                self.folder.write(name, text)
            self.log.close()
            content["files"] = self.folder.digests()
        write_json(self.folder.path / ENVELOPE, content)
        self.saved = monotonic()


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counts_of(
    cases: Sequence[Case], verdicts: Mapping[str, Result], lanes: Iterable[str]
) -> dict[str, Any]:
    """Return how many cases have which status: of all that counts, by level and by lane, and of
    what does not.
    """
    scored = [case for case in cases if does_count(case, verdicts[case.id])]
    assumed = [case for case in cases if not does_count(case, verdicts[case.id])]
    by_level = {}
    for level in LEVELS:
        by_level[level] = tally_of([case for case in scored if case.level == level], verdicts)
    by_lane = {}
    for lane in lanes:
        by_lane[lane] = tally_of([case for case in scored if case.lane == lane], verdicts)
    return {
        "scored": tally_of(scored, verdicts),
        "assumed": tally_of(assumed, verdicts),
        "levels": by_level,
        "lanes": by_lane,
    }


def tally_of(cases: Iterable[Case], verdicts: Mapping[str, Result]) -> dict[str, int]:
    """Return how many cases there are, and how many of each status."""
    found = counts(cases, verdicts)
    return {"total": found.total(), **{status: found[status] for status in OF_CASES}}
