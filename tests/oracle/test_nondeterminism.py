"""Every choice of silent rows is tried, each once."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import effect, refuse, silent, whenever
from translator_cmk.oracle.nondeterminism import Replay, TooManyStates, decisive, possibilities

A = refuse(cmd.RotateKey, "a.a", unless=lambda command: False)
B = refuse(cmd.RotateKey, "b.b", unless=lambda command: False)
C = refuse(cmd.RotateKey, "c.c", unless=lambda command: False)
FIRM = refuse(cmd.RotateKey, "d.d", unless=lambda command: False)
SILENCE = silent(cmd.RotateKey, "d.d", when=lambda command: True)
SILENT = {"a.a", "b.b", "c.c"}
BOTH = (False, True)


def each_once(choose: Replay) -> Any:
    return choose(A, ""), choose(B, ""), choose(C, "")


def only_what_is_asked(choose: Replay) -> Any:
    if not choose(A, ""):
        return "no"
    return choose(B, "")


def one_answer_about_one_entity(choose: Replay) -> Any:
    return choose(A, "x"), choose(A, "y"), choose(A, "x")


def a_row_that_is_not_silent(choose: Replay) -> Any:
    return choose(FIRM, "")


def a_silence_in_any_profile(choose: Replay) -> Any:
    return choose(SILENCE, "")


@pytest.mark.parametrize(
    ("asks", "results"),
    [
        (each_once, list(product(BOTH, repeat=3))),
        (only_what_is_asked, ["no", False, True]),
        (one_answer_about_one_entity, [(x, y, x) for x in BOTH for y in BOTH]),
        (a_row_that_is_not_silent, [True]),
        (a_silence_in_any_profile, [False, True]),
    ],
)
def test_every_assignment_of_what_is_asked_is_tried_once(
    asks: Callable[[Replay], Any], results: list[Any]
) -> None:
    found = [result for result, _ in possibilities(asks, SILENT, 8)]
    assert sorted(found, key=repr) == sorted(results, key=repr)


def test_more_choices_than_the_limit_are_an_error() -> None:
    with pytest.raises(TooManyStates, match="more than 7 states"):
        possibilities(each_once, SILENT, 7)


def test_what_was_done_and_what_was_doubted_is_known() -> None:
    replay = Replay(SILENT, ())
    replay(effect(cmd.ReadData, "b.b", uses=lambda command: None), "")
    replay(whenever(Key, "c.c", when=lambda key: True, then=lambda key: {}), "")
    assert (replay.acts, replay.doubted) == (False, set())

    replay(effect(cmd.RotateKey, "d.d"), "")
    replay(effect(cmd.RotateKey, "a.a"), "")
    assert (replay.acts, replay.doubted) == (True, {"a.a"})


def test_only_what_changes_the_result_is_decisive() -> None:
    def asks(choose: Replay) -> bool:
        both = choose(A, "") and choose(B, "")
        choose(C, "")
        return both

    found = possibilities(asks, SILENT, 8)
    assert decisive(found, lambda result: result) == {"a.a", "b.b"}
    assert decisive(found, lambda result: None) == frozenset()
