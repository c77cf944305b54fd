"""A request and the world that it is made in: what handlers read, ask the model and answer."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, urlencode

import jwt

from ..machine import Accepted, Command, Machine, Refused
from ..machine.entities import Entity
from .bodies import FILL, FORMS, Values
from .reading import Asked, Problem, answer_to, malformed, missing, parse_json
from .worlds import FIXED, World, Worlds

PAGE = 25
"""How many items a page of a list has, where the request names no number."""


class Reply(NamedTuple):
    """A status, a body as JSON or none, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


Handler = Callable[["Call", Any], Any]
"""Answers a call for what its path leads to, the last entity on it: with a `Reply`, or with a body for status 200."""


@lru_cache(maxsize=1024)
def claims_of(token: str, secret: bytes, audiences: tuple[str, ...]) -> dict[str, Any]:
    """Return the claims of a token, which may have expired; raises `jwt.InvalidTokenError`."""
    return jwt.decode(token, secret, ["HS256"], {"verify_exp": False}, audience=audiences)


@dataclass
class Call:
    """One request.  ``world`` is the world as the request leaves it; it is kept only if the request succeeds."""

    collections: ClassVar[Mapping[str, Callable[[Any, Any], Iterable[Any]]]] = {}
    """What a word in the braces of a path is one of, in what the path before it leads to."""

    machine: Machine
    worlds: Worlds
    secret: bytes  # signs tokens
    cloud: Any  # names of endpoints: those of fixed.yaml
    authority: str
    host_name: str  # of the vault or the account whose host is addressed
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    at: dict[str, Any] = field(default_factory=dict)  # what the path names: entities, or else texts
    claims: Mapping[str, Any] = field(default_factory=dict)
    world: World = field(init=False)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; raises `Problem`."""
        return parse_json(self.content, "The request content")

    @cached_property
    def asked(self) -> Asked:
        """What the body asks for; raises `Problem`."""
        return Asked(self.json)

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
            raise malformed(f"The query parameter '{name}' has the value '{text}', which is no such number.")
        return int(text)

    def log_in(self) -> Any:
        """Take the world of the credentials, and return the vault or the account of the host; raises `Problem`."""

    def sign_in(self, *audiences: str) -> None:
        """Take the world of the bearer token, which has to be for one of these; raises `Problem`."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if not token:
            raise Problem(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
        try:
            self.claims = claims_of(token.strip() if scheme.lower() == "bearer" else "", self.secret, audiences)
        except jwt.InvalidAudienceError:
            message = f"The access token has been obtained for the wrong audience; it has to be for '{audiences[0]}'."
            raise Problem(401, "InvalidAuthenticationTokenAudience", message) from None
        except jwt.InvalidTokenError:
            raise Problem(401, "InvalidAuthenticationToken", "The access token is invalid.") from None
        world = self.worlds.of(self.claims["tid"])
        if world is None or self.claims["exp"] < time.time():
            raise Problem(401, "ExpiredAuthenticationToken", "The access token has expired.")
        self.world = world

    def name_of(self, word: str, entity: Any) -> str:  # noqa: ARG002  # not all APIs go by names
        """Return what stands in a path for an entity."""
        return str(entity.name)

    def find(self, word: str, above: Any, text: str) -> Any:
        """Return the one of a collection that a path names, in any case; raises `Problem`."""
        for each in self.collections[word](self, above):
            if self.name_of(word, each).lower() == text.lower():
                return each
        code, message = FIXED["missing"].get(word, FIXED["missing"]["others"])
        raise missing(code, message.format(text))

    # The model

    @property
    def view(self) -> Any:
        """The state as rows see it, whose entities have their fields as attributes."""
        return self.machine.world(self.world.state)

    def every(self, kind: type[Entity], *states: str) -> Iterator[Any]:
        """Yield the entities of a kind that are in one of these states, by default active, in order of their names."""
        found = sorted(self.view.every(kind), key=lambda each: str(each.name))
        return (each for each in found if each.state in (states or ("active",)))

    def entity(self, kind: type[Entity], name: str, state: str = "active") -> Any:
        """Return the entity with this name in any case, or None where it is not in this state."""
        known = self.world.find(kind, name)
        found = None if known is None else self.view.entity(kind, known)
        return found if found and found.state == state else None

    def again(self, entity: Any) -> Any:
        """Return an entity as it is now."""
        return self.view.entity(type(entity), entity.name)

    def submit(self, command: Command) -> None:
        """Ask the model; raises `Problem` where it refuses, or leaves open what happens and we chose to refuse."""
        state, outcome = self.machine.step(self.world.state, command)
        if isinstance(outcome, Accepted):
            self.world = self.world._replace(state=state)
            return
        because = outcome.because if isinstance(outcome, Refused) else outcome.silent
        status, code, *_ = answer_to(because)
        message = f"The request is refused: {', '.join(sorted(because)) or 'no reason given'}."
        raise Problem(status, code, message, because)

    # Answers

    def reply(self, handler: str | tuple[str], entity: Any) -> Any:
        """Return the answer of a handler as routes.yaml has it, for what the path leads to; raises `Problem`."""
        if isinstance(handler, tuple):
            return self.listed(handler[0], entity)
        return self.show(handler, entity) if handler in FORMS else getattr(self, handler)(entity)

    def show(self, form: str, entity: Any, **given: Any) -> dict[str, Any]:
        """Return an entity in one of the forms of bodies; what is given takes the place of other values."""
        filled: dict[str, Any] = FILL[form](Values(self, entity, given))
        if "etag" in filled:
            others = json.dumps(filled, sort_keys=True).encode()
            filled["etag"] = f'"{hashlib.sha256(others).hexdigest()[:32]}"'
        return filled

    def url(self, path: str, **query: str) -> str:
        """Return a URL of the host that was addressed."""
        return f"https://{self.authority}{quote(path)}{f'?{urlencode(query)}' if query else ''}"

    def page(self, items: Iterable[Any]) -> dict[str, Any]:
        """Return one page of a list, with the link to the next one if there is one."""
        found = list(items)
        size = self.number("maxresults" if "maxresults" in self.query else "$top", PAGE, range(1, 1001))
        start = self.number("$skiptoken", 0, range(10**9))
        body: dict[str, Any] = {"value": found[start : start + size]}
        if start + size < len(found):
            body["nextLink"] = self.url(self.path, **{**self.query, "$skiptoken": str(start + size)})
        return body

    def listed(self, word: str, above: Any) -> dict[str, Any]:
        """Return a page of a collection."""
        form = f"{word}_item" if f"{word}_item" in FORMS else word
        return self.page(self.show(form, each) for each in self.collections[word](self, above))

    def begun(self, body: Any = None) -> Reply:
        """Return that a long-running operation has begun, with a body if it is on one; it is over at once."""
        place, header = ("operationStatuses", "Azure-AsyncOperation") if body else ("operationresults", "Location")
        subscription = self.at["subscription"].name
        path = f"/subscriptions/{subscription}/{place}/{self.world.id_of('operation', subscription)}"
        return Reply(
            202, body, {header: self.url(path, **{"api-version": self.query["api-version"]}), "Retry-After": "1"}
        )


def always(body: Any, status: int = 200) -> Handler:
    """Return the handler that answers with this body, if all that the path names exists."""
    return lambda *_: Reply(status, body)
