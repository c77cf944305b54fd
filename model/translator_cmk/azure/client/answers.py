"""Reads Custom Translator's answers, whatever the case of their members' names.

Microsoft's OpenAPI file has them in PascalCase, Microsoft's own clients read them in camelCase:
https://github.com/MicrosoftTranslator/CustomTranslatorApiSamples/blob/master/docs/swagger.yaml
https://github.com/MicrosoftTranslator/adapct4python/blob/main/app.py
"""

from typing import Any

from .refusals import NotLearned


def lowered(answer: Any) -> Any:
    """Return an answer with the names of all members in lower case."""
    if isinstance(answer, list):
        return [lowered(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    members = {}
    for name, value in answer.items():
        members[str(name).lower()] = lowered(value)
    return members


def items_of(page: Any, *path: str) -> list[Any]:
    """Return what a page lists, be it a bare list or below these members; raises `NotLearned`."""
    found = page
    for name in path:
        if isinstance(found, list):
            break
        found = member(found, name)
    if not isinstance(found, list):
        raise NotLearned(f"an answer of Custom Translator has no list of {path[-1]}")
    return found


def pages_of(page: Any, *path: str) -> int:
    """Return how many pages there are, by what stands beside the list; 1 where nothing does."""
    found = page
    pages = 1
    for name in path:
        if not isinstance(found, dict):
            break
        pages = found.get("totalpagecount") or pages
        found = found.get(name)
    return int(pages)


def member(answer: Any, name: str) -> Any:
    """Return a member of an answer, by its name in lower case; raises `NotLearned` where it has
    none.
    """
    if not isinstance(answer, dict) or name not in answer:
        raise NotLearned(f"an answer of Custom Translator has no {name}")
    return answer[name]


def status_of(model: Any) -> str:
    """Return the status of a model, in lower case and without spaces: of its training first, and
    then of its deployment.

    `statusInfo` is none: it is words for people, and may tell of an earlier failure.
    """
    return str(model.get("modelstatus", "")).lower().replace(" ", "")
