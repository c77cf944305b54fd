"""What is found in a plan: a report, with a finding for each resource over all accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..machine import Command, Stage
from .basis import BY_THE_ARTICLE
from .causes import Forced
from .consequences import LATER, Consequence
from .context import PlannedChange
from .plan import Plan, PlannedResource
from .sources import Place
from .verdicts import LOSES, MAY_LOSE, NOT_JUDGED, VERDICTS, graver


@dataclass(frozen=True)
class Replay:
    """Commands by which the oracle shows what one change does."""

    stage: Stage
    setup: tuple[Command, ...]
    """The commands that lead to the world before the plan."""
    commands: tuple[Command, ...]
    """The commands of the plan up to this one, in an order that is permitted."""


@dataclass(frozen=True)
class Part:
    """What one change of a resource does."""

    verb: str
    change: PlannedChange
    verdict: str
    consequences: tuple[Consequence, ...] = ()
    only_in_some_orders: bool = False
    replay: Replay | None = None


class KnownFinding(NamedTuple):
    """One finding that somebody expects."""

    address: str
    verdict: str
    reason: str
    until: str
    """The last day on which it counts."""
    status: str = "known"
    """`known`; or `over` or `new`, so that it doesn't count."""


class Note(NamedTuple):
    """What is said of a plan besides its findings."""

    kind: str
    name: str


class Gap(NamedTuple):
    """How the access to a key that goes comes back."""

    back: str
    """`back`, `back if later`, `perhaps`, or `never`."""
    by: tuple[str, ...] = ()
    """The addresses of what gives it back."""


@dataclass(frozen=True)
class Finding:
    """What the change of one resource does, over all accounts; without a verdict nothing."""

    resource: PlannedResource
    parts: tuple[Part, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    """The kind of each account, by its name."""
    forced: Forced | None = None
    """What forces its replacement, if that is known."""
    gaps: tuple[Gap, ...] = ()
    """How long it lasts what it takes away, for each account."""
    goes_with: str = ""
    """The address of the account or the vault that goes too, and whose finding tells it all."""
    place: Place | None = None
    """Where the resource is written, if that is known."""
    exception: KnownFinding | None = None
    """The exception that fits it."""

    @property
    def address(self) -> str:
        return self.resource.address

    @property
    def known(self) -> KnownFinding | None:
        """Return the exception by which it doesn't count."""
        is_known = self.exception is not None and self.exception.status == "known"
        return self.exception if is_known else None

    @property
    def verdict(self) -> str:
        """Return the gravest verdict; empty if it is harmless."""
        return min(
            filter(None, (part.verdict for part in self.parts)), key=VERDICTS.index, default=""
        )

    @property
    def consequences(self) -> list[Consequence]:
        """Return the consequences of all its parts."""
        return [each for part in self.parts for each in part.consequences]

    @property
    def requirements(self) -> list[str]:
        """Return the requirements behind what it does, but for what comes about later."""
        names = [
            name for each in self.consequences if each.becomes not in LATER for name in each.by
        ]
        return sorted(set(names))

    @property
    def article(self) -> bool:
        """Return whether it loses something, and all of it by the article alone."""
        lost = [each.basis for each in self.consequences if each.becomes == "lost"]
        return self.verdict == LOSES and BY_THE_ARTICLE.issuperset(lost)


@dataclass
class Report:
    """All findings of a plan, and what was not judged."""

    plan: Plan
    profile: str
    holds: Mapping[str, str]
    """What was assumed to be in each account."""
    revision: str
    findings: tuple[Finding, ...]
    quiet: tuple[Finding, ...]
    """The changes of which nothing was found."""
    changes: int
    accounts: Mapping[str, bool]
    """The accounts that are judged, and whether each is only assumed to be there."""
    not_judged: Mapping[str, int]
    """How many accounts there are of each kind that is not judged."""
    notes: tuple[Note, ...]
    red_from: str = MAY_LOSE
    unfit: tuple[KnownFinding, ...] = ()
    """The exceptions that fit nothing."""

    def is_red(self, finding: Finding) -> bool:
        """Return whether a finding makes the plan red."""
        return finding.known is None and not graver(self.red_from, finding.verdict)

    @property
    def reds(self) -> list[Finding]:
        """Return the findings that make the plan red, apart from those that were not judged."""
        return [
            finding
            for finding in self.findings
            if self.is_red(finding) and finding.verdict != NOT_JUDGED
        ]

    @property
    def undecided(self) -> list[Finding]:
        """Return what was not judged and is not expected."""
        return [
            finding
            for finding in self.findings
            if finding.verdict == NOT_JUDGED and finding.known is None
        ]
