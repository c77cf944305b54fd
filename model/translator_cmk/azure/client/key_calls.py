"""Azure's requests for the commands on keys."""

from functools import cache

from azure.keyvault.keys import JsonWebKey, KeyVaultKey
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode

from ...machine import commands
from .bodies import key_in_use
from .clients import POLL
from .estate import Estate, word

CURVES = {256: "P-256", 384: "P-384", 521: "P-521"}
NO_NUMBERS = ("kty", "crv", "key_ops")
"""The fields of a key as JSON that are no numbers."""


def create_key(estate: Estate, command: commands.CreateKey) -> None:
    keys = estate.keys(command.vault)
    if command.type == "EC":
        curve = CURVES.get(command.size, "P-256")
        key = keys.create_key(command.key, command.type, curve=curve)
    else:
        key = keys.create_key(command.key, command.type, size=command.size)
    remember(estate, command.vault, key, command.size)


def import_key(estate: Estate, command: commands.ImportKey) -> None:
    material = new_material(command.type, command.size)
    key = estate.keys(command.vault).import_key(command.key, material)
    remember(estate, command.vault, key, command.size)


@cache
def new_material(kind: str, size: int) -> JsonWebKey:
    """Return a new private key, EC or RSA, of a size in bits: one of each for all imports."""
    if kind == "EC":
        curve = getattr(ec, f"SECP{size}R1", ec.SECP256R1)()
        fields = ECAlgorithm.to_jwk(ec.generate_private_key(curve), as_dict=True)
    else:
        fields = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, size), as_dict=True)
    numbers = {}
    for name, text in fields.items():
        if name not in NO_NUMBERS:
            numbers[name] = base64url_decode(text)
    return JsonWebKey(kty=kind, crv=fields.get("crv"), **numbers)


def rotate_key(estate: Estate, command: commands.RotateKey) -> None:
    key = estate.keys(command.vault).rotate_key(command.key)
    remember(estate, command.vault, key)


def remember(estate: Estate, vault: str, key: KeyVaultKey, asked: int = 0) -> None:
    """Remember the current version of a key, with its type and its size.

    ``asked``: the size that was asked for, since that of a symmetric key is not shown.
    """
    web_key = vars(key.key)
    kind = word(key.key_type)
    # EC-HSM is the same in hardware, which the specification doesn't tell apart
    if kind.startswith("EC"):
        kind = "EC"
        curve = word(web_key["crv"])
        # P-256K has 256 bits too
        size = int(curve.removeprefix("P-").removesuffix("K"))
    else:
        modulus = (web_key.get("n") or b"").lstrip(b"\0")
        size = 8 * len(modulus) or asked
    estate.versions[f"{vault}/{key.name}"] = str(key.properties.version)
    estate.material[str(key.id)] = (kind, size)


def enable_key(estate: Estate, command: commands.EnableKey) -> None:
    set_enabled(estate, command.vault, command.key, True)


def disable_key(estate: Estate, command: commands.DisableKey) -> None:
    set_enabled(estate, command.vault, command.key, False)


def set_enabled(estate: Estate, vault: str, key: str, enabled: bool) -> None:
    """PATCH of the current version of a key, and of those in use: Azure disables a version, never a
    key.
    """
    keys = estate.keys(vault)
    keys.update_key_properties(key, enabled=enabled)
    current = estate.versions.get(f"{vault}/{key}")
    for account in estate.accounts.values():
        used, version = key_in_use(account)
        if used == f"{vault}/{key}" and version != current:
            keys.update_key_properties(key, version, enabled=enabled)


def delete_key(estate: Estate, command: commands.DeleteKey) -> None:
    keys = estate.keys(command.vault)
    operation = keys.begin_delete_key(command.key, _polling_interval=POLL)
    operation.result()


def recover_key(estate: Estate, command: commands.RecoverKey) -> None:
    keys = estate.keys(command.vault)
    operation = keys.begin_recover_deleted_key(command.key, _polling_interval=POLL)
    operation.result()


def purge_key(estate: Estate, command: commands.PurgeKey) -> None:
    estate.keys(command.vault).purge_deleted_key(command.key)
