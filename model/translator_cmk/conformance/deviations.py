"""Known deviations: a YAML file in the vendor's repository of what fails, why, where it is tracked, and until when."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..requirements import Register
from .cases import Case
from .trouble import Trouble
from .verdicts import Came

FIELDS = ("requirement", "case", "reason", "issue", "expires")
FAILING = ("failed", "blocked")


class Deviation(NamedTuple):
    """One entry; it is about a requirement or about one case, of whatever lane."""

    requirement: str
    case: str
    reason: str
    issue: str
    expires: str
    line: int

    def covers(self, case: Case, came: Came | None) -> bool:
        """Whether the entry speaks of this case, or of a failure that is laid to its requirement."""
        if self.case:
            return case.id == self.case
        return self.requirement in (came.blamed if came and came.blamed else case.requirements)


class Deviations:
    """The entries of a file, or none."""

    def __init__(self, entries: Iterable[Deviation] = (), today: date | None = None) -> None:
        self.entries = tuple(entries)
        self.today = today or datetime.now(UTC).date()  # that on which the report says that the run began

    def known(self, cases: Iterable[Case], came: Mapping[str, Came]) -> dict[str, str]:
        """For each case that an entry speaks of and that has not expired: its reason."""
        valid = [entry for entry in self.entries if not self._expired(entry)]
        found = {}
        for case in cases:
            for entry in valid:
                if entry.covers(case, came.get(case.id)):
                    found[case.id] = f"{entry.reason} ({entry.issue})"
        return found

    def requirements(self) -> frozenset[str]:
        """The requirements that are known not to hold, so that what rests on them is not compared again and again."""
        return frozenset(each.requirement for each in self.entries if each.requirement and not self._expired(each))

    def stale(self, cases: Iterable[Case], came: Mapping[str, Came]) -> list[str]:
        """What is wrong with entries after a run: they have expired, or nothing that they speak of has failed."""
        cases = list(cases)
        found = []
        for entry in self.entries:
            about = entry.case or entry.requirement
            of_it = [came[case.id] for case in cases if case.id in came and entry.covers(case, came[case.id])]
            if self._expired(entry):
                found.append(f"line {entry.line}: the deviation of {about} expired on {entry.expires}")
            elif of_it and not any(each.status in FAILING for each in of_it):
                found.append(f"line {entry.line}: the deviation of {about} is stale: nothing of it failed; take it out")
        return found

    def _expired(self, entry: Deviation) -> bool:
        return date.fromisoformat(entry.expires) < self.today


def load_deviations(path: Path, register: Register, cases: Iterable[str]) -> Deviations:
    """The entries of a file; raises `Trouble` for whatever is wrong with it."""
    try:
        root = yaml.compose(path.read_bytes().decode("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; write it by verify --write-deviations") from None
    except UnicodeDecodeError as error:
        raise Trouble(f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Trouble(f"{path}:{line}: not YAML: {error.problem}; correct it") from None
    except yaml.YAMLError:
        raise Trouble(f"{path}:1: not YAML; take out its control characters") from None
    if root is None:
        return Deviations()
    if not isinstance(root, yaml.SequenceNode):
        raise Trouble(f"{path}:1: no list; write one entry for each deviation, with the fields {', '.join(FIELDS)}")
    known = set(cases)
    return Deviations([entry_of(node, path, register, known) for node in root.value])


def entry_of(node: Any, path: Path, register: Register, cases: set[str]) -> Deviation:
    """One entry; raises `Trouble`."""
    line = node.start_mark.line + 1
    fields = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode):
            fields[key.value] = value.value
    if fields.keys() - set(FIELDS) or not {"reason", "issue", "expires"} <= fields.keys():
        raise Trouble(f"{path}:{line}: an entry has reason, issue, expires, and either requirement or case")
    requirement, case = fields.get("requirement", ""), fields.get("case", "")
    entry = Deviation(requirement, case, fields["reason"], fields["issue"], fields["expires"], line)
    must_make_sense(entry, f"{path}:{line}", register, cases)
    return entry


def must_make_sense(entry: Deviation, where: str, register: Register, cases: Collection[str]) -> None:
    """Raises `Trouble` where an entry is about nothing that there is, is tracked nowhere, or does not expire."""
    if bool(entry.requirement) == bool(entry.case):
        raise Trouble(f"{where}: name either a requirement or a case")
    if entry.requirement and entry.requirement not in register:
        raise Trouble(f"{where}: {entry.requirement!r} is no requirement; translator-cmk register lists them all")
    if entry.case and entry.case not in cases and not entry.case.startswith(("tour/", "fuzz/", "trace/")):
        raise Trouble(f"{where}: {entry.case!r} is no case; the report of a run lists them all")
    if not entry.issue.startswith(("http://", "https://")):
        raise Trouble(f"{where}: the issue is no URL; write where the deviation is tracked")
    try:
        date.fromisoformat(entry.expires)
    except ValueError:
        raise Trouble(f"{where}: expires is {entry.expires!r}; write a day such as 2027-01-31") from None


def deviations_text(failed: Iterable[str], expires: date) -> str:
    """A file that lists these cases, to be filled in: an entry without a true issue is easy to find."""
    entries = [
        {"case": case, "reason": "to be written", "issue": "https://example.invalid/", "expires": str(expires)}
        for case in failed
    ]
    head = "# What is known to differ.  Give each a reason, and the URL of the issue that tracks it.\n"
    body: str = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=1000)
    return head + (body if entries else "[]\n")
