"""Profiles are sets of silent requirements, and what belongs to one is computed."""

import pytest

from tests.oracle.following import ARTICLE, FULL
from translator_cmk.bdd.demands import PrefixTree, demanded, demanded_of_the_model
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.feature_records import Pickle, Step
from translator_cmk.machine import COUNTER_ROWS, REMEMBERING, Accepted, Outcome, Unspecified
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import ResourceKind
from translator_cmk.machine.topics import OTHER_READINGS
from translator_cmk.oracle import Oracle
from translator_cmk.oracle.profiles import PROFILES, machine_of, silent_in
from translator_cmk.requirements import load_register

PICKLES = {pickle.id: pickle for pickle in pickles()}


def test_full_leaves_the_silences_silent_and_article_all_that_is_assumed_too() -> None:
    register = load_register()
    silences = {
        requirement.id for requirement in register.values() if requirement.kind == "silence"
    }
    assumed = {
        requirement.id for requirement in register.values() if requirement.basis == "assumed"
    }
    assert set(PROFILES) == {"article", "full"}
    assert silent_in("full", register) == silences
    assert silent_in("article", register) == silences | assumed


def test_what_does_not_hold_in_a_revision_is_silent_in_every_profile() -> None:
    specified = load_register()
    later = load_register(revision="2025-11-18")
    for profile in PROFILES:
        more = silent_in(profile, later) - silent_in(profile, specified)
        assert more == {"resource.cognitive-services"}


@pytest.mark.parametrize(
    ("kind", "revision", "demanded"),
    [
        ("Translator", "2025-11-18", Accepted),
        ("AIServices", "2025-11-18", Accepted),
        ("CognitiveServices", "2025-11-18", Unspecified),
        ("CognitiveServices", "2025-01-28", Accepted),
    ],
)
def test_enabling_for_a_kind_is_demanded_in_the_revisions_that_name_it(
    kind: ResourceKind, revision: str, demanded: type[Outcome]
) -> None:
    oracle = Oracle(machine_of(silent_in("article", load_register(revision=revision))))
    oracle.submit(cmd.CreateResource("r", kind, "westeurope", "cmk-tier", "production", "g"))
    oracle.submit(cmd.CreateVault("v", "westeurope", "production", "g"))
    oracle.submit(cmd.CreateKey("v", "k"))
    outcome = oracle.submit(cmd.EnableCustomerManagedKeys("r", "v", "k", through="portal"))
    assert isinstance(outcome, demanded)


def test_rows_of_what_is_silent_are_in_the_machine_with_counter_rows_and_other_readings() -> None:
    more_in_full = set(FULL.rows) - set(REMEMBERING)
    assert more_in_full
    for row in more_in_full:
        assert load_register()[row.requirement].kind == "silence"

    may_apply = {
        row for row in (*COUNTER_ROWS, *OTHER_READINGS) if row.requirement in ARTICLE.silent
    }
    assert set(ARTICLE.rows) - set(REMEMBERING) == may_apply
    assert "keys.rotation-keeps-data" in {row.requirement for row in may_apply}


def test_an_unknown_profile_and_names_that_mean_nothing_are_errors() -> None:
    with pytest.raises(ValueError, match="no profile 'articel'; the profiles are article and full"):
        silent_in("articel", load_register())
    with pytest.raises(ValueError, match=r"environment\.exists cannot be silent"):
        machine_of({"environment.exists", "keys.use-logged"})


COSTS_ALL = "costs-all-that-is-under-the-key/a-deployed-model-under-customer-managed-keys"


@pytest.mark.slow
def test_a_scenario_belongs_to_article_unless_it_rests_on_what_is_assumed() -> None:
    inside = {
        name for name, pickle in PICKLES.items() if demanded_of_the_model(ARTICLE.silent, pickle)
    }
    assert f"revocation.access-revoked/revoked-access-{COSTS_ALL}" in inside
    assert f"revocation.key-deleted/a-deleted-key-{COSTS_ALL}" in PICKLES.keys() - inside

    fewer = with_one_assumption_silent()
    for name in sorted(PICKLES.keys() - inside)[::8]:
        pickle = PICKLES[name]
        # the likeliest first
        fewer.sort(key=lambda silent: silent.isdisjoint(pickle.requirements))
        assert not all(demanded_of_the_model(silent, pickle) for silent in fewer), name


def with_one_assumption_silent() -> list[frozenset[str]]:
    """Each assumption, and pairs that show only together."""
    # whether a new resource has an identity decides whether some of the others show
    silent = [{name, "identity.off-at-first"} for name in sorted(ARTICLE.silent)]
    silent.append({"vault.soft-delete-refused", "vault.purge-protection-refused"})
    silent.append({"resource.global-refused", "identity.unchanged-without-effect"})
    silent.append({"revocation.no-upload", "revocation.earlier-workspaces-closed"})
    return [frozenset(names) for names in silent]


def test_a_waiver_takes_a_scenario_out() -> None:
    tree = PrefixTree(Oracle(machine_of(FULL.silent | {"revocation.undeploys"})))
    of_it = [each for each in PICKLES.values() if each.requirements[0] == "revocation.undeploys"]
    assert of_it
    assert not all(demanded(tree, pickle) for pickle in of_it)


TRANSLATE = 'the customer translates with the model "legal-en-de"'


@pytest.mark.parametrize(("translated_before", "inside"), [(False, True), (True, False)])
def test_all_that_a_scenario_takes_for_so_must_be_demanded(
    translated_before: bool, inside: bool
) -> None:
    """A Given has to be accepted, and translating without access to the key is refused."""
    steps = [
        Step("", "given", "a deployed model under customer-managed keys", 1),
        Step(
            "",
            "given",
            'the customer revokes the access of "translator-prod" to the keys of "kv-prod"',
            1,
        ),
    ]
    if translated_before:
        steps.append(Step("", "given", TRANSLATE, 1))
    steps.append(Step("", "when", TRANSLATE, 1))
    steps.append(Step("", "then", "the request is refused", 1))
    pickle = Pickle("id", "name", "", 1, ("revocation.features-stop",), tuple(steps))
    assert demanded_of_the_model(ARTICLE.silent, pickle) == inside
