"""Custom Translator's REST API, for which there is no SDK."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy

from ...machine import Observation
from ...machine.entities import CUSTOMER, MICROSOFT
from ...system import Unsupported
from .answers import items_of, lowered, member, pages_of
from .clients import Clients
from .refusals import EXISTS, NotLearned, refusal_of
from .rest import rest
from .target import WORK
from .training_data import dictionary, full

API = "/translator/customtranslator/api/texttranslator/v1.0"
TRANSLATION = "/translator/text/v3.0/translate"

LANGUAGES = ("en", "de")
TRAINING = {"IsAutoTrain": True, "IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False}

LOCAL_PATIENCE = 20
"""Seconds that an import, a training or a deployment may take on this machine."""

TRAINING_DOCUMENT = "Training"
DICTIONARY = "Phrase dictionary"
"""The types of documents, as Microsoft's samples name them.

https://github.com/MicrosoftTranslator/CustomTranslatorApiSamples
"""


class Studio:
    """Custom Translator for a resource.  It knows by number what has been made here under a
    name.
    """

    def __init__(
        self, clients: Clients, endpoint: str, key: str, region: str, training: str
    ) -> None:
        self.clients = clients
        self.training = training
        self.endpoint = endpoint.rstrip("/")
        self.key = key
        self.region = region
        self.signed = HeadersPolicy(
            {"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region}
        )
        self.ids: dict[str, str] = {}  # of workspaces
        self.projects: dict[str, str] = {}  # by workspace
        self.models: dict[str, dict[str, Any]] = {}  # as each was seen last

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
                found[str(member(entry, "name"))] = entry
            index += 1
        return found

    def wait_for(self, look: Callable[[], Any], what: str, command: str = "UploadDocument") -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where it does not
        happen as long as the plan gives the command.
        """
        patience = WORK[command]["patience"]
        if self.clients.cloud.local:
            patience = LOCAL_PATIENCE
        until = monotonic() + patience
        found = look()
        while not found:
            if monotonic() > until:
                raise NotLearned(f"{what} did not show within {patience} seconds")
            sleep(self.clients.poll)
            found = look()
        return found

    # Workspaces

    def workspaces(self) -> dict[str, Any]:
        """Return all workspaces, by name."""
        return self.named("/workspaces", "workspaces")

    def create_workspace(self, name: str) -> None:
        """Create a workspace, and look for it: the answer is not documented."""
        if name in self.ids and name in self.workspaces():
            raise Unsupported("Custom Translator knows workspaces by number, not by name")
        paid = {"SubscriptionKey": self.key, "BillingRegionCode": self.billing_region()}
        self.ask("POST", f"{API}/workspaces", json={"Name": name, "Subscription": paid})
        made = self.wait_for(lambda: self.workspaces().get(name), "the workspace")
        self.ids[name] = str(member(made, "id"))

    def billing_region(self) -> str:
        """Return the code of the resource's region."""
        answer = self.ask("GET", f"{API}/subscriptions/billingregions")
        for entry in items_of(answer, "billingregions"):
            name = str(member(entry, "billingregionname")).lower().replace(" ", "")
            if name == self.region.lower():
                return str(member(entry, "billingregioncode"))
        return self.region

    # Documents

    def documents(self, workspace: str) -> dict[str, Any]:
        """Return the documents of a workspace, by name; raises `HttpResponseError` where its data
        can't be read.
        """
        return self.named(
            "/documents",
            "paginateddocuments",
            "documents",
            workspaceId=self.ids[workspace],
            limit=100,
        )

    def documents_seen(self, workspace: str) -> dict[str, Any] | None:
        """Return the documents of a workspace, by name; None where its data can't be read."""
        try:
            return self.documents(workspace)
        except HttpResponseError as error:
            if refusal_of(error, "ReadData").because == {EXISTS}:
                raise NotLearned("a workspace that was listed is said to be missing") from None
            return None

    def upload(self, document: str, workspace: str) -> None:
        """Upload a pair of files, until the document shows."""
        if self.training == "full":
            self.send(document, workspace, TRAINING_DOCUMENT, full())
        else:
            self.send(document, workspace, DICTIONARY, dictionary())
        self.wait_for(lambda: document in self.documents(workspace), "the document")

    def send(self, document: str, workspace: str, kind: str, texts: Sequence[str]) -> None:
        """Send a pair of files, which replace those of an earlier document of the name."""
        details = []
        files = []
        for code, text in zip(LANGUAGES, texts, strict=True):
            name = f"{document}_{code}.txt"
            details.append({"Name": name, "LanguageCode": code, "OverwriteIfExists": True})
            files.append(("Files", (name, text, "text/plain")))
        described = {"DocumentName": document, "DocumentType": kind, "FileDetails": details}
        self.ask(
            "POST",
            f"{API}/documents/import",
            params={"workspaceId": self.ids[workspace]},
            data={"DocumentDetails": json.dumps([described])},
            files=files,
        )

    # Models

    def language_pair(self) -> Any:
        """Return the id of the pair of languages."""
        answer = self.ask("GET", f"{API}/languages/supportedlanguagepairs")
        for pair in items_of(answer, "supportedlanguagepairs"):
            source = member(member(pair, "sourcelanguage"), "languagecode")
            target = member(member(pair, "targetlanguage"), "languagecode")
            if (source, target) == LANGUAGES:
                return member(pair, "id")
        raise NotLearned(
            f"Custom Translator has no pair of the languages {' and '.join(LANGUAGES)}"
        )

    def project_of(self, workspace: str) -> str:
        """Return the project of a workspace, which is made unless it is there."""
        if workspace not in self.projects:
            where = self.ids[workspace]
            wanted = {
                "Name": workspace,
                "LanguagePairId": self.language_pair(),
                "CategoryId": 1,
            }
            self.ask("POST", f"{API}/projects", params={"workspaceId": where}, json=wanted)
            projects = self.named("/projects", "projects", workspaceId=where)
            self.projects[workspace] = str(member(member(projects, workspace), "id"))
        return self.projects[workspace]

    def trained(self, project: str) -> dict[str, Any]:
        """Return the models of a project whose training is over, by name."""
        models = self.named(f"/projects/{project}/models", "models")
        return {name: model for name, model in models.items() if is_over(model)}

    def train(self, model: str, workspace: str) -> None:
        """Train a model on all documents of the workspace that can be seen, until it is trained.

        Where dictionaries train none, sentences take their place under the same names.
        """
        try:
            self.train_once(model, workspace)
        except (NotLearned, HttpResponseError) as error:
            if self.training == "full" or self.clients.cloud.local or is_refusal(error):
                raise
            self.forget(model, workspace)
            for document in self.documents_seen(workspace) or ():
                self.send(document, workspace, TRAINING_DOCUMENT, full())
            self.train_once(model, workspace)

    def forget(self, model: str, workspace: str) -> None:
        """Delete a model that failed, so that its name is free, if there is one."""
        failed = self.named(f"/projects/{self.project_of(workspace)}/models", "models").get(model)
        if failed:
            with suppress(HttpResponseError):
                self.ask("DELETE", f"{API}/models/{member(failed, 'id')}")

    def train_once(self, model: str, workspace: str) -> None:
        """Train a model on all documents of the workspace that can be seen, until it is trained;
        raises `NotLearned` where that fails.
        """
        documents = self.documents_seen(workspace) or {}
        project = self.project_of(workspace)
        request = {
            "Name": model,
            "ProjectId": project,
            "DocumentIds": [member(document, "id") for document in documents.values()],
        }
        self.ask("POST", f"{API}/models", json=request | TRAINING)

        def over() -> Any:
            return self.trained(project).get(model)

        found = self.wait_for(over, "the model", "TrainModel")
        if "fail" in str(found.get("modelstatus", "")).lower():
            raise NotLearned(f"the training ended as {found['modelstatus']}")
        self.models[model] = found

    def deploy(self, model: str) -> None:
        """Deploy a model in the first region that is offered, until it shows."""
        self._set_deployed(model, True)

    def undeploy(self, model: str) -> None:
        """End the deployment of a model in the first region that is offered, until it shows."""
        self._set_deployed(model, False)

    def _set_deployed(self, model: str, wanted: bool) -> None:
        path = f"{API}/models/{member(self.models[model], 'id')}"
        offered = items_of(self.ask("GET", f"{API}/regions"), "regions")
        asked = [{"Region": member(region, "id"), "IsDeployed": wanted} for region in offered[:1]]
        self.ask("POST", f"{path}/deployment", json=asked)

        def shown() -> Any:
            found = self.ask("GET", path)
            return found if is_deployed(found) == wanted else None

        self.models[model] |= self.wait_for(shown, "the deployment", "DeployModel")

    def translate(self, model: str) -> None:
        """Translate a word with a model, and no other; raises `HttpResponseError`."""
        known = self.models[model]
        params = {
            "api-version": "3.0",
            "from": LANGUAGES[0],
            "to": LANGUAGES[1],
            "category": known.get("modelidentifier") or str(known["id"]),
            "allowFallback": "false",
        }
        self.ask("POST", TRANSLATION, params=params, json=[{"Text": "word"}])

    # Observation

    def see(self, seen: Observation) -> None:
        """Look at the workspaces that were made here, and at their documents and models.

        While data can't be read, whether a document is deleted or inaccessible can't be
        distinguished: it is not shown.  Where the answer says neither, `readable` isn't either.
        """
        shown = self.workspaces()
        for name in self.ids:
            if name not in shown:
                continue
            paid = member(shown[name], "subscription")
            fields: dict[str, Any] = {"resource": str(member(paid, "name"))}
            documents: dict[str, Any] | None = None
            with suppress(NotLearned):  # then nothing is known of the data this time
                documents = self.documents_seen(name)
                fields["readable"] = documents is not None
            if self.clients.cloud.local:
                # in Microsoft's definition this is of the resource, and says nothing of a workspace
                fields["key_source"] = CUSTOMER if member(paid, "iscmkenabled") else MICROSOFT
            seen["workspace"][name] = fields
            for document in documents or ():
                seen["document"][document] = {"workspace": name}
            if name in self.projects:
                self.see_models(name, seen)

    def see_models(self, workspace: str, seen: Observation) -> None:
        """Look at the models of a workspace."""
        for name, model in self.trained(self.projects[workspace]).items():
            state = "deployed" if is_deployed(model) else "undeployed"
            seen["model"][name] = {"workspace": workspace, "state": state}


def is_refusal(error: Exception) -> bool:
    """Return whether an error is a refusal, which says something of the specification."""
    if not isinstance(error, HttpResponseError):
        return False
    try:
        refusal_of(error)
    except NotLearned:
        return False
    return True


def is_over(model: Any) -> bool:
    """Return whether the training of a model is over, or never had a beginning."""
    return bool(model.get("completiondate")) or "startdate" not in model


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(region.get("isdeployed") for region in model.get("modelregionstatuses") or ())
