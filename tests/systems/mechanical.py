"""Systems made by rule from each stated and implied requirement, each by one way to read it less.

- *ignored*: a request that the requirement refuses is accepted, and nothing is done;
- *repeat*: a request whose effect stands already is refused;
- *another cause*: what follows from an inaccessible key doesn't where that is so for one cause.

A system that no sentence speaks against is permitted.  One that a lane has to find has its reason
here: a cause that the article names, or a request of which nothing else would show.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.systems.variants import ANSWERING_ROWS, Rows, Variant, edited, only_where
from translator_cmk.machine import Accepted, Command, Machine, Outcome, Refused
from translator_cmk.machine.entities import Document, Model, Workspace
from translator_cmk.machine.meanings import key_inaccessible
from translator_cmk.machine.rows import Effect, Means, Refuse, Whenever
from translator_cmk.machine.step import bind
from translator_cmk.requirements import Requirement, load_register
from translator_cmk.system import ModelSystem

REGISTER = load_register()

SHOWN_BY_THE_ANSWER_ALONE = {
    "revocation.data-inaccessible": "data that can be read is not inaccessible",
    "revocation.features-stop": "a translation that is accepted is one that works",
}
"""Requirements of which a request shows nothing but that it is accepted, with what it would say."""


def of_the_article() -> Iterator[Requirement]:
    """Yield the stated and implied requirements."""
    for requirement in REGISTER.values():
        if requirement.basis in ("stated", "implied"):
            yield requirement


# Ignored in place of refused


class Ignoring(ModelSystem):
    """Accepts what one requirement alone refuses, and does nothing."""

    def __init__(self, requirement: str, rows: Rows) -> None:
        super().__init__(Machine(rows))
        self.ignored = Refused(frozenset({requirement}))

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        return Accepted() if outcome == self.ignored else outcome


def ignoring() -> Iterator[Variant]:
    """Yield for each requirement that refuses something a system that ignores that."""
    for requirement in of_the_article():
        if not rows_of_kind(Refuse, requirement.id):
            continue
        reason = SHOWN_BY_THE_ANSWER_ALONE.get(requirement.id)
        yield Variant(
            f"ignores what {requirement.id} refuses",
            reason or "what doesn't work may be accepted without effect",
            (requirement.id,),
            "article" if reason else "",
            ANSWERING_ROWS,
            partial(Ignoring, requirement.id),
        )


# A repeat that is refused


class RefusingRepeats(ModelSystem):
    """Refuses a request if what one requirement would do of it stands already."""

    def __init__(self, requirement: str, rows: Rows) -> None:
        super().__init__(Machine(rows))
        self.effects = [
            row for row in rows if isinstance(row, Effect) and row.requirement == requirement
        ]

    def submit(self, command: Command) -> Outcome:
        before = self.state
        outcome = super().submit(command)
        is_repeat = isinstance(outcome, Accepted) and self.state == before
        if is_repeat and self.would_set_something(command):
            return Refused()
        return outcome

    def would_set_something(self, command: Command) -> bool:
        """Return whether an effect of the requirement applies to the command."""
        bound = bind(command, self.machine.world(self.state))
        if bound is None:
            return False
        for row in self.effects:
            if row.on is type(command) and row.each is None and row.when(bound):
                return bool(row.then(bound))
        return False


def refusing_repeats() -> Iterator[Variant]:
    """Yield for each requirement that has an effect a system that refuses it where it stands."""
    for requirement in of_the_article():
        if rows_of_kind(Effect, requirement.id):
            yield Variant(
                f"refuses what {requirement.id} has done already",
                "no sentence is about doing something twice",
                (requirement.id,),
                "",
                ANSWERING_ROWS,
                partial(RefusingRepeats, requirement.id),
            )


# A cause that costs nothing


def resource_of(thing: Any) -> Any:
    """Return the resource to which a workspace, a document or a model belongs."""
    workspace = thing if isinstance(thing, Workspace) else thing.workspace
    return workspace.resource


def with_harmless_causes() -> Iterator[Variant]:
    """Yield for each loss and each cause a system in which that cause alone costs it nothing."""
    causes: dict[str, list[Callable[..., bool]]] = {}
    for row in ANSWERING_ROWS:
        if isinstance(row, Means) and row.meaning is key_inaccessible:
            causes.setdefault(row.requirement, []).append(row.when)
    for requirement in of_the_article():
        lost = {row.about for row in rows_of_kind(Whenever, requirement.id)}
        for about in (Workspace, Document, Model):
            if about not in lost:
                continue
            for cause in causes:
                yield with_harmless_cause(requirement, about, cause, causes)


def with_harmless_cause(
    requirement: Requirement,
    about: type[Any],
    cause: str,
    causes: dict[str, list[Callable[..., bool]]],
) -> Variant:
    """Return the system in which a requirement doesn't follow from one cause alone."""
    others: list[Callable[..., bool]] = []
    for name, conditions in causes.items():
        if name != cause:
            others += conditions

    def has_another_cause(thing: Any) -> bool:
        return any(holds(resource_of(thing)) for holds in others)

    is_said = REGISTER[cause].basis != "assumed"
    return Variant(
        f"lets {cause} alone cost nothing of {requirement.id}",
        f"{cause} is {REGISTER[cause].basis}",
        (requirement.id, cause),
        "article" if is_said else "",
        edited(ANSWERING_ROWS, [only_where(requirement.id, has_another_cause, about)]),
    )


def rows_of_kind(kind: type[Any], requirement: str) -> list[Any]:
    """Return the rows of one kind that cite the requirement."""
    return [
        row for row in ANSWERING_ROWS if isinstance(row, kind) and row.requirement == requirement
    ]


MECHANICAL: tuple[Variant, ...] = (*ignoring(), *refusing_repeats(), *with_harmless_causes())
