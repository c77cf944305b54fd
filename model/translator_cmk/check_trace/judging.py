"""Judge one file: read it, check it, and find out what it shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import DEVIATIONS, INCOMPLETE, OK, USAGE, print_error
from ..machine import Machine, Stage
from ..progress import ProgressBar
from ..shapes import WireError
from .checking import Checker, TraceVerdict
from .events import Event
from .showing import Shows, shows_of
from .trace_reader import TraceReader, Truncated
from .wording import plural


@dataclass
class JudgedLog:
    """A log with its verdict, what it shows, and what ended the reading of it, as an exit code."""

    source: str
    subject: str
    verdict: TraceVerdict
    shows: Shows
    ended_by: int

    @property
    def name(self) -> str:
        """Return the name of the file alone."""
        return Path(self.source).name

    @property
    def exit_code(self) -> int:
        if not self.verdict.fits:
            return DEVIATIONS
        if self.ended_by != OK:
            return self.ended_by
        return OK if self.verdict.complete else INCOMPLETE


def judge(file: str, machine: Machine) -> JudgedLog:
    """Judge a file as far as it can be read, and print the error that ends that."""
    reader = TraceReader(file)
    checker = Checker(machine)
    ended_by = read_all(reader, checker)
    source = "standard input" if file == "-" else file
    shows = shows_of(checker.verdict, machine.silent)
    return JudgedLog(source, reader.head.get("subject", ""), checker.verdict, shows, ended_by)


def read_all(reader: TraceReader, checker: Checker) -> int:
    """Check the events of a log; returns the exit code of what ended that."""
    bar = ProgressBar("check-trace")
    try:
        checker.read(watched(reader.events(), checker, bar))
    except Truncated as error:
        print_error(error)
        return INCOMPLETE
    except WireError as error:
        print_error(error)
        return USAGE
    except KeyboardInterrupt:
        bar.clear()
        print_error("interrupted")
        return INCOMPLETE
    return OK


def watched(
    events: Iterable[tuple[int, Event | Stage]], checker: Checker, bar: ProgressBar
) -> Iterator[tuple[int, Event | Stage]]:
    """Yield the events, and show how far they are: one with much that is possible takes long."""
    try:
        for at, event in events:
            bar.show(f"line {at:,}, {plural(checker.possible, 'possible state')}")
            yield at, event
    finally:
        bar.clear()
