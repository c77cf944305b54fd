"""Spin and Rumur count the same states and steps of a scope as our searches do."""

from pathlib import Path

import pytest

from tests.bench.checkers import MISSING, rumur, spin
from tests.bench.models import murphi, promela
from translator_cmk.explore.scopes import NAMED, Scope, one_vault_for_all
from translator_cmk.explore.search import explore

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"missing tool: {', '.join(MISSING)}")


SHARED = Scope("shared", "Two resources that share a vault.", None, tuple(one_vault_for_all(2, keys=1)))


@pytest.mark.parametrize(
    "scope", [NAMED["losing-the-key"], NAMED["vaults-and-keys"], SHARED], ids=lambda scope: str(scope.name)
)
def test_other_model_checkers_count_the_same(scope: Scope, tmp_path: Path) -> None:
    """They count six resources, the largest scope of the kind that they manage, in `make bench`."""
    ours = explore(scope)
    by_spin = spin(promela(scope), tmp_path / "spin", states=ours.states).run()
    by_rumur = rumur(murphi(scope), tmp_path / "rumur").run()
    assert (by_spin.states, by_spin.transitions, by_spin.depth) == (ours.states, ours.transitions, ours.depth)
    assert (by_rumur.states, by_rumur.transitions) == (ours.states, ours.transitions)
