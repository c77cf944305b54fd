"""Translation models of Custom Translator."""

from ...machine import commands
from ...machine.entities import Model, Resource, Workspace
from .asked import Asked
from .calls import Call, Reply
from .holdings import documents
from .problems import malformed

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


def deploy_model(call: Call, model: Model) -> Reply:
    """Deploy a model to the one region, or end that."""
    regions = call.asked.value
    is_one = isinstance(regions, list) and len(regions) == 1
    if not is_one or Asked(regions[0]).required("Region", int) != 1:
        raise malformed(
            "The request content has to be a list of the one region that GET regions lists."
        )
    is_to_be_deployed = Asked(regions[0]).required("IsDeployed", bool)
    command = commands.DeployModel if is_to_be_deployed else commands.UndeployModel
    call.submit(command(model.name))
    return Reply(202)
