"""What is found on one resource of a plan, over all accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..machine import Command, Stage
from .advice import Advice
from .causes import Cause
from .consequences import Consequence
from .sources import Place


@dataclass(frozen=True)
class Part:
    """What one change of a resource does."""

    verb: str
    advice: Advice
    verdict: str | None
    consequences: tuple[Consequence, ...]
    only_in_some_orders: bool
    stage: Stage
    setup: tuple[Command, ...]
    """The commands that lead to the world before the plan."""
    replay: tuple[Command, ...]
    """The commands of the plan up to this one, in an order that is permitted."""

    names: Mapping[str, str]
    """The names that its sentence has, by what they are: `vault`, `gone`."""

    def says_the_same(self, other: "Part") -> bool:
        """Return whether a reader learns nothing new from another part."""
        mine = (self.verb, self.advice, self.verdict, self.consequences)
        return mine == (other.verb, other.advice, other.verdict, other.consequences)


class Explained(NamedTuple):
    """A resource that goes with another one, which has the finding."""

    address: str
    kind: str
    """The kind of its change."""
    is_before: bool
    """Whether the plan destroys it before the other one."""


@dataclass(frozen=True)
class Finding:
    """What the change of one resource does, over all accounts."""

    address: str
    verdict: str
    actions: tuple[str, ...]
    parts: tuple[Part, ...]
    accounts: tuple[str, ...]
    kinds: Mapping[str, str]
    """The kind of each account."""
    requirements: tuple[str, ...]
    article: bool
    """Whether it holds by the article alone."""
    reason: str
    type: str
    forced_by: tuple[str, ...] = ()
    """The attributes whose change forces its replacement."""
    cause: Cause | None = None
    """What else the plan changes that forces it in the end."""
    why: str = ""
    """Why it goes or is replaced, in words."""
    until: str = ""
    """How long it lasts what it takes away."""
    explains: tuple[Explained, ...] = ()
    """What goes with it, and would be a finding of its own without it, in the order of the plan."""
    place: Place | None = None
    """Where the resource is written, if that is known."""
