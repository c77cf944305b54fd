"""Requests that are wrong in one way each, made from right ones by chance."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from tests.azure.corpus import EXAMPLES, Example, played
from tests.azure.wire import Customer

NONSENSE = (
    "",
    " ",
    "%00",
    "%ff",
    "..",
    "a b",
    "{name}",
    "%2F",
    "x" * 300,
    "ünï",
    "%F0%9F%94%91",
    "-",
    "'",
    "$",
    "null",
)
NO_JSON = (b"", b"{", b"[1,", b"nul", b"\xff\xfe", b"{'a': 1}", b'{"a": NaN}', b"[" * 9999, b'{"a": "\\ud800"}', b'"\\')
OF_NO_TYPE: tuple[Any, ...] = (
    [],
    {},
    "",
    "x",
    0,
    -1,
    1.5,
    10**30,
    True,
    [None],
    [[]],
    [{}],
    {"": {}},
    "\x00",
    "ü" * 999,
)
VERSIONS = ("", "1", "latest", "2025", "2025-6-1", "2025-06-01-", "x" * 200, "2025-06-01'", "\u0662025-06-01", "%00")
TOKENS = ("", "x", "a.b.c", "..", "e30.e30.", "x" * 5000, "ü", "null", "e30.e30.0" + "0" * 31)


class Malformed(NamedTuple):
    """A request as it is sent: the way in which it is wrong comes first."""

    way: str
    method: str
    host: str
    target: str
    headers: dict[str, str]
    body: Any


def in_path(random: Random, example: Example, headers: dict[str, str]) -> Malformed | None:
    """Return a request for a path that no route has."""
    path, _, query = example.path.partition("?")
    parts = path.split("/")
    if random.random() < 0.5:
        parts.insert(random.randint(1, len(parts)), random.choice(NONSENSE) + "?"[:0] + "-no-route")
        parts += ["no", "route"]
    else:
        fixed = [index for index, part in enumerate(parts) if part and part.isalpha() and index != len(parts) - 1]
        if not fixed:
            return None
        parts[random.choice(fixed)] = random.choice(NONSENSE).replace("?", "") + "~"
        if example.method in ("DELETE", "PUT"):
            parts += ["no", "route"]  # to delete what is not there succeeds, and to make another is no mistake
    return Malformed("path", example.method, example.host, f"{'/'.join(parts)}?{query}", headers, example.body)


def in_method(random: Random, example: Example, headers: dict[str, str]) -> Malformed:
    """Return a request with a method that nothing has."""
    method = random.choice(("TRACE", "BREW", "get", "PROPFIND", "X" * 50))
    return Malformed("method", method, example.host, example.path, headers, example.body)


def in_version(random: Random, example: Example, headers: dict[str, str]) -> Malformed | None:
    """Return a request without a right api-version."""
    if "api-version=2025-06-01" not in example.path:
        return None
    path = example.path.replace("api-version=2025-06-01", random.choice(("", f"api-version={random.choice(VERSIONS)}")))
    return Malformed("api-version", example.method, example.host, path, headers, example.body)


def in_credentials(random: Random, example: Example, headers: dict[str, str]) -> Malformed:
    """Return a request with no credentials, with wrong ones, or with those of another API."""
    name, value = next(iter(headers.items()))
    scheme, _, token = value.rpartition(" ")
    wrong = [f"Bearer {each}" for each in TOKENS] + [
        token,
        f"Basic {token}",
        f"Bearer {token[:-1]}",
        f"Bearer {token}0",
    ]
    if name == "Authorization":
        middle = random.randrange(len(token))
        wrong.append(f"{scheme} {token[:middle]}{'A' if token[middle] != 'A' else 'B'}{token[middle + 1 :]}")
    else:
        wrong = [f"{each}x" for each in TOKENS] + [token[:-1], token.swapcase() + "0"]
    changed: dict[str, str] = {} if random.random() < 0.2 else {name: random.choice(wrong)}
    return Malformed("credentials", example.method, example.host, example.path, changed, example.body)


def in_headers(random: Random, example: Example, headers: dict[str, str]) -> Malformed:
    """Return a request with a header that the server can't honour."""
    extra = random.choice(
        (
            {"If-Match": '"x"'},
            {"If-None-Match": "*"},
            {"Host": random.choice(("", "example.com", "vault.azure.net", "x" * 300, "management.azure.com.evil"))},
            {"Content-Length": random.choice(("-1", "x", "9" * 30, "1e3", "\u0663", "5000000"))},
            {"Transfer-Encoding": "chunked"},
            {"X" * 70000: "x"},
        )
    )
    return Malformed("headers", example.method, example.host, example.path, headers | extra, None)


def in_body(random: Random, example: Example, headers: dict[str, str]) -> Malformed | None:
    """Return a request whose body is no JSON, or has a member that is wrong or unknown."""
    if example.body is None or isinstance(example.body, bytes):
        return None
    body: Any = (
        random.choice(NO_JSON) if random.random() < 0.3 else changed(random, json.loads(json.dumps(example.body)))
    )
    if body == example.body:
        return None
    return Malformed("body", example.method, example.host, example.path, headers, body)


def changed(random: Random, body: Any) -> Any:
    """Return the body with another value in one place, or an unknown member that asks for something."""
    holder, name = random.choice(list(places(body)))
    if random.random() < 0.2 and isinstance(holder[name], dict):
        holder[name]["unknownMember"] = random.choice(("x", 1, True, ["x"], {"x": "y"}))
    else:
        same = type(holder[name])
        holder[name] = random.choice([each for each in OF_NO_TYPE if not isinstance(each, same)])
    return body


def places(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a body, as what holds it and the name or the index there."""
    for name in list(body) if isinstance(body, dict) else range(len(body)):
        yield body, name
        if isinstance(body[name], dict | list):
            yield from places(body[name])


WAYS: tuple[Callable[[Random, Example, dict[str, str]], Malformed | None], ...] = (
    in_path,
    in_method,
    in_version,
    in_credentials,
    in_headers,
    in_body,
    in_body,
    in_body,
)


def malformed(customer: Customer, number: int, seed: int = 1, until: int = len(EXAMPLES) - 20) -> Iterator[Malformed]:
    """Play the examples up to a point where all there is exists, then yield requests that are wrong."""
    right = [example for example, _ in played(customer, until)]
    random = Random(seed)
    while number:
        example = random.choice(right)
        made = random.choice(WAYS)(random, example, customer.headers(example.host))
        if made is not None:
            number -= 1
            yield made


def sent(customer: Customer, each: Malformed) -> tuple[int, Any]:
    """Return the status and the body of the answer, which the server may have closed the connection after."""
    try:
        answer = customer.wire.ask(each.method, each.host, each.target.replace(" ", "%20"), each.body, each.headers)
    except (OSError, IndexError):
        customer.wire.close()
        raise
    return answer.status, None if each.method == "HEAD" else answer.body
