"""The consequences that are looked at after a change are enough: no other one applies."""

from collections.abc import Iterable
from random import Random
from typing import Any

from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Machine,
    RowsContradict,
    State,
    initial,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import ENTITY_KINDS, Key, Resource, Vault, Workspace
from translator_cmk.machine.incremental.read_sets import read_set
from translator_cmk.machine.rows import Whenever, whenever
from translator_cmk.machine.topics import OTHER_READINGS
from translator_cmk.machine.updates import sets
from translator_cmk.machine.world import World

Affected = tuple[Any, Iterable[Whenever]]


class LooksAtEverything:
    """Stands for the triggers of a machine, and has every row evaluated for every entity."""

    def __init__(self, machine: Machine) -> None:
        self.whenever = machine.whenever

    def affected(self, _changes: Any, _before: Any, world: World) -> list[Affected]:
        found: list[Affected] = []
        for kind, rows in self.whenever.items():
            found.extend((entity, rows) for entity in world.every(kind))
        return found


class Thorough(Machine):
    """The same rows, without what makes a step quick."""

    def __init__(self, rows: Any, silent: Any = ()) -> None:
        super().__init__(rows, silent)
        self.triggers = LooksAtEverything(self)  # type: ignore[assignment]  # has the one method


def result(machine: Machine, state: State, command: cmd.Command) -> Any:
    try:
        return machine.step(state, command)
    except RowsContradict:
        return RowsContradict


def test_a_machine_that_looks_at_everything_takes_the_same_steps() -> None:
    random = Random(3)
    mistaken_consequences = [row for row in COUNTER_ROWS if isinstance(row, Whenever)]
    tables = [ROWS, (*ROWS, *OTHER_READINGS)]
    tables.extend((*ROWS, row) for row in mistaken_consequences)
    for rows in tables:
        quick = Machine(rows)
        thorough = Thorough(rows)
        for walk in range(20):
            commands = list(TWO_AT_WORK) if walk % 2 else []
            for _ in range(60):
                commands.append(random_command(random))
            state = initial(DEFAULT_STAGE)
            for command in commands:
                reached = result(quick, state, command)
                assert reached == result(thorough, state, command), command
                if reached is not RowsContradict:
                    state, _ = reached


def test_every_row_is_evaluated_for_each_entity_if_everything_has_changed() -> None:
    machine = Machine(ROWS)
    state = initial(DEFAULT_STAGE)
    for command in (*TWO_AT_WORK, cmd.DisableIdentity("r1"), cmd.DeleteVault("v1")):
        state, _ = machine.step(state, command)
        everything = {}
        due = set()
        for kind in ENTITY_KINDS:
            for name in state.tables[kind]:
                everything[kind, name] = dict.fromkeys(kind.fields)
                for row in machine.whenever.get(kind, ()):
                    due.add((row, name))
        evaluated = set()
        affected = machine.triggers.affected(everything, state.tables, machine.world(state))
        for entity, rows in affected:
            for row in rows:
                evaluated.add((row, entity.name))
        assert evaluated == due


def has_enabled_key(workspace: Any) -> bool:
    return bool(workspace.resource.key.enabled)


def test_a_row_reads_what_the_functions_read_that_it_calls_by_links() -> None:
    row = whenever(
        Workspace,
        "made.up",
        when=lambda w: has_enabled_key(w),
        then=lambda w: sets(w, readable=False),
    )
    reads = read_set(row, {})
    assert {(Workspace, "resource"), (Resource, "key"), (Key, "enabled")} <= reads.fields
    assert (Key, "size") not in reads.fields
    assert reads.looked_up == set()


def test_a_row_reads_the_kinds_that_it_looks_up() -> None:
    def reads_vaults(resource: Any, kind: Any = Vault) -> bool:
        return any(vault.soft_delete for vault in resource.world.every(kind))

    row = whenever(Resource, "made.up", when=lambda r: reads_vaults(r), then=lambda r: {})
    reads = read_set(row, {})
    assert reads.looked_up == {Vault}
    assert {(Vault, "soft_delete"), (Vault, "state")} <= reads.fields
