"""Whether what was measured still holds for the package as it is."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ..digest import LAYERS, digest


def is_current(measured: Mapping[str, Any]) -> bool:
    """Whether it was measured of the specification as it is, as far as it can depend on it."""
    return bool(measured["digest"] == digest_now(measured.get("layer", LAYERS[0])))


def freshness(measured: Mapping[str, Any]) -> str:
    """A warning where it was measured for another state of the specification; empty otherwise."""
    return "" if is_current(measured) else "**Stale:** the specification has changed since it was measured."


@cache
def digest_now(layer: str) -> str:
    """The digest of a layer and of what it rests on, which stay as they are while the site is made."""
    return digest(layer)
