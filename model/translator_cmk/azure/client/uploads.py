"""Uploads of documents to Custom Translator: pairs of files, each a small dictionary."""

import json
from functools import partial
from typing import Any

from azure.core.exceptions import HttpResponseError

from .answers import items_of, member
from .refusals import NotLearned
from .studio import API, Studio

LANGUAGES = ("en", "de")

DICTIONARY = (
    "lamps\nladders\nengines\ntables\nclocks\nbottles\ndoors\nmirrors\nbicycles\nboxes\n",
    "Lampen\nLeitern\nMotoren\nTische\nUhren\nFlaschen\nTüren\nSpiegel\nFahrräder\nKisten\n",
)
"""The texts of a pair of files.  A training with a dictionary alone has no minimum.

https://learn.microsoft.com/azure/ai-services/translator/custom-translator/concepts/dictionaries
(11/18/2025)
"""

TYPE = "Phrase dictionary"
"""The type of such a document, as Microsoft's samples name it.

https://github.com/MicrosoftTranslator/CustomTranslatorApiSamples
"""

GOING_ON = ("extract", "pending", "process", "progress", "queue", "running", "submit", "wait")
FAILED = ("error", "fail")
"""How we read the status of an import by parts of its name, which no source lists."""


def upload(studio: Studio, document: str, workspace: str) -> None:
    """Upload a pair of files, which replace those of an earlier document of the name, and wait
    until they are imported; raises `NotLearned` where that fails.
    """
    details = []
    files = []
    for code, text in zip(LANGUAGES, DICTIONARY, strict=True):
        name = f"{document}_{code}.txt"
        details.append({"Name": name, "LanguageCode": code, "OverwriteIfExists": True})
        files.append(("Files", (name, text, "text/plain")))
    described = {
        "DocumentName": document,
        "DocumentType": TYPE,
        # as in Microsoft's UploadController.cs; its README leaves it out
        "IsParallel": True,
        "FileDetails": details,
    }
    answer = studio.ask(
        "POST",
        f"{API}/documents/import",
        params={"workspaceId": studio.ids[workspace]},
        data={"DocumentDetails": json.dumps([described])},
        files=files,
    )
    imported = partial(is_imported, studio, answer, document, workspace)
    studio.wait_for(imported, "the document", "UploadDocument")


def is_imported(studio: Studio, begun: Any, document: str, workspace: str) -> bool:
    """Return whether an import is over and its document shows; raises `NotLearned` where it
    failed.
    """
    for status in statuses_of(studio, begun):
        if any(part in status for part in FAILED):
            raise NotLearned(f"the import of the document ended as {status}")
        if any(part in status for part in GOING_ON):
            return False
    return document in studio.documents(workspace)


def statuses_of(studio: Studio, begun: Any) -> list[str]:
    """Return the status of each file of an import that has begun, in lower case; none where it
    can't be seen.
    """
    if not isinstance(begun, dict) or not begun.get("jobid"):
        return []
    try:
        page = studio.ask("GET", f"{API}/documents/import/jobs/{begun['jobid']}")
    except HttpResponseError:
        return []
    found = []
    for file in items_of(page, "fileprocessingstatus"):
        status: Any = member(file, "status")
        if isinstance(status, dict):
            status = member(status, "displayname")
        found.append(str(status).lower())
    return found
