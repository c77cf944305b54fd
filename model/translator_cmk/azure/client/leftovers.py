"""List what a run creates in Azure, before each creation; the command `leftovers` shows the list
and cleans up.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...errors import INCOMPLETE, OK, CommandError
from ...system import NothingLearned
from .agreeing import answered_yes
from .target import LEFTOVERS, Cloud, add_where, cloud_of, option_for

Entry = Mapping[str, Any]
"""What a line of the list says of an object."""

FIRST = ("workspace", "group", "resource", "vault")
"""The order in which leftovers are removed: a group takes what it holds along, and leaves it
soft-deleted.  A workspace can be asked for only while its resource is there.
"""


WORKSPACE_NEEDS_IT = (
    "a workspace that needs it could not be deleted, which nobody could without it; a model that "
    "is still deployed is billed. If the run ended while its key was lost, the key was given back, "
    "as far as that can be done: the vault recovered, the identity enabled, access granted, the "
    "key recovered and enabled. Try again in an hour, or delete the group yourself"
)

GONE = "its resource"
"""How the reason begins why a workspace stays for good."""


def note(path: Path, **entry: Any) -> Entry:
    """Add an entry of what is going to be created, or one of the list as ``gone``: a line of JSON
    in a file.  Return the entry.

    Several processes may add lines, and a line before it may be cut.
    """
    noted = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    whole = {"noted": noted, **entry}
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + json.dumps(whole))
    return whole


def left_in(path: Path) -> list[dict[str, Any]]:
    """Return the entries that are not gone, in the order in which they are removed, and tell of
    lines that were cut.

    Raises `CommandError`.
    """
    try:
        lines = list(filter(None, path.read_text("utf-8").splitlines()))
        cut = [line for line in lines if not line.endswith("}")]
        if lines and lines == cut:
            raise ValueError("it has no whole line")
        for line in cut:
            print(f"{path}: this line was cut when it was written, and is not read: {line}")
        noted = [json.loads(line) for line in lines if line not in cut]
        gone = [entry for entry in noted if entry.pop("gone", False)]
        left = [entry for entry in noted if entry not in gone]
        return sorted(left, key=place_in_order)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        problem = f"it is no list of leftovers ({type(error).__name__}: {error})"
        raise CommandError(f"{path}: {problem}; name the file that a run wrote") from None


def place_in_order(entry: Entry) -> int:
    """Return when an entry is removed, among the others."""
    return FIRST.index(entry["kind"])


EPILOG = """exit codes:
  0  the list was shown, or all that was left is removed
  2  wrong usage, no such list, or a file that is none; or nothing was to be removed after all
  3  the output can't be written, or a defect of this command ended it
  4  something stays: its line says why
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `leftovers`."""
    parser.epilog = EPILOG
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=Path,
        default=LEFTOVERS,
        help=f"the list, which is in the folder in which the run was (default: {LEFTOVERS} here)",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help="remove what can be removed, from Azure and from the list",
    )
    parser.add_argument("--yes", action="store_true", help="with --clean: do not ask")
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Show what was left, and remove it if asked to; 4 where something stays.

    Raises `CommandError`.
    """
    if not args.file.exists():
        raise CommandError(
            f"{args.file}: there is no such list, so what is left is not known; name the FILE, "
            f"which is {LEFTOVERS} in the folder in which `verify --azure` ran"
        )
    entries = left_in(args.file)
    for entry in entries:
        print(f"{entry['kind']:<11}{entry['name']}, noted {entry['noted']}")
    if not entries:
        print(f"{args.file}: nothing is left")
    if not entries or not args.clean:
        return OK
    if not args.yes and not answered_yes(f"Remove these {len(entries)} from Azure?"):
        raise CommandError("nothing was removed")
    stay = clean(args.file, entries, cloud_of(args))
    for line in stay:
        print(line)
    print(f"{len(entries) - len(stay)} removed, {len(stay)} left")
    return INCOMPLETE if stay else OK


def clean(
    path: Path,
    entries: Iterable[Entry],
    cloud: Cloud,
    connections: Any = None,
    gives_back: bool = True,
) -> list[str]:
    """Remove these entries from Azure and from the list; return a line for each that stays.

    ``gives_back``: a resource gets its lost key back before a workspace of it is deleted.
    """
    from azure.core.pipeline.transport import RequestsTransport

    from .clients import Clients
    from .giving_back import give_key_back

    connections = connections or RequestsTransport()
    stay = []
    needed = set()  # the groups that hold what a workspace can be asked for with
    in_order = sorted(entries, key=place_in_order)
    for entry in in_order:
        where = entry["subscription"], entry.get("group", entry["name"])
        its_cloud = entry.get("cloud", cloud.name)
        if its_cloud != cloud.name:
            elsewhere = f"it is in {its_cloud}; say {option_for(its_cloud)}"
            stay.append(f"{entry['kind']} {entry['name']} stays: {elsewhere}")
            continue
        if entry["kind"] != "workspace" and where in needed:
            stay.append(f"{entry['kind']} {entry['name']} stays: {WORKSPACE_NEEDS_IT}")
            continue
        clients = Clients(cloud, connections, entry["tenant"] or None)
        clients.tenants[entry["subscription"]] = entry["tenant"]
        vault = None
        if gives_back and entry["kind"] == "workspace":
            vault = give_key_back(clients, entry, in_order)
        reason = removed(clients, **entry)
        if reason and entry["kind"] == "workspace" and not reason.startswith(GONE):
            needed.add(where)
            if vault:
                needed.add((vault["subscription"], vault["group"]))
        if reason:
            stay.append(f"{entry['kind']} {entry['name']} stays: {reason}")
            continue
        with suppress(OSError):  # on a full disk the rest is removed; later this is found gone
            note(path, **entry, gone=True)
    return stay


def removed(
    clients: Any,
    kind: str,
    name: str,
    subscription: str,
    location: str = "",
    group: str = "",
    resource: str = "",
    **_: Any,
) -> str:
    """Remove one of the leftovers; return why it stays, or nothing."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    from .operations import result_of
    from .redaction import without_secrets

    try:
        if kind == "workspace":
            return cleared_workspace(clients, subscription, group, resource, name)
        if kind == "group":
            operation = clients.of("resource_groups", subscription).begin_delete(name)
            result_of(operation, "DeleteResource")
            return ""
        if kind == "resource":
            return purged_account(
                clients.of("deleted_accounts", subscription), location, group, name
            )
        return purged_vault(clients.of("vaults", subscription), location, name)
    except ResourceNotFoundError:
        return ""
    except (AzureError, NothingLearned) as error:
        return without_secrets(f"{type(error).__name__}: {error}")[:200]


def cleared_workspace(clients: Any, subscription: str, group: str, resource: str, name: str) -> str:
    """Delete a workspace of Custom Translator with all that it holds; return why it stays."""
    from azure.core.exceptions import ResourceNotFoundError

    from .clearing import clear_workspace
    from .studio_access import studio_of

    try:
        studio = studio_of(clients, subscription, group, resource)
    except ResourceNotFoundError:
        return f"{GONE} {resource} is gone, and nobody else can ask for it"
    clear_workspace(studio, name)
    return ""


def purged_account(accounts: Any, location: str, group: str, name: str) -> str:
    """Purge a deleted account; return why it stays, or nothing."""
    from .operations import result_of

    accounts.get(location, group, name)
    result_of(accounts.begin_purge(location, group, name), "DeleteResource")
    return ""


def purged_vault(vaults: Any, location: str, name: str) -> str:
    """Purge a deleted vault; return why it stays, or nothing."""
    from .operations import result_of

    properties = vaults.get_deleted(name, location).properties
    if properties.purge_protection_enabled:
        ends = properties.scheduled_purge_date
        until = ends.date() if ends else "its retention ends"
        return f"purge protection holds its name until {until}"
    result_of(vaults.begin_purge_deleted(name, location), "PurgeVault")
    return ""
