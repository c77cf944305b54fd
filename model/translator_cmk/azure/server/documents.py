"""Documents of Custom Translator: the data that a customer uploads."""

from email import message_from_bytes

from ...machine import commands
from ...machine.entities import Workspace
from .asked import Asked, parse_json
from .calls import Call, Reply
from .forms import Body
from .problems import malformed, outside
from .values import id_of


def list_documents(call: Call, workspace: Workspace) -> Body:
    return {"paginatedDocuments": call.listed("document", workspace)}


def import_document(call: Call, workspace: Workspace) -> Reply:
    """Upload one document with its files."""
    fields = form_fields(call)
    text = fields.get("DocumentDetails", "")
    details = parse_json(text, "The form field 'DocumentDetails'")
    if not isinstance(details, list) or len(details) != 1:
        raise outside("an import of anything but a list of one document")
    document = Asked(details[0])
    name = document.required("DocumentName")
    files = [Asked(file).required("Name") for file in document.required("FileDetails", list)]
    for file in files:
        if file not in fields:
            raise malformed("Each file of 'DocumentDetails' has to be among the form's files.")
    call.submit(commands.UploadDocument(name, workspace.name))
    job = id_of(call, "job", name)
    return Reply(202, {"jobId": job, "filesAcceptedForProcessing": files})


def form_fields(call: Call) -> dict[str, str]:
    """Return the text of the fields of a multipart form by name, and the names of its files."""
    head = f"Content-Type: {call.headers.get('content-type', '')}\r\n\r\n"
    fields = {}
    for part in message_from_bytes(head.encode() + call.content).walk():
        file_name = part.get_filename()
        field_name = part.get_param("name", header="content-disposition")
        if file_name:
            fields[file_name] = ""
        elif isinstance(field_name, str):
            fields[field_name] = str(part.get_payload())
    return fields
