"""Says what a run has shown: the requirements without which the system would have differed.

For each requirement there is a system that lacks it, and is otherwise as specified: the rows of the
requirement and of its refusal are gone, and the row of its mistake applies.  If that system can't
do what was seen, then the run tells the two apart, and it *shows* the requirement.  Where a system
may keep the refusal and lack the rest, the run has to tell that one apart as well.

If only the system that lacks it can do what was seen, the run shows that the requirement doesn't
hold.  This is asked of what is assumed too: a run can settle what no sentence says.

A consequence may have the state it follows from under its own name, and other consequences follow
from that state too.  The system that lacks it has the state, and the others.  So it is shown only
by its own effects and refusals.

A refusal shows nothing unless the same command was accepted in the run as well, since a system that
refuses everything would refuse that too.
"""

from collections.abc import Collection, Iterable, Sequence

from ..language.declaration import Declaration
from ..machine import (
    COUNTER_ROWS,
    Accepted,
    Machine,
    Refused,
    Stage,
    initial,
    observe,
)
from ..machine.rows import Means, Refuse, Row
from ..requirements import load_register
from .attribution import Ids
from .follow import Agreed, Exchange, LostTrack, compare_recorded, oracle_for
from .profiles import MODEL, machine_of


def shown_in(
    exchanges: Sequence[Exchange], silent: Collection[str], declared: Declaration, stage: Stage
) -> Ids:
    """Return the requirements that a run shows which was as demanded, where these are silent."""
    counted = with_positive_controls(exchanges)
    specified = behaviour(MODEL, counted, stage)
    found = []
    for requirement in load_register():
        if requirement in silent:
            continue
        wrong_systems = systems_lacking(requirement, silent, specified, stage)
        if not wrong_systems:
            continue
        own = without_refusals_of_others(counted, requirement)
        if not any(can_do(own, machine, declared, stage) for machine in wrong_systems):
            found.append(requirement)
    return tuple(found)


def settled_in(
    exchanges: Sequence[Exchange], silent: Collection[str], declared: Declaration, stage: Stage
) -> dict[str, bool]:
    """Return which assumptions a run settles, and whether they hold there."""
    counted = with_positive_controls(exchanges)
    specified = behaviour(MODEL, counted, stage)
    found = {}
    for requirement in load_register().values():
        if requirement.id not in silent or requirement.basis != "assumed":
            continue
        wrong_systems = systems_lacking(requirement.id, silent, specified, stage)
        if not wrong_systems:
            continue
        having = machine_of(frozenset(silent) - {requirement.id})
        own = without_refusals_of_others(counted, requirement.id)
        with_it = can_do(own, having, declared, stage)
        without_it = any(can_do(own, machine, declared, stage) for machine in wrong_systems)
        if with_it != without_it:
            found[requirement.id] = with_it
    return found


def with_positive_controls(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return the exchanges without the refusals of commands that were never accepted."""
    accepted = set()
    for exchange in exchanges:
        if isinstance(exchange.outcome, Accepted):
            accepted.add(type(exchange.command))
    counted = []
    for exchange in exchanges:
        if isinstance(exchange.outcome, Refused) and type(exchange.command) not in accepted:
            counted.append(exchange._replace(outcome=None))  # nobody knows why
        else:
            counted.append(exchange)
    return counted


def without_refusals_of_others(exchanges: Iterable[Exchange], requirement: str) -> list[Exchange]:
    """Return the exchanges without the refusals that are no evidence of a consequence whose state
    has its name: in the model they read the field that it sets, but rest on other requirements.
    """
    if not names_its_state(requirement):
        return list(exchanges)
    refused_by_it = set()
    for row in MODEL.rows:
        if isinstance(row, Refuse) and row.requirement == requirement:
            refused_by_it.add(row.on)
    kept = []
    for exchange in exchanges:
        if isinstance(exchange.outcome, Refused) and type(exchange.command) not in refused_by_it:
            kept.append(exchange._replace(outcome=None))
        else:
            kept.append(exchange)
    return kept


def names_its_state(requirement: str) -> bool:
    """Return whether a requirement says what is refused in a state, and also when that state is."""
    kinds = {type(row) for row in MODEL.rows if row.requirement == requirement}
    return {Means, Refuse} <= kinds


def behaviour(machine: Machine, exchanges: Iterable[Exchange], stage: Stage) -> list[Exchange]:
    """Return what a machine answers and shows to the same commands."""
    state = initial(stage)
    found = []
    for exchange in exchanges:
        if exchange.command is not None:
            state, outcome = machine.step(state, exchange.command)
            found.append(Exchange(exchange.command, outcome, observe(machine.world(state))))
    return found


def behaves_so(machine: Machine, specified: Iterable[Exchange], stage: Stage) -> bool:
    """Return whether a machine answers and shows this, whatever its reasons."""
    state = initial(stage)
    for command, expected, seen, _ in specified:
        assert command is not None
        state, outcome = machine.step(state, command)
        if type(outcome) is not type(expected) or observe(machine.world(state)) != seen:
            return False
    return True


def systems_lacking(
    requirement: str, silent: Collection[str], specified: Sequence[Exchange], stage: Stage
) -> list[Machine]:
    """Return the machines of the systems that lack a requirement, as far as the commands can tell.

    One lacks its refusal too; another keeps that, and lacks what comes about otherwise.
    """
    refusals = refusals_of(requirement)
    demanded = machine_of(frozenset(silent) - refusals - {requirement})
    found = []
    for gone in dict.fromkeys((refusals | {requirement}, frozenset({requirement}))):
        if not behaves_so(without_rows(MODEL, requirement, gone), specified, stage):
            found.append(without_rows(demanded, requirement, gone))
    return found


def refusals_of(requirement: str) -> frozenset[str]:
    """Return the requirements which say that a breach of this one is refused."""
    register = load_register().values()
    return frozenset(other.id for other in register if other.refusal_of == requirement)


def without_rows(machine: Machine, requirement: str, gone: Collection[str]) -> Machine:
    """Return the machine without the rows that are ``gone``, and with the mistake about one."""
    rows: list[Row] = []
    for row in machine.rows:
        is_state = isinstance(row, Means) and names_its_state(row.requirement)
        if row.requirement not in gone or is_state:
            rows.append(row)
    rows += [row for row in COUNTER_ROWS if row.requirement == requirement]
    return Machine(tuple(rows), machine.silent)


def can_do(
    exchanges: Sequence[Exchange], machine: Machine, declared: Declaration, stage: Stage
) -> bool:
    """Return whether a system with these rows may answer and show all this.

    Where so much is possible that nobody can say, it may.
    """
    comparison = compare_recorded(exchanges, oracle_for(machine, declared), stage)
    return isinstance(comparison, Agreed | LostTrack)
