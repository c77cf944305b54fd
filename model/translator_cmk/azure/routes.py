"""The routes: for each method and path of an API its handler, and the way from a request to its answer."""

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

from ..machine import Machine, commands
from ..machine.entities import Resource, Tenant, Vault
from ..machine.rows import Silent
from . import arm, bodies, custom_translator, entra, key_vault
from .calls import PUBLIC, Call, Cloud, Handler, Reply, acts
from .choices import CARRIED_OUT, Problem, malformed, outside
from .worlds import REGIONS, Worlds

S = "/subscriptions/{subscription}"
G = S + "/resourceGroups/{group}"
ACCOUNTS = "/providers/Microsoft.CognitiveServices"
VAULTS = "/providers/Microsoft.KeyVault"
A = G + ACCOUNTS + "/accounts"
V = G + VAULTS + "/vaults"
DELETED_ACCOUNT = S + ACCOUNTS + "/locations/{location}/resourceGroups/{its_group}/deletedAccounts/{deleted_account}"
DELETED_VAULT = S + VAULTS + "/locations/{location}/deletedVaults/{deleted_vault}"
C = custom_translator.ROOT


def always(body: Any, status: int = 200) -> Handler:
    """Return the handler that answers with this body, if what is on the path exists."""
    return lambda *_: Reply(status, body)


ROUTES: dict[str, tuple[tuple[str, str, Handler], ...]] = {
    "login": (
        ("POST", "/{tenant}/oauth2/token", entra.give_token),
        ("POST", "/{tenant}/oauth2/{version}/token", entra.give_token),
        ("GET", "/{tenant}/.well-known/openid-configuration", entra.get_configuration),
        ("GET", "/{tenant}/{version}/.well-known/openid-configuration", entra.get_configuration),
        ("GET", "/common/discovery/instance", entra.get_instance),
    ),
    "metadata": (("GET", "/metadata/endpoints", entra.get_endpoints),),
    "manager": (
        ("GET", "/tenants", lambda call, _: call.page(bodies.tenant(call, t) for t in call.every(Tenant))),
        ("GET", "/subscriptions", arm.list_subscriptions),
        ("GET", S, bodies.subscription),
        ("GET", S + "/locations", bodies.locations),
        ("GET", S + "/resources", arm.list_resources),
        ("GET", S + "/operationresults/{operation}", always(None, 204)),
        ("GET", S + "/operationStatuses/{operation}", lambda _, name: {"name": name, "status": "Succeeded"}),
        ("PUT", S + "/providers/Microsoft.Subscription/changeTenantRequest/default", arm.change_tenant),
        ("GET", S + "/resourceGroups", arm.list_groups),
        ("GET", G, bodies.group),
        ("HEAD", G, always(None, 204)),
        ("PUT", S + "/resourceGroups/{name}", arm.put_group),
        ("DELETE", G, arm.delete_group),
        ("GET", G + "/resources", arm.list_resources),
        ("POST", G + "/moveResources", arm.move_resources),
        ("GET", S + ACCOUNTS + "/accounts", arm.listing(Resource, bodies.account)),
        ("GET", S + ACCOUNTS + "/skus", arm.list_skus),
        ("GET", S + ACCOUNTS + "/deletedAccounts", arm.listing(Resource, bodies.deleted_account, "deleted")),
        ("GET", DELETED_ACCOUNT, bodies.deleted_account),
        ("GET", A, arm.listing(Resource, bodies.account)),
        ("GET", A + "/{account}", bodies.account),
        ("PATCH", A + "/{account}", arm.patch_account),
        ("PUT", A + "/{name}", arm.put_account),
        ("DELETE", A + "/{name}", arm.deletes(Resource, commands.DeleteResource)),
        ("POST", A + "/{account}/listKeys", lambda call, account: call.world.account_keys(account.name)),
        ("GET", A + "/{account}/skus", arm.list_account_skus),
        ("GET", S + VAULTS + "/vaults", arm.listing(Vault, bodies.vault)),
        ("GET", S + VAULTS + "/deletedVaults", arm.listing(Vault, bodies.deleted_vault, "deleted")),
        ("GET", S + VAULTS + "/managedHSMs", always({"value": []})),
        ("GET", S + VAULTS + "/deletedManagedHSMs", always({"value": []})),
        ("GET", DELETED_VAULT, bodies.deleted_vault),
        ("POST", DELETED_VAULT + "/purge", arm.purge_vault),
        ("GET", V, arm.listing(Vault, bodies.vault)),
        ("GET", V + "/{vault}", bodies.vault),
        ("PATCH", V + "/{vault}", arm.patch_vault),
        ("PUT", V + "/{name}", arm.put_vault),
        ("DELETE", V + "/{name}", arm.deletes(Vault, commands.DeleteVault)),
        ("PUT", V + "/{vault}/accessPolicies/{change}", arm.update_access),
    ),
    "vault": (
        ("GET", "/keys", key_vault.list_keys(bodies.key_item)),
        ("GET", "/keys/{key}", bodies.key),
        ("PUT", "/keys/{name}", key_vault.import_key),
        ("PATCH", "/keys/{key}", key_vault.update_key),
        ("DELETE", "/keys/{key}", acts(commands.DeleteKey, bodies.deleted_key)),
        ("GET", "/keys/{key}/versions", key_vault.list_versions),
        ("GET", "/keys/{key}/{version}", key_vault.get_key),
        ("PATCH", "/keys/{key}/{version}", key_vault.update_key),
        ("POST", "/keys/{name}/create", key_vault.create_key),
        ("POST", "/keys/{key}/rotate", acts(commands.RotateKey, bodies.key)),
        ("GET", "/deletedkeys", key_vault.list_keys(bodies.deleted_key_item, "deleted")),
        ("GET", "/deletedkeys/{deleted_key}", bodies.deleted_key),
        ("POST", "/deletedkeys/{deleted_key}/recover", acts(commands.RecoverKey, bodies.key)),
        ("DELETE", "/deletedkeys/{deleted_key}", acts(commands.PurgeKey, status=204)),
    ),
    "account": (
        ("GET", C + "/workspaces", custom_translator.list_workspaces),
        ("POST", C + "/workspaces", custom_translator.create_workspace),
        ("GET", C + "/workspaces/{workspace}", bodies.workspace),
        ("GET", C + "/subscriptions?workspaceId={workspace}", bodies.workspace_subscription),
        ("GET", C + "/subscriptions/billingregions", always([bodies.billing_region(r) for r in (*REGIONS, "global")])),
        ("GET", C + "/regions", always([{"Id": 1, "RegionName": "All regions"}])),
        ("GET", C + "/languages", always(custom_translator.LANGUAGES)),
        ("GET", C + "/languages/supportedlanguagepairs", always(custom_translator.PAIRS)),
        ("GET", C + "/categories", always(custom_translator.CATEGORIES)),
        ("GET", C + "/projects?workspaceId={workspace}", custom_translator.listing("project", bodies.project)),
        ("POST", C + "/projects?workspaceId={workspace}", custom_translator.create_project),
        ("GET", C + "/projects/{project}", bodies.project),
        ("GET", C + "/projects/{project}/models", custom_translator.listing("model", bodies.model)),
        ("GET", C + "/documents?workspaceId={workspace}", custom_translator.list_documents),
        ("GET", C + "/documents/{document}", custom_translator.get_document),
        ("POST", C + "/documents/import?workspaceId={workspace}", custom_translator.import_document),
        ("GET", C + "/documents/import/jobs/{job}", custom_translator.get_job),
        ("POST", C + "/models", custom_translator.create_model),
        ("GET", C + "/models/{model}", bodies.model),
        ("POST", C + "/models/{model}/deployment", custom_translator.deploy_model),
    ),
    "text": (("POST", "/translator/text/v3.0/translate", custom_translator.translate),),
}
"""For each API its routes.  The first fitting one is taken."""

LOOK_UPS: dict[str, Callable[[Call, Any, str], Any]] = {
    "tenant": entra.tenant,
    "subscription": arm.subscription,
    "group": arm.group,
    "account": partial(arm.existing, Resource),
    "vault": partial(arm.existing, Vault),
    "deleted_account": partial(arm.deleted, Resource),
    "deleted_vault": partial(arm.deleted, Vault),
    "operation": arm.operation,
    "key": key_vault.key_in("active"),
    "deleted_key": key_vault.key_in("deleted"),
    **custom_translator.LOOK_UPS,
}
"""How the name in a segment of a path is looked up, below the one before it.  Segments in other braces are texts."""

LOG_INS: dict[str, Callable[[Call], Any]] = {
    "manager": arm.log_in,
    "vault": key_vault.log_in,
    "account": custom_translator.log_in,
    "text": custom_translator.log_in,
}
"""For each API that needs credentials: what takes their world, and returns the vault or account of the host."""

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


def compiled(api: str, method: str) -> list[tuple[re.Pattern[str], list[str], Handler]]:
    """Return the routes of an API for a method: patterns of paths, what each reads of the query, and handlers."""
    rows = [(path.partition("?"), handler) for verb, path, handler in ROUTES[api] if verb == method]
    return [
        (
            re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)), re.IGNORECASE),
            re.findall(r"[^={}]+", parameter),
            handler,
        )
        for (path, _, parameter), handler in rows
    ]


PATTERNS = {(api, verb): compiled(api, verb) for api, rows in ROUTES.items() for verb, _, _ in rows}


def find(
    apis: tuple[str, ...], method: str, path: str, query: Mapping[str, str]
) -> tuple[str, Handler, dict[str, str]] | None:
    """Return the API and the handler of a request, and the texts in place of the braces of its route, or None."""
    for api in apis:
        for pattern, parameter, handler in PATTERNS.get((api, method), ()):
            if match := pattern.fullmatch(path.rstrip("/")):
                texts = {name: unquote(value) for name, value in match.groupdict().items()}
                if parameter:
                    texts[parameter[1]] = query.get(parameter[0].lower(), "")
                return api, handler, texts
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


def is_carried_out(row: Any) -> bool:
    """Return whether a row leaves open what a command does, and we chose to do what the other rows say."""
    return isinstance(row, Silent) and row.on.__name__ in CARRIED_OUT.get(row.requirement, ())


class Service:
    """Answers requests for a machine.  One at a time: an answer takes less than a millisecond."""

    def __init__(self, machine: Machine) -> None:
        self.machine = Machine(row for row in machine.rows if not is_carried_out(row))
        self.worlds, self.secret, self.lock = Worlds(), secrets.token_bytes(32), threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request, whatever it is; the names of headers are in lower case."""
        authority = headers.get("host", "").lower()
        apis, host_name = apis_at(authority.partition(":")[0])
        api = apis[-1] if apis else "manager"
        try:
            if not apis:
                raise Problem(421, "MisdirectedRequest", f"The host '{authority[:200]}' is not one of this server's.")
            path, query = parsed(target)
            found = find(apis, method, path, query)
            if found is None:
                raise outside(f"{method} {path[:300]} of {authority}")
            api, handler, texts = found
            place = (cloud_at(authority), authority, host_name, path)
            with self.lock:
                call = Call(self.machine, self.worlds, self.secret, *place, query, headers, content)
                check(call, api)
                entity = LOG_INS[api](call) if api in LOG_INS else None
                for word, text in texts.items():
                    call.at[word] = text
                    if look_up := LOOK_UPS.get(word):
                        call.at[word] = entity = look_up(call, entity, text)
                reply = handler(call, entity)
                if api in LOG_INS:
                    self.worlds.put(call.world)
        except Problem as problem:
            return Reply(problem.status, error_body(api, problem), problem.headers)
        return reply if isinstance(reply, Reply) else Reply(200, reply)


def parsed(target: str) -> tuple[str, dict[str, str]]:
    """Return the path and the query of a request; names in the query are in lower case."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        unquote(parts.path, errors="strict")
    except ValueError:
        raise malformed("The URL of the request is not valid.", "BadRequest") from None
    return parts.path, {name.lower(): value for name, value in pairs}


def check(call: Call, api: str) -> None:
    """Raise `Problem` if a request has no right version, or a condition."""
    version = call.query.get("api-version", "")
    if api in VERSIONS and not re.fullmatch(VERSIONS[api], version, re.ASCII):
        code = "InvalidApiVersionParameter" if version else "MissingApiVersionParameter"
        raise malformed(f"The api-version query parameter is required, and '{version[:40]}' is not a version.", code)
    if "if-match" in call.headers or "if-none-match" in call.headers:
        raise outside("a conditional request")


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
