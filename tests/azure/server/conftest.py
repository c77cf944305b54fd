"""Customers of the server who have something already."""

import pytest

from tests.azure.server.corpus import played
from tests.azure.server.wire import Customer


@pytest.fixture
def at_work(customer: Customer) -> Customer:
    """A customer with an account that has an identity, and two key vaults, one of which grants
    access to it.
    """
    assert len(list(played(customer, 29))) == 29
    return customer
