"""An adapter to Amber (amber-cloud on PyPI), an emulator of Azure by others, for protocol 2 over
standard streams.

It calls Amber's Python interface, since its HTTP server has no keys and can't show a vault.  A
command or argument that this interface lacks is answered `unsupported`, a field that it does not
show is hidden, and the rest is Amber's.
"""

import json
import sys
import tempfile
from importlib.metadata import version

from amber import AmberWorkspace

DECLARATION = {
    "product": "amber-cloud",
    "version": version("amber-cloud"),
    "capabilities": [],
    "levels": ["vault-and-key"],
    "hidden": [
        *(f"vault.{field}" for field in ("region", "subscription", "group")),
        *(f"vault.{field}" for field in ("soft_delete", "purge_protection", "permission_model")),
    ],
}


class Unsupported(Exception):
    """Amber has no such command, or no such argument."""


class World:
    """One world in a workspace of Amber."""

    def __init__(self, folder, stage):
        self.workspace = AmberWorkspace.create(folder)
        self.vaults = self.workspace.keyvault
        self.subscriptions = stage["subscriptions"]
        # for each key the names of its versions, in the order in which they were seen
        self.versions = {}

    def submit(self, command, **fields):
        """Carry out a command; raises ValueError when Amber refuses it."""
        carry_out = {
            "CreateVault": self.create_vault,
            "DeleteVault": self.delete_vault,
            "CreateKey": self.create_key,
            "RotateKey": self.rotate_key,
            "DeleteKey": self.delete_key,
        }.get(command)
        if carry_out is None:
            raise Unsupported
        carry_out(**fields)

    def create_vault(self, vault, region, permission_model, soft_delete, purge_protection, **_):
        # Amber has no arguments for these: what it makes is taken for what Azure makes when nothing
        # is said of them.
        if permission_model != "access-policies" or not (soft_delete and purge_protection):
            raise Unsupported
        self.vaults.create_vault(vault, region)

    def delete_vault(self, vault):
        self.vaults.delete_vault(vault)

    def create_key(self, vault, key, type, size):  # noqa: A002  # as on the wire
        self.vaults.create_key(vault, key, type, size)

    def rotate_key(self, vault, key):
        current = self.vaults.get_key(vault, key)
        self.vaults.create_key(vault, key, current["key_type"], current["key_size"])

    def delete_key(self, vault, key):
        self.vaults.delete_key(vault, key)

    def observe(self):
        """Return everything that Amber shows."""
        vaults = self.vaults.list_vaults()
        keys = {
            f"{vault}/{key['name']}": self.vaults.get_key(vault, key["name"])
            for vault in vaults
            for key in self.vaults.list_keys(vault)
        }
        return {
            "subscription": {
                name: {"tenant": tenant} for name, tenant in self.subscriptions.items()
            },
            "vault": {name: {"state": "active"} for name in vaults},
            "key": {name: self.see_key(name, key) for name, key in keys.items()},
            **{kind: {} for kind in ("resource", "grant", "workspace", "document", "model")},
        }

    def see_key(self, name, key):
        versions = self.versions.setdefault(name, [])
        if key["version"] not in versions:
            versions.append(key["version"])
        return {
            "state": "active",
            "type": key["key_type"],
            "size": key["key_size"],
            "version": versions.index(key["version"]) + 1,
            "enabled": key["enabled"],
        }


def answer(world, request):
    """Return the answer to a request about a world."""
    verb = request["verb"]
    if verb == "observe":
        return {"answer": "observed", "observation": world.observe()}
    if verb == "submit":
        try:
            world.submit(**request["command"])
        except Unsupported:
            return {"answer": "unsupported"}
        except ValueError:
            return {"answer": "refused"}
        return {"answer": "accepted"}
    return {"answer": {"settle": "settled", "bye": "bye"}[verb]}


def main():
    """Answer requests, one a line, each world in a temporary folder of its own."""
    world = None
    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(sys.stdin):
            request = json.loads(line)
            if request["verb"] == "hello":
                answered = {"answer": "hello", "protocol": 2, **DECLARATION}
            elif request["verb"] == "reset":
                if world:
                    world.workspace.close()
                world = World(f"{folder}/{number}", request["stage"])
                answered = {"answer": "done"}
            else:
                answered = answer(world, request)
            print(json.dumps({"id": request["id"], **answered}), flush=True)
            if request["verb"] == "bye":
                break


if __name__ == "__main__":
    main()
