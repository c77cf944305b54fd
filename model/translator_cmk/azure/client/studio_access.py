"""Finds Custom Translator for a resource: at which host, and with which key."""

from typing import Any

from .clients import Clients
from .studio import Studio


def studio_of(
    clients: Clients, subscription: str, group: str, resource: str, training: str = ""
) -> Studio:
    """Return Custom Translator for a resource; raises `HttpResponseError`."""
    accounts = clients.of("accounts", subscription)
    account = accounts.get(group, resource)
    key = str(accounts.list_keys(group, resource).key1)
    endpoint = endpoint_of(clients, account)
    return Studio(clients, resource, endpoint, key, str(account.location), training)


def endpoint_of(clients: Clients, account: Any) -> str:
    """Return the URL at which Custom Translator answers for an account.

    It is not `properties.endpoint`, which is the global one for Translator.
    https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/translation/test-resources.bicep
    """
    properties = account.properties
    if not clients.cloud.account_suffix:
        return str(properties.endpoint)
    subdomain = properties.custom_sub_domain_name or account.name
    return f"https://{subdomain}.{clients.cloud.account_suffix}"
