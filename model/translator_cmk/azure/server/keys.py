"""Keys of a key vault, and their versions."""

import base64
from collections.abc import Callable
from typing import Any

from ...machine import Command, commands
from ...machine.entities import Key, Vault
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .problems import malformed
from .values import local_name

OF_ITS_TYPE = ("kty", "crv", "key_size")
"""The members of a request that say what the new key is."""

OF_A_KEY = ("kty", "kid", "crv", "k", "x", "y", "n", "e", "d", "dp", "dq", "qi", "p", "q")
"""The members of a key that is imported, besides its operations."""


# Reading


def active_keys(call: Call, vault: Vault) -> dict[str, Any]:
    return keys_in_state(call, vault, "active")


def deleted_keys(call: Call, vault: Vault) -> dict[str, Any]:
    return keys_in_state(call, vault, "deleted")


def keys_in_state(call: Call, vault: Vault, state: str) -> dict[str, Any]:
    """Return the keys of a vault that are in a state, by name."""
    keys_by_name = {}
    for key in call.every(Key, state):
        if key.vault.name == vault.name:
            keys_by_name[local_name(key)] = key
    return keys_by_name


def list_versions(call: Call, key: Key) -> Body:
    return call.page(show_version(call, key, number) for number in range(1, key.version + 1))


def show_version(call: Call, key: Key, number: int) -> Body:
    """Return a version of a key; only the current one can be disabled."""
    is_older = number != key.version
    version_id = call.world.version(key.name, number)
    return call.show("version_item", key, version_id=version_id, enabled=key.enabled or is_older)


# Adding


def create_key(call: Call, vault: Vault) -> Body:
    key_type = call.asked.required("kty")
    size = call.asked.get("key_size", int, 2048)
    if key_type == "EC":
        size = size_of_curve(call.asked.get("crv", str, "P-256"))
    key = add_key(call, vault, commands.CreateKey, key_type, size)
    return show_if_as_asked(call, key, *OF_ITS_TYPE)


def put_key(call: Call, vault: Vault) -> Body:
    """Create a key as a resource, for which nobody needs access to keys; one that is there stays
    as it is.
    """
    present = call.entity(Key, f"{vault.name}/{call.at['name']}")
    if present is None:
        key_type = call.asked.required("properties.kty")
        size = call.asked.get("properties.keySize", int, 2048)
        present = add_key(call, vault, commands.CreateKey, key_type, size)
    shown: Body = call.asked.honoured(call.show("managed_key", present))
    return shown


def import_key(call: Call, vault: Vault) -> Body:
    key_type = call.asked.required("key.kty")
    size = imported_size(call, key_type)
    # its numbers have to be there too, but the curve says the size
    if key_type == "EC":
        size = size_of_curve(call.asked.get("key.crv", str, ""))
    key = add_key(call, vault, commands.ImportKey, key_type, size)
    return show_if_as_asked(call, key, *(f"key.{part}" for part in OF_A_KEY))


def imported_size(call: Call, key_type: str) -> int:
    """Return the size in bits of the first number of the key that is imported; raises `Problem`
    where it lacks one of two.
    """
    parts = ("x", "y") if key_type == "EC" else ("n", "e")
    numbers = []
    try:
        for part in parts:
            text = call.asked.required(f"key.{part}")
            numbers.append(base64.urlsafe_b64decode(text.encode() + b"=="))
    except ValueError:
        raise malformed("The key is not in base64url.", "BadParameter") from None
    return 8 * len(numbers[0].lstrip(b"\0"))


def size_of_curve(curve: str) -> int:
    """Return the size of a curve by its name, 0 where it has none."""
    for size in FIXED["keys"]["EC"]:
        if curve == f"P-{size}":
            return int(size)
    return 0


def add_key(
    call: Call, vault: Vault, command: Callable[..., Command], key_type: str, size: int
) -> Key:
    """Return a new key of this type and size, or a new version of one that is there; raises
    `Problem`.
    """
    name = call.new_name("key")
    if size not in FIXED["keys"].get(key_type, ()):
        message = f"There is no key of type '{key_type}' with this size or curve."
        raise malformed(message, "BadParameter")
    present = call.entity(Key, f"{vault.name}/{name}")
    # Azure makes a new version of a key that is there, which to the model is a rotation
    if present is not None and (present.type, present.size) == (key_type, size):
        call.submit(commands.RotateKey(vault.name, local_name(present)))
    else:
        call.submit(command(vault.name, name, key_type, size))
    key: Key = call.entity(Key, f"{vault.name}/{name}")
    return key


# Changing


def update_key(call: Call, key: Key) -> Body:
    """Enable or disable a key, by its current version."""
    enabled = call.asked.get("attributes.enabled", bool)
    if enabled is not None:
        command = commands.EnableKey if enabled else commands.DisableKey
        call.submit(command(key.vault.name, local_name(key)))
    return show_if_as_asked(call, call.again(key))


def show_if_as_asked(call: Call, key: Key, *done: str) -> Body:
    """Return the key; raises `Problem` if the request asks for a value that the key does not have.

    Azure takes the operations of a key beside it or in it.
    """
    shown = call.show("key", key)
    known = {**shown, "key_ops": shown["key"]["key_ops"]}
    call.asked.honoured(known, "attributes.enabled", *done)
    return shown
