"""The routes: for each method and path of an API its handler, and the way from a request to its answer."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from ..machine import Machine
from ..machine.entities import Vault
from ..machine.rows import Silent
from . import arm, custom_translator, entra, key_vault
from .calls import PUBLIC, Call, Cloud, Reply, Signer, own_cloud
from .choices import CARRIED_OUT, UNSPECIFIED, Problem, malformed, outside
from .worlds import Worlds

S = "/subscriptions/{subscription}"
G = S + "/resourceGroups/{group}"
ACCOUNTS = "/providers/Microsoft.CognitiveServices"
VAULTS = "/providers/Microsoft.KeyVault"
A = G + ACCOUNTS + "/accounts/{name}"
V = G + VAULTS + "/vaults/{name}"
DELETED_ACCOUNT = S + ACCOUNTS + "/locations/{location}/resourceGroups/{group}/deletedAccounts/{name}"
DELETED_VAULT = S + VAULTS + "/locations/{location}/deletedVaults/{name}"
C = custom_translator.ROOT

ROUTES: dict[str, tuple[tuple[str, str, Callable[..., Reply]], ...]] = {
    "login": (
        ("POST", "/{tenant}/oauth2/token", entra.token),
        ("POST", "/{tenant}/oauth2/{version}/token", entra.token),
        ("GET", "/{tenant}/.well-known/openid-configuration", entra.configuration),
        ("GET", "/{tenant}/{version}/.well-known/openid-configuration", entra.configuration),
        ("GET", "/common/discovery/instance", entra.instance),
    ),
    "metadata": (("GET", "/metadata/endpoints", entra.endpoints),),
    "graph": (
        ("GET", "/v1.0/servicePrincipals", entra.list_principals),
        ("GET", "/v1.0/servicePrincipals/{identifier}", entra.get_principal),
    ),
    "manager": (
        ("GET", "/tenants", arm.list_tenants),
        ("GET", "/subscriptions", arm.list_subscriptions),
        ("GET", S, arm.get_subscription),
        ("GET", S + "/locations", arm.list_locations),
        ("GET", S + "/resources", arm.list_resources),
        ("GET", S + "/operationresults/{operation}", arm.get_operation),
        ("PUT", S + "/providers/Microsoft.Subscription/changeTenantRequest/default", arm.change_tenant),
        ("GET", S + "/resourceGroups", arm.list_groups),
        ("GET", G, arm.get_group),
        ("HEAD", G, arm.head_group),
        ("PUT", G, arm.put_group),
        ("DELETE", G, arm.delete_group),
        ("GET", G + "/resources", arm.list_resources),
        ("POST", G + "/moveResources", arm.move_resources),
        ("GET", S + ACCOUNTS + "/accounts", arm.list_accounts),
        ("GET", S + ACCOUNTS + "/skus", arm.list_skus),
        ("GET", S + ACCOUNTS + "/deletedAccounts", arm.list_deleted_accounts),
        ("GET", DELETED_ACCOUNT, arm.get_deleted_account),
        ("GET", G + ACCOUNTS + "/accounts", arm.list_accounts),
        ("GET", A, arm.get_account),
        ("PUT", A, arm.put_account),
        ("PATCH", A, arm.patch_account),
        ("DELETE", A, arm.delete_account),
        ("POST", A + "/listKeys", arm.list_keys),
        ("GET", A + "/skus", arm.list_account_skus),
        ("GET", S + VAULTS + "/vaults", arm.list_vaults),
        ("GET", S + VAULTS + "/deletedVaults", arm.list_deleted_vaults),
        ("GET", S + VAULTS + "/managedHSMs", arm.list_nothing),
        ("GET", S + VAULTS + "/deletedManagedHSMs", arm.list_nothing),
        ("POST", S + VAULTS + "/checkNameAvailability", arm.check_vault_name),
        ("GET", DELETED_VAULT, arm.get_deleted_vault),
        ("POST", DELETED_VAULT + "/purge", arm.purge_vault),
        ("GET", G + VAULTS + "/vaults", arm.list_vaults),
        ("GET", V, arm.get_vault),
        ("PUT", V, arm.put_vault),
        ("PATCH", V, arm.patch_vault),
        ("DELETE", V, arm.delete_vault),
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
    (r"localhost|127\.0\.0\.1", ("metadata", "login", "manager", "graph")),
)
"""For each host name, as a pattern, the APIs that are found there."""

VERSIONS = {"manager": r"\d{4}-\d\d-\d\d(-[a-z0-9]+)?", "vault": r"\d{4}-\d\d-\d\d(-\w+)?|\d\.\d(-preview\.\d)?"}
"""The form of the parameter `api-version` where one is needed.  Any version is answered like the newest."""


class Found(NamedTuple):
    """The route of a request: its API, its handler, and the arguments in its path."""

    api: str
    handler: Callable[..., Reply]
    arguments: dict[str, str]


def apis_at(host: str) -> tuple[tuple[str, ...], str]:
    """Return the APIs of a host, and the name of the vault or account whose host it is; nothing for other hosts."""
    for pattern, apis in HOSTS:
        if match := re.fullmatch(pattern, host.lower()):
            return apis, match.groupdict().get("name", "")
    return (), ""


def find(apis: tuple[str, ...], method: str, path: str) -> Found | None:
    """Return the route of a method and a path, or None."""
    segments = [unquote(each, errors="strict") for each in path.strip("/").split("/")]
    lower = [each.lower() for each in segments]
    for api, template, handler in TABLE.get((method, len(segments)), ()):
        if api in apis and all(part in (None, given) for part, given in zip(template.parts, lower, strict=True)):
            return Found(api, handler, {name: segments[index] for index, name in template.names})
    return None


class Template(NamedTuple):
    """A path: its segments in lower case, None for an argument, and where each argument is."""

    parts: tuple[str | None, ...]
    names: tuple[tuple[int, str], ...]


def table() -> dict[tuple[str, int], list[tuple[str, Template, Callable[..., Reply]]]]:
    """Return the routes by method and number of segments."""
    found: dict[tuple[str, int], list[tuple[str, Template, Callable[..., Reply]]]] = {}
    for api, routes in ROUTES.items():
        for method, path, handler in routes:
            parts = path.strip("/").split("/")
            names = tuple((index, part[1:-1]) for index, part in enumerate(parts) if part.startswith("{"))
            template = Template(tuple(None if part.startswith("{") else part.lower() for part in parts), names)
            found.setdefault((method, len(parts)), []).append((api, template, handler))
    return found


TABLE = table()


class Service:
    """Answers requests for a machine.  One at a time: an answer takes less than a millisecond."""

    def __init__(self, machine: Machine) -> None:
        chosen = {name for name, answer in UNSPECIFIED.items() if answer is CARRIED_OUT}
        rows = [row for row in machine.rows if not (isinstance(row, Silent) and row.requirement in chosen)]
        self.machine = Machine(rows)
        self.worlds = Worlds()
        self.signer = Signer()
        self.lock = threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request, whatever it is; the names of headers are in lower case."""
        authority = headers.get("host", "").lower()
        apis, name = apis_at(authority.partition(":")[0])
        api = apis[-1] if apis else "manager"
        try:
            if not apis:
                raise Problem(421, "MisdirectedRequest", f"The host '{authority[:200]}' is none of this server.")
            path, query = parsed(target)
            found = find(apis, method, path)
            if found is None:
                raise outside(f"{method} {path[:300]} of {authority}")
            api = found.api
            call = Call(
                self.machine,
                self.worlds,
                self.signer,
                method=method,
                authority=authority,
                path=path,
                query=query,
                headers=headers,
                content=content,
                cloud=cloud_at(authority),
                host_name=name,
            )
            with self.lock:
                reply = carry_out(call, found)
        except Problem as problem:
            reply = Reply(problem.status, error_body(api, problem), problem.headers)
        return reply


def cloud_at(authority: str) -> Cloud:
    """Return the cloud that a host belongs to."""
    host, _, port = authority.partition(":")
    local = host in ("localhost", "127.0.0.1") or host.endswith(".localhost")
    return own_cloud(f"localhost:{port}" if port else "localhost") if local else PUBLIC


def parsed(target: str) -> tuple[str, dict[str, str]]:
    """Return the path and the query of a request; names in the query are in lower case."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        unquote(parts.path, errors="strict")
    except ValueError:
        raise malformed("The URL of the request is not valid.", "BadRequest") from None
    return parts.path, {name.lower(): value for name, value in pairs}


def carry_out(call: Call, found: Found) -> Reply:
    """Return the answer of the handler; raises `Problem`, and then the world is as it was."""
    pattern = VERSIONS.get(found.api)
    if pattern and not re.fullmatch(pattern, version := call.query.get("api-version", ""), re.ASCII):
        code = "InvalidApiVersionParameter" if version else "MissingApiVersionParameter"
        raise malformed(f"The api-version query parameter is required, and '{version[:40]}' is none.", code)
    if "if-match" in call.headers or "if-none-match" in call.headers:
        raise outside("a conditional request")
    if problem := AUTHENTICATE[found.api](call):
        raise problem
    reply = found.handler(call, **found.arguments)
    if hasattr(call, "world"):
        call.worlds.put(call.world)
    return reply


def nobody(_: Call) -> Problem | None:
    """Ask for no credentials."""
    return None


def by_manager_token(call: Call) -> Problem | None:
    return call.log_in((call.cloud.manager, "https://management.core.windows.net", "https://management.azure.com"))


def by_graph_token(call: Call) -> Problem | None:
    return call.log_in((call.cloud.graph,))


def by_vault_token(call: Call) -> Problem | None:
    """Ask for a token of the vault's tenant, which the challenge names."""
    resource = f"https://{call.cloud.vaults}"
    problem = call.log_in((resource,))
    if problem is None:
        found = call.entity(Vault, call.host_name)
        if found is None or found.subscription.tenant.name == call.claims["tid"]:
            return None
        problem = Problem(401, "Unauthorized", "AKV10032: Invalid issuer.")
    tenant = next(tenants_of_vault(call), "00000000-0000-0000-0000-000000000000")
    problem.headers["WWW-Authenticate"] = f'Bearer authorization="{call.cloud.login}/{tenant}", resource="{resource}"'
    problem.code = "Unauthorized"
    return problem


def tenants_of_vault(call: Call) -> Iterator[str]:
    """Yield the tenants in which a vault has this name, the world that was used last first, and then its own tenant."""
    worlds = list(call.worlds.latest())
    for world in worlds:
        if name := world.find(Vault, call.host_name):
            yield str(call.machine.world(world.state).entity(Vault, name).subscription.tenant.name)
    yield from (world.tenant for world in worlds)


def by_account_key(call: Call) -> Problem | None:
    """Ask for a key of the account, or a token of its tenant."""
    if key := call.headers.get("ocp-apim-subscription-key"):
        return custom_translator.log_in_by_key(call, key)
    return call.log_in(("https://cognitiveservices.azure.com", f"https://{call.cloud.accounts}"))


AUTHENTICATE: dict[str, Callable[[Call], Problem | None]] = {
    "login": nobody,
    "metadata": nobody,
    "graph": by_graph_token,
    "manager": by_manager_token,
    "vault": by_vault_token,
    "account": by_account_key,
    "text": by_account_key,
}


def error_body(api: str, problem: Problem) -> dict[str, Any]:
    """Return an error as the API has it."""
    if api == "login":
        numbers = re.findall(r"AADSTS(\d+)", problem.message)
        trace = {"trace_id": str(uuid4()), "correlation_id": str(uuid4())}
        return {
            "error": problem.code,
            "error_description": problem.message,
            "error_codes": [int(number) for number in numbers],
            **trace,
        }
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if api == "text":
        error["code"] = int(problem.code) if problem.code.isdigit() else problem.status * 1000
    if problem.because:
        error["details"] = problem.details()
    return {"error": error}
