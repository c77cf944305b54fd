"""The data plane of Key Vault: keys, their versions, and deleted keys."""

import base64
import re
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from ...machine import Command, commands
from ...machine.entities import Key, Vault
from .calls import Body, Call, Problem, found, local, malformed, outside
from .worlds import FIXED


def keys_of(state: str, call: Call, vault: Vault) -> dict[str, Any]:
    """Return the keys of a vault that are in a state, by name."""
    return {local(k): k for k in call.every(Key, state) if k.vault.name == vault.name}


OF_A_KEY = ("kty", "kid", "crv", *"kxyned", "dp", "dq", "qi", "p", "q")
"""The members of a key that is imported, besides its operations."""


class VaultCall(Call):
    """A request of the data plane of a key vault."""

    def log_in(self) -> Any:
        """Return the vault whose host is addressed, for a token of its tenant; others are told that
        tenant.
        """
        resource = f"https://{self.cloud.vaults}"
        try:
            self.sign_in(resource)
            vault = self.entity(Vault, self.host_name)
            if vault and vault.subscription.tenant.name != self.claims["tid"]:
                raise Problem(401, "Unauthorized", "AKV10032: Invalid issuer.")
        except Problem as problem:
            tenant = next(
                (vault.subscription.tenant.name for vault in self.everywhere(Vault)), UUID(int=0)
            )
            challenge = f'Bearer authorization="{self.cloud.login}/{tenant}", resource="{resource}"'
            raise Problem(
                401, "Unauthorized", problem.message, headers={"WWW-Authenticate": challenge}
            ) from None
        return found(vault, "VaultNotFound", f"There is no vault '{self.host_name}'.")

    collections: ClassVar = {
        "key": partial(keys_of, "active"),
        "deleted_key": partial(keys_of, "deleted"),
    }

    def list_versions(self, k: Key) -> Body:
        return self.page(
            self.version("version_item", k, number) for number in range(1, k.version + 1)
        )

    def get_key(self, k: Key) -> Body:
        return self.version("key", k, self.asked_version(k))

    def version(self, form: str, k: Key, number: int) -> Body:
        """Return a version of a key in one of the forms; only the current one can be disabled."""
        enabled = k.enabled or number != k.version
        return self.show(form, k, version_id=self.world.version(k.name, number), enabled=enabled)

    def asked_version(self, k: Key) -> Any:
        """Return the number of the version that the path names, by default the current one; raises
        `Problem`.
        """
        asked = self.at.get("version", "").lower()
        if not re.fullmatch("([0-9a-f]{32})?", asked):
            raise outside(f"'{asked}' of a key")
        message = f"A key with (name/id) {local(k)}/{asked} was not found in this key vault."
        known = {self.world.version(k.name, number): number for number in range(1, k.version + 1)}
        return found((known | {"": k.version}).get(asked), "KeyNotFound", message)

    def create_key(self, vault: Vault) -> Body:
        kind, asked = self.asked.required("kty"), self.asked
        size = asked.get("key_size", int, 2048)
        made = self.add_key(vault, commands.CreateKey, kind, size, asked.get("crv", str, "P-256"))
        return self.as_asked(made, "kty", "crv", "key_size")

    def import_key(self, vault: Vault) -> Body:
        kind = self.asked.required("key.kty")
        try:
            parts = "xy" if kind == "EC" else "ne"
            numbers = [
                base64.urlsafe_b64decode(self.asked.required(f"key.{part}").encode() + b"==")
                for part in parts
            ]
        except ValueError:
            raise malformed("The key is not in base64url.", "BadParameter") from None
        size = 8 * len(numbers[0].lstrip(b"\0"))
        made = self.add_key(
            vault, commands.ImportKey, kind, size, self.asked.get("key.crv", str, "")
        )
        return self.as_asked(made, *(f"key.{part}" for part in OF_A_KEY))

    def add_key(
        self, vault: Vault, command: Callable[..., Command], kind: str, size: int, curve: str
    ) -> Any:
        """Return a new key of this type and size, or curve, or a new version of one that is there;
        raises `Problem`.
        """
        name = self.new_name("key")
        if kind == "EC":
            size = next((bits for bits in FIXED["keys"]["EC"] if curve == f"P-{bits}"), 0)
        if size not in FIXED["keys"].get(kind, ()):
            raise malformed(
                f"There is no key of type '{kind}' with this size or curve.", "BadParameter"
            )
        there = self.entity(Key, f"{vault.name}/{name}")
        if there and (there.type, there.size) == (kind, size):
            self.submit(commands.RotateKey(vault.name, local(there)))
        else:
            self.submit(command(vault.name, name, kind, size))
        return self.entity(Key, f"{vault.name}/{name}")

    def as_asked(self, k: Key, *done: str, number: int = 0) -> Body:
        """Return the key; raises `Problem` if the request asks for a value that the key does not
        have.
        """
        shown = self.version("key", k, number or k.version)
        self.asked.honoured(
            {**shown, "key_ops": shown["key"]["key_ops"]}, "attributes.enabled", *done
        )
        return shown

    def update_key(self, k: Key) -> Body:
        """Enable or disable a key by its current version."""
        enabled, number = self.asked.get("attributes.enabled", bool), self.asked_version(k)
        if enabled is False and number != k.version:
            raise outside("disabling an older version of a key")
        if enabled is not None and number == k.version:
            self.submit(
                (commands.EnableKey if enabled else commands.DisableKey)(k.vault.name, local(k))
            )
        return self.as_asked(self.again(k), number=number)
