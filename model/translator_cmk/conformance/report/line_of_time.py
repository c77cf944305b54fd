"""Lay the time lines of a run out as blocks of a document."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...language.sentences import format_command, format_fact
from ...machine import Command
from ...verdict import Status
from ..cases import FUZZ, SMALLEST, TOUR, CaseEntry, Envelope
from .document import Block, Code, Heading, Paragraph, Table, Text
from .losses_seen import FOR_SHRINKING, Seen, losses_seen
from .timeline import Change, Step, World

MOST_REQUESTS = 150
"""How many requests a page shows at most, unless one sequence alone has more."""

LOSSES = {
    ("documents", False): "Uploaded documents are deleted",
    ("models", False): "Deployed models are undeployed",
    ("data", False): "Data is inaccessible",
    ("documents", True): "Documents are there again",
    ("models", True): "Models are deployed again, which nobody asked for",
    ("data", True): "Data is accessible again",
}
"""What was lost, or came back, in words."""


IN_LANES = {TOUR: "planned", FUZZ: "random"}
"""What a sequence of a lane is called."""

# Losses


def loss_blocks(worlds: Sequence[World]) -> Iterator[Block]:
    """Yield a table of what was lost, and one of what came back."""
    found = list(losses_seen(worlds))
    lost = [each for each in found if not each.came_back]
    back = [each for each in found if each.came_back]
    yield Heading(3, "How long each loss took to show")
    if lost:
        yield loss_table(lost)
    else:
        yield Paragraph(("Nothing was seen to be lost.",))
    if back:
        yield Heading(3, "How long it took until something was back")
        yield loss_table(back)


def loss_table(found: Sequence[Seen]) -> Table:
    """Return a row for each loss and each kind of request that it was seen after."""
    together: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for each in found:
        together[loss_in_words(each), type(each.command).__name__].append(each)
    rows = []
    for (loss, command), seen in together.items():
        rows.append(
            (
                (loss,),
                (Code(command), f" {example_of(seen[0].command)}"),
                (str(len(seen)),),
                (delays([each.change for each in seen]),),
            )
        )
    return Table(("What", "After which request", "Times seen", "How soon"), tuple(rows))


def loss_in_words(seen: Seen) -> str:
    """Return what was lost, or came back."""
    words = LOSSES[seen.loss, seen.came_back]
    if seen.change.was_masked:
        words += ", which could not be seen before"
    return words


def example_of(command: Command) -> str:
    return f"({format_command(command)})"


def delays(changes: Sequence[Change]) -> str:
    """Return how long changes took: of one, between which looks; of more, the range."""
    if len(changes) == 1:
        return delay(changes[0])
    seen = sorted(change.seen for change in changes)
    if seconds(seen[0]) == seconds(seen[-1]):
        return f"within {seconds(seen[0])} s"
    return f"within {seconds(seen[0])} s to {seconds(seen[-1])} s"


def delay(change: Change) -> str:
    """Return between which looks a change came to be seen."""
    if change.requests > 1:
        return f"within {seconds(change.seen)} s, at the first look for {change.requests} requests"
    if change.not_yet is None:
        return f"within {seconds(change.seen)} s"
    return f"after {seconds(change.not_yet)} s, within {seconds(change.seen)} s"


def seconds(amount: float) -> str:
    """Return seconds as precisely as they matter."""
    if amount < 0.01:
        return "0.01"
    if amount < 10:
        return f"{amount:.2f}"
    return f"{amount:,.0f}"


# Sequences


def shown_worlds(envelope: Envelope, worlds: Sequence[World]) -> list[World]:
    """Return the worlds that a page shows, as they began: all of a small run, and else those of
    failures and losses first.
    """
    candidates = [world for world in worlds if world.steps and world.case != FOR_SHRINKING[0]]
    by_worth = sorted(candidates, key=lambda world: worth(envelope, world))
    shown: list[World] = []
    requests = 0
    for world in by_worth:
        requests += len(world.steps)
        if shown and requests > MOST_REQUESTS:
            break
        shown.append(world)
    return sorted(shown, key=lambda world: world.began)


def worth(envelope: Envelope, world: World) -> int:
    """Return how early a world is chosen: the lowest number first."""
    first_failures = {group["cases"][0] for group in envelope["groups"]}
    if world.case in first_failures or world.case == FOR_SHRINKING[1]:
        return 0
    if any(True for _ in losses_seen([world])):
        return 1
    return 2


def sequence_title(envelope: Envelope, world: World) -> str:
    """Return what a world was for."""
    case = case_of(envelope, world)
    if case is not None:
        return str(case.get("name") or case["id"])
    if world.case == FOR_SHRINKING[1]:
        return "the shortest form of a failure"
    if envelope["budgets"].get("scopes") == [SMALLEST]:
        return "the smallest run"
    return IN_LANES.get(world.case, world.case)  # of a scenario that the report doesn't have


def case_of(envelope: Envelope, world: World) -> CaseEntry | None:
    """Return the scenario that was played in a world, if it was one."""
    for case in envelope["cases"]:
        if case["id"] == world.case:
            found: CaseEntry = case
            return found
    return None


def world_blocks(envelope: Envelope, world: World, number: int) -> Iterator[Block]:
    """Yield the time line of one sequence: its requests, answers and changes."""
    yield Heading(3, f"Sequence {number}: {sequence_title(envelope, world)}")
    case = case_of(envelope, world)
    if case is not None:
        reason = case.get("reason", "")
        words = f"{Status(case['status']).word}: {reason}" if reason else case["status"]
        yield Paragraph((Code(case["id"]), f" {words}"))
    rows: list[tuple[Text, ...]] = []
    for place, step in enumerate(world.steps, start=1):
        rows += step_rows(place, step)
    yield Table(("At", "Request and answer", "Then seen"), tuple(rows))


def step_rows(place: int, step: Step) -> Iterator[tuple[Text, ...]]:
    """Yield the row of one request."""
    asked: list[str | Code] = [f"{place}. {format_command(step.command)}: {step.answer}"]
    if step.because:
        asked.append(f", because of {', '.join(step.because)}")
    for words in step.own_words:
        asked.append(f". It says: {words}")
    yield ((f"{step.at:.2f}",), tuple(asked), seen_after(step))


def seen_after(step: Step) -> Text:
    """Return what was seen to change after a request, with the delays."""
    by_delay: dict[str, list[str]] = {}
    for change in step.changes:
        by_delay.setdefault(delay(change), []).append(format_fact(change.now))
    parts = [f"{'; '.join(facts)} ({words})" for words, facts in by_delay.items()]
    for name in step.gone_from_sight:
        parts.append(f'the document "{name}" can\'t be seen, deleted or not')
    return ("; ".join(parts) or "nothing changed",)
