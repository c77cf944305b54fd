"""Custom Translator's requests for the commands on workspaces and what they hold."""

from ...machine import commands
from .deployments import deploy, translate, undeploy
from .estate import Estate
from .redaction import without_secrets
from .refusals import NotLearned
from .trainings import train
from .uploads import upload


def create_workspace(estate: Estate, command: commands.CreateWorkspace) -> None:
    studio = estate.studio(command.resource)
    estate.note_workspace(command.workspace, command.resource)
    studio.create_workspace(command.workspace)


def upload_document(estate: Estate, command: commands.UploadDocument) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    upload(studio, command.document, command.workspace)


def read_data(estate: Estate, command: commands.ReadData) -> None:
    """Read a document; on this machine an empty list will do, since our server means that by it."""
    studio = estate.studio_with_workspace(command.workspace)
    documents = studio.documents(command.workspace)
    if documents:
        studio.read(next(iter(documents.values())))
    elif not estate.local:
        raise NotLearned("the workspace has no document whose content could be read")


def train_model(estate: Estate, command: commands.TrainModel) -> None:
    studio = estate.studio_with_workspace(command.workspace)
    trained_with = train(studio, command.model, command.workspace)
    code = without_secrets(str(studio.models[command.model].get("errorcode")))
    estate.remarks.append(f"trained with {trained_with}, error code {code}")
    estate.remarks.append(studio.statuses_in_words())


def deploy_model(estate: Estate, command: commands.DeployModel) -> None:
    studio = estate.studio_with_model(command.model)
    deploy(studio, command.model)
    estate.remarks.append(studio.statuses_in_words())


def undeploy_model(estate: Estate, command: commands.UndeployModel) -> None:
    studio = estate.studio_with_model(command.model)
    undeploy(studio, command.model)
    estate.remarks.append(studio.statuses_in_words())


def translate_with_model(estate: Estate, command: commands.TranslateWithModel) -> None:
    translate(estate.studio_with_model(command.model), command.model)
