"""Read bodies of requests, and refuse what is wrong with a request or outside the subset, as Azure does."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .worlds import FIXED

# Answers that we chose where no public source shows one, or the model leaves it open


ANSWERS: dict[str, dict[str, Any]] = FIXED["answers"]
USUAL: dict[str, Any] = {"status": 400, "code": "BadRequest"}


def answer_to(because: Collection[str]) -> dict[str, Any]:
    """Return the answer to a refusal for these reasons: for the first that is more than a name, in order of ids."""
    first = min(because, key=lambda name: (name in ("environment.exists", "environment.new-name"), name), default="")
    return ANSWERS.get(first, USUAL)


@dataclass(eq=False)
class Problem(Exception):
    """An answer other than success: a status, an Azure error code, a message, and the requirements behind it."""

    status: int
    code: str
    message: str
    because: Collection[str] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def outside(what: str) -> Problem:
    """Return the answer to what is outside the subset, which it names."""
    return Problem(501, "NotImplemented", f"{what} is outside the subset of Azure that this server has")


def malformed(message: str, code: str = "InvalidRequestContent") -> Problem:
    """Return the answer to a request that can't be understood."""
    return Problem(400, code, message)


def missing(code: str, message: str, status: int = 404) -> Problem:
    """Return the answer to a request that names what does not exist."""
    return Problem(status, code, message, ["environment.exists"])


def found(thing: Any, code: str, message: str) -> Any:
    """Return what was looked up; raises `Problem` where there is none."""
    if thing is None:
        raise missing(code, message)
    return thing


# Bodies of requests


def parse_json(content: bytes | str, what: str) -> Any:
    """Return content as JSON; raises `Problem`."""
    try:
        value = json.loads(content, parse_constant=lambda text: float("not a number of JSON"))
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed(f"{what} is not valid JSON.") from None
    return value


def plain(value: Any) -> str:
    """Return a value as text by which Azure compares it: without case, spaces, a last slash or the order of a list."""
    if isinstance(value, list):
        return str(sorted(map(plain, value)))
    return json.dumps(value).replace(" ", "").replace('/"', '"').lower()


class Asked(NamedTuple):
    """What a request, or an object in it, asks for; the names of its members may be in any case."""

    value: Any

    def get(self, path: str, kind: type = str, default: Any = None) -> Any:
        """Return a member, such as `properties.sku.name`; raises `Problem` where it has another type."""
        value = self.value
        for name in path.split("."):
            if not isinstance(value, dict):
                raise malformed(f"'{path}' lies within something that is no object.")
            value = next((each for key, each in value.items() if key.lower() == name.lower()), None)
            if value is None:
                return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            raise malformed(f"'{path}' has the wrong type.")
        return value

    def required(self, path: str, kind: type = str) -> Any:
        """Return a member that must be there; raises `Problem`."""
        value = self.get(path, kind)
        if value in (None, "", []):
            raise malformed(f"'{path}' is missing.")
        return value

    def honoured(self, shown: Any, *done: str, path: str = "") -> Any:
        """Return what is shown, if it has all that is asked for; raises `Problem`.

        ``done`` names the members that commands stand for; what they did is the model's business.
        """
        wanted = self.value
        if wanted is None or path.lower() in map(str.lower, done) or path in FIXED["read_only"]:
            return shown
        if isinstance(wanted, dict) and isinstance(shown, dict | None):
            known = {name.lower(): value for name, value in (shown or {}).items()}
            for name, value in wanted.items():
                inner = f"{path}.{name}" if path else name
                if shown is None and value == {}:  # a name in an object asks for something, even with nothing in it
                    raise outside(inner)
                Asked(value).honoured(known.get(name.lower()), *done, path=inner)
        elif plain(wanted) != plain(shown) and not (shown is None and (wanted is False or wanted in ("", []))):
            raise outside(f"{path} {json.dumps(wanted)[:80]}")
        return shown
