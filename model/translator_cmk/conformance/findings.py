"""Count the failures of a lane by signature, and write each as a scenario and as a file that can be replayed."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..bdd.features import COUNTEREXAMPLE
from ..errors import CommandError
from ..language import WireError, command_to_wire, from_text
from ..language.declaration import LEVELS
from ..language.facts import Fact
from ..language.gherkin import can_be_told, scenario_lines, sentence_title, steps, use_in_words
from ..language.sentences import format_command, format_fact
from ..language.situations import situations
from ..machine import COMMANDS, DEFAULT_STAGE, ROWS, Accepted, Command, Outcome, Refused, State, initial
from ..machine.rows import Effect
from ..oracle.explain import Difference
from ..requirements import Register
from ..shapes import read_message
from .cases import Case, Result
from .judging import Commands, SequenceResult, level_concerned, level_of
from .report.envelope import COUNTEREXAMPLE as SHAPE
from .report.envelope import FORMAT
from .report.folder import MESSAGES
from .report.summaries import AGAIN
from .subject import MACHINE


class Signature(NamedTuple):
    """The identity of a failure: the command, the requirements it is attributed to, and the kinds of difference."""

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


class LeftOut:
    """Counts of sequences whose messages are not kept; each result is also that of a sequence that is kept."""

    def __init__(self) -> None:
        self.sequences = 0
        self.lost_track = 0
        self.commands = 0
        self.compared: Counter[str] = Counter()
        self.failed: Counter[Signature] = Counter()

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the message log has them."""
        return {
            "sequences": self.sequences,
            "lost_track": self.lost_track,
            "commands": self.commands,
            "compared": dict(sorted(self.compared.items())),
            "failed": [{**each._asdict(), "times": times} for each, times in sorted(self.failed.items())],
        }


def left_out_of(content: Mapping[str, Any]) -> LeftOut:
    """Return the counts in an entry of the message log."""
    found = LeftOut()
    found.sequences, found.lost_track, found.commands = (
        content[name] for name in ("sequences", "lost_track", "commands")
    )
    found.compared = Counter(content["compared"])
    found.failed = Counter({signature_of(each): each["times"] for each in content["failed"]})
    return found


def signature_of(content: Mapping[str, Any]) -> Signature:
    """Return the signature in an entry."""
    requirements: Iterable[str] = content["requirements"]
    return Signature(content["command"], tuple(requirements), tuple(content["kinds"]))


class Finding(NamedTuple):
    """One way in which the system and the specification part, shown by the shortest sequence that was found."""

    signature: Signature
    commands: Commands
    expected: tuple[str, ...]
    seen: tuple[str, ...]
    scenario: str
    always: bool
    """Whether it came out each time."""
    unobserved: bool
    """Whether nothing was observed before the last command."""
    messages: tuple[int, int] | None = None
    """The lines of the message log that show it, from the first to the last."""


def signature(followed: SequenceResult) -> Signature:
    """Return the signature of a failure."""
    requirements = {each for difference in followed.differences for each in difference.requirements}
    kinds = {kind_of(difference.expected, difference.seen) for difference in followed.differences}
    return Signature(name_of_last(followed), tuple(sorted(requirements)), tuple(sorted(kinds)))


def kind_of(expected: Outcome | Fact, seen: Outcome | Fact) -> str:
    """Return the kind of a difference."""
    if isinstance(expected, Fact):
        return f"{expected.kind}.{expected.field}"
    return f"{word(expected)}-{word(seen)}" if type(expected) is not type(seen) else f"{word(expected)} otherwise"


def word(outcome: Outcome | Fact) -> str:
    """Return an outcome in one word."""
    return {Accepted: "accepted", Refused: "refused"}.get(type(outcome), "unspecified")


def in_words(each: Outcome | Fact) -> str:
    """Format what was expected or observed as a sentence."""
    if isinstance(each, Fact):
        return format_fact(each)
    if isinstance(each, Accepted):
        uses = "".join(f", with a use of the key {use.key} for {use.resource}" for use in each.audit)
        return f"the request is accepted{uses}"
    if isinstance(each, Refused):
        return (
            f"the request is refused{f', because of {listed}' if (listed := ', '.join(sorted(each.because))) else ''}"
        )
    return "the request is accepted or refused"


KEPT = 10
"""How many failures of one signature are news."""


class Tally:
    """The results of a lane so far."""

    def __init__(
        self,
        lane: str,
        levels: Collection[str],
        planned: Iterable[type[Command]] = (),
        silent: Collection[str] = (),
    ) -> None:
        self.lane = lane
        self.known: dict[str, tuple[Difference, ...]] = {}  # by command: how it differs as a listed deviation says
        self.not_reached: Counter[str] = Counter()  # how often a command was left out where it is planned
        self.undelivered: dict[str, str] = {}  # by command: the capability
        self.silent = silent  # from the beginning, by the profile or since it is waived
        self.levels = levels
        self.planned = {command.__name__ for command in planned}
        self.compared: Counter[str] = Counter()
        self.accepted: set[str] = set()
        self.unseen: set[str] = set()
        self.unsupported: set[str] = set()
        self.late: set[str] = set()
        self.too_open: set[str] = set()
        self.faults: dict[str, tuple[str, str]] = {}
        self.failures: Counter[Signature] = Counter()
        self.first: dict[Signature, SequenceResult] = {}
        self.lost_track = 0
        self.sequences = 0

    def add(self, followed: SequenceResult) -> Signature | None:
        """Count a sequence; the signature of its failure, if it failed."""
        self.sequences += 1
        self.accepted |= followed.accepted
        self.unseen |= followed.unseen
        self.unsupported |= followed.unsupported
        self.undelivered |= dict(sorted(followed.undelivered))
        self.lost_track += bool(followed.lost_track)
        last = name_of_last(followed)
        if followed.known:
            self.known.setdefault(last, followed.known)
        self.compared.update(names_compared(followed))
        if followed.fault:
            self.faults[last] = (followed.fault, followed.fault_text)
        if followed.late:
            self.late.add(last)
        if not followed.failed:
            return None
        found = signature(followed)
        self.failures[found] += 1
        self.first.setdefault(found, followed)
        return found

    def learns_from(self, followed: SequenceResult) -> bool:
        """Return whether a sequence shows something new."""
        if followed.known and name_of_last(followed) not in self.known:
            return True
        if followed.fault or (followed.failed and self.failures[signature(followed)] < KEPT):
            return True
        late = {type(followed.asked[-1]).__name__} if followed.late and followed.asked else set()
        compared = set(names_compared(followed))
        known = compared <= self.compared.keys() and late <= self.late
        return not (
            known
            and followed.accepted <= self.accepted
            and followed.unseen <= self.unseen
            and followed.unsupported <= self.unsupported
        )

    def leave_out(self, followed: SequenceResult, left_out: LeftOut) -> None:
        """Count a sequence among those that are left out of the message log."""
        left_out.sequences += 1
        left_out.lost_track += bool(followed.lost_track)
        left_out.compared.update(names_compared(followed))
        if followed.failed:
            left_out.failed[signature(followed)] += 1

    def take(self, left_out: LeftOut) -> None:
        """Add what was left out; it adds to what was found, and finds nothing by itself."""
        self.sequences += left_out.sequences
        self.lost_track += left_out.lost_track
        self.compared.update({name: times for name, times in left_out.compared.items() if self.compared[name]})
        self.failures.update({each: times for each, times in left_out.failed.items() if each in self.first})

    def counts(self) -> dict[str, int]:
        """Return how much was done."""
        return {
            "sequences": self.sequences,
            "commands": self.compared.total(),
            "lost_track": self.lost_track,
        }

    def cases(self) -> Iterator[Case]:
        """Yield a case for each command of a level that is claimed, if it was planned, or accepted by and by.

        One of another level has a case where it failed in what it brought about in a level that is claimed.
        """
        failed = {each.command: self.first[each].differences for each in reversed(self.failures)}
        met = (
            self.planned
            | self.accepted
            | self.unseen
            | self.unsupported
            | self.late
            | self.too_open
            | self.faults.keys()
        )
        for name, command in COMMANDS.items():
            level = level_of(command)
            if name in failed and level not in self.levels:
                yield case_of(self.lane, name, command, level_concerned(failed[name][0], command))
            elif name in met | failed.keys() and level in self.levels:
                yield case_of(self.lane, name, command, level)
        if "reset" in met | failed.keys():
            level = next(each for each in LEVELS if each in self.levels)
            yield Case(f"{self.lane}/reset", self.lane, level, (), name="Begin a world in which nothing is there.")

    def result(self, name: str) -> Result:
        """Return the result of a command."""
        if failures := [each for each in self.failures if each.command == name]:
            differences = [difference for each in failures for difference in self.first[each].differences]
            attributed_to = tuple(sorted({requirement for each in failures for requirement in each.requirements}))
            times = sum(self.failures[each] for each in failures)
            reason = f"expected: {in_words(differences[0].expected)}; observed: {in_words(differences[0].seen)}"
            return Result("failed", f"{reason} ({times} times)" if times > 1 else reason, attributed_to=attributed_to)
        if capability := self.undelivered.get(name):
            reason = f"unsupported, though the capability {capability} is declared"
            return Result("failed", reason, undelivered=capability)
        if name in self.faults:
            kind, text = self.faults[name]
            return Result("inconclusive", f"the system broke: {text}", fault=kind)
        if name in self.late:
            return Result("inconclusive", "an effect was still absent when its time was up")
        if name in self.too_open:
            return Result("inconclusive", "so much is possible after it that the rest of its world was not judged")
        if name in self.unsupported:
            besides = f", and otherwise {self.compared[name]} times" if self.compared[name] else ""
            return Result("not-run", f"unsupported: it answers so to {name}{besides}")
        if known := self.known.get(name):
            attributed_to = tuple(sorted({requirement for each in known for requirement in each.requirements}))
            reason = f"expected: {in_words(known[0].expected)}; observed: {in_words(known[0].seen)}"
            return Result("failed", reason, attributed_to=attributed_to)
        if self.compared[name] and name in self.unseen - self.accepted:
            return Result("not-applicable", "not observed: all that it changes is declared as hidden")
        if self.compared[name] and name not in self.accepted:
            reason = "it was refused, as it should be; but nothing shows yet that it is ever accepted"
            return Result("not-run", reason, behind=self.behind(name))
        if self.compared[name] and (waived := effects_of(name)) <= set(self.silent):
            return Result("not-applicable", f"nothing is demanded of what it does: {', '.join(sorted(waived))}")
        if self.compared[name]:
            return Result("passed")
        return Result("not-run", "not reached", behind=self.behind(name))

    def behind(self, name: str) -> tuple[str, ...]:
        """Return the cases whose failures keep a command from being reached, if it was left out because of any."""
        failed = {each.command for each in self.failures} | self.known.keys()
        return tuple(f"{self.lane}/{each}" for each in sorted(failed)) if name in self.not_reached else ()


def effects_of(name: str) -> set[str]:
    """Return the requirements that say what a command does; one that changes nothing has others."""
    rows = [row for row in ROWS if isinstance(row, Effect) and row.on.__name__ == name]
    return {row.requirement for row in rows} or {name}


def name_of_last(followed: SequenceResult) -> str:
    """Return the command that a sequence ended with."""
    return type(followed.asked[-1]).__name__ if followed.asked else "reset"


def names_compared(followed: SequenceResult) -> list[str]:
    """Return the commands of a sequence that were compared, and did not differ."""
    names = [type(command).__name__ for command in followed.asked]
    undecided = followed.differences or followed.known or followed.fault or followed.lost_track
    return names[:-1] if undecided else names


def case_of(lane: str, name: str, command: type[Command], level: str) -> Case:
    """Return the case of a command in a lane."""
    return Case(f"{lane}/{name}", lane, level, (), name=(command.__doc__ or name).splitlines()[0])


OWN = "The system accepted what comes next. The model does not, where this is not specified or assumed, and stops here."
BESIDES = (
    "In between it was also asked for this, which was refused or changes nothing. No step can say so; replay asks it."
)


class Recorded(NamedTuple):
    """A failure that was kept: the commands, and with what profile and waivers they were judged.

    ``unobserved``: until after the last of them.
    """

    profile: str
    silent: frozenset[str]
    commands: tuple[Command, ...]
    unobserved: bool


def finding_of(
    found: Signature, failure: SequenceResult, register: Register, messages: tuple[int, int] | None
) -> Finding:
    """Return a failure as it is kept; without ``messages`` that show it, it was seen once and not again."""
    return Finding(
        found,
        failure.asked,
        tuple(in_words(each.expected) for each in failure.differences),
        tuple(in_words(each.seen) for each in failure.differences),
        feature(failure, register) if failure.asked else "",
        always=messages is not None,
        unobserved=failure.unobserved,
        messages=messages,
    )


def feature(followed: SequenceResult, register: Register) -> str:
    """Return the feature, with one scenario that the system fails.

    The model passes it, unless the system has accepted on its way what the model does not, which `OWN` marks.
    """
    when = followed.asked[-1]
    way = way_of(followed)
    sentence = format_command(when)
    thens, tags = claims(followed.differences)
    title = sentence_title(sentence).replace('"', "")
    rule, *others = tags or requirements_of(when)
    lines = [
        f"@{COUNTEREXAMPLE}",
        "Feature: A counterexample",
        "  Something that a system did otherwise than the specification demands.",
        "",
        f"  @{rule}",
        f"  Rule: {register[rule].title}",
        "",
        *(f"    {line}" for line in scenario_lines(title, way_there(way), sentence, thens, others)),
    ]
    return "\n".join(lines) + "\n"


def claims(differences: Sequence[Difference]) -> tuple[list[str], list[str]]:
    """Return the expected results as sentences, and their requirements: of a refusal, its reasons."""
    refusal = next((each.expected for each in differences if isinstance(each.expected, Refused)), None)
    if refusal is not None:
        return ["the request is refused", "nothing has changed"], sorted(refusal.because)
    thens = list(dict.fromkeys(each for difference in differences for each in sentences(difference.expected)))
    tags = {each for difference in differences for each in difference.requirements}
    return thens or ["the request is accepted"], sorted(tags)


def sentences(expected: Outcome | Fact) -> Iterator[str]:
    """Yield how a scenario says that this should be so; nothing where no sentence does."""
    match expected:
        case Fact():
            if can_be_told(expected):
                yield format_fact(expected)
        case Accepted(audit=audit):
            yield "the request is accepted"
            yield from (use_in_words(use) for use in audit)


class Way(NamedTuple):
    """How a system got to where it failed.

    ``shared``: what it accepted as the model does, and what changes something, as a Given has to.  ``own``: all that it
    accepted from the first command on that the model does not accept.  ``besides``: what else it was asked for.
    """

    shared: list[Command]
    own: list[Command]
    besides: list[Command]


def way_of(followed: SequenceResult) -> Way:
    """Sort the commands before the last one by the system's answers."""
    way = Way([], [], [])
    before = initial(DEFAULT_STAGE)
    for command, taken in zip(followed.asked[:-1], followed.taken, strict=False):
        after, outcome = MACHINE.step(before, command)
        if not taken:
            way.besides.append(command)
        elif way.own or not isinstance(outcome, Accepted):
            way.own.append(command)
        elif after == before:
            way.besides.append(command)
        else:
            way.shared.append(command)
            before = after
    return way


def way_there(way: Way) -> Iterator[str]:
    """Yield the way as steps, and as comments what a Given can't say."""
    start = starting_point(way.shared)
    lines = list(steps("Given", [*start, *map(format_command, way.own)]))
    yield from lines[: len(start)]
    if way.own:
        yield f"  # {OWN}"
    yield from lines[len(start) :]
    if way.besides:
        yield f"  # {BESIDES}"
    for sentence, times in Counter(map(format_command, way.besides)).items():
        yield f"  #   {sentence}{f', {times} times' if times > 1 else ''}"


def starting_point(given: Sequence[Command]) -> list[str]:
    """Return the shortest Given steps: a situation that saves steps, if there is one, and the other commands."""
    aim = after(given)
    best = [format_command(command) for command in given]
    for name, situation in situations().items():
        rest = [command for command in given if command not in situation.commands]
        if len(rest) + 1 < len(best) and after([*situation.commands, *rest]) == aim:
            best = [name, *map(format_command, rest)]
    return best


def after(commands: Iterable[Command]) -> State:
    """Return the state of the model after these commands."""
    found = initial(DEFAULT_STAGE)
    for command in commands:
        found, _ = MACHINE.step(found, command)
    return found


def requirements_of(command: Command) -> list[str]:
    """Return the requirements that say what a command does."""
    return sorted({row.requirement for row in MACHINE.rows if isinstance(row, Effect) and row.on is type(command)})


def in_full(finding: Finding, file: str, register: Register) -> Iterator[str]:
    """Yield the failure for readers of a report: requirements, scenario, differences and the command to replay it."""
    for requirement in finding.signature.requirements:
        yield f"requirement  {register[requirement].title} ({requirement})"
        yield f"             {register[requirement].wording}"
    scenario = finding.scenario.partition("    Scenario: ")[2]
    yield ""
    yield from (line.removeprefix("    ") for line in f"    Scenario: {scenario}".splitlines() if scenario)
    yield ""
    for expected, seen in zip(finding.expected, finding.seen, strict=True):
        yield f"expected     {expected}"
        yield f"observed     {seen}"
    if finding.messages:
        yield "messages     {}, lines {} to {}".format(MESSAGES, *finding.messages)
    if finding.unobserved:
        yield "observed     only after the last step: looking earlier may change what comes of it"
    yield f"{AGAIN} ... {file}"
    if not finding.always:
        yield "             (it does not come out each time)"
    yield ""


def as_json(finding: Finding, profile: str, silent: Iterable[str]) -> dict[str, Any]:
    """Return the failure as it is kept."""
    return {
        "format": FORMAT,
        "profile": profile,
        "silent": sorted(silent),
        "requirements": list(finding.signature.requirements),
        "commands": [command_to_wire(command) for command in finding.commands],
        "expected": list(finding.expected),
        "seen": list(finding.seen),
        "always": finding.always,
        **({"unobserved": True} if finding.unobserved else {}),
        "scenario": finding.scenario,
        **({"messages": dict(zip(("from", "to"), finding.messages, strict=True))} if finding.messages else {}),
    }


def recorded(path: Path) -> Recorded:
    """Return the failure in a file; raises `CommandError`."""
    try:
        content = from_text(path.read_bytes(), str(path))
        if not isinstance(content, dict) or "commands" not in content:
            raise CommandError(f"{path}: no counterexample; name a JSON file of the folder counterexamples of a report")
        found = read_message(SHAPE, content, str(path))
        return Recorded(
            found["profile"],
            frozenset(found["silent"]),
            tuple(found["commands"]),
            found.get("unobserved", False),
        )
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}") from None
    except WireError as error:
        raise CommandError(f"{error}; run verify again") from None


def json_text(value: dict[str, Any]) -> str:
    """Return the value as JSON, indented."""
    return json.dumps(value, indent=1) + "\n"
