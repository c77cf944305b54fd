"""What one world has in Azure, as far as the adapter has made or seen it."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError

from ...machine import Command, Stage
from ...system import Unsupported
from .clients import Clients
from .refusals import refusal_of
from .studio import Studio
from .target import PREFIX, Target, as_written

NOBODY = str(uuid.UUID(int=0))
"""The id of a tenant, a subscription or an identity that there is not."""

Place = tuple[str, str]
"""A subscription of the stage, and a resource group in it."""


class Estate(Clients):
    """The clients of one world, and what it has."""

    def __init__(self, target: Target, connections: Any, stage: Stage) -> None:
        own_tenant = None if target.subscriptions else str(uuid.uuid4())
        super().__init__(target.cloud, connections, own_tenant)
        self.target = target
        self.stage = stage
        self.subscriptions = dict(target.subscriptions)
        self.tenant_ids: dict[str, str] = {}  # by the name in the stage
        self.accepted: set[Command] = set()  # the commands that Azure has accepted
        self.accounts: dict[str, Any] = {}  # those that were seen last
        self.groups: dict[Place, None] = {}  # those that may hold something of this world
        self.places: dict[str, Place] = {}  # where a vault or a resource was seen last
        self.principals: dict[str, str] = {}  # the last one of each resource
        self.vault_fields: dict[str, dict[str, Any]] = {}  # what was seen of it while active
        self.key_fields: dict[str, dict[str, Any]] = {}  # likewise
        self.versions: dict[str, str] = {}  # the current one of each key
        self.material: dict[str, tuple[str, int]] = {}  # type and size of each version
        self.studios: dict[str, Studio] = {}  # by resource
        self.find_subscriptions()

    # Subscriptions and tenants

    def find_subscriptions(self) -> None:
        """Find the subscriptions and their tenants: by the ids that were given, or else by display
        names.
        """
        for found in self.of("tenants").list():
            tenant = str(found.tenant_id)
            # whoever signs in may be but a guest of a tenant
            with suppress(ClientAuthenticationError):
                for subscription in self.of("subscriptions", tenant=tenant).list():
                    self._keep_subscription(subscription, tenant)

    def _keep_subscription(self, subscription: Any, tenant: str) -> None:
        """Keep a subscription and its tenant, if the stage has one of its name."""
        guid = str(subscription.subscription_id)
        name = str(subscription.display_name)
        if self.target.subscriptions:
            # where ids are given, they decide, and not the names in Azure
            given = self.target.subscriptions.items()
            name = next((each for each, its_id in given if its_id.lower() == guid.lower()), "")
        if name in self.stage.subscriptions:
            self.subscriptions[name] = guid
            self.tenants[guid] = tenant
            # the first one stays: this runs again after a move, which leads into another tenant
            self.tenant_ids.setdefault(self.stage.subscriptions[name], tenant)

    def id_of(self, subscription: str) -> str:
        return self.subscriptions.get(subscription, NOBODY)

    def tenant_of(self, subscription: str) -> str:
        return self.tenants.get(self.id_of(subscription), NOBODY)

    # Places

    def region(self, location: str) -> str:
        """Return the name in the stage of a region of Azure."""
        found = as_written(location)
        for name, region in self.target.regions.items():
            if as_written(region) == found:
                return name
        return found

    def place(self, name: str) -> Place:
        """Return the subscription and the group of a vault or a resource; of an unknown one, where
        it is not.
        """
        any_subscription = next(iter(self.stage.subscriptions))
        return self.places.get(name, (any_subscription, f"{PREFIX}-none"))

    def group(self, subscription: str, name: str) -> str:
        """Return the resource group of Azure for one of this world; it is made unless it is
        there.
        """
        group = f"{PREFIX}-{name}"
        if (subscription, group) not in self.groups:
            made = {"location": self.target.location(self.stage.regions[0])}
            self.all("resource_groups", subscription).create_or_update(group, made)
            self.groups[subscription, group] = None
        return group

    # Operations

    def all(self, kind: str, subscription: str) -> Any:
        """Return the operations on all of a kind in a subscription."""
        return self.of(kind, self.id_of(subscription))

    def ask(self, kind: str, name: str, operation: str, *arguments: Any) -> Any:
        """Carry out an operation on one account or key vault."""
        subscription, group = self.place(name)
        operations = self.all(kind, subscription)
        return getattr(operations, operation)(group, name, *arguments)

    def in_groups(self, kind: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """Yield all of a kind in the resource groups of this world: name, body, and the fields that
        say where it is.
        """
        for subscription, group in self.groups:
            where = {"subscription": subscription, "group": group.removeprefix(f"{PREFIX}-")}
            for found in self._in_group(kind, subscription, group):
                name = str(found.name)
                self.places[name] = (subscription, group)
                yield name, found, where

    def _in_group(self, kind: str, subscription: str, group: str) -> list[Any]:
        """Return all of a kind in a group; nothing where Azure says that the group is gone."""
        try:
            return list(self.all(kind, subscription).list_by_resource_group(group))
        except ResourceNotFoundError as error:
            # another cause of a 404, such as a proxy, says nothing of the group
            refusal_of(error)
            return []

    # Custom Translator

    def studio(self, resource: str) -> Studio:
        """Return Custom Translator for a resource; raises `HttpResponseError`."""
        if resource not in self.studios:
            subscription, group = self.place(resource)
            accounts = self.all("accounts", subscription)
            account = accounts.get(group, resource)
            key = str(accounts.list_keys(group, resource).key1)
            endpoint = self._endpoint_of(account)
            location = str(account.location)
            self.studios[resource] = Studio(self, resource, endpoint, key, location)
        return self.studios[resource]

    def _endpoint_of(self, account: Any) -> str:
        """Return the URL at which Custom Translator answers for an account.

        It is not `properties.endpoint`, which is the global one for Translator.
        https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/translation/test-resources.bicep
        """
        properties = account.properties
        # an emulator that doesn't say how the hosts of accounts are named
        if not self.cloud.account_suffix:
            return str(properties.endpoint)
        subdomain = properties.custom_sub_domain_name or account.name
        return f"https://{subdomain}.{self.cloud.account_suffix}"

    def studio_with_workspace(self, workspace: str) -> Studio:
        """Return Custom Translator with a workspace of this world; raises `Unsupported`."""
        for studio in self.studios.values():
            if workspace in studio.ids:
                return studio
        raise Unsupported(NUMBERED)

    def studio_with_model(self, model: str) -> Studio:
        """Return Custom Translator with a model of this world; raises `Unsupported`."""
        for studio in self.studios.values():
            if model in studio.models:
                return studio
        raise Unsupported(NUMBERED)


NUMBERED = "Custom Translator knows workspaces and models by number, and this has none"


def word(value: Any) -> str:
    """Return a value of Microsoft's enumerations as text."""
    return str(getattr(value, "value", value))
