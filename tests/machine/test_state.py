"""A state is its records, however they were written; their links never form a circle."""

from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import ENTITY_KINDS
from translator_cmk.system import ModelSystem


def test_state_is_equal_however_it_was_reached() -> None:
    r1 = cmd.CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1")
    r2 = cmd.CreateResource("r2", "Translator", "westeurope", "cmk-tier", "production", "g1")
    one = ModelSystem()
    one.submit(r1)
    one.submit(r2)
    other = ModelSystem()
    other.submit(r2)
    other.submit(r1)
    assert one.state == other.state
    assert hash(one.state) == hash(other.state)
    assert list(one.observe()["resource"]) == ["r1", "r2"]
    assert list(other.observe()["resource"]) == ["r1", "r2"]


def test_links_never_form_a_circle() -> None:
    for position, kind in enumerate(ENTITY_KINDS):
        for linked_kind in kind.links.values():
            assert ENTITY_KINDS.index(linked_kind) < position
