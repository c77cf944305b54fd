"""A failure of a sequence as a counterexample: a feature that the model passes and the system
fails, and its commands.

The feature is for people, the commands are for `replay`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...bdd.failures import format_sent
from ...errors import CommandError
from ...language.facts import Fact
from ...language.messages import command_to_wire
from ...language.scenarios import format_scenario, format_steps, format_title
from ...language.sentences import (
    format_answer,
    format_command,
    format_fact,
    format_key_use,
    has_sentence,
)
from ...language.strict_json import parse_json
from ...machine import DEFAULT_STAGE, ROWS, Accepted, Command, Outcome, Refused, initial
from ...machine.rows import Effect, Refuse, Silent
from ...oracle import Why, format_why
from ...requirements import load_register
from ...shapes import WireError, read_message
from ...system import MACHINE
from ..judgement.verdicts import Failure
from ..report.envelope import COUNTEREXAMPLE as SHAPE
from ..report.envelope import FORMAT
from ..report.essentials import AGAIN, it_says, sent_as
from ..report.folder import MESSAGES
from .sequence_run import SequenceResult
from .tally import effects_of

NOT_BY_THE_MODEL = (
    "The system accepted what comes next. The model does not, where this is not specified or "
    "assumed, and stops here."
)
IN_BETWEEN = (
    "In between it was also asked for this, which was refused or changes nothing. No step can say "
    "so; replay asks it."
)


def counterexample(
    failure: SequenceResult, profile: str, silent: Iterable[str], messages: tuple[int, int] | None
) -> dict[str, Any]:
    """Return a failure as it is kept; without ``messages`` that show it, it was seen once and not
    again.
    """
    kept: dict[str, Any] = {
        "format": FORMAT,
        "profile": profile,
        "silent": sorted(silent),
        "requirements": list(failure.why.attributed_to),
        "rests_on": list(failure.why.rests_on),
        "without": list(failure.why.without),
        "commands": [command_to_wire(command) for command in failure.asked],
        "expected": [format_answer(difference.expected) for difference in failure.differences],
        "seen": [format_answer(difference.seen) for difference in failure.differences],
        "always": messages is not None,
        "scenario": feature(failure) if failure.asked else "",
    }
    if failure.sent:
        kept["sent"] = list(failure.sent)
    if failure.own_words:
        kept["own_words"] = failure.own_words
    if failure.unobserved:
        kept["unobserved"] = True
    if messages is not None:
        first, last = messages
        kept["messages"] = {"from": first, "to": last}
    return kept


def feature(failure: SequenceResult) -> str:
    """Return the feature, with one scenario that the system fails.

    The model passes it, unless the system has accepted on its way what the model does not, which a
    comment marks.
    """
    sentence = sentence_of(failure.asked[-1], failure)
    thens = list(expectations(failure)) or ["the request is accepted"]
    title = format_title(f"{thens[0]} when {sentence}").replace('"', "")
    rule, *others = tags(failure)
    scenario = format_scenario(title, way_there(failure), sentence, thens, others)
    observed = dict.fromkeys(format_answer(difference.seen) for difference in failure.differences)
    lines = [
        "Feature: A counterexample",
        "",
        f"  @{rule}",
        f"  Rule: {load_register()[rule].title}",
        "",
    ]
    lines += [f"    {line}" for line in scenario]
    lines += [f"      # observed: {answer}" for answer in observed]
    return "\n".join(lines) + "\n"


def refusal_of(failure: SequenceResult) -> Refused | None:
    """Return the refusal that was demanded, if it was one."""
    for difference in failure.differences:
        if isinstance(difference.expected, Refused):
            return difference.expected
    return None


def tags(failure: SequenceResult) -> list[str]:
    """Return the requirements of the scenario: of a refusal its reasons, and those that are
    attributed first.
    """
    attributed = list(failure.why.attributed_to)
    refusal = refusal_of(failure)
    if refusal is not None:
        first = [name for name in attributed if name in refusal.because]
        return [*first, *sorted(refusal.because.difference(first))]
    return attributed or sorted(effects_of(failure.last) or rows_about(failure.last))


def rows_about(command: str) -> set[str]:
    """Return the requirements that have rows about a command."""
    found = set()
    for row in ROWS:
        if isinstance(row, Refuse | Effect | Silent) and row.on.__name__ == command:
            found.add(row.requirement)
    return found


def expectations(failure: SequenceResult) -> Iterator[str]:
    """Yield the expected results as sentences, each once."""
    if refusal_of(failure) is not None:
        yield "the request is refused"
        yield "nothing has changed"
        return
    said: set[str] = set()
    for difference in failure.differences:
        for sentence in sentences(difference.expected):
            if sentence not in said:
                said.add(sentence)
                yield sentence


def sentences(expected: Outcome | Fact) -> Iterator[str]:
    """Yield how a scenario says that this should be so; nothing where no sentence does, and of a
    refusal, which `expectations` says.
    """
    if isinstance(expected, Fact):
        if has_sentence(expected):
            yield format_fact(expected)
    elif isinstance(expected, Accepted):
        yield "the request is accepted"
        for use in expected.audit:
            yield format_key_use(use)


def way_there(failure: SequenceResult) -> Iterator[str]:
    """Yield the commands before the last one as steps, and as comments what a Given can't say.

    Steps are those that the system and the model accepted, and that change something, as a Given
    has to; and all that the system accepted from the first command on that the model does not
    accept.  No situation stands for several: it would hide some of what the failure rests on.
    """
    by_both: list[Command] = []
    by_system: list[Command] = []
    in_between: Counter[str] = Counter()
    state = initial(DEFAULT_STAGE)
    answered = [exchange for exchange in failure.exchanges if exchange.command is not None]
    for command, exchange in zip(failure.asked[:-1], answered, strict=False):
        after, outcome = MACHINE.step(state, command)
        accepted = isinstance(exchange.outcome, Accepted)
        model_left_behind = bool(by_system) or not isinstance(outcome, Accepted)
        if accepted and model_left_behind:
            by_system.append(command)
        elif accepted and after != state:
            by_both.append(command)
            state = after
        else:
            in_between[sentence_of(command, failure)] += 1

    sentences_of_way = [sentence_of(command, failure) for command in (*by_both, *by_system)]
    steps = list(format_steps("Given", sentences_of_way))
    yield from steps[: len(by_both)]
    if by_system:
        yield f"  # {NOT_BY_THE_MODEL}"
    yield from steps[len(by_both) :]
    if in_between:
        yield f"  # {IN_BETWEEN}"
    for sentence, times in in_between.items():
        how_often = f", {times} times" if times > 1 else ""
        yield f"  #   {sentence}{how_often}"


def sentence_of(command: Command, failure: SequenceResult) -> str:
    """Return the sentence of a command, with the usual values on which the failure depends."""
    return format_command(command, failure.explicit.get(command, ()))


def in_brief(failure: SequenceResult, kept: Mapping[str, Any], file: str) -> Failure:
    """Return what was sent last, what was demanded of it, and what came."""
    last = failure.asked[-1] if failure.asked else None
    return Failure(
        sent=format_sent(last),
        expected=tuple(kept["expected"]),
        observed=tuple(kept["seen"]),
        own_words=kept.get("own_words", ""),
        said=failure.said,
        counterexample=file,
    )


def in_full(kept: Mapping[str, Any], file: str, is_first: bool) -> Iterator[str]:
    """Yield the failure for readers of a report: requirement and scenario, and unless it is the
    first of its case, which is there in brief, differences and the command to replay it.
    """
    register = load_register()
    failed = next(iter(kept["requirements"]), "")
    if failed:
        yield f"requirement  {register[failed].title} ({failed})"
        yield f"             {register[failed].wording}"
    for label, text in format_why(Why(tuple(kept["rests_on"]), tuple(kept["without"])), failed):
        yield f"{label:<11}  {text}"
    yield ""
    _, _, scenario = kept["scenario"].partition("    Scenario: ")
    if scenario:
        for line in f"    Scenario: {scenario}".splitlines():
            yield line.removeprefix("    ")
    yield ""
    if not is_first:
        for expected, seen in zip(kept["expected"], kept["seen"], strict=True):
            yield f"expected     {expected}"
            yield f"observed     {seen}"
        yield from it_says(kept.get("own_words", ""))
    yield from sent_as(kept.get("sent", ()))
    if "messages" in kept:
        lines = kept["messages"]
        yield f"messages     {MESSAGES}, lines {lines['from']} to {lines['to']}"
    if "unobserved" in kept:
        yield "observed     only after the last step: looking earlier may change the result"
    if not is_first:
        yield f"{AGAIN} replay OPTIONS FOLDER/{file}"
    if "not_shortest" in kept:
        yield "             it may have needless steps: shortening it took too many attempts"
    if not kept["always"]:
        yield "             it does not come out each time"
    yield ""


def read_counterexample(path: Path) -> dict[str, Any]:
    """Return the failure in a file; raises `CommandError`."""
    try:
        content = parse_json(path.read_bytes(), str(path))
        if not isinstance(content, dict) or "commands" not in content:
            raise CommandError(
                f"{path}: no counterexample; name a JSON file of the folder counterexamples of a "
                "report"
            )
        found: dict[str, Any] = read_message(SHAPE, content, str(path))
        return found
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}") from None
    except WireError as error:
        raise CommandError(f"{error}; run verify again") from None
