"""The portal's part: what it does for a customer, done command by command through the API."""

from collections.abc import Iterator
from typing import TypeGuard

from ..machine import Accepted, Command
from ..machine.commands import EnableCustomerManagedKeys, EnableIdentity, GrantKeyAccess
from ..system import ModelSystem


def through_the_api(model: ModelSystem, command: Command) -> Iterator[Command]:
    """Yield the commands that do through the API what the command does through the portal.

    The portal enables the identity and grants it access first.  These two are among them only if
    the model accepts them and they change something.  The model runs all that is yielded.
    """
    if not is_through_the_portal(command):
        model.submit(command)
        yield command
        return
    if command.vault is not None:
        first = (EnableIdentity(command.resource), GrantKeyAccess(command.vault, command.resource))
        for preparation in first:
            before = model.state
            outcome = model.submit(preparation)
            if isinstance(outcome, Accepted) and model.state != before:
                yield preparation
    fields = command.as_dict()
    fields["through"] = "api"
    enabling = EnableCustomerManagedKeys(**fields)
    model.submit(enabling)
    yield enabling


def is_through_the_portal(command: Command) -> TypeGuard[EnableCustomerManagedKeys]:
    """Return whether a command enables customer-managed keys through the portal."""
    return isinstance(command, EnableCustomerManagedKeys) and command.through == "portal"
