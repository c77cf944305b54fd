"""What stands in place of a page that can't be computed, since a row of the model is wrong: the
reason, in red.

A page asks the model while it is rendered.  Only the errors by which the model says that its rows
are wrong are caught here, so a mistake in the code of a page still ends the command.
"""

import re
from typing import NamedTuple

from jinja2 import Environment

from ..explore.scopes import StartNotReached
from ..machine import RowDefect
from ..strict_yaml import parse_yaml
from .render import PAGES, UP, Page, rendered

FRONT_MATTER = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
PLACE = re.compile(r"\{ #([a-z-]+) \}|\bid=\"([a-z-]+)\"")
"""A place on a page, to which links of other pages may lead."""
INCLUDE = re.compile(r"\{% include \"([a-z-]+\.md)\" %\}")


WRONG_ROWS = (RowDefect, StartNotReached)
"""The errors by which the model says that its rows are wrong."""


class Written(NamedTuple):
    """The text of a page, and the reason if that is not the page itself."""

    path: str
    text: str
    not_computed: str = ""


def written(templates: Environment, page: Page) -> Written:
    """Return a page, or what stands in its place."""
    try:
        text = rendered(templates, page.template, **page.values())
    except WRONG_ROWS as error:
        reason = str(error)
        return Written(page.path, in_its_place(templates, page, reason), reason)
    return Written(page.path, text)


def in_its_place(templates: Environment, page: Page, reason: str) -> str:
    """Return a page with the head and the places of another, and the reason why that is missing.

    A part that hand-written pages include has no head, and only the reason stands in its place.
    """
    source = source_of(page.template)
    head = FRONT_MATTER.match(source)
    places = [found[1] or found[2] for found in PLACE.finditer(source)]
    return rendered(
        templates,
        "uncomputed.md",
        head=head[0] if head else "",
        described=parse_yaml(head[1], page.template).value() if head else {},
        places=places if head else (),
        reason=reason,
        root=UP if head else "",
    )


def source_of(template: str) -> str:
    """Return the source of a template, with those of the templates that it includes after it."""
    source = (PAGES / template).read_text("utf-8")
    included = [source_of(name) for name in INCLUDE.findall(source)]
    return "".join([source, *included])
