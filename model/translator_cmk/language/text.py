"""JSON text, read strictly: what the standard library lets pass silently is an error here."""

import json
from codecs import BOM_UTF8
from typing import Any

from .shapes import WireError, called

LONGEST = 2**20
"""The most bytes that one message may have: 1 MiB."""


def from_text(text: bytes, where: str = "") -> Any:
    """The JSON value in UTF-8 text; raises `WireError`, which begins with ``where``."""
    if len(text) > LONGEST:
        raise WireError(where, "longer than 1 MiB", "write one message on each line")
    if text.startswith(BOM_UTF8):
        raise WireError(where, "a byte order mark stands before it", "save the text as UTF-8 without one")
    try:
        return DECODE(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise WireError(where, f"not UTF-8 at byte {error.start + 1}", "save the text as UTF-8") from None
    except json.JSONDecodeError as error:
        raise WireError(where, f"not JSON at column {error.colno} ({error.msg})", "write one JSON object") from None
    except NotStrict as error:
        raise WireError(where, *error.args) from None
    except RecursionError:
        raise WireError(where, "nested too deeply", "no message has more than five levels") from None
    except ValueError:  # Python's own limit on the digits of a number
        raise WireError(where, "a number of thousands of digits", "no message needs more than six") from None


class NotStrict(Exception):
    """JSON that the standard library would let pass.  Its arguments: what is wrong, what to do."""


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object with these fields, each of which stands there once."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"the field {called(twin)} stands there twice", "leave one out")
    return fields


def no_number(word: str) -> None:
    """JSON has no NaN and no infinity."""
    raise NotStrict(f"{word} is no JSON", "write a number, or leave the field out")


DECODE = json.JSONDecoder(object_pairs_hook=without_twins, parse_constant=no_number).decode
