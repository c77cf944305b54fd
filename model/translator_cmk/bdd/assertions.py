"""Assertions: what a Then can say besides a fact, about outcome, changes and audit trail.

All of them are about the When, so a scenario without one has none of these sentences.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from ..language.declaration import Declaration
from ..language.facts import Fact, changed_facts, observed_value
from ..language.phrases import Phrase
from ..language.sentences import format_fact, format_key_use, format_key_uses, format_outcome
from ..machine import Accepted, KeyUse, Observation, Outcome, Refused, Unspecified
from ..machine.entities import MICROSOFT
from ..oracle import reasons
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from .systems import PRODUCT_OF_THE_MODEL

# What an assertion raises


class AssertionFailed(AssertionError):
    """A `Then` does not hold: the system and the specification disagree."""

    def __init__(self, expected: str, observed: str) -> None:
        super().__init__(f"expected: {expected}; observed: {observed}")
        self.expected = expected
        self.observed = observed


class MustBeShown(AssertionFailed):
    """A `Then` is about a field that the system hides, and may not hide."""


class NotApplicable(Exception):
    """The scenario does not apply to this system; the message says why."""


class NotSpecified(NotApplicable):
    """The specification demands nothing here, so every answer of a system agrees with it."""


NOT_SPECIFIED = "not specified: "
"""How its message begins, by which a report knows it."""


# What an assertion is about

Change = tuple[Fact, Fact]
"""A fact as it was and as it is."""


@dataclass(frozen=True)
class StepResult:
    """The result of the `When`, with all that an assertion about it depends on."""

    outcome: Outcome
    before: Observation
    after: Observation
    requirements: tuple[str, ...]
    """The ids that the scenario is tagged with."""
    facts: tuple[Fact, ...]
    """The facts that other Thens of the scenario state."""
    declared: Declaration
    by_model: bool = False
    """Whether the model answered, which says what is not specified."""

    @property
    def changes(self) -> list[Change]:
        """Return what the command changed."""
        return list(changed_facts(self.before, self.after))

    @property
    def audit(self) -> tuple[KeyUse, ...]:
        """Return the uses of keys that the command recorded."""
        return self.outcome.audit if isinstance(self.outcome, Accepted) else ()


def format_changes(changes: Iterable[Change]) -> str:
    """Return what changed, on one line."""
    return "; ".join(f"{format_fact(now)} (before: {format_fact(was)})" for was, now in changes)


def format_uses(uses: Sequence[KeyUse]) -> str:
    """Return the entries of an audit trail, on one line."""
    return "; ".join(format_key_uses(uses))


def format_observed(seen: Observation, fact: Fact) -> str:
    """Return what the observation has in place of a fact, in words."""
    if not observed_value(seen, fact.kind, fact.name, "exists"):
        absent = Fact(fact.kind, fact.name, "exists", False)
        return format_fact(absent)
    value = observed_value(seen, fact.kind, fact.name, fact.field)
    return format_fact(Fact(fact.kind, fact.name, fact.field, value))


# The assertions.  The docstring of each check explains it to readers of the steps.


def check_accepted(result: StepResult) -> None:
    """The system carried out what the When asks for."""
    if not isinstance(result.outcome, Accepted):
        raise AssertionFailed("the request is accepted", format_outcome(result.outcome))


def check_refused(result: StepResult) -> None:
    """The system refused what the When asks for.

    Where it gives reasons, they are requirements that the scenario is tagged with, and no other;
    the model gives all of them.
    """
    outcome = result.outcome
    if isinstance(outcome, Refused) and has_right_reasons(result, outcome.because):
        return
    expected = Refused(frozenset(result.requirements))
    raise AssertionFailed(format_outcome(expected), format_outcome(outcome))


def has_right_reasons(result: StepResult, because: frozenset[str]) -> bool:
    """Return whether a refusal's reasons are right.

    The model has to give all of them, any other system at least one.  One's own scenario may
    name none.
    """
    if not result.requirements or not result.declared.can("reasons"):
        return True
    demanded = frozenset(result.requirements)
    if result.by_model or result.declared.product == PRODUCT_OF_THE_MODEL:
        return reasons.are_all_of(because, demanded)
    if demanded <= NAMES_ARE_RESOLVED_FIRST:
        return reasons.say_that_a_name_is_wrong(because)
    return reasons.are_some_of(because, demanded)


def check_unchanged(result: StepResult) -> None:
    """All that can be observed is as it was before the When."""
    changes = result.changes
    if changes:
        raise AssertionFailed("nothing has changed", format_changes(changes))


def check_otherwise_unchanged(result: StepResult) -> None:
    """All that can be observed is as it was before the When, but for what the other Thens of the
    scenario mention.
    """
    mentioned = set[tuple[str, str, str]]()
    for fact in result.facts:
        mentioned.add((fact.kind, fact.name, fact.field))
        mentioned.add((fact.kind, fact.name, "exists"))  # a fact about an entity says that, too
    others: list[Change] = []
    for was, now in result.changes:
        if (now.kind, now.name, now.field) not in mentioned:
            others.append((was, now))
    if others:
        raise AssertionFailed("nothing else has changed", format_changes(others))


def check_no_customers_key(result: StepResult) -> None:
    """No resource that there is uses a customer's key; there may be none."""
    for name, resource in result.after["resource"].items():
        source = resource.get("key_source")
        if source != MICROSOFT:
            expected = Fact("resource", name, "key_source", MICROSOFT)
            seen = Fact("resource", name, "key_source", source)
            raise AssertionFailed(format_fact(expected), format_fact(seen))


def check_key_use(result: StepResult, key: str, vault: str, resource: str) -> None:
    """The audit trail of the When has a use of this key for this resource."""
    use = KeyUse(f"{vault}/{key}", resource)
    if use not in result.audit:
        raise AssertionFailed(format_key_use(use), format_uses(result.audit))


def check_no_key_use(result: StepResult) -> None:
    """The audit trail of the When is empty."""
    if result.audit:
        raise AssertionFailed(format_uses(()), format_uses(result.audit))


def check_not_specified(result: StepResult) -> None:
    """The specification does not say how the request behaves: a system may accept or refuse it."""
    if not result.by_model:
        silent = ", ".join(sorted(result.requirements))
        raise NotSpecified(f"{NOT_SPECIFIED}{silent} demands nothing of a system")
    expected = Unspecified(frozenset(result.requirements))
    if result.outcome != expected:
        raise AssertionFailed(format_outcome(expected), format_outcome(result.outcome))


# Their sentences

Kind = Literal[
    "accepted",
    "refused",
    "unchanged",
    "otherwise unchanged",
    "no customer's key",
    "key use",
    "no key use",
    "not specified",
]


class Assertion(NamedTuple):
    """An assertion about the `When`, read from a sentence."""

    kind: Kind
    check: Callable[[StepResult], None]
    """Raises `AssertionFailed` or `NotSpecified` for a result."""


class AssertionPhrase(Phrase):
    """The sentence of one kind of assertion, with its check.

    The docstring of the check explains it to readers.
    """

    def __init__(self, kind: Kind, pattern: str, check: Callable[..., None]) -> None:
        super().__init__(pattern)
        self.kind = kind
        self.check = check
        self.explanation = " ".join((check.__doc__ or "").split())

    def read(self, text: str) -> Assertion | None:
        """Return the assertion that the text makes, or None where it is another sentence."""
        values = self.parse(text)
        if values is None:
            return None
        return Assertion(self.kind, partial(self.check, **values))


ASSERTION_PHRASES = (
    AssertionPhrase("accepted", "the request is accepted", check_accepted),
    AssertionPhrase("refused", "the request is refused", check_refused),
    AssertionPhrase("unchanged", "nothing has changed", check_unchanged),
    AssertionPhrase("otherwise unchanged", "nothing else has changed", check_otherwise_unchanged),
    AssertionPhrase(
        "no customer's key", "every resource uses Microsoft-managed keys", check_no_customers_key
    ),
    AssertionPhrase(
        "key use", "the use of the key {key} of {vault} is recorded for {resource}", check_key_use
    ),
    AssertionPhrase("no key use", "no use of a key is recorded", check_no_key_use),
    AssertionPhrase("not specified", "what happens is not specified", check_not_specified),
)
"""Every assertion; the slots of its sentence are arguments of its check."""
