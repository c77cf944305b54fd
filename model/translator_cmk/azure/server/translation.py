"""Translation with a custom model."""

from typing import Any

from ...machine import commands
from ...machine.entities import Resource
from .asked import Asked
from .calls import Call
from .forms import Body
from .holdings import models
from .problems import malformed, missing, outside


def translate(call: Call, account: Resource) -> list[Body]:
    """Return each text as it was given, since the model knows no languages."""
    target = call.query.get("to", "")
    category = requested_category(call)
    content = call.asked.value
    if not target or not content or not isinstance(content, list):
        raise malformed(
            "The query parameter 'to' is missing, or the request content is no list of texts."
        )
    texts = [requested_text(each) for each in content]
    for model in models(call, account).values():
        if call.show("model", model)["modelIdentifier"].lower() == category:
            call.submit(commands.TranslateWithModel(model.name))
            return [{"translations": [{"text": text, "to": target}]} for text in texts]
    raise missing("400079", "The custom system requested for translation does not exist.", 400)


def requested_text(item: Any) -> str:
    """Return the text of an item, which asks for nothing else; raises `Problem`."""
    asked = Asked(item)
    text: str = asked.required("Text")
    asked.honoured({}, "Text")
    return text


def requested_category(call: Call) -> str:
    """Return the category id of the custom model; raises `Problem` where the general one may do."""
    category = call.query.get("category", "").lower()
    allows_fallback = call.query.get("allowfallback", "true").lower() != "false"
    if allows_fallback or category in ("", "general"):
        raise outside("translation with the general model, by its category or by allowFallback")
    return category
