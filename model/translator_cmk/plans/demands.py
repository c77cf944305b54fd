"""What the article demands of what is put in use: data, in `demands.yaml`."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..shapes import TEXT, Choice, MapOf, Text, record
from ..strict_yaml import read_yaml


class Demand(NamedTuple):
    """What is needed, and what to do where it is not so."""

    needs: str
    instead: str = ""
    about: str = ""
    """What is not as it has to be: `vault` or `key`."""


REQUIREMENT = Text("[a-z]+[.][a-z0-9-]+", "the id of a requirement")
ABOUT = Choice(("vault", "key"))
DEMANDS = MapOf(
    REQUIREMENT,
    record("a demand", {"needs": TEXT}, {"instead": TEXT, "about": ABOUT}),
)


@cache
def all_demands() -> dict[str, Demand]:
    """Return each demand by its requirement."""
    path = Path(__file__).with_name("demands.yaml")
    found: dict[str, Demand] = {}
    for requirement, fields in read_yaml(path).read(DEMANDS).items():
        found[requirement] = Demand(**fields)
    return found
