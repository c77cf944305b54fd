"""Custom Translator's requests for the commands on workspaces and what they hold."""

from ...machine import commands
from .deployments import deploy, translate, undeploy
from .estate import Estate
from .trainings import train
from .uploads import upload


def create_workspace(estate: Estate, command: commands.CreateWorkspace) -> None:
    studio = estate.studio(command.resource)
    studio.create_workspace(command.workspace)


def upload_document(estate: Estate, command: commands.UploadDocument) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    upload(studio, command.document, command.workspace)


def read_data(estate: Estate, command: commands.ReadData) -> None:
    """Read a document; where there is none, their empty list shows that data can be read."""
    studio = estate.studio_with_workspace(command.workspace)
    documents = studio.documents(command.workspace)
    if documents:
        studio.read(next(iter(documents.values())))


def train_model(estate: Estate, command: commands.TrainModel) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    train(studio, command.model, command.workspace)


def deploy_model(estate: Estate, command: commands.DeployModel) -> None:
    deploy(estate.studio_with_model(command.model), command.model)


def undeploy_model(estate: Estate, command: commands.UndeployModel) -> None:
    undeploy(estate.studio_with_model(command.model), command.model)


def translate_with_model(estate: Estate, command: commands.TranslateWithModel) -> None:
    translate(estate.studio_with_model(command.model), command.model)
