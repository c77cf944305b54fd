"""Render the pages from Jinja templates over plain data."""

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..bdd.feature_records import slug
from ..escaping import plain
from ..requirements import Place, Register, Requirement
from ..words import listed
from .sourced import cell, data, sources

PAGES = Path(__file__).parent / "pages"
UP = "../"
"""Generated pages lie one folder deep: the way from one of them to docs/."""


class Page(NamedTuple):
    """A page, or a part that a hand-written page includes, before it is computed."""

    path: str
    """From docs/."""
    template: str
    values: Callable[[], Mapping[str, Any]] = dict
    """Computes the data of the template."""


CHOICES = {"yes": "yes", "no": "no", "unknown": "don't know"}
"""The answers to a question, in words."""

NOUNS = {"property": "properties"}


class Numbered:
    """Numbers for things, in the order in which they were first named: of sources on a page, for
    one.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}

    def __call__(self, thing: Any) -> int:
        """Return the number of a thing."""
        return self._numbers.setdefault(thing, len(self._numbers))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._numbers)


def environment(register: Register, **shared: Any) -> Environment:
    """Return the Jinja environment: filters that write Markdown, the shared values, and the macros
    as `m`.
    """
    found = Environment(
        loader=FileSystemLoader(PAGES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # the templates write Markdown; what others wrote goes through `escaped`
        autoescape=False,
    )
    found.globals |= {
        "register": register,
        "root": UP,
        "data": data,
        "sources": sources(),
        **shared,
    }
    by_own_name = (capital, cell, duration, foreign, escaped, listed, number, parts, places, slug)
    found.filters |= {each.__name__: each for each in by_own_name}
    found.filters |= {
        "choice": CHOICES.get,
        "commas": lambda number: f"{number:,}",
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "linked": lambda text, root=UP: linked(text, register, root),
        "lower_first": lambda text: text[:1].lower() + text[1:],
        "named": lambda name, root=UP: named(name, root) if name in register else escaped(name),
        "path": requirement_path,
        "source_date": lambda name: sources()[name].dated,
        # which never changes for a name, wherever the site is
        "urn": lambda name: uuid5(NAMESPACE_URL, name).urn,
        "titled": lambda it, root=UP: titled(register[it] if isinstance(it, str) else it, root),
    }
    found.tests |= {"contains": lambda whole, part: part in whole}
    found.globals["m"] = found.get_template("macros.md").module
    found.globals["pictures"] = found.get_template("pictures.md").module
    return found


def rendered(templates: Environment, name: str, **values: Any) -> str:
    """Return the page that a template makes of its values, with wide table columns marked and blank
    lines collapsed.
    """
    text = templates.get_template(name).render(values, notes=Numbered())
    return marked_tables(re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n")


# Tables are written as Markdown in the templates

TWO_LINES, MANY_LINES = 30, 100
"""Letters that take one or two lines of a narrow column, and five or six."""


TABLE = re.compile(
    r'(<div class="cards[^>]*>\n\n)?^(\|.*)\n(\|(?: *:?-+:? *\|)+)\n((?:\|.*\n)*)', re.MULTILINE
)
"""A table: whether each of its lines is a card on a phone, its head, the line below that, and its
other lines.
"""


def marked_tables(text: str) -> str:
    """Return Markdown in which columns of many words are marked, so a narrow window takes its room
    from the others.

    In a table of cards, each cell has its column's name, and code may wrap after a slash.
    """
    return TABLE.sub(marked_table, text)


def marked_table(found: re.Match[str]) -> str:
    """Return one table with its marks."""
    cards, head, rule, body = found.groups(default="")
    heads = cells(head)
    lines = body.splitlines()
    if cards:
        lines = [card(line, heads) for line in lines]
    most = [0] * len(heads)
    for line in lines:
        for column, written in enumerate(cells(line)):
            most[column] = max(most[column], letters(written))
    marked = [name + width(count) for name, count in zip(heads, most, strict=True)]
    body = "".join(f"{line}\n" for line in lines)
    return f"{cards}| {' | '.join(marked)} |\n{rule}\n{body}"


def card(line: str, heads: Sequence[str]) -> str:
    """Return a line of a table in which each cell has the name of its column."""
    labelled = []
    for written, name in zip(cells(line), heads, strict=True):
        labelled.append(f'{written} {{ data-label="{name}" }}')
    return re.sub(r"`([^`]+)`", code_that_wraps, f"| {' | '.join(labelled)} |")


def code_that_wraps(found: re.Match[str]) -> str:
    """Return code that may wrap after a slash."""
    return f"<code>{found[1].replace('/', '/<wbr>')}</code>"


def cells(line: str) -> list[str]:
    """Return the cells of a line of a table."""
    return [each.strip() for each in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def width(count: int) -> str:
    """Return the mark of a column whose fullest cell shows so many letters."""
    if count > MANY_LINES:
        return " { .long .prose }"
    if count > TWO_LINES:
        return " { .long }"
    return ""


def letters(cell: str) -> int:
    """Count the letters that a cell shows, roughly; in a list or between breaks, return the
    most.
    """
    shown = re.sub(r"!\[[^]]*]\([^)]*\)|]\([^)]*\)|\{[^}]*}|[\[*`]", "", cell)
    return max(len(re.sub(r"<[^>]*>", "", part)) for part in re.split(r"<li>|<br>", shown))


# Words


def escaped(text: str) -> str:
    """Return the text with everything escaped that Markdown would read as markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", str(text)).replace("\\<", "&lt;")


def foreign(text: str, longest: int = 400) -> str:
    """Return text that others wrote: nothing in it acts as markup, and every character can be
    seen.
    """
    return re.sub(r"[^\w\s]|_", lambda found: f"&#{ord(found[0])};", plain(str(text), longest))


def parts(pattern: str) -> Iterator[Mapping[str, str]]:
    """Yield the text and the slots of a sentence pattern, in order."""
    for index, part in enumerate(re.split(r"{(\w+)}", pattern)):
        # texts and slots take turns, and a text comes first
        is_slot = index % 2 == 1
        yield {"slot": part, "text": ""} if is_slot else {"slot": "", "text": part}


def capital(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def number(count: int, noun: str) -> str:
    """Return the count with its noun: `1 scenario`, `2 properties`."""
    return f"{count:,} {noun if count == 1 else NOUNS.get(noun, f'{noun}s')}"


def duration(seconds: float) -> str:
    """Return a time in words, rounded down."""
    if seconds >= 1:
        return f"{int(seconds * 10) / 10} s"
    return f"{int(seconds * 1000)} ms" if seconds >= 0.001 else "under 1 ms"


# Links


def requirement_path(name: str, root: str = UP) -> str:
    """Return the address of the requirement of this id."""
    return f"{root}specification/{name.partition('.')[0]}.md#{name}"


def titled(requirement: Requirement, root: str = UP) -> str:
    """Return the requirement's title as a link to it."""
    return f"[{requirement.title}]({requirement_path(requirement.id, root)})"


def named(name: str, root: str = UP) -> str:
    """Return the requirement's id as a link to it."""
    return f"[`{name}`]({requirement_path(name, root)})"


def linked(text: str, ids: Container[str], root: str = UP) -> str:
    """Return the text with each requirement's id as a link; an id that is a link's target leads to
    the requirement.
    """
    # in a sentence
    found = re.sub(
        r"(?<!\()\b[a-z]+\.[a-z0-9-]*[a-z0-9]",
        lambda at: named(at[0], root) if at[0] in ids else at[0],
        text,
    )
    # as the target of a link
    return re.sub(
        r"\]\(([a-z]+\.[a-z0-9-]+)\)",
        lambda at: f"]({requirement_path(at[1], root)})" if at[1] in ids else at[0],
        found,
    )


def places(found: Iterable[Place]) -> str:
    """Return sentences of the article, by heading and ordinal."""
    sections: dict[str, list[str]] = {}
    for place in found:
        sections.setdefault(place.section, []).append(str(place.sentence))
    words = (
        f"*{name}*, {'sentence' if len(of) == 1 else 'sentences'} {listed(of)}"
        for name, of in sections.items()
    )
    return "; ".join(words)
