"""Requests of Azure Resource Manager, and the paths that they have."""

from typing import Any

from tests.azure.server.corpus import MANAGER, versioned
from tests.azure.server.wire import Answer, Customer

S = "/subscriptions/{subscription}"
G = f"{S}/resourceGroups/apps"
A = f"{G}/providers/Microsoft.CognitiveServices/accounts"
V = f"{G}/providers/Microsoft.KeyVault/vaults"


def ask(customer: Customer, method: str, path: str, body: Any = None) -> Answer:
    """Return the answer of Azure Resource Manager."""
    path = path.format(subscription=customer.subscription)
    if "api-version" not in path:
        path = versioned(path)
    return customer.ask(method, MANAGER, path, body)


def problem(answer: Answer) -> tuple[int, str]:
    """Return the status and the error code of a refusal."""
    return answer.status, answer.body["error"]["code"]
