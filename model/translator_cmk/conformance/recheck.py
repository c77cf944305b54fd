"""Repeats the run of a report, with its message log in place of the system or with a live one, and compares."""

import argparse
import json
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..digest import REPORTED, digest
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..explore.trace.reading import Truncated
from ..language import WireError
from ..language.declaration import declaration_to_wire
from ..machine import Command
from .cases import FEATURES, FUZZ, LANES, NOT_REACHED, TOUR, TRACE, Scenario, in_order, is_selected, scenarios, selected
from .channels import Fault, connecting
from .channels.connecting import connection
from .features import play
from .findings import Signature, left_out_of
from .judging import Commands, SequenceResult
from .lane import SHRINKING, SequenceLane
from .planning import declaration_in, deviations_of, made_of, read, registered
from .report.folder import COUNTEREXAMPLES, ENVELOPE, MESSAGES, Folder, digest_of
from .report.log import EndOfLog, Entry, MessageLog, NotInLog, Stream, World, shortened
from .report.summaries import FILES, SAID, SAYS, files_of, platform_in
from .running import Aborted, Running, SessionPool, Worker
from .session import Session
from .subject import by_chance
from .tour import run_tour
from .trace import Judging, Trace, head_of, recorded_system

LARGE = 2**22
"""Bytes that one sequence hardly has in the log, even where a system shows much that is not ours."""

CLAIMED = ("digest", "subject", "seed", "started", "finished", "messages")
"""Fields that only the run itself knows, or that something else is compared with."""

WHAT_CAME = ("status", "reason", "attributed_to", "fault", "known", "scored")
WHAT_IT_IS = ("lane", "level", "requirements", "rests_on", "feature", "line", "name")
COMPARED = (*WHAT_CAME, *WHAT_IT_IS)
SHOWN = ("step", "shown")
"""How a case failed; asked again, a system may do so in another way."""


class Repeated(SequenceLane):
    """A lane of sequences that is repeated: chance and time are as the log has them.

    ``live``: whether a system is asked, so that the log is only read.
    """

    def __init__(
        self,
        lane: str,
        running: Running,
        worker: Worker,
        asked: Sequence[Commands] = (),
        *,
        stream: Stream,
        live: bool = False,
        largest: float = float("inf"),
    ) -> None:
        super().__init__(lane, running, worker, asked, largest)
        self.stream = stream
        self.live = live

    def next_world(self, case: str) -> World | None:
        """Return the next world of the log, if it is of this case; one that begins now has its number."""
        self._go_on(case)
        world = self.stream.next_world()
        if world is None or world.case != case:
            return None
        if world.number > self.subject.worlds + 1 and (self.live or self.may_have_left_out()):
            self.subject.worlds = world.number - 1
        if self.live:
            self.subject.worlds += (world.number - 1 - self.subject.worlds) % 2  # names have the form that they had
            self.stream.take()
        return world

    def _go_on(self, case: str) -> None:
        """Add counts of what was left out; where a system is asked, go on to a world that may be of this case."""
        while entry := self.stream.peek():
            if "left_out" in entry.content and case == FUZZ:
                self._take_left_out(entry)
            elif self.live and not ("world" in entry.content and self._may_be(case, entry.case)):
                self.stream.take()
            else:
                return

    @staticmethod
    def _may_be(wanted: str, case: str) -> bool:
        return case in ((TOUR, FUZZ, SHRINKING) if wanted == SHRINKING else (wanted, FUZZ))

    def may_have_left_out(self) -> bool:
        """Return whether the log is so large here that a run leaves sequences out."""
        return self.stream.log.place.size + LARGE > self.largest

    def _take_left_out(self, entry: Entry) -> None:
        if entry.case != FUZZ or not (self.live or self.may_have_left_out()):
            problem = "counts stand for messages that no run leaves out"
            raise NotInLog(f"{MESSAGES}:{entry.number}: {problem}: the log is not that large")
        counts = left_out_of(entry.content["left_out"])
        self.tally.take(counts)
        self.running.coverage.commands += counts.commands
        self.stream.take()

    def ask(self, commands: Iterable[Command], unobserved: bool, news: bool = False) -> SequenceResult:
        """Follow the system through a sequence, under names of the form that they had."""
        commands = tuple(commands)
        if self.lane != FUZZ or (news and (not self.live or self._was_asked_again(commands))):
            self.next_world(self.lane)
        return super().ask(commands, unobserved, news)

    def _was_asked_again(self, commands: Commands) -> bool:
        """Return whether the next world of the log observes this sequence: otherwise it would be asked twice."""
        self._go_on(FUZZ)
        world = self.stream.next_world()
        if world is None or world.case != FUZZ or world.unobserved:
            return False
        return tuple(world.commands) == commands[: len(world.commands)]

    def shortened(self, found: Signature, followed: SequenceResult) -> Commands:
        """Return the last of the sequences that were tried; raises `NotInLog` and `EndOfLog`."""
        commands = followed.asked
        world = self.next_world(SHRINKING)
        if self.live:
            while world is not None:
                commands, world = world.commands, self.next_world(SHRINKING)
            return commands
        if world is None:
            self.stream.must_go_on("a failure would be tried again")
            raise NotInLog(f"{MESSAGES}: what failed over {found.command} was never asked again, as every run does")
        while (following := self.stream.next_world(after=world)) and following.case == SHRINKING:
            self.again(world.commands, found, followed.unobserved)
            world = self.next_world(SHRINKING) or world
        return world.commands


class Repetition:
    """The run of a report, once more.

    ``live`` opens a session with a system that is asked; without one, the log answers.
    ``problems``: where the log is not that of such a run.
    """

    def __init__(self, folder: Path, envelope: dict[str, Any], live: Callable[[], Session] | None = None) -> None:
        self.folder = folder
        self.envelope = envelope
        self.complete = bool(envelope["complete"])
        self.log = MessageLog(folder / MESSAGES, envelope.get("messages"))
        self.streams: list[Stream] = []
        self.live = live
        self.problems: list[str] = []
        self.details: dict[str, list[dict[str, Any]]] = {}  # of the steps of each scenario
        register = registered()
        made = made_of(envelope, register)
        self.running = Running(made, register, None, deviations_of(envelope, register))
        self.pool = SessionPool(self._session, register, by_chance() if live else made.seed)
        if live is None:
            self.running.log = self.log

    def _session(self) -> Session:
        stream = self.log.stream()
        self.streams.append(stream)
        return self.live() if self.live else Session(stream, stream, clock=stream)

    def run(self) -> Running:
        """Run all lanes as far as the report goes; raises `Fault` where a live system does not say hello."""
        running = self.running
        try:
            if running.made.transport != "none":
                self._run_lanes(self.pool.worker())
            else:
                traces = self.envelope.get(TRACE, {}).get("traces", ())
                running.declared = recorded_system(self.folder / each["file"] for each in traces)
        except EndOfLog as error:
            self.problems += [str(error)] if self.complete else []
        except NotInLog as error:
            self.problems.append(str(error))
        except (Fault, Aborted) as error:
            if self.live and running.declared is None:
                raise
            self.problems += [f"the run broke off, and is said to be complete: {error}"] if self.complete else []
        self._say_bye()
        self.problems += self._judge_traces()
        running.finished = self.complete
        return running

    def _say_bye(self) -> None:
        """End the sessions that have ended in the log; what else it has is a problem."""
        for session, stream in zip(self.pool.sessions, self.streams, strict=True):
            entry = stream.peek()
            if self.live or (entry and entry.verb == "bye"):
                session.bye()
        if not self.live and not self.problems:
            interrupted = [] if self.complete else ["interrupted"]
            for entry in self.log.left():
                if not entry.content.keys() & {*interrupted}:
                    self.problems.append(f"{MESSAGES}:{entry.number}: {entry.case!r} is nothing that this run asks for")
                    break

    def begun(self, lane: str) -> bool:
        """Return whether the report has results of a lane, or may get some."""
        return self.complete or lane in self.envelope or any(case["lane"] == lane for case in self.envelope["cases"])

    def _run_lanes(self, worker: Worker) -> None:
        running, made = self.running, self.running.made
        running.declared = declared = worker.subject.declaration
        begin = partial(Repeated, stream=self.streams[0], live=self.live is not None)
        workers = [worker]
        while not self.live and declared.can("parallel") and self.log.has_another_session():
            workers.append(self.pool.worker())
        if FEATURES in made.lanes and self.begun(FEATURES):
            self._run_features(workers)
        if TOUR in made.lanes and self.begun(TOUR):
            run_tour(running, worker, made.budgets["scopes"], made.budgets["steps"], begin)
        if FUZZ in made.lanes and self.begun(FUZZ):
            self._run_fuzz(begin(FUZZ, running, worker, largest=made.budgets["log_size"]))

    def _run_features(self, workers: list[Worker]) -> None:
        """Play the scenarios, each in the session that has it; raises `Aborted` and `NotInLog`."""
        running, made = self.running, self.running.made
        chosen = selected(scenarios(made.profile, made.waived), made.selection)
        waiting = {each.case.id: each for each in chosen}
        running.expect(each.case for each in chosen)
        gave_up: Aborted | None = None
        for worker, stream in zip(workers, self.streams, strict=True):
            try:
                while scenario := self._next_scenario(stream, waiting):
                    details = self.details.setdefault(scenario.case.id, [])
                    act = partial(play, scenario=scenario, register=worker.register, details=details)
                    running.add(scenario.case, worker.attempt(scenario.case, act), worker.subject)
                    worker.recover()
            except EndOfLog:
                pass  # the others may have more
            except Aborted as error:
                gave_up = error
        whole = self.complete or any(self.begun(lane) for lane in LANES[1:])
        missing = [case for case in self._due(chosen, whole) if case not in running.results]
        if len(missing) > (0 if whole else len(workers) - 1):  # each of the others may be about one
            raise NotInLog(f"{MESSAGES} does not have {missing[0]}, which this run asks for")
        if gave_up:
            raise gave_up

    def _next_scenario(self, stream: Stream, waiting: dict[str, Scenario]) -> Scenario | None:
        if self.live:
            played = [case for case in self.envelope["cases"] if case.get("reason") != NOT_REACHED.reason]
            case = next((each["id"] for each in played if each["id"] in waiting), "")
        else:
            case = entry.case if (entry := stream.peek()) else ""
        return waiting.pop(case, None)

    def _due(self, chosen: list[Scenario], whole: bool) -> list[str]:
        """Return the scenarios that were begun: all, or those up to the last that ended: verify keeps to the order.

        Pytest, which has no budgets, keeps to an order of its own, and leaves out twins that nobody selected.
        """
        made = self.running.made
        if not made.budgets:
            return [each.case.id for each in chosen if whole and is_selected(each, made.selection)]
        due = [each.case.id for each in chosen]
        return due if whole else due[: max((due.index(case) + 1 for case in self.running.results), default=0)]

    def _run_fuzz(self, lane: Repeated) -> None:
        """Put the system through the sequences of the log; raises `Aborted` and `NotInLog`."""
        try:
            while world := lane.next_world(FUZZ):
                followed, new = lane.put_through(world.commands, world.unobserved)
                if new is not None:
                    lane.keep(new, followed)
        finally:
            lane.end()

    def _judge_traces(self) -> Iterator[str]:
        """Judge the traces that the report keeps, as far as they were judged then; raises `CommandError`."""
        if TRACE not in self.running.made.lanes or TRACE not in self.envelope:
            return
        folder, traces = self.folder, [Trace(**each) for each in self.envelope[TRACE]["traces"]]
        for number, trace in enumerate(traces, start=1):
            if trace.file != f"traces/{number:02}.jsonl" or not (folder / trace.file).is_file():
                problem = f"trace {number} is {trace.file}, which is not there, or not where a run puts it"
                raise CommandError(f"{folder}: {problem}")
            if (found := digest_of(folder / trace.file)) != trace.sha256:
                problem = f"its SHA-256 is {found}, and not that of the trace that was judged"
                raise CommandError(f"{folder / trace.file}: {problem}")
        until = [float("inf") if self.complete else trace.judged_to for trace in traces]
        judging = Judging(self.running, folder, traces)
        for number in range(len(traces)):
            try:
                judging.judge(number, until[number])
            except Truncated as error:
                if self.complete:
                    yield f"{traces[number].file} is cut off, and the run is said to be complete: {error}"
            except WireError as error:
                raise CommandError(str(error)) from None
        subjects = [head_of(folder / each.file).get("subject", "") for each in judging.traces]
        judging.traces = [each._replace(subject=name) for each, name in zip(judging.traces, subjects, strict=True)]
        judging.so_far()


def problems_of(folder: Path, envelope: dict[str, Any]) -> tuple[list[str], MessageLog]:
    """Return everything in a report that does not follow from its log, and the log; raises `CommandError`."""
    repetition = Repetition(folder, envelope)
    if envelope["digest"] != digest(REPORTED):
        problem = "it was made with another version of the specification than this one: install that, and check again"
        return [problem], repetition.log
    running = repetition.run()
    problems = [*repetition.problems, *of_log(repetition.log, envelope)]
    broken = bool(problems)
    problems += of_subject(envelope, running)
    problems += of_files(folder, envelope)
    if broken:
        return problems, repetition.log
    differs = list(between(envelope, running, (*COMPARED, *SHOWN)))
    problems += [*of_folder(folder, envelope, running), *differs, *of_envelope(envelope, running)]
    if not differs and [case["id"] for case in envelope["cases"]] != [case.id for case in in_order(running.cases)]:
        problems.append(f"the cases in {ENVELOPE} are in another order than a run has them in")
    if not differs and has_its_cases(envelope):
        problems += of_derived(folder, envelope)
    return problems, repetition.log


def of_log(log: MessageLog, envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the number of messages in a log that was read to its end."""
    for _ in log.left():
        pass
    ended = envelope["complete"] or "files" in envelope
    if log.messages is not None and log.read < log.messages:
        yield f"{MESSAGES} has {log.read} messages, and the verdicts rest on {log.messages}{beyond(log)}"
    if ended and (log.messages is None or log.more or log.truncated):
        yield f"{MESSAGES}: the run came to its end, and its verdicts do not rest on all messages{beyond(log)}"


def beyond(log: MessageLog) -> str:
    """Return what is in the log behind all that the verdicts rest on; empty if nothing."""
    more = f"; {log.more} more messages came after the verdicts" if log.more else ""
    return more + (f"; the record in {MESSAGES}:{log.truncated} is truncated" if log.truncated else "")


def of_subject(envelope: Mapping[str, Any], running: Running) -> Iterator[str]:
    """Yield where the envelope has another system than said hello."""
    declared = None if running.declared is None else declaration_to_wire(running.declared)
    if envelope["subject"] != declared:
        name, now, then = first_difference(envelope["subject"] or {}, declared or {})
        yield f"subject in {ENVELOPE} is not what the system declared: {name} is {now}, and was {then}"


def first_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the first field in which two declarations differ, and what each has there, as JSON."""
    name = next(each for each in (*other, *one) if one.get(each) != other.get(each))
    return name, shortened(one.get(name)), shortened(other.get(name))


def has_its_cases(envelope: Mapping[str, Any]) -> bool:
    """Return whether files can be made from an envelope, with whose cases nothing is wrong."""
    cases = {case["id"] for case in envelope["cases"]}
    return envelope["exit_code"] in SAYS and all(cases.issuperset(group["cases"]) for group in envelope["groups"])


def as_written(running: Running) -> dict[str, Any]:
    """Return the envelope as a file has it."""
    found: dict[str, Any] = json.loads(json.dumps(running.envelope()))
    return found


def between(envelope: dict[str, Any], running: Running, compared: tuple[str, ...] = COMPARED) -> Iterator[str]:
    """Yield every case of which something else comes now, in one of the fields that are compared."""
    now = {case["id"]: case for case in as_written(running)["cases"]}
    then = {case["id"]: case for case in envelope["cases"]}
    for name in (*then, *(each for each in now if each not in then)):
        was, is_ = then.get(name, {"status": "not there"}), now.get(name, {"status": "not there"})
        other = next((field for field in compared if not same(field, was, is_)), None)
        if other == "status":
            problem = f": {is_.get('reason', '')}" if is_.get("reason") else ""
            yield f"{name}: was {was['status']}, is {is_['status']}{problem}"
        elif other is not None:
            yield f"{name}: its {other} was {was.get(other, 'not there')!r}, is {is_.get(other, 'not there')!r}"


def same(field: str, was: Mapping[str, Any], is_: Mapping[str, Any]) -> bool:
    """Return whether a case has the same there; where the system broke, the run shows what it said of that."""
    then, now = was.get(field), is_.get(field)
    return then == now or (field == "shown" and bool(was.get("fault")) and now is None and str(then).startswith(SAID))


def of_envelope(envelope: Mapping[str, Any], running: Running) -> Iterator[str]:
    """Yield the fields of the envelope, except its cases, that do not follow."""
    complete = envelope["complete"]
    if complete and "trouble" in envelope:
        yield f"trouble in {ENVELOPE} tells why a run ended early, and it is said to be complete"
    now = as_written(running)
    for name in now.keys() - {*CLAIMED, *LANES, "cases"}:
        if envelope.get(name) != now[name]:
            yield f"{name} in {ENVELOPE} is not what follows from the verdicts"
    for lane in LANES[1:]:
        then = envelope.get(lane)
        if lane not in running.made.lanes and then is not None:
            yield f"{lane} in {ENVELOPE} is of a lane that was not run"
        elif lane in running.made.lanes and not fits(then, now.get(lane, {}), complete):
            yield f"{lane} in {ENVELOPE} is not what follows from the message log"
    if complete and FUZZ in running.made.lanes:
        budget = running.made.budgets.get("seconds", 0.0)
        if envelope.get(FUZZ, {}).get("seconds") != round(budget, 1):
            yield f"{FUZZ} in {ENVELOPE} is not what a complete run of {budget:g} seconds writes"


def fits(then: Mapping[str, Any] | None, now: Mapping[str, Any], complete: bool) -> bool:
    """Return whether a lane is said to have done what it did; one that was cut off says it in part."""
    then = then or {}
    if complete:
        return all(then.get(name) == value for name, value in now.items())
    done = {name: value for name, value in now.items() if name in then or (type(value) is int and name != "steps")}
    return all(then.get(name, 0) == value for name, value in done.items())


def of_files(path: Path, envelope: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files of a report that are not what they were when it was written; raises `CommandError`."""
    files: Mapping[str, str] | None = envelope.get("files")
    if files is None:
        if envelope["complete"]:
            yield f"{ENVELOPE} has no digests of the other files, and the run is said to be complete"
        return
    try:
        digests = Folder(path).digests()
    except OSError as error:
        raise CommandError(f"{error.filename}: can't be read: {error.strerror}") from None
    different = (name for name in digests.keys() | files.keys() if digests.get(name) != files.get(name))
    yield from (f"{name} is not what it was when the report was written" for name in sorted(different))


def of_folder(path: Path, envelope: Mapping[str, Any], running: Running) -> Iterator[str]:
    """Yield the files that no run writes, and counterexamples that the log does not show; raises `CommandError`."""
    traces = [trace["file"] for trace in envelope.get(TRACE, {}).get("traces", ())]
    known = {ENVELOPE, MESSAGES, *FILES, *running.kept, *traces}
    for name in Folder(path).names():
        if name not in known and not ("files" not in envelope and is_unfinished(name, known, running)):
            yield f"{name} is no file of this report"
    for name, text in running.kept.items():
        if not says(path / name, text):
            yield f"{name} is not what the message log shows"


def is_unfinished(name: str, known: Collection[str], running: Running) -> bool:
    """Return whether a run that was killed may have left the file: half written, or not yet listed."""
    draft = re.fullmatch(r"(.*/)?\.([^/]+)\.draft", name)
    if draft is not None:
        name = (draft[1] or "") + draft[2]
    later = re.fullmatch(rf"{COUNTEREXAMPLES}/([0-9]{{2,}})-[a-z]+-[A-Za-z]+\.(json|feature)", name)
    return (draft is not None and name in known) or (later is not None and int(later[1]) > len(running.findings))


def of_derived(path: Path, envelope: Mapping[str, Any]) -> Iterator[str]:
    """Files that are made from the envelope and do not say what it says, where the envelope itself is right."""
    content = {name: value for name, value in envelope.items() if name != "files"}
    for name, text in files_of(content, platform_in(path / "cucumber.ndjson")):
        if ((path / name).exists() or "files" in envelope) and not says(path / name, text):
            yield f"{name} does not say what {ENVELOPE} says"


def says(file: Path, text: str) -> bool:
    """Return whether this is what is in the file, byte by byte; raises `CommandError`."""
    try:
        return file.is_file() and file.read_bytes() == text.encode("utf-8", "surrogatepass")
    except OSError as error:
        raise CommandError(f"{file}: can't be read: {error.strerror}") from None


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report check`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a report")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report reproduce`."""
    check_arguments(parser)
    connecting.add_arguments(parser)


def check(args: argparse.Namespace) -> int:
    """Derive every verdict, count and file again from the message log; 1 where one differs, 4 if it is incomplete."""
    envelope = read(args.folder)
    problems, log = problems_of(args.folder, envelope)
    if not problems and envelope["subject"] is None:
        raise CommandError(
            f"{args.folder}: the system did not say hello, so that there is nothing to check", INCOMPLETE
        )
    rests_on = [MESSAGES] if envelope["transport"] != "none" else []
    rests_on += [trace["file"] for trace in envelope.get(TRACE, {}).get("traces", ())]
    return said(args.folder, envelope, problems, f"derived from {', '.join(rests_on)}", beyond(log))


def reproduce(args: argparse.Namespace) -> int:
    """Ask a system again all that was asked then; 1 if a result differs."""
    envelope = read(args.folder)
    if envelope["lanes"] == [TRACE]:
        raise CommandError(f"{args.folder}: it has only traces, of which nobody can be asked again; use report check")
    if envelope["subject"] is None:
        raise CommandError(
            f"{args.folder}: the system did not say hello, so that there is nothing to ask again", INCOMPLETE
        )
    way = connection(args)
    repetition = Repetition(args.folder, envelope, lambda: Session(way.open(), patience=args.timeout))
    try:
        running = repetition.run()
    except Fault as fault:
        raise CommandError(repetition.pool.sessions[-1].in_full(fault), HARNESS) from None
    declared = running.declared
    assert declared is not None  # otherwise it did not say hello
    found = []
    if declared != declaration_in(envelope):
        name, then, now = first_difference(envelope["subject"], declaration_to_wire(declared))
        found = [f"the system declares something else than it did then: {name} was {then}, and is {now}"]
    code = said(args.folder, envelope, found + list(between(envelope, running)), "asked again")
    if code in (OK, INCOMPLETE):
        print(f"whether its other files say the same: translator-cmk report check {shlex.quote(str(args.folder))}")
    return code


def said(folder: Path, envelope: dict[str, Any], found: list[str], how: str, more: str = "") -> int:
    """Print what was found, and give the exit code."""
    for each in found:
        print(f"✘ {plain(each)}")
    if found:
        return DEVIATIONS
    print(f"{folder}: all {len(envelope['cases'])} verdicts are confirmed, {how}")
    if not envelope["complete"]:
        print(f"the run was not complete: {plain(envelope.get('trouble', 'it was broken off'))}{more}")
        return INCOMPLETE
    return OK
