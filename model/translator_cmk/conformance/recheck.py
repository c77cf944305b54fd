"""Repeat the run of a report, with its message log in place of the system or with a live one, or a counterexample."""

import argparse
import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from ..bdd.scenario_run import Details
from ..digest import kit_digest
from ..errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ..escaping import plain
from ..language.sentences import format_answer, format_command
from ..oracle import oracle_for
from ..oracle.profiles import machine_of
from ..requirements import load_register
from .cases import FEATURES, FUZZ, LANES, CaseEntry, Envelope, ScenarioCase
from .channels import Fault
from .channels.options import add_system_arguments, connection
from .lanes.applicable import applicable
from .lanes.counterexamples import read_counterexample
from .lanes.features import attempt, run_features
from .lanes.run_lanes import run_lanes
from .lanes.sequence_run import run_sequence
from .release import specification_digest, specification_of
from .report.folder import COUNTEREXAMPLE, ENVELOPE, MESSAGES, Folder, derived_files, final_name
from .report.reading import made_of, read
from .report.recorded import EndOfLog, MessageLog, NotInLog, shortened
from .report.text import SAID
from .report.wording import kit_of
from .running import Running
from .selection import is_selected
from .session import Session
from .session_pool import SessionPool
from .subject import Aborted, Subject, by_chance
from .verdicts import NOT_REACHED

TIMES = ("seconds", "durations")
"""Fields that no log shows."""

CLAIMED = ("digest", "subject", "seed", "started", "finished", "messages")
"""Fields that only the run itself knows, or that something else is compared with."""


def running_of(envelope: Envelope) -> Running:
    """Return the run of a report before it has begun; raises `CommandError` where no run is made so."""
    return Running(made_of(envelope), today=date.fromisoformat(envelope["started"][:10]))


class Repetition:
    """The run of a report, once more: the log answers in place of the system.

    ``problems``: where the log is not that of such a run.  ``details``: of the steps of each scenario.
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
        running = self.running
        try:
            run_lanes(running, self.pool.subject(), self._play, self._begun)
        except EndOfLog as error:
            self.problems += [str(error)] if self.complete else []
        except NotInLog as error:
            self.problems.append(str(error))
        except (Fault, Aborted) as error:
            self.problems += [f"the run broke off, and is said to be complete: {error}"] if self.complete else []
        for session, stream in zip(self.pool.sessions, self.log.streams, strict=True):
            if (entry := stream.peek()) and entry.verb == "bye":
                session.bye()
        if not self.problems:
            left = (each for each in self.log.left() if self.complete or "interrupted" not in each.content)
            self.problems += [f"{MESSAGES}:{each.number}: nothing that this run asks for" for each in left][:1]
        self.problems += of_log(self.log, self.envelope)
        running.finished = self.complete
        return running

    def _begun(self, lane: str) -> bool:
        """Return whether the report has results of a lane, or may get some."""
        return self.complete or lane in self.envelope or any(case["lane"] == lane for case in self.envelope["cases"])

    def _play(self, chosen: list[ScenarioCase]) -> None:
        """Play the scenarios, each in the session that has it; raises `Aborted` and `NotInLog`."""
        running, waiting = self.running, {each.case.id: each for each in chosen}
        while self.pool.subjects[0].declaration.can("parallel") and self.log.has_another_session():
            self.pool.subject()
        gave_up: Aborted | None = None
        for subject, stream in zip(self.pool.subjects, self.log.streams, strict=True):
            try:
                while (entry := stream.peek()) and (scenario := waiting.pop(entry.case, None)):
                    attempt(running, subject, scenario, self.details.setdefault(entry.case, []))
            except EndOfLog:
                pass  # the others may have more
            except Aborted as error:
                gave_up = error
        whole = self.complete or any(map(self._begun, LANES[1:]))
        if running.made.budgets:  # verify keeps to the order: all up to the last that ended were begun
            due = [each.case.id for each in chosen]
            due = due if whole else due[: max((due.index(case) + 1 for case in running.results), default=0)]
        else:  # pytest has an order of its own, and leaves out controls that nobody selected
            due = [each.case.id for each in chosen if whole and is_selected(each, running.made.selection)]
        missing = [case for case in due if case not in running.results]
        if len(missing) > (0 if whole else len(self.pool.subjects) - 1):  # each of the others may be about one
            raise NotInLog(f"{MESSAGES} does not have {missing[0]}, which this run asks for")
        if gave_up:
            raise gave_up


def ask_again(envelope: Envelope, session: Session) -> Running:
    """Ask a system all that was asked then; raises `Fault` where it does not say hello."""
    running, subject = running_of(envelope), Subject(session, by_chance())
    asked = {case["id"] for case in envelope["cases"] if case.get("reason") != NOT_REACHED.reason}
    if FUZZ in envelope:
        sequences = max(1, envelope[FUZZ]["sequences"])
        running.made = running.made._replace(budgets={**running.made.budgets, "sequences": sequences})

    def play(chosen: list[ScenarioCase]) -> None:
        run_features(running, [subject], [each for each in chosen if each.case.id in asked])

    with suppress(Aborted):  # what was not reached differs
        run_lanes(running, subject, play, lambda lane: lane != FUZZ or FUZZ in envelope)
    return running


def problems_of(folder: Path, envelope: Envelope) -> tuple[list[str], MessageLog]:
    """Return everything in a report that does not follow from its log, and the log; raises `CommandError`."""
    repetition = Repetition(folder, envelope)
    running = repetition.run()
    now, problems = as_written(running), repetition.problems
    if not problems:
        problems = [*of_cases(envelope, now), *of_envelope(envelope, now)]
    problems += of_digests(folder, envelope)
    return problems or list(of_folder(folder, envelope, running)), repetition.log


def as_written(running: Running) -> Envelope:
    """Return the envelope of a run as a file has it."""
    found: Envelope = json.loads(json.dumps(running.envelope()))
    return found


def of_log(log: MessageLog, envelope: Envelope) -> Iterator[str]:
    """Yield what is wrong with the number of messages in a log."""
    log.left()  # reads it to its end
    ended = envelope["complete"] or "files" in envelope
    if log.read < log.messages:
        yield f"{MESSAGES} has {log.read} messages, and the verdicts rest on {log.messages}{beyond(log)}"
    if ended and (log.more or log.truncated):
        yield f"{MESSAGES}: the run came to its end, and its verdicts do not rest on all messages{beyond(log)}"


def beyond(log: MessageLog) -> str:
    """Return what is in the log behind all that the verdicts rest on; empty if nothing."""
    more = f"; {log.more} more messages came after the verdicts" if log.more else ""
    return more + (f"; the record in {MESSAGES}:{log.truncated} is truncated" if log.truncated else "")


def of_digests(folder: Path, envelope: Envelope) -> Iterator[str]:
    """Yield the files that are not what they were when the report was written; raises `CommandError`."""
    files: Mapping[str, str] | None = envelope.get("files")
    if files is None:
        if envelope["complete"]:
            yield f"{ENVELOPE} has no digests of the other files, and the run is said to be complete"
        return
    try:
        digests = Folder(folder).digests()
    except OSError as error:
        raise CommandError(f"{error.filename}: can't be read: {error.strerror}") from None
    different = (name for name in digests.keys() | files.keys() if digests.get(name) != files.get(name))
    yield from (f"{name} is not what it was when the report was written" for name in sorted(different))


def of_cases(envelope: Envelope, now: Envelope, ignored: Sequence[str] = ()) -> Iterator[str]:
    """Yield where another system says hello, and each case of which something else comes now: the first field."""
    yield from differences(envelope["subject"], now["subject"], "subject")
    then_by_id, now_by_id = ({case["id"]: case for case in each["cases"]} for each in (envelope, now))
    for name in then_by_id | now_by_id:
        was, is_ = then_by_id.get(name, {}), now_by_id.get(name, {})
        # the end of its standard error is in the log only as far as it was there at once
        only_said = "fault" in was and "shown" not in is_ and was.get("shown", "").startswith(SAID)
        unseen = {*TIMES, *ignored, *(["shown"] if only_said else [])}
        for problem in islice(differences(was, is_, name, unseen), 1):
            yield f"{problem}: {is_['reason']}" if is_.get("reason") else problem


def differences(then: Any, now: Any, where: str, ignored: Collection[str] = TIMES) -> Iterator[str]:
    """Yield every place in a value of a report at which another one comes now; null is what is not there."""
    if isinstance(then, dict) and isinstance(now, dict):
        # the status, if there is one, says most
        for name in sorted((then.keys() | now.keys()).difference(ignored), key=lambda each: (each != "status", each)):
            yield from differences(then.get(name), now.get(name), f"{where}.{name}", ignored)
    elif then != now:
        yield f"{where}: was {shortened(then)}, is {shortened(now)}"


def of_envelope(envelope: Envelope, now: Envelope) -> Iterator[str]:
    """Yield the fields of the envelope, except what each case has, that do not follow."""
    complete, budgets, fuzzed = envelope["complete"], now["budgets"], envelope.get(FUZZ, {})
    if complete and "trouble" in envelope:
        yield f"trouble in {ENVELOPE} tells why a run ended early, and it is said to be complete"
    if [case["id"] for case in envelope["cases"]] != [case["id"] for case in now["cases"]]:
        yield f"the cases in {ENVELOPE} are in another order than a run has them in"
    for name in sorted({*now, *LANES[1:]} - {*CLAIMED, "cases"}):
        then, done = envelope.get(name, {}), now.get(name, {})
        if name in LANES and not complete:  # a lane that was cut off says in part what it did
            done = {field: value for field, value in done.items() if field in then}
        yield from differences(then, done, name)
    unit = "sequences" if "sequences" in budgets else "seconds"
    made, due = fuzzed.get(unit, 0), round(budgets.get(unit, 0), 1)
    # more sequences are made where some are asked again, and seconds are counted up to their budget
    if complete and FUZZ in now["lanes"] and (made < due or (made > due and unit == "seconds")):
        yield f"{FUZZ} in {ENVELOPE} is not what a complete run of {budgets[unit]:,.10g} {unit} writes"


def of_folder(path: Path, envelope: Envelope, running: Running) -> Iterator[str]:
    """Yield the files that no run writes, and those that do not follow; raises `CommandError`."""
    content = {name: value for name, value in envelope.items() if name != "files"}
    derived, ended = derived_files(content), "files" in envelope
    known = {ENVELOPE, MESSAGES, *derived, *running.kept}
    for name, _ in sorted(Folder(path).entries()):
        if name not in known and (ended or not is_unfinished(name, known, len(running.kept) // 2)):
            yield f"{name} is no file of this report"
    for name, text in (running.kept | derived).items():
        file = path / name
        try:
            says = file.read_bytes() if file.is_file() else None
        except OSError as error:
            raise CommandError(f"{file}: can't be read: {error.strerror}") from None
        if (ended or name in running.kept or file.exists()) and says != text.encode("utf-8", "surrogatepass"):
            yield f"{name} does not say what {ENVELOPE} and {MESSAGES} say"


def is_unfinished(name: str, known: Iterable[str], findings: int) -> bool:
    """Return whether a run that was killed may have left the file: half written, or not yet listed."""
    later = COUNTEREXAMPLE.fullmatch(final_name(name))
    return (name != final_name(name) in known) or (later is not None and int(later[1]) > findings)


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report check`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a report")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report reproduce`."""
    check_arguments(parser)
    add_system_arguments(parser)


def replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `replay`."""
    add_system_arguments(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="a JSON file of the folder counterexamples of a report")


def check(args: argparse.Namespace) -> int:
    """Derive every verdict, count and file again from the message log; 1 where one differs, 4 if it is incomplete."""
    envelope = read(args.folder)
    if envelope["digest"] != kit_digest():
        return check_of_another_kit(args.folder, envelope)
    problems, log = problems_of(args.folder, envelope)
    if not problems:
        must_have_said_hello(args.folder, envelope)
    return report_on(args.folder, envelope, problems, f"derived from {MESSAGES}", beyond(log))


def check_of_another_kit(folder: Path, envelope: Envelope) -> int:
    """Print what this kit finds of a report that another one made, and return the exit code.

    Another plan, or other words, are no forgery.  But a status has to follow from its log by this kit too, as long as
    the specification is the same.  0: all do; 1: one does not, or a file was changed; 4: not all could be judged.
    """
    print(f"another kit made this report: {plain(kit_of(envelope))}; this is kit {kit_digest()[:12]}")
    changed = list(of_digests(folder, envelope))
    if changed:
        return report_on(folder, envelope, changed, "")
    if specification_of(envelope) != specification_digest():
        print("its specification is another one, so no verdict can be derived here; to check it, install that kit")
        return INCOMPLETE
    must_have_said_hello(folder, envelope)
    try:
        repetition = Repetition(folder, envelope)
        now = as_written(repetition.run())
    except CommandError as error:
        print(f"this kit can't repeat its run: {plain(str(error))}; to check it, install that kit")
        return INCOMPLETE
    judged = now["cases"]
    if repetition.problems:  # a lane has another plan; the scenarios have none
        judged = [case for case in judged if case["lane"] == FEATURES and case["id"] in repetition.running.results]
    otherwise = [*differences(envelope["subject"], now["subject"], "subject"), *other_statuses(envelope, judged)]
    if otherwise:
        return report_on(folder, envelope, otherwise, "")
    print(f"{folder}: {len(judged)} of {len(envelope['cases'])} verdicts are confirmed, derived from {MESSAGES}")
    if repetition.problems:
        print(f"this kit can't judge the others: {plain(repetition.problems[0])}")
        return INCOMPLETE
    return OK if envelope["complete"] else INCOMPLETE


def other_statuses(envelope: Envelope, judged: Iterable[CaseEntry]) -> Iterator[str]:
    """Yield each case that has another status now, or is not in the report."""
    reported = {case["id"]: case["status"] for case in envelope["cases"]}
    for case in judged:
        yield from differences(reported.get(case["id"]), case["status"], f"{case['id']}.status")


def reproduce(args: argparse.Namespace) -> int:
    """Ask a system again all that was asked then; 1 if a result differs."""
    envelope = read(args.folder)
    must_have_said_hello(args.folder, envelope)
    with session_with(args) as session:
        now = as_written(ask_again(envelope, session))
    # it may fail in another way than was shown
    found = [*of_cases(envelope, now, ["shown", "step"])]
    code = report_on(args.folder, envelope, found, "asked again")
    if code in (OK, INCOMPLETE):
        print(f"whether its other files say the same: translator-cmk report check {shlex.quote(str(args.folder))}")
    return code


@contextmanager
def session_with(args: argparse.Namespace) -> Iterator[Session]:
    """Yield a session with the system that the arguments name, and end it; raises `CommandError` for its faults."""
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        yield session
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()


def must_have_said_hello(folder: Path, envelope: Envelope) -> None:
    """Raise `CommandError` where there is nothing to check."""
    if envelope["subject"] is None:
        raise CommandError(f"{folder}: the system did not say hello, so there is nothing to check", INCOMPLETE)


def report_on(folder: Path, envelope: Envelope, found: Sequence[str], how: str, more: str = "") -> int:
    """Print what was found, and return the exit code."""
    for each in found:
        print(f"✘ {plain(each)}")
    if found:
        return DEVIATIONS
    print(f"{folder}: all {len(envelope['cases'])} verdicts are confirmed, {how}")
    if not envelope["complete"]:
        print(f"the run was not complete: {plain(envelope.get('trouble', 'it was broken off'))}{more}")
        return INCOMPLETE
    return OK


def replay(args: argparse.Namespace) -> int:
    """Print where a system parts from what is demanded: 1 if it does, 0 if it does not, 4 without a verdict."""
    kept = read_counterexample(args.file)
    with session_with(args) as session:
        subject = Subject(session, by_chance())
        commands = tuple(applicable(kept["commands"], subject.declaration))
        oracle = oracle_for(machine_of(frozenset(kept["silent"]) & frozenset(load_register())), subject.declaration)
        followed = run_sequence(subject, commands, oracle, len(commands) if kept.get("unobserved") else 0)
    for place, command in enumerate(followed.asked, start=1):
        print(f"{place:>3}  {format_command(command)}")
    if followed.fault:
        raise CommandError(f"the system broke: {followed.fault}", HARNESS)
    for difference in followed.differences if followed.failed else ():
        print(f"     expected  {plain(format_answer(difference.expected))}")
        print(f"     observed  {plain(format_answer(difference.seen))}")
    if followed.failed:
        return DEVIATIONS
    if not commands or followed.late or followed.lost_track or len(followed.asked) < len(commands):
        print("undecided: nothing was asked, an effect is late, a command is unsupported, or too much is not specified")
        return INCOMPLETE
    print("the system and the specification agree")
    return OK
