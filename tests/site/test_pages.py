"""What is generated: everything has its place, nothing is green without a run, the same run gives
the same bytes.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.site.conftest import FEATURES, PICKLES, REGISTER, STEPS, a_run, content_of, page
from translator_cmk.bdd.feature_records import Pickle, slug
from translator_cmk.conformance.protocol import a_session
from translator_cmk.conformance.results import Results
from translator_cmk.language.contract import answer_from_wire, request_from_wire
from translator_cmk.site import pages as site_pages
from translator_cmk.site.content import CHANGED, Content
from translator_cmk.site.render import escaped, foreign, linked, marked_tables
from translator_cmk.verdict import Status

FAILING = PICKLES[0]


def pages(green: Mapping[str, str]) -> dict[str, str]:
    """The pages of the run in which everything passed."""
    return {name: text for name, text in green.items() if name.endswith(".md")}


def test_every_requirement_has_one_anchor_on_the_page_of_its_topic_and_no_anchor_is_given_twice(
    green: Mapping[str, str],
) -> None:
    anchors = Counter(
        (name, written or inline)
        for name, text in pages(green).items()
        for written, inline in re.findall(r"\{ #([^ ]+) \}|<span id=\"([^\"]+)\"", text)
    )
    assert [place for place, count in anchors.items() if count > 1] == []
    for requirement in REGISTER.values():
        there = [name for name, anchor in anchors if anchor == requirement.id]
        assert there == [f"specification/{requirement.topic}.md"], requirement.id


SIGN = r"\*([^*\n]+)\*\{ \.mark \.mark-([\w-]+) \}"
"""A result inside a page: its words, and its status."""


def test_every_scenario_is_shown_as_it_is_written_with_a_result_for_each_row(
    green: Mapping[str, str],
) -> None:
    for feature in FEATURES:
        page = green[f"specification/{feature.topic}.md"]
        for scenario in feature.scenarios:
            assert f"\n{scenario.source}\n```" in page, scenario.name
            _, _, section = page.partition(f"/{slug(scenario.name)} }}\n")
            below, _, _ = section.partition("\n### ")
            shown = re.findall(SIGN, below.partition("\n## ")[0])
            assert shown == [("simulation: ✔ passed", "passed")] * len(scenario.pickles)
        for pickle in feature.pickles:
            assert f"badges/scenarios/{pickle.id}.svg" in green


def test_every_requirement_has_beside_its_id_the_words_of_its_badge_and_no_picture(
    green: Mapping[str, str],
) -> None:
    for requirement in REGISTER.values():
        page = green[f"specification/{requirement.topic}.md"]
        (head,) = re.findall(rf"^`{re.escape(requirement.id)}`{{ \.id }}.*$", page, re.MULTILINE)
        badge = json.loads(green[f"badges/requirements/{requirement.id}.json"])
        ((words, _),) = re.findall(SIGN, head)
        not_azure = ", not Azure" if badge["label"] == "simulation" else ""
        assert words == f"{badge['label']}{not_azure}: {badge['message']}"
        assert "![" not in head


def test_every_badge_is_a_picture_and_json_that_agree(green: Mapping[str, str]) -> None:
    pictures = {name.removesuffix(".svg") for name in green if name.endswith(".svg")}
    assert {f"badges/topics/{topic}" for topic in REGISTER.topics} <= pictures
    assert {f"badges/requirements/{name}" for name in REGISTER} <= pictures
    for name in pictures:
        said = json.loads(green[f"{name}.json"])
        picture = ElementTree.fromstring(green[f"{name}.svg"])
        assert [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")] == [
            said["label"],
            said["message"],
        ]


def test_every_statement_has_its_line_in_the_matrix(green: Mapping[str, str]) -> None:
    matrix = green["evidence/traceability.md"]
    for statement in REGISTER.statements.values():
        assert matrix.count(f'<span id="{statement.id.lower()}">') == 1
        for requirement in statement.requirements:
            assert re.search(
                rf"^\| .*\b{statement.id}\b.* \| .* \| \[`{re.escape(requirement)}`\]",
                matrix,
                re.MULTILINE,
            )


def test_every_page_that_shows_evidence_says_who_was_run_and_that_it_was_not_azure(
    green: Mapping[str, str],
) -> None:
    for name, text in pages(green).items():
        if "../badges/" in text or "*model: " in text:
            assert "Run against our simulation, finished <time datetime=" in text, name
            assert ">2026-03-04 05:06 UTC</time>. Observed on Azure: never." in text, name


CHIP = "[Simulation only \N{EN DASH} not tested on Azure]("


def test_pages_of_the_decision_have_one_chip_and_no_badge(green: Mapping[str, str]) -> None:
    """What passed is on the pages of the specification, with its subject."""
    for name, text in pages(green).items():
        if name.startswith("decide/"):
            assert text.count(CHIP) == 1, name
            assert "badges/" not in text, name
    for topic in REGISTER.topics:
        assert "badges/topics/" in pages(green)[f"specification/{topic}.md"]
    assert green["data/matrix.snippet"].count(CHIP) == 1


def test_chip_is_red_if_the_model_that_pages_are_computed_from_fails_a_scenario() -> None:
    failed = a_run(lambda pickle: "failed" if pickle is PICKLES[0] else "passed")
    of_another = replace(failed, subject="Amber Cloud")
    for run, is_red in ((a_run(), False), (failed, True), (of_another, False)):
        text = page(content_of(run), "decide/index.md")
        assert (".chip-broken" in text) == is_red
        assert (CHIP in text) == (not is_red)


def test_nothing_shows_a_tick_or_a_time_without_a_run(nothing: Mapping[str, str]) -> None:
    declared = f"{Status.DECLARED.glyph} declared only"
    assert {badge.message for badge in site_pages.badges(content_of(None)).values()} == {
        "○ not run",
        declared,
    }
    assert not [name for name, text in nothing.items() if re.search(r"!\[[^\]]*passed", text)]
    shown = {name for text in nothing.values() for _, name in re.findall(SIGN, text)}
    assert shown == {Status.NOT_RUN, Status.DECLARED}
    assert "make site" in nothing["evidence/last-run.md"]
    assert "**Nothing has been run yet**" in nothing["data/run.snippet"]
    assert "**Nothing here has been observed on Azure.**" in nothing["data/run.snippet"]
    table = nothing["specification/index.md"]
    assert table.count("| simulation: ○ not run {") + table.count("declared only {") == len(
        REGISTER
    )


def topic_of(pickle: Pickle) -> str:
    """The page of a scenario's topic."""
    return f"specification/{pickle.requirements[0].partition('.')[0]}.md"


def first_words(content: Content) -> str:
    """What the first page on evidence says of the run."""
    return page(content, "data/run.snippet").partition("Green")[0]


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        ("failed", "**Not everything passed:**", "failure"),
        ("flaky", "**Not everything passed:**", "warning"),
        ("not-run", "**The last run was not complete:**", "warning"),
        ("inconclusive", "**The last run was not complete:**", "warning"),
        (
            "not-applicable",
            f"{len(PICKLES) - 1} of {len(PICKLES)} scenarios passed, 1 is not applicable**",
            "warning",
        ),
    ],
)
def test_scenario_that_did_not_pass_is_shown_with_its_reason_where_it_belongs(
    status: str, said: str, why: str
) -> None:
    content = content_of(a_run(lambda pickle: status if pickle is FAILING else "passed"))
    assert said in first_words(content)
    assert f'!!! {why} "Why"' in page(content, topic_of(FAILING))
    reason = f"a reason why it is {status}"
    assert reason in page(content, topic_of(FAILING))
    assert (reason in page(content, "evidence/last-run.md")) == (status != "not-applicable")


def stale(run: Results, reason: str) -> Content:
    """A run that is stale for this reason."""
    content = content_of(run)
    return content._replace(evidence=replace(content.evidence, stale=reason))


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (CHANGED, "Run `make site` again."),
        ("a.feature is not committed", "Commit it, then run `make site` again."),
    ],
)
def test_stale_run_says_so_and_what_to_do_and_shows_no_tick_and_no_count(
    reason: str, remedy: str
) -> None:
    content = stale(a_run(), reason)
    assert f"Everything is *stale*: {reason}. {remedy}" in first_words(content)
    assert f"{reason}. {remedy}" in page(content, "evidence/last-run.md")
    assert {badge.message for badge in site_pages.badges(content).values()} == {
        "↻ stale",
        f"{Status.DECLARED.glyph} {Status.DECLARED.word}",
    }
    assert reason in page(content, "specification/vault.md")
    last_run = page(content, "evidence/last-run.md")
    for text in (first_words(content), last_run):
        assert "✔" not in text
        assert "✘" not in text
        numbers = re.findall(r"\b\d+\b", text)  # those in the digest of the run are none
        assert str(len(PICKLES)) not in numbers
        assert str(len(PICKLES) - 1) not in numbers


def test_stale_run_says_what_failed_in_red() -> None:
    run = a_run(lambda pickle: "failed" if pickle is FAILING else "passed")
    content = stale(run, "a.feature is not committed")
    assert (
        f"**Failed: 1 of {len(PICKLES)} scenarios** in a run against **our simulation**"
        in first_words(content)
    )
    assert "Everything else is *stale*: a.feature is not committed." in first_words(content)
    for shown in (topic_of(FAILING), "evidence/last-run.md"):
        assert "a reason why it is failed" in page(content, shown)
        assert "✔" not in page(content, shown)


def test_result_of_a_scenario_that_no_feature_has_is_listed() -> None:
    run = a_run()
    strange = replace(
        run.items[0],
        id="vault.old/of-another-time",
        requirements=("vault.old",),
        status=Status.FAILED,
    )
    text = page(content_of(replace(run, items=(*run.items, strange))), "evidence/last-run.md")
    assert "- vault.old/of-another-time" in text
    assert "| vault.old |" in text
    assert "#vault.old)" not in text


def test_text_of_results_is_no_markup() -> None:
    run = a_run(
        lambda pickle: "failed" if pickle is FAILING else "passed", subject="<b>*emulator*</b> | 1"
    )
    items = tuple(
        replace(item, reason=item.reason and "<script> | [x](y) *z*") for item in run.items
    )
    text = page(content_of(replace(run, items=items)), "evidence/last-run.md")
    assert "&lt;script\\> \\| \\[x\\](y) \\*z\\*" in text
    assert "<script>" not in text
    assert "<b>" not in text


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_commands_of_a_run_are_shown_with_result_and_change_and_the_step_that_failed(
    status: str,
) -> None:
    run = a_run(lambda pickle: status if pickle is FAILING else "passed")
    items = tuple(
        replace(item, details=STEPS) if item.id == FAILING.id else item for item in run.items
    )
    text = page(content_of(replace(run, items=items)), topic_of(FAILING))
    assert text.count("Step by step, as it was run") == 1
    assert '`{"command": "DeleteVault", "vault": "kv-prod"}`' in text
    assert "refused<ul><li>[`vault.same-region-refused`]" in text
    assert "it is so, before: it was &lt;b\\>so&lt;/b\\>" in text
    failed = "| Then one \\| thing is so | ✘ failed: a reason why it is failed | |"
    assert (failed in text) == (status == "failed")


def test_table_has_a_line_for_each_requirement(green: Mapping[str, str]) -> None:
    requirements = pages(green)["specification/index.md"]
    for requirement in REGISTER.values():
        assert requirements.count(f"<br><code>{requirement.id}</code> {{") == 1
    (line,) = re.findall(
        r"^.*<br><code>vault\.same-region-refused</code> \{.*$", requirements, re.MULTILINE
    )
    assert all(
        words in line for words in ("assumed", "demand", "simulation: ✔ passed", "scenarios")
    )


def test_missing_evidence_is_listed() -> None:
    declared = [name for name, each in REGISTER.items() if each.kind == "attestation"]
    found = site_pages.lacking(content_of(a_run()))
    assert found["Any scenario"] == found["A run in which every scenario passed"] == declared
    assert found["An observation on Azure"] == list(REGISTER)
    nothing_run = site_pages.lacking(content_of(None))
    assert nothing_run["A run in which every scenario passed"] == list(REGISTER)


def test_session_on_the_protocol_page_follows_the_schemas() -> None:
    messages = a_session()
    for request, answer in zip(messages[::2], messages[1::2], strict=True):
        request_from_wire(request)
        assert answer_from_wire(request["verb"], answer)["id"] == request["id"]
    assert {"accepted", "refused", "observed"} <= {answer["answer"] for answer in messages[1::2]}


# How templates write


def test_columns_are_marked_by_the_letters_that_their_fullest_cell_shows() -> None:
    long, prose = "x" * 40, "y" * 120
    hidden = (
        f"[abc]({long}.md) ![{long}](x.svg){{ .badge }} <ul><li>ab</li><li>{'c' * 25}</li></ul>"
    )
    lines = f"| A | B | C | D |\n|---|---|---|---|\n| 1 \\| 2 | {long} | {prose} | {hidden} |\n"
    head, *rest = marked_tables(lines).splitlines()
    assert head == "| A | B { .long } | C { .long .prose } | D |"
    assert rest == lines.splitlines()[1:]
    assert marked_tables("| A | B |\n|---|---|\n") == "| A | B |\n|---|---|\n"


@pytest.mark.parametrize(
    "text", ["<script>", "a | b", "[x](y)", "*z*", "`c`", "{ .class }", "# head"]
)
def test_text_of_others_is_escaped(text: str) -> None:
    assert not set(foreign(text)) & set("<>|[]()*`{}")
    assert "<" not in escaped(text)
    assert "|" not in escaped(text).replace("\\|", "")


def test_id_of_a_requirement_is_a_link_and_a_link_to_it_leads_to_its_page() -> None:
    assert linked("see vault.same-region-refused.", REGISTER) == (
        "see [`vault.same-region-refused`](../specification/vault.md#vault.same-region-refused)."
    )
    assert linked("[so](keys.enable)", REGISTER) == "[so](../specification/keys.md#keys.enable)"
    assert linked("no.such-id", REGISTER) == "no.such-id"
