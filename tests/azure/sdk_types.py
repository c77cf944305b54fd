"""Compares a body with the generated model of Microsoft's libraries: every member known, and read as its type."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

MODULES = {
    "cognitiveservices": "azure.mgmt.cognitiveservices.models",
    "keyvault": "azure.mgmt.keyvault.models",
    "keys": "azure.keyvault.keys._generated.models",
    "resources": "azure.mgmt.resource.resources.models",
    "subscriptions": "azure.mgmt.resource.subscriptions.models",
}


def differences(body: Any, name: str) -> Iterator[str]:
    """Yield where a body, or each item of its list, has what the model called `module:Model` does not know."""
    module, _, model = name.removesuffix("[]").partition(":")
    kind: Any = getattr(import_module(MODULES[module]), model)
    for item in body["value"] if name.endswith("[]") else [body]:
        if hasattr(kind, "_attribute_map"):
            read = kind.deserialize(item).serialize(keep_readonly=True)
            if read != item:
                yield from unequal(item, read, model)
        else:
            yield from unknown(kind(item), item, model)


def unequal(sent: Any, read: Any, path: str) -> Iterator[str]:
    """Yield the paths at which what was sent is not what was read from it."""
    if isinstance(sent, Mapping) and isinstance(read, Mapping):
        for name in sent.keys() | read.keys():
            yield from unequal(sent.get(name), read.get(name), f"{path}.{name}")
    elif isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        for one, other in zip(sent, read, strict=True):
            yield from unequal(one, other, f"{path}[]")
    elif sent != read:
        yield f"{path}: {sent!r} is read as {read!r}"


def unknown(model: Any, body: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the members of a body that a model with declared fields lacks, and those that it can't read."""
    fields = {field._rest_name: attribute for attribute, field in type(model)._attr_to_rest_field.items()}
    for name, value in body.items():
        where = f"{path}.{name}"
        if name not in fields:
            yield f"{where} is unknown"
            continue
        read = getattr(model, fields[name])
        if isinstance(value, dict) and hasattr(type(read), "_attr_to_rest_field"):
            yield from unknown(read, value, where)
        elif isinstance(value, list) and value and hasattr(type(read[0]), "_attr_to_rest_field"):
            for one, other in zip(read, value, strict=True):
                yield from unknown(one, other, f"{where}[]")
        elif isinstance(read, bool) is not isinstance(value, bool) or (read is None) is not (value is None):
            yield f"{where}: {value!r} is read as {read!r}"
