"""The commands `translator-cmk report check` and `report reproduce`: whether a report says what came out."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...digest import digest
from ...explore.oracle.profiles import PROFILES
from .. import connecting
from ..channels import Fault
from ..connecting import connection
from ..escaping import plain
from ..running import Running
from ..session import Session
from ..subject import Subject
from ..trouble import DEVIATIONS, HARNESS, INCOMPLETE, OK, Trouble, tells_trouble
from ..verify import registered
from .again import declaration_in, from_log, judged
from .envelope import FORMAT
from .files import files_of
from .folder import ENVELOPE, MESSAGES, Folder
from .log import World

COMPARED = ("status", "reason", "blamed", "fault", "known", "scored", "lane", "level", "requirements", "rests_on")
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
    again = judged(envelope, args.folder / MESSAGES, register, from_log(declaration_in(envelope), register))
    return said(args.folder, envelope, list(differences(args.folder, envelope, again)), "derived from the message log")


@tells_trouble
def reproduce(args: argparse.Namespace) -> int:
    """Asks a system again all that was asked then; 1 where something else comes of it."""
    envelope = read(args.folder)
    register = registered()
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        declared = session.hello()
        subject = Subject(session, declared, frozenset(register), seed=int(envelope["seed"]) + 1)

        def ask(_: World) -> Subject:
            if session.broken:
                session.restart()
            return subject

        again = judged(envelope, args.folder / MESSAGES, register, ask)
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
        envelope = json.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{path}: not JSON: {error}") from None
    fields = ("digest", "subject", "profile", "lanes", "selection", "seed", "cases", "counts", "complete", "finished")
    if (
        not isinstance(envelope, dict)
        or envelope.get("format") != FORMAT
        or any(each not in envelope for each in fields)
    ):
        raise Trouble(f"{path}: no envelope of a report in format {FORMAT}")
    cases = envelope["cases"]
    if not isinstance(cases, list) or not all(
        isinstance(case, dict) and isinstance(case.get("id"), str) for case in cases
    ):
        raise Trouble(f"{path}: its cases are none")
    if envelope["profile"] not in PROFILES or len({case["id"] for case in cases}) < len(cases):
        raise Trouble(f"{path}: its profile is none, or a case is there twice")
    return envelope


def differences(folder: Path, envelope: dict[str, Any], again: Running) -> Iterator[str]:
    """Everything in the report that is otherwise than it comes out now."""
    if envelope["digest"] != digest():
        yield "it was made with another version of the specification than this one: install that, and check again"
    digests = Folder(folder).digests()
    for name in sorted(digests.keys() | envelope.get("files", {}).keys()) if "files" in envelope else ():
        if digests.get(name) != envelope["files"].get(name):
            yield f"{name} is not what it was when the report was written"
    yield from between(envelope, again)
    now = again.envelope()
    for name in DERIVED:
        if envelope.get(name) != json.loads(json.dumps(now[name])):
            yield f"{name} in {ENVELOPE} is not what follows from the verdicts"
    if "files" in envelope:
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
        if any(was.get(field) != is_.get(field) for field in COMPARED):
            told = f": {is_.get('reason', '')}" if is_.get("reason") else ""
            yield f"{name}: was {was['status']}, is {is_['status']}{told}"


def said(folder: Path, envelope: dict[str, Any], found: list[str], how: str) -> int:
    """Print what was found, and give the exit code."""
    for each in found:
        print(f"✘ {plain(each)}")
    if found:
        return DEVIATIONS
    print(f"{folder}: all {len(envelope['cases'])} verdicts are confirmed, {how}")
    if not envelope["complete"]:
        print("the run was not complete")
        return INCOMPLETE
    return OK
