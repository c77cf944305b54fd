"""Looking at what Azure shows of a world, until it shows everything or the time is up."""

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError

from ...machine import Observation
from ...machine.observation import OBSERVED_KINDS
from .estate import Estate
from .patience import Patience
from .refusals import ErrorAnswer, NotLearned, answer_of, meaning_of
from .resource_looks import see_resources
from .studio_looks import leave_out, see_studio
from .vault_looks import see_vaults

LOOK = ""
"""Stands for the command where nothing is asked but what is there."""


def look(estate: Estate, wait: float) -> Observation:
    """Return everything that the API shows; ``wait``: the seconds for which reads may be behind.

    Raises `NotLearned`.
    """
    patience = Patience(wait)
    while True:
        try:
            seen = see_everything(estate)
        except HttpResponseError as error:
            answer = answer_of(error)
            if patience.ends() or not may_pass(answer):
                raise NotLearned(why_not_seen(answer)) from None
        except (ServiceRequestError, ServiceResponseError):
            if patience.ends():
                raise
        else:
            if patience.ends() or not may_show_more(estate, seen, patience.seconds):
                return seen
        patience.go_on()


def may_pass(answer: ErrorAnswer) -> bool:
    """Return whether it may be possible to look a little later: unless something stands in the
    way.
    """
    meaning = meaning_of(answer, LOOK)
    return meaning is None or meaning.passes or not meaning.about


def why_not_seen(answer: ErrorAnswer) -> str:
    meaning = meaning_of(answer, LOOK)
    if meaning is None or not meaning.about:
        return f"what is there can't be looked at: {answer}"
    return f"{meaning.about} ({answer})"


def is_behind(estate: Estate, seen: Observation) -> bool:
    """Return whether a look misses something that was made."""
    shown = seen["resource"].keys() | seen["vault"].keys() | seen["key"].keys()
    return not estate.made.names <= shown


UNSURE = 60.0
"""Seconds for which data is looked at again of which nothing says whether it can be read."""


def may_show_more(estate: Estate, seen: Observation, seconds: float) -> bool:
    """Return whether a later look may show more than one after so many seconds."""
    if is_behind(estate, seen) or estate.is_changing:
        return True
    return seconds < UNSURE and any(studio.is_unsure for studio in estate.studios.values())


def see_everything(estate: Estate) -> Observation:
    """Look once; raises `HttpResponseError`."""
    seen = Observation({kind.word: {} for kind, *_ in OBSERVED_KINDS})
    see_subscriptions(estate, seen)
    see_resources(estate, seen)
    see_vaults(estate, seen)
    for resource, studio in estate.studios.items():
        if resource in estate.accounts and studio.ids:
            see_studio(studio, seen)
    if not estate.local:
        for studio in estate.ended:
            leave_out(studio, seen)
    return seen


def see_subscriptions(estate: Estate, seen: Observation) -> None:
    names = {guid: name for name, guid in estate.tenant_ids.items()}
    for subscription in estate.stage.subscriptions:
        tenant = names.get(estate.tenant_of(subscription), "another")
        seen["subscription"][subscription] = {"tenant": tenant}
