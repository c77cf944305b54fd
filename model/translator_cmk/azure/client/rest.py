"""Requests that no SDK has."""

from typing import Any

from azure.core import PipelineClient
from azure.core.exceptions import DecodeError
from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest


def rest(connections: RequestsTransport, signed: Any, method: str, url: str, **content: Any) -> Any:
    """Send a request; return the body of the answer, None if empty; raises `HttpResponseError`,
    also where the body is no JSON, or is nothing that a GET could be answered with.

    ``signed``: the policy that adds the credential.
    """
    policies = [UserAgentPolicy(), RetryPolicy(), signed]
    client: PipelineClient[HttpRequest, Any] = PipelineClient(
        "", policies=policies, transport=connections
    )
    response = client.send_request(HttpRequest(method, url, **content))
    response.raise_for_status()
    body = body_of(response)
    if method == "GET" and not isinstance(body, dict | list):
        raise DecodeError("the body is neither an object nor a list", response=response)
    return body


def body_of(response: Any) -> Any:
    """Return the body of an answer, None if empty; raises `DecodeError` where it is no JSON, such
    as the page of a proxy.
    """
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise DecodeError("the body is no JSON", response=response) from None
