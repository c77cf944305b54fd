"""Compute the pages for architects: the decision, what enabling demands, what breaks what, and what nobody says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from ..machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Outcome,
    Refused,
    RowsContradict,
    State,
    Unspecified,
    initial,
    observe,
)
from ..machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ImportKey,
)
from ..machine.entities import CUSTOMER
from ..machine.rows import Refuse, Row
from . import effects, figures, reversibility
from .commands import commands
from .content import Content, register_digest
from .effects import model
from .render import CHOICES, Page
from .sourced import Notes, cell, data, load_seen, with_cells
from .what_if import unreached, what_if_size


def decide_pages(content: Content) -> Iterator[Page]:
    """Yield the pages for architects."""
    register = content.evidence.register
    found = data("decide")
    yield (
        "decide/index.md",
        "decide.md",
        {
            "questions": with_cells(found["questions"], "question"),
            "rules": found["rules"],
            "risks": found["risks"],
            "titles": {each["id"]: each["title"] for each in found["answers"]},
            "answers": found["answers"],
            "choices": CHOICES,
            "decided": {"words": CHOICES, "rules": [[rule["answer"], rule["when"]] for rule in found["rules"]]},
            "mine": [cell(each) for each in found["customer-managed"]],
            "theirs": [cell(each) for each in found["microsoft-managed"]],
            "cost": with_cells(found["cost"], "known"),
            "frameworks": [{**each, "controls": with_cells(each["controls"], "asks")} for each in found["frameworks"]],
            "glyphs": {"supports": "●", "partly": "◐", "not-addressed": "○"},
            "digest": register_digest(register),
            "assumptions": [each for each in register.values() if each.basis == "assumed" and each.kind != "silence"],
            "silences": [each for each in register.values() if each.kind == "silence"],
            "notes": Notes(),
        },
    )
    causes = effects.cases(effects.CAUSES, content)
    fates = reversibility.fates()
    yield (
        "decide/what-breaks.md",
        "what-breaks.md",
        {
            "causes": causes,
            "losses": [loss.what for loss in effects.LOSSES],
            "caveats": effects.CAVEATS,
            "harmless": [
                {**each._asdict(), "permissions": permissions(each, content)}
                for each in effects.cases(effects.HARMLESS, content)
            ],
            "refused": effects.always_refused(),
            "chain": figures.chain(),
            "timeline": figures.timeline(),
            "fates": fates,
            "never": [each.thing["thing"] for each in fates if not each.back],
            "label": reversibility.label,
            "own_reason": reversibility.own_reason,
            "lives": reversibility.lives(),
            "sizes": reversibility.sizes(),
            "beyond": with_cells(data("causes")["undone"], "is"),
            "notes": Notes(),
        },
    )
    by_name = {each.cause.name: each for each in causes}
    columns = ("permission", "accidents", "guard", "signal")
    yield (
        "decide/protect.md",
        "protect.md",
        {
            "causes": [
                {"case": by_name[each["name"]], **{name: cell(each[name]) for name in columns}}
                for each in data("causes")["causes"]
            ],
            "caveats": effects.CAVEATS,
            "queries": list(queries()),
            "guards": with_cells(data("causes")["guards"], "is"),
            "notes": Notes(),
        },
    )
    found = data("decide")
    tried = conditions()
    yield (
        "decide/enable.md",
        "enable.md",
        {
            "conditions": tried,
            "untried": untried(tried),
            "withheld": {name for each in tried for value in each.values for name in value.withheld},
            "demands": demands(),
            "checklist": found["checklist"],
            "policy": with_cells(found["policy"], "audit", "deny"),
            "facts": with_cells(found["facts"], "is"),
            "commands": commands(),
            "notes": Notes(),
        },
    )
    seen = load_seen(register)
    yield (
        "decide/unknowns.md",
        "unknowns.md",
        {
            "heat": figures.evidence_map(content),
            "open": with_cells(data("causes")["open"], "known"),
            "disagreements": with_cells(data("sources")["disagreements"], "other"),
            "observations": seen,
            "grades": data("seen")["grades"],
            "capabilities": data("seen")["capabilities"],
            "outside": [cell(each) for each in data("seen")["outside"]],
            "notes": Notes(),
        },
    )
    states, steps = what_if_size()
    yield "decide/what-if.md", "what-if.md", {"states": states, "steps": steps, "unreached": unreached(register)}


def permissions(case: effects.Case, content: Content) -> list[str]:
    """Return the permissions that a harmless case rests on."""
    register = content.evidence.register
    return [name for name in effects.all_grounds(case.lost) if register[name].kind == "permission"]


def queries() -> Iterator[Mapping[str, str]]:
    """Yield a query for each log with every operation that the signals of the causes or the alerts of *Enable* name."""
    signals = " ".join(cell(each["signal"]).text for each in data("causes")["causes"])
    alerts = [name for step in commands() for name in re.findall(r"operationName=(\S+)", step["az"])]
    named = list(dict.fromkeys([*re.findall(r"`([\w./]+)`", signals), *alerts]))
    by_log = ([each for each in named if "/" not in each], [each for each in named if "/" in each])
    for log, operations in zip(data("causes")["logs"], by_log, strict=True):
        listed = ",\n  ".join(f'"{each}"' for each in operations)
        yield {**log, "text": f"{log['table']}\n| where {log['filter'] % listed}"}


# What enabling demands: each value of each condition is tried, with all else right

Channel = Literal["portal", "api"]
CHANNELS: Mapping[Channel, str] = {"portal": "through the portal", "api": "through the API"}


class Result(NamedTuple):
    """The outcome of a request: accepted, refused, not specified, or unclear (the model is broken); with its ids."""

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
        return [words for channel, words in CHANNELS.items() if self.results[channel].word == result]


class Condition(NamedTuple):
    """Something that can be right or wrong, with its values."""

    name: str
    values: list[Tried]


def conditions() -> list[Condition]:
    """Return every condition with what happens for each of its values."""
    return [
        Condition(each["name"], [try_value(value) for value in each["values"]]) for each in data("decide")["conditions"]
    ]


def try_value(value: Mapping[str, Any]) -> Tried:
    """Return a value with what happens for it."""
    differs = value.get("differs", {})
    results = {channel: result(enabled(channel, differs)) for channel in CHANNELS}
    named = frozenset[str]().union(*(each.names for each in results.values()))
    refused = any(each.word == "refused" for each in results.values())
    permitted = [value["permitted_by"]] if "permitted_by" in value else []
    return Tried(value["says"], results, withheld(differs) if refused else [], sorted(named) or permitted)


def result(outcome: Outcome | None) -> Result:
    """Return the outcome as a result."""
    match outcome:
        case Accepted():
            return Result("accepted")
        case Refused(because=because):
            return Result("refused", because)
        case Unspecified(silent=silent):
            return Result("not specified", silent)
    return Result("unclear")


def demands() -> set[str]:
    """Return the requirements that a request to enable CMK can break."""
    return {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys}


def untried(found: Iterable[Condition]) -> set[str]:
    """Return the demands that no value of these conditions breaks."""
    return demands() - {name for each in found for value in each.values for name in value.because}


def enabled(channel: Channel, differs: Mapping[str, Any]) -> Outcome | None:
    """Return the outcome of enabling CMK where all is right but these values; None from a broken model."""
    values = data("decide")["right"] | dict(differs)
    try:
        return model().step(before(values), request(channel, values["store"]))[1]
    except RowsContradict:
        return None


def withheld(differs: Mapping[str, Any]) -> list[str]:
    """Return the requirements by which no key is put in use, even if the request is accepted.

    These are the requirements with a counter-row that puts it in use in a model that refuses no such request.
    """
    values = data("decide")["right"] | dict(differs)
    lenient = [row for row in ROWS if not (isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys)]

    def in_use(rows: Iterable[Row]) -> bool:
        machine = Machine(rows)
        state, _ = machine.step(before(values), request("portal", values["store"]))
        return bool(observe(machine.world(state))["resource"]["translator-prod"]["key_source"] == CUSTOMER)

    return [] if in_use(lenient) else [row.requirement for row in COUNTER_ROWS if in_use([*lenient, row])]


def before(values: Mapping[str, Any]) -> State:
    """Return the state in which CMK is asked for."""
    state = initial(DEFAULT_STAGE)
    for command in beforehand(values):
        state, _ = model().step(state, command)
    return state


def beforehand(values: Mapping[str, Any]) -> Iterator[Command]:
    """Yield the commands that bring these values about."""
    yield CreateResource("translator-prod", values["kind"], values["location"], values["tier"], "production", "apps")
    protections = (values["soft_delete"], values["purge_protection"], values["permission_model"])
    yield CreateVault("kv-prod", "westeurope", values["vault_subscription"], "apps", *protections)
    makes = ImportKey if values["imported"] else CreateKey
    yield makes("kv-prod", "cmk-2048", values["type"], values["size"])
    if values["disabled"]:
        yield DisableKey("kv-prod", "cmk-2048")
    if values["identity"]:
        yield EnableIdentity("translator-prod")
        if values["granted"]:
            yield GrantKeyAccess("kv-prod", "translator-prod")


def request(channel: Channel, store: Any) -> Command:
    """Return the request itself."""
    if store == "key-vault":
        return EnableCustomerManagedKeys("translator-prod", "kv-prod", "cmk-2048", through=channel)
    return EnableCustomerManagedKeys("translator-prod", store=store, through=channel)
