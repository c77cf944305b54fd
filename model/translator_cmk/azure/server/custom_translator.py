"""Custom Translator, and translation with its models."""

from email import message_from_bytes
from functools import partial
from typing import Any, ClassVar

from ...machine import commands
from ...machine.entities import Document, Entity, Model, Resource, Workspace
from .calls import Asked, Body, Call, Problem, Reply, id_of, malformed, missing, outside, parse_json

PAGE = 100

HELD: dict[str, tuple[type[Entity], tuple[str, ...]]] = {
    "workspace": (Workspace, ("active",)),
    "project": (Workspace, ("active",)),  # which has one
    "document": (Document, ("uploaded",)),
    "model": (Model, ("undeployed", "deployed")),
}
"""What an account holds: for each word of a path the kind of entity, and the states in which it is
shown.
"""


def held(word: str, call: Call, above: Any) -> dict[str, Any]:
    """Return what an account, or one of its workspaces, holds, by identifier."""
    kind, states = HELD[word]
    pairs = [
        (each if kind is Workspace else each.workspace, each) for each in call.every(kind, *states)
    ]
    return {
        str(id_of(call, word, each.name)): each
        for workspace, each in pairs
        if above.name == (workspace if isinstance(above, Workspace) else workspace.resource).name
        and (word != "project" or workspace.name in call.world.projects)
    }


class TranslatorCall(Call):
    """A request of Custom Translator, or for a translation."""

    def log_in(self) -> Any:
        """Return the account whose host is addressed, for one of its keys; raises `Problem`."""
        key = self.headers.get("ocp-apim-subscription-key")
        for account in self.everywhere(Resource):
            if key in self.world.account_keys(account.name).values():
                return account
        raise Problem(
            401, "401", "Access denied due to invalid subscription key or wrong API endpoint."
        )

    collections: ClassVar = {word: partial(held, word) for word in HELD}

    def listed(self, word: str, above: Any) -> Body:
        """Return the page of a collection that `pageIndex` asks for, the first being 1; workspaces
        have no pages.
        """
        name, items = (
            f"{word.capitalize()}s",
            [self.show(word, each) for each in held(word, self, above).values()],
        )
        if word == "workspace":
            return {name: items}
        index = self.number("pageIndex", 1, range(10**6))
        start = max(index - 1, 0) * PAGE
        return {
            "PageIndex": index,
            "TotalPageCount": -(-len(items) // PAGE),
            name: items[start : start + PAGE],
        }

    # Workspaces and projects

    def create_workspace(self, account: Resource) -> Reply:
        needed = ("Name", "Subscription.SubscriptionKey", "Subscription.BillingRegionCode")
        name, key, _ = map(self.asked.required, needed)
        if key not in self.world.account_keys(account.name).values():
            raise malformed(
                "'Subscription.SubscriptionKey' is not a key of the account that is addressed."
            )
        self.asked.honoured(
            {"Subscription": {"BillingRegionCode": account.location.name}}, *needed[:2]
        )
        self.submit(commands.CreateWorkspace(name, account.name))
        return Reply(201)

    def create_project(self, w: Workspace) -> Reply:
        for name, kind in (("Name", str), ("LanguagePairId", int), ("CategoryId", int)):
            self.asked.required(name, kind)
        if w.name in self.world.projects:
            raise outside("a second project of a workspace")
        texts = ("Name", "Label", "Description", "CategoryDescriptor")
        self.asked.honoured({"LanguagePairId": 1, "CategoryId": 1}, *texts)
        project = {name: self.asked.get(name, str, "") for name in texts}
        self.world = self.world._replace(projects={**self.world.projects, w.name: project})
        return Reply(201)

    # Documents

    def list_documents(self, w: Workspace) -> Body:
        return {"PaginatedDocuments": self.listed("document", w)}

    def import_document(self, w: Workspace) -> Reply:
        """Upload one document with its files."""
        fields = self.form()
        details = parse_json(fields.get("DocumentDetails", ""), "The form field 'DocumentDetails'")
        if not isinstance(details, list) or len(details) != 1:
            raise outside("an import of anything but a list of one document")
        name = Asked(details[0]).required("DocumentName")
        files = [
            Asked(each).required("Name") for each in Asked(details[0]).required("FileDetails", list)
        ]
        if set(files) - fields.keys():
            raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
        self.submit(commands.UploadDocument(name, w.name))
        return Reply(202, {"JobId": id_of(self, "job", name), "FilesAcceptedForProcessing": files})

    def form(self) -> dict[str, str]:
        """Return the text of the fields of a multipart form by name, and the names of its files."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        fields = {}
        for part in message_from_bytes(head + self.content).walk():
            name = part.get_filename() or part.get_param("name", header="content-disposition")
            if isinstance(name, str):
                fields[name] = "" if part.get_filename() else str(part.get_payload())
        return fields

    # Models

    def create_model(self, account: Resource) -> Reply:
        """Create and train a model on documents of its workspace."""
        name, w = (
            self.asked.required("Name"),
            self.find("project", account, self.asked.required("ProjectId")),
        )
        done = ("Name", "ProjectId", "DocumentIds", "IsTuningAuto", "IsTestingAuto")
        self.asked.honoured({"IsAutoTrain": True}, *done)
        there, asked = (
            held("document", self, w).keys(),
            {str(each) for each in self.asked.get("DocumentIds", list, [])},
        )
        if not asked <= there or (there and not asked):
            raise malformed("'DocumentIds' has to name documents of the workspace.")
        self.submit(commands.TrainModel(name, w.name))
        return Reply(201)

    def deploy_model(self, m: Model) -> Reply:
        regions = self.asked.value
        if (
            not isinstance(regions, list)
            or len(regions) != 1
            or Asked(regions[0]).required("Region", int) != 1
        ):
            raise malformed(
                "The request content has to be a list of the one region that GET regions lists."
            )
        deployed = Asked(regions[0]).required("IsDeployed", bool)
        self.submit((commands.DeployModel if deployed else commands.UndeployModel)(m.name))
        return Reply(202)

    # Translation

    def translate(self, account: Resource) -> list[Body]:
        """Translate with a custom model; the text comes back as it was given, since the model knows
        no languages.
        """
        texts, target, wanted = (
            self.asked.value,
            self.query.get("to", ""),
            self.query.get("category", "").lower(),
        )
        if wanted in ("", "general") or self.query.get("allowfallback", "true").lower() != "false":
            raise outside("translation with the general model, by its category or by allowFallback")
        if not (target and texts and isinstance(texts, list)):
            raise malformed(
                "The query parameter 'to' is missing, or the request content is no list of texts."
            )
        given = [Asked(each).required("Text") for each in texts]
        for m in held("model", self, account).values():
            if self.show("model", m)["ModelIdentifier"].lower() == wanted:
                self.submit(commands.TranslateWithModel(m.name))
                return [{"translations": [{"text": text, "to": target}]} for text in given]
        raise missing("400079", "The custom system requested for translation does not exist.", 400)
