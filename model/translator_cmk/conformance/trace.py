"""The lane of traces: logs that were recorded elsewhere, compared with all that the specification leaves possible."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import CommandError
from ..escaping import plain
from ..explore.trace import Checker, Event, Reset, Verdict
from ..explore.trace.checking import MOST, Deviation
from ..explore.trace.command import format_deviation
from ..explore.trace.reading import Reader, Truncated
from ..language import WireError, from_text
from ..language.declaration import LEVELS, Declaration
from ..language.json_text import STANDARD_INPUT, read_lines
from ..language.traces import HEAD
from ..machine import Command
from ..oracle.profiles import machine_of
from ..shapes import read_message
from .cases import TRACE
from .findings import Tally
from .judging import SequenceResult
from .report.folder import TRACES, Folder, digest_of
from .report.summaries import UNSTATED
from .running import Running
from .subject import Aborted

UNNAMED = "a recorded system"
"""The name of a system that no head of a trace names."""


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
        try:
            for _ in Reader(str(path)):
                pass
        except Truncated:
            pass
        except WireError as error:
            raise CommandError(str(error)) from None


def head_of(path: Path) -> dict[str, Any]:
    """Return the head of a trace that can be read; empty if it has none."""
    first = next((line for line in read_lines(str(path)) if line.text), None)
    message = from_text(first.text, first.where) if first is not None and first.ended else None
    if not isinstance(message, dict) or "trace" not in message or first is None:
        return {}
    head: dict[str, Any] = read_message(HEAD, message, first.where)
    return head


def recorded_system(paths: Iterable[Path]) -> Declaration:
    """Return the declaration of the system that was recorded; raises `CommandError` if traces are of two systems."""
    heads = [head_of(path) for path in paths]
    named = sorted({head["subject"] for head in heads if "subject" in head})
    if len(named) > 1:
        raise CommandError(f"the traces are of {named[0]!r} and of {named[1]!r}; judge them apart")
    hidden = frozenset[str]().union(*(head.get("hidden", ()) for head in heads))
    return Declaration(named[0] if named else UNNAMED, UNSTATED, frozenset(), hidden=hidden)


def kept(paths: Sequence[Path], folder: Folder) -> list[Trace]:
    """Return the traces, copied into the report; raises `CommandError`."""
    files = [folder.copy(path, f"{TRACES}/{number:02}.jsonl") for number, path in enumerate(paths, start=1)]
    return [trace_of(file, plain(path.name, 200)) for file, path in zip(files, paths, strict=True)]


def trace_of(file: Path, name: str, judged_to: int = 0) -> Trace:
    """Return a trace as the report keeps it."""
    subject = head_of(file).get("subject", "")
    return Trace(f"{TRACES}/{file.name}", digest_of(file), name, subject, judged_to)


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
