"""Reads what a run is billed by from Microsoft's public list of prices.

Prices change, differ by region and currency, and are Microsoft's: none is written down here.  Where
the list can't be read, a plan says so.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

from ...escaping import plain
from .target import PLANS

LIST: str = PLANS["prices"]["list"]
PAGE: str = PLANS["prices"]["page"]

LONGEST = 10.0
"""Seconds after which the list can't be read."""

MOST = 12
"""How many meters are shown."""


class Price(NamedTuple):
    """What Microsoft's list says of a meter."""

    meter: str
    price: str
    unit: str
    since: str


class NoPrice(Exception):
    """Raised if the list can't be read; its text says why."""


def prices_in(region: str) -> list[Price]:
    """Return the prices of Translator in a region; raises `NoPrice`."""
    wanted = f"contains(productName, 'Translator') and armRegionName eq '{region}'"
    url = f"{LIST}?{urlencode({'$filter': wanted})}"
    try:
        with urlopen(url, timeout=LONGEST) as answer:
            items = json.load(answer)["Items"]
        found = [to_price(item) for item in items if item["type"] == "Consumption"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NoPrice(type(error).__name__) from None
    if not found:
        raise NoPrice(f"it has none for {region}")
    return sorted(set(found))


def to_price(item: Any) -> Price:
    """Return an item of the list as a price; raises `LookupError` and `TypeError`."""
    amount = f"{item['retailPrice']} {item['currencyCode']}"
    return Price(
        meter=plain(f"{item['productName']}, {item['meterName']}"),
        price=plain(amount),
        unit=plain(str(item["unitOfMeasure"])),
        since=plain(str(item["effectiveStartDate"])[:10]),
    )


def format_prices(region: str) -> Iterator[str]:
    """Yield the prices in a region as lines, or why there are none."""
    try:
        prices = prices_in(region)
    except NoPrice as problem:
        yield f"no price could be read from {LIST} ({problem}); see {PAGE}"
        return
    yield from format_meters(prices)
    yield f"read just now from {LIST}, for {region}; yours may differ"


def format_meters(prices: Sequence[Price]) -> Iterator[str]:
    """Yield a line for each of the first prices, and how many more there are."""
    for price in prices[:MOST]:
        yield f"{price.meter}: {price.price} for {price.unit}, since {price.since}"
    if len(prices) > MOST:
        yield f"and {len(prices) - MOST} more meters"
