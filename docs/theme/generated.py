"""Add the generated pages, badges and data to the hand-written ones, from the record of the last
run, or with everything as *not run*.

They are made in a process of their own, so `mkdocs serve` has them of the rows and the register as
these are now; and only once, until something has changed that they are made from.  They stay in
memory: nothing is written into docs/, which would have MkDocs build again.
"""

import gc
import logging
import multiprocessing
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import translator_cmk
from translator_cmk.errors import CommandError
from translator_cmk.site import azure_cli, laws
from translator_cmk.site.build import LAST_RUN, Made, make, uncommitted

LOG = logging.getLogger("mkdocs.hooks.generated")
PACKAGE = Path(translator_cmk.__file__).parent
FEATURES = translator_cmk.features_dir()
ROOT = FEATURES.parent
OF_DOCS = ("decisions", "examples", "implementations.yaml")
"""What the pages are made from in docs/."""
INCLUDED = re.compile(r'^--8<-- "([a-z]+\.snippet)"$', re.MULTILINE)
"""The place of a generated part on a hand-written page."""

last: dict[str, Any] = {"of": None, "made": Made({}, ())}


def on_config(config: Any) -> None:
    """Have MkDocs watch what the pages are made from."""
    watched = [PACKAGE, FEATURES, record_of(config)]
    config.watch.extend(str(each) for each in watched if each.exists())


def record_of(config: Any) -> Path:
    """Return the folder of the record that the pages show."""
    return Path(config.extra["record"] or LAST_RUN)


def on_files(files: Any, config: Any) -> None:
    """Add the generated files."""
    record, docs = record_of(config), Path(config.docs_dir)
    of = state(record, docs)
    if last["of"] != of:
        last.update(of=of, made=made_elsewhere(record, docs))
    for path, content in last["made"].files.items():
        files.append(File.generated(config, path, content=content))


def state(record: Path, docs: Path) -> list[tuple[str, float, int] | str]:
    """Return what changes whenever something does that the pages are made from."""
    found: list[tuple[str, float, int] | str] = [uncommitted(ROOT)]
    parts = (PACKAGE, FEATURES, record, laws.RECORD, azure_cli.RUN, *(docs / it for it in OF_DOCS))
    for whole in parts:
        for file in files_in(whole):
            about = file.stat()
            found.append((str(file), about.st_mtime, about.st_size))
    return found


def files_in(whole: Path) -> Iterator[Path]:
    """Yield a file, or the files of a folder that a person or a run writes."""
    for file in sorted(whole.rglob("*")) if whole.is_dir() else [whole]:
        if file.is_file() and file.suffix != ".pyc":
            yield file


def made_elsewhere(record: Path, docs: Path) -> Made:
    """Return the generated files, made in another process; raises `PluginError`."""
    try:
        # what it makes is kept to the end, so nothing is gained by a search for what is not
        with ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=gc.disable
        ) as pool:
            made = pool.submit(make, record, docs).result()
    except (CommandError, OSError) as error:
        raise PluginError(str(error)) from None
    for line in made.said:
        LOG.info(line)
    return made


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the generated parts of a hand-written page in."""
    return INCLUDED.sub(lambda found: str(last["made"].files[f"data/{found[1]}"]), markdown)
