"""Custom Translator's REST API for one resource: its requests, workspaces and documents.

There is no SDK for it.
"""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy

from ...system import Unsupported
from .answers import items_of, lowered, member, pages_of
from .clients import POLL, Clients
from .refusals import EXISTS, NotLearned, is_refusal, refusal_of
from .rest import rest
from .target import as_written

API = "/translator/customtranslator/api/texttranslator/v1.0"

PATIENCE = 20.0
"""Seconds that an import, a training or a deployment may take."""


class Studio:
    """Custom Translator for a resource.  It knows by number what has been made here under a
    name.
    """

    def __init__(
        self, clients: Clients, resource: str, endpoint: str, key: str, region: str
    ) -> None:
        self.clients = clients
        self.resource = resource
        self.endpoint = endpoint.rstrip("/")
        self.key = key
        self.region = as_written(region)
        self.signed = HeadersPolicy(
            {"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": self.region}
        )
        self.ids: dict[str, str] = {}  # of workspaces
        self.projects: dict[str, str] = {}  # by workspace
        self.models: dict[str, dict[str, Any]] = {}  # as each was seen last
        self.trained_in: dict[str, str] = {}  # the workspace of each model

    # Requests

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Return the answer to a request, the names of its members in lower case; raises
        `HttpResponseError`.
        """
        url = f"{self.endpoint}{path}"
        return lowered(rest(self.clients.connections, self.signed, method, url, **content))

    def named(self, path: str, *fields: str, **params: Any) -> dict[str, Any]:
        """Return what all pages of a list have, by name; ``fields`` lead to the list."""
        found: dict[str, Any] = {}
        index = 1
        last = 1
        while index <= last:
            page = self.ask("GET", API + path, params={**params, "pageIndex": index})
            last = pages_of(page, *fields)
            for entry in items_of(page, *fields):
                described = entry.get("documentinfo", entry)
                found[str(member(described, "name"))] = described
            index += 1
        return found

    def wait_for(self, look: Callable[[], Any], what: str, command: str) -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where that takes
        too long, and `HttpResponseError` where the look is refused.
        """
        until = monotonic() + PATIENCE
        said = ""
        while monotonic() <= until:
            try:
                found = look()
            except AzureError as error:
                if isinstance(error, HttpResponseError) and is_refusal(error, command):
                    raise
                said = f" (the last look failed: {type(error).__name__})"
            else:
                if found:
                    return found
                said = ""
            sleep(POLL)
        raise NotLearned(f"{what} did not show within {PATIENCE:g} seconds{said}")

    # Workspaces

    def workspaces(self) -> dict[str, Any]:
        """Return all workspaces, by name."""
        return self.named("/workspaces", "workspaces")

    def create_workspace(self, name: str) -> None:
        """Create a workspace, and look for it: the answer is not documented."""
        if name in self.ids and name in self.workspaces():
            raise Unsupported("Custom Translator knows workspaces by number, not by name")
        paid = {"SubscriptionKey": self.key, "BillingRegionCode": self.billing_region()}
        wanted = {"Name": name, "Subscription": paid}
        self.ask("POST", f"{API}/workspaces", json=wanted)
        made = self.wait_for(
            lambda: self.workspaces().get(name), "the workspace", "CreateWorkspace"
        )
        self.ids[name] = str(member(made, "id"))

    def billing_region(self) -> str:
        """Return the code of the resource's region; raises `NotLearned` where it is not offered."""
        answer = self.ask("GET", f"{API}/subscriptions/billingregions")
        names = []
        for entry in items_of(answer, "billingregions"):
            name = str(member(entry, "billingregionname"))
            if as_written(name) == self.region:
                return str(member(entry, "billingregioncode"))
            names.append(name)
        raise NotLearned(
            f"Custom Translator is not offered in {self.region}; name another region with "
            f"--region: {', '.join(names)}"
        )

    # Documents

    def documents(self, workspace: str) -> dict[str, Any]:
        """Return the documents of a workspace, by name; raises `HttpResponseError` where they can't
        be listed.
        """
        return self.named(
            "/documents",
            "paginateddocuments",
            "documents",
            workspaceId=self.ids[workspace],
            limit=100,
        )

    def read(self, document: Any) -> None:
        """Read a sentence of a document; raises `HttpResponseError`, and `NotLearned` where it has
        no files.

        The list of documents has names alone, so it says nothing of their contents.
        """
        path = f"{API}/documents/{member(document, 'id')}/files"
        files = items_of(self.ask("GET", path), "files")
        if not files:
            raise NotLearned("the document has no files")
        content = f"{path}/{member(files[0], 'id')}/content"
        self.ask("GET", content, params={"pageIndex": 1, "limit": 1})

    def documents_seen(self, workspace: str) -> tuple[dict[str, Any], bool | None]:
        """Return the documents of a workspace, and whether their data can be read: None where
        nothing says so of one of them.  An empty list shows that it can.
        """
        try:
            documents = self.documents(workspace)
        except HttpResponseError as error:
            return {}, self.is_readable_in_spite_of(error)
        except NotLearned:
            return {}, None
        readable = {self.is_readable(document) for document in documents.values()}
        if False in readable:
            return documents, False
        if None in readable:
            return documents, None
        return documents, True

    def is_readable(self, document: Any) -> bool | None:
        """Return whether the data of a document can be read; None where nothing says so."""
        try:
            self.read(document)
        except HttpResponseError as error:
            return self.is_readable_in_spite_of(error)
        except NotLearned:
            return None
        return True

    def is_readable_in_spite_of(self, error: HttpResponseError) -> bool | None:
        """Return False where an error says that data can't be read, and None where it says
        nothing.
        """
        try:
            refused = refusal_of(error, "ReadData")
        except NotLearned:
            return None
        # what was listed a moment ago is there, so this says nothing of its data
        if refused.because == {EXISTS}:
            return None
        return False
