"""The pages to decide on: rules that fit every choice once, conditions tried out, fates and lives searched for."""

import re
from collections.abc import Mapping
from itertools import combinations, product
from xml.etree import ElementTree

import pytest

from tests.site.building import REGISTER, a_run, content_of
from translator_cmk.machine import ROWS, Accepted, Refused
from translator_cmk.machine.commands import EnableCustomerManagedKeys
from translator_cmk.machine.rows import Refuse
from translator_cmk.requirements import load_register
from translator_cmk.site.before_enabling import before_enabling_page
from translator_cmk.site.deeds import deed
from translator_cmk.site.drawing import Arrow, between, box, svg
from translator_cmk.site.enabling import CHANNELS, CONDITIONS, enabled
from translator_cmk.site.graph import graph
from translator_cmk.site.kept import Run
from translator_cmk.site.lives import LIVES, Life, passages
from translator_cmk.site.lives_page import drawn
from translator_cmk.site.should_you import CHOICES, decided, fitting, register_digest, should_you_page
from translator_cmk.site.sourced import data
from translator_cmk.site.undone import FROM_AN_UPLOAD, fates
from translator_cmk.site.undone_page import cannot_be_undone_page

RULES = data("decision")["rules"]
QUESTIONS = [each["id"] for each in data("decision")["questions"]]
PAGE = should_you_page(content_of(a_run()))


def test_exactly_one_rule_fits_any_choice() -> None:
    for choices in product(CHOICES, repeat=len(QUESTIONS)):
        assert len(list(fitting(RULES, dict(zip(QUESTIONS, choices, strict=True))))) == 1, choices


def test_answer_is_looked_up_for_any_choice() -> None:
    found = decided(data("decision"))
    assert len(found["fits"]) == len(CHOICES) ** len(QUESTIONS)
    assert found["rules"][found["fits"]["no no no no"]][0] == "No"
    assert found["rules"][found["fits"]["yes no yes yes"]][0] == "Yes"
    assert found["rules"][found["fits"]["yes yes no yes"]][0] == "Not yet"


def test_every_question_matters() -> None:
    fits = decided(data("decision"))["fits"]
    answers = {tuple(key.split()): RULES[number]["answer"] for key, number in fits.items()}
    for at in range(len(QUESTIONS)):
        without = {(*key[:at], *key[at + 1 :]) for key in answers}
        with_answer = {(*key[:at], *key[at + 1 :], answer) for key, answer in answers.items()}
        assert len(with_answer) > len(without), QUESTIONS[at]


def test_record_names_what_it_rests_on() -> None:
    record = PAGE.partition("<article")[2].partition("</article>")[0]
    assert register_digest(REGISTER) in record
    assert REGISTER.article.revision in record
    assert "observed on Azure: never" in record
    price, assumed = record.split("Assumed where the article is silent")
    for each in REGISTER.values():
        assert (f"#{each.id})" in assumed) == (each.basis == "assumed")
    losses = ("revocation.data-inaccessible", "revocation.undeploys", "revocation.deletes-uploads")
    for name in (*losses, "restoration.uploads-stay-deleted"):
        assert f"#{name})" in price


def test_record_leads_to_the_page_of_its_run_where_that_is_kept() -> None:
    kept = content_of(a_run())._replace(kept=(Run("a.json", a_run()),))
    assert "](../evidence/runs/a.md); observed on Azure: never" in should_you_page(kept)
    assert "](../evidence/last-run.md); observed on Azure: never" in PAGE


def test_digest_of_the_register_is_that_of_its_requirements() -> None:
    assert register_digest(REGISTER) == register_digest(load_register())
    assert len(register_digest(REGISTER)) == 64


def test_conditions_break_each_demand_on_enabling() -> None:
    demands = {row.requirement for row in ROWS if isinstance(row, Refuse) and row.on is EnableCustomerManagedKeys}
    broken = {
        name
        for condition in CONDITIONS
        for value in condition.values
        for channel in CHANNELS
        if isinstance(outcome := enabled(channel, value.differs), Refused)
        for name in outcome.because
    }
    assert demands <= broken


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_first_value_of_a_condition_is_right(condition: object) -> None:
    assert all(isinstance(enabled(channel, {}), Accepted) for channel in CHANNELS)
    assert condition.values[0].differs == {}  # type: ignore[attr-defined]  # a parameter has no type


def reasons(differs: Mapping[str, object]) -> frozenset[str]:
    """The demands that these values break through the portal."""
    outcome = enabled("portal", differs)
    return outcome.because if isinstance(outcome, Refused) else frozenset()


def test_two_wrong_values_are_refused_for_the_reasons_of_both() -> None:
    """But for a key held elsewhere, to which nothing that is asked of a key vault applies."""
    wrong = [value.differs for condition in CONDITIONS for value in condition.values if value.differs]
    pairs = [(one, other) for one, other in combinations(wrong, 2) if not one.keys() & other.keys()]
    held_in_a_vault = [pair for pair in pairs if not any("store" in each for each in pair)]
    assert sum(bool(reasons(one) and reasons(other)) for one, other in held_in_a_vault) > 50
    for one, other in held_in_a_vault:
        assert reasons({**one, **other}) == reasons(one) | reasons(other), (one, other)


def test_checklist_has_a_box_for_each_item_and_the_page_every_demand() -> None:
    page = before_enabling_page(content_of(a_run()))
    items = [item for group in data("checklist") for item in group["items"]]
    assert page.count('<input type="checkbox"') == len(items) == len({item["id"] for item in items})
    for name in (
        "vault.same-region",
        "vault.purge-protection",
        "keys.rsa-2048",
        "resource.regional",
        "encryption.tier",
    ):
        assert f"#{name})" in page
    assert "#identity.needed-for-access)" not in page  # a demand on granting access, not on enabling


def test_fates_are_those_that_the_article_tells() -> None:
    found = {fate.thing.name: fate for fate in fates()}
    document, deployed = found["An uploaded document"], found["A deployed model"]
    assert {"RevokeKeyAccess", "DisableIdentity", "DeleteVault"} <= set(document.for_good)
    assert (document.for_a_time, document.back) == ({}, {})
    assert {"RevokeKeyAccess", "DisableIdentity", "DeleteVault"} <= set(deployed.for_a_time)
    assert set(deployed.back) == {"DeployModel"}
    assert set(found["The choice to have no purge protection"].back) == {"RecoverVault"}
    assert "EnablePurgeProtection" in found["The choice to have no purge protection"].for_good


def test_every_command_of_a_fate_leads_to_what_makes_it_do_so() -> None:
    page = cannot_be_undone_page(content_of(a_run()))
    table = page.partition("{ #fates }")[2].partition("## ")[0]
    items = re.findall(r"<li>(.*?)</li>", table)
    assert len(items) > 60
    assert not [each for each in items if "](../specification/" not in each]
    assert "[✘ disables the key](../specification/keys.md#keys.disable)" in table
    assert "[✔ deploys the model](../specification/environment.md#environment.deploy)" in table


def test_every_value_of_a_condition_stands_under_what_comes_of_it() -> None:
    page = before_enabling_page(content_of(a_run()))
    found = page.partition("{ #conditions }")[2].partition("## ")[0]
    lines = {line.split(" | ")[0].strip("| *"): line.split(" | ")[1:3] for line in found.splitlines() if "<li>" in line}
    assert list(lines) == [condition.name for condition in CONDITIONS]
    for condition in CONDITIONS:
        for value in condition.values:
            for channel, words in CHANNELS.items():
                refused = isinstance(enabled(channel, value.differs), Refused)
                said = [
                    re.sub(r"\[|]\(.*?\)", "", each)
                    for each in re.findall("<li>(.*?)</li>", lines[condition.name][refused])
                ]
                assert value.says in said or f"{value.says}, {words}" in said, (condition.name, value.says)


def test_line_of_a_condition_names_what_demands_it() -> None:
    page = before_enabling_page(content_of(a_run()))
    (line,) = re.findall(r"^\| \*\*Pricing tier\*\* .*$", page, re.MULTILINE)
    assert "[does not support them](../specification/encryption.md#encryption.tier)" in line
    (line,) = re.findall(r"^\| \*\*Kind of the resource\*\* .*$", page, re.MULTILINE)
    assert "#resource.kinds)" in line
    conditions = page.partition("{ #conditions }")[2].partition("## ")[0]
    lines = [line for line in conditions.splitlines() if line.startswith("| **")]
    assert len(lines) == len(CONDITIONS)
    assert not [line for line in lines if "](../" not in line.rpartition(" | ")[2]]


def test_search_leads_on_until_nothing_new_is_found() -> None:
    found = graph(FROM_AN_UPLOAD)
    assert len(set(found.states)) == len(found.states) == len(found.edges)
    assert all(0 <= edge.after < len(found.states) for edges in found.edges for edge in edges)
    last = len(found.states) - 1
    assert {0, last} < set(found.leading_to(lambda state: state == last))
    assert last not in found.leading_to(lambda state: state == 0)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.title)
def test_every_state_has_its_place_and_every_passage_its_arrow(life: Life) -> None:
    found = passages(life)
    assert {state for each in found for state in (each.before, each.after)} == life.places.keys()
    picture = ElementTree.fromstring(drawn(life, found))
    texts = [
        text
        for each in picture.iter("{http://www.w3.org/2000/svg}g")
        if each.get("class") == "number"
        for text in each.itertext()
    ]
    assert texts == [str(number) for number in range(1, len(found) + 1)]
    ends = {name for name, place in life.places.items() if place.end}
    assert ends == life.places.keys() - {each.before for each in found}


def test_arrow_goes_around_a_box_and_out_of_the_way_of_the_one_that_comes_back() -> None:
    boxes = {name: box(name, column, 0) for column, name in enumerate("abc")}
    assert between(boxes["b"], boxes["a"], boxes["c"])
    straight, there, back, around = (
        svg("x", "x", boxes, arrows).partition("<path class")[2].partition('"M')[2].partition('"')[0]
        for arrows in (
            [Arrow("a", "b", 1)],
            [Arrow("a", "b", 1), Arrow("b", "a", 2)],
            [Arrow("b", "a", 1), Arrow("a", "b", 2)],
            [Arrow("a", "c", 1)],
        )
    )
    assert len({straight, there, back, around}) == 4


def test_deed_is_told_without_names() -> None:
    assert deed("DeleteVault") == "deletes the vault"
    assert deed("EndVaultRetention") == "the retention period of the vault ends"
