"""Customers of the server who have something already."""

import pytest

from tests.azure.server.asking import Translating, begin, translate_under_cmk
from tests.azure.server.wire import Customer


@pytest.fixture
def at_work(customer: Customer) -> Customer:
    """A customer with two accounts, of which tr1 has an identity, and a key vault that lets it
    in.
    """
    begin(customer)
    return customer


@pytest.fixture
def translating(at_work: Customer) -> Translating:
    """What the customer at work has in Custom Translator, under customer-managed keys."""
    return translate_under_cmk(at_work)
