"""The engines agree on what they find, every theorem holds of the article, and a small wrong machine breaks one."""

from collections.abc import Callable

import pytest

from tests.miniatures.machines import confuses_resources, leaves_models_deployed, redeploys_models, resurrects_uploads
from translator_cmk.explore.exploration import Exploration
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.search import ENGINES, explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import Machine

COUNTED = {
    "losing-the-key": (14, 140, 3),
    "vaults-and-keys": (273, 4_553, 10),
    "directories": (2_584, 56_848, 11),
    "two-resources": (1_820, 40_040, 10),
}
"""States, steps taken and depth of the smaller scopes: a row that changes the reachable world shows here."""

BY_NAME = {scope.name: scope for scope in SCOPES}


def timeless(found: Exploration) -> Exploration:
    return found._replace(engine="", seconds=0)


@pytest.mark.parametrize("name", COUNTED)
def test_engines_agree_and_every_theorem_holds(name: str) -> None:
    found = [explore(BY_NAME[name], engine=engine, theorems=THEOREMS) for engine in ENGINES]
    assert all(timeless(each) == timeless(found[0]) for each in found)
    assert (found[0].states, found[0].transitions, found[0].depth) == COUNTED[name]
    assert found[0].states == BY_NAME[name].states
    assert found[0].complete
    assert not found[0].broken


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (leaves_models_deployed, "losing-the-key"),
        (resurrects_uploads, "losing-the-key"),
        (redeploys_models, "losing-the-key"),
        (confuses_resources, "two-resources"),
    ],
)
def test_small_wrong_machine_breaks_a_theorem(wrong: Callable[[], Machine], name: str) -> None:
    found = explore(BY_NAME[name], wrong(), theorems=THEOREMS, stop=True)
    assert found.broken
    assert all(broken.commands for broken in found.broken.values())
