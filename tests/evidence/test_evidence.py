"""A failure that `verify` reports is true where the system differs from the readable model, and false elsewhere."""

import pytest

from tests.evidence.kit import verdict
from translator_cmk.machine import Accepted, Command, Outcome
from translator_cmk.machine.commands import CreateKey, CreateVault, DeleteVault, RecoverVault
from translator_cmk.system import ModelSystem


class Stubborn(ModelSystem):
    """A model that accepts the deletion of a vault, and deletes nothing."""

    def submit(self, command: Command) -> Outcome:
        return Accepted() if isinstance(command, DeleteVault) else super().submit(command)


CREATE = CreateVault("kv-prod", "westeurope", "production", "apps")
NEW_KEY = CreateKey("kv-prod", "cmk-2048", "RSA", 2048)
DELETE, RECOVER = DeleteVault("kv-prod"), RecoverVault("kv-prod")


@pytest.mark.parametrize(
    ("commands", "sequence", "scenario"),
    [
        ((CREATE,), "false", "false"),
        ((CREATE, DELETE), "true", "true"),
        ((CREATE, DELETE, RECOVER), "false", "true"),  # a sequence ends with the first difference
        ((CREATE, NEW_KEY, NEW_KEY), "open", "open"),
    ],
)
def test_accusation_is_true_where_the_readable_model_differs(
    commands: tuple[Command, ...], sequence: str, scenario: str
) -> None:
    assert verdict(Stubborn(), commands, at_the_end=True) == sequence
    assert verdict(Stubborn(), commands, at_the_end=False) == scenario
