"""The commands `source check` and `source fingerprint`, and what they print."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..errors import DEVIATIONS, OK
from ..escaping import visible
from .drift import Drift, Finding, compare, describe, dump, read_copy
from .register import Article, Register, load_article, load_register


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source check`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="your copy of the article, as Markdown in UTF-8")
    parser.add_argument(
        "--against",
        metavar="YAML",
        type=Path,
        help="the output of 'source fingerprint' for another copy (default: the revision that is specified)",
    )


def check(args: argparse.Namespace) -> int:
    """Compare a copy of the article with the register, or with the fingerprints of another copy."""
    requirements = load_register()
    article = load_article(args.against) if args.against else requirements.article
    drift = compare(article, read_copy(args.file), args.file)
    print(drift_text(drift, article, requirements, args.file))
    return DEVIATIONS if drift.found else OK


def fingerprint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source fingerprint`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a copy of the article, as Markdown in UTF-8")


def fingerprint(args: argparse.Namespace) -> int:
    """Print the places of a copy of the article as YAML; sentences that are known keep what they carry."""
    print(dump(describe(read_copy(args.file), load_register().article)), end="")
    return OK


def drift_text(drift: Drift, article: Article, register: Register, file: object) -> str:
    """Return a comparison to read: what differs and where, the requirements it touches, a count, and what to do."""
    lines = [f"heading gone: {heading}" for heading in drift.headings_gone]
    lines += [f"heading new: {heading.text}, {file}:{heading.line}" for heading in drift.headings_new]
    before = 1
    for finding in drift.findings:
        where = f"{file}:{finding.sentence.line}" if finding.sentence else f"after {file}:{before}"
        before = finding.sentence.line if finding.sentence else before
        if finding.status != "unchanged":
            lines += finding_lines(finding, register, where)
    counts = Counter(finding.status for finding in drift.findings)
    counted = ", ".join(f"{counts[status]} {status}" for status in ("unchanged", "moved", "reworded", "gone", "new"))
    lines.append(f"{'drift' if drift.found else 'no drift'} from the revision of {article.revision}: {counted}")
    if drift.found:
        lines.append("to do: compare each with the wording of the requirements it touches (translator-cmk register")
        lines.append("  --json); if a promise has changed, change them: docs/changing.md, 'When the article changes'")
    # a reader's file may hold control characters, which are not for a terminal
    return "\n".join(map(visible, lines))


def finding_lines(finding: Finding, register: Register, where: str) -> Iterator[str]:
    """Yield the lines about one sentence that differs."""
    place, sentence = finding.place, finding.sentence
    stated = f" ({', '.join(place.statements)})" if place and place.statements else ""
    section = sentence.section if sentence else ""
    yield f"{finding.status}: {place or section or 'before the first heading'}{stated}, {where}"
    if finding.status == "moved" and sentence:
        yield f"  now {sentence.section}, sentence {sentence.ordinal}"
    if finding.status == "reworded":
        fresh = " ".join(finding.words)
        yield f"  new in it: {fresh}" if fresh else "  words were taken out or changed places"
    if place:
        touched = [each.id for each in register.values() if set(each.statements) & set(place.statements)]
        yield f"  touches {', '.join(touched) or 'no requirement'}"
    else:
        yield "  not covered by the specification yet"
    if finding.status in ("reworded", "new") and sentence:
        yield f"  reads: {sentence.text}"
