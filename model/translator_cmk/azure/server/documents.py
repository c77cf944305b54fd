"""Documents of Custom Translator: the data that a customer uploads."""

import math
from email import message_from_bytes
from typing import NamedTuple

from ...machine import commands
from ...machine.entities import Document, Resource, Workspace
from .asked import Asked, parse_json
from .calls import Call, Reply
from .forms import Body
from .holdings import contents_below, is_being_imported
from .problems import malformed, missing, outside
from .settings import put_settings, settings_of
from .values import Values, id_of, value

LONGEST_PAGE = 100
"""Sentences of a page of a file."""


class File(NamedTuple):
    """A file of a document."""

    name: str
    language: str
    text: str


def list_documents(call: Call, workspace: Workspace) -> Body:
    return {"paginatedDocuments": call.listed("document", workspace)}


def read_data(call: Call, document: Document) -> None:
    """Read data of the workspace of a document; raises `Problem` where that can't be read."""
    call.submit(commands.ReadData(document.workspace.name))


# Imports


def import_document(call: Call, workspace: Workspace) -> Reply:
    """Upload one document with its files, over those of an earlier one if that is asked for."""
    texts = form_fields(call)
    details = parse_json(texts.get("DocumentDetails", ""), "The form field 'DocumentDetails'")
    if not isinstance(details, list) or len(details) != 1:
        raise outside("an import of anything but a list of one document")
    asked = Asked(details[0])
    name = asked.required("DocumentName")
    described = [Asked(file) for file in asked.required("FileDetails", list)]
    files = [requested_file(file, texts) for file in described]
    # the model has no command that replaces a document: like reading, it needs the data accessible
    if is_overwritten(call, workspace, name, described):
        call.submit(commands.ReadData(workspace.name))
    else:
        call.submit(commands.UploadDocument(name, workspace.name))
    kept = {"type": asked.get("DocumentType"), "files": tuple(files)}
    put_settings(call, "document", name, kept)
    put_settings(call, "import", name, {"until": call.now + call.strictness.provisioning})
    return Reply(
        202,
        {
            "jobId": id_of(call, "job", name),
            "filesAcceptedForProcessing": [file.name for file in files],
        },
    )


def requested_file(file: Asked, texts: dict[str, str]) -> File:
    """Return a file that an import describes; raises `Problem` where the form has none."""
    name = file.required("Name")
    if name not in texts:
        raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
    return File(name, file.get("LanguageCode", str, "en"), texts[name])


def is_overwritten(call: Call, workspace: Workspace, name: str, files: list[Asked]) -> bool:
    """Return whether an import takes the place of a document that is there."""
    there = contents_below(call, workspace, Document, ("uploaded",))
    if not any(document.name == name for document in there):
        return False
    return all(file.get("OverwriteIfExists", bool, False) for file in files)


def form_fields(call: Call) -> dict[str, str]:
    """Return the texts of a multipart form, by the names of its fields and of its files."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n"
    fields = {}
    for part in message_from_bytes(head.encode() + call.content).walk():
        file_name = part.get_filename()
        field_name = part.get_param("name", header="content-disposition")
        name = file_name or field_name
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            fields[name] = content.decode("utf-8", "replace")
    return fields


def get_import_job(call: Call, account: Resource) -> Body:
    """Return how far an import is; raises `Problem` where there is none."""
    for document in contents_below(call, account, Document, ("uploaded", "deleted")):
        if str(id_of(call, "job", document.name)) == call.at["job"]:
            return call.show("import_job", document.name)
    raise missing("NotFound", f"There is nothing with the id '{call.at['job']}'.")


@value
def file_statuses(shown: Values) -> list[Body]:
    """The status of each file of a document that is imported."""
    goes_on = is_being_imported(shown.call, shown.entity)
    status = {"id": 0, "displayName": "In progress"}
    if not goes_on:
        status = {"id": 1, "displayName": "Succeeded"}
    found = []
    for file in files_of(shown.call, shown.entity):
        found.append({"status": status, "fileName": file.name, "documentName": shown.entity})
    return found


# Files


def files_of(call: Call, document: str) -> tuple[File, ...]:
    files: tuple[File, ...] = settings_of(call.world, "document", document).get("files", ())
    return files


@value
def document_type(shown: Values) -> str | None:
    kind: str | None = settings_of(shown.call.world, "document", shown.entity.name).get("type")
    return kind


@value
def document_files(shown: Values) -> list[Body]:
    """The files of a document, numbered from 1."""
    found = []
    for number, file in enumerate(files_of(shown.call, shown.entity.name), start=1):
        language = {"languageCode": file.language}
        found.append({"id": number, "fileName": file.name, "language": language})
    return found


def list_files(call: Call, document: Document) -> Reply:
    read_data(call, document)
    return Reply(200, call.show("document", document)["files"])


def get_content(call: Call, document: Document) -> Body:
    """Return a page of a file, a sentence an item; raises `Problem`."""
    read_data(call, document)
    for number, file in enumerate(files_of(call, document.name), start=1):
        if str(number) == call.at["file"]:
            return page_of(call, file)
    raise missing("NotFound", f"There is nothing with the id '{call.at['file']}'.")


def page_of(call: Call, file: File) -> Body:
    sentences = file.text.splitlines()
    index = call.number("pageIndex", 1, range(10**6))
    size = call.number("limit", 10, range(1, LONGEST_PAGE + 1))
    # who counts from 0 gets the first page for 0, too
    start = max(index - 1, 0) * size
    return {
        "pageIndex": index,
        "totalPageCount": math.ceil(len(sentences) / size),
        "items": sentences[start : start + size],
        "totalExtractedSentences": len(sentences),
    }
