"""Compares what the server sends with the resource types that Microsoft publishes for Bicep.

`python -m tests.azure.server.published_types --types DIR` reads each types.json below a folder,
such as a copy of `generated` of Azure/bicep-types-az, and prints the differences.  The exit code is
1 if there is one, or nothing to compare.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.azure.server.corpus import played
from tests.azure.server.wire import Customer, Wire
from translator_cmk.azure.server import azure_server

REQUIRED, WRITE_ONLY = 1, 4
SIMPLE = {"StringType": "string", "IntegerType": "integer", "BooleanType": "boolean"}


def published(folder: Path) -> Iterator[tuple[str, Draft202012Validator]]:
    """Yield each resource type below a folder: its name and version, and what validates it."""
    for path in sorted(folder.rglob("types.json")):
        types = json.loads(path.read_text("utf-8"))
        schemas = {str(index): schema_of(each) for index, each in enumerate(types)}
        for each in types:
            if each["$type"] == "ResourceType":
                yield each["name"], Draft202012Validator({**ref(each["body"]), "$defs": schemas})


def ref(reference: dict[str, str]) -> dict[str, str]:
    """Return the schema that a reference such as `#/4` is to."""
    return {"$ref": reference["$ref"].replace("#/", "#/$defs/")}


def schema_of(each: dict[str, Any]) -> Any:
    """Return the JSON Schema of what is read of a type: members that are only written may not be
    there.
    """
    match each["$type"]:
        case "ObjectType":
            known, more = each["properties"], each.get("additionalProperties")
            needed = (
                name for name in known if known[name]["flags"] & REQUIRED and name != "apiVersion"
            )
            members = {
                name: ref(it["type"]) for name, it in known.items() if not it["flags"] & WRITE_ONLY
            }
            others = ref(more) if more else False
            return {
                "type": "object",
                "properties": members,
                "required": list(needed),
                "additionalProperties": others,
            }
        case "ArrayType":
            return {"type": "array", "items": ref(each["itemType"])}
        case "UnionType":
            return {"anyOf": [ref(element) for element in each["elements"]]}
        case "StringLiteralType":
            return {"const": each["value"]}
        case kind:
            return {"type": SIMPLE[kind]} if kind in SIMPLE else kind == "AnyType"


def differences(body: Any, validator: Draft202012Validator) -> list[str]:
    """Return where a body is not of a type."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def sent() -> Iterator[dict[str, Any]]:
    """Play the corpus and yield each resource that the server sends."""
    with azure_server() as server, closing(Wire(server)) as wire:
        for _, answer in played(Customer(wire)):
            body = answer.body if answer.text else None
            items = body.get("value", [body]) if isinstance(body, dict) else []
            yield from (
                each
                for each in items
                if str(each.get("type", "")).startswith("Microsoft.") and "properties" in each
            )


def main() -> int:
    """Compare, print, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--types", type=Path, required=True, metavar="DIR", help="a folder with types.json files"
    )
    known = list(published(parser.parse_args().types))
    compared = wrong = 0
    for body in sent():
        for name, validator in known:
            if name.partition("@")[0].lower() == body["type"].lower():
                compared += 1
                found = [f"{name} {each}" for each in differences(body, validator)]
                wrong += len(found)
                print(*found, sep="\n", end="\n" * bool(found))
    print(f"{compared} bodies compared with {len(known)} published types, {wrong} differences")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
