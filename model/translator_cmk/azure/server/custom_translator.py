"""Custom Translator and Translator: who may ask them, and what answers."""

import math
from typing import Any, ClassVar

from ...machine import State
from ...machine.entities import Resource
from . import documents, models, translation, workspaces
from .calls import Call, Handler
from .effects import state_in_effect
from .forms import Body
from .holdings import COLLECTIONS
from .problems import Problem

PAGE = 100


class TranslatorCall(Call):
    """A request of Custom Translator, or for a translation."""

    collections = COLLECTIONS

    handlers: ClassVar[dict[str, Handler]] = {
        "create_model": models.create_model,
        "create_project": workspaces.create_project,
        "create_workspace": workspaces.create_workspace,
        "delete_workspace": workspaces.delete_workspace,
        "deploy_model": models.deploy_model,
        "get_content": documents.get_content,
        "get_import_job": documents.get_import_job,
        "import_document": documents.import_document,
        "list_documents": documents.list_documents,
        "list_files": documents.list_files,
        "translate": translation.translate,
    }

    def log_in(self) -> Any:
        """Return the account whose host is addressed, for one of its keys; raises `Problem`."""
        key = self.headers.get("ocp-apim-subscription-key")
        for account in self.everywhere(Resource):
            if key in self.world.account_keys(account.name).values():
                return account
        raise Problem(
            401, "401", "Access denied due to invalid subscription key or wrong API endpoint."
        )

    def state_in_effect(self) -> State:
        return state_in_effect(self)

    def listed(self, word: str, above: Any) -> Body:
        """Return the page of a collection that `pageIndex` asks for, the first being 1; workspaces
        have no pages.
        """
        name = f"{word}s"
        entities = self.collections[word](self, above).values()
        items = [self.show(word, entity) for entity in entities]
        if word == "workspace":
            return {name: items}
        index = self.number("pageIndex", 1, range(10**6))
        # who counts from 0 gets the first page for 0, too
        start = max(index - 1, 0) * PAGE
        pages = math.ceil(len(items) / PAGE)
        return {"pageIndex": index, "totalPageCount": pages, name: items[start : start + PAGE]}
