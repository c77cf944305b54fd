"""Derives the verdicts of a report anew: from its message log, or by asking a system the same again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import CommandError
from ...explore.trace.reading import Truncated
from ...language import WireError
from ...language.declaration import Declaration
from ...requirements import Register
from ..cases import TRACE
from ..running import Running
from ..session import Session
from ..subject import Subject
from ..trace import Judging, Trace, head_of
from .claims import declaration_in, deviations_of, made_of
from .folder import digest_of
from .log import MessageLog, Recorded, World
from .rejudged import Ask
from .walk import Walk


class Again(NamedTuple):
    """How a run comes out this time, and what its log can't have of it."""

    running: Running
    problems: list[str]


def from_log(declared: Declaration, register: Register) -> Ask:
    """Asks the log."""

    def ask(world: World) -> Subject:
        recorded = Recorded(world)
        session = Session(recorded, clock=recorded)
        session.declared = declared
        subject = Subject(session, declared, frozenset(register), seed=0)
        subject.next_salt = lambda: world.salt  # type: ignore[method-assign]  # the one of then
        return subject

    return ask


def judged(envelope: dict[str, Any], log: MessageLog, register: Register, ask: Ask | None) -> Again:
    """The run as it comes out this time; there is nobody to ask if nobody said hello.  Raises `CommandError`."""
    made = made_of(envelope, register)
    running = Running(made, register, None, deviations_of(envelope, register))
    walk = Walk(running, envelope)
    if ask is not None:
        running.declared = declaration_in(envelope)
        walk.begin(running.declared, ask)
    for world in log:
        walk.take(world)
    parallel = running.declared is not None and running.declared.can("parallel")
    sessions = len({salt[:4] for _, salt in log.salts}) if parallel else 1
    problems = list(walk.end(max(sessions, 1)))
    problems += judge_traces(running, envelope, log.path.parent)
    running.finished = bool(envelope["complete"])
    running.faults = log.faults
    return Again(running, problems)


def judge_traces(running: Running, envelope: dict[str, Any], folder: Path) -> Iterator[str]:
    """Judge the traces that the report keeps, as far as they were judged then.  Raises `CommandError`."""
    if TRACE not in running.made.lanes or TRACE not in envelope:
        return
    traces = [Trace(**each) for each in envelope[TRACE]["traces"]]
    for number, trace in enumerate(traces, start=1):
        if trace.file != f"traces/{number:02}.jsonl" or not (folder / trace.file).is_file():
            raise CommandError(
                f"{folder}: trace {number} is {trace.file}, which is not there, or not where a run puts it"
            )
        if (found := digest_of(folder / trace.file)) != trace.sha256:
            raise CommandError(
                f"{folder / trace.file}: its SHA-256 is {found}, and not that of the trace that was judged"
            )
    until = [float("inf") if envelope["complete"] else trace.judged_to for trace in traces]
    judging = Judging(running, folder, traces)
    for number in range(len(traces)):
        try:
            judging.judge(number, until[number])
        except Truncated as error:
            if envelope["complete"]:
                yield f"{traces[number].file} is cut off, and the run is said to be complete: {error}"
        except WireError as error:
            raise CommandError(str(error)) from None
    judging.traces = [each._replace(subject=head_of(folder / each.file).get("subject", "")) for each in judging.traces]
    judging.so_far()
