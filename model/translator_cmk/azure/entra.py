"""Microsoft Entra: tokens, discovery and the endpoints of the cloud."""

import re
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import jwt

from .calls import PUBLIC, Call
from .choices import Problem, outside
from .worlds import guid

LIFETIME = 86_400
"""Seconds until a token expires."""


def as_guid(text: str, code: str, message: str) -> str:
    """Return a GUID in its usual form; raises `Problem` if it is not valid."""
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem(400, code, message) from None


def tenant(_: Call, __: None, text: str) -> str:
    """Return the tenant of a path; raises `Problem` where it is no GUID."""
    return as_guid(text, "invalid_request", f"AADSTS900023: Specified tenant identifier '{text}' is no GUID.")


def give_token(call: Call, home: str) -> dict[str, Any]:
    """Give a token to an application; a tenant that was never named before begins a world."""
    try:
        form = {name: values[0] for name, values in parse_qs(call.content.decode(), strict_parsing=True).items()}
    except ValueError:
        form = {}
    if (grant := form.get("grant_type", "client_credentials")) != "client_credentials":
        raise outside(f"grant_type {grant}")
    for name in ("grant_type", "client_id", "client_secret"):
        if not form.get(name):
            status, code = (401, "invalid_client") if name == "client_secret" else (400, "invalid_request")
            raise Problem(status, code, f"AADSTS900144: The request body must contain the parameter: '{name}'.")
    client = as_guid(form["client_id"], "unauthorized_client", "AADSTS700016: The application identifier is no GUID.")
    audience = (form.get("scope", "").removesuffix("/.default") or form.get("resource", "")).rstrip("/")
    if not re.fullmatch(r"https://[\w.:-]+", audience):
        raise Problem(400, "invalid_scope", "AADSTS70011: The provided value for scope or resource is not valid.")
    call.worlds.log_in(home)
    now, principal = int(time.time()), guid(home, "application", client)
    claims = {"aud": audience, "iss": f"https://sts.windows.net/{home}/", "tid": home, "appid": client, "ver": "1.0"}
    claims |= {"idtyp": "app", "oid": principal, "sub": principal}
    token = jwt.encode({**claims, "iat": now, "nbf": now, "exp": now + LIFETIME}, call.secret)
    given = {"token_type": "Bearer", "access_token": token}
    if "version" in call.at:
        return {**given, "expires_in": LIFETIME, "ext_expires_in": LIFETIME}
    times = {"expires_in": str(LIFETIME), "expires_on": str(now + LIFETIME), "not_before": str(now)}
    return {**given, **times, "resource": audience}


ENDPOINTS = {"token": "token", "authorization": "authorize", "device_authorization": "devicecode"}


def get_configuration(call: Call, home: str) -> dict[str, str]:
    """Return the OpenID configuration of a tenant."""
    base, end = f"{call.cloud.login}/{home}", "/v2.0" if "version" in call.at else ""
    urls = {f"{name}_endpoint": f"{base}/oauth2{end}/{path}" for name, path in ENDPOINTS.items()}
    return {**urls, "issuer": f"{base}/v2.0" if end else f"https://sts.windows.net/{home}/"}


def get_instance(call: Call, _: None) -> dict[str, Any]:
    """Return the host names of Microsoft Entra."""
    host = call.cloud.login.removeprefix("https://")
    match = re.match(r"https://[^/]+/([^/]+)", call.query.get("authorization_endpoint", ""))
    where = f"{call.cloud.login}/{match[1] if match else 'common'}/v2.0/.well-known/openid-configuration"
    aliases = [host, "login.windows.net", "sts.windows.net"] if call.cloud == PUBLIC else [host]
    metadata = [{"preferred_network": host, "preferred_cache": host, "aliases": aliases}]
    return {"tenant_discovery_endpoint": where, "api-version": "1.1", "metadata": metadata}


def get_endpoints(call: Call, _: None) -> Any:
    """Return the metadata of the cloud, as `az cloud register` reads it; older versions have a list of clouds."""
    manager, login, graph, vaults = call.cloud[:4]
    audience = {"audiences": [f"{manager}/"], "tenant": "common", "identityProvider": "AAD"}
    cloud = {"name": "translator-cmk", "portal": f"{manager}/", "resourceManager": f"{manager}/"}
    cloud |= dict.fromkeys(("graph", "graphAudience", "microsoftGraphResourceId"), f"{graph}/")
    authentication = {"loginEndpoint": f"{login}/", **audience}
    whole = {**cloud, "authentication": authentication, "suffixes": {"keyVaultDns": vaults}}
    return whole if call.query.get("api-version", "") >= "2022-09-01" else [whole]
