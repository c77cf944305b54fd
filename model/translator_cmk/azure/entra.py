"""Microsoft Entra: tokens and discovery, service principals, and the endpoints of the cloud."""

import re
import time
from urllib.parse import parse_qs
from uuid import UUID

from ..machine.entities import Resource
from ..machine.rows import registered
from .calls import LIFETIME, PUBLIC, Call, Reply
from .choices import Problem, missing, outside
from .worlds import guid


def tenant_of(text: str) -> str:
    """Return the tenant of a path; raises `Problem` where it is no GUID."""
    try:
        return str(UUID(text))
    except ValueError:
        message = f"AADSTS900023: Specified tenant identifier '{text}' is no GUID."
        raise Problem(400, "invalid_request", message) from None


def token(call: Call, tenant: str, version: str = "") -> Reply:
    """Give a token for an application; a tenant that was never named before begins a world."""
    home = tenant_of(tenant)
    try:
        form = {name: values[0] for name, values in parse_qs(call.content.decode(), strict_parsing=True).items()}
    except ValueError:
        raise Problem(400, "invalid_request", "AADSTS900144: The request body must contain parameters.") from None
    grant = form.get("grant_type", "")
    if not grant:
        raise Problem(
            400, "invalid_request", "AADSTS900144: The request body must contain the parameter: 'grant_type'."
        )
    if grant != "client_credentials":
        raise outside(f"grant_type {grant}")
    for name in ("client_id", "client_secret"):
        if not form.get(name):
            raise Problem(
                401, "invalid_client", f"AADSTS7000218: The request body must contain the parameter: '{name}'."
            )
    try:
        client = str(UUID(form["client_id"]))
    except ValueError:
        raise Problem(400, "unauthorized_client", "AADSTS700016: The application identifier is not a GUID.") from None
    audience = form.get("scope", "").removesuffix("/.default") or form.get("resource", "")
    if not re.fullmatch(r"https://[\w.:-]+/{0,2}", audience):
        raise Problem(400, "invalid_scope", "AADSTS70011: The provided value for scope or resource is not valid.")
    call.worlds.log_in(home)
    now = int(time.time())
    claims = {
        "aud": audience.rstrip("/"),
        "iss": f"https://sts.windows.net/{home}/",
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "appid": client,
        "idtyp": "app",
        "oid": guid(home, "application", client),
        "sub": guid(home, "application", client),
        "tid": home,
        "ver": "1.0",
    }
    body = {"token_type": "Bearer", "access_token": call.signer.token(claims)}
    if version:
        return Reply(200, body | {"expires_in": LIFETIME, "ext_expires_in": LIFETIME})
    times = {"expires_in": str(LIFETIME), "ext_expires_in": str(LIFETIME), "expires_on": str(claims["exp"])}
    return Reply(200, body | times | {"not_before": str(now), "resource": audience})


def configuration(call: Call, tenant: str, version: str = "") -> Reply:
    """Return the OpenID configuration of a tenant."""
    base, end = f"{call.cloud.login}/{tenant_of(tenant)}", "/v2.0" if version else ""
    return Reply(
        200,
        {
            "token_endpoint": f"{base}/oauth2{end}/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_endpoint": f"{base}/oauth2{end}/authorize",
            "device_authorization_endpoint": f"{base}/oauth2{end}/devicecode",
            "jwks_uri": f"{base}/discovery{end}/keys",
            "issuer": f"{base}/v2.0" if version else f"https://sts.windows.net/{tenant_of(tenant)}/",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "cloud_instance_name": "microsoftonline.com",
            "msgraph_host": call.cloud.graph.removeprefix("https://"),
        },
    )


def instance(call: Call) -> Reply:
    """Return the host names of Microsoft Entra."""
    host = call.cloud.login.removeprefix("https://")
    match = re.match(r"https://[^/]+/([^/]+)", call.query.get("authorization_endpoint", ""))
    where = f"{call.cloud.login}/{match[1] if match else 'common'}/v2.0/.well-known/openid-configuration"
    aliases = ["login.microsoftonline.com", "login.windows.net", "sts.windows.net"] if call.cloud == PUBLIC else [host]
    metadata = [{"preferred_network": host, "preferred_cache": host, "aliases": aliases}]
    return Reply(200, {"tenant_discovery_endpoint": where, "api-version": "1.1", "metadata": metadata})


def endpoints(call: Call) -> Reply:
    """Return the metadata of the cloud, as `az cloud register` reads it."""
    cloud = call.cloud
    return Reply(
        200,
        [
            {
                "name": "translator-cmk",
                "portal": f"{cloud.manager}/",
                "authentication": {
                    "loginEndpoint": f"{cloud.login}/",
                    "audiences": [f"{cloud.manager}/"],
                    "tenant": "common",
                    "identityProvider": "AAD",
                },
                "graphAudience": f"{cloud.graph}/",
                "graph": f"{cloud.graph}/",
                "microsoftGraphResourceId": f"{cloud.graph}/",
                "resourceManager": f"{cloud.manager}/",
                "activeDirectoryDataLake": "",
                "suffixes": {"keyVaultDns": cloud.vaults},
            }
        ],
    )


# Microsoft Graph


def list_principals(call: Call) -> Reply:
    """List the service principals that a system-assigned identity has registered, found by the name of its resource."""
    asked = call.query.get("$filter", "")
    match = re.fullmatch(r"displayName eq '([^']*)'", asked.strip())
    if match is None:
        raise outside(f"$filter {asked}" if asked else "a list of service principals without $filter")
    found = call.every(Resource, lambda r: is_registered(call, r) and r.name.lower() == match[1].lower())
    return Reply(200, {"value": [principal(call, r) for r in found]})


def get_principal(call: Call, identifier: str) -> Reply:
    for r in call.every(Resource, lambda r: is_registered(call, r)):
        if call.world.principal(r) == identifier.lower():
            return Reply(200, principal(call, r))
    raise missing("Request_ResourceNotFound", f"Resource '{identifier}' does not exist.")


def is_registered(call: Call, r: Resource) -> bool:
    """Return whether the identity of a resource is registered in the tenant of the login."""
    return r.state == "active" and r.tenant.name == call.claims["tid"] and registered(r)


def principal(call: Call, r: Resource) -> dict[str, str]:
    found = call.world.principal(r)
    return {"id": found, "displayName": r.name, "servicePrincipalType": "ManagedIdentity"}
