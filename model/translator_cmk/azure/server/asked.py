"""The body of a request: what it asks for."""

import json
from typing import Any, NamedTuple

from .fixed import FIXED
from .problems import malformed, outside


def parse_json(content: bytes | str, what: str) -> Any:
    """Return content as JSON; raises `Problem`."""
    try:
        value = json.loads(content, parse_constant=refuse_constant)
        # a lone surrogate can be read, but not be written again
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed(f"{what} is not valid JSON.") from None
    return value


def refuse_constant(name: str) -> Any:
    """Refuse `NaN` and the infinities, which Python reads, but JSON does not have."""
    raise ValueError(f"{name} is not a number of JSON")


def comparable(value: Any) -> str:
    """Return a value as text by which Azure compares it: without case, spaces, a last slash or the
    order of a list.
    """
    if isinstance(value, list):
        return str(sorted(map(comparable, value)))
    return json.dumps(value).replace(" ", "").replace('/"', '"').lower()


def member_of(value: dict[str, Any], name: str) -> Any:
    """Return a member by its name in any case, None where there is none."""
    if name in value:
        return value[name]
    for key, member in value.items():
        if key.lower() == name.lower():
            return member
    return None


def is_as_asked(wanted: Any, shown: Any) -> bool:
    """Return whether a member that is shown, or None, has the value that is asked for."""
    # what is off or empty need not be shown
    if shown is None and (wanted is False or wanted in ("", [])):
        return True
    return comparable(wanted) == comparable(shown)


class Asked(NamedTuple):
    """What a request, or an object in it, asks for; the names of its members may be in any case."""

    value: Any

    def get(self, path: str, kind: type = str, default: Any = None) -> Any:
        """Return a member, such as `properties.sku.name`; raises `Problem` where it has another
        type.
        """
        value = self.value
        for name in path.split("."):
            if not isinstance(value, dict):
                raise malformed(f"'{path}' lies within something that is no object.")
            value = member_of(value, name)
            if value is None:
                return default
        is_bool_for_int = isinstance(value, bool) and kind is int
        if is_bool_for_int or not isinstance(value, kind):
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
        is_done = path.lower() in [name.lower() for name in done]
        # clients send back what they read, also what can't be asked for
        if wanted is None or is_done or path in FIXED["read_only"]:
            return shown
        if isinstance(wanted, dict) and isinstance(shown, dict | None):
            self._honoured_members(shown, done, path)
        elif not is_as_asked(wanted, shown):
            raise outside(f"{path} {json.dumps(wanted)[:80]}")
        return shown

    def _honoured_members(
        self, shown: dict[str, Any] | None, done: tuple[str, ...], path: str
    ) -> None:
        """Compare each member of what is asked for with what is shown; raises `Problem`."""
        for name, wanted in self.value.items():
            inner = f"{path}.{name}" if path else name
            Asked(wanted).honoured(member_of(shown or {}, name), *done, path=inner)
