"""Every choice of silent rows is tried once, and the requirements that a result depends on are found."""

from itertools import product

import pytest

from translator_cmk.machine.commands import ReadData, RotateKey
from translator_cmk.machine.entities import Key
from translator_cmk.machine.rows import effect, refuse, silent, whenever
from translator_cmk.oracle.nondeterminism import Replay, TooManyStates, decisive, possibilities

A, B, C = (refuse(RotateKey, name, unless=lambda c: False) for name in ("a.a", "b.b", "c.c"))
SPEAKS = refuse(RotateKey, "d.d", unless=lambda c: False)
SILENT = {"a.a", "b.b", "c.c"}


def test_every_assignment_is_tried_once() -> None:
    found = possibilities(lambda choose: (choose(A, ""), choose(B, ""), choose(C, "")), SILENT, 8)
    assert sorted(result for result, _ in found) == sorted(product((False, True), repeat=3))


def test_only_what_is_asked_is_tried() -> None:
    found = possibilities(lambda choose: choose(A, "") and choose(B, ""), SILENT, 8)
    assert sorted(tuple(replay.answers.values()) for _, replay in found) == [(False,), (True, False), (True, True)]


def test_a_row_has_one_answer_about_one_entity() -> None:
    found = possibilities(lambda choose: (choose(A, "x"), choose(A, "y"), choose(A, "x")), SILENT, 8)
    assert sorted(result for result, _ in found) == sorted((x, y, x) for x, y in product((False, True), repeat=2))


def test_a_row_that_speaks_holds() -> None:
    assert [result for result, _ in possibilities(lambda choose: choose(SPEAKS, ""), SILENT, 1)] == [True]


def test_a_silence_may_hold_or_not_in_every_profile() -> None:
    row = silent(RotateKey, "d.d", when=lambda c: True)
    assert len(possibilities(lambda choose: choose(row, ""), (), 2)) == 2


def test_more_choices_than_the_limit_are_an_error() -> None:
    with pytest.raises(TooManyStates, match="more than 7 states"):
        possibilities(lambda choose: [choose(row, "") for row in (A, B, C)], SILENT, 7)


def test_what_was_done_and_what_was_doubted_is_known() -> None:
    does = effect(RotateKey, "d.d")
    would_do = effect(RotateKey, "a.a")
    records = effect(ReadData, "b.b", uses=lambda c: None)
    follows = whenever(Key, "c.c", when=lambda k: True, then=lambda k: {})
    replay = Replay(SILENT, ())
    for row in (records, follows):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (False, set())
    for row in (does, would_do):
        replay(row, "")
    assert (replay.acts, replay.doubted) == (True, {"a.a"})


def test_only_what_changes_the_result_is_decisive() -> None:
    found = possibilities(lambda choose: (choose(A, "") and choose(B, "")) or choose(C, "") is None, SILENT, 8)
    assert decisive(found, lambda result: result) == {"a.a", "b.b"}
    assert decisive(found, lambda result: None) == frozenset()
