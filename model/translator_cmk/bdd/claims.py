"""What a `Then` can say besides a fact: about what came of the request, about change, and about the audit trail.

All of it speaks of the `When`, so that a scenario without one has none of these sentences.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ..language.phrases import Phrase
from ..machine import Accepted, KeyUse, Refused, Unspecified
from ..system import ModelSystem
from .wording import changes_in_words, listed, outcome_in_words, uses_in_words

if TYPE_CHECKING:
    from .playing import Playing


class Unmet(Exception):
    """A `Then` does not hold: the system and the specification disagree."""

    def __init__(self, expected: str, observed: str) -> None:
        super().__init__(f"expected: {expected}; observed: {observed}")
        self.expected = expected
        self.observed = observed


class NotApplicable(Exception):
    """The scenario asks nothing of this system, and its text says why."""


class LeftOpen(NotApplicable):
    """Whatever the system did agrees with the specification, which demands nothing here."""


class Claim(NamedTuple):
    """A sentence about what came of the `When`, read."""

    check: "Callable[[Playing, dict[str, Any]], None]"
    values: dict[str, Any]


class ClaimPhrase(Phrase):
    """The sentence of one claim, an explanation for readers, and what checks it, raising `Unmet` or `LeftOpen`."""

    def __init__(self, pattern: str, explanation: str, check: "Callable[[Playing, dict[str, Any]], None]") -> None:
        super().__init__(pattern)
        self.explanation = explanation
        self.check = check

    def read(self, text: str) -> Claim | None:
        """The claim that the text makes, or None where it makes another."""
        values = self.parse(text)
        return None if values is None else Claim(self.check, values)


def accepted(playing: "Playing", _: dict[str, Any]) -> None:
    if not isinstance(playing.outcome, Accepted):
        raise Unmet("the request is accepted", outcome_in_words(playing.outcome))


def refused(playing: "Playing", _: dict[str, Any]) -> None:
    expected = Refused(frozenset(playing.pickle.requirements))
    if not isinstance(playing.outcome, Refused) or not has_reason(playing, playing.outcome.because):
        raise Unmet(outcome_in_words(expected), outcome_in_words(playing.outcome))


def has_reason(playing: "Playing", because: frozenset[str]) -> bool:
    """Whether the reasons of a refusal are right: the model gives all of them, another system at least one, if any."""
    if not playing.declared.can("reasons"):
        return True
    demanded = set(playing.pickle.requirements)
    return because == demanded if isinstance(playing.system, ModelSystem) else bool(because) and because <= demanded


def unchanged(playing: "Playing", _: dict[str, Any]) -> None:
    if changes := playing.changes:
        raise Unmet("nothing has changed", changes_in_words(changes))


def otherwise_unchanged(playing: "Playing", _: dict[str, Any]) -> None:
    if others := [change for change in playing.changes if change[1][:3] not in playing.mentioned]:
        raise Unmet("nothing else has changed", changes_in_words(others))


def key_use(playing: "Playing", values: dict[str, Any]) -> None:
    use = KeyUse(f"{values['vault']}/{values['key']}", values["resource"])
    if use not in playing.audit:
        raise Unmet(uses_in_words([use]), uses_in_words(playing.audit))


def no_key_use(playing: "Playing", _: dict[str, Any]) -> None:
    if playing.audit:
        raise Unmet(uses_in_words([]), uses_in_words(playing.audit))


def left_open(playing: "Playing", _: dict[str, Any]) -> None:
    if not isinstance(playing.system, ModelSystem):
        raise LeftOpen(f"left open: {listed(playing.pickle.requirements)} demands nothing of a system")
    expected = Unspecified(frozenset(playing.pickle.requirements))
    if playing.outcome != expected:
        raise Unmet(outcome_in_words(expected), outcome_in_words(playing.outcome))


CLAIM_PHRASES = (
    ClaimPhrase("the request is accepted", "The system carried out what the When asks for.", accepted),
    ClaimPhrase(
        "the request is refused",
        "The system refused what the When asks for.  Where it gives reasons, they are requirements that the scenario "
        "is tagged with, and no other; the model gives all of them.",
        refused,
    ),
    ClaimPhrase("nothing has changed", "All that can be observed is as it was before the When.", unchanged),
    ClaimPhrase(
        "nothing else has changed",
        "All that can be observed is as it was before the When, but for what the other Thens of the scenario mention.",
        otherwise_unchanged,
    ),
    ClaimPhrase(
        "the use of the key {key} of {vault} is recorded for {resource}",
        "The audit trail of the When has a use of this key for this resource.",
        key_use,
    ),
    ClaimPhrase("no use of a key is recorded", "The audit trail of the When is empty.", no_key_use),
    ClaimPhrase(
        "what happens is left open",
        "The specification does not say what comes of what the When asks for: a system may accept or refuse it.",
        left_open,
    ),
)
