"""The routes: for each method and path of an API its handler, and the way from a request to its answer."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID, uuid4

from ..machine import Machine, commands
from ..machine.entities import Resource, Subscription, Tenant, Vault
from ..machine.rows import Silent
from . import arm, bodies, custom_translator, entra, key_vault
from .calls import PUBLIC, Call, Cloud, Reply, Signer
from .choices import CARRIED_OUT, Problem, malformed, outside
from .worlds import REGIONS, Worlds

S = "/subscriptions/{subscription}"
G = S + "/resourceGroups/{group}"
ACCOUNTS = "/providers/Microsoft.CognitiveServices"
VAULTS = "/providers/Microsoft.KeyVault"
A = G + ACCOUNTS + "/accounts/{name}"
V = G + VAULTS + "/vaults/{name}"
DELETED_ACCOUNT = S + ACCOUNTS + "/locations/{location}/resourceGroups/{group}/deletedAccounts/{name}"
DELETED_VAULT = S + VAULTS + "/locations/{location}/deletedVaults/{name}"
C = custom_translator.ROOT


def many(kind: Any, body: Callable[[Call, Any], Any], state: str = "active") -> Callable[..., Reply]:
    """Return the handler that lists accounts or vaults of a resource group, or of a subscription."""

    def handler(call: Call, subscription: str, group: str | None = None) -> Reply:
        return call.listed([body(call, each) for each in arm.in_scope(call, kind, subscription, group, state)])

    return handler


def mine(call: Call) -> Iterator[Any]:
    """Yield the subscriptions of the login's tenant, in the order of the stage: clients take the first one."""
    return (s for s in call.view.every(Subscription) if s.tenant.name == call.claims["tid"])


def list_locations(call: Call, subscription: str) -> Reply:
    home = call.subscription(subscription).name
    return Reply(200, {"value": [bodies.location(home, name) for name in REGIONS]})


def list_nothing(call: Call, subscription: str) -> Reply:
    """List managed HSMs; the list is always empty."""
    call.subscription(subscription)
    return Reply(200, {"value": []})


ROUTES: dict[str, tuple[tuple[str, str, Callable[..., Reply]], ...]] = {
    "login": (
        ("POST", "/{tenant}/oauth2/token", entra.give_token),
        ("POST", "/{tenant}/oauth2/{version}/token", entra.give_token),
        ("GET", "/{tenant}/.well-known/openid-configuration", entra.get_configuration),
        ("GET", "/{tenant}/{version}/.well-known/openid-configuration", entra.get_configuration),
        ("GET", "/common/discovery/instance", entra.get_instance),
    ),
    "metadata": (("GET", "/metadata/endpoints", entra.get_endpoints),),
    "manager": (
        ("GET", "/tenants", lambda c: c.listed([bodies.tenant(c, t) for t in c.every(Tenant)])),
        ("GET", "/subscriptions", lambda c: c.listed([bodies.subscription(c, s) for s in mine(c)])),
        ("GET", S, lambda c, subscription: Reply(200, bodies.subscription(c, c.subscription(subscription)))),
        ("GET", S + "/locations", list_locations),
        ("GET", S + "/resources", arm.list_resources),
        ("GET", S + "/operationresults/{operation}", arm.get_operation),
        ("GET", S + "/operationStatuses/{operation}", arm.get_operation_status),
        ("PUT", S + "/providers/Microsoft.Subscription/changeTenantRequest/default", arm.change_tenant),
        ("GET", S + "/resourceGroups", arm.list_groups),
        ("GET", G, arm.get_group),
        ("HEAD", G, lambda c, **place: Reply(204) if c.group(**place) else Reply(404)),
        ("PUT", G, arm.put_group),
        ("DELETE", G, arm.delete_group),
        ("GET", G + "/resources", arm.list_resources),
        ("POST", G + "/moveResources", arm.move_resources),
        ("GET", S + ACCOUNTS + "/accounts", many(Resource, bodies.account)),
        ("GET", S + ACCOUNTS + "/skus", arm.list_skus),
        ("GET", S + ACCOUNTS + "/deletedAccounts", many(Resource, bodies.deleted_account, "deleted")),
        ("GET", DELETED_ACCOUNT, lambda c, **at: Reply(200, bodies.deleted_account(c, arm.deleted(c, Resource, **at)))),
        ("GET", G + ACCOUNTS + "/accounts", many(Resource, bodies.account)),
        ("GET", A, lambda c, **place: Reply(200, bodies.account(c, c.account(**place)))),
        ("PUT", A, arm.put_account),
        ("PATCH", A, arm.patch_account),
        ("DELETE", A, arm.deletes(Resource, commands.DeleteResource)),
        ("POST", A + "/listKeys", arm.list_keys),
        ("GET", A + "/skus", arm.list_account_skus),
        ("GET", S + VAULTS + "/vaults", many(Vault, bodies.vault)),
        ("GET", S + VAULTS + "/deletedVaults", many(Vault, bodies.deleted_vault, "deleted")),
        ("GET", S + VAULTS + "/managedHSMs", list_nothing),
        ("GET", S + VAULTS + "/deletedManagedHSMs", list_nothing),
        ("GET", DELETED_VAULT, lambda c, **at: Reply(200, bodies.deleted_vault(c, arm.deleted(c, Vault, **at)))),
        ("POST", DELETED_VAULT + "/purge", arm.purge_vault),
        ("GET", G + VAULTS + "/vaults", many(Vault, bodies.vault)),
        ("GET", V, lambda c, **place: Reply(200, bodies.vault(c, c.vault(**place)))),
        ("PUT", V, arm.put_vault),
        ("PATCH", V, arm.patch_vault),
        ("DELETE", V, arm.deletes(Vault, commands.DeleteVault)),
        ("PUT", V + "/accessPolicies/{operation}", arm.update_access),
    ),
    "vault": (
        ("GET", "/keys", key_vault.list_keys),
        ("GET", "/keys/{name}", key_vault.get_key),
        ("GET", "/keys/{name}/versions", key_vault.list_versions),
        ("GET", "/keys/{name}/{version}", key_vault.get_key),
        ("POST", "/keys/{name}/create", key_vault.create_key),
        ("PUT", "/keys/{name}", key_vault.import_key),
        ("POST", "/keys/{name}/rotate", key_vault.rotate_key),
        ("PATCH", "/keys/{name}", key_vault.update_key),
        ("PATCH", "/keys/{name}/{version}", key_vault.update_key),
        ("DELETE", "/keys/{name}", key_vault.delete_key),
        ("GET", "/deletedkeys", key_vault.list_deleted_keys),
        ("GET", "/deletedkeys/{name}", key_vault.get_deleted_key),
        ("POST", "/deletedkeys/{name}/recover", key_vault.recover_key),
        ("DELETE", "/deletedkeys/{name}", key_vault.purge_key),
    ),
    "account": (
        ("GET", C + "/workspaces", custom_translator.list_workspaces),
        ("POST", C + "/workspaces", custom_translator.create_workspace),
        ("GET", C + "/workspaces/{identifier}", custom_translator.get_workspace),
        ("GET", C + "/subscriptions", custom_translator.get_subscription),
        ("GET", C + "/subscriptions/billingregions", custom_translator.list_billing_regions),
        ("GET", C + "/regions", custom_translator.list_regions),
        ("GET", C + "/languages", custom_translator.list_languages),
        ("GET", C + "/languages/supportedlanguagepairs", custom_translator.list_pairs),
        ("GET", C + "/categories", custom_translator.list_categories),
        ("GET", C + "/projects", custom_translator.list_projects),
        ("POST", C + "/projects", custom_translator.create_project),
        ("GET", C + "/projects/{identifier}", custom_translator.get_project),
        ("GET", C + "/projects/{identifier}/models", custom_translator.list_models),
        ("GET", C + "/documents", custom_translator.list_documents),
        ("GET", C + "/documents/{identifier}", custom_translator.get_document),
        ("POST", C + "/documents/import", custom_translator.import_document),
        ("GET", C + "/documents/import/jobs/{identifier}", custom_translator.get_job),
        ("POST", C + "/models", custom_translator.create_model),
        ("GET", C + "/models/{identifier}", custom_translator.get_model),
        ("POST", C + "/models/{identifier}/deployment", custom_translator.deploy_model),
    ),
    "text": (("POST", "/translator/text/v3.0/translate", custom_translator.translate),),
}
"""For each API its routes.  A segment in braces is an argument of the handler.  The first fitting one is taken."""

HOSTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"management\.azure\.com", ("metadata", "manager")),
    (r"login\.microsoftonline\.com|login\.windows\.net", ("login",)),
    (r"graph\.microsoft\.com", ("graph",)),
    (r"(?P<name>[\w-]+)\.vault\.(azure\.net|localhost)", ("vault",)),
    (r"(?P<name>[\w.-]+)\.cognitiveservices\.(azure\.com|localhost)", ("text", "account")),
    (r"localhost|127\.0\.0\.1", ("metadata", "login", "manager")),
)
"""For each host name, as a pattern, the APIs that are found there; Microsoft Graph has no routes."""

VERSIONS = {"manager": r"\d{4}-\d\d-\d\d(-[a-z0-9]+)?", "vault": r"\d{4}-\d\d-\d\d(-\w+)?|\d\.\d(-preview\.\d)?"}
"""The form of the parameter `api-version` where one is needed.  Any version is answered like the newest."""


PATTERNS = {
    (api, method): [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)), re.IGNORECASE), handler)
        for verb, path, handler in rows
        if verb == method
    ]
    for api, rows in ROUTES.items()
    for method in {verb for verb, _, _ in rows}
}


def find(apis: tuple[str, ...], method: str, path: str) -> tuple[str, Callable[..., Reply], dict[str, str]] | None:
    """Return the API and the handler of a method and a path, and the arguments in the path; None for no route."""
    for api in apis:
        for pattern, handler in PATTERNS.get((api, method), ()):
            if match := pattern.fullmatch(path.rstrip("/")):
                return api, handler, {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def apis_at(host: str) -> tuple[tuple[str, ...], str]:
    """Return the APIs of a host, and the name of the vault or account whose host it is; nothing for other hosts."""
    for pattern, apis in HOSTS:
        if match := re.fullmatch(pattern, host.lower()):
            return apis, match.groupdict().get("name", "")
    return (), ""


def cloud_at(authority: str) -> Cloud:
    """Return the cloud that a host belongs to: Azure's, or that of this server itself."""
    host, colon, port = authority.partition(":")
    if host not in ("localhost", "127.0.0.1") and not host.endswith(".localhost"):
        return PUBLIC
    url, end = f"https://localhost{colon}{port}", f"localhost{colon}{port}"
    return Cloud(url, url, url, f"vault.{end}", f"cognitiveservices.{end}")


def carried_out(row: Silent) -> bool:
    """Return whether we chose to do what the other rows say of a command, where this one leaves that open."""
    return row.on.__name__ in CARRIED_OUT.get(row.requirement, ())


class Service:
    """Answers requests for a machine.  One at a time: an answer takes less than a millisecond."""

    def __init__(self, machine: Machine) -> None:
        self.machine = Machine(row for row in machine.rows if not (isinstance(row, Silent) and carried_out(row)))
        self.worlds, self.signer, self.lock = Worlds(), Signer(), threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request, whatever it is; the names of headers are in lower case."""
        authority = headers.get("host", "").lower()
        apis, name = apis_at(authority.partition(":")[0])
        api = apis[-1] if apis else "manager"
        try:
            if not apis:
                raise Problem(421, "MisdirectedRequest", f"The host '{authority[:200]}' is not one of this server's.")
            path, query = parsed(target)
            found = find(apis, method, path)
            if found is None:
                raise outside(f"{method} {path[:300]} of {authority}")
            api, handler, arguments = found
            request = (method, authority, path, query, headers, content, cloud_at(authority), name)
            with self.lock:
                call = Call(self.machine, self.worlds, self.signer, *request)
                authenticate(call, api)
                reply = handler(call, **arguments)
                if hasattr(call, "world"):
                    self.worlds.put(call.world)
        except Problem as problem:
            return Reply(problem.status, error_body(api, problem), problem.headers)
        return reply


def parsed(target: str) -> tuple[str, dict[str, str]]:
    """Return the path and the query of a request; names in the query are in lower case."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        unquote(parts.path, errors="strict")
    except ValueError:
        raise malformed("The URL of the request is not valid.", "BadRequest") from None
    return parts.path, {name.lower(): value for name, value in pairs}


def authenticate(call: Call, api: str) -> None:
    """Take the world of the credentials of a request; raises `Problem` where they, or its version, are wrong."""
    pattern, version = VERSIONS.get(api), call.query.get("api-version", "")
    if pattern and not re.fullmatch(pattern, version, re.ASCII):
        code = "InvalidApiVersionParameter" if version else "MissingApiVersionParameter"
        raise malformed(f"The api-version query parameter is required, and '{version[:40]}' is not a version.", code)
    if "if-match" in call.headers or "if-none-match" in call.headers:
        raise outside("a conditional request")
    cloud, key = call.cloud, call.headers.get("ocp-apim-subscription-key")
    if api == "vault":
        by_challenge(call, f"https://{cloud.vaults}")
    elif api == "manager":
        call.log_in(cloud.manager, PUBLIC.manager, "https://management.core.windows.net")
    elif api in ("account", "text") and key:
        custom_translator.log_in_by_key(call, key)
    elif api in ("account", "text"):
        call.log_in("https://cognitiveservices.azure.com", f"https://{cloud.accounts}")


def by_challenge(call: Call, resource: str) -> None:
    """Ask for a token of the vault's tenant, which the challenge names."""
    try:
        call.log_in(resource)
        found = call.entity(Vault, call.host_name)
        if found and found.subscription.tenant.name != call.claims["tid"]:
            raise Problem(401, "Unauthorized", "AKV10032: Invalid issuer.")
    except Problem as problem:
        authority = f"{call.cloud.login}/{next(tenants_of_vault(call), UUID(int=0))}"
        challenge = f'Bearer authorization="{authority}", resource="{resource}"'
        raise Problem(401, "Unauthorized", problem.message, (), {"WWW-Authenticate": challenge}) from None


def tenants_of_vault(call: Call) -> Iterator[str]:
    """Yield the tenants in which a vault has this name, of the world that was used last first, then those of worlds."""
    worlds = list(call.worlds.latest())
    for world in worlds:
        if name := world.find(Vault, call.host_name):
            yield str(call.machine.world(world.state).entity(Vault, name).subscription.tenant.name)
    yield from (world.tenant for world in worlds)


def error_body(api: str, problem: Problem) -> dict[str, Any]:
    """Return an error as the API has it."""
    if api == "login":
        codes = [int(number) for number in re.findall(r"AADSTS(\d+)", problem.message)]
        trace = {"trace_id": str(uuid4()), "correlation_id": str(uuid4())}
        return {"error": problem.code, "error_description": problem.message, "error_codes": codes, **trace}
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if api == "text":
        error["code"] = int(problem.code) if problem.code.isdigit() else problem.status * 1000
    if problem.because:
        error["details"] = problem.details()
    return {"error": error}
