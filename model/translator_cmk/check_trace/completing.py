"""Complete commands of which a log gives only a part: a field that it leaves out may have any known
value.

Which values are known of a name, the log says itself, in its head or in any of its lines.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from ..language.traces import CommandInPart
from ..machine import Command, Stage
from ..machine.commands import choices
from ..machine.entities import KEY_SIZES
from ..oracle import LIMIT
from ..shapes import WireError

Values = Mapping[str, set[Any]]
"""The values that fields of commands have in a log."""


def known_values(lines: Iterable[Mapping[str, Any]]) -> Values:
    """Return the values in these lines of a log; keys have the names that they have in their
    vaults.

    A line is as `TRACE_LINE` reads it.
    """
    known: defaultdict[str, set[Any]] = defaultdict(set)
    known["size"].update(KEY_SIZES)
    for line in lines:
        for kind, value in values_in(line):
            # A key, a grant and a role have the name of their vault in theirs: `kv-1/cmk`.
            vault, slash, name = str(value).partition("/")
            field = "resource" if kind in ("grant", "role") else kind
            if slash:
                known["vault"].add(vault)
                known[field].add(name)
            else:
                known[field].add(value)
    return known


def values_in(line: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each kind in a line with each name of it, and each field with its value."""
    for kind, names in line.get("names", {}).items():
        for name in names:
            yield kind, name
    if "command" in line:
        yield from line["command"].given.items()
    for kind, entities in line.get("observation", {}).items():
        for name, fields in entities.items():
            yield kind, name
            for field, value in fields.items():
                # An account without a key shows this word in place of a name.
                if (field, value) != ("key", "absent"):
                    yield field, value


def completions(part: CommandInPart, known: Values, stage: Stage, where: str) -> list[Command]:
    """Return every command that has the given fields.

    Raises `WireError` if there is none, or more than `LIMIT`.
    """
    name = part.command.__name__
    values = []
    for field in part.command.fields:
        if field in part.given:
            values.append([part.given[field]])
            continue
        found = possible(part.command, field, known, stage)
        if not found:
            what = f"{name} has no {field}, and the log names none"
            raise WireError(where, what, "name it in the head; only a file is searched for names")
        values.append(found)

    made = []
    for chosen in product(*values):
        try:
            made.append(part.command(*chosen))
        except ValueError:
            # A name is missing where it is required, or given where it is not allowed.
            continue
        if len(made) > LIMIT:
            what = f"{name} may be more than {LIMIT:,} commands"
            raise WireError(where, what, "give more of its fields")
    if not made:
        raise WireError(where, f"no {name} has these fields", "see command.schema.json")
    return made


def possible(command: type[Command], field: str, known: Values, stage: Stage) -> list[Any]:
    """Return the values that a field may have which is not given."""
    hint = command.hints[field]
    if hint is bool:
        return [False, True]
    words = choices(hint)
    if words:
        return list(words)
    on_stage = {
        "tenant": stage.tenants,
        "subscription": stage.subscriptions,
        "to": stage.subscriptions,
        "location": (*stage.regions, "global"),
        "region": stage.regions,
        "tier": stage.tiers,
    }
    values: list[Any] = []
    # Some names are given in some cases only, so this one may be missing.
    if field in command.named_where:
        values.append(None)
    if field in on_stage:
        values.extend(on_stage[field])
    else:
        values.extend(sorted(known.get(field, ())))
    return values
