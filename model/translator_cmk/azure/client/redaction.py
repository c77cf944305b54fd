"""Texts without credentials and identifiers."""

import os
import re

from ...escaping import without_identifiers

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and
    users.
    """
    for name in SECRETS:
        secret = os.environ.get(name)
        if secret:
            text = text.replace(secret, "<secret>")
    return LONG.sub("<hidden>", without_identifiers(text))
