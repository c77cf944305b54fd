"""Pieces of Markdown that the generated pages are put together from."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from ..requirements import Place, Requirement, Statement
from .badges import HEIGHT, Badge

PAGES = Path(__file__).parent / "pages"
UP = "../"
"""Generated pages lie one folder deep; what is said of `root` below is the way from a page to docs/."""

BASES = {
    "stated": "the article says it",
    "implied": "it follows from what the article says",
    "assumed": "the article is silent, and this is our choice",
    "environment": "the article takes it for granted; the source is another document",
}


def page(title: str, description: str, *blocks: str) -> str:
    """A page: front matter, the title as its heading, and blocks of Markdown, those that are empty left out."""
    front = f"---\ntitle: {quoted(title)}\ndescription: {quoted(description)}\n---"
    return "\n\n".join([front, f"# {title}", *(block for block in blocks if block)]) + "\n"


def filled(name: str, **pieces: str) -> str:
    """The page of this name in the folder `pages`, with the pieces in the places that it has for them."""
    return Template((PAGES / f"{name}.md").read_text("utf-8")).substitute(pieces)


def quoted(text: str) -> str:
    """The text as a YAML string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def plain(text: str) -> str:
    """The text with nothing in it that Markdown would take for markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text).replace("\\<", "&lt;")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown, and a bar in one has to be escaped.

    Columns of many words are marked, so that a narrow window takes its room from the others first.
    """
    lines = list(rows)
    most = [max(map(letters, column)) for column in zip(*lines, strict=True)] or [0] * len(header)
    heads = [name + width(count) for name, count in zip(header, most, strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(header), *lines])


LONG, PROSE = 30, 100
"""Letters that stand on a line or two of a narrow column, and on five or six."""


def width(count: int) -> str:
    """The mark of a column whose fullest cell shows so many letters."""
    return " { .long .prose }" if count > PROSE else " { .long }" if count > LONG else ""


def letters(cell: str) -> int:
    """How many letters a cell shows, about; in a list or between breaks, the most."""
    shown = re.sub(r"!\[[^]]*]\([^)]*\)|]\([^)]*\)|\{[^}]*}|[\[*`]", "", cell)
    return max(len(re.sub(r"<[^>]*>", "", part)) for part in re.split(r"<li>|<br>", shown))


def filterable(found: str, count: int, choices: Mapping[str, Iterable[str]], classes: str = "") -> str:
    """A table of so many lines that a script narrows by words and by the values of some columns."""
    labels = "".join(
        f'<label>{name}<select name="{name.lower()}"><option value="">all</option>'
        + "".join(f"<option>{escape(value)}</option>" for value in dict.fromkeys(values))
        + "</select></label>"
        for name, values in choices.items()
    )
    form = (
        f'<form class="filters" role="search" aria-label="Narrow the table">{labels}'
        '<label>Words or @tag<input type="search" name="words"></label></form>\n'
        f'<p class="count" role="status">{count} of {count} shown</p>\n'
        "<script>location.search && document.currentScript.parentElement.classList.add('narrowing')</script>"
    )
    return f'<div class="{f"filterable {classes}".strip()}" markdown="1">\n\n{form}\n\n{found}\n\n</div>'


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of terms with what they are, those with nothing to say left out."""
    return "\n\n".join(f"{term}\n:   {text}" for term, text in pairs if text)


def fenced(language: str, code: str, *options: str) -> str:
    """A block of code, coloured as its language; the options are classes (`.scenario`) and the like."""
    return f"``` {{ {' '.join([f'.{language}', *options])} }}\n{code}\n```"


def in_cell(tag: str, items: Iterable[str]) -> str:
    """A list (`ul` or `ol`) as the content of a table's cell; nothing where it is empty."""
    told = "".join(f"<li>{item}</li>" for item in items)
    return f"<{tag}>{told}</{tag}>" if told else ""


def indented(text: str) -> str:
    """The text as the content of a block such as a note."""
    return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))


def basis(requirement: Requirement) -> str:
    """The word of the basis, marked so that it can be told apart at a glance."""
    return mark(requirement.basis)


def mark(word: str) -> str:
    """A basis, marked."""
    return f"*{word}*{{ .basis .basis-{word} }}"


def requirement_path(name: str, root: str = UP) -> str:
    """Where the requirement of this id is on the site."""
    return f"{root}specification/{name.partition('.')[0]}.md#{name}"


def titled(requirement: Requirement, root: str = UP) -> str:
    """The requirement's title as a link to it."""
    return f"[{requirement.title}]({requirement_path(requirement.id, root)})"


def named(name: str, root: str = UP) -> str:
    """The requirement's id as a link to it."""
    return f"[`{name}`]({requirement_path(name, root)})"


def linked(text: str, ids: Container[str]) -> str:
    """The text with every requirement's id in it as a link; an id that is a link's target leads to the requirement."""
    told = re.sub(
        r"(?<!\()\b[a-z]+\.[a-z0-9-]*[a-z0-9]", lambda found: named(found[0]) if found[0] in ids else found[0], text
    )
    return re.sub(
        r"\]\(([a-z]+\.[a-z0-9-]+)\)",
        lambda found: f"]({requirement_path(found[1])})" if found[1] in ids else found[0],
        told,
    )


def breakable(text: str) -> str:
    """The text with names of Azure operations in it that may break after a slash, so that they fit into a column."""
    return re.sub(r"`([\w.]+/[\w./]+)`", lambda found: f"<code>{found[1].replace('/', '/<wbr>')}</code>", text)


def twin(name: str, root: str = UP) -> str:
    """The paragraph that leads from a table to the file of it for other programs."""
    return f"For other programs: [{name}.json]({root}data/{name}.json) and [its schema]({root}data/{name}.schema.json)."


def measured_twin(name: str, root: str = UP) -> str:
    """The paragraph that leads to a measurement and its schema."""
    file, schema = f"{root}measurements/{name}.json", f"{root}data/{name}.schema.json"
    return f"The same as data: [{name}.json]({file}) and [its schema]({schema})."


def statement_link(name: str) -> str:
    """The statement's id as a link to its line of the traceability matrix."""
    return f"[{name}]({UP}evidence/traceability.md#{name.lower()})"


def places(found: Iterable[Place]) -> str:
    """Sentences of the article, by heading and ordinal."""
    sections: dict[str, list[str]] = {}
    for place in found:
        sections.setdefault(place.section, []).append(str(place.sentence))
    told = (f"*{name}*, {'sentence' if len(of) == 1 else 'sentences'} {listed(of)}" for name, of in sections.items())
    return "; ".join(told)


def ordinals(statement: Statement, section: str) -> str:
    """The sentences of one section that carry a statement."""
    return listed([str(place.sentence) for place in statement.places if place.section == section])


def listed(words: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {conjunction} ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def image(badge: Badge, path: str, root: str = UP) -> str:
    """The picture of a badge that lies in docs/badges/."""
    size = f"width={sum(badge.widths)} height={HEIGHT}"
    return f"![{plain(badge.spoken)}]({root}badges/{path}.svg){{ .badge {size} }}"


def duration(seconds: float) -> str:
    """How long something took, rounded down."""
    if seconds >= 1:
        return f"{int(seconds * 10) / 10} s"
    return f"{int(seconds * 1000)} ms" if seconds >= 0.001 else "under 1 ms"


def moment(time: str) -> str:
    """An ISO 8601 time in UTC, to the minute."""
    return f'<time datetime="{time}">{time[:10]} {time[11:16]} UTC</time>'
