"""The data plane of Key Vault: keys, their versions, and deleted keys."""

import base64
import re
from typing import Any

from ..machine.commands import (
    CreateKey,
    DeleteKey,
    DisableKey,
    EnableKey,
    ImportKey,
    PurgeKey,
    RecoverKey,
    RotateKey,
)
from ..machine.entities import Key, Vault
from . import bodies
from .calls import Call, Reply, honoured, member, required
from .choices import malformed, missing, outside

SIZES = {"RSA": (2048, 3072, 4096), "RSA-HSM": (2048, 3072, 4096), "EC": (256, 384, 521), "oct": (128, 192, 256)}
CURVES = {name: size for size, name in bodies.CURVES.items()}


def vault(call: Call) -> Any:
    """Return the vault whose host is addressed; raises `Problem` where there is none."""
    found = call.entity(Vault, call.host_name)
    if found is None:
        raise missing("VaultNotFound", f"There is no vault '{call.host_name}'.")
    return found


def key(call: Call, name: str, *states: str) -> Any:
    """Return a key of the vault; raises `Problem` where there is none."""
    found = call.entity(Key, f"{vault(call).name}/{name}", *states)
    if found is None:
        raise missing("KeyNotFound", f"A key with (name/id) {name} was not found in this key vault.")
    return found


def local(found: Any) -> str:
    """Return the name of a key in its vault."""
    return str(found.name.partition("/")[2])


def list_keys(call: Call) -> Reply:
    home = vault(call).name
    found = call.every(Key, lambda k: k.vault.name == home and k.state == "active")
    return Reply(200, call.page([bodies.key_item(call, k) for k in found], "maxresults"))


def list_versions(call: Call, name: str) -> Reply:
    found = key(call, name)
    items = [bodies.key_item(call, found, number) for number in range(1, found.version + 1)]
    return Reply(200, call.page(items, "maxresults"))


def get_key(call: Call, name: str, version: str = "") -> Reply:
    found = key(call, name)
    return Reply(200, bodies.key(call, found, number_of(call, found, version)))


def number_of(call: Call, found: Any, version: str) -> int:
    """Return the number of a version of a key, by default the current one; raises `Problem`."""
    if not version:
        return int(found.version)
    for number in range(found.version, 0, -1):
        if call.world.version(found.name, number) == version.lower():
            return number
    raise missing("KeyNotFound", f"A key with (name/id) {local(found)}/{version} was not found in this key vault.")


def check_name(name: str) -> None:
    if not re.fullmatch(r"[a-zA-Z0-9-]{1,127}", name):
        raise malformed(f"The key name '{name}' is invalid.", "BadParameter")


def create_key(call: Call, name: str) -> Reply:
    check_name(name)
    home, kind = vault(call).name, required(call.body, "kty")
    curve = member(call.body, "crv", str)
    size = (
        CURVES.get(curve or "P-256")
        if kind == "EC"
        else member(call.body, "key_size", int, 256 if kind == "oct" else 2048)
    )
    if kind not in SIZES or size not in SIZES[kind]:
        raise malformed(f"No key of type '{kind}' with this size or curve can be made.", "BadParameter")
    call.submit(CreateKey(home, name, type=kind, size=size))
    shown = bodies.key(call, key(call, name))
    honoured({name: value for name, value in call.body.items() if name not in ("kty", "crv", "key_size")}, flat(shown))
    return Reply(200, shown)


def flat(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a key as requests write it: what is of the key itself beside its attributes."""
    return {**shown, "key_ops": shown["key"]["key_ops"]}


def import_key(call: Call, name: str) -> Reply:
    check_name(name)
    home, kind = vault(call).name, required(call.body, "key.kty")
    if member(call.body, "Hsm", bool) or member(call.body, "hsm", bool):
        kind = f"{kind.removesuffix('-HSM')}-HSM"
    if kind == "EC":
        size = CURVES.get(required(call.body, "key.crv"))
    else:
        text = required(call.body, "key.k" if kind == "oct" else "key.n")
        try:
            size = 8 * len(base64.urlsafe_b64decode(text.encode() + b"==").lstrip(b"\0"))
        except ValueError:
            raise malformed("The key is not in base64url.", "BadParameter") from None
    if kind not in SIZES or size not in SIZES[kind]:
        raise malformed(f"No key of type '{kind}' with this size or curve can be imported.", "BadParameter")
    call.submit(ImportKey(home, name, type=kind, size=size))
    shown = bodies.key(call, key(call, name))
    rest = {name: value for name, value in call.body.items() if name.lower() not in ("key", "hsm")}
    honoured({**rest, "key_ops": member(call.body, "key.key_ops", list)}, flat(shown))
    return Reply(200, shown)


def rotate_key(call: Call, name: str) -> Reply:
    found = key(call, name)
    call.submit(RotateKey(found.vault.name, local(found)))
    return Reply(200, bodies.key(call, key(call, name)))


def update_key(call: Call, name: str, version: str = "") -> Reply:
    """Enable or disable a key by its current version."""
    found = key(call, name)
    number = number_of(call, found, version)
    enabled = member(call.body, "attributes.enabled", bool)
    if enabled is not None and (number == found.version or not enabled):
        if number != found.version:
            raise outside("disabling an older version of a key")
        call.submit((EnableKey if enabled else DisableKey)(found.vault.name, local(found)))
    shown = bodies.key(call, key(call, name), number)
    honoured(call.body, flat(shown), ("attributes.enabled",))
    return Reply(200, shown)


def delete_key(call: Call, name: str) -> Reply:
    found = key(call, name)
    call.submit(DeleteKey(found.vault.name, local(found)))
    shown = bodies.key(call, found)
    recoverable = {"recoveryId": bodies.recovery_id(call, found)} if found.vault.soft_delete else {}
    return Reply(200, recoverable | shown)


def list_deleted_keys(call: Call) -> Reply:
    home = vault(call).name
    found = call.every(Key, lambda k: k.vault.name == home and k.state == "deleted")
    items = [{"recoveryId": bodies.recovery_id(call, k)} | bodies.key_item(call, k) for k in found]
    return Reply(200, call.page(items, "maxresults"))


def get_deleted_key(call: Call, name: str) -> Reply:
    found = key(call, name, "deleted")
    return Reply(200, {"recoveryId": bodies.recovery_id(call, found)} | bodies.key(call, found))


def recover_key(call: Call, name: str) -> Reply:
    found = key(call, name, "deleted")
    call.submit(RecoverKey(found.vault.name, local(found)))
    return Reply(200, bodies.key(call, found))


def purge_key(call: Call, name: str) -> Reply:
    found = key(call, name, "deleted")
    call.submit(PurgeKey(found.vault.name, local(found)))
    return Reply(204)
