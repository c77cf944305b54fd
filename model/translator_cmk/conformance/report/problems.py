"""Whether a report says what its message log shows: every verdict, count and file of it, made anew."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...digest import REPORTED, digest
from ..cases import in_order
from ..planning import registered
from ..running import Running
from ..summary import SAID, SAYS
from .again import from_log, judged
from .claims import declaration_in
from .folder import ENVELOPE
from .log import MessageLog
from .logged import of_log
from .whole import of_derived, of_envelope, of_folder

WHAT_CAME = ("status", "reason", "blamed", "fault", "known", "scored")
WHAT_IT_IS = ("lane", "level", "requirements", "rests_on", "feature", "line", "name")
COMPARED = (*WHAT_CAME, *WHAT_IT_IS)
TOLD = ("step", "shown")
"""How a case failed; asked again, a system may do so in another way."""


def problems_of(folder: Path, envelope: dict[str, Any], log: MessageLog) -> Iterator[str]:
    """Everything in a report that is otherwise than it comes out now; raises `CommandError`."""
    if envelope["digest"] != digest(REPORTED):
        yield "it was made with another version of the specification than this one: install that, and check again"
        return
    register = registered()
    ask = from_log(declaration_in(envelope), register) if envelope["subject"] is not None else None
    again, problems = judged(envelope, log, register, ask)
    problems += [*of_log(log, envelope, folder), *of_folder(folder, envelope, again)]
    parted = list(between(envelope, again, (*COMPARED, *TOLD)))
    yield from (*problems, *parted, *of_envelope(envelope, again))
    if not parted and [case["id"] for case in envelope["cases"]] != [case.id for case in in_order(again.cases)]:
        yield f"the cases in {ENVELOPE} are in another order than a run has them in"
    if not parted and can_be_told(envelope):
        yield from of_derived(folder, envelope)


def can_be_told(envelope: Mapping[str, Any]) -> bool:
    """Whether files can be made from an envelope, with whose cases nothing is wrong."""
    cases = {case["id"] for case in envelope["cases"]}
    return envelope["exit_code"] in SAYS and all(cases.issuperset(group["cases"]) for group in envelope["groups"])


def between(envelope: dict[str, Any], again: Running, compared: tuple[str, ...] = COMPARED) -> Iterator[str]:
    """Every case of which something else comes now, in one of the fields that are compared."""
    now = {case["id"]: case for case in again.envelope()["cases"]}
    then = {case["id"]: case for case in envelope["cases"]}
    for name in (*then, *(each for each in now if each not in then)):
        was, is_ = then.get(name, {"status": "not there"}), now.get(name, {"status": "not there"})
        other = next((field for field in compared if not same(field, was, is_)), None)
        if other == "status":
            told = f": {is_.get('reason', '')}" if is_.get("reason") else ""
            yield f"{name}: was {was['status']}, is {is_['status']}{told}"
        elif other is not None:
            yield f"{name}: its {other} was {was.get(other, 'not there')!r}, is {is_.get(other, 'not there')!r}"


def same(field: str, was: Mapping[str, Any], is_: Mapping[str, Any]) -> bool:
    """Whether a case has the same there; where the system broke, the run shows what it said of that."""
    then, now = was.get(field), is_.get(field)
    return then == now or (field == "shown" and bool(was.get("fault")) and now is None and str(then).startswith(SAID))
