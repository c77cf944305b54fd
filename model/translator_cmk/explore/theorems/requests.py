"""Theorems about outcomes: what is refused, what is not specified, and that all else is
accepted.
"""

from collections.abc import Callable, Iterator

from ...machine import COMMANDS, Accepted, Outcome, Refused, Unspecified
from ...machine import commands as cmd
from .expectations import Expectation, Unchanged
from .premises import DEMANDS, SILENCES, Demand, due
from .steps import MachineStep
from .theorem import Theorem, collected, on_request

EVERY_COMMAND = tuple(COMMANDS.values())


def reasons(outcome: Outcome | None) -> frozenset[str]:
    """Return the ids that the outcome gives, of demands or of silences."""
    match outcome:
        case Refused(because=because):
            return because
        case Unspecified(silent=silent):
            return silent
    return frozenset()


def exactly_where(requirement: str) -> Callable[[MachineStep], Iterator[Expectation]]:
    """Return the check that the outcome gives this reason exactly where it is one."""

    def check(step: MachineStep) -> Iterator[Expectation]:
        must = due(step)
        is_given = requirement in reasons(step.outcome)
        is_due = requirement in reasons(must)
        if is_given != is_due:
            yield must
        elif is_given and step.outcome is not None:
            yield step.outcome  # given where it is due, with or without other reasons

    return check


def demand_theorem(demand: Demand, word: str) -> Theorem:
    """Return the theorem that a demand, or a silence, is given as a reason exactly where it is
    one.
    """
    name = f"{word}-{demand.on.__name__}-{demand.requirement}"
    check = exactly_where(demand.requirement)
    return Theorem(
        "request", (demand.on,), name, f"{demand.sentence}.", (demand.requirement,), check
    )


@on_request(*EVERY_COMMAND, by="environment.exists")
def every_request_is_answered(step: MachineStep) -> Iterator[Expectation]:
    """Every request is answered: no two rows contradict each other, and none reads what is not
    there.
    """
    if step.outcome is None:
        yield due(step)
    else:
        yield step.outcome


@on_request(*EVERY_COMMAND, by="environment.exists")
def nothing_is_done_to_what_is_not_there(step: MachineStep) -> Iterator[Expectation]:
    """A command on something that does not exist, or is deleted, is refused for that reason
    alone.
    """
    must = due(step)
    if "environment.exists" in reasons(must) | step.because:
        yield must


@on_request(
    *EVERY_COMMAND,
    by="encryption.transparent keys.any-origin resource.cognitive-services resource.kinds "
    "vault.other-subscription",
)
def what_breaks_no_demand_is_accepted(step: MachineStep) -> Iterator[Expectation]:
    """Nothing is refused but for a demand: not for the key source, the kind of resource or the
    origin of the key.
    """
    must = due(step)
    if isinstance(must, Accepted):
        yield must


@on_request(*EVERY_COMMAND, by="environment.exists")
def what_is_refused_changes_nothing(step: MachineStep) -> Iterator[Expectation]:
    """A request that is not accepted changes nothing."""
    if not step.accepted:
        yield Unchanged()


@on_request(*EVERY_COMMAND, by="environment.exists")
def what_changes_something_says_so(step: MachineStep) -> Iterator[Expectation]:
    """A request changes something only by a requirement that its acceptance names."""
    if not step.by:
        yield Unchanged()


@on_request(cmd.ReadData, cmd.TranslateWithModel, by="encryption.transparent")
def reading_and_translating_change_nothing(_: MachineStep) -> Iterator[Expectation]:
    """Reading data and translating with a model change nothing."""
    yield Unchanged()


THEOREMS = (
    *collected(globals()),
    *(demand_theorem(demand, "refused") for demand in DEMANDS),
    *(demand_theorem(silence, "unspecified") for silence in SILENCES),
)
