"""Edits a report as somebody would who knows the kit: whatever follows from an edit is made to fit it."""

import json
import re
import shutil
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from translator_cmk.conformance.cases import STATUSES
from translator_cmk.conformance.planning import declaration_in
from translator_cmk.conformance.recheck import CLAIMED, Repetition
from translator_cmk.conformance.report.folder import COUNTEREXAMPLES, ENVELOPE, MESSAGES, Folder
from translator_cmk.conformance.report.summaries import files_of

Envelope = dict[str, Any]
Log = list[dict[str, Any]]


class Forgery:
    """A copy of a report that is being edited."""

    def __init__(self, report: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(report, folder))
        self.envelope: Envelope = json.loads((self.folder / ENVELOPE).read_text("utf-8"))
        self.log: Log = [json.loads(line) for line in (self.folder / MESSAGES).read_text("utf-8").splitlines()]

    def worlds(self) -> list[tuple[int, int]]:
        """Where each world begins in the log of one session, and where the next does."""
        begins = [number for number, entry in enumerate(self.log) if "world" in entry] + [len(self.log)]
        return list(pairwise(begins))

    def take_out(self, unwanted: Iterable[tuple[int, int]]) -> None:
        """Take worlds out of the log."""
        gone = {number for begin, end in unwanted for number in range(begin, end)}
        self.log = [
            entry
            for number, entry in enumerate(self.log)
            if number not in gone or entry.get("request", {}).get("verb") in ("hello", "bye")
        ]

    def renumber(self) -> None:
        """Give the worlds salts in a row; where a name has its salt is as it was if an even number of them is gone."""
        for number, (begin, end) in enumerate(self.worlds(), start=1):
            salt = self.log[begin]["world"]
            text = json.dumps(self.log[begin:end])
            form = salt[4:].lstrip("0123456789")
            self.log[begin:end] = json.loads(re.sub(f"{salt}(?![0-9x])", f"{salt[:4]}{number}{form}", text))

    def drop(self, case: str) -> None:
        """Take a case out of the envelope."""
        self.envelope["cases"] = [each for each in self.envelope["cases"] if each["id"] != case]

    def write(self, follows: bool = True) -> Path:
        """Write it all, with what ``follows`` from the log and the cases."""
        text = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in self.log)
        (self.folder / MESSAGES).write_text(text, "utf-8", newline="\n")
        if follows:
            self._follow()
        signed = {name: value for name, value in self.envelope.items() if name != "files"}
        for name, content in files_of(signed):
            (self.folder / name).write_text(content, "utf-8", newline="\n")
        return self.sign()

    def derive(self) -> Path:
        """Write it all, with every verdict, count and counterexample as the edited log and envelope have it now."""
        text = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in self.log)
        (self.folder / MESSAGES).write_text(text, "utf-8", newline="\n")
        envelope = self.envelope
        envelope["messages"] = len(self.log)
        running = Repetition(self.folder, envelope).run()
        running.declared = declaration_in(envelope)
        now = json.loads(json.dumps(running.envelope()))
        for name in now.keys() - set(CLAIMED):
            inner = isinstance(now[name], dict) and name in ("tour", "fuzz", "trace")
            envelope[name] = {**envelope.get(name, {}), **now[name]} if inner else now[name]
        shutil.rmtree(self.folder / COUNTEREXAMPLES, ignore_errors=True)
        for name, content in running.kept.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(content, "utf-8", newline="\n")
        signed = {name: value for name, value in envelope.items() if name != "files"}
        for name, content in files_of(signed):
            (self.folder / name).write_text(content, "utf-8", newline="\n")
        return self.sign()

    def sign(self) -> Path:
        """Write the envelope, with digests that fit."""
        if "files" in self.envelope:
            self.envelope["files"] = Folder(self.folder).digests()
        content = json.dumps(self.envelope, indent=1, ensure_ascii=False) + "\n"
        (self.folder / ENVELOPE).write_text(content, "utf-8", newline="\n")
        return self.folder

    def _follow(self) -> None:
        envelope, cases = self.envelope, self.envelope["cases"]
        envelope["messages"] = len(self.log)
        now = Repetition(self.folder, envelope).run().envelope()
        envelope["coverage"] = now["coverage"]
        for lane in ("tour", "fuzz"):
            if lane in envelope:
                counts = now.get(lane, {})  # none where the log ends before it
                envelope[lane] |= {name: counts[name] for name in ("sequences", "commands", "lost_track") if counts}
        scored = [case for case in cases if case["scored"]]
        counts = envelope["counts"]
        counts["scored"] = tally(scored)
        counts["assumed"] = tally([case for case in cases if not case["scored"]])
        for part, field in (("levels", "level"), ("lanes", "lane")):
            counts[part] = {name: tally([case for case in scored if case[field] == name]) for name in counts[part]}
        there = {case["id"] for case in cases if case["status"] in ("failed", "known")}
        groups = ({**each, "cases": [id_ for id_ in each["cases"] if id_ in there]} for each in envelope["groups"])
        envelope["groups"] = [each for each in groups if each["cases"]]
        undecided = counts["scored"]["inconclusive"] + counts["scored"]["not-run"]
        failed, complete = counts["scored"]["failed"], envelope["complete"]
        envelope["exit_code"] = 4 if not complete else 1 if failed else 4 if undecided else 0


def tally(cases: list[dict[str, Any]]) -> dict[str, int]:
    """How many there are, and how many of each status."""
    return {"total": len(cases), **{status: sum(case["status"] == status for case in cases) for status in STATUSES}}


Edit = Callable[[Forgery], Path]
