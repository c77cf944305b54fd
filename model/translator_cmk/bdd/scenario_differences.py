"""How the scenarios of two suites differ, id by id, as Markdown for a changelog.

A scenario that does and claims the same under another id is renamed.  Text speaks of outlines where
it can, since whoever needs the id of each row reads JSON.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from .feature_files import pickles
from .frozen_scenarios import Digests, digests_of, load_frozen


class Differences(NamedTuple):
    """What became of scenario ids."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    renamed: Mapping[str, str]
    """The id that there is now, by the one that there was."""
    changed: tuple[str, ...]
    """Ids of scenarios that do or claim something else now."""


def differences(before: Digests, after: Digests) -> Differences:
    """Return how two suites differ."""
    only_before = [name for name in before if name not in after]
    only_after = [name for name in after if name not in before]
    renamed: dict[str, str] = {}
    for name in only_before:
        taken = set(renamed.values())
        same = [each for each in only_after if after[each] == before[name] and each not in taken]
        if same:
            # of several that do the same, the id that looks most like it
            [renamed[name]] = get_close_matches(name, same, n=1, cutoff=0)
    return Differences(
        new=tuple(name for name in only_after if name not in renamed.values()),
        gone=tuple(name for name in only_before if name not in renamed),
        renamed=renamed,
        changed=tuple(name for name in before if name in after and after[name] != before[name]),
    )


def current_id(name: str) -> str | None:
    """Return the id that a scenario of a release has now; None if it was never renamed."""
    current = digests_of(pickles())
    for released in reversed(list(load_frozen().values())):
        renamed = differences(released, current).renamed
        if name in renamed:
            return renamed[name]
    return None


def outline_of(name: str) -> str:
    """Return the id of a scenario without its row: what all rows of an outline share."""
    requirement, title, *_ = name.split("/")
    return f"{requirement}/{title}"


# As text


def format_differences(before: Digests, after: Digests) -> Iterator[str]:
    """Yield the differences as lines of Markdown; nothing where there are none."""
    found = differences(before, after)
    sections = (
        ("New", lines_of(found.new, after)),
        ("Gone", lines_of(found.gone, before)),
        ("Changed in what they do or claim", lines_of(found.changed, after)),
    )
    for heading, lines in sections:
        if lines:
            yield from (f"{heading}:", "", *lines, "")
    if found.renamed:
        yield from (
            "| scenario | became |",
            "|---|---|",
            *renamed_lines(found.renamed),
        )


def lines_for_gone_ids(before: Digests, after: Digests) -> list[str]:
    """Return the lines about ids that there are no more: those of gone and of renamed scenarios."""
    found = differences(before, after)
    return [*lines_of(found.gone, before), *renamed_lines(found.renamed)]


def lines_of(names: Iterable[str], every: Digests) -> list[str]:
    """Return a line for each id, or for an outline of which all rows are among the ids."""
    return [f"- `{name}`" for name in whole_outlines(names, every)]


def renamed_lines(renamed: Mapping[str, str]) -> list[str]:
    """Return a line for each outline that has rows under other ids now, or scenario that has."""
    became: dict[str, dict[str, None]] = {}
    for was, now in renamed.items():
        became.setdefault(outline_of(was), {})[outline_of(now)] = None
    lines: list[str] = []
    for was, names in became.items():
        in_code = [f"`{name}`" for name in names]
        lines.append(f"| `{was}` | {', '.join(in_code)} |")
    return lines


def whole_outlines(names: Iterable[str], every: Digests) -> list[str]:
    """Return the ids, with an outline in place of its rows if all of them are among the ids."""
    rows_by_outline: dict[str, set[str]] = {}
    for name in every:
        rows_by_outline.setdefault(outline_of(name), set()).add(name)
    chosen = set(names)
    shown: dict[str, None] = {}
    for name in names:
        outline = outline_of(name)
        shown[outline if rows_by_outline[outline] <= chosen else name] = None
    return list(shown)
