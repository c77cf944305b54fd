"""A tabulated machine steps as the machine does, from any start, and says so where it cannot."""

from random import Random

import pytest

from tests.machine.faulty_models import ChangesOnRefusal, without
from tests.machine.worlds import TWO_AT_WORK, random_command
from translator_cmk.explore.engines import packed
from translator_cmk.explore.engines.packing import FieldTooNarrow
from translator_cmk.explore.engines.tabulated import NotTabulated, TabulatedMachine
from translator_cmk.explore.scopes import SCOPES
from translator_cmk.explore.search import explore
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Command, Machine, RowsContradict, State, initial
from translator_cmk.machine.commands import CreateResource, DisableIdentity, EnableIdentity
from translator_cmk.machine.entities import Resource, Vault
from translator_cmk.machine.rows import sets, whenever, write

MACHINE = Machine(ROWS)
NOTHING = initial(DEFAULT_STAGE)
LOSING, VAULTS = (next(s for s in SCOPES if s.name == name) for name in ("losing-the-key", "vaults-and-keys"))


def after(*commands: Command) -> State:
    state = NOTHING
    for command in commands:
        state, _ = MACHINE.step(state, command)
    return state


@pytest.mark.parametrize("start", [NOTHING, after(*TWO_AT_WORK)], ids=["nothing", "two at work"])
def test_steps_are_those_of_the_machine(start: State) -> None:
    random = Random(7)
    tabulated = TabulatedMachine(MACHINE, start)
    for _ in range(60):
        state, number = start, 0
        for command in (random_command(random) for _ in range(40)):
            state, outcome = MACHINE.step(state, command)
            number, same = tabulated.step(number, command)
            assert same == outcome
            assert tabulated.packing.unpack(number) == state
            assert tabulated.packing.pack(state) == number


def test_steps_taken_twice_are_those_of_the_machine_without_a_loss_and_with_a_row_too_many() -> None:
    """What holds of the article holds of changed rows, which have other things to read."""
    for rows in (without("revocation.undeploys"), without("identity.access-removed")):
        random = Random(8)
        machine = Machine(rows)
        tabulated = TabulatedMachine(machine, after(*TWO_AT_WORK))
        for _ in range(30):
            state, number = after(*TWO_AT_WORK), 0
            for command in (random_command(random) for _ in range(30)):
                state, outcome = machine.step(state, command)
                number, same = tabulated.step(number, command)
                assert (same, tabulated.packing.unpack(number)) == (outcome, state)


def test_field_that_is_too_narrow_is_reported_and_the_search_widens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FieldTooNarrow, match="vault vault has more than 2 records"):
        packed.PackedSearch(VAULTS, MACHINE, (), False, 1).run(None)
    monkeypatch.setattr(packed, "WIDTHS", (1, 8))
    assert explore(VAULTS, engine="packed").states == VAULTS.states
    monkeypatch.setattr(packed, "WIDTHS", (1,))
    with pytest.raises(NotTabulated, match="more than 2 records"):
        explore(VAULTS, engine="packed")


AT_ANOTHER = whenever(
    Resource,
    "environment.mistake",
    when=lambda r: r.identity and r.world.has(Vault, "vault"),
    then=lambda r: write(Vault, "vault", soft_delete=False),
)


def test_consequence_for_another_entity_cannot_be_tabulated() -> None:
    tabulated = TabulatedMachine(Machine((*ROWS, AT_ANOTHER)), after(*LOSING.start, DisableIdentity("translator")))
    with pytest.raises(NotTabulated, match="resource translator writes to another entity"):
        tabulated.step(0, EnableIdentity("translator"))


def test_machine_that_cannot_be_tabulated_is_searched_by_another_engine() -> None:
    assert explore(LOSING, ChangesOnRefusal(ROWS), engine=None).engine in ("reference", "remembering")
    with pytest.raises(NotTabulated, match="ChangesOnRefusal is no machine of rows alone"):
        explore(LOSING, ChangesOnRefusal(ROWS), engine="packed")


def test_consequences_without_end_are_reported() -> None:
    back_and_forth = (
        whenever(Resource, "a.b", when=lambda r: r.identity, then=lambda r: sets(r, identity=False)),
        whenever(Resource, "c.d", when=lambda r: not r.identity, then=lambda r: sets(r, identity=True)),
    )
    tabulated = TabulatedMachine(Machine((*ROWS, *back_and_forth)), NOTHING)
    create = CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1")
    with pytest.raises(RowsContradict, match="do not come to rest"):
        tabulated.step(0, create)
