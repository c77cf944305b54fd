"""Says what a record shows: the requirements without which the system would have differed.

For each requirement there is a system that lacks it, and is otherwise as specified: the rows of the
requirement and of its refusal are gone, and the row of its mistake applies.  If that system can't
do what was seen, then the record tells the two apart, and it *shows* the requirement.  Where a
system may keep the refusal and lack the rest, the record has to tell that one apart as well.

If only the system that lacks it can do what was seen, the record shows that the requirement doesn't
hold.  This is asked of what is assumed too: a record can settle what no sentence says.  What the
commands could have shown, and nobody saw, is still open.

Of data that is inaccessible the register says both when it is and what follows, under one name, and
other losses follow from the same state.  The system that lacks it has the state, and the others.
So it is shown only by its own effects, and the refusals of its own.

Not every answer is evidence (see `controls`).
"""

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import cache, lru_cache
from typing import NamedTuple

from ..machine import (
    COUNTER_ROWS,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    Stage,
    initial,
    observe,
)
from ..machine.rows import Means, Refuse, Row, Whenever
from ..requirements import load_register
from .controls import (
    Controls,
    Counted,
    Readings,
    counted,
    follower_of,
    without_evidence,
    without_refusals,
)
from .follow import Agreed, Exchange, Follower, LostTrack
from .frame import REST_STAYS, what_counts
from .profiles import MODEL, machine_of

Places = tuple[int, ...]
"""Places of exchanges in a record."""

WITHOUT_SILENCES = what_counts(MODEL)
"""The model, which carries out what nothing is said of."""


class Settled(NamedTuple):
    """Whether an assumption holds in a record, and what that rests on."""

    holds: bool
    rests_on: Places


class Evidence(NamedTuple):
    """What a record says of requirements, by their ids.

    ``shown``: those without which a system would have differed, with what that rests on.
    ``settled``: the assumptions that it decides.
    ``open``: those that it could have shown and does not decide, with the first command that would
    have told.
    """

    shown: dict[str, Places]
    settled: dict[str, Settled]
    open: dict[str, Places]
    controls: Controls


class Lacking(NamedTuple):
    """The systems that lack a requirement, each in its own way, and that the commands can tell from
    what is specified, the first by the command at a place.

    ``suffice``: whether they can tell every mistake that may be made with a command of one type.
    """

    machines: Sequence[Machine]
    told_by: int
    suffice: bool


def evidence_in(exchanges: Sequence[Exchange], silent: Collection[str], stage: Stage) -> Evidence:
    """Return what a record says which was as demanded, where these requirements are silent."""
    record = counted(exchanges, machine_of(silent), stage)
    specified = behaviour(WITHOUT_SILENCES, exchanges, stage)
    found = Evidence({}, {}, {}, record.controls)
    for requirement in load_register().values():
        name = requirement.id
        # a silence says nothing that a record could settle
        if name in silent and requirement.basis != "assumed":
            continue
        lacking = systems_lacking(name, silent, specified, stage)
        if not lacking.machines:
            continue
        own = without_refusals_of_others(record.readings, name)
        # where the record departs from systems without it, and from one with it; None: nowhere
        without_it = [
            departure(own, machine, record.refusing_nothing, stage) for machine in lacking.machines
        ]
        with_it = None
        if name in silent:
            having = machine_of(frozenset(silent) - {name})
            with_it = departure(own, having, record.refusing_nothing, stage)
        holds = lacking.suffice and None not in without_it
        places = resting_on([lacking.told_by, with_it, *without_it], record, exchanges)
        if holds and name not in silent:
            found.shown[name] = places
        elif holds and with_it is None:
            found.settled[name] = Settled(True, places)
        elif None in without_it and with_it is not None:
            found.settled[name] = Settled(False, places)
        else:
            found.open[name] = resting_on([lacking.told_by], record, exchanges)
    return found


def departure(
    record: Iterable[Readings], machine: Machine, refusing_nothing: Collection[Row], stage: Stage
) -> int | None:
    """Return the place of the first exchange that a system with these rows can't have had; None if
    there is none, or if so much is possible that nobody can say.
    """
    follower = follower_of(without_refusals(machine, refusing_nothing), stage)
    for place, readings in enumerate(record):
        for reading in readings:
            attempt = Follower(copy(follower.oracle))
            comparison = attempt.take(reading)
            if isinstance(comparison, LostTrack):
                return None
            if isinstance(comparison, Agreed):
                follower = attempt
                break
        else:
            return place
    return None


def resting_on(
    places: Iterable[int | None], record: Counted, exchanges: Sequence[Exchange]
) -> Places:
    """Return the places that a claim rests on: where systems differ, the command that this is the
    answer to or the look after, and the controls.
    """
    found = set()
    for place in places:
        if place is None:
            continue
        asked = place
        while asked > 0 and exchanges[asked].command is None:
            asked -= 1
        found |= {place, asked, *record.controls.get(asked, ())}
    return tuple(sorted(found))


def without_refusals_of_others(record: Iterable[Readings], requirement: str) -> list[Readings]:
    """Return a record without the refusals that are no evidence of a consequence whose state has
    its name: in the model they read the field that it sets, but rest on other requirements.
    """
    if not names_its_state(requirement):
        return list(record)
    own = refusals_of(requirement)
    refused_by_it = set()
    for row in MODEL.rows:
        if isinstance(row, Refuse) and row.requirement in own:
            refused_by_it.add(row.on)
    kept: list[Readings] = []
    for readings in record:
        first = readings[0]
        if isinstance(first.outcome, Refused) and type(first.command) not in refused_by_it:
            kept.append(without_evidence(first))
        else:
            kept.append(readings)
    return kept


def names_its_state(requirement: str) -> bool:
    """Return whether a requirement says what follows from a state, and also when that state is."""
    kinds = {type(row) for row in MODEL.rows if row.requirement == requirement}
    return {Means, Whenever} <= kinds


# Systems that lack a requirement


class Behaviour(NamedTuple):
    """What a machine answers and shows to a command at a place of a record."""

    place: int
    command: Command
    outcome: Outcome
    seen: Observation


def behaviour(machine: Machine, exchanges: Sequence[Exchange], stage: Stage) -> list[Behaviour]:
    """Return what a machine answers and shows to the same commands."""
    state = initial(stage)
    found = []
    for place, exchange in enumerate(exchanges):
        if exchange.command is not None:
            state, outcome = machine.step(state, exchange.command)
            seen = observe(machine.world(state))
            found.append(Behaviour(place, exchange.command, outcome, seen))
    return found


def first_otherwise(machine: Machine, specified: Iterable[Behaviour], stage: Stage) -> int | None:
    """Return the place of the first command to which a machine answers or shows something else,
    whatever its reasons; None if there is none.
    """
    state = initial(stage)
    for place, command, expected, seen in specified:
        state, outcome = machine.step(state, command)
        if type(outcome) is not type(expected) or observe(machine.world(state)) != seen:
            return place
    return None


def systems_lacking(
    requirement: str, silent: Collection[str], specified: Sequence[Behaviour], stage: Stage
) -> Lacking:
    """Return the systems that lack a requirement, as far as the commands can tell.

    One lacks its refusal too; another keeps that, and lacks what comes about otherwise.  If several
    mistakes can be made about it, a system makes one of them.
    """
    refusals = refusals_of(requirement)
    commands = frozenset(type(each.command) for each in specified)
    still_silent = frozenset(silent) - refusals - {requirement, REST_STAYS}
    machines: list[Machine] = []
    places: list[int] = []
    would_show: dict[object, list[bool]] = {}
    for wrong in mistakes_about(requirement):
        before = len(machines)
        # the two are one where it has no refusal
        for gone in dict.fromkeys((refusals | {requirement}, frozenset({requirement}))):
            if not may_tell(commands, gone, wrong):
                continue
            place = first_otherwise(model_without(gone, wrong), specified, stage)
            if place is not None:
                places.append(place)
                machines.append(demanding_without(still_silent, gone, wrong))
        command = getattr(wrong[0], "on", None) if wrong else None
        would_show.setdefault(command, []).append(len(machines) > before)
    # one command is enough, of which each mistake would have shown
    suffice = any(map(all, would_show.values()))
    return Lacking(machines, min(places, default=0), suffice)


def mistakes_about(requirement: str) -> list[tuple[Row, ...]]:
    """Return the mistakes about a requirement, of which a system makes one."""
    return [(row,) for row in COUNTER_ROWS if row.requirement == requirement] or [()]


def may_tell(
    commands: Collection[type[Command]], gone: Collection[str], wrong: Iterable[Row]
) -> bool:
    """Return whether any of these rows is about one of the commands, or about a state."""
    rows = (*(row for row in WITHOUT_SILENCES.rows if row.requirement in gone), *wrong)
    return any(isinstance(row, Means | Whenever) or row.on in commands for row in rows)


@cache
def model_without(gone: frozenset[str], wrong: tuple[Row, ...]) -> Machine:
    """Return the model without the rows of the requirements that are ``gone``, and with those of
    a mistake.
    """
    return without_rows(WITHOUT_SILENCES, gone, wrong)


@lru_cache(maxsize=512)
def demanding_without(
    silent: frozenset[str], gone: frozenset[str], wrong: tuple[Row, ...]
) -> Machine:
    """Return the same of the machine in which some requirements are silent: it says what a system
    that lacks one may do.
    """
    return without_rows(machine_of(silent), gone, wrong)


@cache
def refusals_of(requirement: str) -> frozenset[str]:
    """Return the requirements which say that a breach of this one is refused."""
    register = load_register().values()
    return frozenset(other.id for other in register if other.refusal_of == requirement)


def without_rows(machine: Machine, gone: Collection[str], mistakes: Iterable[Row]) -> Machine:
    """Return the machine without the rows of the requirements that are ``gone``, and with those of
    mistakes.
    """
    rows: list[Row] = []
    for row in machine.rows:
        # other losses follow from the state, which stays
        is_state = isinstance(row, Means) and names_its_state(row.requirement)
        if row.requirement not in gone or is_state:
            rows.append(row)
    return Machine((*rows, *mistakes), machine.silent)
