"""A request for each route of the server, in an order in which each has the answer that it says:
corpus.yaml.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from tests.azure.server.wire import Answer, Customer
from translator_cmk.azure.server.worlds import guid

HOSTS = {
    "manager": "management.azure.com",
    "graph": "graph.microsoft.com",
    "vault": "kv-1.vault.azure.net",
    "other-vault": "kv-2.vault.azure.net",
    "translator": "tr1.cognitiveservices.azure.com",
}
VERSIONS = {
    "microsoft.cognitiveservices": "2025-06-01",
    "microsoft.keyvault": "2025-05-01",
    "microsoft.authorization": "2022-04-01",
    "microsoft.subscription": "2024-08-01-preview",
}
"""For each resource provider an api-version that it has."""
MANAGER, VAULT = HOSTS["manager"], HOSTS["vault"]
SHORT = {
    "D": "{S}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-2",
    "A": "{G}/providers/Microsoft.CognitiveServices/accounts",
    "V": "{G}/providers/Microsoft.KeyVault/vaults",
    "G": "{S}/resourceGroups/apps",
    "S": "/subscriptions/{subscription}",
    "C": "/translator/customtranslator/api/texttranslator/v1.0",
    "N": "AQ" + "A" * 340,  # of an RSA key of 2048 bits
}
"""What a brace with one letter is short for."""
FILES = (
    b'---\r\nContent-Disposition: form-data; name="Files"; filename="a.txt"\r\n\r\ntext\r\n'
    b'---\r\nContent-Disposition: form-data; name="DocumentDetails"\r\n\r\n'
    b'[{"DocumentName": "doc", "FileDetails": [{"Name": "a.txt", "LanguageCode": '
    b'"en"}]}]\r\n-----\r\n'
)


class Example(NamedTuple):
    """A request, and what its answer has to be."""

    method: str
    host: str
    path: str
    status: int = 200
    type: str = ""
    body: Any = None
    keep: str = ""


def examples() -> Iterator[Example]:
    text = Path(__file__).with_name("corpus.yaml").read_text("utf-8")
    for letter, long in SHORT.items():
        text = text.replace(f"{{{letter}}}", long)
    for each in yaml.safe_load(text):
        method, host, path = each.pop("ask").split()
        body = FILES if each.get("body") == "FILES" else each.get("body")
        yield Example(method, HOSTS[host], path, **{**each, "body": body})


def versioned(path: str) -> str:
    """Return the path with an api-version that its API has."""
    separator = "&" if "?" in path else "?"
    return f"{path}{separator}api-version={version_for(path.lower())}"


def version_for(path: str) -> str:
    """Return an api-version for a path, by the last resource provider in it."""
    if path.startswith(("/keys", "/deletedkeys")):
        return "7.6"
    _, is_there, provider = path.rpartition("/providers/")
    namespace, _, rest = provider.partition("/")
    if not is_there or rest.partition("?")[0] in ("", "register", "unregister"):
        return "2025-04-01"
    return VERSIONS[namespace]


EXAMPLES = tuple(examples())
ACCOUNT = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}
GROUP = {"location": "westeurope"}


def vault(tenant: str, **properties: Any) -> dict[str, Any]:
    """Return the body of a request that creates a key vault."""
    sku = {"family": "A", "name": "standard"}
    return {"location": "westeurope", "properties": {"tenantId": tenant, "sku": sku, **properties}}


def policies(
    tenant: str, *principals: str, keys: tuple[str, ...] = ("get", "wrapKey", "unwrapKey")
) -> dict[str, Any]:
    """Return the body of a request with an access policy for each of these."""
    entries = [
        {"tenantId": tenant, "objectId": each, "permissions": {"keys": list(keys)}}
        for each in principals
    ]
    return {"properties": {"accessPolicies": entries}}


def encrypted(key: str = "cmk", vault: str = "kv-1") -> dict[str, Any]:
    """Return the properties of an account under customer-managed keys."""
    used = {"keyName": key, "keyVaultUri": f"https://{vault}.vault.azure.net/"}
    return {
        "properties": {
            "encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}
        }
    }


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Return JSON with what is known in place of its names in braces."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\{(\w+)\}", value)
        return (
            known[whole[1]]
            if whole
            else re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), value)
        )
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    return [filled(each, known) for each in value] if isinstance(value, list) else value


def kept(example: Example, answer: Answer) -> dict[str, Any]:
    """Return what later examples need of an answer."""
    if not example.keep:
        return {}
    name, _, place = example.keep.partition("=")
    value: Any = (
        answer.headers["location"].partition("?")[0] if place == "Location" else answer.body
    )
    for part in () if place == "Location" else place.split("."):
        value = value[int(part)] if part.isdecimal() else value[part]
    return {name: value.rpartition("/")[2] if isinstance(value, str) else value}


def played(
    customer: Customer, until: int = len(EXAMPLES), before: Mapping[int, float] | None = None
) -> Iterator[tuple[Example, Answer]]:
    """Send the examples, up to one of them, and yield each as it was sent with its answer.

    ``before``: seconds to wait, by the number of an example.
    """
    known: dict[str, Any] = {"tenant": customer.tenant, "subscription": customer.subscription}
    known["abroad"] = guid(customer.tenant, "abroad")
    for number, example in enumerate(EXAMPLES[:until]):
        time.sleep((before or {}).get(number, 0))
        is_versioned = example.host not in (HOSTS["translator"], HOSTS["graph"])
        path = versioned(example.path) if is_versioned else example.path
        sent = example._replace(path=filled(path, known), body=filled(example.body, known))
        answer = customer.ask(sent.method, sent.host, sent.path, sent.body)
        known |= kept(example, answer)
        yield sent, answer


# Requests that are wrong in one way each, made from right ones by chance

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
NO_JSON = (
    b"",
    b"{",
    b"[1,",
    b"nul",
    b"\xff\xfe",
    b"{'a': 1}",
    b'{"a": NaN}',
    b"[" * 9999,
    b'{"a": "\\ud800"}',
    b'"\\',
)
NUMBERS: tuple[Any, ...] = (0, -1, 1.5, 10**30, True)
OF_NO_TYPE: tuple[Any, ...] = (
    [],
    {},
    "",
    "x",
    *NUMBERS,
    [None],
    [[]],
    [{}],
    {"": {}},
    "\x00",
    "ü" * 999,
)
NO_VERSIONS = (
    "",
    "1",
    "1999-13-45",
    "2025-05-02",
    "latest",
    "2025",
    "2025-6-1",
    "2025-06-01-",
    "x" * 200,
    "2025-06-01'",
    "\u0662025-06-01",
    "%00",
)
TOKENS = ("", "x", "a.b.c", "..", "e30.e30.", "x" * 5000, "ü", "null", "e30.e30.0" + "0" * 31)
METHODS = ("TRACE", "BREW", "get", "PROPFIND", "X" * 50)
OTHER_HOSTS = ("", "example.com", "vault.azure.net", "x" * 300, "management.azure.com.evil")
LENGTHS = ("-1", "x", "9" * 30, "1e3", "\u0663", "5000000")

Sent = tuple[Example, dict[str, str]]
"""A request, and its headers."""


def in_path(random: Random, example: Example, headers: dict[str, str]) -> Sent | None:
    """Return a request for a path that no route has."""
    path, _, query = example.path.partition("?")
    parts = path.split("/")
    if random.random() < 0.5:
        parts.insert(random.randint(1, len(parts)), f"{random.choice(NONSENSE)}-no-route")
        parts += ["no", "route"]
    else:
        fixed = [
            index
            for index, part in enumerate(parts)
            if part and part.isalpha() and index != len(parts) - 1
        ]
        if not fixed:
            return None
        parts[random.choice(fixed)] = f"{random.choice(NONSENSE)}~"
        if example.method in ("DELETE", "PUT"):
            parts += [
                "no",
                "route",
            ]  # to delete what is not there succeeds, and to make another is no mistake
    return example._replace(path=f"{'/'.join(parts)}?{query}"), headers


def in_method(random: Random, example: Example, headers: dict[str, str]) -> Sent:
    """Return a request with a method that nothing has."""
    return example._replace(method=random.choice(METHODS)), headers


def in_version(random: Random, example: Example, headers: dict[str, str]) -> Sent | None:
    """Return a request without a right api-version."""
    before, right, _ = example.path.partition("api-version=")
    if not right or example.host == HOSTS["translator"]:
        return None
    wrong = random.choice(("", f"api-version={random.choice(NO_VERSIONS)}"))
    return example._replace(path=before + wrong), headers


def in_credentials(random: Random, example: Example, headers: dict[str, str]) -> Sent:
    """Return a request with no credentials, with wrong ones, or with those of another API."""
    ((name, value),) = headers.items()
    scheme, _, token = value.rpartition(" ")
    if scheme:
        middle = random.randrange(len(token))
        other = f"{token[:middle]}{'A' if token[middle] != 'A' else 'B'}{token[middle + 1 :]}"
        wrong = [f"Bearer {each}" for each in (*TOKENS, token[:-1], f"{token}0", other)] + [
            token,
            f"Basic {token}",
        ]
    else:
        wrong = [f"{each}x" for each in TOKENS] + [token[:-1], token.swapcase() + "0"]
    return example, {} if random.random() < 0.2 else {name: random.choice(wrong)}


def in_headers(random: Random, example: Example, headers: dict[str, str]) -> Sent:
    """Return a request with a header that the server can't honour."""
    conditional = random.choice([{"If-Match": '"x"'}, {"If-None-Match": "*"}])
    long = random.choice([{"Transfer-Encoding": "chunked"}, {"X" * 70000: "x"}])
    others = {"Host": random.choice(OTHER_HOSTS)}, {"Content-Length": random.choice(LENGTHS)}
    return example._replace(body=None), headers | random.choice((conditional, long, *others))


def in_body(random: Random, example: Example, headers: dict[str, str]) -> Sent | None:
    """Return a request whose body is no JSON, or has a member that is wrong or unknown."""
    if example.body is None or isinstance(example.body, bytes):
        return None
    broken = random.random() < 0.3
    body = (
        random.choice(NO_JSON) if broken else changed(random, json.loads(json.dumps(example.body)))
    )
    return None if body == example.body else (example._replace(body=body), headers)


def changed(random: Random, body: Any) -> Any:
    """Return the body with another value in one place, or an unknown member that asks for
    something.  Tags have no names that are unknown.
    """
    holder, name = random.choice(list(places(body)))
    if random.random() < 0.2 and isinstance(holder[name], dict) and name != "tags":
        holder[name]["unknownMember"] = random.choice(("x", 1, True, ["x"], {"x": "y"}))
    else:
        holder[name] = random.choice(
            [each for each in OF_NO_TYPE if not isinstance(each, type(holder[name]))]
        )
    return body


def places(body: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a body, as what holds it and the name or the index there."""
    for name in list(body) if isinstance(body, dict) else range(len(body)):
        yield body, name
        if isinstance(body[name], dict | list):
            yield from places(body[name])


WAYS: tuple[Callable[[Random, Example, dict[str, str]], Sent | None], ...] = (
    *(in_path, in_method, in_version, in_credentials, in_headers),
    *(in_body, in_body, in_body),
)


def malformed(
    customer: Customer, number: int, seed: int = 1, until: int = len(EXAMPLES) - 21
) -> Iterator[Sent]:
    """Play the examples up to a point where all there is exists, then yield requests that are
    wrong.
    """
    right = [example for example, _ in played(customer, until)]
    random = Random(seed)
    while number:
        example = random.choice(right)
        made = random.choice(WAYS)(random, example, customer.headers(example.host))
        if made is not None:
            number -= 1
            yield made


def is_refused(customer: Customer, sent: Sent) -> bool:
    """Return whether the answer to a request is a 4xx or a 501 with an error of Azure, and it has
    changed nothing.
    """
    (method, host, path, _, _, body, _), headers = sent
    before = customer.world
    answer = customer.wire.ask(method, host, path.replace(" ", "%20"), body, headers)
    refused = 400 <= answer.status < 500 or answer.status == 501
    return refused and (method == "HEAD" or bool(answer.body["error"])) and customer.world == before
