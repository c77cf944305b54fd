"""Microsoft Entra: tokens, and the endpoints of the cloud."""

import re
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import jwt

from .calls import Body, Call
from .reading import Problem, outside
from .worlds import guid

LIFETIME = 86_400
"""Seconds until a token expires."""


def as_guid(text: str, code: str, message: str) -> str:
    """Return a GUID in its usual form; raises `Problem` if it is not valid."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(400, code, message) from None


class EntraCall(Call):
    """A request of Microsoft Entra, or for the endpoints of the cloud."""

    def find_tenant(self, __: None, text: str) -> str:
        """Return the tenant of a path; raises `Problem` where it is no GUID."""
        return as_guid(text, "invalid_request", f"AADSTS900023: Specified tenant identifier '{text}' is no GUID.")

    def give_token(self, home: str) -> Body:
        """Give a token to an application; a tenant that was never named before begins a world."""
        try:
            form = {name: values[0] for name, values in parse_qs(self.content.decode(), strict_parsing=True).items()}
        except ValueError:
            form = {}
        if (grant := form.get("grant_type", "client_credentials")) != "client_credentials":
            raise outside(f"grant_type {grant}")
        for name in ("grant_type", "client_id", "client_secret"):
            if not form.get(name):
                status, code = (401, "invalid_client") if name == "client_secret" else (400, "invalid_request")
                raise Problem(status, code, f"AADSTS900144: The request body must contain the parameter: '{name}'.")
        message = "AADSTS700016: The application identifier is no GUID."
        client = as_guid(form["client_id"], "unauthorized_client", message)
        audience = (form.get("scope", "").removesuffix("/.default") or form.get("resource", "")).rstrip("/")
        if not re.fullmatch(r"https://[\w.:-]+", audience):
            raise Problem(400, "invalid_scope", "AADSTS70011: The provided value for scope or resource is not valid.")
        self.worlds.log_in(home)
        now = int(time.time())
        times = {"now": now, "expires": now + LIFETIME, "lifetime": LIFETIME}
        principal = guid(home, "application", client)
        claims = self.show("claims", home, audience=audience, client=client, principal=principal, **times)
        token = jwt.encode(claims, self.secret)
        return self.show(
            "token_2" if "version" in self.at else "token_1", home, token=token, audience=audience, **times
        )

    def get_instance(self, _: None) -> Body:
        """Return the host names of Microsoft Entra."""
        match = re.match(r"https://[^/]+/([^/]+)", self.query.get("authorization_endpoint", ""))
        return self.show("instance", match[1] if match else "common")

    def get_cloud(self, _: None) -> Any:
        """Return the endpoints of the cloud; older versions have a list of clouds."""
        shown = self.show("cloud", None)
        return shown if self.query.get("api-version", "") >= "2022-09-01" else [shown]
