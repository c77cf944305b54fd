"""Systems whose adapters do one thing in a way of their own, rightly or wrongly."""

from typing import Any

from tests.systems.limited import EVERY, declares
from translator_cmk.machine import DEFAULT_STAGE, Command, Observation, Outcome, Refused, Stage
from translator_cmk.machine.commands import GrantKeyAccess
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem, NothingLearned


class SaysWhatDoesNotWork(ModelSystem):
    """Names what does not work, and never that it is refused."""

    declaration = declares("says what does not work", capabilities=EVERY)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if not isinstance(outcome, Refused):
            return outcome
        register = load_register()
        return Refused(frozenset(register[name].refusal_of or name for name in outcome.because))


class AlmostNamesReasons(ModelSystem):
    """Names a requirement by an id that is nearly right, in one refusal of many."""

    declaration = declares("almost names reasons", capabilities=EVERY)

    def submit(self, command: Command) -> Outcome:
        outcome = super().submit(command)
        if isinstance(outcome, Refused) and "vault.same-region-refused" in outcome.because:
            return Refused(frozenset({"vault.same-regions"}))
        return outcome


class SaysItsAttempts(ModelSystem):
    """Says of each command how many attempts it took, with a remark that is no text for a message,
    and refuses to grant access.
    """

    declaration = declares("says its attempts", capabilities=EVERY)
    said = ("0 s: 409 <Conflict>", "", "1 s: \ud800 asked again" + "." * 400)

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, GrantKeyAccess):
            return Refused()
        return super().submit(command)


class MeetsAPolicy(ModelSystem):
    """Meets something in between, when access is granted."""

    declaration = declares("meets a policy", capabilities=EVERY)

    def submit(self, command: Command) -> Outcome:
        if isinstance(command, GrantKeyAccess):
            raise NothingLearned("an Azure Policy forbids it")
        return super().submit(command)


class MeetsAProxy(ModelSystem):
    """Meets something in between whenever it is asked."""

    declaration = declares("meets a proxy", capabilities=EVERY)

    def reset(self, _: Stage = DEFAULT_STAGE) -> None:
        raise NothingLearned("a page of HTML")


# What is shown of others, and under which names

OTHERS: dict[str, dict[str, Any]] = {
    "subscription": {"Pay-As-You-Go": {"tenant": "contoso.example"}},
    "resource": {"open_ai.prod": {"kind": "OpenAI", "location": "West Europe"}},
    "vault": {"kv_of_others": {"state": "purging"}, "kv-of-others": {"state": "active"}},
    "key": {"kv-of-others/ec": {"type": "EC-HSM", "curve": "P-256"}},
    "grant": {"kv-of-others/a reader": {"vault": "kv-of-others", "resource": "a reader"}},
    "role": {"kv-of-others/a reader": {"vault": "kv-of-others", "role": "Reader"}},
    "workspace": {"Their workspace": {"resource": "open_ai.prod", "readable": None}},
    "document": {"a file.txt": {"workspace": "Their workspace"}, "b.txt": {"pages": 7}},
    "model": {"General (v2)": {"state": "training"}},
}
"""What somebody else has in the same backend; little of it looks like what the protocol knows."""


class SharesItsBackend(ModelSystem):
    """Shows also what others have, and who else has access to a vault."""

    declaration = declares("shares its backend", capabilities=EVERY)

    def observe(self) -> Observation:
        seen = super().observe()
        shown = {kind: seen[kind] | OTHERS[kind] for kind in seen}
        for vault in seen["vault"]:
            grant = {"vault": vault, "resource": "backup-service"}
            shown["grant"][f"{vault}/backup-service"] = grant
        return shown


class ShowsSmallLetters(ModelSystem):
    """Shows every name in small letters, since case makes no difference in Azure."""

    declaration = declares("shows small letters", capabilities=EVERY)

    def observe(self) -> Observation:
        shown: Observation = {}
        for kind, entities in super().observe().items():
            shown[kind] = {}
            for name, fields in entities.items():
                shown[kind][name.lower()] = {
                    field: value.lower() if field in NAMING else value
                    for field, value in fields.items()
                }
        return shown


NAMING = ("group", "key", "vault", "resource", "workspace")
"""The fields that name something which was made."""


class ForgetsTheEnds(ModelSystem):
    """Shows no more than twenty characters of the name of a vault."""

    declaration = declares("forgets the ends", capabilities=EVERY)

    def observe(self) -> Observation:
        seen = super().observe()
        return seen | {"vault": {name[:20]: fields for name, fields in seen["vault"].items()}}


HYPHENATED = "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
AZURES_NAMES = {
    "vault": f"(?=[A-Za-z])(?=.{{3,24}}$){HYPHENATED}",
    "key": f"(?=.{{1,127}}$){HYPHENATED}",
    "resource": f"(?=.{{2,64}}$){HYPHENATED}",
    "group": f"(?=.{{1,90}}$){HYPHENATED}",
}
"""For a field of a command, the names that Azure takes, as far as they have no other characters.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""
