"""Variants of the model: some of its rows dropped or changed, others added.

A variant is a list of edits of the rows.  An edit takes rows away, or adds some, or does both:

    without("revocation.undeploys")                            drops every row of a requirement
    without("environment.delete-resource", Document)           drops those that are about documents
    adding(effect(...))                                        adds a row
    only_where("identity.disable", condition)                  narrows the condition of rows
    also_where("environment.no-key-purge", condition)          widens it
    doing("environment.upload", then)                          changes what rows do
    writing("environment.new-key", then)                       lets them write something else beside
    refusing_as("revocation.no-upload", "environment.exists")  gives another reason
    accepting("vault.same-region-refused", where)              accepts what is demanded, and puts
    the key in use

Machines find the rows to evaluate again from the code of their conditions, and follow functions
that these close over.  That is why each edit below closes over functions, and never over rows.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from translator_cmk.machine import REMEMBERING, Machine
from translator_cmk.machine.commands import EnableCustomerManagedKeys
from translator_cmk.machine.rows import Refuse, Row, Silent, effect
from translator_cmk.machine.state import Changes
from translator_cmk.machine.updates import gives_access, puts_key_in_use, sets
from translator_cmk.system import ModelSystem

Rows = tuple[Row, ...]
Condition = Callable[..., Any]

ANSWERING_ROWS: Rows = tuple(row for row in REMEMBERING if not isinstance(row, Silent))
"""The rows of a system that always does something, also where nothing is specified."""


# Edits of the rows


class Edit(NamedTuple):
    """Rows that a variant lacks, and rows that it has beyond those of the model."""

    dropped: Rows = ()
    added: Rows = ()


def edited(rows: Rows, edits: Iterable[Edit]) -> Rows:
    """Return the rows with all edits made.

    Raises `ValueError` where an edit drops what another has dropped.
    """
    kept = list(rows)
    added: list[Row] = []
    for edit in edits:
        for row in edit.dropped:
            kept.remove(row)
        added += edit.added
    return (*kept, *added)


def rows_of(requirement: str, *subjects: object) -> Rows:
    """Return the rows that cite the requirement and are about each of the subjects.

    A subject is a command, an entity kind, a meaning, or a kind of row.  Raises `ValueError` where
    no row is.


    """
    found = tuple(
        row
        for row in ANSWERING_ROWS
        if row.requirement == requirement and set(subjects) <= subjects_of(row)
    )
    if not found:
        raise ValueError(f"no row of {requirement} is about {subjects}")
    return found


def subjects_of(row: Row) -> set[object]:
    """Return everything that a row is about."""
    subjects: set[object] = {type(row)}
    for field in ("on", "each", "about", "meaning"):
        subject = getattr(row, field, None)
        if subject is not None:
            subjects.add(subject)
    return subjects


def without(requirement: str, *subjects: object) -> Edit:
    """Drop rows of a requirement."""
    return Edit(dropped=rows_of(requirement, *subjects))


def adding(*rows: Row) -> Edit:
    """Add rows."""
    return Edit(added=rows)


def replacing(rows: Rows, change: Callable[[Any], Row]) -> Edit:
    """Put a changed row in place of each of the rows."""
    return Edit(rows, tuple(change(row) for row in rows))


def only_where(requirement: str, condition: Condition, *subjects: object) -> Edit:
    """Let rows of a requirement apply only where the condition holds as well."""
    return replacing(
        rows_of(requirement, *subjects), lambda row: row._replace(when=both(row.when, condition))
    )


def also_where(requirement: str, condition: Condition, *subjects: object) -> Edit:
    """Let rows of a requirement apply where the condition holds, too."""
    return replacing(
        rows_of(requirement, *subjects), lambda row: row._replace(when=either(row.when, condition))
    )


def demanding(requirement: str, unless: Condition, *subjects: object) -> Edit:
    """Let the demands of a requirement demand something else."""
    return replacing(
        rows_of(requirement, Refuse, *subjects), lambda row: row._replace(unless=unless)
    )


def met_also_where(requirement: str, condition: Condition, *subjects: object) -> Edit:
    """Let the demands of a requirement be met where the condition holds, too."""
    return replacing(
        rows_of(requirement, Refuse, *subjects),
        lambda row: row._replace(unless=either(row.unless, condition)),
    )


def doing(requirement: str, then: Callable[..., Changes], *subjects: object) -> Edit:
    """Let rows of a requirement do something else."""
    return replacing(rows_of(requirement, *subjects), lambda row: row._replace(then=then))


def writing(requirement: str, then: Callable[..., Changes], *subjects: object) -> Edit:
    """Let rows of a requirement write further fields, or other values of the same fields."""
    return replacing(
        rows_of(requirement, *subjects), lambda row: row._replace(then=over(row.then, then))
    )


def refusing_as(requirement: str, reason: str, *subjects: object) -> Edit:
    """Let the demands of a requirement give another reason when they are broken."""
    return replacing(
        rows_of(requirement, Refuse, *subjects), lambda row: row._replace(requirement=reason)
    )


def accepting(requirement: str, where: Condition = lambda command: True) -> Edit:
    """Put the key in use where a demand is broken and the condition holds."""
    [demand] = rows_of(requirement, Refuse, EnableCustomerManagedKeys)
    assert isinstance(demand, Refuse)
    applies = demand.when
    is_met = demand.unless

    def is_demanded(command: Any) -> bool:
        return bool(applies(command) and not where(command))

    def is_let_through(command: Any) -> bool:
        is_exempt = command.store == "key-vault" and applies(command) and where(command)
        return bool(is_exempt and not is_met(command))

    return Edit(
        dropped=(demand,), added=(demand._replace(when=is_demanded), *enabling(is_let_through))
    )


def enabling(when: Condition) -> Rows:
    """Return rows by which customer-managed keys are enabled in other cases than the model's."""
    return (
        effect(EnableCustomerManagedKeys, "keys.enable", when=when, then=puts_key_in_use),
        effect(
            EnableCustomerManagedKeys,
            "identity.enabled-with-keys",
            when=when,
            then=lambda command: sets(command.resource, identity=True),
        ),
        effect(
            EnableCustomerManagedKeys,
            "vault.granted-with-keys",
            when=when,
            then=lambda command: gives_access(command.vault, command.resource),
        ),
    )


def both(one: Condition, other: Condition) -> Condition:
    def holds(*facts: Any) -> bool:
        return bool(one(*facts) and other(*facts))

    return holds


def either(one: Condition, other: Condition) -> Condition:
    def holds(*facts: Any) -> bool:
        return bool(one(*facts) or other(*facts))

    return holds


def over(one: Callable[..., Changes], other: Callable[..., Changes]) -> Callable[..., Changes]:
    def writes(*facts: Any) -> Changes:
        changes = {target: dict(fields) for target, fields in one(*facts).items()}
        for target, fields in other(*facts).items():
            changes.setdefault(target, {}).update(fields)
        return changes

    return writes


# Variants

Make = Callable[[Rows], ModelSystem]
"""Makes a system of rows."""


def plain(rows: Rows) -> ModelSystem:
    """Return the system that does what the rows say, and remembers nothing beside them."""
    return ModelSystem(Machine(rows))


class Variant(NamedTuple):
    """A system that differs from the model in one way."""

    name: str
    """What it does, as the end of a sentence that begins with *the system*."""
    why: str
    """The mistake that somebody made, or what leaves them free."""
    requirements: tuple[str, ...]
    """The requirements about which it differs.

    A report on a wrong system names at least one of them.  Of a permitted one they are what leaves it
    free, and in the profile `full` a report names at least one.
    """
    caught_in: str
    """The narrowest profile in which a report finds it wrong, `article` or `full`.

    Empty where none does.
    """
    rows: Rows
    make_from: Make = plain
    reference: Rows = ANSWERING_ROWS
    """The rows from which it really differs."""

    def make(self) -> ModelSystem:
        """Return a new system of this kind."""
        return self.make_from(self.rows)


def wrong(
    name: str, why: str, requirements: Iterable[str], *edits: Edit, system: Make = plain
) -> Variant:
    """Return a variant that contradicts the article, or what the article takes for granted."""
    return Variant(name, why, tuple(requirements), "article", edited(ANSWERING_ROWS, edits), system)


def permitted_by_article(
    name: str, why: str, requirements: Iterable[str], *edits: Edit, system: Make = plain
) -> Variant:
    """Return a variant that honours the article, and contradicts something that is assumed."""
    return Variant(name, why, tuple(requirements), "full", edited(ANSWERING_ROWS, edits), system)


def permitted(
    name: str, why: str, requirements: Iterable[str], *edits: Edit, system: Make = plain
) -> Variant:
    """Return a variant that nothing forbids, whichever the profile."""
    return Variant(name, why, tuple(requirements), "", edited(ANSWERING_ROWS, edits), system)
