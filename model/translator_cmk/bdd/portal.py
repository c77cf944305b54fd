"""The way through the API to what the portal does by itself, for systems that have no portal."""

from collections.abc import Iterator

from ..machine import Accepted, Command
from ..machine.commands import EnableCustomerManagedKeys, EnableIdentity, GrantKeyAccess
from ..system import ModelSystem


def through_the_api(model: ModelSystem, command: Command) -> Iterator[Command]:
    """What to ask for in place of the command; the model goes along.

    Of what the portal would do first, only that is asked for which the model says would be accepted and change
    something.
    """
    if isinstance(command, EnableCustomerManagedKeys) and command.through == "portal":
        if command.vault is not None:
            for first in (EnableIdentity(command.resource), GrantKeyAccess(command.vault, command.resource)):
                before = model.state
                if isinstance(model.submit(first), Accepted) and model.state != before:
                    yield first
        asked = {**command.as_dict(), "through": "api"}
        command = EnableCustomerManagedKeys(**asked)
    model.submit(command)
    yield command
