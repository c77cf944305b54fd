"""Which commands of a planned sequence a system can be asked for."""

from collections.abc import Iterable, Iterator

from ...bdd.portal import through_the_api
from ...bdd.prerequisites import capabilities_of, level_of, not_offered
from ...language.declaration import LEVELS, Declaration
from ...machine import Command
from ...machine.commands import CreateKey, CreateVault, ImportKey
from ...system import ModelSystem

KEY_SIZES = {
    "RSA": (2048, 3072, 4096),
    "RSA-HSM": (2048, 3072, 4096),
    "EC": (256, 384, 521),
}
"""The sizes that Azure has of each type of key, in bits: a key vault may refuse to make others.

https://learn.microsoft.com/azure/key-vault/keys/about-keys
"""


def applicable(commands: Iterable[Command], declared: Declaration) -> Iterator[Command]:
    """Yield the commands that a system can be asked for; what it would do through the portal is
    done through the API.  A key vault has purge protection where a system may have no other.

    Those of the levels below what it claims are among them, since they lead there.
    """
    model = ModelSystem()
    for planned in commands:
        if not is_applicable(planned, declared):
            continue
        command = planned
        if isinstance(command, CreateVault) and not declared.can("legacy-vaults"):
            command = CreateVault(**{**command.as_dict(), "purge_protection": True})
        if declared.can("portal"):
            yield command
        else:
            yield from through_the_api(model, command)


def is_applicable(command: Command, declared: Declaration) -> bool:
    """Return whether a system can be asked for a command, through the portal or in another way."""
    levels = list(LEVELS)
    highest = max(levels.index(level) for level in declared.levels)
    if levels.index(level_of(command)) > highest:
        return False
    available = declared.capabilities | {"portal"}
    if not available.issuperset(capabilities_of(command)):
        return False
    if isinstance(command, CreateKey | ImportKey) and command.size not in KEY_SIZES[command.type]:
        return False
    return not_offered([command], declared.stage) is None
