"""The reason stands in place of a page that a broken model can't fill; a mistake in the code of a
page still ends the command.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.site.conftest import a_run, content_of
from translator_cmk.explore.scopes import StartNotReached
from translator_cmk.language.sentences import read_command
from translator_cmk.machine import Refused, RowsContradict
from translator_cmk.site.pages import templates
from translator_cmk.site.render import Page
from translator_cmk.site.uncomputed import written

pytestmark = pytest.mark.xdist_group("site")

TEMPLATES = templates(content_of(a_run()))
DISABLES = read_command('the customer disables the key "cmk-2048" of "kv-prod"')
NOT_REACHED = StartNotReached("a key", DISABLES, Refused(frozenset({"keys.disable"})))
CONTRADICTION = RowsContradict("keys.disable writes enabled otherwise than another row")


def failing(error: Exception) -> Callable[[], Mapping[str, Any]]:
    """Return what computes the data of a page, and ends in an error."""

    def values() -> Mapping[str, Any]:
        raise error

    return values


@pytest.mark.parametrize("error", [NOT_REACHED, CONTRADICTION])
def test_page_of_a_broken_model_has_its_title_the_reason_in_red_and_places_for_links(
    error: Exception,
) -> None:
    found = written(TEMPLATES, Page("decide/enable.md", "enable.md", failing(error)))
    assert found.not_computed == str(error)
    assert found.text.startswith("---\ntitle: Before you enable it\n")
    assert "\n# Before you enable it\n" in found.text
    assert "\n!!! failure " in found.text
    assert "[`keys.disable`](../specification/keys.md#keys.disable)" in found.text
    assert '<span id="commands"></span>' in found.text
    assert '<span id="drill"></span>' in found.text  # of a template that it includes


def test_part_of_a_hand_written_page_is_the_reason_alone() -> None:
    found = written(TEMPLATES, Page("data/matrix.snippet", "matrix.md", failing(CONTRADICTION)))
    assert found.text.startswith("!!! failure ")
    assert "[`keys.disable`](specification/keys.md#keys.disable)" in found.text
    assert "<span" not in found.text


def test_mistake_in_the_code_of_a_page_is_raised() -> None:
    with pytest.raises(KeyError, match="a mistake"):
        written(TEMPLATES, Page("decide/enable.md", "enable.md", failing(KeyError("a mistake"))))
