"""Values have their fields and nothing else, and equal only values of their own type."""

import pytest

from tests.command_line import each_refused
from translator_cmk.machine import DEFAULT_STAGE, ROWS, Accepted, Machine, initial
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import Tenant

TENANT = Machine(ROWS).world(initial(DEFAULT_STAGE)).entity(Tenant, "home")


@pytest.mark.parametrize("value", [cmd.EnableIdentity("r1"), Accepted(), TENANT])
def test_value_takes_no_attribute_beyond_its_fields(value: object) -> None:
    with pytest.raises(AttributeError):
        value.note = "written"  # type: ignore[attr-defined]  # what no value has


def test_equal_fields_of_two_types_are_two_values() -> None:
    assert cmd.EnableIdentity("r1") != cmd.DisableIdentity("r1")
    values = {cmd.EnableIdentity("r1"), cmd.DisableIdentity("r1"), cmd.EnableIdentity("r1")}
    assert len(values) == 2


@each_refused("fields")
def test_wrong_fields_are_named(fields: dict[str, str], says: str) -> None:
    with pytest.raises(TypeError, match=says):
        cmd.DeleteVault(**fields)
