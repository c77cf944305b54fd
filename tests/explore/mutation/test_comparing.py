"""A mutant is the same as the article in a scope exactly where no step and no observation in it differs."""

from itertools import product

import pytest

from translator_cmk.explore.commands import chosen
from translator_cmk.explore.exploration import verdict
from translator_cmk.explore.mutation import Mutant, mutants
from translator_cmk.explore.mutation.judging import View, ground, looks
from translator_cmk.explore.mutation.worlds import TWO_OF_A_KIND, WORLDS
from translator_cmk.explore.scopes import Scope
from translator_cmk.explore.search import explore
from translator_cmk.explore.theorems import THEOREMS
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, initial

EVERY = mutants()
THE_ARTICLE = Mutant("none", "none", (), ROWS, "", "", "", None)
LOSING, TWO_KEYS = (next(world for world in WORLDS if world.name == name) for name in ("losing-the-key", "two-keys"))


def the(requirement: str, kind: str, now: str = "") -> Mutant:
    return next(each for each in EVERY if each.requirement == requirement and each.kind == kind and now in each.now)


def shown_otherwise(mutant: Mutant, scope: Scope, length: int) -> bool:
    """Whether some sequence of this many commands, from the start of the scope, shows a difference: by trying all."""

    def observed(machine: Machine, commands: tuple[Command, ...]) -> list[object]:
        state, answers = initial(DEFAULT_STAGE), []
        for command in (*scope.start, *commands):
            state, outcome = machine.step(state, command)
            answers.append((state, outcome))
        return [*answers, *(View(machine)(state, at)[1] for at in looks(state))]

    article, other = Machine(ROWS), Machine(mutant.rows)
    sequences = product(scope.alphabet, repeat=length)
    return any(observed(article, commands) != observed(other, commands) for commands in sequences)


@pytest.mark.parametrize("world", WORLDS[:6], ids=lambda world: str(world.name))
def test_the_article_is_the_same_as_itself(world: Scope) -> None:
    assert ground(world).difference(THE_ARTICLE) is None
    assert ground(world).unseen(THE_ARTICLE)


@pytest.mark.parametrize(
    "mutant",
    [
        the("revocation.undeploys", "row dropped"),
        the("restoration.data-readable", "row dropped"),
        the("keys.audit", "row dropped"),
        the("restoration.no-redeploy", "mistake added"),
        the("identity.registered", "guard negated"),
    ],
    ids=lambda mutant: str(mutant.name),
)
def test_the_first_difference_is_shown_by_no_shorter_sequence(mutant: Mutant) -> None:
    difference = ground(LOSING).difference(mutant)
    assert difference is not None
    length = len(difference.commands) - len(LOSING.start)
    assert all(not shown_otherwise(mutant, LOSING, shorter) for shorter in range(max(length, 0)))
    assert length <= 0 or shown_otherwise(mutant, LOSING, length)


def test_rows_that_break_down_differ() -> None:
    assert ground(TWO_KEYS).difference(the("keys.create", "field dropped", "no vault")) is not None


def test_another_way_to_the_same_vault_is_the_same() -> None:
    mutant = the("environment.no-key-purge", "wrong entity", "c.key.vault.purge_protection")
    assert all(ground(world).difference(mutant) is None for world in WORLDS[:5])


def test_a_record_that_nobody_sees_is_a_difference_that_is_unseen() -> None:
    mutant = the("keys.create", "constant changed", "origin='imported'")
    assert ground(TWO_KEYS).difference(mutant) is not None
    assert ground(TWO_KEYS).unseen(mutant)
    assert not ground(TWO_KEYS).unseen(the("keys.create", "constant changed", "state='deleted'"))


@pytest.mark.parametrize("scope", TWO_OF_A_KIND, ids=lambda scope: str(scope.name))
def test_scopes_of_mutants_have_the_states_they_say_and_break_no_theorem(scope: Scope) -> None:
    found = explore(scope, theorems=THEOREMS)
    assert found.states == scope.states
    assert [theorem.name for theorem in THEOREMS if verdict(theorem, found) == "broken"] == []


def test_mutants_are_judged_in_every_small_scope() -> None:
    assert {scope.name for scope in chosen(None)} < {world.name for world in WORLDS}
