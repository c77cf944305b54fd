"""The data plane of Key Vault: keys, their versions, and deleted keys."""

import base64
import re
from collections.abc import Callable
from typing import Any

from ..machine import Command, commands
from ..machine.entities import Key, Vault
from . import bodies
from .bodies import CURVES, local
from .calls import Call, Reply, honoured, member, only, required
from .choices import malformed, missing, outside

SIZES = {"RSA": (2048, 3072, 4096), "RSA-HSM": (2048, 3072, 4096), "EC": tuple(CURVES), "oct": (128, 192, 256)}


def vault(call: Call) -> Any:
    """Return the vault whose host is addressed; raises `Problem` if it does not exist."""
    found = call.entity(Vault, call.host_name)
    if found is None:
        raise missing("VaultNotFound", f"There is no vault '{call.host_name}'.")
    return found


def key(call: Call, name: str, *states: str) -> Any:
    """Return a key of the vault; raises `Problem` if it does not exist."""
    found = call.entity(Key, f"{vault(call).name}/{name}", *states)
    if found is None:
        raise missing("KeyNotFound", f"A key with (name/id) {name} was not found in this key vault.")
    return found


def keys(call: Call, state: str) -> list[Any]:
    """Return the keys of the vault that are in this state."""
    home = vault(call).name
    return list(call.every(Key, lambda k: k.vault.name == home and k.state == state))


def list_keys(call: Call) -> Reply:
    return call.listed([bodies.key_item(call, k) for k in keys(call, "active")], "maxresults")


def list_deleted_keys(call: Call) -> Reply:
    items = [bodies.recovery(call, k) | bodies.key_item(call, k) for k in keys(call, "deleted")]
    return call.listed(items, "maxresults")


def list_versions(call: Call, name: str) -> Reply:
    found = key(call, name)
    return call.listed([bodies.key_item(call, found, n) for n in range(1, found.version + 1)], "maxresults")


def get_key(call: Call, name: str, version: str = "") -> Reply:
    found = key(call, name)
    return Reply(200, bodies.key(call, found, number_of(call, found, version)))


def get_deleted_key(call: Call, name: str) -> Reply:
    return Reply(200, bodies.deleted_key(call, key(call, name, "deleted")))


def number_of(call: Call, found: Any, version: str) -> int:
    """Return the number of a version of a key, by default the current one; raises `Problem`."""
    if not re.fullmatch("([0-9a-f]{32})?", version.lower()):
        raise outside(f"'{version}' of a key")
    for number in range(found.version, 0, -1):
        if version.lower() in ("", call.world.version(found.name, number)):
            return number
    raise missing("KeyNotFound", f"A key with (name/id) {local(found)}/{version} was not found in this key vault.")


def create_key(call: Call, name: str) -> Reply:
    kind = required(call.body, "kty")
    size = member(call.body, "key_size", int, 256 if kind == "oct" else 2048)
    return add_key(call, commands.CreateKey, name, kind, size, member(call.body, "crv", str, "P-256"), call.body)


def import_key(call: Call, name: str) -> Reply:
    web_key = required(call.body, "key", dict)
    kind = required(web_key, "kty")
    only(call.body, "key", "kty", "kid", "key_ops", "crv", *"kxyned", "dp", "dq", "qi", "p", "q")
    try:
        parts = {"EC": "xy", "oct": "k"}.get(kind, "ne")
        numbers = [base64.urlsafe_b64decode(required(web_key, part).encode() + b"==") for part in parts]
    except ValueError:
        raise malformed("The key is not in base64url.", "BadParameter") from None
    size = 8 * len(numbers[0].lstrip(b"\0"))
    hsm = member(call.body, "Hsm", bool) or member(call.body, "hsm", bool)
    kind = f"{kind.removesuffix('-HSM')}-HSM" if hsm else kind
    rest = {name: value for name, value in call.body.items() if name.lower() not in ("key", "hsm")}
    operations = {"key_ops": member(web_key, "key_ops", list)}
    return add_key(call, commands.ImportKey, name, kind, size, member(web_key, "crv", str, ""), rest | operations)


def add_key(
    call: Call, command: Callable[..., Command], name: str, kind: str, size: int, curve: str, asked: dict[str, Any]
) -> Reply:
    """Make a key of this type and size, or curve; raises `Problem` where more is asked for than the model has."""
    if not re.fullmatch(r"[a-zA-Z0-9-]{1,127}", name):
        raise malformed(f"The key name '{name}' is invalid.", "BadParameter")
    if kind == "EC":
        size = next((bits for bits, name in CURVES.items() if name == curve), 0)
    if kind not in SIZES or size not in SIZES[kind]:
        raise malformed(f"There is no key of type '{kind}' with this size or curve.", "BadParameter")
    home = vault(call).name
    there = call.entity(Key, f"{home}/{name}")
    if there and (there.type, there.size) == (kind, size):
        call.submit(commands.RotateKey(home, local(there)))
    else:
        call.submit(command(home, name, kind, size))
    return key_as_requested(call, name, {each: asked[each] for each in asked if each not in ("kty", "crv", "key_size")})


def key_as_requested(call: Call, name: str, asked: dict[str, Any], version: int | None = None) -> Reply:
    """Return the key; raises `Problem` if the request asks for a value that the key does not have."""
    shown = bodies.key(call, key(call, name), version)
    honoured(asked, {**shown, "key_ops": shown["key"]["key_ops"]}, ("attributes.enabled",))
    return Reply(200, shown)


def update_key(call: Call, name: str, version: str = "") -> Reply:
    """Enable or disable a key by its current version."""
    found, enabled = key(call, name), member(call.body, "attributes.enabled", bool)
    number = number_of(call, found, version)
    if enabled is False and number != found.version:
        raise outside("disabling an older version of a key")
    if enabled is not None and number == found.version:
        call.submit((commands.EnableKey if enabled else commands.DisableKey)(found.vault.name, local(found)))
    return key_as_requested(call, name, call.body, number)


def key_handler(
    command: Callable[..., Command], state: str, show: Callable[[Call, Any], Any], status: int = 200
) -> Callable[[Call, str], Reply]:
    """Return the handler that carries out a command on a key which is in this state."""

    def handler(call: Call, name: str) -> Reply:
        found = key(call, name, state)
        call.submit(command(found.vault.name, local(found)))
        return Reply(status, show(call, call.again(found)))

    return handler


rotate_key = key_handler(commands.RotateKey, "active", bodies.key)
delete_key = key_handler(commands.DeleteKey, "active", bodies.deleted_key)
recover_key = key_handler(commands.RecoverKey, "deleted", bodies.key)
purge_key = key_handler(commands.PurgeKey, "deleted", lambda *_: None, 204)
