"""Complete commands of which a log gives a part: a field that it leaves out may have any value that is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from ..language import WireError
from ..language.traces import CommandInPart
from ..machine import Command, Stage
from ..machine.commands import choices
from ..oracle import LIMIT

SIZES = frozenset({2048, 3072, 4096})
"""The sizes of RSA keys that Azure Key Vault makes, in bits."""

Values = Mapping[str, set[Any]]
"""The values that fields of commands have in a log."""


def known_values(lines: Iterable[Mapping[str, Any]]) -> Values:
    """Return the values in these lines of a log, names among them; keys have the names that they have in their vaults.

    A line is as `TRACE_LINE` reads it.
    """
    known: defaultdict[str, set[Any]] = defaultdict(set, size=set(SIZES))
    for field, value in (each for line in lines for each in values_in(line)):
        vault, slash, name = str(value).partition("/")
        if slash:
            known["vault"].add(vault)
        known["resource" if field == "grant" else field].add(name if slash else value)
    return known


def values_in(line: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each kind in a line with each name of it, and each field with its value."""
    for kind, names in line.get("names", {}).items():
        yield from product([kind], names)
    if "command" in line:
        yield from line["command"].given.items()
    for kind, entities in line.get("observation", {}).items():
        for name, fields in entities.items():
            yield kind, name
            yield from (each for each in fields.items() if each != ("key", "absent"))


def completions(part: CommandInPart, known: Values, stage: Stage, where: str) -> list[Command]:
    """Return every command that has the given fields; raises `WireError` if there is none, or more than `LIMIT`."""
    command, given, name = part.command, part.given, part.command.__name__
    values = [[given[each]] if each in given else possible(command, each, known, stage) for each in command.fields]
    for field, found in zip(command.fields, values, strict=True):
        if not found:
            what = f"{name} has no {field}, and the log names none"
            raise WireError(where, what, "name it in the head; only a file is searched for names")
    made = []
    for chosen in product(*values):
        try:
            made.append(command(*chosen))
        except ValueError:
            continue  # a name is missing where it is required, or given where it is not allowed
        if len(made) > LIMIT:
            raise WireError(where, f"{name} may be more than {LIMIT:,} commands", "give more of its fields")
    if not made:
        raise WireError(where, f"no {name} has these fields", "see command.schema.json")
    return made


def possible(command: type[Command], field: str, known: Values, stage: Stage) -> list[Any]:
    """Return the values that a field may have which is not given."""
    hint = command.hints[field]
    if hint is bool:
        return [False, True]
    if words := choices(hint):
        return list(words)
    staged = {
        "tenant": stage.tenants,
        "subscription": stage.subscriptions,
        "to": stage.subscriptions,
        "location": (*stage.regions, "global"),
        "region": stage.regions,
        "tier": stage.tiers,
    }
    values = list(staged[field]) if field in staged else sorted(known.get(field, ()))
    return [None, *values] if field in command.named_where else values
