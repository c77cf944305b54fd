"""The commands `source check` and `source fingerprint`, and the text that they print."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..errors import DEVIATIONS, OK
from ..escaping import visible
from .article import Article, Place, article_to_yaml, load_article
from .copies import article_of_copy, read_copy
from .drift import Drift, Finding, compare
from .loading import load_register
from .register import Register
from .revision_option import add_revision_option

STATUSES = ("unchanged", "moved", "reworded", "gone", "new")


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source check`."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="your copy of the article, as Markdown in UTF-8"
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--against",
        metavar="YAML",
        type=Path,
        help="the output of 'source fingerprint' for another copy (default: the known revision "
        "that is most like yours)",
    )
    add_revision_option(
        other.add_argument, "compare with the revision of this date, such as 2025-11-18"
    )


def check(args: argparse.Namespace) -> int:
    """Compare a copy of the article with a known revision, or with the fingerprints of another
    copy."""
    register = load_register(revision=args.revision)
    copy = read_copy(args.file)
    if args.against:
        articles = [load_article(args.against)]
    elif args.revision:
        articles = [register.article]
    else:
        articles = [revision.article for revision in register.revisions.values()]
    article, drift = most_alike(articles, copy, args.file)
    print(format_drift(drift, article, register, args.file))
    return DEVIATIONS if drift.differs else OK


def most_alike(articles: Iterable[Article], copy: str, file: object) -> tuple[Article, Drift]:
    """Return the article from which a copy differs least, the first of several, and its drift;
    raises `NotTheArticle`."""
    compared = [(article, compare(article, copy, file)) for article in articles]
    return min(compared, key=lambda pair: pair[1].count)


def fingerprint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source fingerprint`."""
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="a copy of the article, as Markdown in UTF-8"
    )


def fingerprint(args: argparse.Namespace) -> int:
    """Print the places of a copy of the article as YAML; sentences that are known keep what they
    carry."""
    known = [revision.article for revision in load_register().revisions.values()]
    article = article_of_copy(read_copy(args.file), *known)
    print(article_to_yaml(article), end="")
    return OK


def format_drift(drift: Drift, article: Article, register: Register, file: object) -> str:
    """Return a comparison to read: what differs and where, the requirements it touches, a count,
    and what to do."""
    lines = [f"heading gone: {heading}" for heading in drift.headings_gone]
    lines += [
        f"heading new: {heading.text}, {file}:{heading.line}" for heading in drift.headings_new
    ]
    line_before = 1
    for finding in drift.findings:
        if finding.sentence is None:
            where = f"after {file}:{line_before}"
        else:
            where = f"{file}:{finding.sentence.line}"
            line_before = finding.sentence.line
        if finding.status != "unchanged":
            lines += finding_lines(finding, register, where)
    counts = Counter(finding.status for finding in drift.findings)
    counted = ", ".join(f"{counts[status]} {status}" for status in STATUSES)
    verdict = "drift" if drift.differs else "no drift"
    lines.append(f"{verdict} from the revision of {article.revision}: {counted}")
    if drift.differs:
        lines.append(
            "to do: compare each with the wording of the requirements it touches (translator-cmk "
            "register"
        )
        lines.append(
            "  --json); if a promise has changed, change them: docs/changing.md, 'When the article "
            "changes'"
        )
    elif article.revision in later_revisions(register):
        lines.append(
            f"to be judged by this revision: register, verify --revision {article.revision}"
        )
    # a reader's file may hold control characters, which are not for a terminal
    return "\n".join(visible(line) for line in lines)


def later_revisions(register: Register) -> list[str]:
    """Return the dates of the revisions that are known beside the specified one."""
    _, *later = register.revisions
    return later


def finding_lines(finding: Finding, register: Register, where: str) -> Iterator[str]:
    """Yield the lines about one sentence that differs."""
    place = finding.place
    sentence = finding.sentence
    yield f"{finding.status}: {format_place(finding)}, {where}"
    if finding.status == "moved" and sentence:
        yield f"  now {sentence.section}, sentence {sentence.ordinal}"
    if finding.status == "reworded":
        new_words = " ".join(finding.words)
        yield (
            f"  new in it: {new_words}" if new_words else "  words were taken out or changed places"
        )
    if place:
        yield f"  touches {', '.join(requirements_of(place, register)) or 'no requirement'}"
    else:
        yield "  not covered by the specification yet"
    if finding.status in ("reworded", "new") and sentence:
        yield f"  reads: {sentence.text}"


def requirements_of(place: Place, register: Register) -> list[str]:
    """Return the requirements that claim a statement of this place."""
    claiming = []
    for name, requirement in register.items():
        if set(requirement.statements) & set(place.statements):
            claiming.append(name)
    return claiming


def format_place(finding: Finding) -> str:
    """Return where a sentence stands, with the statements that it carries."""
    if finding.place is None:
        section = finding.sentence.section if finding.sentence else ""
        return section or "before the first heading"
    if finding.place.statements:
        return f"{finding.place} ({', '.join(finding.place.statements)})"
    return str(finding.place)
