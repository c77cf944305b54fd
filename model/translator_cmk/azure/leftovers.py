"""List what a run creates in Azure, before each creation; the command `leftovers` shows the list and cleans up."""

import argparse
import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import INCOMPLETE, OK, CommandError
from ..files import write_text

FIRST = ("group", "resource", "vault")
"""The order in which leftovers are removed: a group takes what it holds along, and leaves it soft-deleted."""


class Leftovers:
    """A file of all that was to be created.  Several processes may write it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, kind: str, name: str, **fields: Any) -> None:
        """Note what is going to be created, before it is; ``held``: once deleted, the name stays taken."""
        noted = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self.locked():
            text = self.path.read_text("utf-8") if self.path.exists() else "[\n]\n"
            before = text.rstrip().removesuffix("]").rstrip()  # a line each: thousands are added in a run
            entry = json.dumps({"kind": kind, "name": name, **fields, "noted": noted})
            write_text(self.path, f"{before}{'' if before == '[' else ','}\n{entry}\n]\n")

    def entries(self) -> list[dict[str, Any]]:
        """Return the entries; raises `CommandError`."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise CommandError(f"{self.path}: can't be read as a list of leftovers: {error}") from None
        if not isinstance(found, list) or not all(isinstance(each, dict) and "kind" in each for each in found):
            raise CommandError(f"{self.path}: it is no list of leftovers; name the file that the run wrote")
        return found

    def remove(self, entry: dict[str, Any]) -> None:
        """Drop an entry of what is gone."""
        with self.locked():
            left = [json.dumps(each) for each in self.entries() if each != entry]
            write_text(self.path, "\n".join(("[", ",\n".join(left), "]", "")) if left else "[\n]\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing."""
        with self.path.with_name(f".{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `leftovers`."""
    from .options import LEFTOVERS, add_where

    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, default=LEFTOVERS, help=f"the list (default: {LEFTOVERS})"
    )
    parser.add_argument("--clean", action="store_true", help="remove what can be removed, from Azure and from the list")
    parser.add_argument("--yes", action="store_true", help="with --clean: do not ask")
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Show what was left, and remove it if asked to; 4 where something stays."""
    leftovers = Leftovers(args.file)
    entries = sorted(leftovers.entries(), key=lambda each: FIRST.index(each["kind"]))
    for entry in entries:
        print(shown(entry))
    if not entries:
        print(f"{args.file}: nothing is left")
        return OK
    if not args.clean:
        return OK
    if not args.yes and not answered_yes(f"Remove these {len(entries)} from Azure?"):
        raise CommandError("nothing was removed")
    return clean(args, leftovers, entries)


def shown(entry: dict[str, Any]) -> str:
    """Return an entry in words."""
    held = "; once deleted, its name is held until its retention ends" if entry.get("held") else ""
    return f"{entry['kind']:<9}{entry['name']}, noted {entry['noted']}{held}"


def answered_yes(question: str) -> bool:
    """Return whether whoever is at the terminal answers yes; nobody there has not."""
    try:
        return input(f"{question} Answer yes or no: ").strip().lower() == "yes"
    except EOFError:
        return False


def clean(args: argparse.Namespace, leftovers: Leftovers, entries: list[dict[str, Any]]) -> int:
    """Remove each of the leftovers; 4 where one stays."""
    from azure.core.exceptions import AzureError

    from .clients import Clients, Connections, without_secrets
    from .options import cloud_of

    cloud = cloud_of(args)
    connections, stays = Connections(cloud.local), 0
    for entry in entries:
        clients = Clients(cloud, connections, entry["tenant"] or None)
        clients.tenants[entry["subscription"]] = entry["tenant"]
        try:
            kept = removed(clients, entry)
        except AzureError as error:
            kept = without_secrets(f"{type(error).__name__}: {error}")[:200]
        if kept:
            stays += 1
            print(f"{entry['kind']} {entry['name']} stays: {kept}")
        else:
            leftovers.remove(entry)
    print(f"{len(entries) - stays} removed, {stays} left")
    return INCOMPLETE if stays else OK


def removed(clients: Any, entry: dict[str, Any]) -> str:
    """Remove one of the leftovers; return why it stays, or nothing; raises `AzureError`."""
    from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

    subscription, name = entry["subscription"], entry["name"]
    try:
        if entry["kind"] == "group":
            clients.groups(subscription).resource_groups.begin_delete(name).result()
        elif entry["kind"] == "vault":
            vaults = clients.vaults(subscription).vaults
            deleted = vaults.get_deleted(name, entry["location"])
            if deleted.properties.purge_protection_enabled:
                ends = deleted.properties.scheduled_purge_date
                return f"purge protection holds its name until {ends.date() if ends else 'its retention ends'}"
            vaults.begin_purge_deleted(name, entry["location"]).result()
        else:
            accounts = clients.accounts(subscription).deleted_accounts
            accounts.get(entry["location"], entry["group"], name)
            accounts.begin_purge(entry["location"], entry["group"], name).result()
    except ResourceNotFoundError:
        return ""
    except HttpResponseError as error:
        if error.status_code == 501:
            return "there is no such operation"
        raise
    return ""
