"""What a world has made."""

from translator_cmk.azure.client.made import Made
from translator_cmk.machine import Command
from translator_cmk.machine.commands import (
    CreateKey,
    CreateResource,
    CreateVault,
    DeleteKey,
    DeleteVault,
    GrantKeyAccess,
    ImportKey,
    RecoverKey,
    RotateKey,
)

VAULT = CreateVault("kv", "westeurope", "production", "apps")
RESOURCE = CreateResource("tr", "Translator", "westeurope", "cmk-tier", "production", "apps")


def made_by(*commands: Command) -> Made:
    made = Made()
    for command in commands:
        made.note(command)
    return made


def test_a_command_needs_all_that_it_names_but_not_what_it_makes() -> None:
    assert made_by().has_all(VAULT)
    assert not made_by().has_all(CreateKey("kv", "cmk"))
    assert made_by(VAULT).has_all(CreateKey("kv", "cmk"))
    assert not made_by(VAULT).has_all(GrantKeyAccess("kv", "tr"))
    assert made_by(VAULT, RESOURCE).has_all(GrantKeyAccess("kv", "tr"))


def test_what_was_deleted_is_not_here_until_it_is_brought_back() -> None:
    key = CreateKey("kv", "cmk")
    assert not made_by(VAULT, key, DeleteKey("kv", "cmk")).has_all(RotateKey("kv", "cmk"))
    back = made_by(VAULT, key, DeleteKey("kv", "cmk"), RecoverKey("kv", "cmk"))
    assert back.has_all(RotateKey("kv", "cmk"))


def test_a_deleted_vault_takes_its_keys_along_and_no_other_vaults() -> None:
    second = CreateVault("kv-2", "westeurope", "production", "apps")
    made = made_by(VAULT, second, CreateKey("kv", "cmk"), CreateKey("kv-2", "cmk"))
    made.note(DeleteVault("kv"))
    assert made.names == {"kv-2", "kv-2/cmk"}


def test_a_name_that_was_made_once_is_a_used_one_even_after_its_deletion() -> None:
    assert not made_by().has_used_name_of(VAULT)
    made = made_by(VAULT, CreateKey("kv", "cmk"), DeleteVault("kv"))
    assert made.has_used_name_of(VAULT)
    assert made.has_used_name_of(ImportKey("kv", "cmk", "RSA", 2048))
    assert not made.has_used_name_of(CreateKey("kv-2", "cmk"))
    namesake = CreateResource("kv", "Translator", "westeurope", "cmk-tier", "production", "apps")
    assert not made.has_used_name_of(namesake)
    assert not made.has_used_name_of(RotateKey("kv", "cmk"))
