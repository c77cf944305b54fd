"""The data plane of Key Vault: keys, their versions, and deleted keys."""

import base64
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from ..machine import Command, commands
from ..machine.entities import Key, Vault
from .bodies import Body, body, listing, local
from .calls import Call, Problem, Reply, found, honoured, malformed, member, outside, required
from .worlds import FIXED


def log_in(call: Call) -> Any:
    """Return the vault whose host is addressed, for a token of its tenant; the answer to any other names that tenant.

    Raises `Problem`.
    """
    resource = f"https://{call.cloud.vaults}"
    try:
        call.log_in(resource)
        vault = call.entity(Vault, call.host_name)
        if vault and vault.subscription.tenant.name != call.claims["tid"]:
            raise Problem(401, "Unauthorized", "AKV10032: Invalid issuer.")
    except Problem as problem:
        challenge = f'Bearer authorization="{call.cloud.login}/{tenant_of_vault(call)}", resource="{resource}"'
        raise Problem(401, "Unauthorized", problem.message, headers={"WWW-Authenticate": challenge}) from None
    return found(vault, "VaultNotFound", f"There is no vault '{call.host_name}'.")


def tenant_of_vault(call: Call) -> str:
    """Return the tenant of the vault of this name in the world that was used last; without one, of that world."""
    worlds = list(call.worlds.latest())
    for world in worlds:
        if name := world.find(Vault, call.host_name):
            return str(call.machine.world(world.state).entity(Vault, name).subscription.tenant.name)
    return worlds[0].tenant if worlds else str(UUID(int=0))


def existing(state: str, call: Call, vault: Vault, name: str) -> Any:
    """Return the key of a vault that has this name; raises `Problem` where none is in this state."""
    message = f"A key with (name/id) {name} was not found in this key vault."
    return found(call.entity(Key, f"{vault.name}/{name}", state), "KeyNotFound", message)


def keys(call: Call, vault: Vault, state: str = "active") -> list[Any]:
    return [k for k in call.every(Key, state) if k.vault.name == vault.name]


def carry_out(command: Callable[..., Command], form: str, call: Call, k: Key) -> Body:
    """Carry out a command on a key, and return it as it then is."""
    call.submit(command(k.vault.name, local(k)))
    return body(form, call, call.again(k))


list_keys = listing("key_item", keys)
list_deleted_keys = listing("deleted_key_item", partial(keys, state="deleted"))
rotate_key = partial(carry_out, commands.RotateKey, "key")
delete_key = partial(carry_out, commands.DeleteKey, "deleted_key")
recover_key = partial(carry_out, commands.RecoverKey, "key")


def purge_key(call: Call, k: Key) -> Reply:
    call.submit(commands.PurgeKey(k.vault.name, local(k)))
    return Reply(204)


def list_versions(call: Call, k: Key) -> Body:
    return call.page(version("version_item", call, k, number) for number in range(1, k.version + 1))


def get_key(call: Call, k: Key) -> Body:
    return version("key", call, k, asked_version(call, k))


def version(form: str, call: Call, k: Key, number: int) -> Body:
    """Return a version of a key in one of the forms; only the current one can be disabled."""
    enabled = k.enabled or number != k.version
    return body(form, call, k, version_id=call.world.version(k.name, number), enabled=enabled)


def asked_version(call: Call, k: Key) -> Any:
    """Return the number of the version that the path names, by default the current one; raises `Problem`."""
    asked = call.at.get("version", "").lower()
    if not re.fullmatch("([0-9a-f]{32})?", asked):
        raise outside(f"'{asked}' of a key")
    numbers = {call.world.version(k.name, number): number for number in range(1, k.version + 1)} | {"": k.version}
    message = f"A key with (name/id) {local(k)}/{asked} was not found in this key vault."
    return found(numbers.get(asked), "KeyNotFound", message)


def create_key(call: Call, vault: Vault) -> Body:
    kind, asked = required(call.body, "kty"), call.body
    size = member(asked, "key_size", int, 256 if kind == "oct" else 2048)
    made = add_key(call, vault, commands.CreateKey, kind, size, member(asked, "crv", str, "P-256"))
    return as_asked(call, made, asked, ("kty", "crv", "key_size"))


def import_key(call: Call, vault: Vault) -> Body:
    web_key, asked = required(call.body, "key", dict), call.body
    kind = required(web_key, "kty")
    honoured(web_key, {}, ("kty", "kid", "key_ops", "crv", *"kxyned", "dp", "dq", "qi", "p", "q"))
    try:
        parts = {"EC": "xy", "oct": "k"}.get(kind, "ne")
        numbers = [base64.urlsafe_b64decode(required(web_key, part).encode() + b"==") for part in parts]
    except ValueError:
        raise malformed("The key is not in base64url.", "BadParameter") from None
    size = 8 * len(numbers[0].lstrip(b"\0"))
    kind = f"{kind.removesuffix('-HSM')}-HSM" if member(asked, "hsm", bool) else kind
    made = add_key(call, vault, commands.ImportKey, kind, size, member(web_key, "crv", str, ""))
    return as_asked(call, made, {**asked, "key_ops": member(web_key, "key_ops", list)}, ("key", "hsm", "Hsm"))


def add_key(call: Call, vault: Vault, command: Callable[..., Command], kind: str, size: int, curve: str) -> Any:
    """Return a new key of this type and size, or curve, or a new version of one that is there; raises `Problem`."""
    name = call.new_name("key")
    if kind == "EC":
        size = next((bits for bits in FIXED["keys"]["EC"]["sizes"] if curve == f"P-{bits}"), 0)
    if kind not in FIXED["keys"] or size not in FIXED["keys"][kind]["sizes"]:
        raise malformed(f"There is no key of type '{kind}' with this size or curve.", "BadParameter")
    there = call.entity(Key, f"{vault.name}/{name}")
    if there and (there.type, there.size) == (kind, size):
        call.submit(commands.RotateKey(vault.name, local(there)))
    else:
        call.submit(command(vault.name, name, kind, size))
    return call.entity(Key, f"{vault.name}/{name}")


def as_asked(call: Call, k: Key, asked: Any, done: tuple[str, ...] = (), number: int = 0) -> Body:
    """Return the key; raises `Problem` if the request asks for a value that the key does not have."""
    shown = version("key", call, k, number or k.version)
    honoured(asked, {**shown, "key_ops": shown["key"]["key_ops"]}, ("attributes.enabled", *done))
    return shown


def update_key(call: Call, k: Key) -> Body:
    """Enable or disable a key by its current version."""
    enabled, number = member(call.body, "attributes.enabled", bool), asked_version(call, k)
    if enabled is False and number != k.version:
        raise outside("disabling an older version of a key")
    if enabled is not None and number == k.version:
        call.submit((commands.EnableKey if enabled else commands.DisableKey)(k.vault.name, local(k)))
    return as_asked(call, call.again(k), call.body, number=number)
