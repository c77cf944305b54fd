"""What a client sets that the model doesn't have: how it is read, kept, and shown again.

It is kept by the name that a thing has in the model, since that stays where its id in Azure changes
with a move.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...strict_yaml import read_yaml
from .forms import Body
from .problems import malformed, outside
from .worlds import Group, World

if TYPE_CHECKING:
    from .calls import Call

SETTINGS: dict[str, dict[str, Any]] = read_yaml(Path(__file__).with_name("settings.yaml")).value()
"""By form, for each member what it may be."""

SHOWN_BY: dict[str, str] = {
    "group": "group",
    "account": "account",
    "deleted_account": "account",
    "vault": "vault",
    "key": "key",
    "key_item": "key",
    "version_item": "key",
    "deleted_key": "key",
    "deleted_key_item": "key",
}
"""For each form with settings, the form that they were made with."""

TYPES: dict[str, type] = {"bool": bool, "number": int, "list": list}

LONGEST_TAG = 256
MOST_TAGS = 50

Settings = Mapping[str, Any]
"""By member, such as `properties.publicNetworkAccess`."""


def name_of(entity: Any) -> str:
    """Return the name that tells a thing from all others of its form."""
    if isinstance(entity, Group):
        return f"{entity.subscription}/{entity.name}".lower()
    return str(entity.name)


def settings_of(world: World, form: str, name: str) -> Settings:
    """Return what was set of a thing."""
    return world.settings.get((form, name), {})


# Reading


def requested_settings(call: "Call", form: str) -> dict[str, Any]:
    """Return what a request sets; raises `Problem` where that is not possible."""
    found = {}
    for path, allowed in SETTINGS[form].items():
        value = call.asked.get(path, object)
        if value is not None:
            found[path] = checked(value, allowed, path)
    return found


def checked(value: Any, allowed: Any, path: str) -> Any:
    """Return a value as it will be shown; raises `Problem` where it is not allowed."""
    if allowed == "tags":
        return checked_tags(value, path)
    if isinstance(allowed, list):
        return checked_choice(value, allowed, path)
    if isinstance(allowed, dict):
        return checked_members(value, allowed, path)
    if not isinstance(value, TYPES[allowed]) or (isinstance(value, bool) and allowed != "bool"):
        raise malformed(f"'{path}' has the wrong type.")
    return value


def checked_tags(value: Any, path: str) -> Body:
    if not isinstance(value, dict):
        raise malformed(f"'{path}' has the wrong type.")
    if len(value) > MOST_TAGS:
        raise malformed(f"'{path}' has more than {MOST_TAGS} tags.", "BadRequest")
    for name, text in value.items():
        if not isinstance(text, str) or len(text) > LONGEST_TAG:
            raise malformed(f"'{path}.{name[:40]}' is not a text of up to {LONGEST_TAG} letters.")
    return value


def checked_choice(value: Any, allowed: list[str], path: str) -> str:
    for choice in allowed:
        if isinstance(value, str) and value.lower() == choice.lower():
            return choice
    raise malformed(f"'{path}' has to be one of {', '.join(allowed)}.")


def checked_members(value: Any, allowed: dict[str, Any], path: str) -> Body:
    if not isinstance(value, dict):
        raise malformed(f"'{path}' has the wrong type.")
    found = {}
    known = {name.lower(): name for name in allowed}
    for name, member in value.items():
        canonical = known.get(name.lower())
        if canonical is None:
            raise outside(f"{path}.{name}")
        if member is not None:
            found[canonical] = checked(member, allowed[canonical], f"{path}.{canonical}")
    return found


# Keeping


def keep_settings(call: "Call", form: str, name: str, *, is_whole: bool) -> None:
    """Keep what a request sets of a thing; raises `Problem`.

    ``is_whole``: the request describes the whole thing, so what it does not name is as it was at
    first.
    """
    settings = requested_settings(call, form)
    if not is_whole:
        settings = {**settings_of(call.world, form, name), **settings}
    put_settings(call, form, name, settings)


def put_settings(call: "Call", form: str, name: str, settings: Settings) -> None:
    """Keep these settings of a thing, and no others."""
    if not settings and (form, name) not in call.world.settings:
        return
    others = dict(call.world.settings)
    others.pop((form, name), None)
    if settings:
        others[form, name] = settings
    call.world = call.world._replace(settings=others)


# Showing


def with_settings(world: World, form: str, entity: Any, body: Body) -> Body:
    """Return a body with what was set of the thing that it shows."""
    settings = settings_of(world, SHOWN_BY[form], name_of(entity))
    for path, value in settings.items():
        put_member(body, path, value)
    return body


def put_member(body: Body, path: str, value: Any) -> None:
    """Put a value into a body; an object keeps the members that the value does not have."""
    *above, last = path.split(".")
    for name in above:
        inner = body.get(name)
        if not isinstance(inner, dict):
            return
        body = inner
    present = body.get(last)
    if isinstance(present, dict) and isinstance(value, dict):
        value = {**present, **value}
    body[last] = value
