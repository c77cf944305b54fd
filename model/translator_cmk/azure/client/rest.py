"""Requests that no SDK has."""

from typing import Any

from azure.core import PipelineClient
from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest


def rest(
    connections: RequestsTransport,
    signed: Any,
    method: str,
    url: str,
    *,
    is_resent: bool = True,
    **content: Any,
) -> Any:
    """Send a request; return the body of the answer, None if empty; raises `HttpResponseError`.

    ``signed``: the policy that adds the credential.  ``is_resent``: whether it is sent again after
    a passing error, which would create a second one of what was created nevertheless.
    """
    retries = RetryPolicy() if is_resent else RetryPolicy.no_retries()
    policies = [UserAgentPolicy(), retries, signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient(
        "", policies=policies, transport=connections
    )
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    if not response.content:
        return None
    return response.json()
