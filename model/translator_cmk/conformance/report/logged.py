"""Whether the log of a report can be that of its run: nothing taken out, and what said hello is what it tells of."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...language import WireError
from ...language.declaration import declaration_to_wire
from ...language.verbs import answer_from_wire, declaration_of
from ..cases import FUZZ, TOUR, TRACE
from ..names import OTHERWISE
from ..sequencing import SHRINKING
from ..subject import run_of
from ..trace import recorded_system
from .folder import ENVELOPE, MESSAGES
from .log import MessageLog


def of_log(log: MessageLog, envelope: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """What is wrong with a log that was read to its end, as the log of this run."""
    ended = envelope["complete"] or "files" in envelope
    if log.messages is not None and log.read < log.messages:
        yield f"{MESSAGES} has {log.read} messages, and the verdicts rest on {log.messages}{beyond(log)}"
    if ended and (log.messages is None or log.more or log.truncated):
        yield f"{MESSAGES}: the run came to its end, and its verdicts do not rest on all messages{beyond(log)}"
    if log.astray:
        yield f"{MESSAGES}:{log.astray}: this was asked in no world"
    yield from of_hellos(log, envelope, folder)
    yield from of_salts(log, envelope["seed"])


def beyond(log: MessageLog) -> str:
    """What is in the log behind all that the verdicts rest on; empty if nothing."""
    more = f"; {log.more} more messages came after the verdicts" if log.more else ""
    return more + (f"; the record in {MESSAGES}:{log.truncated} is truncated" if log.truncated else "")


def of_hellos(log: MessageLog, envelope: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Where the envelope has another system, or another kit, than said hello."""
    if envelope["transport"] == "none":
        traces = envelope.get(TRACE, {}).get("traces", ())
        found = {"the traces": declaration_to_wire(recorded_system(folder / each["file"] for each in traces))}
    else:
        found = dict(declarations(log))
    if not found and envelope["subject"] is not None:
        yield f"{MESSAGES} has no answer to hello, and {ENVELOPE} has a subject"
    changed = not envelope["complete"] and "declared something else" in envelope.get("trouble", "")
    for where, declared in found.items():
        excused = changed and where != next(iter(found))  # it is why the run ended
        if envelope["subject"] != declared and not excused:
            name, now, then = otherwise(envelope["subject"] or {}, declared)
            told = f"{name} is {now}, and was {then}"
            yield f"subject in {ENVELOPE} is not what the system declared in {where}: {told}"
            break
    for number, entry in log.hellos:
        if entry["request"].get("kit") != envelope["kit"]:
            yield f"kit in {ENVELOPE} is {envelope['kit']}; in {MESSAGES}:{number} it is {entry['request'].get('kit')}"
            break


def declarations(log: MessageLog) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each answer to `hello` that is one, by where it is."""
    for number, entry in log.hellos:
        try:
            answer = answer_from_wire("hello", entry.get("answer"))
        except WireError:
            continue  # then it is a fault, which is counted
        if "fault" not in entry and answer["answer"] == "hello":
            yield f"{MESSAGES}:{number}", declaration_to_wire(declaration_of(answer))


def otherwise(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, str, str]:
    """The first field in which two declarations differ, and what each has there, as JSON."""
    name = next(each for each in (*other, *one) if one.get(each) != other.get(each))
    return name, json.dumps(one.get(name))[:200], json.dumps(other.get(name))[:200]


def of_salts(log: MessageLog, seed: int) -> Iterator[str]:
    """Where worlds are not those of a run with this seed, one after another."""
    last = {run_of(seed + number): 0 for number in range(max(len(log.hellos), 1))}
    for case, salt in log.salts:
        run, number = salt[:4], salt[4:]
        if case not in (TOUR, FUZZ):  # there names are of a form that is called for
            number = number.removesuffix(OTHERWISE)
        if run not in last or not re.fullmatch("[1-9][0-9]{0,9}", number):
            yield f"{MESSAGES}: the world {salt} is none of a run with the seed {seed}"
            return
        due = last[run] + 1
        if int(number) < due or (int(number) > due and not (log.left_out and case in (FUZZ, SHRINKING))):
            yield f"{MESSAGES}: the world {salt} is there where {run}{due} is due: worlds were taken out, or moved"
            return
        last[run] = int(number)
