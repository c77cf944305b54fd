"""What becomes of what an account holds by one command of a plan, and on what that rests."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..machine import Command, Refused
from ..machine.commands import ReturnToMicrosoftManagedKeys
from ..machine.entities import Resource
from ..requirements import Register
from .basis import BY_THE_ARTICLE, Basis, basis_of
from .context import PlannedChange
from .walk import CommandEffect, Loss, Walk

LATER = frozenset({"back", "may be back", "stays lost"})
"""What becomes of something that is lost already: no finding by itself."""

NO_FINDINGS = frozenset({"resource.repeats"})
"""Silences that are no finding: asking for what is so already."""


@dataclass(frozen=True)
class Consequence:
    """One thing that becomes of what an account holds, and why."""

    account: str
    what: str
    """`account`, `data`, `documents` or `models`."""
    becomes: str
    """`lost`, `may be lost`, `stays lost`, `back`, `may be back`, or of a request `refused`, `not
    specified`, `demanded`, and `refusal` for what a broken demand has for a consequence."""
    requirement: str
    basis: str
    by: tuple[str, ...]
    """All requirements that it rests on."""
    title: str = ""
    """What the requirement says, where it is about a request."""
    demanded: str = ""
    """The demand that is not met."""
    assumed: str = ""
    """What is assumed to become of it, where that is not specified: `back`, `stays lost` or
    `kept`."""
    after: type[Command] | None = None
    """What was done before it stays lost."""
    is_open: bool = False
    """Whether its requirement is that something is not specified, and nothing is assumed."""


Readings = Mapping[int, Iterable[CommandEffect]]
"""By the number of each reading of a change, its effects in all orders."""


@dataclass(frozen=True)
class Telling:
    """Tells the consequences for one account."""

    account: str
    register: Register
    silent: Collection[str]
    """The requirements that do not count."""

    def consequences(
        self, effect: CommandEffect, change: PlannedChange, readings: Readings, walk: Walk
    ) -> Iterator[Consequence]:
        """Yield what becomes of what the account holds by one command."""
        for loss in effect.losses:
            is_lost = must_be_lost(loss, change, readings, walk)
            becomes = "lost" if is_lost else "may be lost"
            yield self._of_thing(effect, loss, becomes, change.silent)
        if effect.losses:
            return
        broken = broken_demands(effect, self.register, self.silent)
        if broken:
            yield from self._of_demands(broken)
            return
        outcome = effect.outcome
        if isinstance(outcome, Refused):
            yield from self._of_requests("refused", outcome.because)
        else:
            yield from self._of_requests("not specified", effect.deciding - NO_FINDINGS)
            yield from self._of_things_under_no_key(effect)

    def _of_things_under_no_key(self, effect: CommandEffect) -> Iterator[Consequence]:
        """Yield what is assumed of each thing where the account gives its key up."""
        names = sorted(effect.deciding - NO_FINDINGS)
        if not isinstance(effect.command, ReturnToMicrosoftManagedKeys) or not names:
            return
        for stake in effect.unspecified:
            # The account itself stays, and what was lost before has its own consequence.
            if stake.kind is Resource or stake.is_lost_in(effect.before):
                continue
            told = replace(self.of_request("not specified", names[0]), what=stake.what, title="")
            is_kept = not told.is_open and not stake.is_lost_in(effect.after)
            yield replace(told, assumed="kept") if is_kept else told

    def regained(self, effect: CommandEffect, walk: Walk) -> list[Consequence]:
        """Return what is there again after a command and what stays lost, as losses are ordered."""
        told = [*self._staying(effect), *self._coming_back(effect, walk)]
        return sorted(told, key=lambda consequence: consequence.what)

    def _staying(self, effect: CommandEffect) -> Iterator[Consequence]:
        """Yield what stays lost after a command."""
        for loss in effect.stays:
            told = self._of_thing(effect, loss, "stays lost")
            yield replace(told, after=type(effect.command))

    def _coming_back(self, effect: CommandEffect, walk: Walk) -> Iterator[Consequence]:
        """Yield what is there again after a command, or may be; if that is assumed, it is as in the
        full model.
        """
        for loss in effect.regained:
            becomes = "back" if loss.degree == "must" else "may be back"
            told = self._of_thing(effect, loss, becomes)
            if told.basis != "assumed":
                yield told
            elif loss.stake in walk.lost_at_an_end:
                yield replace(told, assumed="stays lost", after=type(effect.command))
            else:
                yield replace(told, assumed="back")

    def _of_thing(
        self, effect: CommandEffect, loss: Loss, becomes: str, reading: str = ""
    ) -> Consequence:
        """Return what becomes of one thing, with the requirement that is shown for it."""
        by = loss.by | {reading} if reading else loss.by
        shown = basis_of(effect.before, effect.command, loss, self.register, reading)
        requirement, basis = shown or Basis("", "")
        what = loss.stake.what
        is_open = bool(requirement) and self.register[requirement].kind == "silence"
        return Consequence(
            self.account,
            what,
            becomes,
            requirement,
            basis,
            tuple(sorted(by)),
            is_open=is_open,
        )

    def _of_demands(self, broken: Mapping[str, str]) -> Iterator[Consequence]:
        """Yield the demands that a request breaks, and then those by which it is refused.

        What is not specified of the request besides is left out.
        """
        for demanded in broken:
            yield self.of_request("demanded", demanded)
        for demanded, refusal in broken.items():
            yield replace(self.of_request("refusal", refusal), demanded=demanded)

    def _of_requests(self, becomes: str, names: frozenset[str]) -> Iterator[Consequence]:
        """Yield why a request is refused or not specified."""
        for name in sorted(names):
            yield self.of_request(becomes, name)

    def of_request(self, becomes: str, name: str) -> Consequence:
        """Return what this requirement says of a request."""
        requirement = self.register[name]
        return Consequence(
            self.account,
            "",
            becomes,
            name,
            requirement.basis,
            (name,),
            requirement.title,
            demanded=name if becomes == "demanded" else "",
            is_open=requirement.kind == "silence",
        )


def broken_demands(
    effect: CommandEffect, register: Register, silent: Collection[str]
) -> dict[str, str]:
    """Return the demands of the article that a request breaks, each with the requirement by which
    it is refused.
    """
    outcome = effect.outcome
    names = outcome.because if isinstance(outcome, Refused) else effect.deciding
    found: dict[str, str] = {}
    for name in sorted(names):
        demanded = register[name].refusal_of
        if register[name].kind != "demand" or demanded is None or demanded in silent:
            continue
        if register[demanded].basis in BY_THE_ARTICLE:
            found[demanded] = name
    return found


def must_be_lost(loss: Loss, change: PlannedChange, readings: Readings, walk: Walk) -> bool:
    """Return whether a thing is lost in every order, and in each reading of the change."""
    if loss.degree != "must" or walk.at_the_end.get(loss.stake) != "must":
        return False
    return in_every_reading(change, readings, loss)


def in_every_reading(change: PlannedChange, readings: Readings, loss: Loss) -> bool:
    """Return whether a change must lose something in each of its readings."""
    for number in range(len(change.readings)):
        degrees: list[str] = []
        for effect in readings.get(number, ()):
            degrees += [each.degree for each in effect.losses if each.stake == loss.stake]
        if "must" not in degrees:
            return False
    return True
