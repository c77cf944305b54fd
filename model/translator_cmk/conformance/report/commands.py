"""The commands `translator-cmk report check` and `report reproduce`: whether a report says what came out."""

import argparse
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

from ...errors import DEVIATIONS, HARNESS, INCOMPLETE, OK, CommandError
from ...escaping import plain
from ...language import WireError
from ...language.declaration import declaration_to_wire
from ...language.shapes import Place
from ...language.text import DECODE, NotStrict
from .. import connecting
from ..cases import TRACE
from ..channels import Fault
from ..connecting import connection
from ..names import Names
from ..session import Session
from ..subject import Subject, by_chance
from ..verify import registered
from .again import judged
from .claims import declaration_in, must_be_times
from .envelope import FORMAT
from .folder import ENVELOPE, MESSAGES, must_be_a_file
from .log import MessageLog, World
from .logged import beyond, otherwise
from .problems import between, problems_of
from .schemas import ENVELOPE as ENVELOPE_SHAPE


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report check`."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder of a report")


def reproduce_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `report reproduce`."""
    check_arguments(parser)
    connecting.add_arguments(parser)


def check(args: argparse.Namespace) -> int:
    """Derives every verdict, count and digest anew from the message log; 1 where one differs, 4 if it is incomplete."""
    envelope = read(args.folder)
    log = log_of(envelope, args.folder)
    found = list(problems_of(args.folder, envelope, log))
    if not found and envelope["subject"] is None:
        raise CommandError(
            f"{args.folder}: the system did not say hello, so that there is nothing to check", INCOMPLETE
        )
    rests_on = [MESSAGES] if envelope["transport"] != "none" else []
    rests_on += [trace["file"] for trace in envelope.get(TRACE, {}).get("traces", ())]
    return said(args.folder, envelope, found, f"derived from {', '.join(rests_on)}", beyond(log))


def reproduce(args: argparse.Namespace) -> int:
    """Asks a system again all that was asked then; 1 where something else comes of it."""
    envelope = read(args.folder)
    if envelope["lanes"] == [TRACE]:
        raise CommandError(f"{args.folder}: it has only traces, of which nobody can be asked again; use report check")
    if envelope["subject"] is None:
        raise CommandError(
            f"{args.folder}: the system did not say hello, so that there is nothing to ask again", INCOMPLETE
        )
    register = registered()
    session = Session(connection(args).open(), patience=args.timeout)
    try:
        declared = session.hello()
        subject = Subject(session, declared, frozenset(register), by_chance())

        def ask(world: World) -> Subject:
            if session.broken:
                session.restart()
            subject.in_front = Names(world.salt).in_front
            return subject

        again = judged(envelope, log_of(envelope, args.folder), register, ask).running
    except Fault as fault:
        raise CommandError(session.in_full(fault), HARNESS) from None
    finally:
        session.bye()
    found = []
    if declared != declaration_in(envelope):
        name, then, now = otherwise(envelope["subject"], declaration_to_wire(declared))
        found = [f"the system declares something else than it did then: {name} was {then}, and is {now}"]
    code = said(args.folder, envelope, found + list(between(envelope, again)), "asked again")
    if code in (OK, INCOMPLETE):
        print(f"whether its other files say the same: translator-cmk report check {shlex.quote(str(args.folder))}")
    return code


def read(folder: Path) -> dict[str, Any]:
    """The envelope of a report; raises `CommandError`."""
    path = folder / ENVELOPE
    must_be_a_file(path)
    try:
        content = DECODE(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: can't be read: {error.strerror}; name the folder of a report") from None
    except NotStrict as error:
        raise CommandError(f"{path}: not JSON: {error.args[0]}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path}: not JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CommandError(f"{path}: no envelope of a report in format {FORMAT}")
    try:
        ENVELOPE_SHAPE.read(content, Place(str(path)))
    except WireError as error:
        raise CommandError(f"{error}; the report was changed, or made by another version of the kit") from None
    envelope: dict[str, Any] = content
    must_be_times(envelope)
    twice = [case for case, times in Counter(case["id"] for case in envelope["cases"]).items() if times > 1]
    if twice:
        raise CommandError(f"{path}: the case {twice[0]} is there twice")
    return envelope


def log_of(envelope: dict[str, Any], folder: Path) -> MessageLog:
    """The message log of a report, as far as its verdicts rest on it."""
    return MessageLog(folder / MESSAGES, envelope.get("messages"))


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
