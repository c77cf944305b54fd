"""Texts without credentials and identifiers."""

import os
import re
from ipaddress import AddressValueError, IPv6Address

from ..names import GUID

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""
MAIL = re.compile(r"[\w.+#-]+@[\w-]+(\.[\w-]+)+")
ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
"""By what Azure's messages name whoever asked: how they sign in, and from where."""
WITH_COLONS = re.compile(r"(?<!\w)[0-9A-Fa-f]*:[0-9A-Fa-f:.]+(?!\w)")
"""What may be an address of version 6, or a time."""


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and
    users, and without addresses of users and of their machines.
    """
    for name in SECRETS:
        secret = os.environ.get(name)
        if secret:
            text = text.replace(secret, "<secret>")
    without_ids = GUID.sub("<id>", text)
    without_mail = MAIL.sub("<user>", without_ids)
    without_long_addresses = WITH_COLONS.sub(without_address, without_mail)
    without_users = ADDRESS.sub("<address>", without_long_addresses)
    return LONG.sub("<hidden>", without_users)


def without_address(found: re.Match[str]) -> str:
    """Return what was found without an address of version 6; all of it where there is none."""
    whole = found[0]
    text = whole
    while not is_address(text):
        if text[-1:] not in {".", ":"}:
            return whole
        text = text[:-1]  # punctuation, or the end of an address
    return "<address>" + whole[len(text) :]


def is_address(text: str) -> bool:
    """Return whether a text is an address of version 6."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True
