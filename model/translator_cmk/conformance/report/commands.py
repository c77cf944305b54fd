"""The commands `translator-cmk report check` and `report reproduce`: whether a report says what came out."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...digest import digest
from ...wire import WireError
from ...wire.shapes import Place
from .. import connecting
from ..cases import FUZZ, TOUR, TRACE
from ..channels import Fault
from ..connecting import connection
from ..counterexamples import recorded
from ..escaping import plain
from ..running import Running
from ..session import Session
from ..subject import Subject
from ..trouble import DEVIATIONS, HARNESS, INCOMPLETE, OK, Trouble, tells_trouble
from ..verify import registered
from .again import declaration_in, from_log, judged
from .envelope import FORMAT
from .files import files_of
from .folder import COUNTEREXAMPLES, ENVELOPE, MESSAGES, Folder
from .log import MessageLog, World
from .schemas import ENVELOPE as ENVELOPE_SHAPE

WHAT_CAME = ("status", "reason", "blamed", "fault", "known", "scored")
WHAT_IT_IS = ("lane", "level", "requirements", "rests_on", "feature", "line", "name")
COMPARED = (*WHAT_CAME, *WHAT_IT_IS)
DERIVED = ("counts", "coverage", "faults", "exit_code", "groups", "stale_deviations", "lanes", "selection")


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report check`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a report")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report reproduce`."""
    check_arguments(parser)
    connecting.add_arguments(parser)


@tells_trouble
def check(args: argparse.Namespace) -> int:
    """Derives every verdict, count and digest anew from the message log; 1 where one differs, 4 if it is incomplete."""
    envelope = read(args.folder)
    if envelope["subject"] is None:
        raise Trouble(f"{args.folder}: the system did not say hello, so that there is nothing to check", INCOMPLETE)
    register = registered()
    for path in sorted((args.folder / COUNTEREXAMPLES).glob("*.json")):
        recorded(path)
    log = log_of(envelope, args.folder)
    again = judged(envelope, log, register, from_log(declaration_in(envelope), register))
    found = [*missing(log), *differences(args.folder, envelope, again)]
    rests_on = [MESSAGES] if envelope["transport"] != "none" else []
    rests_on += [trace["file"] for trace in envelope.get(TRACE, {}).get("traces", ())]
    return said(args.folder, envelope, found, f"derived from {', '.join(rests_on)}", beyond(log))


@tells_trouble
def reproduce(args: argparse.Namespace) -> int:
    """Asks a system again all that was asked then; 1 where something else comes of it."""
    envelope = read(args.folder)
    if envelope["lanes"] == [TRACE]:
        raise Trouble(f"{args.folder}: it has only traces, of which nobody can be asked again; use report check")
    register = registered()
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        declared = session.hello()
        subject = Subject(session, declared, frozenset(register), seed=int(envelope["seed"]) + 1)

        def ask(_: World) -> Subject:
            if session.broken:
                session.restart()
            return subject

        again = judged(envelope, log_of(envelope, args.folder), register, ask)
    except Fault as fault:
        raise Trouble(str(fault), HARNESS) from None
    finally:
        session.bye()
    found = [] if declared == declaration_in(envelope) else ["the system declares something else than it did then"]
    return said(args.folder, envelope, found + list(between(envelope, again)), "asked again")


def read(folder: Path) -> dict[str, Any]:
    """The envelope of a report; raises `Trouble`."""
    path = folder / ENVELOPE
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{path}: not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Trouble(f"{path}: no envelope of a report in format {FORMAT}")
    try:
        ENVELOPE_SHAPE.read(content, Place(str(path)))
    except WireError as error:
        raise Trouble(f"{error}; the report was changed, or made by another version of the kit") from None
    envelope: dict[str, Any] = content
    twice = [case for case, times in Counter(case["id"] for case in envelope["cases"]).items() if times > 1]
    if twice:
        raise Trouble(f"{path}: the case {twice[0]} is there twice")
    return envelope


def log_of(envelope: dict[str, Any], folder: Path) -> MessageLog:
    """The message log of a report, as far as its verdicts rest on it."""
    return MessageLog(folder / MESSAGES, envelope.get("messages"))


def missing(log: MessageLog) -> Iterator[str]:
    """What verdicts rest on, and is not in the log."""
    if log.messages is not None and log.read < log.messages:
        yield f"{MESSAGES} has {log.read} messages, and the verdicts rest on {log.messages}{beyond(log)}"


def beyond(log: MessageLog) -> str:
    """What is in the log behind all that the verdicts rest on; empty if nothing."""
    more = f"; {log.more} more messages came after the verdicts" if log.more else ""
    return more + (f"; the record in {MESSAGES}:{log.truncated} is truncated" if log.truncated else "")


def differences(folder: Path, envelope: dict[str, Any], again: Running) -> Iterator[str]:
    """Everything in the report that is otherwise than it comes out now."""
    if envelope["digest"] != digest():
        yield "it was made with another version of the specification than this one: install that, and check again"
    digests = Folder(folder).digests()
    for name in sorted(digests.keys() | envelope.get("files", {}).keys()) if "files" in envelope else ():
        if digests.get(name) != envelope["files"].get(name):
            yield f"{name} is not what it was when the report was written"
    parted = list(between(envelope, again))
    yield from parted
    now = again.envelope()
    for name in DERIVED:
        if envelope.get(name) != json.loads(json.dumps(now[name])):
            yield f"{name} in {ENVELOPE} is not what follows from the verdicts"
    for lane in (TOUR, FUZZ, TRACE):
        done = again.notes.get(lane, {})
        if any(envelope.get(lane, {}).get(name, 0) != number for name, number in done.items()):
            yield f"{lane} in {ENVELOPE} is not what follows from the message log"
    if "files" in envelope and not parted:
        plain_envelope = {name: value for name, value in envelope.items() if name != "files"}
        for name, text in files_of(plain_envelope):
            if (folder / name).is_file() and (folder / name).read_text("utf-8") != text and name != "results.json":
                yield f"{name} does not say what {ENVELOPE} says"


def between(envelope: dict[str, Any], again: Running) -> Iterator[str]:
    """Every case of which something else comes now."""
    now = {case["id"]: case for case in again.envelope()["cases"]}
    then = {case["id"]: case for case in envelope["cases"]}
    for name in (*then, *(each for each in now if each not in then)):
        was, is_ = then.get(name, {"status": "not there"}), now.get(name, {"status": "not there"})
        other = next((field for field in COMPARED if was.get(field) != is_.get(field)), None)
        if other == "status":
            told = f": {is_.get('reason', '')}" if is_.get("reason") else ""
            yield f"{name}: was {was['status']}, is {is_['status']}{told}"
        elif other is not None:
            yield f"{name}: its {other} was {was.get(other, 'not there')!r}, is {is_.get(other, 'not there')!r}"


def said(folder: Path, envelope: dict[str, Any], found: list[str], how: str, more: str = "") -> int:
    """Print what was found, and give the exit code."""
    for each in found:
        print(f"✘ {plain(each)}")
    if found:
        return DEVIATIONS
    print(f"{folder}: all {len(envelope['cases'])} verdicts are confirmed, {how}")
    if not envelope["complete"]:
        print(f"the run was not complete: {plain(envelope.get('trouble', 'it was broken off'))}{more}")
        return INCOMPLETE
    return OK
