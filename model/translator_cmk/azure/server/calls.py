"""A request, the world that it is made in, and its answer: what handlers read, refuse, ask the
model and show.

Bodies of answers are functions of the model's state: bodies.yaml has their form, and here are
values.
"""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial, reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, urlencode

import jwt

from ...machine import Accepted, Command, Machine, Refused
from ...machine.commands import COMMANDS
from ...machine.entities import CUSTOMER, Entity, Grant, Key
from ...machine.meanings import registered, shows_encryption_section
from ...strict_yaml import read_yaml
from .strictness import Strictness
from .worlds import FIXED, SUBSCRIPTIONS, TENANTS, World, Worlds

# Answers that we chose where no public source shows one, or the model leaves it open


ANSWERS: dict[str, dict[str, Any]] = FIXED["answers"]
USUAL: dict[str, Any] = {"status": 400, "code": "BadRequest"}


def answer_to(because: Collection[str]) -> dict[str, Any]:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in
    order of ids.
    """
    first = min(
        because,
        key=lambda name: (name in ("environment.exists", "environment.new-name"), name),
        default="",
    )
    return ANSWERS.get(first, USUAL)


@dataclass(eq=False)
class Problem(Exception):
    """An answer other than success: a status, an Azure error code, a message, and the requirements
    behind it.
    """

    status: int
    code: str
    message: str
    because: Collection[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(
        501, "NotImplemented", f"{what} is outside the subset of Azure that this server has"
    )


def malformed(message: str, code: str = "InvalidRequestContent") -> Problem:
    """Return the answer to a request that can't be understood."""
    return Problem(400, code, message)


def missing(code: str, message: str, status: int = 404) -> Problem:
    """Return the answer to a request that names what does not exist."""
    return Problem(status, code, message, ["environment.exists"])


def found(thing: Any, code: str, message: str) -> Any:
    """Return what was looked up; raises `Problem` where there is none."""
    if thing is None:
        raise missing(code, message)
    return thing


# Bodies of requests


def parse_json(content: bytes | str, what: str) -> Any:
    """Return content as JSON; raises `Problem`."""
    try:
        value = json.loads(content, parse_constant=lambda text: float("not a number of JSON"))
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed(f"{what} is not valid JSON.") from None
    return value


def plain(value: Any) -> str:
    """Return a value as text by which Azure compares it: without case, spaces, a last slash or the
    order of a list.
    """
    if isinstance(value, list):
        return str(sorted(map(plain, value)))
    return json.dumps(value).replace(" ", "").replace('/"', '"').lower()


class Asked(NamedTuple):
    """What a request, or an object in it, asks for; the names of its members may be in any case."""

    value: Any

    def get(self, path: str, kind: type = str, default: Any = None) -> Any:
        """Return a member, such as `properties.sku.name`; raises `Problem` where it has another
        type.
        """
        value = self.value
        for name in path.split("."):
            if not isinstance(value, dict):
                raise malformed(f"'{path}' lies within something that is no object.")
            value = next((each for key, each in value.items() if key.lower() == name.lower()), None)
            if value is None:
                return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise malformed(f"'{path}' has the wrong type.")
        return value

    def required(self, path: str, kind: type = str) -> Any:
        """Return a member that must be there; raises `Problem`."""
        value = self.get(path, kind)
        if value in (None, "", []):
            raise malformed(f"'{path}' is missing.")
        return value

    def honoured(self, shown: Any, *done: str, path: str = "") -> Any:
        """Return what is shown, if it has all that is asked for; raises `Problem`.

        ``done`` names the members that commands stand for; what they did is the model's business.
        """
        wanted = self.value
        if wanted is None or path.lower() in map(str.lower, done) or path in FIXED["read_only"]:
            return shown
        if isinstance(wanted, dict) and isinstance(shown, dict | None):
            known = {name.lower(): value for name, value in (shown or {}).items()}
            for name, value in wanted.items():
                inner = f"{path}.{name}" if path else name
                if (
                    shown is None and value == {}
                ):  # a name in an object asks for something, even with nothing in it
                    raise outside(inner)
                Asked(value).honoured(known.get(name.lower()), *done, path=inner)
        elif plain(wanted) != plain(shown) and not (
            shown is None and (wanted is False or wanted in ("", []))
        ):
            raise outside(f"{path} {json.dumps(wanted)[:80]}")
        return shown


# Requests

PAGE = 25
"""How many items a page of a list has, where the request names no number."""


class Reply(NamedTuple):
    """A status, a body as JSON or none, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


decoded = lru_cache(maxsize=1024)(jwt.decode)


@dataclass
class Call:
    """One request.  ``world`` is the world as the request leaves it; it is kept only if the request
    succeeds.
    """

    collections: ClassVar[Mapping[str, Callable[[Any, Any], Mapping[str, Any]]]] = {}
    """What a word in the braces of a path is one of, by name, in what the path before it leads to.
    """

    machine: Machine
    worlds: Worlds
    secret: bytes  # signs tokens
    strictness: Strictness
    cloud: Any  # names of endpoints: those of fixed.yaml
    authority: str
    host_name: str  # of the vault or the account whose host is addressed
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    at: dict[str, Any]  # what the path names: entities, or else texts
    claims: Mapping[str, Any] = field(default_factory=dict)
    world: World = field(init=False)

    @cached_property
    def asked(self) -> Asked:
        """What the body asks for, as JSON; raises `Problem`."""
        return Asked(parse_json(self.content, "The request content"))

    def new_name(self, kind: str) -> Any:
        """Return the name of the path, for something new of a kind; raises `Problem`."""
        name, known = self.at["name"], FIXED["names"][kind]
        if not re.fullmatch(known["form"], name):
            raise malformed(f"The name '{name}' is not valid for a {kind}.", known["code"])
        return name

    def number(self, name: str, default: int, allowed: range) -> int:
        """Return a parameter of the query that is a number; raises `Problem`."""
        text = self.query.get(name.lower(), str(default))
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in allowed:
            raise malformed(
                f"The query parameter '{name}' has the value '{text}', which is no such number."
            )
        return int(text)

    def log_in(self) -> Any:
        """Take the world of the credentials, and return what the path is below, such as a vault;
        raises `Problem`.
        """
        return self.at.get("tenant")

    def sign_in(self, *audiences: str) -> None:
        """Take the world of the bearer token, which has to be for one of these; raises
        `Problem`.
        """
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if not token:
            raise Problem(
                401,
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.",
            )
        try:
            token = token.strip() if scheme.lower() == "bearer" else ""
            self.claims = decoded(token, self.secret, ("HS256",), audience=audiences)
            if (world := self.worlds.of(self.claims["tid"])) is None or self.claims[
                "exp"
            ] < time.time():
                raise jwt.ExpiredSignatureError
        except jwt.InvalidTokenError as error:
            code = FIXED["token_errors"].get(type(error).__name__, "InvalidAuthenticationToken")
            raise Problem(
                401, code, f"The access token is not valid for '{audiences[0]}': {error}."
            ) from None
        self.world = world

    def there(self, word: str, above: Any, text: str) -> Any:
        """Return the one of a collection that a path names, in any case, or None."""
        every = self.collections[word](self, above)
        return next((each for name, each in every.items() if name.lower() == text.lower()), None)

    def find(self, word: str, above: Any, text: str) -> Any:
        """Return the one of a collection that a path names; raises `Problem`."""
        code, message = FIXED["missing"].get(word, FIXED["missing"]["others"])
        return found(self.there(word, above, text), code, message.format(text))

    # The model

    @property
    def view(self) -> Any:
        """The state as rows see it, whose entities have their fields as attributes."""
        return self.machine.world(self.world.state)

    def every(self, kind: type[Entity], *states: str) -> Iterator[Any]:
        """Yield the entities of a kind that are in one of these states, by default active, in order
        of their names.
        """
        every = sorted(self.view.every(kind), key=lambda each: str(each.name))
        return (each for each in every if each.state in (states or ("active",)))

    def entity(self, kind: type[Entity], name: str, state: str = "active") -> Any:
        """Return the entity with this name in any case, or None where it is not in this state."""
        return next(
            (each for each in self.every(kind, state) if each.name.lower() == name.lower()), None
        )

    def everywhere(self, kind: type[Entity]) -> Iterator[Any]:
        """Yield the entities whose host is addressed, and take the world of each: those used last
        first.
        """
        for world in self.worlds.latest():
            self.world = world
            if found := self.entity(kind, self.host_name):
                yield found

    def again(self, entity: Any) -> Any:
        """Return an entity as it is now."""
        return self.view.entity(type(entity), entity.name)

    def submit(self, command: Command) -> None:
        """Ask the model; raises `Problem` where it refuses, or leaves open what happens and we
        chose to refuse.
        """
        state, outcome = self.machine.step(self.world.state, command)
        if isinstance(outcome, Accepted):
            self.world = self.world._replace(state=state)
            return
        because = outcome.because if isinstance(outcome, Refused) else outcome.silent
        answer, reasons = answer_to(because), ", ".join(sorted(because)) or "no reason given"
        raise Problem(
            answer["status"], answer["code"], f"The request is refused: {reasons}.", because
        )

    # Answers

    def reply(self, handler: str, entity: Any) -> Any:
        """Return the answer of a handler as routes.yaml has it, for what the path leads to; raises
        `Problem`.
        """
        *first, last = handler.split()
        if first == ["list"]:
            return self.listed(last, entity)
        for command in first:
            names = entity.name.split("/") if isinstance(entity, Key) else [entity.name]
            self.submit(COMMANDS[command](*names))
            entity = self.again(entity)
        if last.isdecimal():
            return Reply(int(last))
        return self.show(last, entity) if last in FORMS else getattr(self, last)(entity)

    def show(self, form: str, entity: Any, **given: Any) -> "Body":
        """Return an entity in one of the forms of bodies; what is given takes the place of other
        values.
        """
        body: Body = filled(FORMS[form], Values(self, entity, given))
        return body

    def url(self, path: str, **query: str) -> str:
        """Return a URL of the host that was addressed."""
        return f"https://{self.authority}{quote(path)}{f'?{urlencode(query)}' if query else ''}"

    def page(self, items: Iterable[Any]) -> dict[str, Any]:
        """Return one page of a list, with the link to the next one if there is one."""
        every = list(items)
        size = self.number(
            "maxresults" if "maxresults" in self.query else "$top", PAGE, range(1, 1001)
        )
        start = self.number("$skiptoken", 0, range(10**9))
        body: dict[str, Any] = {"value": every[start : start + size]}
        if start + size < len(every):
            body["nextLink"] = self.url(
                self.path, **{**self.query, "$skiptoken": str(start + size)}
            )
        return body

    def listed(self, word: str, above: Any) -> dict[str, Any]:
        """Return a page of a collection."""
        form = f"{word}_item" if f"{word}_item" in FORMS else word
        return self.page(
            self.show(form, each) for each in self.collections[word](self, above).values()
        )

    def begun(self, _: Any, body: Any = None) -> Reply:
        """Return that a long-running operation has begun, with a body if it is on one; it is over
        at once.
        """
        place, header = (
            ("operationStatuses", "Azure-AsyncOperation")
            if body
            else ("operationresults", "Location")
        )
        subscription = self.at["subscription"].name
        path = (
            f"/subscriptions/{subscription}/{place}/{self.world.id_of('operation', subscription)}"
        )
        end = self.url(path, **{"api-version": self.query["api-version"]})
        return Reply(202, body, {header: end, "Retry-After": "1"})


# Bodies

Body = dict[str, Any]

FORMS: dict[str, Any] = read_yaml(Path(__file__).with_name("bodies.yaml")).value()


class Values(dict[str, Any]):
    """What the braces of a form can name: what is given, or a value of this module, or a field of
    the entity.
    """

    def __init__(self, call: "Call", entity: Any, given: Body) -> None:
        super().__init__(given)
        self.call, self.entity = call, entity

    def __missing__(self, name: str) -> Any:
        self[name] = VALUES[name](self) if name in VALUES else getattr(self.entity, name)
        return self[name]


def filled(form: Any, v: Values) -> Any:
    """Return a form with values in place of its braces, and without the members that have none."""
    if isinstance(form, dict):
        members = {name: filled(each, v) for name, each in form.items()}
        return {name: value for name, value in members.items() if value is not None}
    if isinstance(form, list):
        return [filled(each, v) for each in form]
    if isinstance(form, str) and (whole := re.fullmatch(r"\{([^{}:]+)\}", form)):
        name, *fields = whole[1].split(".")
        return reduce(getattr, fields, v[name])
    return form.format_map(v) if isinstance(form, str) else form


def local(k: Key) -> str:
    """Return the name of a key in its vault."""
    return k.name.partition("/")[2]


def digits(v: Values, name: str) -> str:
    """Return a number of a key's public part, in base64url without padding.

    Its bytes follow from the key's identifier; the first and the last bit are 1.
    """
    data = hashlib.shake_256(f"{v['kid']}{name}".encode()).digest((v["size"] + 7) // 8)
    data = bytes([data[0] | 0x80, *data[1:-1], data[-1] | 1])
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def id_of(call: "Call", kind: str, name: str) -> str | int:
    """Return the identifier of something that Custom Translator holds; documents and models have
    numbers.
    """
    return (call.world.number_of if kind in ("document", "model") else call.world.id_of)(kind, name)


def billing_region(name: str) -> Body:
    return {
        "BillingRegionCode": name.upper(),
        "BillingRegionName": FIXED["regions"].get(name, "Global"),
    }


KINDS = {kind["resource"]: name for name, kind in FIXED["kinds"].items()}

VALUES: dict[str, Callable[[Values], Any]] = {
    # Microsoft Entra, and the cloud
    "cloud": lambda v: v.call.cloud,
    "text": lambda v: v.entity,
    "login_host": lambda v: v.call.cloud.login.removeprefix("https://"),
    # Tenants and subscriptions
    "display_name": lambda v: next(
        (name for name in (*TENANTS, *SUBSCRIPTIONS) if v.call.world.id_of(name) == v.entity.name),
        TENANTS[0],
    ),
    # Accounts
    "account_kind": lambda v: KINDS[getattr(v.entity, "resource", v.entity).kind],
    "endpoint": lambda v: f"https://{v.entity.name.lower()}.{v.call.cloud.accounts}/",
    "internal_id": lambda v: v.call.world.id_of("account", v.entity.name).replace("-", ""),
    "capabilities": lambda v: (
        [{"name": "CustomerManagedKey"}] if shows_encryption_section(v.entity) else []
    ),
    "managed_identity": lambda v: (
        v.call.show("managed_identity", v.entity) if v.entity.identity else None
    ),
    "principal_id": lambda v: v.call.world.principal(v.entity) if registered(v.entity) else None,
    "encryption": lambda v: (
        v.call.show("encryption", v.entity) if v.entity.key_source == CUSTOMER else None
    ),
    "key_in_use": lambda v: v.call.show("key_in_use", v.entity.key) if v.entity.key else None,
    # Key vaults
    "vault_uri": lambda v: (
        f"https://{getattr(v.entity, 'vault', v.entity).name.lower()}.{v.call.cloud.vaults}/"
    ),
    "uses_rbac": lambda v: v.entity.permission_model == "rbac",
    "retention": lambda v: 90 if v.entity.soft_delete else None,
    "protected": lambda v: v.entity.purge_protection or None,
    "access_policies": lambda v: [
        v.call.show("access_policy", g)
        for g in v.call.every(Grant)
        if g.vault.name == v.entity.name
    ],
    "object_id": lambda v: v.call.world.principal(v.entity.resource),
    "assignment": lambda v: v.call.world.assignment(v.entity.name),
    # Keys
    "key_name": lambda v: local(v.entity),
    "version_id": lambda v: v.call.world.version(v.entity.name, v.entity.version),
    "kid": lambda v: f"{v['vault_uri']}keys/{v['key_name']}/{v['version_id']}",
    "public_part": lambda v: v.call.show(f"{v.entity.type}_key", v.entity),
    **{name: partial(digits, name=name) for name in ("x", "y", "n")},
    "recoverable_days": lambda v: 90 if v.entity.vault.soft_delete else 0,
    "recovery_level": lambda v: "+".join(
        ["Recoverable"] * v.entity.vault.soft_delete
        + ["Purgeable"] * (not (v.entity.vault.soft_delete and v.entity.vault.purge_protection))
    ),
    # without it a client knows that the key is gone
    "recovery_id": lambda v: (
        f"{v['vault_uri']}deletedkeys/{v['key_name']}" if v.entity.vault.soft_delete else None
    ),
    # Custom Translator
    "workspace_id": lambda v: id_of(v.call, "workspace", v.entity.name),
    "project_id": lambda v: id_of(v.call, "project", getattr(v.entity, "workspace", v.entity).name),
    "number": lambda v: v.call.world.number_of(v.entity.word, v.entity.name),
    "billing_region": lambda v: billing_region(v.entity.resource.location.name),
    "billing_regions": lambda _: [billing_region(name) for name in (*FIXED["regions"], "global")],
    "workspace_subscription": lambda v: v.call.show("workspace_subscription", v.entity),
    "asked": lambda v: SimpleNamespace(**v.call.world.projects[v.entity.name]),
    "category_id": lambda v: f"{v.call.world.id_of('category', v.entity.name)}-GENERAL",
    "is_deployed": lambda v: v.entity.state == "deployed",
}
"""What a form can name, besides the fields of the entity; None is left out."""
