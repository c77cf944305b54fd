"""Derive the status of each scenario, each requirement, each topic and the whole from the last run.

Only a file of results can turn anything green.  Without one nothing was run; with one of another version of the
specification everything is stale.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..badges import LOOKS, Badge, Status
from ..bdd.features import Feature, Pickle, Scenario
from ..conformance.results import Item, Results
from ..requirements import Register, Requirement
from .render import number

STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "not-run": Status.NOT_RUN,
    "inconclusive": Status.INCONCLUSIVE,
    "not-applicable": Status.NOT_APPLICABLE,
}
WORST_FIRST = (Status.FAILED, Status.INCONCLUSIVE, Status.NOT_RUN, Status.PASSED, Status.NOT_APPLICABLE)
MODEL = "model"


@dataclass(frozen=True)
class Verdict:
    """The status of one or more things that can be run, and how many of each kind have which status."""

    status: Status
    was: Status
    """The status that the run gave; it differs only where the run is stale."""
    counts: Mapping[str, Counter[Status]]

    def scenarios(self, status: Status | None = None) -> int:
        """Return how many scenarios have the status, or how many there are."""
        count = self.counts.get("scenario", Counter())
        return count.total() if status is None else count[status]

    @property
    def words(self) -> str:
        """Return status and counts in words, as a badge has them."""
        if self.status is Status.STALE:
            return f"stale, was {LOOKS[self.was].glyph} {in_words(self.was, self.counts)}"
        return in_words(self.status, self.counts)


def in_words(status: Status, counts: Mapping[str, Counter[Status]]) -> str:
    """Return the status of one thing; of several, how many there are and how many passed or failed."""
    if sum(count.total() for count in counts.values()) < 2:
        return status.value
    if status is Status.FAILED:
        return f"failed: {shares(counts, status)}"
    passed = shares(counts, Status.PASSED)
    if status is Status.PASSED:
        rest = sum(count[Status.NOT_APPLICABLE] for count in counts.values())
        return f"{passed}, {rest} not applicable" if rest else passed
    return f"{status.value}: {passed} passed" if passed else status.value


def shares(counts: Mapping[str, Counter[Status]], status: Status) -> str:
    """Return how many of each kind have the status: `2 of 42 scenarios`; kinds in which none has it are left out."""
    return ", ".join(
        f"{count[status]} of {number(count.total(), kind)}" for kind, count in counts.items() if count[status]
    )


@dataclass(frozen=True)
class Evidence:
    """The specification as it is, and the last run of it, if there was one."""

    register: Register
    features: Sequence[Feature]
    results: Results | None
    stale: str
    """Why the results say nothing of what is here now, in words; empty if they do."""

    @property
    def subject(self) -> str:
        """Return the name of the system that was tested."""
        return self.results.subject if self.results else MODEL

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Return the result of each scenario, by its id."""
        return {item.id: item for item in self._all if item.kind == "scenario"}

    @cached_property
    def beyond(self) -> Sequence[Item]:
        """Return the results of everything that is not a scenario, such as properties."""
        return [item for item in self._all if item.kind != "scenario"]

    @property
    def _all(self) -> Sequence[Item]:
        return self.results.items if self.results else ()

    @cached_property
    def pickles(self) -> Mapping[str, Pickle]:
        """Return every scenario there is, one for each row of examples, by id."""
        return {pickle.id: pickle for feature in self.features for pickle in feature.pickles}

    @cached_property
    def scenarios(self) -> Mapping[str, Sequence[Scenario]]:
        """Return the scenarios under the rule of each requirement, as written."""
        return {rule.requirement: rule.scenarios for feature in self.features for rule in feature.rules}

    def carrying(self, requirement: str) -> Iterator[Pickle]:
        """Yield the scenarios that carry a requirement: those of its rule, then those of other rules."""
        for own in (True, False):
            for pickle in self.pickles.values():
                if requirement in pickle.requirements and (pickle.requirements[0] == requirement) is own:
                    yield pickle

    def scenario(self, name: str) -> Verdict:
        """Return the verdict on one scenario."""
        return self._verdict([name], [])

    def requirement(self, requirement: Requirement) -> Verdict:
        """Return the verdict on everything that carries the requirement."""
        if requirement.kind == "attestation":
            return Verdict(Status.DECLARED, Status.DECLARED, {})
        return self._of({requirement.id})

    def topic(self, topic: str) -> Verdict:
        """Return the verdict on everything that carries a requirement of the topic."""
        return self._of({requirement.id for requirement in self.register.topics[topic]})

    @cached_property
    def whole(self) -> Verdict:
        """Return the verdict on the whole run: passed only if it was complete and everything passed."""
        found = self._verdict(self.items if self.stale else self.pickles, self.beyond)
        if found.was is Status.PASSED and self.results and not self.results.complete:
            status = Status.STALE if found.status is Status.STALE else Status.NOT_RUN
            return Verdict(status, Status.NOT_RUN, found.counts)
        return found

    def verdicts(self) -> Iterator[tuple[str, Verdict]]:
        """Yield each verdict that has a badge, with its path: the whole, topics, requirements, scenarios."""
        yield "all", self.whole
        for topic in self.register.topics:
            yield f"topics/{topic}", self.topic(topic)
        for requirement in self.register.values():
            yield f"requirements/{requirement.id}", self.requirement(requirement)
        for name in self.pickles:
            yield f"scenarios/{name}", self.scenario(name)

    def badge(self, verdict: Verdict) -> Badge:
        """Return the badge of a verdict."""
        subject = "attestation" if verdict.status is Status.DECLARED else self.subject
        return Badge(subject, verdict.status, verdict.words)

    def _of(self, requirements: Collection[str]) -> Verdict:
        # a stale run is counted by its own scenarios
        scenarios: Mapping[str, Item | Pickle] = self.items if self.stale else self.pickles
        carries = [name for name, each in scenarios.items() if not set(each.requirements).isdisjoint(requirements)]
        others = [item for item in self.beyond if not set(item.requirements).isdisjoint(requirements)]
        return self._verdict(carries, others)

    def _verdict(self, scenarios: Iterable[str], others: Iterable[Item]) -> Verdict:
        counts: dict[str, Counter[Status]] = {}
        for name in scenarios:
            item = self.items.get(name)
            counts.setdefault("scenario", Counter())[STATUSES[item.status] if item else Status.NOT_RUN] += 1
        for item in others:
            counts.setdefault(item.kind, Counter())[STATUSES[item.status]] += 1
        seen = {status for count in counts.values() for status in count}
        was = next((status for status in WORST_FIRST if status in seen), Status.NOT_RUN)
        return Verdict(Status.STALE if self.stale else was, was, counts)
