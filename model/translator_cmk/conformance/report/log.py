"""Read a report: how its run was made, and its message log, which answers in place of the system that was run."""

import gzip
import json
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import CommandError
from ...language.strict_json import DECODE, LONGEST, NotStrict, parse_json
from ...shapes import WireError, read_message
from ..cases import FEATURES, LANES, SCOPES, SELECTED, Envelope, must_exist
from ..channels import Fault
from ..deviations import Deviation, is_day, known_cases, problem_with
from ..session import Clock, NoLog
from . import envelope as shapes
from .envelope import FORMAT, Made
from .folder import ENVELOPE, MESSAGES, must_be_a_file

# The envelope


def read(folder: Path) -> Envelope:
    """Return the envelope of a report; raises `CommandError`."""
    path = folder / ENVELOPE
    must_be_a_file(path)
    try:
        content = DECODE(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None
    except NotStrict as error:
        raise CommandError(f"{path}: not JSON: {error.args[0]}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CommandError(f"{path}: no envelope of a report in format {FORMAT}")
    try:
        read_message(shapes.ENVELOPE, content, str(path))
    except WireError as error:
        raise CommandError(f"{error}; the report was changed, or made by another version of the kit") from None
    envelope: Envelope = content
    must_be_times(envelope)
    for kind in ("cases", "properties"):
        for name, times in Counter(each["id"] for each in envelope.get(kind, ())).items():
            if times > 1:
                raise CommandError(f"{path}: {name} is there twice among its {kind}")
    return envelope


def must_be_times(envelope: Envelope) -> None:
    """Raise `CommandError` if a run did not begin and end at times that may be: in order, and not to come."""
    for name in ("started", "finished"):
        try:
            datetime.strptime(envelope[name], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007  # only whether there is such a time
        except ValueError:
            raise CommandError(f"{ENVELOPE}: {name} is {envelope[name]!r}, which is no time") from None
    if envelope["finished"] < envelope["started"]:
        raise CommandError(
            f"{ENVELOPE}: it finished at {envelope['finished']}, before it started at {envelope['started']}"
        )
    # the clocks of two machines may differ by some minutes
    if envelope["finished"] > (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"):
        raise CommandError(f"{ENVELOPE}: it finished at {envelope['finished']}, which is still to come")


def made_of(envelope: Envelope) -> Made:
    """Return how the run was made; raises `CommandError` where no run is made so."""
    for problem in contradictions(envelope):
        raise CommandError(f"{ENVELOPE}: {problem}")
    made = Made(
        envelope["digest"],
        envelope["transport"],
        envelope["profile"],
        tuple(sorted(envelope["waived"])),
        tuple(lane for lane in LANES if lane in envelope["lanes"]),
        {name: tuple(envelope["selection"].get(name, ())) for name in SELECTED},
        envelope["seed"],
        envelope["budgets"],
        tuple(Deviation(**each) for each in envelope["deviations"]),
    )
    must_exist(made.selection, made.waived)
    return made


def contradictions(envelope: Envelope) -> Iterator[str]:
    """Yield what is otherwise than in any run, in its budgets and in the deviations that it knew of."""
    budgets, cases, about = envelope["budgets"], known_cases(), Counter[str]()
    by_pytest = [envelope[name] for name in ("lanes", "transport", "profile")] == [[FEATURES], "python", "full"]
    if budgets or not by_pytest:
        if missing := [name for name in ("steps", "seconds", "scopes") if name not in budgets]:
            yield f"its budgets do not say {', '.join(missing)}, as those of verify do"
        if not budgets["scopes"]:
            yield "its budgets name no scope, and every run has one"
        if unknown := set(budgets["scopes"]) - set(SCOPES):
            yield f"{sorted(unknown)[0]!r} is no scope of the tour"
    for entry in (Deviation(**each) for each in envelope["deviations"]):
        if problem_with(entry, cases) or not is_day(entry.expires) or not entry.reason.strip() or not entry.line:
            yield f"{entry.about!r} is no deviation that verify takes for known"
        about[entry.about] += 1
        if about[entry.about] > 1:
            yield f"{entry.about!r} appears twice in a file of known deviations"


# The message log

SOON = 0.25
"""Seconds that may pass between an answer in the log and a look at the clock: what ends a wait is a look, not time."""

VOLATILE = ("id", "session", "seconds")
"""Fields of a request that chance or time decides."""


class NotInLog(Exception):
    """The run asks for something that the log doesn't have at this place: it was changed."""


class EndOfLog(Exception):
    """The run broke off here."""


class Entry(NamedTuple):
    """A line of the log: its number, and its content."""

    number: int
    content: dict[str, Any]

    @property
    def case(self) -> str:
        """The case in which it was written."""
        return str(self.content["case"])

    @property
    def verb(self) -> str:
        """The verb of a request; empty for other entries."""
        return str(self.content["request"]["verb"]) if "request" in self.content else ""


class MessageLog(NoLog):
    """A message log, as far as the verdicts of a report rest on it: on so many ``messages``.

    It is read as far as its streams need it; raises `CommandError`.  Sessions that repeat the run write their entries
    into the streams, where each has to be the next one.
    """

    def __init__(self, path: Path, messages: int) -> None:
        self.messages = messages
        self.read = 0
        self.more = 0  # messages beyond
        self.truncated = 0  # the number of the line at which the log is cut off
        self.waiting: defaultdict[int, deque[Entry]] = defaultdict(deque)  # by session: read and not repeated
        self.streams: list[Stream] = []
        self.entries = self._entries(path)

    def stream(self) -> "Stream":
        """Return the stream of one more session."""
        self.streams.append(Stream(self, self.waiting[len(self.streams)]))
        return self.streams[-1]

    def has_another_session(self) -> bool:
        """Return whether the next entry is of a session that has no stream yet."""
        session = self.read_on()
        return session is not None and session >= len(self.streams)

    def read_on(self) -> int | None:
        """Read one more entry; the number of its session, or None at the end."""
        entry = next(self.entries, None)
        if entry is None:
            return None
        session: int = entry.content.get("session", 0)
        self.waiting[session].append(entry)
        return session

    def left(self) -> list[Entry]:
        """Return the entries that were not repeated."""
        while self.read_on() is not None:
            pass
        return list(chain(*self.waiting.values()))

    def _entries(self, path: Path) -> Iterator[Entry]:
        must_be_a_file(path)
        number = 0
        try:
            with gzip.open(path) as file:
                for number, line in enumerate(iter(lambda: file.readline(2 * LONGEST), b""), start=1):
                    if self.read >= self.messages:
                        self.more += 1
                    else:
                        self.read += 1
                        yield Entry(number, entry_of(line, f"{path}:{number}"))
        except EOFError:
            self.truncated = number + 1
        except (gzip.BadGzipFile, zlib.error) as error:
            raise CommandError(f"{path}: can't be decompressed: {error}; the log was changed") from None
        except OSError as error:
            raise CommandError(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None


class Stream(NoLog, Clock):
    """The entries of one session: the channel that answers as it did, the clock of that time, and what it may write."""

    def __init__(self, log: MessageLog, waiting: deque[Entry]) -> None:
        self.log = log
        self.waiting = waiting
        self.time = 0.0
        self.stderr = ""

    def peek(self) -> Entry | None:
        """Return the next entry; None at the end."""
        while not self.waiting:
            if self.log.read_on() is None:
                return None
        return self.waiting[0]

    def due(self, what: str) -> Entry:
        """Return the next entry; raises `EndOfLog`."""
        entry = self.peek()
        if entry is None or "interrupted" in entry.content:
            raise EndOfLog(f"{MESSAGES}: nothing more is in the log where {what} would be")
        return entry

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """Return the next answer; raises its fault, `NotInLog` and `EndOfLog`.  `write` compares the requests."""
        entry = self.due(request["verb"])
        content = entry.content
        self.stderr = str(content.get("fault", {}).get("stderr", ""))
        if "request" not in content:
            raise NotInLog(differs(entry, request["verb"]))
        if "answer" not in content:
            raise Fault(content["fault"]["kind"], content["fault"]["text"])
        answer = content["answer"]
        if isinstance(answer, dict) and answer.get("id") == content["request"]["id"]:
            return answer | {"id": request["id"]}
        return answer

    def write(self, entry: dict[str, Any]) -> None:
        """Go on to the next entry, which has to be this one; raises `NotInLog` and `EndOfLog`."""
        if "request" in entry and not entry.keys() & {"answer", "fault"}:
            return  # the log did not answer
        expected = compared(entry)
        recorded = self.due(shortened(expected))
        if compared(recorded.content) != expected:
            raise NotInLog(differs(recorded, shortened(expected)))
        self.waiting.popleft()
        self.time = float(recorded.content["at"])
        self.log.lines += 1  # that were repeated
        self.log.faults += "fault" in recorded.content

    def restart(self) -> None:
        """Do nothing: the log has what came next."""

    def stderr_tail(self) -> str:
        """Return the standard error that the last fault came with."""
        return self.stderr

    def now(self) -> float:
        """Return the time of the last answer, or soon after where nothing more was looked at then."""
        entry = self.peek()
        return self.time if entry and entry.verb in ("observe", "settle") else self.time + SOON

    def sleep(self, seconds: float) -> None:
        """Let time pass as it did."""

    def allows(self, case: str, until: float) -> bool:  # noqa: ARG002  # as the other clocks have it
        """Return whether there was time for one more sequence of this case."""
        entry = self.peek()
        return entry is not None and "world" in entry.content and entry.case == case


def entry_of(line: bytes, where: str) -> dict[str, Any]:
    """Return one entry; raises `CommandError`."""
    try:
        entry: dict[str, Any] = json.loads(line) if len(line) > LONGEST else parse_json(line.strip(), where)
        read_message(shapes.ENTRY, entry, where)
    except WireError as error:
        raise CommandError(f"{error}; the log was changed") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{where}: not JSON: {error}; the log was changed") from None
    return entry


def compared(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without what chance, time and the system decide, except that the system broke."""
    found = {name: value for name, value in entry.items() if name not in ("at", "answer")}
    if "request" in entry:
        found["request"] = {name: value for name, value in entry["request"].items() if name not in VOLATILE}
    if "fault" in entry:
        found["fault"] = entry["fault"]["kind"]
    return found


def differs(entry: Entry, expected: str) -> str:
    """Return where the log has something else than a run would write."""
    return f"{MESSAGES}:{entry.number}: the log has {shortened(compared(entry.content))} where {expected} would be"


def shortened(value: object) -> str:
    """Return a value as JSON, as far as it takes to see it."""
    text = json.dumps(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
