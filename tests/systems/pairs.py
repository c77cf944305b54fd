"""What speaks for each stated requirement in the profile `article`, as a table."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.systems.variants import Variant
from tests.systems.wrong import WRONG
from translator_cmk.conformance.judgement.cases import Case, scenarios
from translator_cmk.requirements import Requirement, load_register


class Spoken(NamedTuple):
    """What speaks for one stated requirement."""

    requirement: Requirement
    scenario: str
    """The first scenario of it that counts; empty if there is none."""
    broken_by: str
    """The first wrong system that breaks nothing else that is demanded; empty if there is none."""

    @property
    def is_attested(self) -> bool:
        """Whether no interface shows it, so that somebody has to attest it."""
        return self.requirement.kind == "attestation"


def demanded_by(variant: Variant) -> list[str]:
    """Return the requirements about which a wrong system differs and which are not assumed."""
    register = load_register()
    about = [name for name in variant.requirements if name in register]
    return [name for name in about if register[name].basis != "assumed"]


def breaks_alone(variant: Variant, requirement: Requirement) -> bool:
    """Return whether a wrong system is about this requirement, and else about assumptions alone."""
    return variant.caught_in == "article" and demanded_by(variant) == [requirement.id]


def spoken_for() -> Iterator[Spoken]:
    """Yield what speaks for each stated requirement, in the order of the register."""
    for requirement in load_register().values():
        if requirement.basis == "stated":
            broken_by = [variant.name for variant in WRONG if breaks_alone(variant, requirement)]
            yield Spoken(requirement, first_that_counts(requirement), "".join(broken_by[:1]))


def first_that_counts(requirement: Requirement) -> str:
    """Return the first scenario of a requirement that counts, of its own rule if there is one."""
    others = ""
    for case in cases():
        if requirement.id not in case.requirements or not case.scored:
            continue
        if case.requirements[0] == requirement.id:
            return case.id
        others = others or case.id
    return others


@cache
def cases() -> tuple[Case, ...]:
    """Return the scenarios of the profile `article`."""
    return tuple(scenario.case for scenario in scenarios("article", ()))


def table() -> Iterator[str]:
    """Yield the lines of the table, as Markdown."""
    yield "| requirement | sentences | counts in `article` | broken alone by a system that |"
    yield "|---|---|---|---|"
    for spoken in spoken_for():
        requirement = spoken.requirement
        counts = spoken.scenario or "-"
        if spoken.is_attested:
            counts = f"attested: {requirement.title}"
        sentences = ", ".join(requirement.statements)
        broken_by = spoken.broken_by or "-"
        yield f"| {requirement.id} | {sentences} | {counts} | {broken_by} |"
