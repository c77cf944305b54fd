"""A malformed request ends in a 4xx or a 501 with an error of Azure, and changes nothing."""

from tests.azure.malformed import malformed, sent
from tests.azure.wire import Customer


def test_a_malformed_request_is_refused_and_changes_nothing(customer: Customer) -> None:
    for each in malformed(customer, 400):
        before = customer.world
        status, body = sent(customer, each)
        assert 400 <= status < 500 or status == 501, f"{each} {status} {body}"
        assert each.method == "HEAD" or body["error"], each
        assert customer.world == before, each
