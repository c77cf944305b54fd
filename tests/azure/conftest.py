"""One server for all tests of Azure's interfaces; a test logs in to a tenant of its own, which is a
world.
"""

from collections.abc import Iterator

import pytest

from tests.azure.client.verifying_azure import credentials
from tests.azure.server.wire import Customer, Wire
from translator_cmk.azure.server.listening import AzureServer, azure_server


@pytest.fixture(scope="session")
def served() -> Iterator[AzureServer]:
    """The server, in this process."""
    with azure_server() as server:
        yield server


@pytest.fixture
def server(served: AzureServer, monkeypatch: pytest.MonkeyPatch) -> AzureServer:
    """The server, with the environment in which clients reach it."""
    monkeypatch.setenv("HTTPS_PROXY", served.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.authority_file))
    return served


@pytest.fixture
def signed_in(served: AzureServer, monkeypatch: pytest.MonkeyPatch) -> AzureServer:
    """The server, with the environment in which clients reach it and sign in."""
    for name, value in credentials(served).items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture
def wire(served: AzureServer) -> Iterator[Wire]:
    """A client that sends bytes."""
    client = Wire(served)
    yield client
    client.close()


@pytest.fixture
def customer(wire: Wire) -> Customer:
    """A customer of a new tenant."""
    return Customer(wire)
