"""Custom Translator, and translation with its models."""

from collections.abc import Sequence
from email import message_from_bytes
from functools import partial
from itertools import permutations
from typing import Any

from ..machine import commands
from ..machine.entities import Document, Entity, Model, Resource, Workspace
from .bodies import Body, billing_region, body, id_of
from .calls import (
    Call,
    Handler,
    Problem,
    Reply,
    always,
    found,
    malformed,
    member,
    missing,
    outside,
    parse_json,
    required,
)
from .worlds import FIXED

ROOT = "/translator/customtranslator/api/texttranslator/v1.0"
PAIRS = [
    {"Id": number, "SourceLanguage": source, "TargetLanguage": target}
    for number, (source, target) in enumerate(permutations(FIXED["languages"], 2), 1)
]
PAGE = 100

HELD: dict[str, tuple[type[Entity], tuple[str, ...]]] = {
    "workspace": (Workspace, ("active",)),
    "project": (Workspace, ("active",)),  # which has one
    "document": (Document, ("uploaded",)),
    "job": (Document, ("uploaded", "deleted")),  # that imported it
    "model": (Model, ("undeployed", "deployed")),
}
"""What an account holds: for each word of a path the kind of entity, and the states in which it is shown."""


def log_in(call: Call) -> Any:
    """Return the account whose host is addressed, for one of its keys or a token; raises `Problem`."""
    key = call.headers.get("ocp-apim-subscription-key")
    if not key:
        call.log_in("https://cognitiveservices.azure.com", f"https://{call.cloud.accounts}")
        return found(call.entity(Resource, call.host_name), "ResourceNotFound", f"There is no '{call.host_name}'.")
    for world in call.worlds.latest():
        call.world = world
        account = call.entity(Resource, call.host_name)
        if account and key in world.account_keys(account.name).values():
            return account
    raise Problem(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")


def held(call: Call, word: str, above: Any) -> list[Any]:
    """Return what an account, or one of its workspaces, holds."""
    kind, states = HELD[word]
    pairs = [(each if kind is Workspace else each.workspace, each) for each in call.every(kind, *states)]
    return [
        each
        for workspace, each in pairs
        if above.name == (workspace if isinstance(above, Workspace) else workspace.resource).name
        and (word != "project" or workspace.name in call.world.projects)
    ]


def identified(word: str, call: Call, account: Resource, identifier: str) -> Any:
    """Return the one of these that has an identifier; raises `Problem` where none has."""
    if not identifier:
        raise malformed(f"The query parameter '{word}Id' is missing.")
    known = {str(id_of(call, word, each.name)): each for each in held(call, word, account)}
    return found(known.get(identifier.lower()), "NotFound", f"There is nothing with the id '{identifier}'.")


LOOK_UPS = {word: partial(identified, word) for word in HELD}


def created(call: Call, word: str, name: str) -> Reply:
    return Reply(201, None, {"Location": call.url(f"{ROOT}/{word}s/{id_of(call, word, name)}")})


def paged(call: Call, name: str, items: Sequence[Body]) -> Body:
    """Return the page that is asked for by `pageIndex`, the first of which is 1 in Microsoft's description."""
    index = call.number("pageIndex", 1, range(10**6))
    start = max(index - 1, 0) * PAGE
    return {"PageIndex": index, "TotalPageCount": -(-len(items) // PAGE), name: items[start : start + PAGE]}


def listing(word: str) -> Handler:
    """Return the handler that lists what a workspace holds, in pages."""
    return lambda call, w: paged(
        call, f"{word.capitalize()}s", [body(word, call, each) for each in held(call, word, w)]
    )


list_projects, list_models = listing("project"), listing("model")
list_billing_regions = always([billing_region(name) for name in (*FIXED["regions"], "global")])
list_regions = always([{"Id": 1, "RegionName": "All regions"}])
list_languages, list_categories = always(FIXED["languages"]), always(FIXED["categories"])
list_language_pairs = always(PAIRS)


# Workspaces and projects


def list_workspaces(call: Call, account: Resource) -> Body:
    return {"Workspaces": [body("workspace", call, w) for w in held(call, "workspace", account)]}


def create_workspace(call: Call, account: Resource) -> Reply:
    name, key = required(call.body, "Name"), required(call.body, "Subscription.SubscriptionKey")
    if key not in call.world.account_keys(account.name).values():
        raise malformed("'Subscription.SubscriptionKey' is not a key of the account that is addressed.")
    if required(call.body, "Subscription.BillingRegionCode") != account.location.name.upper():
        raise malformed("'Subscription.BillingRegionCode' is not the region of the account.")
    if member(call.body, "IsSecured", bool):
        raise outside("IsSecured")
    call.submit(commands.CreateWorkspace(name, account.name))
    return created(call, "workspace", name)


def create_project(call: Call, w: Workspace) -> Reply:
    required(call.body, "Name")
    if w.name in call.world.projects:
        raise outside("a second project of a workspace")
    project: Body = {
        name: member(call.body, name, str, "") for name in ("Name", "Label", "Description", "CategoryDescriptor")
    }
    for name, choices in (("LanguagePair", PAIRS), ("Category", FIXED["categories"])):
        number = required(call.body, f"{name}Id", int)
        if not 1 <= number <= len(choices):
            raise malformed(f"'{name}Id' has the value {number}, which is not valid.")
        project[name] = choices[number - 1]
    call.world = call.world._replace(projects={**call.world.projects, w.name: project})
    return created(call, "project", w.name)


# Documents


def list_documents(call: Call, w: Workspace) -> Body:
    """List the documents of a workspace, which reads data that is kept in it."""
    call.submit(commands.ReadData(w.name))
    return {"PaginatedDocuments": listing("document")(call, w)}


def get_document(call: Call, d: Document) -> Body:
    call.submit(commands.ReadData(d.workspace.name))
    return body("document", call, d)


def import_document(call: Call, w: Workspace) -> Reply:
    """Upload one document with its files."""
    fields = form(call)
    details = parse_json(fields.get("DocumentDetails", ""), "The form field 'DocumentDetails'")
    if not isinstance(details, list) or not details:
        raise malformed("The form field 'DocumentDetails' has to be a list of documents.")
    if len(details) > 1:
        raise outside("an import of several documents")
    name = required(details[0], "DocumentName")
    files = [required(each, "Name") for each in required(details[0], "FileDetails", list)]
    if set(files) - fields.keys():
        raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
    call.submit(commands.UploadDocument(name, w.name))
    return Reply(202, {"JobId": id_of(call, "job", name), "FilesAcceptedForProcessing": files})


def form(call: Call) -> dict[str, str]:
    """Return the text of the fields of a multipart form by name, and the names of its files."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    fields = {}
    for part in message_from_bytes(head + call.content).walk():
        name = part.get_filename() or part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            fields[name] = "" if part.get_filename() else str(part.get_payload())
    return fields


def get_job(call: Call, d: Document) -> Body:
    status = {"Status": {"DisplayName": "Succeeded", "Id": 60}, "DocumentName": d.name}
    return {"JobName": d.name, **paged(call, "FileProcessingStatus", [status])}


# Models


def create_model(call: Call, account: Resource) -> Reply:
    """Create and train a model on documents of its workspace."""
    name, w = required(call.body, "Name"), identified("project", call, account, required(call.body, "ProjectId"))
    if member(call.body, "IsAutoTrain", bool, True) is False:
        raise outside("a model that is not trained at once")
    for field in ("IsAutoDeploy", "AutoDeployThreshold", "SourceModelIdForRetrain"):
        if member(call.body, field, object):
            raise outside(field)
    there = [id_of(call, "document", d.name) for d in held(call, "document", w)]
    asked = member(call.body, "DocumentIds", list, [])
    if there and not asked:
        raise malformed("'DocumentIds' names no document.")
    if any(each not in there for each in asked):
        raise missing("NotFound", "'DocumentIds' names a document that the workspace does not have.", 400)
    call.submit(commands.TrainModel(name, w.name))
    return created(call, "model", name)


def deploy_model(call: Call, m: Model) -> Reply:
    regions = call.json
    if not isinstance(regions, list) or len(regions) != 1 or required(regions[0], "Region", int) != 1:
        raise malformed("The request content has to be a list of the one region that GET regions lists.")
    deployed = member(regions[0], "IsDeployed", bool)
    if deployed is None:
        raise malformed("'IsDeployed' is missing.")
    call.submit((commands.DeployModel if deployed else commands.UndeployModel)(m.name))
    return Reply(202)


# Translation


def translate(call: Call, account: Resource) -> list[Body]:
    """Translate with a custom model; the text comes back as it was given, since the model knows no languages."""
    if call.query.get("api-version") != "3.0":
        raise text_problem(400021, "The API version parameter is missing or invalid.")
    if not (target := call.query.get("to", "")):
        raise text_problem(400036, 'The target language ("To" field) is missing or invalid.')
    wanted = call.query.get("category", "").lower()
    if wanted in ("", "general") or call.query.get("allowfallback", "true").lower() != "false":
        raise outside("translation with the general model, by its category or by allowFallback")
    if not isinstance(call.json, list) or not call.json:
        raise text_problem(400074, "The body of the request is not valid JSON.")
    given = [required(each, "Text") for each in call.json]
    for m in held(call, "model", account):
        if body("model", call, m)["ModelIdentifier"].lower() == wanted:
            call.submit(commands.TranslateWithModel(m.name))
            return [{"translations": [{"text": text, "to": target}]} for text in given]
    raise text_problem(400079, "The custom system requested for translation does not exist.", "environment.exists")


def text_problem(code: int, message: str, *because: str) -> Problem:
    """Return an error of the Translator service, whose codes begin with the status."""
    return Problem(code // 1000, str(code), message, because)
