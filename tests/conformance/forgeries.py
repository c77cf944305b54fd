"""Edits of a report by somebody who makes all that follows fit, and what `report check` says."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.command_line import REFUSED, run_cli
from tests.conformance.conftest import FAILS, FAILS_TOO, messages_of, put_messages
from translator_cmk.conformance.report.comparison import CLAIMED
from translator_cmk.conformance.report.folder import (
    COUNTEREXAMPLES,
    ENVELOPE,
    MESSAGES,
    Folder,
    derived_files,
)
from translator_cmk.conformance.run.repetition import Repetition, as_written
from translator_cmk.conformance.wire.salted_names import first_salt, salt_of
from translator_cmk.language.declaration import DECLARATION
from translator_cmk.shapes import read_message


class Forgery:
    """A copy of a report that is being edited."""

    def __init__(self, report: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(report, folder))
        self.envelope: dict[str, Any] = json.loads((self.folder / ENVELOPE).read_text("utf-8"))
        self.log = [json.loads(line) for line in messages_of(self.folder).splitlines()]

    def worlds(self, *cases: str) -> list[tuple[int, int]]:
        """Return where each world of these cases, or of any, begins in the log and ends."""
        begins = [number for number, entry in enumerate(self.log) if "world" in entry]
        worlds = list(pairwise([*begins, len(self.log)]))
        if not cases:
            return worlds
        return [(begin, end) for begin, end in worlds if self.log[begin]["case"] in cases]

    def verbs(self) -> list[str]:
        """Return the verb of each entry; empty for other entries."""
        return [entry.get("request", {}).get("verb", "") for entry in self.log]

    def take_out(self, worlds: Iterable[tuple[int, int]], renumber: bool = True) -> None:
        """Take worlds out of the log, each given as (begin, end) of its entries, the end excluded.

        Hello and bye stay.  With ``renumber`` the worlds that are left get the salts that a run
        would give them.
        """
        unwanted: set[int] = set()
        for begin, end in worlds:
            unwanted.update(range(begin, end))
        kept = []
        for position, (entry, verb) in enumerate(zip(self.log, self.verbs(), strict=True)):
            if verb in ("hello", "bye") or position not in unwanted:
                kept.append(entry)
        self.log = kept
        if renumber:
            self.renumber()

    def renumber(self) -> None:
        """Give the worlds salts in a row."""
        first = first_salt(self.envelope["seed"])
        for number, (begin, end) in enumerate(self.worlds(), start=1):
            text = json.dumps(self.log[begin:end])
            text = text.replace(self.log[begin]["world"], salt_of(first + number))
            self.log[begin:end] = json.loads(text)

    def without(self, unwanted: Iterable[tuple[int, int]]) -> Path:
        """Take worlds out of the log, and write all that follows."""
        self.take_out(unwanted)
        return self.derive()

    def derive(self) -> Path:
        """Write it all, with verdicts, counts and counterexamples as they follow from the edits."""
        self.write_log()
        envelope = self.envelope
        running = Repetition(self.folder, envelope).run()
        running.declared = read_message(DECLARATION, envelope["subject"], "subject")
        now = as_written(running)
        fuzz = envelope.get("fuzz")
        envelope |= {name: value for name, value in now.items() if name not in CLAIMED}
        if fuzz:
            envelope["fuzz"] |= {"seconds": fuzz["seconds"]}  # a log does not show when it ended
        shutil.rmtree(self.folder / COUNTEREXAMPLES, ignore_errors=True)
        for name, content in running.kept.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            put(self.folder / name, content)
        return self.summarise()

    def write_log(self) -> None:
        """Write the log, and how many messages it has."""
        lines = [json.dumps(entry, separators=(",", ":")) + "\n" for entry in self.log]
        put_messages(self.folder, "".join(lines))
        self.envelope["messages"] = len(self.log)

    def summarise(self) -> Path:
        """Write the envelope, and the files that are made from it."""
        envelope = dict(self.envelope)
        envelope.pop("files", None)
        for name, content in derived_files(envelope).items():
            put(self.folder / name, content)
        return self.sign()

    def sign(self) -> Path:
        """Write the envelope, with digests that fit."""
        if "files" in self.envelope:
            self.envelope["files"] = Folder(self.folder).digests()
        put(self.folder / ENVELOPE, json.dumps(self.envelope, indent=1, ensure_ascii=False) + "\n")
        return self.folder


def put(file: Path, text: str) -> None:
    """Write a file as the kit does."""
    file.write_text(text, "utf-8", newline="\n")


Edit = Callable[[Forgery], Path]


def without_failures_of_the_tour(forgery: Forgery) -> Path:
    """Take out what failed in the tour, and what shows it."""
    fuzz = forgery.worlds("fuzz")[0]
    worlds = [world for world in forgery.worlds("tour", "shrinking", "shrunk") if world < fuzz]
    shrunk = [
        number for number, (begin, _) in enumerate(worlds) if forgery.log[begin]["case"] == "shrunk"
    ]
    until_the_last = shrunk[-1] + 1
    is_odd = until_the_last % 2
    return forgery.without(worlds[: until_the_last + is_odd])


def without_a_command(forgery: Forgery) -> Path:
    """Take out the case of a command."""
    cases = forgery.envelope["cases"]
    forgery.envelope["cases"] = [case for case in cases if case["id"] != "tour/CreateVault"]
    return forgery.summarise()


def interrupted(forgery: Forgery) -> Forgery:
    """Make it a report on a run that was interrupted once its scenarios were played."""
    forgery.take_out(forgery.worlds("tour", "shrinking", "shrunk", "fuzz"))
    forgery.log.pop()  # no farewell
    cases = forgery.envelope["cases"]
    forgery.envelope["cases"] = [case for case in cases if case["lane"] == "features"]
    for lane in ("tour", "fuzz"):
        del forgery.envelope[lane]
    forgery.envelope |= {"complete": False, "trouble": "interrupted by SIGINT"}
    return forgery


def without_hello(forgery: Forgery) -> Path:
    """Take out what the system said of itself."""
    del forgery.log[0]
    return forgery.derive()


def fewer_messages(forgery: Forgery) -> Path:
    """Let the verdicts rest on less than there is: the last scenario is not among theirs."""
    whole = messages_of(forgery.folder)
    the_last_scenario = whole.splitlines(keepends=True)[-3:]
    forgery.take_out(forgery.worlds()[-1:])
    forgery.derive()
    put_messages(forgery.folder, messages_of(forgery.folder) + "".join(the_last_scenario))
    return forgery.sign()


def with_known_failure(forgery: Forgery) -> Path:
    """Call a failure known."""
    [case] = [case for case in forgery.envelope["cases"] if case["id"] == FAILS]
    case["status"] = "known"
    case["known"] = "We know."
    return forgery.summarise()


def with_failures_at_the_end(forgery: Forgery) -> Path:
    """Let whoever reads the report see first what passed."""
    forgery.envelope["cases"].sort(key=lambda case: case["status"] == "failed")
    return forgery.summarise()


def without_digests(forgery: Forgery) -> Path:
    """Take out the digests, and change a file."""
    del forgery.envelope["files"]
    (forgery.folder / "junit.xml").write_text("")
    return forgery.sign()


def file(name: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change a file that is made from the envelope, or add one."""

    def edit(forgery: Forgery) -> Path:
        path = forgery.folder / name
        path.write_bytes(change(path.read_bytes() if path.is_file() else b""))
        return forgery.sign()

    return edit


def text(name: str, was: str, is_: str) -> Edit:
    """Change a text in a file once, as somebody would who does not know the kit."""

    def edit(forgery: Forgery) -> Path:
        content = (
            messages_of(forgery.folder)
            if name == MESSAGES
            else (forgery.folder / name).read_text("utf-8")
        )
        assert was in content
        content = content.replace(was, is_, 1)
        if name == MESSAGES:
            put_messages(forgery.folder, content)
        else:
            put(forgery.folder / name, content)
        return forgery.folder

    return edit


def field(*names: str | int, to: Any, write: Edit = Forgery.summarise) -> Edit:
    """Change a field of the envelope, and make the other files from it where that can be done."""

    def edit(forgery: Forgery) -> Path:
        *outer, last = names
        inside: Any = forgery.envelope
        for name in outer:
            inside = inside[name]
        assert inside.get(last) != to
        inside[last] = to
        return write(forgery)

    return edit


def known(*changed: dict[str, Any]) -> Edit:
    """Know of what failed, in entries that were changed so."""
    entry = {
        "requirement": "",
        "case": FAILS,
        "reason": "We know.",
        "issue": "https://example.com/1",
        "expires": "2999-01-01",
        "line": 2,
    }
    return field("deviations", to=[entry | changes for changes in changed])


def written(group: str) -> dict[str, tuple[Edit, str]]:
    """Return the edits of `refused.yaml` of this group by name, each with what is said of it."""
    edits = {}
    for row in REFUSED["forged"][group]:
        if "field" in row:
            edit = field(*row["field"], to=row["to"])
        else:
            edit = text(row["file"], row["was"], row["is"])
        edits[row["name"]] = (edit, row["says"])
    return edits


IN_FEATURES: dict[str, tuple[Edit, str]] = {
    **written("in features"),
    "scenarios": (
        lambda it: it.without(it.worlds(FAILS, FAILS_TOO)),
        f"does not have {FAILS}, which this run asks for",
    ),
    "hello": (without_hello, "the log has .* where hello would be"),
    "messages": (fewer_messages, "its verdicts do not rest on all messages"),
    "order": (with_failures_at_the_end, "the cases in report.json are in another order"),
    "lane": (
        field("lanes", to=["features", "tour"], write=Forgery.sign),
        'the log has .* where {"case": "tour", .*} would be',
    ),
    "known": (with_known_failure, f'{FAILS}.status: was "known", is "failed"'),
    "digests": (without_digests, "report.json has no digests of the other files"),
    "page": (
        file("report.html", lambda text: text.replace(b"failed", b"passed")),
        "report.html does not say",
    ),
    "file": (
        file("certificate.html", lambda _: b"conformant"),
        "certificate.html is no file of this report",
    ),
}
"""Edits of a report of scenarios alone."""

BY_HAND = written("by hand")
"""Edits of a report of scenarios by somebody who makes nothing fit."""

IN_SEQUENCES: dict[str, tuple[Edit, str]] = {
    "failures of the tour": (without_failures_of_the_tour, "the log has .* where .* would be"),
    "commands of the tour": (without_a_command, 'tour/CreateVault.status: was null, is "passed"'),
    "counterexample": (
        file(
            "counterexamples/01-tour-DisableIdentity.feature",
            lambda text: text.replace(b"Given", b"When"),
        ),
        "counterexamples/01-tour-DisableIdentity.feature does not say",
    ),
}
"""Edits of a report that has sequences too."""

UNUSABLE: dict[str, tuple[Edit, str]] = {
    **written("unusable"),
    "group": (
        field("groups", 0, "cases", to=["environment.exists/nowhere"], write=Forgery.sign),
        "environment.exists/nowhere is in a group of failures, and not among its cases",
    ),
    "twice known": (known({}, {}), "appears twice in a file of known deviations"),
}
"""Edits into what no run writes: nothing can be derived from it."""

FORGERIES = [
    *(("wrong_in_features", 1, name) for name in IN_FEATURES),
    *(("wrong_in_features", 1, name) for name in BY_HAND),
    *(("wrong", 1, name) for name in IN_SEQUENCES),
    *(("wrong_in_features", 2, name) for name in UNUSABLE),
]
"""Every edit by its name, with the report that it is made in and the exit code of checking that."""


def check(report: Path, folder: Path, name: str) -> tuple[int, bool]:
    """Forge a report; return the exit code of checking it, and whether that says what is wrong."""
    edit, wrong = (IN_FEATURES | BY_HAND | IN_SEQUENCES | UNUSABLE)[name]
    done = run_cli("report", "check", edit(Forgery(report, folder)))
    return done.code, bool(re.search(wrong, done.out + done.error))
