"""Load all that the generated pages are made from, and derive the status of each scenario,
requirement and topic.

Only a file of results can turn anything green.  Without one nothing was run; with one of another
version of the specification everything is stale.
"""

import ast
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from .. import features_dir
from ..badges import Badge
from ..bdd.feature_files import load_features
from ..bdd.feature_records import Feature, Pickle, Scenario
from ..bdd.lint import lint
from ..bdd.systems import PRODUCT_OF_THE_MODEL
from ..conformance.results import Item, Results, is_stale
from ..errors import InvalidFile
from ..requirements import Register, Requirement, load_register
from ..requirements.exports import register_to_json
from ..row_sources import RowSource, counter_row_sources, row_sources
from ..verdict import Status, of_items
from .implementations import Implementation, load_implementations
from .render import number

# Evidence


@dataclass(frozen=True)
class StatusCounts:
    """The status of one or more things that can be run, and how many of each kind have which
    status: of nothing where it is stale.
    """

    status: Status
    counts: Mapping[str, Counter[Status]]

    def scenarios(self, status: Status | None = None) -> int:
        """Return how many scenarios have the status, or how many there are."""
        count = self.counts.get("scenario", Counter())
        return count.total() if status is None else count[status]

    @property
    def words(self) -> str:
        """Return status and counts in words, as a badge has them."""
        return in_words(self.status, self.counts)


def in_words(status: Status, counts: Mapping[str, Counter[Status]]) -> str:
    """Return the status of one thing; of several, how many there are and how many passed or
    failed.
    """
    if sum(count.total() for count in counts.values()) < 2:
        return status.word
    if status is Status.FAILED:
        return f"failed: {shares(counts, status)}"
    passed = shares(counts, Status.PASSED)
    if status in (Status.PASSED, Status.LIMITED):
        rest = sum(count[Status.NOT_APPLICABLE] for count in counts.values())
        if rest:
            passed += f", {rest} not applicable"
        if status is Status.LIMITED:
            passed += ", as recorded"
        return passed
    return f"{status.word}: {passed} passed" if passed else status.word


def shares(counts: Mapping[str, Counter[Status]], status: Status) -> str:
    """Return how many of each kind have the status: `2 of 42 scenarios`; kinds in which none has it
    are left out.
    """
    return ", ".join(
        f"{count[status]} of {number(count.total(), kind)}"
        for kind, count in counts.items()
        if count[status]
    )


@dataclass(frozen=True)
class Evidence:
    """The specification as it is, and the last run of it, if there was one."""

    register: Register
    features: Sequence[Feature]
    results: Results | None
    stale: str
    """Why the results say nothing of what is here now, in words; empty if they do."""
    laws: Sequence[Item] = ()
    """The results of the laws, as their tests were last run."""

    @property
    def subject(self) -> str:
        """Return the name of the system that was tested."""
        return self.results.subject if self.results else PRODUCT_OF_THE_MODEL

    @property
    def name(self) -> str:
        """Return what the pages call the system that was tested: a model is a translation model."""
        return "simulation" if self.is_asked_again else self.subject

    @property
    def is_asked_again(self) -> bool:
        """Return whether the site has asked the subject itself, as it can ask the model alone.

        Of any other system there is only a record, which whoever wrote it could have invented.
        """
        return self.subject == PRODUCT_OF_THE_MODEL

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Return the result of each scenario, by its id; of a stale run, only what failed."""
        items = self.results.items if self.results else ()
        return {item.id: item for item in items if self.still_counts(item)}

    def still_counts(self, item: Item) -> bool:
        """Return whether a result counts: nothing that passed does, where everything is stale."""
        return not self.stale or item.status is Status.FAILED

    @cached_property
    def detailed(self) -> Collection[str]:
        """Return the scenarios whose results tell each step."""
        return {name for name, item in self.items.items() if item.details}

    @property
    def beyond(self) -> Sequence[Item]:
        """Return the results of everything that is not a scenario.

        The laws are about the model: a run of another system says nothing of them.
        """
        return [item for item in self.laws if self.is_asked_again and self.still_counts(item)]

    @cached_property
    def pickles(self) -> Mapping[str, Pickle]:
        """Return every scenario there is, one for each row of examples, by id."""
        return {pickle.id: pickle for feature in self.features for pickle in feature.pickles}

    @cached_property
    def tagged(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of the scenarios that are tagged with each requirement."""
        found: dict[str, list[str]] = {}
        for name, pickle in self.pickles.items():
            for requirement in pickle.requirements:
                found.setdefault(requirement, []).append(name)
        return found

    @cached_property
    def scenarios(self) -> Mapping[str, Sequence[Scenario]]:
        """Return the scenarios under the rule of each requirement, as written."""
        return {
            rule.requirement: rule.scenarios for feature in self.features for rule in feature.rules
        }

    def carrying(self, requirement: str) -> Iterator[Pickle]:
        """Yield the scenarios that carry a requirement: those of its rule, then those of other
        rules.
        """
        carrying = [each for each in self.pickles.values() if requirement in each.requirements]
        yield from sorted(carrying, key=lambda each: each.requirements[0] != requirement)

    def scenario(self, name: str) -> StatusCounts:
        """Return the verdict on one scenario."""
        return self._verdict([name], [])

    def requirement(self, requirement: Requirement) -> StatusCounts:
        """Return the verdict on everything that carries the requirement."""
        if requirement.kind == "attestation":
            return StatusCounts(Status.DECLARED, {})
        return self._of({requirement.id})

    def topic(self, topic: str) -> StatusCounts:
        """Return the verdict on everything that carries a requirement of the topic."""
        return self._of({requirement.id for requirement in self.register.topics[topic]})

    @cached_property
    def whole(self) -> StatusCounts:
        """Return the verdict on the whole run: passed only if it was complete and everything
        passed.
        """
        found = self._verdict(self.pickles, self.beyond)
        was_incomplete = self.results is not None and not self.results.complete
        if was_incomplete and found.status in (Status.PASSED, Status.LIMITED):
            return StatusCounts(Status.NOT_RUN, found.counts)
        return found

    def verdicts(self) -> Iterator[tuple[str, StatusCounts]]:
        """Yield each verdict that has a badge, with its path: the whole, topics, requirements,
        scenarios.
        """
        yield "all", self.whole
        for topic in self.register.topics:
            yield f"topics/{topic}", self.topic(topic)
        for requirement in self.register.values():
            yield f"requirements/{requirement.id}", self.requirement(requirement)
        for name in self.pickles:
            yield f"scenarios/{name}", self.scenario(name)

    def badge(self, verdict: StatusCounts) -> Badge:
        """Return the badge of a verdict."""
        subject = "attestation" if verdict.status is Status.DECLARED else self.name
        return Badge(subject, verdict.status, verdict.words)

    def _of(self, requirements: Collection[str]) -> StatusCounts:
        carries: set[str] = set()
        for requirement in requirements:
            carries.update(self.tagged.get(requirement, ()))
        others = [
            item for item in self.beyond if not set(item.requirements).isdisjoint(requirements)
        ]
        return self._verdict(carries, others)

    def _verdict(self, scenarios: Iterable[str], others: Iterable[Item]) -> StatusCounts:
        counts: dict[str, Counter[Status]] = {}
        for name in scenarios:
            item = self.items.get(name)
            counts.setdefault("scenario", Counter())[item.status if item else Status.NOT_RUN] += 1
        for item in others:
            counts.setdefault(item.kind, Counter())[item.status] += 1
        seen = {status for count in counts.values() for status in count}
        status = of_items(seen)
        if self.stale and status is not Status.FAILED:
            return StatusCounts(Status.STALE, {})
        # whoever wrote the record of another system could have invented it
        if status is Status.PASSED and not self.is_asked_again:
            return StatusCounts(Status.LIMITED, counts)
        return StatusCounts(status, counts)


# Content


class Decision(NamedTuple):
    """A decision record; ``resolves`` has the ids of the questions that it answers."""

    file: str
    title: str
    status: str
    resolves: tuple[str, ...]


CHANGED = "the specification, or the kit, has changed since"


class Content(NamedTuple):
    """The specification with its evidence, the model's rows by requirement and decisions by
    file.
    """

    evidence: Evidence
    rows: Mapping[str, Sequence[RowSource]]
    decisions: Mapping[str, Decision]
    implementations: Sequence[Implementation] = ()


def load_content(found: Results | None, docs: Path) -> Content:
    """Load everything but the results; raises `InvalidFile` or `OSError`."""
    register = load_register()
    for diagnostic in lint([features_dir()]):
        raise InvalidFile(str(diagnostic))
    return Content(
        Evidence(
            register,
            load_features(features_dir()),
            found,
            CHANGED if found and is_stale(found) else "",
        ),
        rows_by_requirement(),
        load_decisions(docs / "decisions"),
        load_implementations(docs),
    )


def load_decisions(folder: Path) -> dict[str, Decision]:
    """Return the decision records of a folder by file name, in order; raises `InvalidFile` or
    `OSError`.
    """
    return {path.name: read_decision(path) for path in sorted(folder.glob("[0-9]*.md"))}


def read_decision(path: Path) -> Decision:
    """Return a record: its first heading, and `Status:` and `Resolves:` near its head."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidFile(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"
        ) from None
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    fields = dict(re.findall(r"^(?:- )?(Status|Resolves): *(.+?)\.?$", text, re.MULTILINE))
    resolves = tuple(re.findall(r"\b[AC][0-9]+\b", fields.get("Resolves", "")))
    return Decision(
        path.name, title[1] if title else path.stem, fields.get("Status", "unknown"), resolves
    )


def register_digest(register: Register) -> str:
    """Return the SHA-256, in hexadecimal, of all requirements as JSON with sorted keys and no
    blanks.
    """
    text = json.dumps(
        register_to_json(register), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


# The rows of the machine, as they are written


def rows_by_requirement() -> dict[str, list[RowSource]]:
    """Return for each requirement its entries of the tables, those that make several rows once."""
    found: dict[str, dict[ast.expr, RowSource]] = defaultdict(dict)
    for each in (*row_sources(), *counter_row_sources()):
        found[each.row.requirement].setdefault(each.entry, each)
    return {name: list(entries.values()) for name, entries in found.items()}
