"""Custom Translator, and translation with its models."""

from collections.abc import Callable, Sequence
from email import message_from_bytes
from typing import Any

from ..machine import commands
from ..machine.entities import Document, Entity, Model, Resource, Workspace
from . import bodies
from .bodies import Body
from .calls import Call, Reply, member, parse_json, required
from .choices import Problem, malformed, missing, outside
from .worlds import REGIONS

ROOT = "/translator/customtranslator/api/texttranslator/v1.0"
LANGUAGES = [
    {"Id": number, "DisplayName": name, "LanguageCode": code}
    for number, (code, name) in enumerate({"en": "English", "de": "German", "fr": "French"}.items(), 1)
]
ORDERED = [(source, target) for source in LANGUAGES for target in LANGUAGES if source != target]
PAIRS = [
    {"Id": number, "SourceLanguage": one, "TargetLanguage": other} for number, (one, other) in enumerate(ORDERED, 1)
]
CATEGORIES = [{"Id": number, "Name": name} for number, name in enumerate(("General", "Technology", "Legal"), 1)]
PAGE = 100


def always(body: Any) -> Callable[[Call], Reply]:
    """Return the handler that answers every request with this body."""

    def handler(call: Call) -> Reply:
        account(call)
        return Reply(200, body)

    return handler


list_languages, list_pairs, list_categories = always(LANGUAGES), always(PAIRS), always(CATEGORIES)
list_billing_regions = always([bodies.billing_region(name) for name in (*REGIONS, "global")])
list_regions = always([{"Id": 1, "RegionName": "All regions"}])


def account(call: Call) -> Any:
    """Return the account whose host is addressed; raises `Problem` if it does not exist."""
    found = call.entity(Resource, call.host_name)
    if found is None:
        raise missing("ResourceNotFound", f"There is no account '{call.host_name}'.")
    return found


def account_keys(call: Call, tenant: str, account: str) -> list[str]:
    """Return the two keys of an account."""
    return [call.signer.account_key(tenant, account, number) for number in (1, 2)]


def log_in_by_key(call: Call, key: str) -> None:
    """Take the world in which the account of the host has this key; raises `Problem` where none has."""
    for world in call.worlds.latest():
        name = world.find(Resource, call.host_name)
        if name and key in account_keys(call, world.tenant, name):
            call.world = world
            if call.entity(Resource, name):
                return
    raise Problem(401, "401", "Access denied due to invalid subscription key or wrong API endpoint.")


def lowered(value: Any) -> Any:
    """Return JSON with all names of members in lower case: Custom Translator's clients write them either way."""
    if isinstance(value, dict):
        return {name.lower(): lowered(each) for name, each in value.items()}
    return [lowered(each) for each in value] if isinstance(value, list) else value


def created(call: Call, place: str, identifier: object) -> Reply:
    return Reply(201, None, {"Location": call.url(f"{ROOT}/{place}/{identifier}")})


def paged(call: Call, name: str, items: Sequence[Body]) -> Body:
    """Return the page that is asked for by `pageIndex`, the first of which is 1 in Microsoft's description."""
    index = call.number("pageIndex", 1, range(10**6))
    start = max(index - 1, 0) * PAGE
    return {"PageIndex": index, "TotalPageCount": -(-len(items) // PAGE), name: items[start : start + PAGE]}


def held(call: Call, kind: type[Entity], *states: str) -> list[Any]:
    """Return the workspaces of the account, or what they hold, in one of these states."""
    home = account(call).name
    found = call.every(kind, lambda each: each.state in states)
    return [each for each in found if (each if kind is Workspace else each.workspace).resource.name == home]


def identified(found: Sequence[Any], wanted: str, identify: Callable[[Any], object]) -> Any:
    """Return the one of these that has an identifier; raises `Problem` where none has."""
    for each in found:
        if str(identify(each)) == wanted.lower():
            return each
    raise missing("NotFound", f"There is nothing with the id '{wanted}'.")


# Workspaces and projects


def workspace(call: Call, identifier: str) -> Any:
    found = held(call, Workspace, "active")
    return identified(found, identifier, lambda w: call.world.id_of("workspace", w.name))


def asked_workspace(call: Call) -> Any:
    """Return the workspace that the query names."""
    if not call.query.get("workspaceid"):
        raise malformed("The query parameter 'workspaceId' is missing.")
    return workspace(call, call.query["workspaceid"])


def list_workspaces(call: Call) -> Reply:
    return Reply(200, {"Workspaces": [bodies.workspace(call, w) for w in held(call, Workspace, "active")]})


def get_workspace(call: Call, identifier: str) -> Reply:
    return Reply(200, bodies.workspace(call, workspace(call, identifier)))


def get_subscription(call: Call) -> Reply:
    return Reply(200, bodies.workspace_subscription(call, asked_workspace(call)))


def create_workspace(call: Call) -> Reply:
    home, body = account(call), lowered(call.body)
    name, key = required(body, "name"), required(body, "subscription.subscriptionkey")
    if key not in account_keys(call, call.world.tenant, home.name):
        raise malformed("'Subscription.SubscriptionKey' is not a key of the account that is addressed.")
    if required(body, "subscription.billingregioncode") != home.location.name.upper():
        raise malformed("'Subscription.BillingRegionCode' is not the region of the account.")
    if member(body, "issecured", bool):
        raise outside("IsSecured")
    call.submit(commands.CreateWorkspace(name, home.name))
    return created(call, "workspaces", call.world.id_of("workspace", name))


def with_project(call: Call) -> list[Any]:
    return [w for w in held(call, Workspace, "active") if w.name in call.world.projects]


def project(call: Call, identifier: str) -> Any:
    """Return the workspace that has this project; raises `Problem` where none has."""
    return identified(with_project(call), identifier, lambda w: call.world.id_of("project", w.name))


def project_body(call: Call, w: Workspace) -> Body:
    asked = call.world.projects[w.name]
    texts = {name: asked[name.lower()] for name in ("Name", "Label", "Description", "CategoryDescriptor")}
    chosen = {"LanguagePair": PAIRS[asked["languagepairid"] - 1], "Category": CATEGORIES[asked["categoryid"] - 1]}
    return {"Id": call.world.id_of("project", w.name), "IsAvailable": True, **texts, **chosen}


def list_projects(call: Call) -> Reply:
    home = asked_workspace(call).name
    return Reply(200, paged(call, "Projects", [project_body(call, w) for w in with_project(call) if w.name == home]))


def get_project(call: Call, identifier: str) -> Reply:
    return Reply(200, project_body(call, project(call, identifier)))


def create_project(call: Call) -> Reply:
    w, body = asked_workspace(call), lowered(call.body)
    if w.name in call.world.projects:
        raise outside("a second project of a workspace")
    required(body, "name")
    asked: Body = {name: member(body, name, str, "") for name in ("name", "label", "description", "categorydescriptor")}
    for name, choices in (("languagepairid", PAIRS), ("categoryid", CATEGORIES)):
        asked[name] = required(body, name, int)
        if not 1 <= asked[name] <= len(choices):
            raise malformed(f"'{name}' has the value {asked[name]}, which is not valid.")
    call.world = call.world._replace(projects={**call.world.projects, w.name: asked})
    return created(call, "projects", call.world.id_of("project", w.name))


# Documents


def list_documents(call: Call) -> Reply:
    """List the documents of a workspace, which reads data that is kept in it."""
    home = asked_workspace(call).name
    call.submit(commands.ReadData(home))
    items = [bodies.document(call, d) for d in held(call, Document, "uploaded") if d.workspace.name == home]
    return Reply(200, {"PaginatedDocuments": paged(call, "Documents", items)})


def get_document(call: Call, identifier: str) -> Reply:
    found = held(call, Document, "uploaded")
    d = identified(found, identifier, lambda d: call.world.number_of("document", d.name))
    call.submit(commands.ReadData(d.workspace.name))
    return Reply(200, bodies.document(call, d))


def import_document(call: Call) -> Reply:
    """Upload one document with its files."""
    w, fields = asked_workspace(call), form(call)
    details = lowered(parse_json(fields.get("DocumentDetails", ""), "The form field 'DocumentDetails'"))
    if not isinstance(details, list) or not details:
        raise malformed("The form field 'DocumentDetails' has to be a list of documents.")
    if len(details) > 1:
        raise outside("an import of several documents")
    name = required(details[0], "documentname")
    files = [required(each, "name") for each in required(details[0], "filedetails", list)]
    if set(files) - fields.keys():
        raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
    call.submit(commands.UploadDocument(name, w.name))
    return Reply(202, {"JobId": call.world.id_of("job", name), "FilesAcceptedForProcessing": files})


def form(call: Call) -> dict[str, str]:
    """Return the text of the fields of a multipart form by name, and the names of its files."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n".encode()
    fields = {}
    for part in message_from_bytes(head + call.content).walk():
        name = part.get_filename() or part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            fields[name] = "" if part.get_filename() else str(part.get_payload())
    return fields


def get_job(call: Call, identifier: str) -> Reply:
    found = held(call, Document, "uploaded", "deleted")
    d = identified(found, identifier, lambda d: call.world.id_of("job", d.name))
    return Reply(200, {"JobName": d.name, **paged(call, "FileProcessingStatus", [bodies.job(call, d)])})


# Models


def models(call: Call) -> list[Any]:
    return held(call, Model, "undeployed", "deployed")


def model(call: Call, identifier: str) -> Any:
    return identified(models(call), identifier, lambda m: call.world.number_of("model", m.name))


def list_models(call: Call, identifier: str) -> Reply:
    home = project(call, identifier).name
    return Reply(200, paged(call, "Models", [bodies.model(call, m) for m in models(call) if m.workspace.name == home]))


def get_model(call: Call, identifier: str) -> Reply:
    return Reply(200, bodies.model(call, model(call, identifier)))


def create_model(call: Call) -> Reply:
    """Create and train a model on documents of its workspace."""
    body = lowered(call.body)
    name, home = required(body, "name"), project(call, required(body, "projectid")).name
    if member(body, "isautotrain", bool, True) is False:
        raise outside("a model that is not trained at once")
    for field in ("isautodeploy", "autodeploythreshold", "sourcemodelidforretrain"):
        if member(body, field, object):
            raise outside(field)
    here = [d for d in held(call, Document, "uploaded") if d.workspace.name == home]
    there = [call.world.number_of("document", d.name) for d in here]
    asked = member(body, "documentids", list, [])
    if there and not asked:
        raise malformed("'DocumentIds' names no document.")
    if any(each not in there for each in asked):
        raise missing("NotFound", "'DocumentIds' names a document that the workspace does not have.", 400)
    call.submit(commands.TrainModel(name, home))
    return created(call, "models", call.world.number_of("model", name))


def deploy_model(call: Call, identifier: str) -> Reply:
    found, regions = model(call, identifier), lowered(call.json)
    if not isinstance(regions, list) or len(regions) != 1 or required(regions[0], "region", int) != 1:
        raise malformed("The request content has to be a list of the one region that GET regions lists.")
    deployed = member(regions[0], "isdeployed", bool)
    if deployed is None:
        raise malformed("'IsDeployed' is missing.")
    call.submit((commands.DeployModel if deployed else commands.UndeployModel)(found.name))
    return Reply(202)


# Translation


def translate(call: Call) -> Reply:
    """Translate with a custom model; the text comes back as it was given, since the model knows no languages."""
    if call.query.get("api-version") != "3.0":
        raise text_problem(400021, "The API version parameter is missing or invalid.")
    if not (target := call.query.get("to", "")):
        raise text_problem(400036, 'The target language ("To" field) is missing or invalid.')
    wanted = call.query.get("category", "").lower()
    if wanted in ("", "general") or call.query.get("allowfallback", "true").lower() != "false":
        raise outside("translation with the general model, by its category or by allowFallback")
    texts = lowered(call.json)
    if not isinstance(texts, list) or not texts:
        raise text_problem(400074, "The body of the request is not valid JSON.")
    given = [required(each, "text") for each in texts]
    for m in models(call):
        if bodies.category_id(call, m).lower() == wanted:
            call.submit(commands.TranslateWithModel(m.name))
            return Reply(200, [{"translations": [{"text": text, "to": target}]} for text in given])
    raise text_problem(400079, "The custom system requested for translation does not exist.", "environment.exists")


def text_problem(code: int, message: str, *because: str) -> Problem:
    """Return an error of the Translator service, whose codes begin with the status."""
    return Problem(code // 1000, str(code), message, because)
