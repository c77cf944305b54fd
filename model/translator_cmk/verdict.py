"""Verdicts: every status there is, with the tables that decide which one something gets.

`Status` has one row for each status: how it is written, shown and handed to other tools.  Nothing
else in the package knows a glyph, a colour, or what JUnit and Cucumber call a result.

Four questions are answered here: what a case comes to (`of_attempts`, and `weigh` among others),
what a requirement comes to over its cases (`of_requirement`, and `of_items` for a badge), what a
run comes to (`exit_code`), and how a whole run is shown (`badge_of_run`, `mark_of_run`).  Most
answers are a table of conditions, read from the top: the first row whose condition holds decides.
So the order of the rows is part of their meaning, and a row has to say only how it differs from
those above it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Self, TypeVar

from .errors import DEVIATIONS, HARNESS, INCOMPLETE, OK

# Every status

# Each carries white text at a contrast of 4.5 or more.  Green leans to blue and red to yellow, to
# differ for every kind of colour vision.
GREEN = "#0b7261"
RED = "#b3261e"
AMBER = "#8a5a00"
VIOLET = "#6b4fa0"
BLUE = "#46566e"
GREY = "#57606a"
PALE = "#5b5f66"

DASH = "\N{EN DASH}"


class Status(StrEnum):
    """The status of a case, of a requirement over its cases, or of a run.

    The value is how JSON files have it.  ``junit`` is the element inside a test case; empty for
    none.  ``meaning`` is for readers of a report, where it explains the mark of a requirement.
    """

    word: str
    glyph: str
    colour: str
    cucumber: str
    junit: str
    meaning: str

    # fmt: off
    #                   in JSON            in words              glyph  colour  Cucumber   JUnit
    PASSED          = ("passed",          "passed",              "✔",  GREEN,  "PASSED",  "",
        "everything that applies was run and passed")
    FAILED          = ("failed",          "failed",              "✘",  RED,    "FAILED",  "failure",
        "something failed, and nothing passed")
    PARTLY          = ("partly",          "partly",              "◐",  AMBER,  "SKIPPED", "skipped",
        "some of it passed and some did not; the number says how many, a note says why")
    BLOCKED         = ("blocked",         "blocked",             "⊘",  AMBER,  "FAILED",  "error",
        "it could not be tried: another requirement failed on the way to it")
    KNOWN           = ("known",           "known",               "✘",  RED,    "FAILED",  "skipped",
        "it failed, or was blocked, as the file of deviations says")
    DIFFERS         = ("differs",         "differs",             "≠",  VIOLET, "SKIPPED", "skipped",
        "it differs from what we assume where the article is silent, which is no failure")
    NOT_APPLICABLE  = ("not-applicable",  "not applicable",      "∅",  PALE,   "SKIPPED", "skipped",
        "it demands nothing of this implementation")
    INCONCLUSIVE    = ("inconclusive",    "inconclusive",        "?",  AMBER,  "UNKNOWN", "error",
        "something broke, so nothing was learned")
    NOT_RUN         = ("not-run",         "not run",             "○",  GREY,   "SKIPPED", "skipped",
        "it was not selected, not reached, or is not supported")
    DECLARED        = ("declared",        "declared only",       DASH, BLUE,   "SKIPPED", "skipped",
        "no run can show it")
    STALE           = ("stale",           "stale",               "↻",  VIOLET, "SKIPPED", "skipped",
        "the specification has changed since, so nothing is shown of it")
    LIMITED         = ("limited",         "passed, with limits", "◇",  GREY,   "PASSED",  "",
        "all that was run passed; it was a part, an unreleased kit ran it, or it can't be repeated")

    FLAKY           = ("flaky",           "flaky",               "±",  AMBER,  "FAILED",  "failure",
        "it was tried more than once, and failed one time and passed another")

    # An answer of which the specification says nothing, such as a throttle or a proxy's page.
    NOTHING_LEARNED = ("nothing-learned", "nothing learned",     "□",  AMBER,  "UNKNOWN", "error",
        "the system gave an answer that says nothing about the specification")
    # fmt: on

    def __new__(
        cls,
        value: str,
        word: str = "",
        glyph: str = "",
        colour: str = "",
        cucumber: str = "",
        junit: str = "",
        meaning: str = "",
    ) -> Self:
        """Make the member of one row.  A call with a value alone looks its member up."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.word = word
        member.glyph = glyph
        member.colour = colour
        member.cucumber = cucumber
        member.junit = junit
        member.meaning = meaning
        return member

    @property
    def short(self) -> str:
        """The word where it stands beside a number."""
        return "n/a" if self is Status.NOT_APPLICABLE else self.word

    @property
    def unlisted(self) -> "Status":
        """The status without a file of deviations: what is known to fail has failed."""
        return Status.FAILED if self is Status.KNOWN else self

    @property
    def of_item(self) -> "Status":
        """The status on the site, which shows fewer than a case may have."""
        return SHOWN_AS.get(self, self)


OF_CASES = (
    Status.PASSED,
    Status.FAILED,
    Status.FLAKY,
    Status.BLOCKED,
    Status.KNOWN,
    Status.DIFFERS,
    Status.NOT_APPLICABLE,
    Status.INCONCLUSIVE,
    Status.NOTHING_LEARNED,
    Status.NOT_RUN,
)
"""The statuses of a case in a report."""

OF_ITEMS = (
    Status.PASSED,
    Status.FAILED,
    Status.FLAKY,
    Status.NOT_RUN,
    Status.INCONCLUSIVE,
    Status.NOT_APPLICABLE,
)
"""The statuses of a scenario or property on the site."""

SHOWN_AS: Mapping[Status, Status] = {
    Status.KNOWN: Status.FAILED,
    Status.BLOCKED: Status.NOT_RUN,
    Status.DIFFERS: Status.NOT_APPLICABLE,
    Status.NOTHING_LEARNED: Status.INCONCLUSIVE,
}
"""The statuses of cases that the site shows as another."""

OF_BADGES = (*OF_ITEMS, Status.STALE, Status.DECLARED, Status.LIMITED)
"""The statuses of a badge."""

OF_REQUIREMENTS = (
    Status.PASSED,
    Status.FAILED,
    Status.FLAKY,
    Status.PARTLY,
    Status.BLOCKED,
    Status.DIFFERS,
    Status.NOT_APPLICABLE,
    Status.INCONCLUSIVE,
    Status.NOTHING_LEARNED,
    Status.NOT_RUN,
    Status.DECLARED,
    Status.STALE,
)
"""The statuses of a requirement in a report, as its legend explains them."""

NOT_PASSED = tuple(s for s in OF_CASES if s not in (Status.PASSED, Status.DIFFERS))
"""The statuses of a case that are counted beside those that passed."""

FAILING = frozenset({Status.FAILED, Status.FLAKY, Status.BLOCKED})
"""A case that did otherwise than the specification demands: at its end, or on the way to it."""

HAS_FAILED = frozenset({Status.FAILED, Status.FLAKY, Status.KNOWN})
"""A case that failed, whether it is on a list or not, and whether it also passed or not."""

DECIDED = FAILING | {Status.PASSED, Status.KNOWN}
"""A case of which the run has shown whether the system does what is demanded."""

UNDECIDED = frozenset({Status.INCONCLUSIVE, Status.NOTHING_LEARNED, Status.NOT_RUN})
"""A case of which the run should have shown that, and has not."""

SHOULD_HAVE_PASSED = HAS_FAILED | {Status.BLOCKED} | UNDECIDED
"""A case that keeps its requirement from having passed as a whole."""


# Tables that are read from the top

Inputs = TypeVar("Inputs")
Decision = TypeVar("Decision")


def decide(table: Iterable[tuple[Callable[[Inputs], bool], Decision]], inputs: Inputs) -> Decision:
    """Return the decision of the first row whose condition holds; a last row's always does."""
    for condition, decision in table:
        if condition(inputs):
            return decision
    raise LookupError("no row of the table applies")


def otherwise(_: object) -> bool:
    """Hold always: the condition of a last row."""
    return True


# A case


class Verdict(NamedTuple):
    """A status with its reason, which is empty for what just passed."""

    status: Status
    reason: str = ""


def of_attempts(attempts: Sequence[Status]) -> Status:
    """Return the status of a case that was tried so many times, at least once.

    Another attempt can take *passed* away, and never gives it.  Otherwise the first result stands.
    """
    if Status.PASSED in attempts and not FAILING.isdisjoint(attempts):
        return Status.FLAKY
    for status in attempts:
        if status is not Status.PASSED:
            return status
    return Status.PASSED


def format_attempts(attempts: Sequence[Status], reason: str = "") -> str:
    """Return in words how each attempt came out, and the reason of the one that stands."""
    words = ", then ".join(status.word for status in attempts)
    return f"{words}: {reason}" if reason else words


@dataclass(frozen=True)
class CaseAsRun:
    """A case as it was run, with all else that its verdict depends on."""

    status: Status
    """How it came out: passed, failed, flaky, blocked, not applicable, inconclusive or not run."""
    reason: str = ""
    counts: bool = True
    """Whether the profile demands what it says."""
    is_left_open: bool = False
    """Whether the profile demands it of other systems, and leaves it open for this one."""
    is_listed: bool = False
    """Whether the file of deviations lists it."""
    lacks_capability: bool = False
    """Whether it came out so since the system lacks a capability that it declares."""
    is_masked: bool = False
    """Whether what is lost and what is only inaccessible look the same to it."""
    controls: Mapping[str, Status] = field(default_factory=dict)
    """Its positive controls as they were run, by id.

    What a system passes that refuses everything counts only if one of them shows that the same
    command can be accepted.
    """
    controls_known_to_fail: tuple[str, ...] = ()
    """Those of them that failed, and are listed."""
    controls_not_demanded: tuple[str, ...] = ()
    """Those of them that came out otherwise than in the model, as they may do."""
    behind: tuple[str, ...] = ()
    """The cases whose failures keep this one from being reached."""
    behind_known_to_fail: tuple[str, ...] = ()
    """Those of them that failed, and are listed."""
    describe_assumptions: Callable[[], str] = lambda: ""
    """Returns in words on which assumptions it rests.  That takes its time, so it is called only
    for a case to which it matters.
    """

    @property
    def control(self) -> str:
        """The first of its positive controls."""
        return next(iter(self.controls))

    @property
    def passed_control(self) -> str:
        """The first of its positive controls that passed."""
        found = (name for name, status in self.controls.items() if status is Status.PASSED)
        return next(found, "")

    @property
    def assumptions(self) -> str:
        """On which assumptions it rests, in words."""
        return self.describe_assumptions()


def seen_once_the_key_was_back(case: CaseAsRun) -> bool:
    """A deletion that could not be seen at once was seen later."""
    return never_seen_to_be_lost(case) and bool(case.passed_control)


def never_seen_to_be_lost(case: CaseAsRun) -> bool:
    """A deletion passed that can't be told from inaccessible data."""
    return case.status is Status.PASSED and case.is_masked


def nothing_looks_later(case: CaseAsRun) -> bool:
    """A deletion passed that can't be told from inaccessible data, and there is no scenario that
    looks once the key is back from this loss.  Profile article has one for each that it demands.
    """
    return never_seen_to_be_lost(case) and not case.controls


def never_accepted(case: CaseAsRun) -> bool:
    """A case passed that needs a positive control, and none of these did."""
    return case.status is Status.PASSED and bool(case.controls) and not case.passed_control


def control_does_not_apply(case: CaseAsRun) -> bool:
    """No positive control of a case applies to the system."""
    return never_accepted(case) and set(case.controls.values()) == {Status.NOT_APPLICABLE}


def control_is_not_demanded(case: CaseAsRun) -> bool:
    """The positive controls of a case that apply to the system came out otherwise, as they may."""
    if not never_accepted(case):
        return False
    for name, status in case.controls.items():
        if status is not Status.NOT_APPLICABLE and name not in case.controls_not_demanded:
            return False
    return True


def control_is_known_to_fail(case: CaseAsRun) -> bool:
    """A positive control of a case failed, and is listed."""
    return never_accepted(case) and bool(case.controls_known_to_fail)


def way_is_known_to_fail(case: CaseAsRun) -> bool:
    """All that leads to a case failed, and is listed."""
    unreached = case.status is Status.NOT_RUN and bool(case.behind)
    return unreached and set(case.behind) == set(case.behind_known_to_fail)


def assumption_was_not_tried(case: CaseAsRun) -> bool:
    """Nothing was learned of an assumption, since the system lacks what it declares."""
    return differs_from_assumption(case) and case.lacks_capability


def differs_from_assumption(case: CaseAsRun) -> bool:
    """What is not demanded came out otherwise than we assume."""
    return case.status in FAILING and not case.counts


def left_open(case: CaseAsRun) -> bool:
    """What came out is as we assume, and is not demanded of this system."""
    return case.status is Status.PASSED and case.is_left_open


def failed_as_listed(case: CaseAsRun) -> bool:
    """A failure is on the list."""
    return case.status in FAILING and case.is_listed


LOST_OR_HIDDEN = "its deletion can't be distinguished from inaccessible data"
REFUSAL = "nothing happened, as it should be"

WEIGHING: tuple[tuple[Callable[[CaseAsRun], bool], Status, str], ...] = (
    (
        seen_once_the_key_was_back,
        Status.PASSED,
        f"{LOST_OR_HIDDEN}; seen once the key was back: {{case.passed_control}}",
    ),
    (
        nothing_looks_later,
        Status.NOT_APPLICABLE,
        f"{LOST_OR_HIDDEN}; and no scenario looks once the key is back from this loss",
    ),
    (
        never_seen_to_be_lost,
        Status.INCONCLUSIVE,
        f"{LOST_OR_HIDDEN}; nothing shows yet that it was, once the key is back",
    ),
    (
        control_does_not_apply,
        Status.NOT_APPLICABLE,
        f"{REFUSAL}; but its positive control is not applicable: {{case.control}}",
    ),
    (
        control_is_known_to_fail,
        Status.NOT_APPLICABLE,
        f"{REFUSAL}; but its positive control is known to fail: {{case.controls_known_to_fail[0]}}",
    ),
    (
        control_is_not_demanded,
        Status.NOT_APPLICABLE,
        f"{REFUSAL}; but what would show an effect is not demanded: {{case.control}}",
    ),
    (
        never_accepted,
        Status.INCONCLUSIVE,
        f"{REFUSAL}; but nothing shows yet that it is ever accepted: {{case.control}}",
    ),
    (
        way_is_known_to_fail,
        Status.NOT_APPLICABLE,
        "not reached: what leads to it is known to fail: {case.behind[0]}",
    ),
    (assumption_was_not_tried, Status.NOT_RUN, "{case.reason}"),
    (
        differs_from_assumption,
        Status.DIFFERS,
        "differs from {case.assumptions}: {case.reason}",
    ),
    (
        left_open,
        Status.NOT_APPLICABLE,
        "not specified for this system, which does otherwise before: {case.assumptions}",
    ),
    (failed_as_listed, Status.KNOWN, "{case.reason}"),
)
"""The verdict on a case, with its reason.  Where no row applies, it is as it was run."""


def weigh(case: CaseAsRun) -> Verdict:
    """Return the verdict on a case."""
    for condition, status, reason in WEIGHING:
        if condition(case):
            return Verdict(status, reason.format(case=case))
    return Verdict(case.status, case.reason)


# A requirement

Statuses = Collection[Status]
"""The statuses of the cases that say something of a requirement."""


def has(*wanted: Status) -> Callable[[Statuses], bool]:
    """Return the condition that a case has one of these statuses."""

    def condition(found: Statuses) -> bool:
        return any(status in found for status in wanted)

    return condition


def passed_in_part(found: Statuses) -> bool:
    """Some passed, and some that should have did not."""
    return Status.PASSED in found and not SHOULD_HAVE_PASSED.isdisjoint(found)


def passed_and_differs(found: Statuses) -> bool:
    """All that is demanded passed, and something differs from an assumption."""
    return Status.PASSED in found and Status.DIFFERS in found


REQUIREMENT: tuple[tuple[Callable[[Statuses], bool], Status], ...] = (
    (passed_in_part, Status.PARTLY),
    (passed_and_differs, Status.DIFFERS),
    (has(Status.PASSED), Status.PASSED),
    (has(Status.FAILED, Status.KNOWN), Status.FAILED),
    (has(Status.FLAKY), Status.FLAKY),
    (has(Status.DIFFERS), Status.DIFFERS),
    (has(Status.BLOCKED), Status.BLOCKED),
    (has(Status.INCONCLUSIVE), Status.INCONCLUSIVE),
    (has(Status.NOTHING_LEARNED), Status.NOTHING_LEARNED),
    (has(Status.NOT_RUN), Status.NOT_RUN),
    (has(Status.NOT_APPLICABLE), Status.NOT_APPLICABLE),
    (otherwise, Status.NOT_RUN),
)
"""The status of a requirement over the cases of a report."""

ITEMS: tuple[tuple[Callable[[Statuses], bool], Status], ...] = (
    (has(Status.FAILED), Status.FAILED),
    (has(Status.FLAKY), Status.FLAKY),
    (has(Status.INCONCLUSIVE), Status.INCONCLUSIVE),
    (has(Status.NOT_RUN), Status.NOT_RUN),
    (has(Status.PASSED), Status.PASSED),
    (has(Status.NOT_APPLICABLE), Status.NOT_APPLICABLE),
    (otherwise, Status.NOT_RUN),
)
"""The status of a badge over the scenarios and properties that it stands for: the worst of them."""


def of_requirement(found: Statuses) -> Status:
    """Return the status of a requirement over the cases of a report that say something of it."""
    return decide(REQUIREMENT, found)


def with_failures_first(status: Status, noted: Statuses) -> Status:
    """Return the status of a requirement in a report on one system, where any failure outweighs
    what passed; ``noted`` are the statuses of the cases that did not pass.
    """
    if not {Status.FAILED, Status.KNOWN}.isdisjoint(noted):
        return Status.FAILED
    if Status.FLAKY in noted:
        return Status.FLAKY
    return status


def of_items(found: Statuses) -> Status:
    """Return the status of a badge over the scenarios and properties that it stands for."""
    return decide(ITEMS, found)


# A run


@dataclass(frozen=True)
class RunAsWhole:
    """All that the exit code of a run depends on."""

    broke: bool
    """Whether the system or the kit broke."""
    finished: bool
    """Whether it came to its end."""
    idle: bool
    """Whether one of its lanes decided nothing, or there was no lane."""
    stale: bool
    """Whether the file of deviations lists what no longer fails."""
    found: Statuses
    """The statuses of the cases that count."""


def broke(run: RunAsWhole) -> bool:
    """The system or the kit broke, so no answer is to be trusted."""
    return run.broke


def was_cut_off(run: RunAsWhole) -> bool:
    """It did not come to its end."""
    return not run.finished


def decided_too_little(run: RunAsWhole) -> bool:
    """A lane decided nothing."""
    return run.idle


def something_failed(run: RunAsWhole) -> bool:
    """A case that counts failed, and is not listed."""
    return not FAILING.isdisjoint(run.found)


def list_is_stale(run: RunAsWhole) -> bool:
    """The file of deviations has to be changed."""
    return run.stale


def something_is_undecided(run: RunAsWhole) -> bool:
    """Nothing is known of a case that counts."""
    return not UNDECIDED.isdisjoint(run.found)


# Of several codes the one that says most about how much to trust the run comes first.
EXIT_CODE: tuple[tuple[Callable[[RunAsWhole], bool], int], ...] = (
    (broke, HARNESS),
    (was_cut_off, INCOMPLETE),
    (decided_too_little, INCOMPLETE),
    (something_failed, DEVIATIONS),
    (list_is_stale, DEVIATIONS),
    (something_is_undecided, INCOMPLETE),
    (otherwise, OK),
)
"""The exit code of a run."""


def exit_code(run: RunAsWhole) -> int:
    """Return the exit code of a run."""
    return decide(EXIT_CODE, run)


class Conclusion(NamedTuple):
    """What an exit code says of a run: in words, and as the element of its test case in JUnit."""

    words: str
    junit: str


CONCLUSIONS: Mapping[int, Conclusion] = {
    OK: Conclusion("conformant", ""),
    DEVIATIONS: Conclusion("deviations", "failure"),
    HARNESS: Conclusion("the system or the kit broke", "error"),
    INCOMPLETE: Conclusion("incomplete: not everything that counts was decided", "error"),
}


# A run as it is shown


@dataclass(frozen=True)
class RunShown:
    """All that the badge of a run depends on, and its mark among those of other implementations."""

    exit_code: int
    found: Statuses
    """The statuses of the cases that count."""
    complete: bool
    """Whether it came to its end."""
    whole: bool
    """Whether it was narrowed in no way."""
    released: bool
    """Whether a released kit ran it."""


def shows_a_failure(run: RunShown) -> bool:
    """Something failed, whether it is listed or not."""
    return run.exit_code == DEVIATIONS or not (FAILING | HAS_FAILED).isdisjoint(run.found)


def is_conformant(run: RunShown) -> bool:
    """All that counts was asked, and nothing is known to fail."""
    return run.exit_code == OK and run.whole and Status.KNOWN not in run.found


def is_green(run: RunShown) -> bool:
    """A released kit found all that counts in order."""
    return run.exit_code == OK and run.whole and run.released


def found_nothing(run: RunShown) -> bool:
    """Nothing was found that has to be mended."""
    return run.exit_code == OK


def has_deviations(run: RunShown) -> bool:
    """Something has to be mended."""
    return run.exit_code == DEVIATIONS


def came_to_its_end(run: RunShown) -> bool:
    """It was not cut off."""
    return run.complete


BADGE: tuple[tuple[Callable[[RunShown], bool], Status], ...] = (
    (shows_a_failure, Status.FAILED),
    (is_green, Status.PASSED),
    (found_nothing, Status.LIMITED),
    (came_to_its_end, Status.INCONCLUSIVE),
    (otherwise, Status.NOT_RUN),
)
"""The badge of a run, on which nothing may look better than it is."""

MARK: tuple[tuple[Callable[[RunShown], bool], Status], ...] = (
    (is_conformant, Status.PASSED),
    (found_nothing, Status.PARTLY),
    (has_deviations, Status.FAILED),
    (otherwise, Status.INCONCLUSIVE),
)
"""The mark of a run among those of other implementations, beside which its words stand."""


def badge_of_run(run: RunShown) -> Status:
    """Return the status that the badge of a run shows."""
    return decide(BADGE, run)


def mark_of_run(run: RunShown) -> Status:
    """Return the status of a run among those of other implementations."""
    return decide(MARK, run)
