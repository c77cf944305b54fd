"""Workspaces of Custom Translator, each with its project."""

from ...machine import commands
from ...machine.entities import Resource, Workspace
from .calls import Call, Reply
from .holdings import forget_workspaces
from .problems import malformed, outside

NAME = "Name"
KEY = "Subscription.SubscriptionKey"
BILLING_REGION = "Subscription.BillingRegionCode"

TEXTS = ("Name", "Label", "Description", "CategoryDescriptor")
"""The members of a project that are kept."""


def create_workspace(call: Call, account: Resource) -> Reply:
    name = call.asked.required(NAME)
    key = call.asked.required(KEY)
    call.asked.required(BILLING_REGION)
    if key not in call.world.account_keys(account.name).values():
        raise malformed(
            "'Subscription.SubscriptionKey' is not a key of the account that is addressed."
        )
    region = {"Subscription": {"BillingRegionCode": account.location.name}}
    call.asked.honoured(region, NAME, KEY)
    call.submit(commands.CreateWorkspace(name, account.name))
    return Reply(201)


def delete_workspace(call: Call, workspace: Workspace) -> Reply:
    """Delete a workspace with what it holds, for which the specification has no command."""
    forget_workspaces(call, [workspace])
    return Reply(204)


def create_project(call: Call, workspace: Workspace) -> Reply:
    call.asked.required("Name")
    call.asked.required("LanguagePairId", int)
    call.asked.required("CategoryId", int)
    if workspace.name in call.world.projects:
        raise outside("a second project of a workspace")
    call.asked.honoured({"LanguagePairId": 1, "CategoryId": 1}, *TEXTS)
    project = {name: call.asked.get(name, str, "") for name in TEXTS}
    projects = {**call.world.projects, workspace.name: project}
    call.world = call.world._replace(projects=projects)
    return Reply(201)
