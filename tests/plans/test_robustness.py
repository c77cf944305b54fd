"""A plan in which values are of another type than any tool writes is judged, or refused in one
line."""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.plans.guide import vault_redeployed
from tests.plans.test_cases import judge
from tests.plans.test_property import random_plan
from translator_cmk.errors import CommandError
from translator_cmk.plans.reading import read_plan

ODD: list[Any] = [
    None,
    5,
    -1,
    True,
    "",
    "x",
    "https://",
    "@azurerm_key_vault.v",
    "/subscriptions/",
    "a" * 300,
    [],
    [1],
    [None],
    [[]],
    {},
    {"a": 1},
    {"references": [1]},
]

READ = frozenset({"resource_changes", "configuration", "prior_state", "changes"})

Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Yield the path to each value inside another."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, item in value.items():
            if path or name in READ:
                yield from places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def put(value: Any, path: Path_, odd: Any) -> None:
    """Put something odd in a place, if an earlier one has left it there."""
    with suppress(KeyError, IndexError, TypeError):
        for step in path[:-1]:
            value = value[step]
        value[path[-1]] = deepcopy(odd)


@pytest.mark.parametrize("seed", range(3))
def test_no_value_of_another_type_ends_in_a_traceback(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    file = tmp_path / "plan.json"
    judged = 0
    for number in range(20):
        plan = random_plan(random).as_dict() if number % 3 else vault_redeployed()
        everywhere = list(places(plan))
        for _ in range(random.choice([1, 1, 2, 4])):
            put(plan, random.choice(everywhere), random.choice(ODD))
        file.write_text(json.dumps(plan), "utf-8")
        with suppress(CommandError):
            judge("article").judge(read_plan(str(file)))
            judged += 1
    assert judged > 5
