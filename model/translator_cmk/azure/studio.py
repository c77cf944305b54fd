"""Custom Translator's REST API, for which there is no SDK, and translation with a custom model; of one resource."""

import json
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import HeadersPolicy

from ..machine import Observation
from ..machine.entities import CUSTOMER, MICROSOFT
from ..system import Unsupported
from .clients import Clients, NotLearned, refusal_of, rest

API, TRANSLATION = "/translator/customtranslator/api/texttranslator/v1.0", "/translator/text/v3.0/translate"
LANGUAGES = ("en", "de")
TRAINING = {"IsAutoTrain": True, "IsTuningAuto": True, "IsTestingAuto": True, "IsAutoDeploy": False}
PATIENCE, LOCAL_PATIENCE = 1_800, 20
"""Seconds that an import, a training or a deployment may take; and on this machine."""


class Studio:
    """Custom Translator for a resource.  It knows by number what has been made here under a name."""

    def __init__(self, clients: Clients, endpoint: str, key: str, region: str) -> None:
        self.clients, self.endpoint, self.key, self.region = clients, endpoint.rstrip("/"), key, region
        self.signed = HeadersPolicy({"Ocp-Apim-Subscription-Key": key, "Ocp-Apim-Subscription-Region": region})
        self.ids: dict[str, str] = {}  # of workspaces
        self.projects: dict[str, str] = {}  # by workspace
        self.models: dict[str, dict[str, Any]] = {}  # as each was seen last

    def ask(self, method: str, path: str, **content: Any) -> Any:
        """Return the answer to a request; raises `HttpResponseError`."""
        return rest(self.clients.connections, self.signed, method, f"{self.endpoint}{path}", **content)

    def named(self, path: str, *fields: str, **params: Any) -> dict[str, Any]:
        """Return what all pages of a list have, by name; ``fields`` lead to the list."""
        found, index, last = dict[str, Any](), 1, 1
        while index <= last:
            page = self.ask("GET", API + path, params={**params, "pageIndex": index})
            for name in fields:
                last = page.get("TotalPageCount", last) or last
                page = page[name]
            found |= {str(each["Name"]): each for each in page}
            index += 1
        return found

    def wait_for(self, look: Callable[[], Any], what: str) -> Any:
        """Return what a look finds, once it finds something; raises `NotLearned` where it does not happen."""
        patience = LOCAL_PATIENCE if self.clients.cloud.local else PATIENCE
        until = monotonic() + patience
        while not (found := look()):
            if monotonic() > until:
                raise NotLearned(f"{what} did not show within {patience} seconds")
            sleep(self.clients.poll)
        return found

    # Workspaces and documents

    def create_workspace(self, name: str) -> None:
        """Create a workspace, and look for it: the answer is not documented."""
        if name in self.ids and name in self.named("/workspaces", "Workspaces"):
            raise Unsupported("Custom Translator knows workspaces by number, not by name")
        regions = self.ask("GET", f"{API}/subscriptions/billingregions")
        codes = {each["BillingRegionName"].lower().replace(" ", ""): each["BillingRegionCode"] for each in regions}
        paid = {"SubscriptionKey": self.key, "BillingRegionCode": codes.get(self.region.lower(), self.region)}
        self.ask("POST", f"{API}/workspaces", json={"Name": name, "Subscription": paid})
        made = self.wait_for(lambda: self.named("/workspaces", "Workspaces").get(name), "the workspace")
        self.ids[name] = str(made["Id"])

    def documents(self, workspace: str) -> dict[str, Any]:
        """Return the documents of a workspace, by name; raises `HttpResponseError` where its data can't be read."""
        return self.named("/documents", "PaginatedDocuments", "Documents", workspaceId=self.ids[workspace], limit=100)

    def documents_seen(self, workspace: str) -> dict[str, Any] | None:
        """Return the documents of a workspace, by name; None where its data can't be read."""
        try:
            return self.documents(workspace)
        except HttpResponseError as error:
            refusal_of(error)
            return None

    def upload(self, document: str, workspace: str) -> None:
        """Upload a pair of files, until the document shows."""
        names = {code: f"{document}_{code}.txt" for code in LANGUAGES}
        details = [{"Name": name, "LanguageCode": code, "OverwriteIfExists": False} for code, name in names.items()]
        asked = [{"DocumentName": document, "DocumentType": "training", "FileDetails": details}]
        files = [("Files", (name, f"A sentence in {code}.\n" * 20, "text/plain")) for code, name in names.items()]
        content = {"data": {"DocumentDetails": json.dumps(asked)}, "files": files}
        self.ask("POST", f"{API}/documents/import", params={"workspaceId": self.ids[workspace]}, **content)
        self.wait_for(lambda: document in self.documents(workspace), "the document")

    # Models

    def project_of(self, workspace: str) -> str:
        """Return the project of a workspace, which is made unless it is there."""
        if workspace not in self.projects:
            pairs = self.ask("GET", f"{API}/languages/supportedlanguagepairs")
            sides = ("SourceLanguage", "TargetLanguage")
            ids = {tuple(each[side]["LanguageCode"] for side in sides): each["Id"] for each in pairs}
            project, where = {"Name": workspace, "LanguagePairId": ids[LANGUAGES], "CategoryId": 1}, self.ids[workspace]
            self.ask("POST", f"{API}/projects", params={"workspaceId": where}, json=project)
            self.projects[workspace] = str(self.named("/projects", "Projects", workspaceId=where)[workspace]["Id"])
        return self.projects[workspace]

    def trained(self, project: str) -> dict[str, Any]:
        """Return the models of a project by name, if training is over, or never had a beginning."""
        found = self.named(f"/projects/{project}/models", "Models")
        return {name: each for name, each in found.items() if each.get("CompletionDate") or "StartDate" not in each}

    def train(self, model: str, workspace: str) -> None:
        """Train a model on all documents of the workspace that can be seen, until it is trained."""
        documents, project = self.documents_seen(workspace) or {}, self.project_of(workspace)
        request = {"Name": model, "ProjectId": project, "DocumentIds": [each["Id"] for each in documents.values()]}
        self.ask("POST", f"{API}/models", json=request | TRAINING)
        self.models[model] = self.wait_for(lambda: self.trained(project).get(model), "the model")

    def deploy(self, model: str, wanted: bool) -> None:
        """Deploy a model in the first region that is offered, or end that, until it shows."""
        path = f"{API}/models/{self.models[model]['Id']}"
        regions = [{"Region": each["Id"], "IsDeployed": wanted} for each in self.ask("GET", f"{API}/regions")[:1]]
        self.ask("POST", f"{path}/deployment", json=regions)

        def shown() -> Any:
            found = self.ask("GET", path)
            return found if is_deployed(found) == wanted else None

        self.models[model] |= self.wait_for(shown, "the deployment")

    def translate(self, model: str) -> None:
        """Translate a word with a model, and no other; raises `HttpResponseError`."""
        category = self.models[model].get("ModelIdentifier") or str(self.models[model]["Id"])
        params = {"api-version": "3.0", "from": "en", "to": "de", "category": category, "allowFallback": "false"}
        self.ask("POST", TRANSLATION, params=params, json=[{"Text": "word"}])

    def see(self, seen: Observation) -> None:
        """Look at the workspaces that were made here, and at their documents and models.

        While data can't be read, whether a document is deleted or inaccessible can't be distinguished: it is not shown.
        """
        for name, shown in self.named("/workspaces", "Workspaces").items():
            if name not in self.ids:
                continue
            documents = self.documents_seen(name)
            seen["workspace"][name] = {
                "resource": str(shown["Subscription"]["Name"]),
                "key_source": CUSTOMER if shown["Subscription"]["IsCMKEnabled"] else MICROSOFT,
                "readable": documents is not None,
            }
            seen["document"] |= {document: {"workspace": name} for document in documents or ()}
            for model, each in self.trained(self.projects[name]).items() if name in self.projects else ():
                seen["model"][model] = {"workspace": name, "state": "deployed" if is_deployed(each) else "undeployed"}


def is_deployed(model: Any) -> bool:
    """Return whether a model is deployed in any region."""
    return any(each["IsDeployed"] for each in model.get("ModelRegionStatuses") or ())
