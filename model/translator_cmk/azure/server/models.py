"""Translation models of Custom Translator."""

from collections.abc import Iterator

from ...machine import commands
from ...machine.entities import Model, Resource, Workspace
from .asked import Asked
from .calls import Call, Reply
from .fixed import FIXED
from .forms import Body
from .holdings import documents, regions_of
from .problems import malformed
from .settings import put_settings, settings_of
from .values import Values, value

REGIONS = {region["id"]: region["name"] for region in FIXED["deployment_regions"]}

DONE_BY_TRAINING = ("Name", "ProjectId", "DocumentIds", "IsTuningAuto", "IsTestingAuto")


def create_model(call: Call, account: Resource) -> Reply:
    """Create and train a model on documents of its workspace."""
    name = call.asked.required("Name")
    workspace = call.find("project", account, call.asked.required("ProjectId"))
    call.asked.honoured({"IsAutoTrain": True}, *DONE_BY_TRAINING)
    refuse_other_documents(call, workspace)
    call.submit(commands.TrainModel(name, workspace.name))
    return Reply(201)


def refuse_other_documents(call: Call, workspace: Workspace) -> None:
    """Refuse documents that the workspace does not have, and none where it has some; raises
    `Problem`.
    """
    present = documents(call, workspace).keys()
    asked = {str(identifier) for identifier in call.asked.get("DocumentIds", list, [])}
    names_none = not asked and len(present) > 0
    if names_none or not asked <= present:
        raise malformed("'DocumentIds' has to name documents of the workspace.")


# Deploying


def deploy_model(call: Call, model: Model) -> Reply:
    """Deploy a model to some of the regions, or end that.

    The model knows no regions: to it a model is deployed if it is in any of them.
    """
    deployed = set(regions_of(call, model))
    for region, is_to_be_deployed in requested_regions(call):
        if is_to_be_deployed:
            deployed.add(region)
        else:
            deployed.discard(region)
    if deployed:
        call.submit(commands.DeployModel(model.name))
    else:
        call.submit(commands.UndeployModel(model.name))
    put_settings(call, "deployed", model.name, {"regions": tuple(sorted(deployed))})
    return Reply(202)


def requested_regions(call: Call) -> Iterator[tuple[int, bool]]:
    """Yield each region that a request names, and whether the model is to be deployed there;
    raises `Problem`.
    """
    regions = call.asked.value
    if not isinstance(regions, list) or not regions:
        raise malformed("The request content has to be a list of regions.")
    for region in regions:
        asked = Asked(region)
        number = asked.required("Region", int)
        if number not in REGIONS:
            raise malformed("Each region has to be one that GET regions lists.")
        is_to_be_deployed = asked.required("IsDeployed", bool)
        asked.honoured({"Region": number, "IsDeployed": is_to_be_deployed})
        yield number, is_to_be_deployed


@value
def region_statuses(shown: Values) -> list[Body]:
    """Whether a model is deployed, for each region in which a client wants it to be."""
    deployed = regions_of(shown.call, shown.entity)
    wanted = settings_of(shown.call.world, "deployed", shown.entity.name).get("regions", ())
    return [{"region": region, "isDeployed": region in deployed} for region in wanted]


@value
def model_status(shown: Values) -> str:
    return "Deployed" if shown.entity.state == "deployed" else "Trained"


@value
def training_date(_: Values) -> str:
    """A date that says only that the training is over: the model has no time."""
    return "2025-01-28T00:00:00Z"


@value
def deployment_regions(_: Values) -> list[Body]:
    return [{"id": number, "regionName": name} for number, name in REGIONS.items()]
