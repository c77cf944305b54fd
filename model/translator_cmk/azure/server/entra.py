"""Microsoft Entra: tokens, and the endpoints of the cloud."""

import re
import time
from urllib.parse import parse_qsl

import jwt

from ..names import GUID
from .calls import Body, Call, Problem, outside
from .worlds import begun, guid


class EntraCall(Call):
    """A request of Microsoft Entra, or for the endpoints of the cloud."""

    def give_token(self, tenant: str) -> Body:
        """Give a token to an application; a tenant that was never named before begins a world."""
        form = dict(parse_qsl(self.content.decode("utf-8", "replace")))
        if (grant := form.get("grant_type", "client_credentials")) != "client_credentials":
            raise outside(f"grant_type {grant}")
        for name in ("grant_type", "client_id", "client_secret"):
            if name not in form:
                status, code = (
                    (401, "invalid_client") if name == "client_secret" else (400, "invalid_request")
                )
                raise Problem(
                    status,
                    code,
                    f"AADSTS900144: The request body must contain the parameter: '{name}'.",
                )
        home, client = tenant.lower(), form["client_id"].lower()
        if not GUID.fullmatch(home):
            raise Problem(400, "invalid_request", f"AADSTS900023: The tenant '{home}' is no GUID.")
        if not GUID.fullmatch(client):
            raise Problem(
                400, "unauthorized_client", f"AADSTS700016: The application '{client}' is no GUID."
            )
        audience = form.get("scope", "").removesuffix("/.default").rstrip("/")
        if not re.fullmatch(r"https://[\w.:-]+", audience):
            raise Problem(
                400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid."
            )
        self.worlds.put(self.worlds.of(home) or begun(home))
        now, principal = int(time.time()), guid(home, "application", client)
        known = {
            "client": client,
            "principal": principal,
            "audience": audience,
            "now": now,
            "end": now + 86_400,
        }
        return self.show(
            "token", home, token=jwt.encode(self.show("claims", home, **known), self.secret)
        )

    def get_instance(self, _: None) -> Body:
        """Return the host names of Microsoft Entra."""
        match = re.match(r"https://[^/]+/([^/]+)", self.query.get("authorization_endpoint", ""))
        return self.show("instance", match[1] if match else "common")
