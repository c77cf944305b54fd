"""What the last run says of each scenario, each requirement, each topic and the whole.

Only a file of results can turn anything green.  Without one everything is not run; with one of another version of the
specification everything is stale.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..bdd.features import Feature, Pickle, Scenario
from ..bdd.results import Item, Results
from ..requirements import Register, Requirement
from .badges import LOOKS, Badge, Status

WORDS = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "not-run": Status.NOT_RUN,
    "inconclusive": Status.INCONCLUSIVE,
    "not-applicable": Status.NOT_APPLICABLE,
}
MODEL = "model"
NOUNS = {"property": ("property", "properties"), "mutants": ("set of mutants", "sets of mutants")}


@dataclass(frozen=True)
class Verdict:
    """What came of one or more things that can be run, and how many of them passed."""

    status: Status
    was: Status
    """The status that the run gave, where it is stale by now; otherwise the same."""
    counts: Mapping[str, Counter[Status]]
    """For each kind of thing run, how many have which status."""

    def passed(self, kind: str = "scenario") -> int:
        """How many of a kind passed."""
        return self.counts.get(kind, Counter())[Status.PASSED]

    def total(self, kind: str = "scenario") -> int:
        """How many there are of a kind."""
        return self.counts.get(kind, Counter()).total()

    @property
    def words(self) -> str:
        """Status and counts, in words, as a badge has them."""
        if self.status is Status.STALE:
            return f"stale, was {LOOKS[self.was].glyph} {outcome(self.was, self.counts)}"
        return outcome(self.status, self.counts)


def outcome(status: Status, counts: Mapping[str, Counter[Status]]) -> str:
    """What came out, in words: of one thing its status, of several how many there are and how many passed or failed."""
    if sum(count.total() for count in counts.values()) < 2:
        return status.value
    if status is Status.FAILED:
        return f"failed: {shares(counts, status)}"
    passed = shares(counts, Status.PASSED)
    if status is Status.PASSED:
        return passed
    return f"{status.value}: {passed} passed" if passed else status.value


def shares(counts: Mapping[str, Counter[Status]], status: Status) -> str:
    """How many of each kind have the status: `2 of 42 scenarios`; a kind in which none has it is left out."""
    return ", ".join(
        f"{count[status]} of {number(count.total(), kind)}" for kind, count in counts.items() if count[status]
    )


def number(count: int, kind: str) -> str:
    """The count with its noun: `1 scenario`, `2 properties`."""
    singular, plural = NOUNS.get(kind, (kind, f"{kind}s"))
    return f"{count} {singular if count == 1 else plural}"


def percent(part: int, whole: int) -> int:
    """How much the part is of the whole, in percent, rounded down; of nothing it is 0."""
    return 100 * part // whole if whole else 0


@dataclass(frozen=True)
class Evidence:
    """The specification as it is, and the last run of it, if there was one."""

    register: Register
    features: Sequence[Feature]
    results: Results | None
    stale: bool

    @property
    def subject(self) -> str:
        """What was put to the test."""
        return self.results.subject if self.results else MODEL

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """What came of each scenario, by its id."""
        return {item.id: item for item in self._all if item.kind == "scenario"}

    @cached_property
    def beyond(self) -> Sequence[Item]:
        """What else was run: properties, theorems, sequences, mutants."""
        return [item for item in self._all if item.kind != "scenario"]

    @property
    def _all(self) -> Sequence[Item]:
        return self.results.items if self.results else ()

    @cached_property
    def pickles(self) -> Mapping[str, Pickle]:
        """Every scenario there is, one for each row of examples, by id."""
        return {pickle.id: pickle for feature in self.features for pickle in feature.pickles}

    @cached_property
    def scenarios(self) -> Mapping[str, Sequence[Scenario]]:
        """The scenarios under the rule of each requirement, as written."""
        return {rule.requirement: rule.scenarios for feature in self.features for rule in feature.rules}

    def carrying(self, requirement: str) -> Iterator[Pickle]:
        """The scenarios that carry a requirement: those of its rule, then those of other rules."""
        for own in (True, False):
            for pickle in self.pickles.values():
                if requirement in pickle.requirements and (pickle.requirements[0] == requirement) is own:
                    yield pickle

    def scenario(self, name: str) -> Verdict:
        """What came of one scenario."""
        return self._verdict([name], [])

    def requirement(self, requirement: Requirement) -> Verdict:
        """What came of everything that carries the requirement."""
        if requirement.kind == "attestation":
            return Verdict(Status.DECLARED, Status.DECLARED, {})
        return self._of({requirement.id})

    def topic(self, topic: str) -> Verdict:
        """What came of everything that carries a requirement of the topic."""
        return self._of({requirement.id for requirement in self.register.topics[topic]})

    @cached_property
    def whole(self) -> Verdict:
        """What came of the run as a whole: passed only where it was complete and everything passed."""
        found = self._verdict(self.items if self.stale else self.pickles, self.beyond)
        if found.was is Status.PASSED and self.results and not self.results.complete:
            status = Status.STALE if found.status is Status.STALE else Status.NOT_RUN
            return Verdict(status, Status.NOT_RUN, found.counts)
        return found

    def badge(self, verdict: Verdict) -> Badge:
        """The badge of a verdict."""
        subject = "attestation" if verdict.status is Status.DECLARED else self.subject
        return Badge(subject, verdict.status, verdict.words)

    def _of(self, requirements: Collection[str]) -> Verdict:
        # what a run of another version had counts as it was then
        scenarios: Mapping[str, Item | Pickle] = self.items if self.stale else self.pickles
        carries = [name for name, each in scenarios.items() if not set(each.requirements).isdisjoint(requirements)]
        others = [item for item in self.beyond if not set(item.requirements).isdisjoint(requirements)]
        return self._verdict(carries, others)

    def _verdict(self, scenarios: Iterable[str], others: Iterable[Item]) -> Verdict:
        counts: dict[str, Counter[Status]] = {}
        for name in scenarios:
            item = self.items.get(name)
            counts.setdefault("scenario", Counter())[WORDS[item.status] if item else Status.NOT_RUN] += 1
        for item in others:
            counts.setdefault(item.kind, Counter())[WORDS[item.status]] += 1
        seen = {status for count in counts.values() for status in count}
        order = (Status.FAILED, Status.INCONCLUSIVE, Status.NOT_RUN, Status.PASSED, Status.NOT_APPLICABLE)
        was = next((status for status in order if status in seen), Status.NOT_RUN)
        return Verdict(Status.STALE if self.stale else was, was, counts)
