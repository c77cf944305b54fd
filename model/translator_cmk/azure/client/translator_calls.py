"""Custom Translator's requests for the commands on workspaces and what they hold."""

from ...machine import commands
from .estate import Estate


def create_workspace(estate: Estate, command: commands.CreateWorkspace) -> None:
    estate.studio(command.resource).create_workspace(command.workspace)


def upload_document(estate: Estate, command: commands.UploadDocument) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    studio.upload(command.document, command.workspace)


def read_data(estate: Estate, command: commands.ReadData) -> None:
    estate.studio_with_workspace(command.workspace).documents(command.workspace)


def train_model(estate: Estate, command: commands.TrainModel) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    studio.train(command.model, command.workspace)


def deploy_model(estate: Estate, command: commands.DeployModel) -> None:
    estate.studio_with_model(command.model).deploy(command.model)


def undeploy_model(estate: Estate, command: commands.UndeployModel) -> None:
    estate.studio_with_model(command.model).undeploy(command.model)


def translate_with_model(estate: Estate, command: commands.TranslateWithModel) -> None:
    estate.studio_with_model(command.model).translate(command.model)
