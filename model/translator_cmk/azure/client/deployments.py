"""Deployments of Custom Translator's models, and translations with them."""

from typing import Any

from .answers import items_of, member
from .refusals import NotLearned
from .studio import API, Studio
from .uploads import LANGUAGES

TRANSLATION = "/translator/text/v3.0/translate"


def deploy(studio: Studio, model: str) -> None:
    """Deploy a model in every region, until it shows."""
    set_deployed(studio, model, True)


def undeploy(studio: Studio, model: str) -> None:
    """End the deployment of a model in every region, until it shows."""
    set_deployed(studio, model, False)


def set_deployed(studio: Studio, model: str, wanted: bool) -> None:
    """Have a model deployed in every region that is offered, or undeployed, until it shows."""
    path = f"{API}/models/{member(studio.models[model], 'id')}"
    offered = items_of(studio.ask("GET", f"{API}/regions"), "regions")
    regions = [member(region, "id") for region in offered]
    asked = [{"Region": region, "IsDeployed": wanted} for region in regions]
    studio.ask("POST", f"{path}/deployment", json=asked)

    def shown() -> Any:
        found = studio.ask("GET", path)
        return found if is_as_asked(found, regions, wanted) else None

    if wanted:
        shows = studio.wait_for(shown, "the deployment", "DeployModel")
    else:
        shows = studio.wait_for(shown, "the end of the deployment", "UndeployModel")
    studio.models[model] |= shows


def is_as_asked(model: Any, regions: list[Any], wanted: bool) -> bool:
    """Return whether a model is deployed in all of the regions, or in none."""
    deployed = {str(region) for region in deployed_in(model)}
    asked = {str(region) for region in regions}
    return asked <= deployed if wanted else asked.isdisjoint(deployed)


def deployed_in(model: Any) -> list[Any]:
    """Return the ids of the regions in which a model is deployed."""
    found = []
    for status in model.get("modelregionstatuses") or ():
        if status.get("isdeployed"):
            found.append(status.get("region"))
    return found


def translate(studio: Studio, model: str) -> None:
    """Translate a word with a model, and no other; raises `HttpResponseError`."""
    params = {
        "api-version": "3.0",
        "from": LANGUAGES[0],
        "to": LANGUAGES[1],
        "category": category_of(studio.models[model]),
        "allowFallback": "false",
    }
    studio.ask("POST", TRANSLATION, params=params, json=[{"Text": "word"}])


def category_of(model: Any) -> str:
    """Return the category id of a model; raises `NotLearned` where its answers have none.

    A README of Microsoft's has it in `apiDomain`, the OpenAPI file in `modelIdentifier`.
    """
    category = model.get("apidomain") or model.get("modelidentifier")
    if not category:
        raise NotLearned("no answer of Custom Translator has the category id of the model")
    return str(category)
