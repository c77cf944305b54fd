"""Azure's requests for the commands on resources."""

from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.mgmt.cognitiveservices.models import Account

from ...machine import commands
from ...machine.entities import CUSTOMER
from ...system import Unsupported
from .bodies import IDENTITY_ON
from .estate import Estate
from .refusals import refusal_of

KINDS = {
    "Translator": "TextTranslation",
    "AIServices": "AIServices",
    "CognitiveServices": "CognitiveServices",
}
"""The kinds of Azure for those of the specification."""

STORES = {"managed-hsm": "https://{}.managedhsm.azure.net/", "elsewhere": "https://{}.example.com/"}

IDENTITY_OFF = {"type": "None"}
MICROSOFTS_KEY = {"key_source": "Microsoft.CognitiveServices"}


def create_resource(estate: Estate, command: commands.CreateResource) -> None:
    group = estate.group(command.subscription, command.group)
    place = (command.subscription, group)
    must_not_be_there(estate, "accounts", command.resource, command.location, place)
    properties: dict[str, Any] = {"custom_sub_domain_name": command.resource}
    fields: dict[str, Any] = {
        "kind": KINDS[command.kind],
        "sku": {"name": tier_of(estate, command)},
        "location": estate.target.location(command.location),
        "properties": properties,
    }
    if command.keys == CUSTOMER:
        properties["encryption"] = key_section(estate, command)
        fields["identity"] = IDENTITY_ON
    accounts = estate.all("accounts", command.subscription)
    operation = accounts.begin_create(group, command.resource, Account(**fields))
    operation.result()
    estate.places[command.resource] = place


def tier_of(estate: Estate, command: commands.CreateResource) -> str:
    """Return Azure's tier for a new account of a kind."""
    tier = estate.target.tiers.get(command.tier, command.tier)
    # what is S1 of Translator is S0 of each other kind
    if tier == "S1" and command.kind != "Translator":
        return "S0"
    return tier


def key_section(estate: Estate, command: commands.CreateResource) -> dict[str, Any]:
    """Return the section that asks for a key at creation: for any, since the command names none,
    and the request is to be refused whatever key it names.
    """
    any_key = next(iter(estate.versions), f"{command.resource}/key")
    vault, _, key = any_key.partition("/")
    return encryption(estate, vault, key)


def must_not_be_there(
    estate: Estate, kind: str, name: str, region: str, place: tuple[str, str]
) -> None:
    """Raise `Unsupported` if a PUT would change something, since it is there already.

    Azure itself refuses a PUT of a name that is taken in another group or region.
    """
    if estate.places.get(name) != place:
        return
    try:
        found = estate.ask(kind, name, "get")
    except ResourceNotFoundError as error:
        # another cause of a 404, such as a proxy, says nothing of what is there
        refusal_of(error)
        return
    if estate.region(str(found.location)) == region:
        raise Unsupported("the API has no request that only creates")


def delete_resource(estate: Estate, command: commands.DeleteResource) -> None:
    """Delete an account that is there, since to delete any other would be accepted."""
    estate.ask("accounts", command.resource, "get")
    # with an account go its keys, which Custom Translator is asked with
    estate.studios.pop(command.resource, None)
    operation = estate.ask("accounts", command.resource, "begin_delete")
    operation.result()


def enable_identity(estate: Estate, command: commands.EnableIdentity) -> None:
    update(estate, command, identity=IDENTITY_ON)


def disable_identity(estate: Estate, command: commands.DisableIdentity) -> None:
    update(estate, command, identity=IDENTITY_OFF)


def enable_customer_managed_keys(
    estate: Estate, command: commands.EnableCustomerManagedKeys
) -> None:
    if command.through == "portal":
        raise Unsupported("enabling through the portal has no API")
    # a command about another store names neither vault nor key
    vault = command.vault or command.resource
    section = encryption(estate, vault, command.key or "key")
    if command.store != "key-vault":
        elsewhere = STORES[command.store].format(command.resource)
        section["key_vault_properties"]["key_vault_uri"] = elsewhere
    update(estate, command, properties={"encryption": section})


def return_to_microsoft_managed_keys(
    estate: Estate, command: commands.ReturnToMicrosoftManagedKeys
) -> None:
    update(estate, command, properties={"encryption": MICROSOFTS_KEY})


def update(estate: Estate, command: Any, **fields: Any) -> None:
    """PATCH of an account."""
    operation = estate.ask("accounts", command.resource, "begin_update", Account(**fields))
    operation.result()


def encryption(estate: Estate, vault: str, key: str) -> dict[str, Any]:
    """Return the section of an account that puts a key in use, in its current version."""
    version = estate.versions.get(f"{vault}/{key}", "0" * 32)
    where = {"key_name": key, "key_version": version, "key_vault_uri": estate.uri(vault)}
    return {"key_source": "Microsoft.KeyVault", "key_vault_properties": where}
