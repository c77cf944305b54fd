"""Translation with a custom model, or with the general one, of which the model says nothing."""

from typing import Any

from ...machine import commands
from ...machine.entities import Model, Resource
from .asked import Asked
from .calls import Call
from .fixed import FIXED
from .forms import Body
from .holdings import models, regions_of
from .problems import Problem, malformed, missing, outside


def translate(call: Call, account: Resource) -> list[Body]:
    """Return each text as it was given, since the model knows no languages."""
    target = call.query.get("to", "")
    allows_general = call.query.get("allowfallback", "true").lower() != "false"
    category = call.query.get("category", "general").lower()
    content = call.asked.value
    if not target or not content or not isinstance(content, list):
        raise malformed(
            "The query parameter 'to' is missing, or the request content is no list of texts."
        )
    texts = [requested_text(each) for each in content]
    if category != "general":
        if allows_general:
            raise outside("a custom model with a fallback to the general one")
        translate_with(call, account, category)
    return [{"translations": [{"text": text, "to": target}]} for text in texts]


def translate_with(call: Call, account: Resource, category: str) -> None:
    """Translate with a custom model; raises `Problem`."""
    for model in models(call, account).values():
        if call.show("model", model)["modelIdentifier"].lower() == category:
            refuse_elsewhere(call, account, model)
            call.submit(commands.TranslateWithModel(model.name))
            return
    raise no_such_system()


def no_such_system() -> Problem:
    return missing("400079", "The custom system requested for translation does not exist.", 400)


def refuse_elsewhere(call: Call, account: Resource, model: Model) -> None:
    """Refuse to translate with a model that is deployed, but not where the account is; raises
    `Problem`.
    """
    regions = regions_of(call, model)
    serving = [region["id"] for region in FIXED["deployment_regions"] if serves(region, account)]
    # one that is deployed nowhere the model refuses
    if regions and set(regions).isdisjoint(serving):
        problem = no_such_system()
        # the model is there, and the specification knows no regions
        problem.because = ()
        raise problem


def serves(region: dict[str, Any], account: Resource) -> bool:
    """Return whether an account is translated for in a region."""
    return account.location.name in region["locations"]


def requested_text(item: Any) -> str:
    """Return the text of an item, which asks for nothing else; raises `Problem`."""
    asked = Asked(item)
    text: str = asked.required("Text")
    asked.honoured({}, "Text")
    return text
