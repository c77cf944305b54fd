"""Looking at everything that Azure's requests show of a world."""

from azure.core.exceptions import HttpResponseError

from ...machine import Observation
from ...machine.observation import OBSERVED_KINDS
from .estate import Estate
from .refusals import NotLearned, answer_of, meaning_of
from .resource_looks import see_resources
from .studio_looks import see_studio
from .vault_looks import see_vaults

LOOK = ""
"""Stands for the command where nothing is asked but what is there."""


def look(estate: Estate) -> Observation:
    """Return everything that the API shows; raises `NotLearned`."""
    try:
        return see_everything(estate)
    except HttpResponseError as error:
        answer = answer_of(error)
        meaning = meaning_of(answer, LOOK)
        about = meaning.about if meaning else ""
        why = about or "what is there can't be looked at"
        raise NotLearned(f"{why}: {answer}") from None


def see_everything(estate: Estate) -> Observation:
    """Look once; raises `HttpResponseError`."""
    seen = Observation({kind.word: {} for kind, *_ in OBSERVED_KINDS})
    see_subscriptions(estate, seen)
    see_resources(estate, seen)
    see_vaults(estate, seen)
    for resource, studio in estate.studios.items():
        # without its account it answers no request
        if resource in estate.accounts:
            see_studio(studio, seen)
    return seen


def see_subscriptions(estate: Estate, seen: Observation) -> None:
    names = {guid: name for name, guid in estate.tenant_ids.items()}
    for subscription in estate.stage.subscriptions:
        tenant = names.get(estate.tenant_of(subscription), "another")
        seen["subscription"][subscription] = {"tenant": tenant}
