"""Ask whoever starts a run whether what is planned may be created."""

from collections.abc import Collection
from typing import Any

from ...errors import CommandError
from ..names import GUID
from .target import Target

QUESTION = "Create this?"


def answered_yes(question: str) -> bool:
    """Return whether whoever is at the terminal answers yes; nobody there has not."""
    return typed(f"{question} Answer yes or no: ").lower() == "yes"


def typed(question: str) -> str:
    """Return what whoever is at the terminal types; nothing where nobody is."""
    try:
        return input(question).strip()
    except EOFError:
        return ""


def agree(target: Target, yes: bool, confirmed: Collection[str]) -> None:
    """Ask whether the planned may be created; raises `CommandError` unless it may.

    On this machine a yes is enough.  Elsewhere each subscription is typed back, by its id or its
    name, or was ``confirmed`` by its id on the command line: a yes is given too easily to the
    wrong subscription.
    """
    must_be_of_this_run(target, confirmed)
    if target.cloud.local:
        if not yes and not answered_yes(QUESTION):
            raise CommandError("nothing was created; to go on, answer yes, or say --yes")
        return
    for guid in target.subscriptions.values():
        if guid.lower() not in {each.lower() for each in confirmed}:
            must_be_typed_back(guid, name_of(target, guid))


def must_be_of_this_run(target: Target, confirmed: Collection[str]) -> None:
    """Raise `CommandError` if something is confirmed that is no subscription of this run."""
    there = {guid.lower() for guid in target.subscriptions.values()}
    for guid in confirmed:
        if guid.lower() not in there:
            raise CommandError(
                f"--confirm {guid}: it is no subscription of this run; write the id that "
                "--subscription names"
            )


def must_be_typed_back(guid: str, name: str) -> None:
    """Raise `CommandError` unless the subscription is typed back, by its id or its name."""
    print("It may cost money, and whatever else is in this subscription is at risk:")
    print(f"  {guid}  {name or 'its name could not be read'}")
    answer = typed("To go on, type its id or its name: ")
    if answer.lower() == guid.lower() or (name and answer == name):
        return
    raise CommandError(
        "nothing was created; to go on, type the id or the name of the subscription, or say "
        f"--confirm {guid}"
    )


def name_of(target: Target, guid: str) -> str:
    """Return the name that a subscription has in Azure, or nothing if it can't be read."""
    from azure.core.exceptions import AzureError
    from azure.core.pipeline.transport import RequestsTransport

    from .clients import Clients

    clients = Clients(target.cloud, RequestsTransport())
    try:
        found: Any = clients.of("subscriptions").get(guid)
    except AzureError:
        return ""
    name = str(found.display_name or "")
    if GUID.search(name):  # somebody may have given it a name that looks like another one's id
        return ""
    return name
