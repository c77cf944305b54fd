"""Every choice of silent rows is tried once, and the requirements that a result depends on are found."""

from itertools import product
from typing import Any

import pytest

from translator_cmk.machine.commands import ReadData, RotateKey
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import effect, refuse, silent, whenever
from translator_cmk.oracle.nondeterminism import Replay, TooManyStates, decisive, possibilities

A, B, C, FIRM = (refuse(RotateKey, name, unless=lambda c: False) for name in ("a.a", "b.b", "c.c", "d.d"))
SILENCE = silent(RotateKey, "d.d", when=lambda c: True)
SILENT = {"a.a", "b.b", "c.c"}
BOTH = (False, True)


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        (lambda choose: (choose(A, ""), choose(B, ""), choose(C, "")), list(product(BOTH, repeat=3))),
        (lambda choose: choose(A, "") and (choose(B, ""),), [False, (False,), (True,)]),
        (lambda choose: (choose(A, "x"), choose(A, "y"), choose(A, "x")), [(x, y, x) for x in BOTH for y in BOTH]),
        (lambda choose: (choose(FIRM, ""),), [(True,)]),
        (lambda choose: (choose(SILENCE, ""),), [(False,), (True,)]),
    ],
    ids=[
        "each once",
        "only what is asked",
        "one answer about one entity",
        "firm rows apply",
        "a silence in any profile",
    ],
)
def test_every_assignment_of_what_is_asked_is_tried_once(asks: Any, answers: list[Any]) -> None:
    assert sorted((result for result, _ in possibilities(asks, SILENT, 8)), key=repr) == sorted(answers, key=repr)


def test_more_choices_than_the_limit_are_an_error() -> None:
    with pytest.raises(TooManyStates, match="more than 7 states"):
        possibilities(lambda choose: [choose(row, "") for row in (A, B, C)], SILENT, 7)


def test_what_was_done_and_what_was_doubted_is_known() -> None:
    replay = Replay(SILENT, ())
    for row in (
        effect(ReadData, "b.b", uses=lambda c: None),
        whenever(Key, "c.c", when=lambda k: True, then=lambda k: {}),
    ):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (False, set())
    for row in (effect(RotateKey, "d.d"), effect(RotateKey, "a.a")):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (True, {"a.a"})


def test_only_what_changes_the_result_is_decisive() -> None:
    found = possibilities(lambda choose: (choose(A, "") and choose(B, "")) or choose(C, "") is None, SILENT, 8)
    assert decisive(found, lambda result: result) == {"a.a", "b.b"}
    assert decisive(found, lambda result: None) == frozenset()
