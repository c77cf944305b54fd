"""Texts without credentials and identifiers."""

import os
import re

from ..names import GUID

SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD")
LONG = re.compile(r"[A-Za-z0-9+/=_.~-]{32,}")
"""What may be a token, an account key or a version of a key."""
MAIL = re.compile(r"[\w.+#-]+@[\w-]+(\.[\w-]+)+")
ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b")
"""By what Azure's messages name whoever asked: how they sign in, and from where."""


def without_secrets(text: str) -> str:
    """Return the text without credentials, tokens, account keys and GUIDs, which name tenants and
    users, and without addresses of users and of their machines.
    """
    for name in SECRETS:
        secret = os.environ.get(name)
        if secret:
            text = text.replace(secret, "<secret>")
    without_ids = GUID.sub("<id>", text)
    without_users = ADDRESS.sub("<address>", MAIL.sub("<user>", without_ids))
    return LONG.sub("<hidden>", without_users)
