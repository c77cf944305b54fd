"""Spin and Rumur count the same states and steps of a scope as our searches do."""

from pathlib import Path

import pytest

from tests.bench.checkers import MISSING, rumur, spin
from tests.bench.models import murphi, promela
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.search import explore

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"missing tool: {', '.join(MISSING)}")


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys", "six-resources"])
def test_other_model_checkers_count_the_same(name: str, tmp_path: Path) -> None:
    scope = next(scope for scope in SCOPES if scope.name == name)
    ours = explore(scope)
    by_spin = spin(promela(scope), tmp_path / "spin", "-O1", states=ours.states).run()
    by_rumur = rumur(murphi(scope), tmp_path / "rumur", "-O1").run()
    assert (by_spin.states, by_spin.transitions, by_spin.depth) == (ours.states, ours.transitions, ours.depth)
    assert (by_rumur.states, by_rumur.transitions) == (ours.states, ours.transitions)
