"""Compares what the server sends with the resource types that Microsoft publishes for Bicep.

`python -m tests.azure.published_types --types DIR` reads each types.json below a folder, such as a copy of `generated`
of Azure/bicep-types-az, and prints the differences.  The exit code is 1 if there is one, or nothing to compare.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.azure.corpus import played
from tests.azure.wire import Customer, Wire
from translator_cmk.azure.server import azure_server

REQUIRED, WRITE_ONLY = 1, 4
SIMPLE: dict[str, type | tuple[type, ...]] = {
    "StringType": str,
    "IntegerType": int,
    "BooleanType": bool,
    "AnyType": object,
}
Types = list[dict[str, Any]]


def published(folder: Path) -> Iterator[tuple[str, Types, int]]:
    """Yield each resource type below a folder: its name and version, the types of its file, its place in them."""
    for path in sorted(folder.rglob("types.json")):
        types = json.loads(path.read_text("utf-8"))
        for each in types:
            if each["$type"] == "ResourceType":
                yield each["name"], types, place(each["body"])


def place(reference: dict[str, str]) -> int:
    """Return the index that a reference such as `#/4` is to."""
    return int(reference["$ref"].removeprefix("#/"))


def differences(body: Any, types: Types, index: int, path: str) -> Iterator[str]:
    """Yield where a body is not of a type."""
    found = types[index]
    match found["$type"]:
        case "ObjectType" if isinstance(body, dict):
            yield from differences_of_object(body, types, found, path)
        case "ArrayType" if isinstance(body, list):
            for each in body:
                yield from differences(each, types, place(found["itemType"]), f"{path}[]")
        case "UnionType":
            if all(any(differences(body, types, place(each), path)) for each in found["elements"]):
                yield f"{path}: {body!r} is none of the values"
        case "StringLiteralType":
            if body != found["value"]:
                yield f"{path}: {body!r} is not {found['value']!r}"
        case kind:
            if not isinstance(body, SIMPLE.get(kind, ())) or (kind == "IntegerType" and isinstance(body, bool)):
                yield f"{path}: {body!r} is no {kind}"


def differences_of_object(body: dict[str, Any], types: Types, found: dict[str, Any], path: str) -> Iterator[str]:
    """Yield where an object is not of a type: members that are unknown, only written, missing, or of another type."""
    known = found["properties"]
    for name, value in body.items():
        if name in known:
            if known[name]["flags"] & WRITE_ONLY:
                yield f"{path}.{name} is never read"
            yield from differences(value, types, place(known[name]["type"]), f"{path}.{name}")
        elif "additionalProperties" in found:
            yield from differences(value, types, place(found["additionalProperties"]), f"{path}.{name}")
        else:
            yield f"{path}.{name} is unknown"
    yield from (
        f"{path}.{name} is missing"
        for name, each in known.items()
        if each["flags"] & REQUIRED and name not in body and name != "apiVersion"
    )


def sent() -> Iterator[dict[str, Any]]:
    """Play the corpus and yield each resource that the server sends."""
    with azure_server() as server:
        wire = Wire(server)
        for _, answer in played(Customer(wire)):
            body = answer.body if answer.text else None
            for each in body.get("value", [body]) if isinstance(body, dict) else []:
                if (
                    isinstance(each, dict)
                    and str(each.get("type", "")).startswith("Microsoft.")
                    and "properties" in each
                ):
                    yield each
        wire.close()


def main() -> int:
    """Compare, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--types", type=Path, required=True, metavar="DIR", help="a folder with types.json files")
    known = list(published(parser.parse_args().types))
    compared = wrong = 0
    for body in sent():
        for name, types, index in known:
            if name.partition("@")[0].lower() == body["type"].lower():
                compared += 1
                for difference in differences(body, types, index, name):
                    wrong += 1
                    print(difference)
    print(f"{compared} bodies compared with {len(known)} published types, {wrong} differences")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
