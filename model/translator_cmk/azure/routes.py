"""The routes: for each method and path of an API its handler, and the way from a request to its answer."""

import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

import yaml

from ..machine import Machine
from ..machine.rows import Silent
from ..requirements import load_register
from . import arm, custom_translator, entra, key_vault
from .calls import Call, Reply
from .reading import Problem, answer_to, malformed, outside
from .worlds import FIXED, Worlds

APIS: dict[str, type[Call]] = {
    "login": entra.EntraCall,
    "metadata": entra.EntraCall,
    "manager": arm.ManagerCall,
    "vault": key_vault.VaultCall,
    "account": custom_translator.TranslatorCall,
    "text": custom_translator.TranslatorCall,
}
"""The requests of each API: their methods are its handlers, and the look-ups of what its paths name."""

WITHOUT_CREDENTIALS = ("login", "metadata")
"""The APIs whose requests belong to no world yet."""


class Route(NamedTuple):
    """A method of a path, and its handler."""

    api: str
    method: str
    path: str
    pattern: re.Pattern[str]
    handler: str | tuple[str]


def routes_in(tree: Mapping[str, Any], api: str, path: str = "") -> Iterator[Route]:
    """Yield the routes of a tree, whose paths begin with a path."""
    for name, below in tree.items():
        if name.startswith("/"):
            yield from routes_in(below, api, path + name)
        else:
            handler = below if isinstance(below, str) else tuple(below)
            pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path.partition("?")[0]))
            yield Route(api, name, path, re.compile(pattern, re.IGNORECASE), handler)


TREES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("routes.yaml").read_text("utf-8"))
ROUTES = [route for api, tree in TREES.items() for route in routes_in(tree, api)]


def find(apis: list[str], method: str, path: str, query: Mapping[str, str]) -> tuple[Route, dict[str, str]] | None:
    """Return the route of a request, and the texts in place of its braces, or None."""
    for route in ROUTES:
        if route.api in apis and route.method == method and (match := route.pattern.fullmatch(path.rstrip("/"))):
            texts = {name: unquote(value) for name, value in match.groupdict().items()}
            if parameter := re.search(r"\?(\w+)=\{(\w+)\}", route.path):
                texts[parameter[2]] = query.get(parameter[1].lower(), "")
            return route, texts
    return None


def apis_at(host: str) -> tuple[list[str], str]:
    """Return the APIs of a host, and the name of the vault or account whose host it may be; no APIs for other hosts."""
    name, _, end = host.lower().partition(".")
    return FIXED["hosts"].get(host.lower()) or FIXED["hosts"].get(f"*.{end}", []), name


def cloud_at(authority: str) -> Any:
    """Return how the cloud that a host belongs to names its endpoints: Azure's, or that of this server itself."""
    host, colon, port = authority.partition(":")
    own = host in ("localhost", "127.0.0.1") or host.endswith(".localhost")
    names = FIXED["clouds"]["own" if own else "azure"]
    return SimpleNamespace(own=own, **{name: form.format(port=colon + port) for name, form in names.items()})


def is_carried_out(row: Any) -> bool:
    """Return whether a row leaves open what a command does, and we chose to do what the other rows say."""
    return isinstance(row, Silent) and row.on.__name__ in answer_to([row.requirement]).carried_out


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
            (api, *_, handler), texts = found
            place = (cloud_at(authority), authority, host_name, path)
            with self.lock:
                call = APIS[api](self.machine, self.worlds, self.secret, *place, query, headers, content)
                check(call, api)
                entity = call.log_in()
                for word, text in texts.items():
                    call.at[word] = text
                    if look_up := getattr(call, f"find_{word}", None):
                        call.at[word] = entity = look_up(entity, text)
                    elif word in call.collections:
                        call.at[word] = entity = call.find(word, entity, text)
                reply = call.reply(handler, entity)
                if api not in WITHOUT_CREDENTIALS:
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
    if api in FIXED["versions"] and not re.fullmatch(FIXED["versions"][api], version, re.ASCII):
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
        register = load_register()
        titles = {name: register[name].title if name in register else name for name in sorted(problem.because)}
        error["details"] = [{"code": name, "message": title} for name, title in titles.items()]
    return {"error": error}
