"""Keys of a key vault, and their versions."""

import base64
import re
from collections.abc import Callable

from ...machine import Command, commands
from ...machine.entities import Key, Vault
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .problems import found, malformed, outside
from .values import local_name

VERSION_ID = re.compile("[0-9a-f]{32}")
OF_ITS_TYPE = ("kty", "crv", "key_size")
"""The members of a request that say what the new key is."""

OF_A_KEY = ("kty", "kid", "crv", "k", "x", "y", "n", "e", "d", "dp", "dq", "qi", "p", "q")
"""The members of a key that is imported, besides its operations."""


# Reading


def list_versions(call: Call, key: Key) -> Body:
    numbers = range(1, key.version + 1)
    return call.page(show_version(call, "version_item", key, number) for number in numbers)


def get_key(call: Call, key: Key) -> Body:
    return show_version(call, "key", key, requested_version(call, key))


def show_version(call: Call, form: str, key: Key, number: int) -> Body:
    """Return a version of a key in one of the forms; only the current one can be disabled."""
    is_older = number != key.version
    version_id = call.world.version(key.name, number)
    return call.show(form, key, version_id=version_id, enabled=key.enabled or is_older)


def requested_version(call: Call, key: Key) -> int:
    """Return the number of the version that the path names, by default the current one; raises
    `Problem`.
    """
    asked = call.at.get("version", "").lower()
    if not asked:
        return int(key.version)
    if not VERSION_ID.fullmatch(asked):
        raise outside(f"'{asked}' of a key")
    known = {}
    for number in range(1, key.version + 1):
        known[call.world.version(key.name, number)] = number
    message = f"A key with (name/id) {local_name(key)}/{asked} was not found in this key vault."
    number = found(known.get(asked), "KeyNotFound", message)
    return int(number)


# Adding


def create_key(call: Call, vault: Vault) -> Body:
    key_type = call.asked.required("kty")
    size = call.asked.get("key_size", int, 2048)
    if key_type == "EC":
        size = size_of_curve(call.asked.get("crv", str, "P-256"))
    key = add_key(call, vault, commands.CreateKey, key_type, size)
    return show_as_asked(call, key, *OF_ITS_TYPE)


def import_key(call: Call, vault: Vault) -> Body:
    key_type = call.asked.required("key.kty")
    size = imported_size(call, key_type)
    if key_type == "EC":
        size = size_of_curve(call.asked.get("key.crv", str, ""))
    key = add_key(call, vault, commands.ImportKey, key_type, size)
    return show_as_asked(call, key, *(f"key.{part}" for part in OF_A_KEY))


def imported_size(call: Call, key_type: str) -> int:
    """Return the size in bits of the first number of the key that is imported; raises `Problem`."""
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
    if present is not None and (present.type, present.size) == (key_type, size):
        call.submit(commands.RotateKey(vault.name, local_name(present)))
    else:
        call.submit(command(vault.name, name, key_type, size))
    key: Key = call.entity(Key, f"{vault.name}/{name}")
    return key


# Changing


def update_key(call: Call, key: Key) -> Body:
    """Enable or disable a key by its current version."""
    enabled = call.asked.get("attributes.enabled", bool)
    number = requested_version(call, key)
    is_current = number == key.version
    if enabled is False and not is_current:
        raise outside("disabling an older version of a key")
    if enabled is not None and is_current:
        command = commands.EnableKey if enabled else commands.DisableKey
        call.submit(command(key.vault.name, local_name(key)))
    return show_as_asked(call, call.again(key), number=number)


def show_as_asked(call: Call, key: Key, *done: str, number: int = 0) -> Body:
    """Return the key; raises `Problem` if the request asks for a value that the key does not have.

    Azure takes the operations of a key beside it or in it.
    """
    shown = show_version(call, "key", key, number or key.version)
    known = {**shown, "key_ops": shown["key"]["key_ops"]}
    call.asked.honoured(known, "attributes.enabled", *done)
    return shown
