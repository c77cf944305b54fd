"""Kept reports: what the conformance kit wrote of implementations, packed, in docs/reports/, each checked once."""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

import yaml

from ..digest import REPORTED, digest
from ..errors import CommandError
from ..escaping import plain
from ..language.shapes import Line, Place, Record, WireError, Word
from .reading_reports import Report, report_in

FOLDER = Path("reports")
ABOUT, PACKED, ENVELOPE, PAGE = "about.yaml", "report.zip", "report.json", "report.html"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FILE = re.compile(
    r"report\.(json|html)|messages\.ndjson|cucumber\.ndjson|junit\.xml|results\.json|summary\.md|badge\.(svg|json)"
    r"|counterexamples/[A-Za-z0-9-]+\.(json|feature)|traces/[0-9]+\.jsonl"
)
"""The files of a report."""

LARGEST = 256 * 2**20
"""Bytes that a report may have when it is unpacked."""

KINDS: Mapping[str, str] = {
    "product": "an implementation, as whoever makes it reports it",
    "example": "an example, written here to show how an implementation is put to the test",
    "model": "the model against itself: it shows that the kit works, and says nothing of any product",
}
"""What is put to the test in a report."""

CONFIRMED, STALE, REFUSED = "confirmed", "stale", "refused"
"""What comes of checking: all of it follows from the message log; another version would have to check; or neither."""


class KeptReport(NamedTuple):
    """A folder in docs/reports/, and what comes of checking it.

    ``kind`` and ``reproduce`` are empty and ``report`` is None where they can't be read.  ``problems``: what is wrong.
    """

    folder: Path
    standing: str
    kind: str = ""
    reproduce: str = ""
    contact: str = ""
    report: Report | None = None
    problems: tuple[str, ...] = ()
    page: bytes = b""
    """Its page of HTML; a report that was broken off may have none."""

    @property
    def name(self) -> str:
        """Its name, which is that of the folder."""
        return self.folder.name

    @property
    def packed(self) -> Path:
        """The file with all of the report."""
        return self.folder / PACKED


class Memory:
    """Which packed reports this specification has confirmed; those of another are forgotten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = digest(REPORTED)
        self.confirmed: list[str] = []
        try:
            remembered = json.loads(path.read_bytes())
            if remembered["digest"] == self.digest:
                self.confirmed = list(remembered["confirmed"])
        except (OSError, ValueError, LookupError, TypeError):
            pass  # then they are checked, and it is written anew

    def remember(self, packed: str) -> None:
        """Keep in mind that the report of this SHA-256 is confirmed."""
        self.confirmed.append(packed)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"digest": self.digest, "confirmed": self.confirmed}) + "\n", "utf-8")


def load_reports(folder: Path, memory: Memory | None = None) -> tuple[KeptReport, ...]:
    """Every kept report, checked, by name; raises `OSError` where nothing can be kept in mind."""
    folders = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    return tuple(kept(each, memory) for each in folders)


def kept(folder: Path, memory: Memory | None = None) -> KeptReport:
    """One kept report, checked, unless it is known to be confirmed; what is wrong with it is said in it."""
    if not NAME.fullmatch(folder.name):
        return KeptReport(folder, REFUSED, problems=("its name is not made of small letters, digits and hyphens",))
    with TemporaryDirectory() as name:
        unpacked = Path(name)
        try:
            about = about_in(folder / ABOUT)
            unpack(folder / PACKED, unpacked)
            packed = hashlib.sha256((folder / PACKED).read_bytes()).hexdigest()
            known = memory is not None and packed in memory.confirmed
            standing, report, problems = checked(unpacked, known)
            if memory and not known and standing == CONFIRMED:
                memory.remember(packed)
        except (CommandError, WireError) as error:
            told = str(error).replace(f"{folder}/", "").replace(f"{name}/", "")
            return KeptReport(folder, REFUSED, problems=(plain(told),))
        page = unpacked / PAGE
        shown = page.read_bytes() if page.is_file() else b""
    return KeptReport(folder, standing, *about, report, problems, shown)


def about_in(path: Path) -> tuple[str, str, str]:
    """What is said of a report beside it: its kind, how to make it anew, and whom to ask; raises what `kept` tells."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}; write it, with kind and reproduce") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CommandError(f"{path}: not YAML: {error}") from None
    shape = Record("it", {"kind": Word(KINDS), "reproduce": Line(1_000), "contact": Line(200)}, ("kind", "reproduce"))
    about = shape.read(content, Place(str(path)))
    return about["kind"], about["reproduce"], about.get("contact", "")


def unpack(packed: Path, folder: Path) -> None:
    """Put the files of a packed report into a folder; raises `CommandError`, also where there are others with them."""
    try:
        with ZipFile(packed) as archive:
            files = [each for each in archive.infolist() if not each.is_dir()]
            if sum(each.file_size for each in files) > LARGEST:
                raise CommandError(f"{packed}: more than {LARGEST:,} bytes when it is unpacked")
            ends = [each.filename for each in files if each.filename.endswith(ENVELOPE)]
            root = min(ends, key=len, default=ENVELOPE).removesuffix(ENVELOPE)
            for each in files:
                name = each.filename.removeprefix(root)
                if not FILE.fullmatch(name):
                    raise CommandError(
                        f"{packed}: {each.filename} is not of a report; pack the folder of the report alone"
                    )
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(archive.read(each))
    except OSError as error:
        raise CommandError(
            f"{packed}: can't be read: {error.strerror}; pack the folder of the report into it"
        ) from None
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise CommandError(f"{packed}: can't be unpacked: {error}; pack the folder of the report anew") from None


def checked(folder: Path, known: bool = False) -> tuple[str, Report, tuple[str, ...]]:
    """What comes of checking a report, what it says, and what is wrong with it; raises `CommandError` and `WireError`.

    Where it is ``known`` to be confirmed, it is read alone.
    The check is that of `translator-cmk report check`.  It asks the specification that the report was made with: of a
    report that was made with another version, files are compared with the digests in it, and counts with its cases.
    """
    # here, since the kit needs packages of its own, which a site without kept reports does not
    from ..conformance.recheck import problems_of
    from ..conformance.report.claims import read
    from ..conformance.report.folder import Folder

    envelope = read(folder)
    if envelope["subject"] is None:
        raise CommandError("the system did not say hello, so that there is nothing to show")
    report = report_in(envelope, str(folder / ENVELOPE))
    problems: list[str] = []
    if known:
        standing = CONFIRMED
    elif report.digest == digest(REPORTED):
        problems += problems_of(folder, envelope)[0]
        standing = CONFIRMED
    else:
        was, is_ = dict(report.files), Folder(folder).digests() if report.files or report.complete else {}
        problems += [f"{name} is not what it was" for name in sorted(was | is_) if was.get(name) != is_.get(name)]
        problems += [] if report.counted == report.counts else ["its counts do not follow from its cases"]
        standing = STALE
    return (REFUSED if problems else standing), report, tuple(map(plain, problems))
