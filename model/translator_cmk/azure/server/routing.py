"""The handler that a request leads to, as routes.yaml has it for its method and path."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from ...strict_yaml import read_yaml
from .fixed import FIXED
from .problems import malformed, outside

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Route(NamedTuple):
    """A method of a path, and its handler."""

    api: str
    method: str
    path: str
    pattern: re.Pattern[str]
    handler: str


class Routed(NamedTuple):
    """Where a request leads to."""

    route: Route
    texts: dict[str, str]
    """What stands in the place of each word in the braces of the route's path."""
    path: str
    query: dict[str, str]
    """The parameters, by their names in lower case."""


def routes_in(tree: Mapping[str, Any], api: str, path: str = "") -> Iterator[Route]:
    """Yield the routes of a tree, whose paths begin with a path."""
    for name, below in tree.items():
        if name.startswith("/"):
            yield from routes_in(below, api, path + name)
        else:
            yield Route(api, name, path, pattern_of(path), below)


def pattern_of(path: str) -> re.Pattern[str]:
    """Return what matches a path, in any case, with a text in the place of each word in braces."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    return re.compile(pattern, re.IGNORECASE)


def all_routes() -> list[Route]:
    """Return the routes of all APIs, in the order of the file."""
    trees = read_yaml(Path(__file__).with_name("routes.yaml")).value()
    routes: list[Route] = []
    for api, tree in trees.items():
        routes.extend(routes_in(tree, api))
    return routes


ROUTES = all_routes()


def find(apis: list[str], method: str, target: str, host: str) -> Routed:
    """Return where a request to a host with these APIs leads to; raises `Problem`."""
    parts, query = split(target)
    place = parts.path.rstrip("/")
    workspace = query.get("workspaceid")
    # Custom Translator has one handler with a workspace, and another without
    if workspace:
        place += f"?workspaceId={quote(workspace, safe='')}"
    for route in ROUTES:
        if route.api not in apis or route.method != method:
            continue
        match = route.pattern.fullmatch(place)
        if match is None:
            continue
        check_version(route.api, query.get("api-version", ""))
        texts = {name: unquote(text) for name, text in match.groupdict().items()}
        return Routed(route, texts, parts.path, query)
    raise outside(f"{method} {parts.path[:300]} of {host[:200]}")


def split(target: str) -> tuple[SplitResult, dict[str, str]]:
    """Return a URL in parts, and its parameters by their names in lower case; raises `Problem`."""
    try:
        parts = urlsplit(target)
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=100)
        unquote(parts.path, errors="strict")  # only to refuse what is no UTF-8
    except ValueError:
        raise malformed("The URL of the request is not valid.", "BadRequest") from None
    query = {name.lower(): value for name, value in pairs}
    return parts, query


def check_version(api: str, version: str) -> None:
    """Raise `Problem` unless the parameter api-version is as the API needs it."""
    form = FIXED["versions"].get(api, ".*")
    if re.fullmatch(form, version, re.ASCII):
        return
    code = "InvalidApiVersionParameter" if version else "MissingApiVersionParameter"
    raise malformed(
        f"A query parameter api-version is needed; '{version[:40]}' is not a version.", code
    )
