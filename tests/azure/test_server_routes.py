"""Each route answers a request that is right, as Azure documents it."""

from tests.azure.corpus import EXAMPLES, played
from tests.azure.wire import Customer
from translator_cmk.azure.routes import ROUTES, apis_at, find


def test_each_route_has_an_example_that_is_answered_as_it_says(customer: Customer) -> None:
    reached = set()
    for example, answer in played(customer):
        assert answer.status == example.status, f"{example} {answer}"
        apis, _ = apis_at(example.host)
        found = find(apis, example.method, example.path.partition("?")[0], {})
        assert found
        reached.add(found[0])
    assert {route for route in set(ROUTES) - reached if route.api not in ("login", "metadata")} == set()
    assert len(EXAMPLES) > len(reached)
