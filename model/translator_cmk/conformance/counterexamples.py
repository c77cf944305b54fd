"""A failure as a feature: the shortest way to it in the words of the scenarios; and as a file that can be replayed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..bdd.features import COUNTEREXAMPLE
from ..errors import CommandError
from ..language import WireError, command_to_wire, from_text
from ..language.facts import Fact
from ..language.gherkin import can_be_told, scenario_lines, sentence_title, steps, use_in_words
from ..language.sentences import format_command, format_fact
from ..language.shapes import Place
from ..language.situations import situations
from ..machine import DEFAULT_STAGE, Accepted, Command, Outcome, Refused, State, initial
from ..machine.rows import Effect
from ..oracle.explain import Difference
from ..requirements import Register
from .findings import Finding
from .judging import SequenceResult
from .report.envelope import FORMAT
from .report.folder import MESSAGES
from .report.schemas import COUNTEREXAMPLE as SHAPE
from .subject import MACHINE
from .summary import AGAIN

OWN = "The system accepted what comes next. The model does not, where this is left open or assumed, and stops here."
BESIDES = (
    "In between it was also asked for this, which was refused or changes nothing. No step can say so; replay asks it."
)


class Recorded(NamedTuple):
    """A failure that was kept: the commands, and with what profile and waivers they were judged.

    ``unobserved``: until after the last of them.  ``in_front``: where the salt of names stood.
    """

    profile: str
    silent: frozenset[str]
    commands: tuple[Command, ...]
    unobserved: bool
    in_front: bool


def feature(followed: SequenceResult, register: Register) -> str:
    """The feature, with one scenario that the system fails.

    The model passes it, unless the system has accepted on its way what the model does not, which `OWN` marks.
    """
    when = followed.asked[-1]
    way = way_of(followed)
    told = format_command(when)
    thens, tags = claims(followed.differences)
    title = sentence_title(told).replace('"', "")
    rule, *others = tags or requirements_of(when)
    lines = [
        f"@{COUNTEREXAMPLE}",
        "Feature: A counterexample",
        "  Something that a system did otherwise than the specification demands.",
        "",
        f"  @{rule}",
        f"  Rule: {register[rule].title}",
        "",
        *(f"    {line}" for line in scenario_lines(title, way_there(way), told, thens, others)),
    ]
    return "\n".join(lines) + "\n"


def claims(differences: Sequence[Difference]) -> tuple[list[str], list[str]]:
    """What should be so, as sentences, and the requirements that it shows: of a refusal, its reasons."""
    refusal = next((each.expected for each in differences if isinstance(each.expected, Refused)), None)
    if refusal is not None:
        return ["the request is refused", "nothing has changed"], sorted(refusal.because)
    thens = list(dict.fromkeys(each for difference in differences for each in sentences(difference.expected)))
    tags = {each for difference in differences for each in difference.requirements}
    return thens or ["the request is accepted"], sorted(tags)


def sentences(expected: Outcome | Fact) -> Iterator[str]:
    """How a scenario says that this should be so; nothing where no sentence does."""
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
    """What the system did before the last command."""
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
    """The way as steps, and as comments what a Given can't say."""
    start = starting_point(way.shared)
    lines = list(steps("Given", [*start, *map(format_command, way.own)]))
    yield from lines[: len(start)]
    if way.own:
        yield f"  # {OWN}"
    yield from lines[len(start) :]
    if way.besides:
        yield f"  # {BESIDES}"
    for told, times in Counter(map(format_command, way.besides)).items():
        yield f"  #   {told}{f', {times} times' if times > 1 else ''}"


def starting_point(given: Sequence[Command]) -> list[str]:
    """How to get there: by the situation that saves most steps, if one leads to the same, and by the other commands."""
    aim = after(given)
    best = [format_command(command) for command in given]
    for name, situation in situations().items():
        rest = [command for command in given if command not in situation.commands]
        if len(rest) + 1 < len(best) and after([*situation.commands, *rest]) == aim:
            best = [name, *map(format_command, rest)]
    return best


def after(commands: Iterable[Command]) -> State:
    """The state of the model after these commands."""
    found = initial(DEFAULT_STAGE)
    for command in commands:
        found, _ = MACHINE.step(found, command)
    return found


def requirements_of(command: Command) -> list[str]:
    """The requirements that say what a command does."""
    return sorted({row.requirement for row in MACHINE.rows if isinstance(row, Effect) and row.on is type(command)})


def in_full(finding: Finding, file: str, register: Register) -> Iterator[str]:
    """The failure for readers of a report: its requirements, its scenario, what differs, and how to see it again."""
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
    """The failure as it is kept."""
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
        **({"salt_in_front": True} if finding.in_front else {}),
        "scenario": finding.scenario,
        **({"messages": dict(zip(("from", "to"), finding.messages, strict=True))} if finding.messages else {}),
    }


def recorded(path: Path) -> Recorded:
    """The failure in a file; raises `CommandError`."""
    try:
        content = from_text(path.read_bytes(), str(path))
        if not isinstance(content, dict) or "commands" not in content:
            raise CommandError(f"{path}: no counterexample; name a JSON file of the folder counterexamples of a report")
        found = SHAPE.read(content, Place(str(path)))
        return Recorded(
            found["profile"],
            frozenset(found["silent"]),
            tuple(found["commands"]),
            found.get("unobserved", False),
            found.get("salt_in_front", False),
        )
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}") from None
    except WireError as error:
        raise CommandError(f"{error}; run verify again") from None


def json_text(value: dict[str, Any]) -> str:
    """The value as JSON, indented."""
    return json.dumps(value, indent=1) + "\n"
