"""One request, the world that it is made in, and its answer."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, ClassVar, NamedTuple
from urllib.parse import quote, urlencode

import jwt

from ...machine import Accepted, Command, Machine, Refused, State, commands
from ...machine.commands import COMMANDS
from ...machine.entities import Entity, Key
from .asked import Asked, parse_json
from .fixed import FIXED
from .forms import FORMS, Body, filled
from .problems import Problem, answer_to, found, malformed
from .strictness import Strictness
from .values import Values
from .worlds import ServedWorld, Worlds

USES_OF_KEYS = (
    commands.EnableCustomerManagedKeys,
    commands.CreateWorkspace,
    commands.UploadDocument,
    commands.TrainModel,
    commands.DeployModel,
    commands.ReadData,
    commands.TranslateWithModel,
)
"""The commands for which a key, if it is the customer's, has to be in reach."""

PAGE = 25
"""How many items a page of a list has, where the request names no number."""

DIGITS = re.compile(r"[0-9]{1,9}")

decoded = lru_cache(maxsize=1024)(jwt.decode)
"""Like `jwt.decode`, which checks a signature each time."""


class Reply(NamedTuple):
    """A status, a body as JSON or none, and headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


Handler = Callable[[Any, Any], Any]
"""Answers a request: of the call, and of what its path leads to."""

Collection = Callable[[Any, Any], Mapping[str, Any]]
"""All of a kind by name: of the call, and of what the path before it leads to."""


@dataclass
class Call:
    """One request.  ``world`` is the world as the request leaves it; it is kept only if the request
    succeeds.
    """

    collections: ClassVar[Mapping[str, Collection]] = {}
    """What a word in the braces of a path is one of."""

    handlers: ClassVar[Mapping[str, Handler]] = {}
    """What answers a request, by the name that routes.yaml has."""

    machine: Machine
    worlds: Worlds
    secret: bytes  # signs tokens
    strictness: Strictness
    now: float  # when the request is answered, in seconds from some time on
    cloud: Any  # names of endpoints: those of fixed.yaml
    authority: str
    host_name: str  # of the vault or the account whose host is addressed
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    at: dict[str, Any]  # what the path names: entities, or else texts
    handler: str  # as routes.yaml has it
    claims: Mapping[str, Any] = field(default_factory=dict)
    world: ServedWorld = field(init=False)

    # What the request says

    @cached_property
    def asked(self) -> Asked:
        """What the body asks for, as JSON; raises `Problem`."""
        return Asked(parse_json(self.content, "The request content"))

    def new_name(self, kind: str) -> str:
        """Return the name of the path, for something new of a kind; raises `Problem`."""
        name = str(self.at["name"])
        known = FIXED["names"][kind]
        if not re.fullmatch(known["form"], name):
            raise malformed(f"The name '{name}' is not valid for a {kind}.", known["code"])
        return name

    def number(self, name: str, default: int, allowed: range) -> int:
        """Return a parameter of the query that is a number; raises `Problem`."""
        text = self.query.get(name.lower(), str(default))
        if not DIGITS.fullmatch(text) or int(text) not in allowed:
            raise malformed(
                f"The query parameter '{name}' has the value '{text}', which is no such number."
            )
        return int(text)

    # Who asks

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
        # which is refused below, as no token
        if scheme.lower() != "bearer":
            token = ""
        try:
            self.claims = decoded(token.strip(), self.secret, ("HS256",), audience=audiences)
            world = self.worlds.of(self.claims["tid"])
            # a token that was decoded before is not checked again, and its world may have ended
            if world is None or self.claims["exp"] < time.time():
                raise jwt.ExpiredSignatureError
        except jwt.InvalidTokenError as error:
            code = FIXED["token_errors"].get(type(error).__name__, "InvalidAuthenticationToken")
            raise Problem(
                401, code, f"The access token is not valid for '{audiences[0]}': {error}."
            ) from None
        self.world = world

    # What the path names

    def there(self, word: str, above: Any, text: str) -> Any:
        """Return the one of a collection that a path names, in any case, or None."""
        for name, entity in self.collections[word](self, above).items():
            if name.lower() == text.lower():
                return entity
        return None

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
        wanted = states or ("active",)
        for entity in sorted(self.view.every(kind), key=lambda entity: str(entity.name)):
            if entity.state in wanted:
                yield entity

    def entity(self, kind: type[Entity], name: str, state: str = "active") -> Any:
        """Return the entity with this name in any case, or None where it is not in this state."""
        for entity in self.every(kind, state):
            if entity.name.lower() == name.lower():
                return entity
        return None

    def everywhere(self, kind: type[Entity]) -> Iterator[Any]:
        """Yield the entities whose host is addressed, and take the world of each: those used last
        first.
        """
        for world in self.worlds.latest():
            self.world = world
            entity = self.entity(kind, self.host_name)
            if entity is not None:
                yield entity

    def again(self, entity: Any) -> Any:
        """Return an entity as it is now."""
        return self.view.entity(type(entity), entity.name)

    def submit(self, command: Command) -> None:
        """Ask the model; raises `Problem` where it refuses, or leaves open what happens and we
        chose to refuse.
        """
        if isinstance(command, USES_OF_KEYS):
            in_effect = self.state_in_effect()
            # refused where it needs access that has not taken effect; otherwise asked again below,
            # since the state goes on with this access
            if in_effect is not self.world.state:
                self.step(in_effect, command)
        state = self.step(self.world.state, command)
        self.world = self.world._replace(state=state)

    def state_in_effect(self) -> State:
        """Return the state without access that has not taken effect yet."""
        return self.world.state

    def step(self, before: State, command: Command) -> State:
        """Return the state after a command; raises `Problem`."""
        state, outcome = self.machine.step(before, command)
        if isinstance(outcome, Accepted):
            return state
        because = outcome.because if isinstance(outcome, Refused) else outcome.silent
        answer = answer_to(because)
        reasons = ", ".join(sorted(because)) or "no reason given"
        message = f"The request is refused: {reasons}."
        raise Problem(answer["status"], answer["code"], message, because)

    # Answers

    def reply(self, handler: str, entity: Any) -> Any:
        """Return the answer of a handler as routes.yaml has it, for what the path leads to: `list`
        and a collection, or any commands and then a status, a form or a function; raises `Problem`.
        """
        *first, last = handler.split()
        if first == ["list"]:
            return self.listed(last, entity)
        for command in first:
            self.submit_on(command, entity)
            entity = self.again(entity)
        if last.isdecimal():
            return Reply(int(last))
        if last in FORMS:
            return self.show(last, entity)
        return self.handlers[last](self, entity)

    def submit_on(self, command: str, entity: Any) -> None:
        """Ask the model for a command that names nothing but an entity."""
        names = entity.name.split("/") if isinstance(entity, Key) else [entity.name]
        self.submit(COMMANDS[command](*names))

    def show(self, form: str, entity: Any, **given: Any) -> Body:
        """Return an entity in one of the forms of bodies; what is given takes the place of other
        values.
        """
        body: Body = filled(FORMS[form], Values(self, entity, given))
        return body

    def url(self, path: str, **query: str) -> str:
        """Return a URL of the host that was addressed."""
        url = f"https://{self.authority}{quote(path)}"
        return f"{url}?{urlencode(query)}" if query else url

    def page(self, items: Iterable[Any]) -> Body:
        """Return one page of a list, with the link to the next one if there is one."""
        every = list(items)
        # Key Vault has the first name, Azure Resource Manager the second
        parameter = "maxresults" if "maxresults" in self.query else "$top"
        size = self.number(parameter, PAGE, range(1, 1001))
        start = self.number("$skiptoken", 0, range(10**9))
        end = start + size
        body: Body = {"value": every[start:end]}
        if end < len(every):
            query = {**self.query, "$skiptoken": str(end)}
            body["nextLink"] = self.url(self.path, **query)
        return body

    def listed(self, word: str, above: Any) -> Body:
        """Return a page of a collection."""
        # of some things a list shows less
        form = f"{word}_item" if f"{word}_item" in FORMS else word
        entities = self.collections[word](self, above).values()
        return self.page(self.show(form, entity) for entity in entities)
