"""Compare a report with a repetition of its run: all that the repetition writes otherwise."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import CommandError
from ..judgement.cases import FUZZ, LANES, CaseEntry, Envelope
from .essentials import SAID
from .folder import COUNTEREXAMPLE, ENVELOPE, MESSAGES, Folder, derived_files, final_name
from .recorded import MessageLog, shortened

TIMES = ("seconds", "durations")
"""Fields that no log shows."""

CLAIMED = ("digest", "subject", "seed", "started", "finished", "messages")
"""Fields that only the run itself knows, or that something else is compared with."""


def of_log(log: MessageLog, envelope: Envelope) -> Iterator[str]:
    """Yield what is wrong with the number of messages in a log."""
    log.left()  # reads it to its end
    # the digests of the other files are written when a run ends
    ended = envelope["complete"] or "files" in envelope
    if log.read < log.messages:
        yield (
            f"{MESSAGES} has {log.read} messages, and the verdicts rest on "
            f"{log.messages}{beyond(log)}"
        )
    if ended and (log.more or log.truncated):
        yield (
            f"{MESSAGES}: the run came to its end, and its verdicts do not rest on all "
            f"messages{beyond(log)}"
        )


def beyond(log: MessageLog) -> str:
    """Return what is in the log behind all that the verdicts rest on; empty if nothing."""
    found = ""
    if log.more:
        found += f"; {log.more} more messages came after the verdicts"
    if log.truncated:
        found += f"; the record in {MESSAGES}:{log.truncated} is truncated"
    return found


def of_digests(folder: Path, envelope: Envelope) -> Iterator[str]:
    """Yield the files that are not what they were when the report was written; raises
    `CommandError`.
    """
    files: Mapping[str, str] | None = envelope.get("files")
    if files is None:
        if envelope["complete"]:
            yield (
                f"{ENVELOPE} has no digests of the other files, and the run is said to be complete"
            )
        return
    try:
        digests = Folder(folder).digests()
    except OSError as error:
        raise CommandError(f"{error.filename}: can't be read: {error.strerror}") from None
    for name in sorted(digests.keys() | files.keys()):
        if digests.get(name) != files.get(name):
            yield f"{name} is not what it was when the report was written"


def of_cases(envelope: Envelope, now: Envelope, ignored: Sequence[str] = ()) -> Iterator[str]:
    """Yield where another system says hello, and each case of which something else comes now: the
    first field.
    """
    yield from differences(envelope["subject"], now["subject"], "subject")
    then_by_id = {case["id"]: case for case in envelope["cases"]}
    now_by_id = {case["id"]: case for case in now["cases"]}
    for name in then_by_id | now_by_id:
        then = then_by_id.get(name, {})
        again = now_by_id.get(name, {})
        not_compared = {*TIMES, *ignored}
        if shows_standard_error_alone(then, again):
            not_compared.add("shown")
        first = next(differences(then, again, name, not_compared), None)
        if first is not None:
            yield f"{first}: {again['reason']}" if again.get("reason") else first


def shows_standard_error_alone(then: CaseEntry, again: CaseEntry) -> bool:
    """Return whether a case shows no more than the end of its standard error.

    That is in the log only as far as it was there at once.
    """
    return "fault" in then and "shown" not in again and then.get("shown", "").startswith(SAID)


def differences(then: Any, now: Any, where: str, ignored: Collection[str] = TIMES) -> Iterator[str]:
    """Yield every place in a value of a report at which another one comes now; null is what is not
    there.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        names = sorted((then.keys() | now.keys()).difference(ignored))
        names.sort(key=lambda name: name != "status")  # the status, if there is one, says most
        for name in names:
            yield from differences(then.get(name), now.get(name), f"{where}.{name}", ignored)
    elif then != now:
        yield f"{where}: was {shortened(then)}, is {shortened(now)}"


def of_envelope(envelope: Envelope, now: Envelope) -> Iterator[str]:
    """Yield the fields of the envelope, except what each case has, that do not follow."""
    complete = envelope["complete"]
    if complete and "trouble" in envelope:
        yield f"trouble in {ENVELOPE} tells why a run ended early, and it is said to be complete"
    if [case["id"] for case in envelope["cases"]] != [case["id"] for case in now["cases"]]:
        yield f"the cases in {ENVELOPE} are in another order than a run has them in"
    # also what only some runs have, and the repetition does not
    lanes_of_sequences = LANES[1:]
    for name in sorted({*now, *lanes_of_sequences, "no_goodbye"} - {*CLAIMED, "cases"}):
        then = envelope.get(name, {})
        again = now.get(name, {})
        if name in LANES and not complete:  # a lane that was cut off says in part what it did
            again = {field: value for field, value in again.items() if field in then}
        yield from differences(then, again, name)
    if complete and FUZZ in now["lanes"]:
        yield from of_fuzzing(envelope.get(FUZZ, {}), now["budgets"])


def of_fuzzing(fuzzing: Mapping[str, Any], budgets: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the amount of fuzzing in a complete run."""
    counted = "sequences" in budgets
    unit = "sequences" if counted else "seconds"
    done = fuzzing.get(unit, 0)
    due = round(budgets.get(unit, 0), 1)
    # more sequences are made where some are asked again, and seconds are counted up to their budget
    too_many = done > due and not counted
    if done < due or too_many:
        yield (
            f"{FUZZ} in {ENVELOPE} is not what a complete run of {budgets[unit]:,.10g} {unit} "
            "writes"
        )


def of_folder(path: Path, envelope: Envelope, kept: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that no run writes, and those that do not follow; raises `CommandError`.

    ``kept``: the files of counterexamples that the repetition writes.
    """
    ended = "files" in envelope
    content = {name: value for name, value in envelope.items() if name != "files"}
    expected = {**kept, **derived_files(content)}
    known = {ENVELOPE, MESSAGES, *expected}
    # each has a feature and a JSON file
    counterexamples = len(kept) // 2
    for name, _ in sorted(Folder(path).entries()):
        if name in known:
            continue
        if ended or not is_unfinished(name, known, counterexamples):
            yield f"{name} is no file of this report"
    for name, text in expected.items():
        file = path / name
        has_to_be_there = ended or name in kept or file.exists()
        if has_to_be_there and content_of(file) != text.encode("utf-8", "surrogatepass"):
            yield f"{name} does not say what {ENVELOPE} and {MESSAGES} say"


def content_of(file: Path) -> bytes | None:
    """Return the content of a file, None if there is none; raises `CommandError`."""
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise CommandError(f"{file}: can't be read: {error.strerror}") from None


def is_unfinished(name: str, known: Iterable[str], counterexamples: int) -> bool:
    """Return whether a run that was killed may have left the file: half written, or not yet
    listed.
    """
    final = final_name(name)
    if final != name and final in known:
        return True
    found = COUNTEREXAMPLE.fullmatch(final)
    return found is not None and int(found[1]) > counterexamples
