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
from .clients import Clients
from .redaction import without_secrets
from .refusals import EXISTS, NotLearned, is_refusal, refusal_of
from .rest import rest
from .target import WORK, as_written

API = "/translator/customtranslator/api/texttranslator/v1.0"

LOCAL_PATIENCE = 20
"""Seconds that an import, a training or a deployment may take on this machine."""

AGAIN = (429, 500, 502, 503, 504)
"""The statuses of passing errors, after which what is created may be there or not."""

ATTEMPTS = 3

LONGEST_STATUS = 40
"""How many characters of a status are kept."""

MISSING = 404
"""The status where Custom Translator has nothing at a path, or no such path."""


class Studio:
    """Custom Translator for a resource.  It knows by number what has been made here under a
    name.

    ``training``: what a model is trained with first, see `TRAININGS`.
    """

    def __init__(
        self,
        clients: Clients,
        resource: str,
        endpoint: str,
        key: str,
        region: str,
        training: str = "",
    ) -> None:
        self.clients = clients
        self.resource = resource
        self.training = training
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
        self.failed: set[str] = set()  # the ids of models whose training failed
        self.categories: dict[str, str] = {}  # by model, the one that has translated
        self.statuses: list[str] = []  # of the model that was waited for last, one after another
        self.begun: set[tuple[str, str]] = set()  # what was asked for, and may be there or not
        self.is_unsure = False  # whether the last look could not find out what there is

    # Requests

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Return the answer to a request, the names of its members in lower case; raises
        `HttpResponseError`.
        """
        url = f"{self.endpoint}{path}"
        return lowered(rest(self.clients.connections, self.signed, method, url, **content))

    def create(self, look: Callable[[], Any], path: str, name: str, **content: Any) -> None:
        """Have something of a name created; raises `HttpResponseError`.

        After an error it may be there or not, so there is a look before it is asked for again.
        """
        for attempt in range(1, ATTEMPTS + 1):
            if (path, name) in self.begun and look():
                break
            self.begun.add((path, name))
            try:
                self.ask("POST", path, is_resent=False, **content)
                break
            except HttpResponseError as error:
                if error.status_code not in AGAIN or attempt == ATTEMPTS:
                    raise
            sleep(self.clients.poll * attempt)
        self.begun.discard((path, name))

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

    def wait_for(self, look: Callable[[], Any], what: str, command: str = "UploadDocument") -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where it does not
        happen as long as the plan gives the command.

        A look that fails is repeated: what is waited for goes on, and may take hours.
        """
        patience = WORK[command]["patience"]
        if self.clients.cloud.local:
            patience = LOCAL_PATIENCE
        until = monotonic() + patience
        said = ""
        self.statuses.clear()
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
            sleep(self.clients.poll)
        if self.statuses:
            said += f"; {self.statuses_in_words()}"
        raise NotLearned(f"{what} did not show within {patience} seconds{said}")

    def note_status(self, model: Any) -> None:
        """Keep in mind which status of a model followed which: nobody lists the numbers."""
        status = without_secrets(str(model.get("modelstatus")))[:LONGEST_STATUS]
        if self.statuses[-1:] != [status]:
            self.statuses.append(status)

    def statuses_in_words(self) -> str:
        """Return which statuses the model had that was waited for last."""
        return f"its statuses were {', '.join(self.statuses)}"

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
        self.create(lambda: name in self.workspaces(), f"{API}/workspaces", name, json=wanted)
        made = self.wait_for(lambda: self.workspaces().get(name), "the workspace")
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
        """Read something of a document; raises `HttpResponseError`, and `NotLearned` where it has
        no files.

        The list of documents has names alone, so it says nothing of their contents.  Microsoft's
        OpenAPI file and its sample differ in where a sentence is, and agree in where all of it is
        exported.
        """
        try:
            self.read_sentence(document)
        except HttpResponseError as error:
            if error.status_code != MISSING:
                raise
            path = f"{API}/documents/{member(document, 'id')}/export"
            self.ask("GET", path, is_of_zip=True)

    def read_sentence(self, document: Any) -> None:
        """Read a sentence of a document; raises `HttpResponseError`, and `NotLearned` where it has
        no files.
        """
        path = f"{API}/documents/{member(document, 'id')}/files"
        files = items_of(self.ask("GET", path), "files")
        if not files:
            raise NotLearned("the document has no files")
        content = f"{path}/{member(files[0], 'id')}/content"
        self.ask("GET", content, params={"pageIndex": 1, "limit": 1})

    def documents_seen(self, workspace: str) -> tuple[dict[str, Any], bool | None]:
        """Return the documents of a workspace, and whether their data can be read: None where there
        is none to read, or nothing says so of one of them.
        """
        try:
            documents = self.documents(workspace)
        except HttpResponseError as error:
            return {}, self.is_readable_in_spite_of(error)
        except NotLearned:
            self.is_unsure = True
            return {}, None
        if not documents:
            # our own server means by its list that the data can be read
            return {}, True if self.clients.cloud.local else None
        readable = {self.is_readable(document) for document in documents.values()}
        if False in readable:
            return documents, False
        return documents, None if None in readable else True

    def is_readable(self, document: Any) -> bool | None:
        """Return whether the data of a document can be read; None where nothing says so."""
        try:
            self.read(document)
        except HttpResponseError as error:
            return self.is_readable_in_spite_of(error)
        except NotLearned:
            self.is_unsure = True
            return None
        return True

    def is_readable_in_spite_of(self, error: HttpResponseError) -> bool | None:
        """Return False where an error says that data can't be read, and None where it says
        nothing.
        """
        try:
            refused = refusal_of(error, "ReadData")
        except NotLearned:
            self.is_unsure = True
            return None
        if refused.because == {EXISTS}:  # of something that was listed
            self.is_unsure = True
            return None
        return False
