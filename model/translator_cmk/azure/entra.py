"""Microsoft Entra: tokens, and the endpoints of the cloud."""

import re
import time
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import jwt

from .calls import Body, Call
from .reading import Problem, outside
from .worlds import guid

LIFETIME = 86_400
"""Seconds until a token expires."""


def as_guid(text: str, code: str, subject: str) -> str:
    """Return a GUID in its usual form; raises `Problem` if it is not valid."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(400, code, f"{subject} '{text}' is no GUID.") from None


class EntraCall(Call):
    """A request of Microsoft Entra, or for the endpoints of the cloud."""

    def log_in(self) -> Any:
        """Return the tenant of the path, if it has one."""
        return self.at.get("tenant")

    def give_token(self, tenant: str) -> Body:
        """Give a token to an application; a tenant that was never named before begins a world."""
        form = dict(parse_qsl(self.content.decode("utf-8", "replace")))
        if (grant := form.get("grant_type", "client_credentials")) != "client_credentials":
            raise outside(f"grant_type {grant}")
        for name in ("grant_type", "client_id", "client_secret"):
            if name not in form:
                status, code = (401, "invalid_client") if name == "client_secret" else (400, "invalid_request")
                raise Problem(status, code, f"AADSTS900144: The request body must contain the parameter: '{name}'.")
        home = as_guid(tenant, "invalid_request", "AADSTS900023: The tenant")
        client = as_guid(form["client_id"], "unauthorized_client", "AADSTS700016: The application identifier")
        audience = form.get("scope", "").removesuffix("/.default").rstrip("/")
        if not re.fullmatch(r"https://[\w.:-]+", audience):
            raise Problem(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        self.worlds.log_in(home)
        now, principal = int(time.time()), guid(home, "application", client)
        known = {"audience": audience, "now": now, "expires": now + LIFETIME, "lifetime": LIFETIME}
        token = jwt.encode(self.show("claims", home, client=client, principal=principal, **known), self.secret)
        return self.show("token", home, token=token, **known)

    def get_instance(self, _: None) -> Body:
        """Return the host names of Microsoft Entra."""
        match = re.match(r"https://[^/]+/([^/]+)", self.query.get("authorization_endpoint", ""))
        return self.show("instance", match[1] if match else "common")
