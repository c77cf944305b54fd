"""The regions in which a resource can have workspaces of Custom Translator."""

from collections.abc import Iterable

from .target import PLANS, Cloud, Target, as_written

REGIONS: dict[str, list[str]] = PLANS["custom_translator"]
"""For the name of a cloud its regions, where they are published."""


def offered(cloud: Cloud, regions: Iterable[str]) -> list[str]:
    """Return which of these regions have Custom Translator, or may have it."""
    if cloud.name not in REGIONS:
        return list(regions)
    return [region for region in regions if as_written(region) in REGIONS[cloud.name]]


def why_not(target: Target) -> str:
    """Return why the region of the resource won't do, and what to do; nothing where it may do."""
    region = target.location("westeurope")
    if offered(target.cloud, [region]):
        return ""
    others = ", ".join(REGIONS[target.cloud.name])
    return (
        f"Custom Translator is not offered in {region}, as far as is published; name another with "
        f"--region westeurope=NAME: {others}"
    )
