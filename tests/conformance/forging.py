"""Edits a report as somebody would who knows the kit: all that follows from an edit is made to fit it."""

import json
import re
import shutil
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.conformance.verifying import messages_of, put_messages
from translator_cmk.conformance.recheck import CLAIMED, Repetition, as_written
from translator_cmk.conformance.report.folder import COUNTEREXAMPLES, ENVELOPE, Folder, files_of
from translator_cmk.language.declaration import DECLARATION
from translator_cmk.shapes import read_message


class Forgery:
    """A copy of a report that is being edited."""

    def __init__(self, report: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(report, folder))
        self.envelope: dict[str, Any] = json.loads((self.folder / ENVELOPE).read_text("utf-8"))
        self.log = [json.loads(line) for line in messages_of(self.folder).splitlines()]

    def worlds(self, *cases: str) -> list[tuple[int, int]]:
        """Where each world of these cases, or of any, begins in the log of one session, and where the next does."""
        begins = [number for number, entry in enumerate(self.log) if "world" in entry] + [len(self.log)]
        return [each for each in pairwise(begins) if not cases or self.log[each[0]]["case"] in cases]

    def verbs(self) -> list[str]:
        """The verb of each entry; empty for other entries."""
        return [entry.get("request", {}).get("verb", "") for entry in self.log]

    def take_out(self, unwanted: Iterable[tuple[int, int]], renumber: bool = True) -> None:
        """Take worlds out of the log, and give the others salts in a row."""
        gone = {number for begin, end in unwanted for number in range(begin, end)}
        numbered = enumerate(zip(self.log, self.verbs(), strict=True))
        self.log = [entry for at, (entry, verb) in numbered if at not in gone or verb in ("hello", "bye")]
        for number, (begin, end) in enumerate(self.worlds() if renumber else (), start=1):
            salt = self.log[begin]["world"]
            text = re.sub(f"{salt}(?![0-9])", f"{salt[:4]}{number}", json.dumps(self.log[begin:end]))
            self.log[begin:end] = json.loads(text)

    def without(self, unwanted: Iterable[tuple[int, int]]) -> Path:
        """Take worlds out of the log, and write all that follows."""
        self.take_out(unwanted)
        return self.derive()

    def derive(self) -> Path:
        """Write it all, with every verdict, count and counterexample as the edited log and envelope have it now."""
        put_messages(self.folder, "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in self.log))
        envelope = self.envelope
        envelope["messages"] = len(self.log)
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

    def summarise(self) -> Path:
        """Write the envelope, and the files that are made from it."""
        for name, content in files_of(
            {name: value for name, value in self.envelope.items() if name != "files"}
        ).items():
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
