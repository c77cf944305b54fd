"""What happened in a scenario, step by step: the command, what came of it, what changed, and what was seen to be so."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..bdd.features import Pickle
from ..bdd.results import Item
from .evidence import WORDS, Evidence
from .last_run import mark
from .markup import in_cell, indented, named, plain, table


def steps_block(pickles: Sequence[Pickle], evidence: Evidence) -> str:
    """The steps of each of the scenario's pickles that was run, folded; nothing where none was."""
    told = [block for each in pickles for block in pickle_blocks(each, evidence)]
    if not told:
        return ""
    blocks = "\n\n".join(told)
    return f'??? fold "Step by step, as it was run"\n\n{indented(blocks)}'


def pickle_blocks(pickle: Pickle, evidence: Evidence) -> Iterator[str]:
    """The steps of one pickle, under the name of its row where it has one."""
    item = evidence.items.get(pickle.id)
    if item and item.details:
        if pickle.row:
            yield f"**{plain(pickle.row)}**"
        yield table(
            ["Step", "Command", "What came of it", "What changed"],
            (line(each, item, evidence) for each in item.details),
        )


def line(step: Mapping[str, Any], item: Item, evidence: Evidence) -> list[str]:
    """The line of a step; one that only observes has no command and changes nothing."""
    told = [plain(str(step.get("step", "")))]
    if "command" not in step:
        return [*told, "", seen(step, item), ""]
    return [
        *told,
        f"`{json.dumps(step['command'], ensure_ascii=False)}`",
        outcome(step.get("outcome", {}), evidence),
        in_cell("ul", changes(step.get("changed", ()))) or "nothing",
    ]


def seen(step: Mapping[str, Any], item: Item) -> str:
    """Whether what a step states was so: the last that was run is the one that did not pass."""
    if not str(step.get("step", "")).startswith("Then "):
        return ""
    if step is item.details[-1] and item.status != "passed":
        return f"{mark(WORDS[item.status])}: {plain(item.reason or 'no reason is given')}"
    return "✔ seen to be so"


def outcome(found: Mapping[str, Any], evidence: Evidence) -> str:
    """What came of a command, with the requirements that it names."""
    names = [name for field in ("by", "because", "silent") for name in found.get(field, ())]
    uses = [f"the use of `{plain(each['key'])}` is recorded" for each in found.get("audit", ())]
    known = [named(name) if name in evidence.register else plain(name) for name in names]
    return f"{plain(str(found.get('outcome', '')))}{in_cell('ul', [*known, *uses])}"


def changes(found: Iterable[Any]) -> Iterator[str]:
    """What changed: how it is, and how it was."""
    for each in found:
        before, after = each
        yield f"{plain(str(after))}, before: {plain(str(before))}"
