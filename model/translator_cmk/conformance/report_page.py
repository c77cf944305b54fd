"""The command `report page`: writes the result of a run as one page, for people who were not
there.
"""

import argparse
import sys
from pathlib import Path

from ..errors import OK, CommandError
from ..files import write_text
from ..shapes import WireError
from .report.analysis import analysis
from .report.document import changed_words
from .report.document_html import document_html
from .report.document_markdown import document_md
from .report.reading import must_be_of_a_known_revision, read
from .report.redaction import redacted
from .report.timeline import worlds_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `report page`."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of a report")
    parser.add_argument(
        "--html", action="store_true", help="write one HTML file (default: Markdown)"
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="the file to write (default: standard output)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page; raises `CommandError`."""
    envelope = read(args.folder)
    must_be_of_a_known_revision(envelope)
    try:
        worlds = worlds_of(args.folder, envelope)
    except (CommandError, WireError) as error:
        raise CommandError(f"{args.folder}: {error}") from None
    document = changed_words(analysis(envelope, worlds), redacted)
    text = document_html(document) if args.html else document_md(document)
    if args.output is None:
        sys.stdout.write(text)
        return OK
    try:
        write_text(args.output, text)
    except OSError as error:
        raise CommandError(
            f"--output {args.output}: can't be written: {error.strerror}; name another file"
        ) from None
    return OK
