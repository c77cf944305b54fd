"""The plan of the smallest run: what it does, creates, costs and leaves, before anything begins."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ...conformance.lanes.sequences import smallest_parts
from ...conformance.lanes.tour import whole_smallest_run
from ...language.declaration import Declaration
from ...machine import DEFAULT_STAGE, Command, Refused
from ...machine.commands import TrainModel, TranslateWithModel
from ...system import ModelSystem
from .plan import NO_OBJECTS, waits_for_losses, work_for
from .prices import format_prices
from .target import HELD, PLANS, WORK, Target
from .training_data import PAIRS, dictionary, full

FORM: dict[str, Any] = PLANS["smallest"]
"""The text of the plan, and what in it is no number of ours."""


def format_smallest(target: Target, declared: Declaration, subscription: str) -> str:
    """Return the plan as text; ``subscription``: its id, for the command that looks first."""
    commands = whole_smallest_run(declared)
    work, seen = work_for(commands)
    longest = sum(declared.windows.get(type(command).__name__, 0) for command in commands)
    longest += waits_for_what_is_slow(commands, target.training)
    longest += waits_for_refusals(commands)
    held = sum(vault["purge_protection"] for vault in seen["vault"].values())
    lines = [
        ("does", "; ".join(part.name for part in smallest_parts())),
        ("creates", f"{made(work)}, in resource groups of one prefix"),
        ("where", f"{regions_of(target)}; {FORM['other_regions']}"),
        ("requests", f"about {work['requests']:,}, and one every 5 seconds while Azure works"),
        ("hands on", FORM["hands_on"]),
        ("takes", hours(work["seconds"] + waits_for_losses(commands, declared), longest)),
    ]
    words = sum(isinstance(command, TranslateWithModel) for command in commands)
    lines += [("is billed", line) for line in billed(target, work, words)]
    lines += [("price", line) for line in format_prices(target.location("westeurope"))]
    until = datetime.now(UTC).date() + timedelta(days=HELD)
    names = f"the names of {held} key vaults, until {until} if they are deleted today"
    lines += [
        ("deletes", FORM["deletes"]),
        ("leaves", f"{names}: {FORM['names_held']}"),
        ("leaves", FORM["account_kept"]),
        ("leaves", FORM["not_deleted"]),
        ("needs", FORM["needs"]),
        ("look first", f"{FORM['look_first']} --subscription {subscription}, {FORM['reads_only']}"),
    ]
    head = f"Plan for {target.cloud.name}: the smallest run, {len(commands)} commands, once each"
    return "".join(f"{line}\n" for line in (head, *in_columns(lines)))


def format_smallest_here(target: Target, declared: Declaration) -> str:
    """Return the plan of a run on this machine, where nothing costs anything."""
    commands = whole_smallest_run(declared)
    work, _ = work_for(commands)
    where = f"{target.cloud.name} on this machine"
    head = f"Plan for {where}: the smallest run, {len(commands)} commands, once each"
    lines = [
        ("does", "; ".join(part.name for part in smallest_parts())),
        ("creates", f"{made(work)}, in resource groups of one prefix"),
        ("requests", f"about {work['requests']:,}"),
    ]
    return "".join(f"{line}\n" for line in (head, *in_columns(lines)))


def waits_for_refusals(commands: Iterable[Command]) -> int:
    """Return for how many seconds commands are asked again that are refused, if nobody lists how
    Azure says so.
    """
    model = ModelSystem()
    seconds = 0
    for command in commands:
        if isinstance(model.submit(command), Refused):
            seconds += WORK[type(command).__name__]["wait"]
    return seconds


def waits_for_what_is_slow(commands: Iterable[Command], training: str) -> int:
    """Return how many seconds more than planned the commands may take that are waited for; a
    training with a dictionary may be followed by an upload and a training of sentences.
    """
    seconds = 0
    for command in commands:
        work = WORK[type(command).__name__]
        if "patience" not in work:
            continue
        seconds += work["patience"] - work["seconds"]
        if isinstance(command, TrainModel) and training != "full":
            seconds += WORK["UploadDocument"]["patience"] + work["patience"]
    return seconds


def in_columns(lines: list[tuple[str, str]]) -> Iterator[str]:
    """Yield each line, with its word before it."""
    for word, text in lines:
        yield f"  {word:<11}{text}"


def regions_of(target: Target) -> str:
    """Return the regions of Azure in which something is created."""
    return " and ".join(map(target.location, DEFAULT_STAGE.regions))


def made(work: Counter[str]) -> str:
    """Return the objects that are made, by kind."""
    parts = []
    for kind in sorted(work.keys() - NO_OBJECTS):
        noun = kind if work[kind] == 1 else f"{kind}s"
        parts.append(f"{work[kind]} {noun}")
    return ", ".join(parts)


def hours(seconds: int, longest: int) -> str:
    """Return how long a run takes, and at most where all that is waited for is as late as may
    be.
    """
    usual = seconds / 3600
    at_most = usual + longest / 3600
    return f"about {usual:.0f} hours, {at_most:.0f} at most; {FORM['nobody_measured']}"


def billed(target: Target, work: Counter[str], words: int) -> Iterator[str]:
    """Yield what is billed, and how much of it there is."""
    tier = target.tiers["cmk-tier"]
    yield f"characters translated in tier {tier}: {words} words at most"
    small = sum(len(file) for file in dictionary())
    large = sum(len(file) for file in full())
    if target.training == "full":
        yield f"characters trained with: {large:,}, of {PAIRS:,} pairs of sentences"
    else:
        yield (
            f"characters trained with: {small:,}, of a dictionary; if that trains no model, "
            f"{large:,}, of {PAIRS:,} pairs of sentences"
        )
    deployed = work["seconds"] - WORK["TrainModel"]["seconds"]
    hours_deployed = f"{deployed / 3600:.0f} hours; it is billed by the month"
    yield f"one deployed model, for up to {hours_deployed}, {FORM['deployed_where']}"
    yield f"operations of {work['key']} keys, a few dozen"
