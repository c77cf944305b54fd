"""The lines that every form of a report shows first of a failure: what was sent, what was demanded,
what came, how the system explains it, and the command that runs it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ...bdd.feature_files import pickles
from ...escaping import plain
from ...verdict import Status, format_attempts
from ..judgement.cases import FEATURES, CaseEntry

AGAIN = "again        translator-cmk"
"""How a line begins that says how to see a failure again.

A report names neither the system nor its own place.  On the terminal they stand for OPTIONS and
FOLDER, as a command.
"""

REPLAY = "translator-cmk replay OPTIONS"
"""How begins the command that replays a counterexample."""

STANDING_FOR = (
    "In the commands, OPTIONS are those of this run, and FOLDER is the folder of this report."
)
"""What every form says above them that is not for a terminal."""

OF_AN_ANSWER = "the request is "
"""How begins what is demanded of an answer, and not of what is seen after it."""

MOST_NAMES = 20
"""How many of the names are shown under which a system was asked."""

MOST_REMARKS = 20
"""How many of the remarks are shown that a system makes on how it carried out a step."""

LONGEST_EXPLANATION = 500
"""How many characters are shown of the message in which a system explains an answer."""

SAID = "The end of its standard error:"
"""How begins what is shown of a case that broke the system."""


def sent_as(names: Sequence[str]) -> Iterator[str]:
    """Yield the names under which a system was asked."""
    if not names:
        return
    shown = ", ".join(names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    if more > 0:
        shown += f" and {more} more"
    yield labelled("sent as", shown)


def it_says(own_words: str) -> Iterator[str]:
    """Yield how a system explains its last answer."""
    if own_words:
        yield labelled("it says", plain(own_words, LONGEST_EXPLANATION))


def labelled(label: str, text: str) -> str:
    return f"{label:<11}  {text}"


def essentials(case: CaseEntry) -> Iterator[str]:
    """Yield the lines of one failure."""
    for label, text in facts_of(case):
        yield labelled(label, text)


def facts_of(case: CaseEntry) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of one failure, each fact with its label; of a report that has no
    more, its reason.
    """
    if case["lane"] != FEATURES:
        yield "test", plain(case["id"])
    if "attempts" in case:
        yield "attempts", format_attempts([Status(status) for status in case["attempts"]])
    failure = case.get("failure")
    if failure is None:
        yield "result", plain(case.get("reason", case["status"]))
    else:
        yield "sent", plain(failure["sent"])
        for expected in failure["expected"]:
            yield "expected", plain(expected)
        for observed in failure["observed"]:
            yield "observed", plain(observed)
        yield from own_words_of(failure)
    again = again_of(case)
    if again:
        yield "again", again


def own_words_of(failure: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how a system explains its last answer, and how it came to it."""
    if "own_words" in failure:
        yield "it says", plain(failure["own_words"], LONGEST_EXPLANATION)
    said = failure.get("said", ())
    for remark in said[:MOST_REMARKS]:
        yield "it said", plain(remark, LONGEST_EXPLANATION)
    more = len(said) - MOST_REMARKS
    if more > 0:
        yield "it said", f"{more} more, which the messages have"


def again_of(case: CaseEntry) -> str:
    """Return the command that runs a failure again; empty if nothing can."""
    if "again" in case:  # by pytest
        return str(case["again"])
    if case["lane"] == FEATURES and case["requirements"]:
        return f"translator-cmk verify OPTIONS --case {plain(case['id'])}"
    counterexample = case.get("failure", {}).get("counterexample", "")
    return f"{REPLAY} FOLDER/{counterexample}" if counterexample else ""


@cache
def titles() -> Mapping[str, str]:
    """Return the title of each scenario with its row, without the requirement."""
    found = {}
    for pickle in pickles():
        _, _, title = pickle.title.partition("] ")
        found[pickle.id] = title
    return found


def title_of(case: CaseEntry) -> str:
    """Return what a case is about; of a failure of a sequence, what happened."""
    if case["lane"] != FEATURES and "failure" in case:
        return plain(what_happened(case))
    title = case.get("title") or titles().get(case["id"]) or case.get("name") or case["id"]
    return plain(str(title))


def what_happened(case: CaseEntry) -> str:
    """Return in one line how a command of a sequence failed."""
    lane, _, command = case["id"].partition("/")
    failure = case["failure"]
    expected = failure["expected"][0] if failure["expected"] else ""
    observed = failure["observed"][0] if failure["observed"] else "a failure"
    if expected.startswith(OF_AN_ANSWER):
        return f"{lane}: {command}: {observed}"
    return f"{lane}: {command} answered as demanded, but shows {observed}"


def known_of(case: CaseEntry) -> str:
    """Return that a failure is known, and why; empty for any other."""
    if case["status"] != Status.KNOWN:
        return ""
    return f" (known: {plain(case['known'])})"
