"""What breaks what: each cause is tried out on the model, and what is lost and what comes back is read off it."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from ..facts import Fact, holds
from ..gherkin.records import Pickle
from ..gherkin.vocabulary import read_given
from ..machine import (
    COUNTER_ROWS,
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    Outcome,
    RowsContradict,
    State,
    initial,
    observe,
)
from ..phrasebook import read_command
from ..requirements import Register
from ..situations import Situation, situations

START = "a deployed model under customer-managed keys"


class Cause(NamedTuple):
    """A way for the key to get out of reach, and what a customer can do about it, in sentences of the phrasebook."""

    name: str
    command: str
    remedies: tuple[str, ...]


GRANT = 'the customer grants "translator" access to the keys of "vault"'
IDENTITY = 'the customer enables the managed identity of "translator"'
ENABLE = 'the customer enables customer-managed keys for "translator" with the key "key" of "vault"'

CAUSES = (
    Cause("Managed identity disabled", 'the customer disables the managed identity of "translator"', (IDENTITY, GRANT)),
    Cause("Access revoked", 'the customer revokes the access of "translator" to the keys of "vault"', (GRANT,)),
    Cause("Key vault deleted", 'the customer deletes the vault "vault"', ('the customer recovers the vault "vault"',)),
    Cause(
        "Moved to another directory",
        'the customer moves the subscription "production" to the directory "abroad"',
        (IDENTITY, GRANT, ENABLE),
    ),
    Cause(
        "Key deleted",
        'the customer deletes the key "key" of "vault"',
        ('the customer recovers the key "key" of "vault"',),
    ),
    Cause(
        "Key disabled",
        'the customer disables the key "key" of "vault"',
        ('the customer enables the key "key" of "vault"',),
    ),
)


class Loss(NamedTuple):
    """Something that can be lost: the requirement that says so, the fact that shows it is there, and words for it."""

    what: str
    requirement: str
    intact: Fact
    lost: str
    back: str


LOSSES = (
    Loss(
        "Data in the workspace",
        "revocation.data-inaccessible",
        Fact("workspace", "workspace", "readable", True),
        "inaccessible",
        "readable again",
    ),
    Loss(
        "Deployed model",
        "revocation.undeploys",
        Fact("model", "model", "state", "deployed"),
        "undeployed",
        "deployed again",
    ),
    Loss(
        "Uploaded document",
        "revocation.deletes-uploads",
        Fact("document", "document", "exists", True),
        "deleted",
        "there again",
    ),
)

ACTIONS = {
    "Read data": 'the customer reads the data of "workspace"',
    "Upload": 'the customer uploads the document "other-document" to "workspace"',
    "Train": 'the customer trains the model "other-model" in "workspace"',
    "Deploy": 'the customer deploys the model "model"',
    "Translate with the model": 'the customer translates with the model "model"',
}

WEAKEST = ("assumed", "implied", "stated")
"""Bases from the weakest to the strongest; what the environment contributes is not the article's to state."""


class Finding(NamedTuple):
    """Something read off the model: whether the thing is there, and which requirements it takes for that."""

    intact: bool
    grounds: tuple[str, ...]

    def basis(self, register: Register) -> str:
        """The weakest basis among the grounds: a finding is no stronger.  Empty where there are none."""
        bases = (basis for basis in WEAKEST if any(register[name].basis == basis for name in self.grounds))
        return next(bases, "")


def after(machine: Machine, commands: Iterable[Command]) -> State:
    """The state that the commands lead to from the start of all causes."""
    return carried_out(machine, start(machine), commands)


@cache
def start(machine: Machine) -> State:
    """The state from which all causes are tried."""
    return carried_out(machine, initial(DEFAULT_STAGE), situations()[START].commands)


def carried_out(machine: Machine, state: State, commands: Iterable[Command]) -> State:
    """The state after the commands."""
    for command in commands:
        state, _ = machine.step(state, command)
    return state


def find(loss: Loss, cause: Cause, register: Register, pickles: Iterable[Pickle], remedied: bool) -> Finding:
    """Whether something is there after the cause, or after the cause and its remedies, and on what grounds.

    A requirement is among the grounds where the model without its rows shows otherwise; one that says what does not
    happen, where the model with its counter-row does and a scenario of it goes through the cause.
    """
    commands = [read_command(sentence) for sentence in (cause.command, *(cause.remedies if remedied else ()))]

    def intact(machine: Machine) -> bool | None:
        try:
            return holds(loss.intact, observe(machine.world(after(machine, commands))))
        except RowsContradict:  # of a model whose rows are broken: it shows neither
            return None

    found = intact(model())
    by_rows = {name for name, machine in without() if intact(machine) != found}
    by_counter_rows = {name for name, machine in mistaken() if intact(machine) != found}
    shown = {each.requirements[0] for each in pickles if goes_through(each, commands[0])}
    grounds = by_rows | (by_counter_rows & shown)
    return Finding(bool(found), tuple(each for each in register if each in grounds))


def goes_through(pickle: Pickle, command: Command) -> bool:
    """Whether a scenario comes by this command on its way to its When."""
    given = [read_given(step.text) for step in pickle.steps if step.kind == "given"]
    return any(command in (start.commands if isinstance(start, Situation) else (start,)) for start in given)


def answer(cause: Cause | None, action: str) -> Outcome:
    """What comes of an action after the cause, or with the key in reach."""
    state = after(model(), [read_command(cause.command)] if cause else [])
    return model().step(state, read_command(ACTIONS[action]))[1]


@cache
def model() -> Machine:
    """The model."""
    return Machine(ROWS)


@cache
def without() -> list[tuple[str, Machine]]:
    """The model without the rows of each requirement, except those by which the environment is there at all."""
    names = dict.fromkeys(row.requirement for row in ROWS if not row.requirement.startswith("environment."))
    return [(name, Machine(row for row in ROWS if row.requirement != name)) for name in names]


@cache
def mistaken() -> list[tuple[str, Machine]]:
    """The model with each counter-row."""
    return [(row.requirement, Machine((*ROWS, row))) for row in COUNTER_ROWS]
