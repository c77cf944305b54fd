"""The page that answers "what if", in Chromium: it says what its tables say, whoever asks and
however it was opened.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import (
    DESK,
    MARKS,
    PHONE,
    Opened,
    focused,
    look,
    tab_to,
    violations,
)
from tests.command_line import run_cli
from tests.site.conftest import REGISTER
from tests.site.test_what_if import Tables
from translator_cmk.bdd.feature_files import read_feature
from translator_cmk.bdd.scenario_run import run_scenario
from translator_cmk.explore.scopes import WHAT_IF
from translator_cmk.language.messages import command_from_wire
from translator_cmk.language.sentences import format_command
from translator_cmk.oracle.profiles import PROFILES
from translator_cmk.site.losses.explorer import code
from translator_cmk.system import ModelSystem

pytestmark = MARKS

NUMBER_OF_WALKS, LENGTH = 150, 15
PAGE = "decide/what-if.html"
DELETES_THE_VAULT = 'the customer deletes the vault "kv-prod"'
CREATES_THE_VAULT = code('the customer creates the vault "kv-prod"')


@pytest.fixture
def reloaded() -> None:
    """The page is loaded again, for a test of the focus or of what it is opened with."""


@pytest.fixture
def page(only_window: Opened, site: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page as it begins; most tests go back to its beginning by its address."""
    page = only_window.page
    address = (site / PAGE).as_uri()
    is_open = page.url.partition("#")[0] == address
    if not is_open or {"reloaded", "root"}.intersection(request.fixturenames):
        only_window.go("about:blank")
        page.goto(address)
    else:
        page.evaluate("location.hash = ''")
        expect(page.locator("#what-if-path li")).to_have_count(1)
    yield page
    for other in page.context.pages[1:]:
        other.close()
    look(page)
    assert (only_window.complaints, only_window.outside) == ([], [])


def said(page: Page) -> str:
    """The answer."""
    return page.locator("#what-if-said").inner_text()


def lost_so_far(page: Page) -> Locator:
    """What is lost so far, each with its way back inside."""
    return page.locator("#what-if-losses > ul > li")


def ask(page: Page, sentence: str) -> None:
    """Press the button of a request."""
    page.locator(
        "#what-if-commands button", has_text=sentence.removeprefix("the customer ")
    ).first.click()


# What it says


WALKS = """
([seed, walks, length]) => {
  const graph = new WhatIfGraph(WHAT_IF);
  const random = (below) => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0, (seed >>> 8) % below);
  return [...Array(walks)].map(() => {
    let { row, there } = graph.walk(WHAT_IF.starts[random(WHAT_IF.starts.length)].slug, []);
    const [start, steps] = [row, []];
    while (steps.length < length) {
      const step = graph.step(row, random(WHAT_IF.commands.length), there);
      if (!step) continue;
      row = step.after;
      there |= graph.there(row);
      const seen = graph.look(row).flatMap((each) => (each.there ? each.sentences : []));
      steps.push([step.command, step.outcome, row, seen]);
    }
    return [start, steps];
  });
}
"""


def test_page_reads_the_tables_as_the_test_does_that_compares_them_with_the_model(
    page: Page, site: Path
) -> None:
    """Every outcome and every fact on random walks: `tests/site/test_what_if.py` goes through all
    that there is.
    """
    tables = Tables((site / "data" / "what-if.js").read_text("utf-8"))
    walks = page.evaluate(WALKS, [20260304, NUMBER_OF_WALKS, LENGTH])
    for start, steps in walks:
        row = tuple(start)
        for command, outcome, after, seen in steps:
            number, row = tables.step(row, command)
            assert number is not None
            assert (outcome, tuple(after)) == (tables.data["outcomes"][number], row)
            assert [tables.sentences[each] for each in seen] == list(tables.facts(row))
    assert [len(steps) for _, steps in walks] == [LENGTH] * NUMBER_OF_WALKS


SCENARIOS = """
(paths) => {
  const graph = new WhatIfGraph(WHAT_IF);
  return paths.map(([from, commands]) => graph.scenario(from, graph.walk(from, commands).steps));
}
"""


def test_scenarios_of_the_page_run_as_they_stand(page: Page, tmp_path: Path) -> None:
    """Each under the rule that its first line names, with its tags: a wrong reason or a change left
    out would fail.
    """
    choose = random.Random(7)
    slugs: list[str] = page.evaluate("WHAT_IF.starts.map((each) => each.slug)")
    numbers = range(len(WHAT_IF.alphabet))
    paths = [
        (choose.choice(slugs), choose.choices(numbers, k=choose.randint(1, 9))) for _ in range(200)
    ]
    usable = page.evaluate(
        "(paths) => { const g = new WhatIfGraph(WHAT_IF); return paths.map(([f, c]) => g.walk(f, "
        "c).steps.length); }",
        [list(each) for each in paths],
    )
    kept = [
        (slug, taken[:length])
        for (slug, taken), length in zip(paths, usable, strict=True)
        if length
    ]
    assert len(kept) > 100
    for number, text in enumerate(page.evaluate(SCENARIOS, [list(each) for each in kept])):
        comment, *scenario = text.split("\n")
        file, tag, title = comment.removeprefix("# ").split(", ", 2)
        requirement = REGISTER[tag.removeprefix("@")]
        assert (file, title) == (f"{requirement.topic}.feature", f"Rule: {requirement.title}")
        feature = tmp_path / str(number) / file
        feature.parent.mkdir()
        feature.write_text("\n".join(["Feature: Tried out", tag, title, *scenario]) + "\n", "utf-8")
        (pickle,) = read_feature(feature).pickles
        run_scenario(ModelSystem(), pickle)


REVOKES = 'the customer revokes the access of "translator-prod" to the keys of "kv-prod"'
DISABLES = 'the customer disables the managed identity of "translator-prod"'
ENABLES = 'the customer enables the managed identity of "translator-prod"'
GRANTS = 'the customer grants "translator-prod" access to the keys of "kv-prod"'


@pytest.mark.parametrize("way", [(REVOKES,), (DISABLES, ENABLES)], ids=["revoked", "disabled"])
def test_scenario_begins_from_a_situation_only_if_its_way_was_taken(
    page: Page, way: tuple[str, ...]
) -> None:
    """Both ways lead to the same state.  S34 is about the identity, so it is named on one only."""
    for sentence in (*way, GRANTS):
        ask(page, sentence)
    assert ("S34" in said(page)) == (way != (REVOKES,))
    scenario = page.locator("#what-if-scenario").inner_text()
    given = scenario.partition("Given ")[2].partition("\n  When ")[0]
    assert ("the access to the key has been revoked" in given) == (way == (REVOKES,))
    assert ("the managed identity has been disabled" in given) == (way != (REVOKES,))


# How it is used


@pytest.mark.parametrize("start", ["nothing yet", "a deployed model under customer-managed keys"])
def test_commands_that_are_copied_are_replayed_and_answered_as_on_the_page(
    page: Page, start: str
) -> None:
    page.locator("#what-if-from").select_option(label=start)
    asked = ['creates the vault "kv-prod"', 'deletes the vault "kv-prod"']
    if start != "nothing yet":
        asked = ['deletes the vault "kv-prod"', 'recovers the vault "kv-prod"']
    for sentence in asked:
        ask(page, sentence)
    page.get_by_role("button", name="Copy as commands").click()
    expect(page.locator("[role=status]", has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    stage, *commands = [json.loads(line) for line in copied.splitlines()]
    assert list(stage) == ["stage"]
    for profile in PROFILES:
        done = run_cli("run", "--profile", profile, "-", text=copied.encode())
        assert (done.code, done.error) == (0, "")
        answers = [json.loads(line) for line in done.out.splitlines()]
        assert [each["command"] for each in answers] == commands
        sentences = [format_command(command_from_wire(each, "")) for each in commands]
        for shown, sentence in zip(sentences[-2:], asked, strict=True):
            assert shown.startswith(f"the customer {sentence}")
        assert [each["outcome"]["outcome"] for each in answers[-2:]] == ["accepted", "accepted"]


def test_refusal_leads_to_its_requirement(page: Page) -> None:
    page.locator("#what-if-from").select_option("a-resource-and-a-vault-with-a-key")
    ask(
        page,
        'enables customer-managed keys for "translator-prod" with the key "cmk-2048" of "kv-prod" '
        "through the API",
    )
    assert said(page).startswith("✘ refused")
    link = page.locator("#what-if-said a")
    assert link.get_attribute("href") == "../specification/vault.html#vault.granted-beforehand"
    assert link.inner_text() == REGISTER["vault.granted-beforehand"].title
    assert page.locator("#what-if-said .basis").inner_text() == "assumed"


def test_loss_has_the_sentence_of_the_article_beside_it_and_its_reading(page: Page) -> None:
    ask(page, DELETES_THE_VAULT)
    document = page.locator("#what-if-said li", has_text='document "contracts"')
    # that it is lost, and that it is so for good
    assert document.locator(".basis").all_inner_texts() == ["stated", "implied"]
    link = document.locator("a.sentence")
    assert link.inner_text() == "S42"
    assert link.get_attribute("href") == "../evidence/traceability.html#s42"
    reading = page.locator("#what-if-said p.what-if-told")
    assert reading.inner_text().startswith("A reading: ")
    assert reading.get_by_role("link", name=REGISTER["revocation.vault-deleted"].title).count() == 1


def test_answer_that_loses_nothing_names_what_it_rests_on_besides(page: Page) -> None:
    ask(page, 'rotates the key "cmk-2048"')
    title = REGISTER["keys.rotation-keeps-data"].title
    assert page.locator("#what-if-said li", has_text=title).locator(".basis").inner_text() == (
        "assumed"
    )
    assert page.locator("#what-if-said .what-if-weakest .basis").inner_text() == "assumed"


def test_way_back_has_the_sentence_beside_what_does_not_come_back_with_it(page: Page) -> None:
    ask(page, 'the customer disables the managed identity of "translator-prod"')
    ask(page, 'the customer enables the managed identity of "translator-prod"')
    ask(page, 'the customer grants "translator-prod" access to the keys of "kv-prod"')
    title = REGISTER["restoration.no-redeploy"].title
    item = page.locator("#what-if-said li", has_text=title)
    expect(item.locator(".basis-stated")).to_be_visible()
    link = item.locator("a.sentence")
    expect(link).to_have_text("S34")
    assert str(link.get_attribute("href")).endswith("traceability.html#s34")


@pytest.mark.usefixtures("reloaded")
def test_answer_is_announced_and_says_what_changed_and_how_to_get_it_back(page: Page) -> None:
    answer = page.get_by_role("status").filter(has_text="You start from this")
    expect(answer).to_have_attribute("aria-atomic", "true")
    handle = answer.element_handle()
    ask(page, DELETES_THE_VAULT)
    assert handle.evaluate("each => each.isConnected && each.innerText.startsWith('✔ accepted')")
    lines = page.locator("#what-if-said li").all_inner_texts()
    [document] = [each for each in lines if each.startswith('the document "contracts"')]
    assert "is deleted stated S42" in document
    assert "✘ for good implied" in document
    assert (
        'the model "legal-en-de" is undeployed stated S41\n'
        'before: the model "legal-en-de" is deployed' in lines
    )
    lost = lost_so_far(page).all_inner_texts()
    assert [each for each in lost if "for good" in each] == [
        'the document "contracts" is deleted ✘ for good implied'
    ]
    page.emulate_media(media="print")
    assert (
        page.locator("#what-if-explorer button:visible, #what-if-explorer select:visible").count()
        == 0
    )
    for part in ("path", "said", "losses", "state", "scenario"):
        assert page.locator(f"#what-if-{part}").is_visible(), part
    look(page)
    page.get_by_role("button", name='Get it back: the data of "ws-prod" is inaccessible').click()
    assert 'the data of "ws-prod" is accessible' in said(page)
    assert lost_so_far(page).count() == 2  # the model, and the document for good


MOVES = 'the customer moves the subscription "production" to the tenant "abroad"'
SWITCHES = 'the customer switches the vault "kv-prod" to Azure RBAC'


def loss(page: Page, name: str) -> Locator:
    """The line of what is lost so far about a thing."""
    return lost_so_far(page).filter(has_text=re.compile("^" + re.escape(name)))


def first_basis(line: Locator) -> str:
    """The basis of a line itself, before those of the requests of its way back."""
    return line.locator("> .basis").inner_text()


def test_what_can_come_back_has_the_basis_of_the_page_on_what_breaks_and_its_requests(
    page: Page,
) -> None:
    ask(page, DISABLES)
    model, data = loss(page, 'the model "legal-en-de"'), loss(page, 'the data of "ws-prod"')
    assert (first_basis(model), first_basis(data)) == ("assumed", "assumed")
    requests = data.locator("details li")
    assert f"By {requests.count()} request" in data.inner_text()
    for request in requests.all():
        assert request.locator(".basis").count() == 1
    # on another way it is as sure as the weakest request, and never more
    ask(page, DELETES_THE_VAULT)
    assert (first_basis(model), first_basis(data)) == ("assumed", "assumed")
    assert first_basis(loss(page, 'the vault "kv-prod"')) == "environment"


def test_return_after_a_move_is_in_doubt_with_the_warning_and_its_page(page: Page) -> None:
    ask(page, MOVES)
    warning = page.locator("#what-if-said p", has_text="Microsoft warns")
    assert str(warning.locator("a").first.get_attribute("href")).endswith("transfer-subscription")
    for name in ('the model "legal-en-de"', 'the data of "ws-prod"'):
        assert "? perhaps, Microsoft warns otherwise" in loss(page, name).inner_text()
    page.get_by_role("button", name="Undo").click()
    ask(page, REVOKES)
    assert "perhaps" not in page.locator("#what-if-losses").inner_text()


@pytest.mark.usefixtures("reloaded")
def test_way_back_and_warning_are_accessible_and_fit(page: Page) -> None:
    ask(page, MOVES)
    for way_back in page.locator("#what-if-losses summary").all():
        way_back.click()
    assert page.locator("#what-if-losses details li:visible").count() > 2
    assert page.evaluate("document.documentElement.scrollWidth") <= DESK
    look(page, PHONE)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_identity_that_is_off_and_a_deleted_resource_are_among_what_is_lost(page: Page) -> None:
    ask(page, DISABLES)
    assert "can come back" in loss(page, "the managed identity").inner_text()
    ask(page, 'the customer deletes the resource "translator-prod"')
    for line in ('the resource "translator-prod" does not exist', "no longer so: the managed"):
        assert "for good" in loss(page, line).inner_text()


def test_access_without_effect_and_a_key_deleted_with_its_vault_are_named_so(page: Page) -> None:
    state = page.locator("#what-if-state")
    ask(page, SWITCHES)
    assert "without effect under Azure RBAC" in state.inner_text()
    assert '"translator-prod" has access to the keys' not in state.inner_text()
    page.get_by_role("button", name="Undo").click()
    ask(page, DELETES_THE_VAULT)
    key = loss(page, 'the key "cmk-2048"')
    assert "is deleted with its vault" in key.inner_text()
    assert 'the key "cmk-2048" of "kv-prod" does not exist' not in said(page)


def test_what_a_move_leaves_unsaid_is_marked_as_assumed_in_the_state(page: Page) -> None:
    ask(page, MOVES)
    for words in ("still uses customer-managed keys", "still protected by customer-managed keys"):
        line = page.locator("#what-if-state li", has_text=words)
        assert line.locator(".basis").inner_text() == "assumed"


def test_purge_is_as_sure_as_what_it_names_and_an_open_question_is_a_choice(page: Page) -> None:
    ask(page, DELETES_THE_VAULT)
    ask(page, 'the retention period of the vault "kv-prod" ends')
    assert page.locator("#what-if-said .what-if-weakest .basis").inner_text() == "environment"
    since = page.locator("#what-if-said", has_text="For good here, since")
    assert f"{REGISTER['keys.change'].title} (the simulation then leaves" in since.inner_text()


@pytest.mark.parametrize(
    ("sentence", "profile"),
    [(DELETES_THE_VAULT, "article"), (SWITCHES, "full"), (MOVES, "full")],
)
def test_scenario_is_run_in_the_profile_that_demands_its_losses(
    page: Page, sentence: str, profile: str
) -> None:
    ask(page, sentence)
    assert f"--profile {profile} FILE" in page.locator("#what-if-hint").inner_text()


def test_everything_is_lost_in_two_requests(page: Page) -> None:
    page.get_by_role("button", name="Lose everything").click()
    assert page.locator("#what-if-path li").all_inner_texts()[1:] == [
        'deletes the vault "kv-prod" ✔ accepted',
        'the retention period of the vault "kv-prod" ends ✔ accepted',
    ]
    lost = lost_so_far(page).all_inner_texts()
    assert len(lost) == 5
    assert all("for good" in each for each in lost)
    assert page.get_by_role("button", name="Lose everything").is_disabled()


def test_address_is_shared_and_goes_back_and_forth(page: Page, root: str) -> None:
    page.goto(root + PAGE)
    ask(page, DELETES_THE_VAULT)
    ask(page, 'the customer recovers the vault "kv-prod"')
    there, answer = page.url, said(page)
    page.go_back()
    expect(page.locator("#what-if-path li")).to_have_count(2)
    assert 'deletes the vault "kv-prod"' in said(page)
    page.go_back()
    expect(page.locator("#what-if-path li")).to_have_count(1)
    page.go_forward()
    expect(page.locator("#what-if-path li")).to_have_count(2)
    other = page.context.new_page()
    other.goto(there)
    assert said(other) == answer
    other.get_by_role("link", name="a deployed model under customer-managed keys").click()
    assert other.locator("#what-if-path li").count() == 1


@pytest.mark.parametrize(
    ("hash_", "steps", "notice"),
    [
        ("#from=a-dream", 0, "starts from “a-dream”"),
        ("#from=nothing-yet&then=zzzz", 0, "does not have here"),
        (
            f"#from=nothing-yet&then={CREATES_THE_VAULT}.zzzz.{CREATES_THE_VAULT}",
            1,
            "does not have here",
        ),
        ("#from=<b>&then=..", 0, "starts from “<b>”"),
        ("#what-if", 0, "asked for yet"),
    ],
)
def test_address_that_leads_nowhere_is_followed_as_far_as_it_goes(
    page: Page, root: str, hash_: str, steps: int, notice: str
) -> None:
    page.goto(root + PAGE + hash_)
    assert page.locator("#what-if-path li").count() == steps + 1
    assert notice in said(page)


@pytest.mark.usefixtures("reloaded")
def test_keyboard_alone_is_enough(page: Page) -> None:
    """Choose a start, ask, undo, copy: the focus stays where it was, or goes to the answer."""
    page.locator("#what-if-from").focus()
    page.keyboard.type("customer-m")
    assert page.locator("#what-if-path li").all_inner_texts() == ["customer-managed keys are on"]

    tab_to(page, "button", "creates the workspace")
    page.keyboard.press("Space")
    assert focused(page) == "The answer"  # the name is taken now, so it is not offered again
    page.locator("#what-if-from").focus()
    tab_to(page, "button", "disables the managed identity")
    page.keyboard.press("Enter")
    assert focused(page).startswith("disables the managed identity")  # it can be asked again
    assert "✔ accepted" in said(page)
    page.locator("#what-if-from").focus()
    tab_to(page, "button", "Undo")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert focused(page) == "The answer"  # there is nothing more to undo
    assert page.locator("#what-if-path li").count() == 1
    tab_to(page, "button", "rotates the key")
    page.keyboard.press("Enter")
    tab_to(page, "button", "Copy the scenario")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]", has_text="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "\n  When the customer rotates the key" in copied
    assert copied == page.locator("#what-if-scenario").inner_text()


@pytest.mark.usefixtures("reloaded")
def test_first_request_is_five_tabs_away(page: Page) -> None:
    page.keyboard.press("Tab")
    assert "Skip to content" in focused(page)
    page.keyboard.press("Enter")
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.matches('#what-if-commands button')"))
    assert any(reached)


@pytest.mark.usefixtures("reloaded")
def test_starts_are_in_groups_by_what_is_lost_and_who_manages_the_keys(page: Page) -> None:
    groups = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#what-if-from optgroup')].map("
        "each => [each.label, [...each.children].map(option => option.textContent)]))"
    )
    assert list(groups) == ["Before", "Under customer-managed keys", "After a loss"]
    assert sorted(name for names in groups.values() for name in names) == sorted(
        page.evaluate("WHAT_IF.starts.map(each => each.name)")
    )
    assert "a vault with a key" in groups["Before"]
    assert "a deployed model under customer-managed keys" in groups["Under customer-managed keys"]
    assert "the access to the key has been revoked" in groups["After a loss"]


def test_accepted_is_neutral_and_a_loss_is_red(page: Page) -> None:
    ask(page, DELETES_THE_VAULT)
    colour = "each => getComputedStyle(each).color"
    accepted = page.locator("#what-if-said .accepted").first.evaluate(colour)
    assert accepted == page.locator("#what-if-commands .refused").first.evaluate(colour)
    red = page.locator("#what-if-losses .what-if-for-good").first.evaluate(colour)
    assert red == page.locator("#what-if-commands .what-if-cost").first.evaluate(colour) != accepted


def test_answer_is_not_hidden_by_the_header_of_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": PHONE, "height": 700})
    last = page.locator("#what-if-commands li:not([hidden]) button").last
    last.click()
    page.wait_for_function(
        "document.querySelector('#what-if-answer').getBoundingClientRect().top < innerHeight"
    )
    top = page.locator("#what-if-answer").evaluate("each => each.getBoundingClientRect().top")
    header = page.locator(".md-header").evaluate("each => each.getBoundingClientRect().bottom")
    assert top >= header


@pytest.mark.usefixtures("reloaded")
def test_requests_that_name_nothing_are_shown_when_asked_for_and_are_accessible(page: Page) -> None:
    recovers = page.locator(
        "#what-if-commands button", has_text='recovers the vault "kv-prod"'
    ).first
    assert not recovers.is_visible()
    page.get_by_label("Also show requests about things that are missing").check()
    recovers.click()
    assert REGISTER["environment.exists"].title in said(page)
    assert violations(page) == []
