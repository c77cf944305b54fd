"""JSON text of messages.  It is read more strictly than by the standard library: no repeated
fields, no NaN."""

import json
from codecs import BOM_UTF8
from typing import Any

from ..shapes import WireError, describe_value

LONGEST = 2**20
"""The most bytes that one message may have: 1 MiB."""


class NotStrict(Exception):
    """JSON that the standard library would let pass.  Its arguments: what is wrong, what to do."""


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with these fields; raises `NotStrict` if one is there twice."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"the field {describe_value(repeated)} appears twice", "remove one")
    return fields


def refuse_constant(word: str) -> None:
    """Refuse NaN and infinity, which are not JSON."""
    raise NotStrict(f"{word} is no JSON", "write a number, or leave the field out")


ENCODE = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Returns the text of a value in which nothing contains itself."""

DECODE = json.JSONDecoder(
    object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant
).decode


def parse_json(text: bytes, where: str = "") -> Any:
    """Return the JSON value in UTF-8 text; raises `WireError`, which begins with ``where``."""
    if len(text) > LONGEST:
        raise WireError(where, "longer than 1 MiB", "write one message on each line")
    if text.startswith(BOM_UTF8):
        raise WireError(
            where, "a byte order mark stands before it", "save the text as UTF-8 without one"
        )
    try:
        return DECODE(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise WireError(
            where, f"not UTF-8 at byte {error.start + 1}", "save the text as UTF-8"
        ) from None
    except json.JSONDecodeError as error:
        raise WireError(
            where, f"not JSON at column {error.colno} ({error.msg})", "write one JSON object"
        ) from None
    except NotStrict as error:
        raise WireError(where, *error.args) from None
    except RecursionError:
        raise WireError(
            where, "nested too deeply", "no message has more than five levels"
        ) from None
    except ValueError:  # Python's own limit on the digits of a number
        raise WireError(
            where, "a number of thousands of digits", "no message needs more than six"
        ) from None
