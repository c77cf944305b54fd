"""Compute the pages for architects: the decision, what enabling demands, what breaks what, and what
nobody says.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from ..explore.scopes import reached
from ..language.messages import command_from_wire
from ..machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    State,
    Unspecified,
    initial,
    observe,
)
from ..machine.commands import Channel, EnableCustomerManagedKeys
from ..machine.entities import CUSTOMER
from ..machine.rows import Refuse, Row
from ..oracle.grounds import carried_out
from ..system import MACHINE
from .content import Content, register_digest
from .losses import events
from .losses.chain import chain
from .losses.events import CAUSES, EVENTS, HARMLESS, start
from .losses.explorer import unreached, what_if_size
from .losses.over_time import timeline
from .questions import load_questions
from .render import CHOICES, Page
from .siblings import service_count
from .sourced import data, load_seen


def decide_pages(content: Content) -> Iterator[Page]:
    """Yield the pages for architects, whose templates read the data files themselves."""
    yield Page("decide/ten-minutes.md", "ten-minutes.md", ten_minutes)
    yield Page("decide/index.md", "decide.md", partial(decision, content))
    yield Page("decide/what-breaks.md", "what-breaks.md", what_breaks)
    yield Page("evidence/consequences.md", "consequences.md", consequences)
    yield Page("decide/protect.md", "protect.md")
    yield Page("decide/enable.md", "enable.md", enabling)
    for name in ("portal", "scripts", "move", "network"):
        yield Page(f"decide/{name}.md", f"{name}.md")
    yield Page("decide/unknowns.md", "unknowns.md", unknowns)
    yield Page("decide/what-if.md", "what-if.md", partial(what_if, content))
    yield Page("decide/questions.md", "questions.md", partial(questions, content))


def ten_minutes() -> Mapping[str, Any]:
    """Return the data of the page that sums up all others for architects."""
    return {"service_count": service_count()}


def decision(content: Content) -> Mapping[str, Any]:
    """Return the data of the page with the questions that decide it."""
    rules = [[rule["answer"], rule["when"]] for rule in data("decide")["rules"]]
    return {
        "choices": CHOICES,
        "decided": {"words": CHOICES, "rules": rules},
        "digest": register_digest(content.evidence.register),
    }


def what_breaks() -> Mapping[str, Any]:
    """Return the data of the page on what takes data away."""
    causes = events.cases(CAUSES)
    return {
        "causes": causes,
        "groups": events.groups(causes),
        "harmless": events.cases(HARMLESS),
        "refused": events.always_refused(),
        "chain": chain(causes),
        "timeline": timeline(causes),
    }


def consequences() -> Mapping[str, Any]:
    """Return the data of the page with the whole table of consequences."""
    return {"cases": events.cases(EVENTS), "together": events.together}


def enabling() -> Mapping[str, Any]:
    """Return the data of the page on what enabling demands."""
    tried = conditions()
    withheld = {name for each in tried for value in each.values for name in value.withheld}
    return {
        "conditions": tried,
        "untried": untried(tried),
        "withheld": withheld,
    }


def unknowns() -> Mapping[str, Any]:
    """Return the data of the page on what nobody knows."""
    return {"observations": load_seen()}


def what_if(content: Content) -> Mapping[str, Any]:
    """Return the data of the page on which requests are tried out.

    It opens where causes start, so it raises `StartNotReached` for a model that does not get there.
    """
    start(CAUSES[0].start)
    states, steps = what_if_size()
    unmet = unreached(content.evidence.register)
    return {"states": states, "steps": steps, "unreached": unmet}


def questions(content: Content) -> Mapping[str, Any]:
    """Return the data of the page with the questions that people ask."""
    return {"groups": load_questions(content.evidence.register)}


# What enabling demands: each value of each condition is tried, with all else right

CHANNELS: Mapping[Channel, str] = {"portal": "through the portal", "api": "through the API"}


Differences = Mapping[str, Mapping[str, Any] | None]
"""By the name of a command, the fields of it that differ; None in place of them leaves it out."""


class Result(NamedTuple):
    """The outcome of a request, accepted, refused or not specified, with its ids."""

    word: str
    names: frozenset[str] = frozenset()


class Tried(NamedTuple):
    """A value with its result through each channel."""

    says: str
    results: Mapping[Channel, Result]
    withheld: list[str]
    """The requirements by which no key is put in use, even if the request is accepted."""
    because: list[str]
    """The requirements that its results name, or that permit it."""

    def channels(self, result: str) -> list[str]:
        """Return the channels with this result, in words."""
        return [
            words for channel, words in CHANNELS.items() if self.results[channel].word == result
        ]


class Condition(NamedTuple):
    """Something that can be right or wrong, with its values."""

    name: str
    values: list[Tried]


@cache
def conditions() -> list[Condition]:
    """Return every condition with what happens for each of its values.

    Raises `StartNotReached` for a model that refuses a request in which all is right.
    """
    for channel, words in CHANNELS.items():
        reached(f"enabling {words}, with all right", requests(channel, {}), MACHINE)
    return [
        Condition(each["name"], [try_value(value) for value in each["values"]])
        for each in data("decide")["conditions"]
    ]


def try_value(value: Mapping[str, Any]) -> Tried:
    """Return a value with what happens for it."""
    differs = value.get("differs", {})
    results = {channel: result(enabled(channel, differs)) for channel in CHANNELS}
    because = sorted({name for each in results.values() for name in each.names})
    # where each channel accepts it, no result names a requirement
    if not because and "permitted_by" in value:
        because = [value["permitted_by"]]
    return Tried(value["says"], results, withheld(differs), because)


def result(outcome: Outcome) -> Result:
    """Return the outcome as a result."""
    match outcome:
        case Accepted():
            return Result("accepted")
        case Refused(because=because):
            return Result("refused", because)
        case Unspecified(silent=silent):
            return Result("not specified", silent)


def demands() -> set[str]:
    """Return the requirements that a request to enable CMK can break."""
    return {
        row.requirement
        for row in ROWS
        if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys
    }


def untried(found: Iterable[Condition]) -> set[str]:
    """Return the demands that no value of these conditions breaks."""
    return demands() - {name for each in found for value in each.values for name in value.because}


def enabled(channel: Channel, differs: Differences) -> Outcome:
    """Return the outcome of enabling CMK where all is right but these fields."""
    return MACHINE.step(*asked_for(channel, differs))[1]


def withheld(differs: Differences) -> list[str]:
    """Return the requirements by which no key is put in use, even if the request is accepted.

    These are the requirements with a counter-row that puts it in use in a model that refuses no
    such request.
    """
    # either channel has the same
    before, request = asked_for("portal", differs)
    lenient = [
        row for row in ROWS if not (isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys)
    ]

    def in_use(rows: Iterable[Row]) -> bool:
        machine = Machine(rows)
        state, _ = machine.step(before, request)
        return bool(
            observe(machine.world(state))["resource"]["translator-prod"]["key_source"] == CUSTOMER
        )

    if in_use(lenient):
        return []
    return [row.requirement for row in COUNTER_ROWS if in_use([*lenient, row])]


def asked_for(channel: Channel, differs: Differences) -> tuple[State, Command]:
    """Return the state in which CMK is asked for, and the request: all is right in both but these
    fields.
    """
    *before, request = requests(channel, differs)
    return carried_out(MACHINE, initial(DEFAULT_STAGE), before), request


def requests(channel: Channel, differs: Differences) -> list[Command]:
    """Return all requests up to the one for CMK: all is right in them but these fields."""
    commands = []
    for name, right in data("decide")["right"].items():
        differing = differs.get(name, right)
        # a request that is left out
        if differing is None:
            continue
        fields = {**(right or {}), **differing}
        if name == EnableCustomerManagedKeys.__name__:
            fields["through"] = channel
        given = {field: value for field, value in fields.items() if value is not None}
        commands.append(command_from_wire({"command": name, **given}))
    return commands
