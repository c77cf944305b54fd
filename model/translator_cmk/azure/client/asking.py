"""Asking Azure again, until its answer is one of the specification or the time is up.

Azure refuses for a while what it accepts later: while another operation runs, while a grant has not
spread, while a read does not show yet what was made.  So a refusal counts only once the command's
wait is over.
"""

from time import monotonic

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from ...machine import Accepted, Command, Outcome, commands
from ...machine.entities import CUSTOMER
from ...system import Unsupported
from .carrying_out import CALLS
from .estate import Estate
from .patience import Patience, wait_for
from .refusals import EXISTS, NEW_NAME, ErrorAnswer, NotLearned, answer_of, judge, meaning_of
from .target import WORK

MAY_PASS = frozenset({400, 401, 403, 404, 409, 412, 422, 429})
"""The statuses of answers that are not listed, and may be otherwise a little later.

401 is answered to keys of a new account: https://github.com/Azure/azure-cli/issues/29674
"""

LOST = (ServiceRequestError, ServiceResponseError)
"""Raised where no answer came: a host has no name yet, or the connection broke."""

EACH_MAKES_A_VERSION = (commands.CreateKey, commands.ImportKey, commands.RotateKey)
"""The commands that are not sent again once they may have arrived."""

LEAST_WAIT = 60.0
"""Seconds for which a command is asked again, if its wait is not shorter."""

SLOW_TO_SPREAD = frozenset(
    {
        commands.AssignKeyRole,
        commands.CreateResource,
        commands.CreateVault,
        commands.EnableIdentity,
        commands.EnablePurgeProtection,
        commands.GrantKeyAccess,
        commands.RecoverVault,
        commands.SetPermissionModel,
    }
)
"""The commands after which Azure may refuse for a while what rests on them."""

OF_GRANTS = frozenset({"vault.access-policy", "vault.granted-beforehand"})
"""Requirements that a server names, beside others perhaps, which has not yet seen a grant."""


def carry_out(estate: Estate, command: Command, said: list[str]) -> Outcome:
    """Have a command carried out, or refused; into ``said`` goes each attempt.

    Raises `Unsupported`, and `NotLearned` where the last answer says nothing.
    """
    call = CALLS.get(type(command))
    if call is None:
        raise Unsupported("the API has no request for this")
    name = type(command).__name__
    patience = Patience(wait_for(estate.target, name))
    estate.is_first_attempt = True
    estate.was_lost = False
    estate.remarks.clear()
    while True:
        try:
            call(estate, command)
        except HttpResponseError as error:
            answer = answer_of(error)
        except AzureError as error:
            said.append(f"{patience.seconds:.1f} s: {type(error).__name__}")
            patience.end_after(wait_for_the_unlisted(estate, name, patience))
            if patience.ends() or not may_be_sent_again(command, error):
                raise
            go_on(estate, patience)
            estate.was_lost = True
            continue
        else:
            said.append(f"{patience.seconds:.1f} s: accepted")
            said += estate.remarks
            note_accepted(estate, command)
            return Accepted()
        said.append(f"{patience.seconds:.1f} s: {answer}")
        if not is_listed(command, answer):
            patience.end_after(wait_for_the_unlisted(estate, name, patience))
        if patience.ends() or not may_pass(estate, command, answer):
            return judged(estate, command, answer, patience)
        go_on(estate, patience)


def note_accepted(estate: Estate, command: Command) -> None:
    """Keep in mind that a command was accepted, and since when it spreads."""
    estate.made.note(command)
    estate.accepted.add(command)
    if type(command) in SLOW_TO_SPREAD:
        estate.spreads_since = monotonic()


def go_on(estate: Estate, patience: Patience) -> None:
    """Pause before another attempt."""
    patience.go_on()
    estate.is_first_attempt = False


def may_be_sent_again(command: Command, error: AzureError) -> bool:
    """Return whether a command may be sent again that had no answer."""
    if isinstance(error, ServiceResponseError) and isinstance(command, EACH_MAKES_A_VERSION):
        return False
    return isinstance(error, LOST)


def is_listed(command: Command, answer: ErrorAnswer) -> bool:
    """Return whether it is known what an answer means."""
    return bool(answer.ids) or meaning_of(answer, type(command).__name__) is not None


def wait_for_the_unlisted(estate: Estate, command: str, patience: Patience) -> float:
    """Return for how many seconds a command is asked again whose answer nobody lists.

    It may come from what has not spread yet.  Once that is older than the command's wait, it does
    not, and a short while is enough, unless the rest of a run hangs on the command.
    """
    if WORK[command].get("hangs_on", False):
        return patience.planned
    age = patience.began - estate.spreads_since
    return max(LEAST_WAIT, patience.planned - age)


def judged(estate: Estate, command: Command, answer: ErrorAnswer, patience: Patience) -> Outcome:
    """Return the refusal that the last answer is; raises `NotLearned` where it is none.

    A code that says that something is missing is none where all was made: a read does not show it.
    One that says that a name is taken is none where the name was never used here: names are shared
    with everybody.  Nor is any where an attempt had no answer: that one may have been carried out.
    """
    try:
        refused = judge(answer, type(command).__name__)
        if estate.was_lost:
            raise NotLearned(f"an earlier attempt had no answer, and may have succeeded: {answer}")
        if is_asked_too_much(command, answer):
            raise NotLearned(f"{TOO_MUCH}: {answer}")
        if counts_later(estate, command, answer):
            raise NotLearned(f"the same was never accepted, so it may be our mistake: {answer}")
        if not answer.ids and refused.because == {EXISTS} and estate.made.has_all(command):
            raise NotLearned(f"what it says is missing was made, and Azure accepted that: {answer}")
        if (
            not answer.ids
            and refused.because == {NEW_NAME}
            and not estate.made.has_used_name_of(command)
        ):
            raise NotLearned(
                f"the name was never used here, so somebody else may have it: {answer}"
            )
        return refused
    except NotLearned as nothing:
        if patience.attempts == 1:
            raise
        asked = f"asked {patience.attempts} times in {patience.seconds:.0f} seconds"
        raise NotLearned(f"{nothing}; {asked}") from None


TOO_MUCH = (
    "a resource that does not exist yet has no access to a key, so a refusal says nothing of "
    "customer-managed keys at creation"
)


def is_asked_too_much(command: Command, answer: ErrorAnswer) -> bool:
    """Return whether a command breaks another demand too, so that only named reasons say why."""
    if not isinstance(command, commands.CreateResource) or answer.ids:
        return False
    return command.keys == CUSTOMER


def counts_later(estate: Estate, command: Command, answer: ErrorAnswer) -> bool:
    """Return whether an answer counts only once the same command was accepted, which it wasn't."""
    meaning = meaning_of(answer, type(command).__name__)
    if answer.ids or meaning is None or not meaning.once_accepted:
        return False
    return command not in estate.accepted


def may_pass(estate: Estate, command: Command, answer: ErrorAnswer) -> bool:
    """Return whether a later answer may be another one."""
    meaning = meaning_of(answer, type(command).__name__)
    reasons = answer.ids or frozenset(meaning.because if meaning else ())
    if counts_later(estate, command, answer):
        return True
    if reasons == {EXISTS}:
        return estate.made.has_all(command)
    if reasons:
        return not reasons.isdisjoint(OF_GRANTS)
    if meaning is None:
        ended_as_failed = 200 <= answer.status < 300  # a long-running operation
        return answer.status in MAY_PASS or ended_as_failed
    return meaning.passes
