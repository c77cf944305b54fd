"""Failures in words: what people read of a scenario that did not pass, and of all of these."""

from collections.abc import Iterable, Iterator, Mapping

from .. import features_dir
from ..language.sentences import format_command, format_fact
from ..machine import Command
from ..oracle import Why, format_why
from ..requirements import load_register
from ..row_sources import row_sources
from ..verdict import Status
from .scenario_run import ScenarioRun


def last_command(run: ScenarioRun) -> Command | None:
    """Return the command that was asked last; None before any."""
    commands = [exchange.command for exchange in run.asked if exchange.command is not None]
    return commands[-1] if commands else None


def size_of(run: ScenarioRun) -> tuple[int, int]:
    """Return how much there is to look at: the facts that changed, and the commands."""
    commands = [exchange for exchange in run.asked if exchange.command is not None]
    return len(run.changes), len(commands)


def format_sent(command: Command | None) -> str:
    """Return a command with its sentence; None stands for the reset before any."""
    if command is None:
        return "reset"
    return f"{type(command).__name__}: {format_command(command)}"


def rows_can_be_opened() -> bool:
    """Return whether the rows are where `places_of` says, as they are not once installed."""
    return (features_dir().parent / "model").is_dir()


def format_requirement(named: Iterable[str], why: Why) -> Iterator[str]:
    """Yield the first requirement of those that are named for a failure, and why it is named."""
    register = load_register()
    first = next((name for name in named if name in register), None)
    if first is None:
        yield from labelled("requirement", ["none that the system is seen to break"])
        return
    yield from labelled(
        "requirement", [f"{first}: {register[first].title}", register[first].wording]
    )
    for label, text in format_why(why, first):
        yield from labelled(label, [text])


def places_of(requirement: str) -> list[str]:
    """Return file and line of each row of a requirement, from the root of the source."""
    return [source.place for source in row_sources() if source.row.requirement == requirement]


def format_steps_of(run: ScenarioRun) -> Iterator[str]:
    """Yield the steps up to the one that a run got to, which is marked."""
    for number, step in enumerate(run.pickle.steps[: run.step + 1]):
        mark = ">" if number == run.step else " "
        yield f"{mark} {step.keyword:<11}  {step.text}"


def format_changes_of(run: ScenarioRun) -> Iterator[str]:
    """Yield what the When changed: as it was and as it is."""
    lines: list[str] = []
    for was, now in run.changes:
        lines += [f"- {format_fact(was)}", f"+ {format_fact(now)}"]
    yield from labelled("changed", lines)


def format_message(sent: str, reason: str) -> str:
    """Return in one line what was sent, and why what came is not as demanded."""
    return f"sent: {sent}; {reason}"


def labelled(label: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, indented, the first with its label."""
    for line in lines:
        yield f"  {label:<11}  {line}"
        label = ""


def format_cause(cause: str) -> str:
    """Return a cause with its title."""
    register = load_register()
    if cause in register:
        return f"{cause}: {register[cause].title}"
    return cause or "attributed to no requirement"


def format_count(counts: Mapping[Status, int]) -> str:
    """Return how many failed, how many were blocked, and so on: `34: 11 failed, 23 blocked`."""
    parts = [f"{count} {status.short}" for status, count in counts.items()]
    total = sum(counts.values())
    return f"{total}: {', '.join(parts)}" if len(parts) > 1 else parts[0]
