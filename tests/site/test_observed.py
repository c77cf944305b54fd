"""A requirement is observed on Azure where a confirmed report about Azure itself has decided a scenario of it."""

import re
from html import unescape
from typing import Any

import pytest

from tests.conformance.verifying import MODEL, WELL, verify
from tests.site.building import a_run, content_of, implementation, page
from translator_cmk.conformance.report.page import report_html
from translator_cmk.language.declaration import OF_AZURE
from translator_cmk.site.implementations import CONFIRMED, STALE, Implementation, observed_on_azure

pytestmark = [pytest.mark.xdist_group("site"), pytest.mark.slow]

ONE = "environment.create-vault"
"""A requirement that the run below decides."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Implementation:
    """A report of two scenarios."""
    return implementation(verify(tmp_path_factory.mktemp("observed"), "--python", MODEL, *WELL).folder, "contoso")


def named(found: Implementation, product: str, standing: str = CONFIRMED) -> Implementation:
    """The same report under the name of another product."""
    envelope: dict[str, Any] = {**(found.report or {})}
    envelope["subject"] = {**envelope["subject"], "product": product, "version": "api-versions: 2025-09-01"}
    return found._replace(report=envelope, standing=standing, contact="qa@contoso.example")


def test_a_report_about_azure_itself_is_named_with_its_date_and_who_says_so(report: Implementation) -> None:
    azure = named(report, f"{OF_AZURE}AzureCloud")
    text = page(content_of(a_run())._replace(implementations=(azure,)), "specification/environment.md")
    said = [unescape(each) for each in re.findall(r"Observed on Azure\n:   (.*)", text)]
    day = (azure.report or {})["finished"][:10]
    assert set(observed_on_azure([azure])) == {ONE, "environment.new-name"}
    assert [each.partition(" [")[0] for each in said if each != "never"] == [
        f"{day}, by qa@contoso.example, as they say:"
    ] * 2
    assert "never" in said  # of what the report does not cover


@pytest.mark.parametrize(
    ("product", "standing"),
    [
        ("an emulator of Azure on this machine", CONFIRMED),
        ("AzureCloud, through a proxy or certificates of its own", CONFIRMED),
        ("model", CONFIRMED),
        (f"{OF_AZURE}AzureCloud", STALE),
    ],
)
def test_nothing_else_counts_as_azure(report: Implementation, product: str, standing: str) -> None:
    assert observed_on_azure([named(report, product, standing)]) == {}


def test_a_report_says_whether_it_was_azure(report: Implementation) -> None:
    azure, other = (named(report, name).report or {} for name in (f"{OF_AZURE}AzureCloud", "an emulator"))
    assert "Observed on Azure, as whoever ran it says." in report_html(azure)
    assert "Not observed on Azure." in report_html(other)
