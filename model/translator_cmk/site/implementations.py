"""Run the example implementations, read the reports of others, and roll each report up by
requirement.

`docs/implementations.yaml` lists them.  An entry has a ``name``, a ``kind``, and either ``run``,
the command of an implementation that uses the protocol over standard input and output, or
``report``, the folder of a report that `translator-cmk verify` wrote, from docs/.  A report of a
run that came to its end is kept in `.results/`, and made again when the specification, the program
or the report itself has changed.
"""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from ..badges import Badge
from ..conformance.model_answers import contradictions, could_be_the_models
from ..conformance.report.reading import read
from ..conformance.report.wording import badge_of, is_called_the_model, product, selection_in_words
from ..digest import digest_of, kit_digest
from ..errors import INCOMPLETE, OK, CommandError
from ..shapes import TEXT, Choice, Text, fields_of, record
from ..strict_yaml import Entry, read_yaml
from ..verdict import Status

LIST = "implementations.yaml"
CACHE = Path(".results/implementations")
OPTIONS = (
    "--lane",
    "features",
    "--lane",
    "tour",
    "--scope",
    "losing-the-key",
    "--steps",
    "100",
    "--seed",
    "1",
)
KINDS: Mapping[str, str] = {
    "product": "an implementation, as its maker reports it",
    "example": "an example, written here to show how an implementation is tested",
    "foreign": "an implementation by others, tested through an adapter of ours: its makers have "
    "reported nothing",
}
ENTRY = record(
    "an implementation",
    {
        "name": Text("[a-z0-9]+(-[a-z0-9]+)*", "a name of small letters, digits and hyphens"),
        "kind": Choice(KINDS),
    },
    fields_of(("run", "report", "reproduce", "contact"), TEXT),
)
REPORT = "report.json"
CHECKED = "checked"
STALE = "stale"
UNPROVEN = "unproven"
REFUSED = "refused"
STANDINGS: Mapping[str, str] = {
    CHECKED: "this version of the kit made or checked the report",
    STALE: "another version made it, and only that version can check all of it: no result is shown",
    UNPROVEN: "every answer in its log is the model's, which shows nothing about another system: "
    "no result is shown",
}
"""The standings of a report that is listed, each with its meaning."""

NOT_SHOWN: Mapping[str, tuple[Status, str]] = {
    STALE: (Status.STALE, "stale"),
    UNPROVEN: (Status.INCONCLUSIVE, "unproven: every answer is the model's"),
}
"""The marks of reports whose results are not shown, with their words on a badge."""


class Implementation(NamedTuple):
    """A listed implementation with its report; ``problems`` says why a report is missing or
    refused.
    """

    name: str
    kind: str
    standing: str
    reproduce: str = ""
    contact: str = ""
    report: Mapping[str, Any] | None = None
    problems: tuple[str, ...] = ()
    published: bytes = b""
    """The report as the site publishes it; empty unless it is checked."""

    @property
    def partial(self) -> list[str]:
        """Return why the report is not about the whole specification; empty if it is."""
        report = self.report or {}
        found: list[str] = []
        if not report.get("complete"):
            found.append("the run was interrupted")
        for name, values in report.get("selection", {}).items():
            if values:
                found.append(f"only {selection_in_words(name, values)}")
        if "features" not in report.get("lanes", ()):
            found.append("without the lane features")
        if report.get("waived"):
            found.append(f"waived: {', '.join(report['waived'])}")
        return found


def load_implementations(docs: Path) -> tuple[Implementation, ...]:
    """Return every listed implementation with its report; raises `InvalidFile`."""
    path = docs / LIST
    if not path.is_file():
        return ()
    entries = [checked(each) for each in read_yaml(path, str(path)).items()]
    with ThreadPoolExecutor(2) as pool:  # each is checked by a process of its own
        return tuple(pool.map(lambda entry: load(entry, docs), entries))


def checked(entry: Entry) -> dict[str, str]:
    """Return an entry of the list as texts; raises `InvalidFile`."""
    fields: dict[str, str] = entry.read(ENTRY)
    if ("run" in fields) == ("report" in fields):
        raise entry.error("either run or report is expected here")
    try:
        shlex.split(fields.get("run", ""))
    except ValueError as error:
        raise entry.error(f"run is no command: {error}") from None
    return fields


def load(entry: Mapping[str, str], docs: Path) -> Implementation:
    """Return one implementation with its report, run if need be."""
    found = Implementation(
        entry["name"], entry["kind"], REFUSED, entry.get("reproduce", ""), entry.get("contact", "")
    )
    if "run" in entry:
        command = f"translator-cmk verify --stdio {shlex.quote(entry['run'])} {' '.join(OPTIONS)}"
        found = found._replace(reproduce=command)
        folder = CACHE / found.name
        problems = run(entry["run"], folder)
    else:
        folder = docs / entry["report"]
        try:
            listed = read(folder)
        except CommandError as error:
            return found._replace(problems=(str(error),))
        # only the kit that made it can check it
        if listed["digest"] != kit_digest():
            return found._replace(standing=STALE, report=listed)
        if listed["subject"] is None:
            return found._replace(problems=(f"{folder}: {product(listed)}",))
        problems = kit("report", "check", str(folder))
    if problems:
        return found._replace(problems=problems)
    written = (folder / REPORT).read_bytes()
    report = json.loads(written)
    # whoever names the model as its product has to answer as the model does
    if is_called_the_model(report):
        for problem in contradictions(folder, report):
            return found._replace(problems=(problem,))
    # a report that somebody sent may be one of the model under another name
    was_run_here = "run" in entry
    if not was_run_here and could_be_the_models(folder, report):
        return found._replace(standing=UNPROVEN, report=report)
    return found._replace(standing=CHECKED, report=report, published=written)


def run(command: str, folder: Path) -> tuple[str, ...]:
    """Write the report on the implementation behind a command unless nothing has changed; return
    the problems.
    """
    words = shlex.split(command)
    if not shutil.which(words[0]):
        return (f"it was not run: {words[0]} is not installed on the machine that made this site",)
    kept = folder.with_suffix(".key")
    if kept.is_file() and kept.read_text("utf-8") == key_of(command, folder):
        return ()
    shutil.rmtree(folder, ignore_errors=True)
    kept.unlink(missing_ok=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    failed = kit("verify", "--stdio", command, *OPTIONS, "--report", str(folder))
    report = folder / REPORT
    if not report.is_file():
        return failed or ("no report was written",)
    if json.loads(report.read_bytes())["complete"]:
        kept.write_text(key_of(command, folder), "utf-8")
    return ()


def key_of(command: str, folder: Path) -> str:
    """Return what a kept report depends on, and its files: if one of them has changed, the key
    has.
    """
    used = [Path(word) for word in shlex.split(command)[1:]]
    named = {str(path): path for path in (*used, folder / REPORT) if path.is_file()}
    return "\n".join((kit_digest(), command, *OPTIONS, digest_of(named)))


def kit(*arguments: str) -> tuple[str, ...]:
    """Run a command of the conformance kit; return its last lines, or its exit code if it wrote
    nothing, unless it succeeds or the run was incomplete.
    """
    words = [sys.executable, "-m", "translator_cmk", *arguments]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    # an interrupted run has a report, too
    if done.returncode in (OK, INCOMPLETE):
        return ()
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return tuple(lines[-3:]) or (f"{arguments[0]} ended with exit code {done.returncode}",)


def badge(implementation: Implementation) -> Badge:
    """Return the badge of a report; it shows no result of a report that is not checked."""
    found = badge_of(dict(implementation.report or {}))
    if implementation.standing in NOT_SHOWN:
        return Badge(found.label, *NOT_SHOWN[implementation.standing])
    return found
