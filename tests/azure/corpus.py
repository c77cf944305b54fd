"""A request for each route of the server, in an order in which each has the answer that it says: corpus.yaml."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.azure.wire import Answer, Customer
from translator_cmk.azure.worlds import guid

HOSTS = {
    "manager": "management.azure.com",
    "vault": "kv-1.vault.azure.net",
    "other-vault": "kv-2.vault.azure.net",
    "translator": "tr1.cognitiveservices.azure.com",
}
VERSION = "?api-version=2025-06-01"
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
    b'[{"DocumentName": "doc", "FileDetails": [{"Name": "a.txt", "LanguageCode": "en"}]}]\r\n-----\r\n'
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


EXAMPLES = tuple(examples())
ACCOUNT = {"kind": "TextTranslation", "location": "westeurope", "sku": {"name": "S1"}}
GROUP = {"location": "westeurope"}


def vault(tenant: str, **properties: Any) -> dict[str, Any]:
    """Return the body of a request that creates a key vault."""
    sku = {"family": "A", "name": "standard"}
    return {"location": "westeurope", "properties": {"tenantId": tenant, "sku": sku, **properties}}


def policies(tenant: str, *principals: str, keys: tuple[str, ...] = ("get", "wrapKey", "unwrapKey")) -> dict[str, Any]:
    """Return the body of a request with an access policy for each of these."""
    entries = [{"tenantId": tenant, "objectId": each, "permissions": {"keys": list(keys)}} for each in principals]
    return {"properties": {"accessPolicies": entries}}


def encrypted(key: str = "cmk", vault: str = "kv-1") -> dict[str, Any]:
    """Return the properties of an account under customer-managed keys."""
    used = {"keyName": key, "keyVaultUri": f"https://{vault}.vault.azure.net/"}
    return {"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": used}}}


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Return JSON with what is known in place of its names in braces."""
    if isinstance(value, str):
        whole = re.fullmatch(r"\{(\w+)\}", value)
        return known[whole[1]] if whole else re.sub(r"\{(\w+)\}", lambda found: str(known[found[1]]), value)
    if isinstance(value, dict):
        return {name: filled(each, known) for name, each in value.items()}
    return [filled(each, known) for each in value] if isinstance(value, list) else value


def kept(example: Example, answer: Answer) -> dict[str, Any]:
    """Return what later examples need of an answer."""
    if not example.keep:
        return {}
    name, _, place = example.keep.partition("=")
    value: Any = answer.headers["location"].partition("?")[0] if place == "Location" else answer.body
    for part in () if place == "Location" else place.split("."):
        value = value[int(part)] if part.isdecimal() else value[part]
    return {name: value.rpartition("/")[2] if isinstance(value, str) else value}


def played(customer: Customer, until: int = len(EXAMPLES)) -> Iterator[tuple[Example, Answer]]:
    """Send the examples, up to one of them, and yield each as it was sent with its answer."""
    known: dict[str, Any] = {"tenant": customer.tenant, "subscription": customer.subscription}
    known["abroad"] = guid(customer.tenant, "abroad")
    for example in EXAMPLES[:until]:
        path = example.path + ("" if example.host == HOSTS["translator"] else VERSION)
        sent = example._replace(path=filled(path, known), body=filled(example.body, known))
        answer = customer.ask(sent.method, sent.host, sent.path, sent.body)
        known |= kept(example, answer)
        yield sent, answer
