"""A request and the world that it is made in: what handlers read, ask the model and answer."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ..machine import Accepted, Command, Machine, Refused
from ..machine.entities import Entity, Resource, Subscription, Vault
from .choices import REFUSED, UNSPECIFIED, Problem, answer_to, malformed, missing, outside
from .worlds import World, Worlds

PAGE = 25
"""How many items a page of a list has, where the request names no number."""


class Reply(NamedTuple):
    """A status, a body as JSON or none, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Cloud(NamedTuple):
    """How one cloud names its endpoints: URLs, and the ends of host names."""

    manager: str = "https://management.azure.com"
    login: str = "https://login.microsoftonline.com"
    graph: str = "https://graph.microsoft.com"
    vaults: str = "vault.azure.net"
    accounts: str = "cognitiveservices.azure.com"


PUBLIC = Cloud()


class Signer:
    """Signs what a client may only have from this server: tokens, keys of accounts, operations."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self.claims = lru_cache(maxsize=1024)(self._claims)

    def sign(self, *words: str) -> str:
        """Return 32 hexadecimal digits that only this server can give these words."""
        return hmac.new(self._secret, "\0".join(words).encode(), hashlib.sha256).hexdigest()[:32]

    def account_key(self, tenant: str, account: str, number: int) -> str:
        """Return one of the two keys of an account."""
        return self.sign("account", tenant, account, str(number))

    def token(self, claims: Mapping[str, Any]) -> str:
        """Return an access token with these claims, in the form of a JSON Web Token."""
        head, payload = (in_base64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
        return f"{head}.{payload}.{self.sign(head, payload)}"

    def _claims(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a token of this server, or None."""
        head, _, rest = token.partition(".")
        payload, _, signature = rest.partition(".")
        if not hmac.compare_digest(signature.encode(), self.sign(head, payload).encode()):
            return None
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return claims


def in_base64(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Call:
    """One request.  ``world`` is the world as the request leaves it; it is kept only if the request succeeds."""

    machine: Machine
    worlds: Worlds
    signer: Signer
    method: str
    authority: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    cloud: Cloud
    host_name: str  # of the vault or the account whose host is addressed
    claims: Mapping[str, Any] = field(default_factory=dict)
    world: World = field(init=False)

    # The request

    @cached_property
    def json(self) -> Any:
        """The body as JSON; raises `Problem`."""
        return parse_json(self.content, "The request content")

    @property
    def body(self) -> dict[str, Any]:
        """The body as a JSON object; raises `Problem`."""
        if not isinstance(self.json, dict):
            raise malformed("The request content has to be a JSON object.")
        return self.json

    def url(self, path: str, **query: str) -> str:
        """Return a URL of the host that was addressed."""
        return f"https://{self.authority}{quote(path)}{f'?{urlencode(query)}' if query else ''}"

    def log_in(self, *audiences: str) -> None:
        """Take the world of the bearer token, which has to be for one of these; raises `Problem`."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if not token:
            raise Problem(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        claims = self.signer.claims(token.strip()) if scheme.lower() == "bearer" else None
        if claims is None:
            raise Problem(401, "InvalidAuthenticationToken", "The access token is invalid.")
        if claims["aud"] not in audiences:
            message = f"The access token has been obtained for the wrong audience or resource '{claims['aud']}'."
            raise Problem(401, "InvalidAuthenticationTokenAudience", message)
        world = self.worlds.of(claims["tid"])
        if claims["exp"] < time.time() or world is None:
            raise Problem(401, "ExpiredAuthenticationToken", "The access token has expired.")
        self.world, self.claims = world, claims

    # The model

    @property
    def view(self) -> Any:
        """The state as rows see it, whose entities have their fields as attributes."""
        return self.machine.world(self.world.state)

    def every(self, kind: type[Entity], where: Callable[[Any], bool] = lambda _: True) -> Iterator[Any]:
        """Yield the entities of a kind, in order of their names."""
        return (each for each in sorted(self.view.every(kind), key=lambda each: str(each.name)) if where(each))

    def entity(self, kind: type[Entity], name: str, *states: str) -> Any:
        """Return the entity with this name in any case, in one of these states, by default active, or None."""
        known = self.world.find(kind, name)
        found = None if known is None else self.view.entity(kind, known)
        return found if found and found.state in (states or ("active",)) else None

    def again(self, entity: Any) -> Any:
        """Return an entity as it is now."""
        return self.view.entity(type(entity), entity.name)

    def submit(self, command: Command) -> None:
        """Ask the model; raises `Problem` where it refuses, or leaves open what happens and we chose to refuse."""
        state, outcome = self.machine.step(self.world.state, command)
        if isinstance(outcome, Accepted):
            self.world = self.world._replace(state=state)
            return
        refused = isinstance(outcome, Refused)
        because = outcome.because if isinstance(outcome, Refused) else outcome.silent
        answer = answer_to(because, REFUSED if refused else UNSPECIFIED)
        message = f"The request is refused: {', '.join(sorted(because)) or 'no reason given'}."
        raise Problem(answer.status, answer.code, message, because)

    # What is in a subscription

    def subscription(self, identifier: str) -> Any:
        """Return the subscription of a path; raises `Problem` if it does not exist or is of another tenant."""
        found = self.entity(Subscription, identifier)
        if found is None:
            raise missing("SubscriptionNotFound", f"The subscription '{identifier}' could not be found.")
        if found.tenant.name != self.claims["tid"]:
            message = f"The access token is from the wrong issuer. It must match the tenant '{found.tenant.name}'."
            raise Problem(401, "InvalidAuthenticationTokenTenant", message)
        return found

    def group(self, subscription: str, group: str) -> str:
        """Return the name of a resource group as it was created; raises `Problem` if it does not exist."""
        known = self.world.groups.get((self.subscription(subscription).name, group.lower()))
        if known is None:
            raise missing("ResourceGroupNotFound", f"Resource group '{group}' could not be found.")
        return known[0]

    def in_group(self, kind: type[Entity], subscription: str, group: str, name: str) -> Any:
        """Return the active account or vault at this place, or None; raises `Problem` where the group is missing."""
        place = (self.group(subscription, group), self.subscription(subscription).name)
        found = self.entity(kind, name)
        return found if found and (found.group, found.subscription.name) == place else None

    def account(self, subscription: str, group: str, name: str) -> Any:
        """Return the account of a path; raises `Problem` if it does not exist."""
        return self.in_group(Resource, subscription, group, name) or no_resource(f"accounts/{name}", group)

    def vault(self, subscription: str, group: str, name: str) -> Any:
        """Return the vault of a path; raises `Problem` if it does not exist."""
        return self.in_group(Vault, subscription, group, name) or no_resource(f"vaults/{name}", group)

    # Answers

    def listed(self, items: Sequence[Any], size_in: str = "$top") -> Reply:
        """Return one page of a list, with the link to the next one if there is one."""
        size, start = self.number(size_in, PAGE, range(1, 1001)), self.number("$skiptoken", 0, range(10**9))
        body: dict[str, Any] = {"value": list(items[start : start + size])}
        if start + size < len(items):
            body["nextLink"] = self.url(self.path, **{**self.query, "$skiptoken": str(start + size)})
        return Reply(200, body)

    def number(self, name: str, default: int, allowed: range) -> int:
        """Return a parameter of the query that is a number; raises `Problem`."""
        text = self.query.get(name.lower(), str(default))
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in allowed:
            raise malformed(f"The query parameter '{name}' has the value '{text}', which is no such number.")
        return int(text)

    def begun(self, subscription: str, body: Any = None) -> Reply:
        """Return that a long-running operation has begun, with a body if it is on one; it is over at once."""
        place, header = ("operationStatuses", "Azure-AsyncOperation") if body else ("operationresults", "Location")
        path = f"/subscriptions/{subscription}/{place}/{self.signer.sign('operation', subscription)}"
        url = self.url(path, **{"api-version": self.query["api-version"]})
        return Reply(202, body, {header: url, "Retry-After": "1"})


def no_resource(name: str, group: str) -> Any:
    """Raise that an account or a vault was not found."""
    raise missing("ResourceNotFound", f"The resource '{name}' under resource group '{group}' was not found.")


def parse_json(content: bytes | str, what: str) -> Any:
    """Return content as JSON; raises `Problem`."""
    try:
        value = json.loads(content, parse_constant=lambda text: float("not a number of JSON"))
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed(f"{what} is not valid JSON.") from None
    return value


def member(body: Any, path: str, kind: type, default: Any = None) -> Any:
    """Return a member of a JSON object, such as `properties.sku.name`; raises `Problem` where it has another type."""
    value = body
    for name in path.split("."):
        if not isinstance(value, dict):
            raise malformed(f"'{path}' lies within something that is no object.")
        value = value.get(name)
        if value is None:
            return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise malformed(f"'{path}' has the wrong type.")
    return value


def required(body: Any, path: str, kind: type = str) -> Any:
    """Return a member of a JSON object that must be there; raises `Problem`."""
    value = member(body, path, kind)
    if value in (None, "", []):
        raise malformed(f"'{path}' is missing.")
    return value


READ_ONLY: tuple[str, ...] = (
    "id",
    "name",
    "type",
    "etag",
    "systemData",
    "provisioningState",
    "internalId",
    "dateCreated",
)
READ_ONLY += ("endpoint", "endpoints", "capabilities", "isMigrated", "vaultUri", "hsmPoolResourceId", "callRateLimit")
"""Members that a client may send back as it read them, and Azure ignores."""


def honoured(wanted: Any, shown: Any, done: Sequence[str] = (), path: str = "") -> None:
    """Raise that something is outside the subset, unless what is shown has all that was asked for.

    ``done`` names the members that commands stand for; what they did is the model's business.
    """
    if wanted is None or (shown is None and (wanted is False or wanted in ("", [], {}))):
        return
    if isinstance(wanted, dict) and isinstance(shown, dict | None):
        for name, value in wanted.items():
            inner = f"{path}.{name}" if path else name
            if inner not in done and not (path in ("", "properties") and name in READ_ONLY):
                honoured(value, (shown or {}).get(name), done, inner)
    elif isinstance(wanted, str) and isinstance(shown, str):
        if wanted.replace(" ", "").rstrip("/").lower() != shown.rstrip("/").lower():
            raise outside(f"{path} '{wanted}'")
    elif type(wanted) is not type(shown) or wanted != shown:
        raise outside(f"{path} {json.dumps(wanted)[:80]}")


def only(body: dict[str, Any], path: str, *names: str) -> None:
    """Raise that a member within this one is outside the subset, unless it is one of those that are named."""
    for name, value in member(body, path, dict, {}).items():
        if name not in names and value not in (None, "", [], {}):
            raise outside(f"{path}.{name}")
