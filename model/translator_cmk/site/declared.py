"""Turn typed declarations (TypedDict) into JSON Schema, and check JSON values against them."""

import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def schema(declared: Any) -> Schema:
    """Return the JSON Schema of a type; an object may have more fields than its TypedDict."""
    if declared in SIMPLE:
        return {"type": SIMPLE[declared]}
    if declared is Any:
        return {}
    if is_typeddict(declared):
        fields = {name: schema(hint) for name, hint in get_type_hints(declared).items()}
        needed = [name for name in fields if name in declared.__required_keys__]
        return {"type": "object", "properties": fields, "required": needed}
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(arguments[1])}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(each) for each in arguments]}
    raise TypeError(f"{declared} has no JSON Schema here")


def document(declared: Any, name: str) -> Schema:
    """Return the JSON Schema of a published file; its title is the first line of the type's docstring."""
    title = str(declared.__doc__).partition("\n")[0].rstrip(".")
    return {"$schema": DRAFT, "$id": f"{name}.schema.json", "title": title, **schema(declared)}


def problems(value: Any, of: Schema, where: str = "it") -> Iterator[str]:
    """Yield one line for each place where a JSON value does not match a schema that `schema` made."""
    if "anyOf" in of:
        if all(any(problems(value, each)) for each in of["anyOf"]):
            yield f"{where} has none of its types"
    elif "enum" in of:
        if value not in of["enum"]:
            yield f"{where} is not one of {', '.join(map(str, of['enum']))}"
    elif "type" in of and (
        not isinstance(value, PYTHON[of["type"]]) or (isinstance(value, bool) and of["type"] != "boolean")
    ):
        yield f"{where} is not of type {of['type']}"
    elif of.get("type") == "array":
        for index, item in enumerate(value):
            yield from problems(item, of["items"], f"{where}[{index}]")
    elif of.get("type") == "object":
        yield from (f"{where} lacks {name}" for name in of.get("required", ()) if name not in value)
        for name, item in value.items():
            found = of.get("properties", {}).get(name, of.get("additionalProperties", {}))
            yield from problems(item, found, f"{where}.{name}")
