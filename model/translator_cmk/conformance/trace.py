"""The lane of traces: logs that were recorded elsewhere, compared with all that the specification leaves possible."""

import shutil
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..errors import CommandError
from ..escaping import plain
from ..explore.trace import Checker, Event, Reset, Verdict
from ..explore.trace.checking import MOST, Deviation
from ..explore.trace.command import format_deviation
from ..explore.trace.reading import Reader, Truncated
from ..language import WireError
from ..language.declaration import LEVELS, Declaration
from ..language.json_text import STANDARD_INPUT
from ..machine import Command
from ..oracle.profiles import machine_of
from .cases import TRACE
from .findings import Tally
from .judging import SequenceResult
from .report.folder import TRACES, Folder, digest_of
from .report.summaries import UNSTATED
from .running import Running
from .subject import Aborted


class Trace(NamedTuple):
    """A trace as the report keeps it: its file there, the digest of that, what it was called, and of what it is."""

    file: str
    sha256: str
    name: str
    subject: str = ""
    judged_to: int = 0
    """The line of the last event that was judged."""


def must_be_readable(paths: Iterable[Path]) -> None:
    """Raise `CommandError` if a trace is malformed; that one is cut off is found when it is judged."""
    for path in paths:
        if str(path) == STANDARD_INPUT:
            raise CommandError("--trace -: name a file: the report keeps a copy")
        read_events(path)


def read_events(path: Path, most: int | None = None) -> Reader:
    """Return the reader of a trace once it has read its head and events, at ``most`` so many; raises `CommandError`."""
    reader = Reader(str(path))
    try:
        for _ in islice(reader, most):
            pass
    except Truncated:
        pass
    except WireError as error:
        raise CommandError(str(error)) from None
    return reader


def recorded_system(paths: Iterable[Path]) -> Declaration:
    """Return the declaration of the system that was recorded; raises `CommandError` if traces are of two systems."""
    heads = [read_events(path, 1) for path in paths]
    named = sorted({head.subject for head in heads if head.subject})
    if len(named) > 1:
        raise CommandError(f"the traces are of {named[0]!r} and of {named[1]!r}; judge them apart")
    hidden = frozenset[str]().union(*(head.hidden for head in heads))
    return Declaration(named[0] if named else "a recorded system", UNSTATED, frozenset(), hidden=hidden)


def kept(paths: Sequence[Path], folder: Folder) -> list[Trace]:
    """Return the traces, copied into the report; raises `CommandError`."""
    found = []
    for number, path in enumerate(paths, start=1):
        file = folder.path / TRACES / f"{number:02}.jsonl"
        try:
            file.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, file)
        except OSError as error:
            raise CommandError(f"{path}: can't be copied to {file}: {error.strerror}") from None
        found.append(trace_of(file, plain(path.name, 200)))
    return found


def trace_of(file: Path, name: str, judged_to: int = 0) -> Trace:
    """Return a trace as the report keeps it."""
    return Trace(f"{TRACES}/{file.name}", digest_of(file), name, read_events(file, 1).subject, judged_to)


class Judging:
    """Traces under way, one after another; their results so far are a verdict on each command that they contain."""

    def __init__(self, running: Running, folder: Path, traces: Iterable[Trace]) -> None:
        self.running = running
        self.folder = folder
        self.traces = list(traces)
        self.tally = Tally(TRACE, LEVELS, silent=running.silent)
        self.worlds = 0

    def judge(self, number: int, whole: bool) -> None:
        """Judge a trace, or what was judged of it; raises `WireError`, and `Truncated` where it was cut off."""
        trace, silent, listed = self.traces[number], self.running.silent, self.running.listed
        self.traces[number] = trace._replace(judged_to=0)
        checker, strict = Checker(machine_of(silent | listed)), Checker(machine_of(silent))
        last: tuple[Command, ...] = ()  # the last command of this world
        for at, event in Reader(str(self.folder / trace.file)):
            was, known = checker.verdict, len(strict.verdict.deviations)
            if (at > trace.judged_to and not whole) or len(was.deviations) == MOST:
                break
            self.running.interruption.check()
            checker.read([(at, event)])
            if listed:
                strict.read([(at, event)])
            if isinstance(event, Reset):
                last = ()
            else:
                last = event.request.commands[:1] if event.request is not None else last
                self.worlds += checker.verdict.worlds - was.worlds
                if result := result_of(last, event, was, checker.verdict, strict.verdict.deviations[known:]):
                    self.tally.add(result)
                    if result.differences:
                        in_full = [trace.name, *format_deviation(checker.verdict.deviations[-1], trace.name)]
                        self.tally.in_full.setdefault(result.last, in_full)
                    if result.lost_track:
                        self.tally.planned.add(result.last)
            self.traces[number] = self.traces[number]._replace(judged_to=at)
            self.running.tick()

    def so_far(self) -> None:
        """Report the result of each command, and how far each trace was judged."""
        self.running.take_tally(self.tally)
        counts = self.tally.counts() | {"sequences": self.worlds}
        self.running.notes[TRACE] = {"traces": [each._asdict() for each in self.traces], **counts}


def result_of(
    asked: tuple[Command, ...], event: Event, was: Verdict, now: Verdict, listed: tuple[Deviation, ...]
) -> SequenceResult | None:
    """Return what an event shows of the last command, by the verdicts before and after it; None if it shows nothing."""
    result = SequenceResult(asked)
    if len(now.deviations) > len(was.deviations):
        result.differences = now.deviations[-1].differences
    elif len(now.overflows) > len(was.overflows):
        result.lost_track = "so much is possible after it that the rest of its world was not judged"
    elif listed:
        result.known = listed[0].differences
    elif (
        event.request is not None and event.judgeable and (now.skipped, now.uncompared) == (was.skipped, was.uncompared)
    ):
        result.accepted.add(result.last)  # a log may well have refusals alone
    else:
        return None
    return result


def run_trace(running: Running, folder: Path, traces: Iterable[Trace], whole: bool = True) -> None:
    """Judge traces in the folder of a report, or what was judged of them.

    Raises `Aborted` where one was cut off, once all of them are judged as far as they go.
    """
    running.progress.begin(TRACE)
    judging = Judging(running, folder, traces)
    running.lanes.append(judging.so_far)
    cut_off = []
    try:
        for number, trace in enumerate(judging.traces):
            running.progress.show_count(number, len(judging.traces), "traces", len(judging.tally.failed))
            try:
                judging.judge(number, whole)
            except Truncated as error:
                cut_off.append(str(error).replace(str(folder / trace.file), trace.name))
            except WireError as error:
                raise CommandError(str(error)) from None
    finally:
        judging.so_far()
        running.lanes.remove(judging.so_far)
    if cut_off:
        raise Aborted("; ".join(cut_off))
