"""A scope in the form in which other model checkers get it has the states and steps of our
search.
"""

import pytest

from tests.bench.translation import Atom, Case, Translation
from translator_cmk.explore.scopes import SCOPE_NAMED
from translator_cmk.explore.search import explore


def is_met(atom: Atom, state: dict[str, int]) -> bool:
    return (state[atom.variable] == atom.value) is atom.equal


def fitting(cases: list[Case], state: dict[str, int]) -> list[Case]:
    return [case for case in cases if all(is_met(atom, state) for atom in case.atoms)]


@pytest.mark.parametrize("name", ["losing-the-key", "vaults-and-keys"])
def test_translated_scope_has_the_states_and_steps_of_our_search(name: str) -> None:
    translation = Translation(SCOPE_NAMED[name])
    commands = []
    for command in translation.scope.alphabet:
        commands.append((translation.offered(command), translation.cases(command)))

    states = [dict.fromkeys(translation.sizes, 0)]
    steps = 0
    for state in states:  # which grows meanwhile
        for offered, cases in commands:
            if not all(any(is_met(atom, state) for atom in atoms) for atoms in offered):
                continue
            steps += 1
            found = fitting(cases, state)
            assert len({case.written for case in found}) == 1
            after = state | dict(found[0].written)
            if after not in states:
                states.append(after)

    ours = explore(translation.scope)
    assert (len(states), steps) == (ours.states, ours.transitions)
