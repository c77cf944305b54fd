"""Count the results of sequences by command and by failure, and write each failure down as a counterexample."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

from ..bdd.features import COUNTEREXAMPLE
from ..bdd.prerequisites import level_of
from ..errors import CommandError
from ..language.declaration import LEVELS
from ..language.facts import Fact
from ..language.messages import command_to_wire
from ..language.scenarios import format_scenario, format_steps, format_title
from ..language.sentences import format_answer, format_command, format_fact, format_key_use, has_sentence
from ..language.strict_json import parse_json
from ..machine import COMMANDS, DEFAULT_STAGE, ROWS, Accepted, Command, Outcome, Refused, initial
from ..machine.rows import Effect, Refuse, Silent
from ..oracle import Why, format_why
from ..requirements import load_register
from ..shapes import WireError, read_message
from ..system import MACHINE
from ..verdict import Status
from .cases import NOT_REACHED, Case, Result
from .judging import SequenceResult, level_concerned
from .report.envelope import COUNTEREXAMPLE as SHAPE
from .report.envelope import FORMAT
from .report.folder import MESSAGES
from .report.text import AGAIN


class Signature(NamedTuple):
    """The identity of a failure: the command, the requirements that a report names, and the kinds of difference.

    Where it names any, only the outcome is such a kind: how much of an effect shows depends on the sequence.
    """

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


def signature(followed: SequenceResult) -> Signature:
    """Return the signature of a failure."""
    names = followed.why.attributed_to
    kinds = {
        kind_of(each.expected, each.seen)
        for each in followed.differences
        if not (names and isinstance(each.expected, Fact))
    }
    return Signature(followed.last, names, tuple(sorted(kinds)))


def kind_of(expected: Outcome | Fact, seen: Outcome | Fact) -> str:
    """Return the kind of a difference."""
    if isinstance(expected, Fact):
        return f"{expected.kind}.{expected.field}"
    was, now = ({Accepted: "accepted", Refused: "refused"}.get(type(each), "unspecified") for each in (expected, seen))
    return f"{was}-{now}" if type(expected) is not type(seen) else f"{was} otherwise"


def failure_of(first: SequenceResult, *others: SequenceResult, times: int = 1) -> Result:
    """Return the result of a command that differed first in this, then in others, for so many times in all."""
    difference = (first.differences or first.known)[0]
    reason = f"expected: {format_answer(difference.expected)}; observed: {format_answer(difference.seen)}"
    named = dict.fromkeys(name for each in (first, *others) for name in each.why.attributed_to)
    more = f" ({times} times)" if times > 1 else ""
    return Result(Status.FAILED, reason + more, attributed_to=tuple(named))


def effects_of(command: str) -> set[str]:
    """Return the requirements that say what a command changes; one that at most records the use of a key has none."""
    return {
        row.requirement for row in ROWS if isinstance(row, Effect) and row.on.__name__ == command and row.uses is None
    }


def rows_about(command: str) -> set[str]:
    """Return the requirements that have rows about a command."""
    return {row.requirement for row in ROWS if isinstance(row, Refuse | Effect | Silent) and row.on.__name__ == command}


WEIGHTS = ("undelivered", "fault", "late", "unsupported", "known", "accepted", "unseen", "compared", "lost")
"""What sequences show of a command, beside failures: the first decides."""

ABSENT = "an effect was still absent when its time was up"
HIDDEN = "not observed: all that it changes is declared as hidden"
ONLY_REFUSED = "it was refused, as it should be; but nothing shows yet that it is ever accepted"


class Tally:
    """The results of a lane so far, by command."""

    def __init__(
        self,
        lane: str,
        levels: Collection[str],
        planned: Set[str],
        silent: frozenset[str],
    ) -> None:
        self.lane = lane
        self.levels = levels
        self.planned = planned
        self.silent = silent  # from the beginning, by the profile or since it is waived
        self.sequences = 0
        self.lost_track = 0
        self.commands = 0  # that were compared
        self.failed: Counter[Signature] = Counter()
        self.first: dict[Signature, SequenceResult] = {}
        self.not_reached: Counter[str] = Counter()  # how often a command was left out where it is planned
        self.shown: dict[str, dict[str, Result]] = {}  # by command and weight
        self.in_full: dict[str, list[str]] = {}  # for a command, its failures

    def add(self, followed: SequenceResult) -> None:
        """Count a sequence, and note what it shows of its commands."""
        self.sequences += 1
        self.commands += len(followed.compared)
        self.lost_track += bool(followed.lost_track)
        for name, weight, result in self.shows(followed):
            self.shown.setdefault(name, {}).setdefault(weight, result)
        if followed.failed:
            self.failed[signature(followed)] += 1
            self.first.setdefault(signature(followed), followed)

    def shows(self, followed: SequenceResult) -> Iterator[tuple[str, str, Result]]:
        """Yield what a sequence shows of its commands, each with its weight and result, but for a failure."""
        last = followed.last
        for name, capability in followed.undelivered.items():
            reason = f"unsupported, though the capability {capability} is declared"
            yield name, "undelivered", Result(Status.FAILED, reason, undelivered=capability)
        if followed.fault:
            reason = f"the system broke: {followed.fault}"
            yield last, "fault", Result(Status.INCONCLUSIVE, reason, fault=followed.fault.kind)
        if followed.late:
            yield last, "late", Result(Status.INCONCLUSIVE, ABSENT)
        for name in followed.unsupported:
            yield name, "unsupported", Result(Status.NOT_RUN, f"unsupported: it answers so to {name}")
        if followed.known:
            yield last, "known", failure_of(followed)
        for name in followed.accepted:
            yield name, "accepted", self.passed(name)
        for name in followed.unseen:
            yield name, "unseen", Result(Status.NOT_APPLICABLE, HIDDEN)
        for name in followed.compared:
            yield name, "compared", Result(Status.NOT_RUN, ONLY_REFUSED)
        if followed.lost_track:
            yield last, "lost", Result(Status.NOT_RUN, followed.lost_track)

    def passed(self, name: str) -> Result:
        """Return the result of a command that was accepted, and that never differed."""
        if (waived := effects_of(name) or {name}) <= self.silent:
            return Result(Status.NOT_APPLICABLE, f"nothing is demanded of what it does: {', '.join(sorted(waived))}")
        return Result(Status.PASSED)

    def counts(self) -> dict[str, int]:
        """Return how much was done."""
        return {"sequences": self.sequences, "commands": self.commands, "lost_track": self.lost_track}

    def cases(self) -> Iterator[Case]:
        """Yield a case for each command of a level that is claimed, if it was planned, or accepted by and by.

        One of another level has a case where it failed in what it brought about in a level that is claimed.
        """
        failed = {each.command: followed.differences for each, followed in reversed(self.first.items())}
        met = self.planned | failed.keys() | {name for name, shown in self.shown.items() if shown.keys() - ONLY_TRIED}
        for name, command in COMMANDS.items():
            level = level_of(command)
            if level not in self.levels and name in failed:
                level = level_concerned(failed[name][0], command)
            if name in met and level in self.levels:
                yield Case(f"{self.lane}/{name}", self.lane, level, (), name=(command.__doc__ or name).splitlines()[0])
        if "reset" in met:
            level = next(each for each in LEVELS if each in self.levels)
            yield Case(f"{self.lane}/reset", self.lane, level, (), name="Begin a world in which nothing is there.")

    def result(self, name: str) -> Result:
        """Return the result of a command."""
        if failures := [each for each in self.first if each.command == name]:
            first = [self.first[each] for each in failures]
            return failure_of(*first, times=sum(self.failed[each] for each in failures))
        shown = self.shown.get(name, {})
        result = next((shown[weight] for weight in WEIGHTS if weight in shown), NOT_REACHED)
        return result if shown.keys() - ONLY_TRIED else result._replace(behind=self.behind(name))

    def behind(self, name: str) -> tuple[str, ...]:
        """Return the cases whose failures keep a command from being reached, if it was left out because of any."""
        failed = {each.command for each in self.first} | {each for each in self.shown if "known" in self.shown[each]}
        return tuple(f"{self.lane}/{each}" for each in sorted(failed)) if name in self.not_reached else ()


ONLY_TRIED = {"compared", "lost"}
"""What is shown of a command that was never accepted."""


OWN = "The system accepted what comes next. The model does not, where this is not specified or assumed, and stops here."
BESIDES = (
    "In between it was also asked for this, which was refused or changes nothing. No step can say so; replay asks it."
)


def feature(followed: SequenceResult) -> str:
    """Return the feature, with one scenario that the system fails.

    The model passes it, unless the system has accepted on its way what the model does not, which `OWN` marks.
    """
    sentence = format_command(followed.asked[-1])
    thens, tags = claims(followed)
    title = format_title(f"{thens[0]} when {sentence}").replace('"', "")
    rule, *others = tags or sorted(effects_of(followed.last) or rows_about(followed.last))
    observed = dict.fromkeys(format_answer(each.seen) for each in followed.differences)
    lines = [
        f"@{COUNTEREXAMPLE}",
        "Feature: A counterexample",
        "  Something that a system did otherwise than the specification demands.",
        "",
        f"  @{rule}",
        f"  Rule: {load_register()[rule].title}",
        "",
        *(f"    {line}" for line in format_scenario(title, way_there(followed), sentence, thens, others)),
        *(f"      # observed: {each}" for each in observed),
    ]
    return "\n".join(lines) + "\n"


def claims(followed: SequenceResult) -> tuple[list[str], list[str]]:
    """Return the expected results as sentences, and their requirements: of a refusal, its reasons."""
    differences = followed.differences
    tags = list(followed.why.attributed_to)
    refusal = next((each.expected for each in differences if isinstance(each.expected, Refused)), None)
    if refusal is not None:
        first = [each for each in tags if each in refusal.because]
        return ["the request is refused", "nothing has changed"], [*first, *sorted(refusal.because.difference(first))]
    thens = list(dict.fromkeys(each for difference in differences for each in sentences(difference.expected)))
    return thens or ["the request is accepted"], tags


def sentences(expected: Outcome | Fact) -> Iterator[str]:
    """Yield how a scenario says that this should be so; nothing where no sentence does."""
    match expected:
        case Fact():
            if has_sentence(expected):
                yield format_fact(expected)
        case Accepted(audit=audit):
            yield "the request is accepted"
            yield from (format_key_use(use) for use in audit)


def way_there(followed: SequenceResult) -> Iterator[str]:
    """Yield the commands before the last one as steps, and as comments what a Given can't say.

    Steps are those that the system and the model accepted, and that change something, as a Given has to; and all that
    the system accepted from the first command on that the model does not accept.  No situation stands for several: it
    would hide some of what the failure rests on.
    """
    shared, own, besides = list[Command](), list[Command](), Counter[str]()
    state = initial(DEFAULT_STAGE)
    answered = (each for each in followed.exchanges if each.command is not None)
    for command, exchange in zip(followed.asked[:-1], answered, strict=False):
        after, outcome = MACHINE.step(state, command)
        accepted = isinstance(exchange.outcome, Accepted)
        if accepted and (own or not isinstance(outcome, Accepted)):
            own.append(command)
        elif accepted and after != state:
            shared.append(command)
            state = after
        else:
            besides[format_command(command)] += 1
    lines = list(format_steps("Given", [format_command(command) for command in (*shared, *own)]))
    yield from lines[: len(shared)]
    if own:
        yield f"  # {OWN}"
    yield from lines[len(shared) :]
    if besides:
        yield f"  # {BESIDES}"
    for sentence, times in besides.items():
        yield f"  #   {sentence}{f', {times} times' if times > 1 else ''}"


def counterexample(
    failure: SequenceResult, profile: str, silent: Iterable[str], messages: tuple[int, int] | None
) -> dict[str, Any]:
    """Return a failure as it is kept; without ``messages`` that show it, it was seen once and not again."""
    return {
        "format": FORMAT,
        "profile": profile,
        "silent": sorted(silent),
        "requirements": list(failure.why.attributed_to),
        "rests_on": list(failure.why.rests_on),
        "without": list(failure.why.without),
        "commands": [command_to_wire(command) for command in failure.asked],
        "expected": [format_answer(each.expected) for each in failure.differences],
        "seen": [format_answer(each.seen) for each in failure.differences],
        "always": messages is not None,
        **({"unobserved": True} if failure.unobserved else {}),
        "scenario": feature(failure) if failure.asked else "",
        **({"messages": dict(zip(("from", "to"), messages, strict=True))} if messages else {}),
    }


def in_full(kept: Mapping[str, Any], file: str) -> Iterator[str]:
    """Yield the failure for readers of a report: requirement, scenario, differences and the command to replay it."""
    register = load_register()
    for requirement in kept["requirements"][:1]:
        yield f"requirement  {register[requirement].title} ({requirement})"
        yield f"             {register[requirement].wording}"
    for label, text in format_why(Why(tuple(kept["rests_on"]), tuple(kept["without"]))):
        yield f"{label:<11}  {text}"
    yield ""
    if scenario := kept["scenario"].partition("    Scenario: ")[2]:
        yield from (line.removeprefix("    ") for line in f"    Scenario: {scenario}".splitlines())
    yield ""
    for expected, seen in zip(kept["expected"], kept["seen"], strict=True):
        yield f"expected     {expected}"
        yield f"observed     {seen}"
    if "messages" in kept:
        yield "messages     {}, lines {from} to {to}".format(MESSAGES, **kept["messages"])
    if "unobserved" in kept:
        yield "observed     only after the last step: looking earlier may change the result"
    yield f"{AGAIN} replay ... FOLDER/{file}"
    if not kept["always"]:
        yield "             (it does not come out each time)"
    yield ""


def recorded(path: Path) -> dict[str, Any]:
    """Return the failure in a file; raises `CommandError`."""
    try:
        content = parse_json(path.read_bytes(), str(path))
        if not isinstance(content, dict) or "commands" not in content:
            raise CommandError(f"{path}: no counterexample; name a JSON file of the folder counterexamples of a report")
        found: dict[str, Any] = read_message(SHAPE, content, str(path))
        return found
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}") from None
    except WireError as error:
        raise CommandError(f"{error}; run verify again") from None
