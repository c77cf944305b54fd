"""Microsoft Entra: tokens, and the endpoints of the cloud."""

import re
import time
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl

import jwt

from ...escaping import GUID
from .calls import Call, Handler
from .forms import Body
from .problems import Problem, outside
from .worlds import guid, new_world

LIFETIME = 86_400
"""Seconds that a token is good for."""

AUDIENCE = re.compile(r"https://[\w.:-]+")


def give_token(call: Call, tenant: str) -> Body:
    """Give a token to an application; a tenant that was never named before begins a world."""
    form = dict(parse_qsl(call.content.decode("utf-8", "replace")))
    refuse_other_grants(form)
    home = tenant.lower()
    client = form["client_id"].lower()
    if not GUID.fullmatch(home):
        raise Problem(400, "invalid_request", f"AADSTS900023: The tenant '{home}' is no GUID.")
    if not GUID.fullmatch(client):
        message = f"AADSTS700016: The application '{client}' is no GUID."
        raise Problem(400, "unauthorized_client", message)
    audience = requested_audience(form)
    call.worlds.put(call.worlds.of(home) or new_world(home))
    now = int(time.time())
    claims = call.show(
        "claims",
        home,
        client=client,
        principal=guid(home, "application", client),
        audience=audience,
        now=now,
        end=now + LIFETIME,
    )
    return call.show("token", home, token=jwt.encode(claims, call.secret))


def refuse_other_grants(form: Mapping[str, str]) -> None:
    """Refuse what is not an application that signs in with a secret; raises `Problem`."""
    # a form without one lacks a parameter, as is said below
    grant = form.get("grant_type", "client_credentials")
    if grant != "client_credentials":
        raise outside(f"grant_type {grant}")
    for name in ("grant_type", "client_id", "client_secret"):
        if name in form:
            continue
        message = f"AADSTS900144: The request body must contain the parameter: '{name}'."
        if name == "client_secret":
            raise Problem(401, "invalid_client", message)
        raise Problem(400, "invalid_request", message)


def requested_audience(form: Mapping[str, str]) -> str:
    """Return the API that the token is to be for; raises `Problem`."""
    audience = form.get("scope", "").removesuffix("/.default").rstrip("/")
    if not AUDIENCE.fullmatch(audience):
        message = "AADSTS70011: The provided value for scope is not valid."
        raise Problem(400, "invalid_scope", message)
    return audience


class EntraCall(Call):
    """A request of Microsoft Entra, or for the endpoints of the cloud."""

    handlers: ClassVar[dict[str, Handler]] = {
        "give_token": give_token,
    }
