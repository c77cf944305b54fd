"""The machine by itself: names, contradicting rows, consequences, and what it is built of."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import each_refused
from tests.machine.worlds import TWO_AT_WORK
from translator_cmk import machine as package
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Command,
    Machine,
    Refused,
    RowsContradict,
    Unspecified,
    initial,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import ENTITY_KINDS, Resource, Tenant
from translator_cmk.machine.rows import effect, whenever
from translator_cmk.machine.updates import sets
from translator_cmk.system import ModelSystem


def at_work() -> ModelSystem:
    system = ModelSystem()
    for command in TWO_AT_WORK:
        assert isinstance(system.submit(command), Accepted)
    return system


def test_unknown_name_is_the_only_reason_of_a_refusal() -> None:
    # "basic" resources, other regions: nothing of that is read where a name means nothing
    outcome = at_work().submit(cmd.EnableCustomerManagedKeys("r1", "v1", "nothing"))
    assert outcome == Refused(frozenset({"environment.exists"}))


@pytest.mark.parametrize(
    "value",
    [
        TWO_AT_WORK[0],
        Accepted(),
        Machine(ROWS).world(initial(DEFAULT_STAGE)).entity(Tenant, "home"),
    ],
)
def test_value_takes_no_attribute_beyond_its_fields(value: object) -> None:
    with pytest.raises(AttributeError):
        value.note = "written"  # type: ignore[attr-defined]  # what no value has


def test_key_name_is_local_to_its_vault() -> None:
    system = at_work()
    system.submit(cmd.RotateKey("v2", "k1"))
    keys = system.observe()["key"]
    assert (keys["v1/k1"]["version"], keys["v2/k1"]["version"]) == (1, 2)


def test_rows_that_contradict_each_other_are_found() -> None:
    wrong = effect(cmd.EnableIdentity, "identity.enable", then=lambda c: sets(c.resource, identity=False))
    system = ModelSystem(Machine([*ROWS, wrong]))
    system.submit(TWO_AT_WORK[4])
    with pytest.raises(RowsContradict, match=r"identity\.enable writes identity of resource r1 otherwise"):
        system.submit(cmd.EnableIdentity("r1"))


def test_consequences_that_reach_no_fixpoint_are_found() -> None:
    on = whenever(Resource, "a.b", when=lambda r: not r.identity, then=lambda r: sets(r, identity=True))
    off = whenever(Resource, "c.d", when=lambda r: r.identity, then=lambda r: sets(r, identity=False))
    system = ModelSystem(Machine([*ROWS, on, off]))
    with pytest.raises(RowsContradict, match="reach no fixpoint"):
        system.submit(TWO_AT_WORK[4])


def test_silence_is_unspecified_and_changes_nothing() -> None:
    system = at_work()
    before = system.observe()
    outcome = system.submit(cmd.EnableCustomerManagedKeys("r1", "v2", "k1"))
    assert outcome == Unspecified(frozenset({"keys.change"}))
    assert system.observe() == before


def test_triggers_miss_no_consequence() -> None:
    """Looking at every row of every entity after each step finds nothing left to do."""
    machine = Machine(ROWS)
    state = initial(DEFAULT_STAGE)
    commands: tuple[Command, ...] = (
        *TWO_AT_WORK,
        cmd.DisableIdentity("r1"),
        cmd.DeleteVault("v1"),
        cmd.PurgeVault("v1"),
    )
    for command in commands:
        state, _ = machine.step(state, command)
        names = [(kind, name) for kind in reversed(ENTITY_KINDS) for name in state.tables[kind]]
        everything = {(kind, name): dict.fromkeys(kind.fields) for kind, name in names}
        world = machine.world(state)
        affected = machine.triggers.affected(everything, state.tables, world)
        pulled = [(row, entity) for entity, rows in affected for row in rows]
        assert not [row.requirement for row, entity in pulled if row.when(entity)]
        every = {(row, name) for rows in machine.whenever.values() for row in rows for name in state.tables[row.about]}
        assert {(row, entity.name) for row, entity in pulled} == every


def test_links_never_form_a_circle() -> None:
    for position, kind in enumerate(ENTITY_KINDS):
        assert all(ENTITY_KINDS.index(to) < position for to in kind.links.values())


def test_equal_fields_of_two_types_are_two_values() -> None:
    assert cmd.EnableIdentity("r1") != cmd.DisableIdentity("r1")
    assert len({cmd.EnableIdentity("r1"), cmd.DisableIdentity("r1"), cmd.EnableIdentity("r1")}) == 2


@each_refused("fields")
def test_wrong_fields_are_named(fields: dict[str, str], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        cmd.DeleteVault(**fields)


def test_state_is_equal_however_it_was_reached() -> None:
    one, other = ModelSystem(), ModelSystem()
    first = cmd.CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1")
    second = cmd.CreateResource("r2", "Translator", "westeurope", "cmk-tier", "production", "g1")
    for system, commands in ((one, (first, second)), (other, (second, first))):
        for command in commands:
            system.submit(command)
    assert one.state == other.state
    assert hash(one.state) == hash(other.state)
    assert list(one.observe()["resource"]) == list(other.observe()["resource"]) == ["r1", "r2"]


def test_step_knows_no_word_of_the_domain() -> None:
    names = {name for kind in ENTITY_KINDS for name in (kind.word, *kind.fields)} - {
        "state",
        "type",
        "key",
    }
    text = (Path(package.__file__).parent / "step.py").read_text("utf-8")
    identifiers = {node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)}
    assert "requirement" in identifiers  # of a row
    assert not identifiers & names


def test_machine_imports_the_standard_library_alone() -> None:
    code = (
        "import sys, translator_cmk.machine.step\n"
        "names = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names - {'translator_cmk'}\n"
        "print(names - {'__main__'}, 'importlib.metadata' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[2])}
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert run.stdout == "set() False\n"
