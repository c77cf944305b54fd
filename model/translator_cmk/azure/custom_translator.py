"""Custom Translator, and translation with its models."""

import json
from collections.abc import Callable, Sequence
from email import message_from_bytes
from typing import Any

from ..machine.commands import (
    CreateWorkspace,
    DeployModel,
    ReadData,
    TrainModel,
    TranslateWithModel,
    UndeployModel,
    UploadDocument,
)
from ..machine.entities import Document, Entity, Model, Resource, Workspace
from .arm import account_key
from .bodies import Body
from .calls import Call, Reply, member, required
from .choices import Problem, malformed, missing, outside
from .worlds import KINDS_BY_RESOURCE, REGIONS

ROOT = "/translator/customtranslator/api/texttranslator/v1.0"
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "ja": "Japanese"}
PAIRS = tuple((source, target) for source in LANGUAGES for target in LANGUAGES if source != target)
CATEGORIES = ("General", "Technology", "Legal")
DEPLOYMENT_REGION = {"Id": 1, "RegionName": "All regions"}


def account(call: Call) -> Any:
    """Return the account whose host is addressed; raises `Problem` where there is none."""
    found = call.entity(Resource, call.host_name)
    if found is None:
        raise missing("ResourceNotFound", f"There is no account '{call.host_name}'.")
    return found


def log_in_by_key(call: Call, key: str) -> Problem | None:
    """Take the world in which the account of the host has this key; return what is wrong where there is none."""
    for world in call.worlds.latest():
        name = world.find(Resource, call.host_name)
        if name and key in (account_key(call, world.tenant, name, number) for number in (1, 2)):
            kept = call.worlds.of(world.tenant)
            assert kept
            call.world, call.claims = kept, {}
            if call.entity(Resource, name):
                return None
    return Problem(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")


def lowered(value: Any) -> Any:
    """Return JSON with all names of members in lower case: Custom Translator's clients write them either way."""
    if isinstance(value, dict):
        return {name.lower(): lowered(each) for name, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


def created(call: Call, place: str, identifier: object) -> Reply:
    return Reply(201, None, {"Location": call.url(f"{ROOT}/{place}/{identifier}")})


def paged(call: Call, name: str, items: Sequence[Body], size: int = 100) -> Body:
    """Return the page that is asked for by `pageIndex`, the first of which is 1 in Microsoft's description."""
    index = call.number("pageIndex", 1, range(10**6))
    pages, start = -(-len(items) // size), max(index - 1, 0) * size
    return {"PageIndex": index, "TotalPageCount": pages, name: items[start : start + size]}


def by_id(call: Call, kind: type[Entity], identify: Callable[[Any], object], wanted: str, *states: str) -> Any:
    """Return the entity of this account with this identifier; raises `Problem` where there is none."""
    home = account(call).name
    for each in call.every(kind, lambda e: e.state in states):
        owner = each if isinstance(each, Workspace) else each.workspace
        if owner.resource.name == home and str(identify(each)) == wanted.lower():
            return each
    raise missing("NotFound", f"There is no {kind.word} '{wanted}'.")


# Workspaces


def workspace_id(call: Call, w: Workspace) -> str:
    return call.world.id_of("workspace", w.name)


def workspace_of(call: Call, identifier: str) -> Any:
    return by_id(call, Workspace, lambda w: workspace_id(call, w), identifier, "active")


def workspace_in_query(call: Call) -> Any:
    """Return the workspace that the query names."""
    if not call.query.get("workspaceid"):
        raise malformed("The query parameter 'workspaceId' is missing.")
    return workspace_of(call, call.query["workspaceid"])


def billing_region(name: str) -> Body:
    return {"BillingRegionCode": name.upper(), "BillingRegionName": REGIONS.get(name, "Global")}


def subscription_body(w: Workspace) -> Body:
    r = w.resource
    return {
        "Id": f"/subscriptions/{r.subscription.name}/resourceGroups/{r.group}/providers/"
        f"Microsoft.CognitiveServices/accounts/{r.name}",
        "Name": r.name,
        "Kind": KINDS_BY_RESOURCE[r.kind],
        "Sku": r.tier.name,
        "IsCMKEnabled": w.covered,
        "Region": billing_region(r.location.name),
    }


def workspace_body(call: Call, w: Workspace) -> Body:
    return {
        "Id": workspace_id(call, w),
        "Name": w.name,
        "Role": {"Id": 1, "RoleName": "Owner"},
        "IsCreator": True,
        "IsDefaultWorkspace": False,
        "HasMigrations": False,
        "Sharing": [],
        "Region": billing_region(w.resource.location.name),
        "Subscription": subscription_body(w),
    }


def list_workspaces(call: Call) -> Reply:
    home = account(call).name
    found = call.every(Workspace, lambda w: w.state == "active" and w.resource.name == home)
    return Reply(200, {"Workspaces": [workspace_body(call, w) for w in found]})


def create_workspace(call: Call) -> Reply:
    home, body = account(call), lowered(call.body)
    name, key = required(body, "name"), required(body, "subscription.subscriptionkey")
    code = required(body, "subscription.billingregioncode")
    if key not in (account_key(call, call.world.tenant, home.name, number) for number in (1, 2)):
        raise malformed("'Subscription.SubscriptionKey' is not a key of the account that is addressed.")
    if code != billing_region(home.location.name)["BillingRegionCode"]:
        raise malformed(f"'{code}' is not the billing region of the account.")
    if member(body, "issecured", bool):
        raise outside("IsSecured")
    call.submit(CreateWorkspace(name, home.name))
    return created(call, "workspaces", call.world.id_of("workspace", name))


def get_workspace(call: Call, identifier: str) -> Reply:
    return Reply(200, workspace_body(call, workspace_of(call, identifier)))


def get_subscription(call: Call) -> Reply:
    return Reply(200, subscription_body(workspace_in_query(call)))


def list_billing_regions(call: Call) -> Reply:
    account(call)
    return Reply(200, [billing_region(name) for name in (*REGIONS, "global")])


def list_regions(call: Call) -> Reply:
    account(call)
    return Reply(200, [DEPLOYMENT_REGION])


# Languages, categories and projects


def language(code: str) -> Body:
    return {"Id": list(LANGUAGES).index(code) + 1, "DisplayName": LANGUAGES[code], "LanguageCode": code}


def pair(number: int) -> Body:
    source, target = PAIRS[number - 1]
    return {"Id": number, "SourceLanguage": language(source), "TargetLanguage": language(target)}


def list_languages(call: Call) -> Reply:
    account(call)
    return Reply(200, [language(code) for code in LANGUAGES])


def list_pairs(call: Call) -> Reply:
    account(call)
    return Reply(200, [pair(number) for number in range(1, len(PAIRS) + 1)])


def list_categories(call: Call) -> Reply:
    account(call)
    return Reply(200, [{"Id": number, "Name": name} for number, name in enumerate(CATEGORIES, 1)])


def project_id(call: Call, workspace: str) -> str:
    return call.world.id_of("project", workspace)


def project_body(call: Call, workspace: str) -> Body:
    asked = call.world.projects[workspace]
    category = asked["categoryid"]
    return {
        "Id": project_id(call, workspace),
        "Name": asked["name"],
        "Label": asked["label"],
        "Description": asked["description"],
        "LanguagePair": pair(asked["languagepairid"]),
        "Category": {"Id": category, "Name": CATEGORIES[category - 1]},
        "CategoryDescriptor": asked["categorydescriptor"],
        "IsAvailable": True,
    }


def project_of(call: Call, identifier: str) -> str:
    """Return the workspace that has this project; raises `Problem` where none has."""
    home = account(call).name
    for w in call.every(Workspace, lambda w: w.state == "active" and w.resource.name == home):
        if w.name in call.world.projects and project_id(call, w.name) == identifier.lower():
            return str(w.name)
    raise missing("NotFound", f"There is no project '{identifier}'.")


def list_projects(call: Call) -> Reply:
    w = workspace_in_query(call)
    return Reply(200, paged(call, "Projects", [project_body(call, w.name)] if w.name in call.world.projects else []))


def get_project(call: Call, identifier: str) -> Reply:
    return Reply(200, project_body(call, project_of(call, identifier)))


def create_project(call: Call) -> Reply:
    w, body = workspace_in_query(call), lowered(call.body)
    if w.name in call.world.projects:
        raise outside("a second project of a workspace")
    asked: Body = {name: member(body, name, str, "") for name in ("name", "label", "description", "categorydescriptor")}
    required(body, "name")
    for name, choices in (("languagepairid", PAIRS), ("categoryid", CATEGORIES)):
        asked[name] = required(body, name, int)
        if not 1 <= asked[name] <= len(choices):
            raise malformed(f"'{name}' has the value {asked[name]}, which is not valid.")
    call.world = call.world._replace(projects={**call.world.projects, w.name: asked})
    return created(call, "projects", project_id(call, w.name))


# Documents


def document_id(call: Call, d: Document) -> int:
    return call.world.number_of("document", d.name)


def document_body(call: Call, d: Document) -> Body:
    return {"Id": document_id(call, d), "Name": d.name, "IsAvailable": True}


def list_documents(call: Call) -> Reply:
    """List the documents of a workspace, which reads data that is kept in it."""
    w = workspace_in_query(call)
    call.submit(ReadData(w.name))
    found = call.every(Document, lambda d: d.state == "uploaded" and d.workspace.name == w.name)
    items = [document_body(call, d) for d in found]
    return Reply(200, {"PaginatedDocuments": paged(call, "Documents", items)})


def get_document(call: Call, identifier: str) -> Reply:
    found = by_id(call, Document, lambda d: document_id(call, d), identifier, "uploaded")
    call.submit(ReadData(found.workspace.name))
    return Reply(200, document_body(call, found))


def import_document(call: Call) -> Reply:
    """Upload one document with its files."""
    w, fields = workspace_in_query(call), form(call)
    try:
        details = lowered(json.loads(fields.get("DocumentDetails", "")))
        json.dumps(details, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("The form field 'DocumentDetails' is not valid JSON.") from None
    if not isinstance(details, list) or not details:
        raise malformed("The form field 'DocumentDetails' has to be a list of documents.")
    if len(details) > 1:
        raise outside("an import of several documents")
    name = required(details[0], "documentname")
    files = [required(each, "name") for each in required(details[0], "filedetails", list)]
    if not files or set(files) - fields.keys():
        raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
    call.submit(UploadDocument(name, w.name))
    return Reply(202, {"JobId": call.world.id_of("job", name), "FilesAcceptedForProcessing": files})


def form(call: Call) -> dict[str, str]:
    """Return the text of the fields of a multipart form by name, and the names of its files."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + call.content)
    if not message.is_multipart():
        raise malformed("The request content is not a multipart form.")
    fields = {}
    for part in message.walk():
        name = part.get_filename() or part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            fields[name] = "" if part.get_filename() else str(part.get_payload())
    return fields


def get_job(call: Call, identifier: str) -> Reply:
    found = by_id(call, Document, lambda d: call.world.id_of("job", d.name), identifier, "uploaded", "deleted")
    status = {"Status": {"DisplayName": "Succeeded", "Id": 60}, "DocumentName": found.name}
    return Reply(200, {"JobName": found.name, **paged(call, "FileProcessingStatus", [status])})


# Models


def model_id(call: Call, m: Model) -> int:
    return call.world.number_of("model", m.name)


def model_of(call: Call, identifier: str) -> Any:
    return by_id(call, Model, lambda m: model_id(call, m), identifier, "undeployed", "deployed")


def category_of(call: Call, m: Model) -> str:
    """Return the category id by which translation names a model."""
    return f"{call.world.id_of('category', m.name)}-GENERAL"


def model_body(call: Call, m: Model) -> Body:
    return {
        "Id": model_id(call, m),
        "Name": m.name,
        "ModelIdentifier": category_of(call, m),
        "ProjectId": project_id(call, m.workspace.name),
        "ModelRegionStatuses": [{"Region": DEPLOYMENT_REGION["Id"], "IsDeployed": m.state == "deployed"}],
        "Documents": [],
        "IsAutoDeploy": False,
    }


def list_models(call: Call, identifier: str) -> Reply:
    workspace = project_of(call, identifier)
    found = call.every(Model, lambda m: m.state in ("undeployed", "deployed") and m.workspace.name == workspace)
    return Reply(200, paged(call, "Models", [model_body(call, m) for m in found]))


def get_model(call: Call, identifier: str) -> Reply:
    return Reply(200, model_body(call, model_of(call, identifier)))


def create_model(call: Call) -> Reply:
    """Create and train a model on documents of its workspace."""
    body = lowered(call.body)
    name, workspace = required(body, "name"), project_of(call, required(body, "projectid"))
    if member(body, "isautotrain", bool, True) is False:
        raise outside("a model that is not trained at once")
    for field in ("isautodeploy", "autodeploythreshold", "sourcemodelidforretrain"):
        if member(body, field, object):
            raise outside(field)
    there = {
        document_id(call, d)
        for d in call.every(Document, lambda d: d.state == "uploaded" and d.workspace.name == workspace)
    }
    asked = member(body, "documentids", list, [])
    if there and not asked:
        raise malformed("'DocumentIds' names no document.")
    if unknown := [each for each in asked if not isinstance(each, int) or each not in there]:
        raise missing("NotFound", f"The workspace has no document {json.dumps(unknown[0])[:40]}.", 400)
    call.submit(TrainModel(name, workspace))
    return created(call, "models", call.world.number_of("model", name))


def deploy_model(call: Call, identifier: str) -> Reply:
    found = model_of(call, identifier)
    regions = lowered(call.json)
    if not isinstance(regions, list) or len(regions) != 1:
        raise malformed("The request content has to be a list of one region.")
    if required(regions[0], "region", int) != DEPLOYMENT_REGION["Id"]:
        raise malformed("The region is none of those that GET regions lists.")
    deployed = member(regions[0], "isdeployed", bool)
    if deployed is None:
        raise malformed("'IsDeployed' is missing.")
    call.submit(DeployModel(found.name) if deployed else UndeployModel(found.name))
    return Reply(202)


# Translation


def translate(call: Call) -> Reply:
    """Translate with a custom model; the text comes back as it was given, since the model knows no languages."""
    home = account(call).name
    if call.query.get("api-version") != "3.0":
        raise text_problem(400021, "The API version parameter is missing or invalid.")
    wanted, target = call.query.get("category", "").lower(), call.query.get("to", "")
    if not target:
        raise text_problem(400036, 'The target language ("To" field) is missing or invalid.')
    if wanted in ("", "general") or call.query.get("allowfallback", "true").lower() != "false":
        raise outside("translation with the general model, by its category or by allowFallback")
    texts = lowered(call.json)
    if not isinstance(texts, list) or not texts or not all(isinstance(each, dict) for each in texts):
        raise text_problem(400074, "The body of the request is not valid JSON.")
    given = [required(each, "text") for each in texts]
    for m in call.every(Model, lambda m: m.state in ("undeployed", "deployed") and m.workspace.resource.name == home):
        if category_of(call, m).lower() == wanted:
            call.submit(TranslateWithModel(m.name))
            return Reply(200, [{"translations": [{"text": text, "to": target}]} for text in given])
    raise text_problem(
        400079, "The custom system requested for translation does not exist.", because=["environment.exists"]
    )


def text_problem(code: int, message: str, because: Sequence[str] = ()) -> Problem:
    """Return an error of the Translator service, whose codes begin with the status."""
    return Problem(code // 1000, str(code), message, because)
