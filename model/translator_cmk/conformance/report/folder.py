"""The folder of a report: it is written whole or not at all, and replaces an earlier report and
nothing else.
"""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from os.path import samestat
from pathlib import Path

from ...badges import endpoint, svg
from ...errors import HARNESS, CommandError
from ...files import draft_of, write_text
from ..judgement.cases import Envelope
from ..judgement.deviations import deviations_yaml
from ..wire.message_log import Log
from .cucumber import cucumber_ndjson
from .junit import report_junit
from .page import report_html
from .text import summary_md
from .wording import badge_of

ENVELOPE = "report.json"
MESSAGES = "messages.ndjson.gz"
COUNTEREXAMPLES = "counterexamples"

COUNTEREXAMPLE = re.compile(rf"{COUNTEREXAMPLES}/([0-9]{{2,}})-[a-z]+-[A-Za-z]+\.(json|feature)")
"""The names of files of counterexamples; the group is the number of the counterexample."""

KEYS = {"format", "kit", "protocol", "digest", "lanes", "seed", "complete", "cases"}
"""Keys by which the envelope of any version of the kit is distinguished from somebody's own
report.json.
"""

EMPTY_LOG = 50
"""Bytes that a log without a message has at most: compressed, one has more than twice as many."""


def badge_json(envelope: Envelope) -> str:
    return json.dumps(endpoint(badge_of(envelope)), indent=1, ensure_ascii=False) + "\n"


def badge_svg(envelope: Envelope) -> str:
    return svg(badge_of(envelope))


DERIVED: Mapping[str, Callable[[Envelope], str]] = {
    "badge.svg": badge_svg,
    "badge.json": badge_json,
    "junit.xml": report_junit,
    "cucumber.ndjson": cucumber_ndjson,
    "report.html": report_html,
    "summary.md": summary_md,
    "deviations.yaml": deviations_yaml,
}
"""The files that follow from an envelope."""


def derived_files(envelope: Envelope) -> dict[str, str]:
    """Return the text of each file that follows from an envelope, by name."""
    return {name: text(envelope) for name, text in DERIVED.items()}


class Folder:
    """A folder that holds a report and nothing else.

    While one run uses it, no other can.  The operating system takes the lock away when the process
    ends, however that happens.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()  # a system in this process may change the working directory
        self.lock: int | None = None

    def empty(self) -> None:
        """Use the folder if it is there, and delete an earlier report; raises `CommandError`."""
        with self._unless_refused():
            if self.path.exists():
                self._keep_others_out()
                remove_earlier_report(self)

    def begin(self) -> Log:
        """Use the folder, make it or empty it, and open the message log; raises `CommandError`."""
        with self._unless_refused():
            self.path.mkdir(parents=True, exist_ok=True)
            self._keep_others_out()
            remove_earlier_report(self)
            return Log(self.path / MESSAGES)

    def end(self) -> None:
        """Let other runs use the folder."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def must_be_in_place(self) -> None:
        """Raise `CommandError` if the folder that is used was deleted, or replaced by another."""
        if self.lock is None:
            return
        try:
            is_in_place = samestat(os.fstat(self.lock), self.path.stat())
        except OSError:
            is_in_place = False
        if not is_in_place:
            problem = "the folder was deleted or replaced during the run, so no report was written"
            raise CommandError(f"{self.path}: {problem}; run again", HARNESS)

    def _keep_others_out(self) -> None:
        """Raise `CommandError` if another run uses the folder; after that, none can."""
        if self.lock is not None:
            return
        self.lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            problem = "another run is writing its report there; wait for its end"
            raise CommandError(f"{self.path}: {problem}, or name another folder") from None
        except OSError:
            pass  # some file systems have no locks

    @contextmanager
    def _unless_refused(self) -> Iterator[None]:
        """Let others use the folder where this run can't; raises `CommandError`."""
        try:
            yield
        except OSError as error:
            self.end()
            problem = f"can't be written: {error.strerror}; name another folder"
            raise CommandError(f"{self.path}: {problem}") from None
        except CommandError:
            self.end()
            raise

    def write(self, name: str, text: str) -> None:
        """Put a file into the folder, in place of an earlier one; raises `OSError`."""
        file = self.path / name
        file.parent.mkdir(exist_ok=True)
        write_text(file, text)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file but the envelope, which has them; raises `OSError`."""
        digests = {}
        for name, file in sorted(self.entries()):
            if name != ENVELOPE and file.is_file() and not file.name.startswith("."):
                digests[name] = sha256(file.read_bytes()).hexdigest()
        return digests

    def entries(self) -> Iterator[tuple[str, Path]]:
        """Yield the name and path of everything inside, except the folder of counterexamples."""
        for path in self.path.rglob("*"):
            name = path.relative_to(self.path).as_posix()
            is_folder = path.is_dir() and not path.is_symlink()
            if not (name == COUNTEREXAMPLES and is_folder):
                yield name, path


def must_be_a_file(path: Path) -> None:
    """Raise `CommandError` if a report can't have what is there: opening it might wait for ever."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: is no file; name the folder of a report")


def remove_earlier_report(folder: Folder) -> None:
    """Delete an earlier report; raises `CommandError` if there is anything else, and `OSError`."""
    files = []
    for name, path in folder.entries():
        if not is_name_of_a_report(name) or not path.is_file() or path.is_symlink():
            raise CommandError(
                f"{path} belongs to no report; name another folder with --report; nothing was "
                "deleted"
            )
        files.append(path)

    # the envelope goes last, since it shows that this is the folder of a report
    envelope = folder.path / ENVELOPE
    files.sort(key=lambda file: file == envelope)

    if not is_envelope(envelope) and not all(
        is_left_by_a_killed_run(file, envelope) for file in files
    ):
        problem = (
            "is of no report that verify has written; name another folder; nothing was deleted"
        )
        raise CommandError(f"{files[-1]} {problem}")
    for file in files:
        file.unlink()


def is_name_of_a_report(name: str) -> bool:
    """Return whether a report has a file of this name, or a draft of it."""
    final = final_name(name)
    return final in (ENVELOPE, MESSAGES, *DERIVED) or COUNTEREXAMPLE.fullmatch(final) is not None


def is_left_by_a_killed_run(file: Path, envelope: Path) -> bool:
    """Return whether a run leaves this that is killed before its first envelope is in place.

    It leaves a draft of the envelope, and a log without a message.
    """
    if file == draft_of(envelope):
        return True
    return file.name == MESSAGES and file.stat().st_size < EMPTY_LOG


def final_name(name: str) -> str:
    """Return the name that a file gets in the end: a draft has another meanwhile."""
    return re.sub(r"(^|/)\.([^/]+)\.draft$", r"\1\2", name)


def is_envelope(file: Path) -> bool:
    """Return whether this is the envelope of a report, whole or not, of this version of the kit or
    another.
    """
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.keys() >= KEYS
