"""Deployments of Custom Translator's models, and translations with them."""

from typing import Any

from azure.core.exceptions import HttpResponseError

from .answers import items_of, member, status_of
from .refusals import NotLearned
from .studio import API, Studio
from .target import PLANS
from .uploads import LANGUAGES

TRANSLATION = "/translator/text/v3.0/translate"

GEOGRAPHIES: dict[str, list[str]] = PLANS["geographies"]
"""For a part of the name of a deployment region the locations of resources in it."""


# Deploying


def deploy(studio: Studio, model: str) -> None:
    """Deploy a model where the resource is, until it shows."""
    set_deployed(studio, model, True)


def undeploy(studio: Studio, model: str) -> None:
    """End the deployment of a model where the resource is, until it shows."""
    set_deployed(studio, model, False)


def set_deployed(studio: Studio, model: str, wanted: bool) -> None:
    """Have a model deployed or undeployed, until it shows."""
    path = f"{API}/models/{member(studio.models[model], 'id')}"
    regions = regions_for(studio)
    asked = [{"Region": region, "IsDeployed": wanted} for region in regions]
    studio.ask("POST", f"{path}/deployment", json=asked)

    def shown() -> Any:
        found = studio.ask("GET", path)
        studio.note_status(found)
        return found if is_as_asked(found, regions, wanted) else None

    what, command = "the end of the deployment", "UndeployModel"
    if wanted:
        what, command = "the deployment", "DeployModel"
    studio.models[model] |= studio.wait_for(shown, what, command)


def regions_for(studio: Studio) -> list[Any]:
    """Return the ids of the regions that serve the resource: those of its geography, or all where
    that isn't known.
    """
    offered = items_of(studio.ask("GET", f"{API}/regions"), "regions")
    fitting = []
    for region in offered:
        name = str(region.get("regionname", "")).lower()
        if any(part in name for part in geographies_of(studio.region)):
            fitting.append(member(region, "id"))
    return fitting or [member(region, "id") for region in offered]


def geographies_of(location: str) -> list[str]:
    """Return the part of a region's name that stands for a location, if it is known."""
    return [part for part, locations in GEOGRAPHIES.items() if location in locations]


def is_as_asked(model: Any, regions: list[Any], wanted: bool) -> bool:
    """Return whether a model is deployed in all of the regions, or in none, and its status says so
    too.
    """
    deployed = {str(region) for region in deployed_in(model)}
    asked = {str(region) for region in regions}
    is_there = asked <= deployed if wanted else asked.isdisjoint(deployed)
    return is_there and agrees(model, wanted)


SAYS = {
    "deployed": "deployed",
    "deploying": "",
    "updatingdeployment": "",
    "undeploying": "",
    "undeployed": "undeployed",
    "deploymentfailed": "undeployed",
    "succeeded": "undeployed",
    "trained": "undeployed",
    "draft": "undeployed",
    "submitted": "undeployed",
    "trainingqueued": "undeployed",
    "dataprocessing": "undeployed",
    "running": "undeployed",
    "trainingfailed": "undeployed",
    "dataprocessingfailed": "undeployed",
}
"""What a status says of a deployment, where it is one of these texts: nothing while it changes.
`isDeployed` may be what was asked for, and not yet so.  They are those of Microsoft's swagger, as
a client of it has them, and `trained`, for which that client waits.

https://github.com/AndyCW/Azure-Custom-Translator-CLI/blob/b7cd2b21711be48c1b73df964214a91ec79034f1/CustomTranslatorCLI/SDK/Models/ModelInfo.cs
https://github.com/AndyCW/Azure-Custom-Translator-CLI/blob/b7cd2b21711be48c1b73df964214a91ec79034f1/CustomTranslatorCLI/Commands/ModelCommand.cs
"""


def agrees(model: Any, deployed: bool) -> bool:
    """Return whether the status of a model says that it is deployed, or that it isn't, or is a
    number or a text that nobody lists.
    """
    state = "deployed" if deployed else "undeployed"
    return SAYS.get(status_of(model), state) == state


def state_of(model: Any) -> str:
    """Return whether a model is `deployed` or `undeployed`; nothing where its answer doesn't say
    which.
    """
    deployed = bool(deployed_in(model))
    if not agrees(model, deployed):
        return ""
    return "deployed" if deployed else "undeployed"


def deployed_in(model: Any) -> list[Any]:
    """Return the ids of the regions in which a model is deployed, or is going to be."""
    found = []
    for status in model.get("modelregionstatuses") or ():
        if status.get("isdeployed"):
            found.append(status.get("region"))
    return found


# Translating


def translate(studio: Studio, model: str) -> None:
    """Translate a word with a model, and no other; raises `HttpResponseError`."""
    categories = categories_of(studio, model)
    for number, category in enumerate(categories, start=1):
        params = {
            "api-version": "3.0",
            "from": LANGUAGES[0],
            "to": LANGUAGES[1],
            "category": category,
            "allowFallback": "false",
        }
        try:
            studio.ask("POST", TRANSLATION, params=params, json=[{"Text": "word"}])
        except HttpResponseError:
            if number == len(categories):
                raise
        else:
            studio.categories[model] = category
            return


def categories_of(studio: Studio, model: str) -> list[str]:
    """Return the category ids that may stand for a model: the one that has translated, or else
    what its answers have; raises `NotLearned` where they have none.

    A README of Microsoft's has it in `apiDomain`, the OpenAPI file in `modelIdentifier`, and
    Microsoft's sample in `apiDomain` of the project alone.
    """
    if model in studio.categories:
        return [studio.categories[model]]
    known = studio.models[model]
    found = [known.get("apidomain"), known.get("modelidentifier")]
    if known.get("projectid"):
        found.append(category_of_project(studio, known["projectid"]))
    distinct = list(dict.fromkeys(str(category) for category in found if category))
    if not distinct:
        raise NotLearned("no answer of Custom Translator has the category id of the model")
    return distinct


def category_of_project(studio: Studio, project: Any) -> Any:
    """Return the category id that a project has; nothing where it can't be seen."""
    try:
        return studio.ask("GET", f"{API}/projects/{project}").get("apidomain")
    except HttpResponseError:
        return None
