"""The page that sums the others up: short enough, and each claim beside its basis."""

import re
from pathlib import Path

from tests.site.conftest import REGISTER, a_run, content_of, page
from translator_cmk.site.sourced import data

MOST_WORDS = 1800
"""About eight minutes at 230 words a minute, with everything open."""


def written() -> str:
    """The page, in Markdown."""
    return page(content_of(a_run()), "decide/ten-minutes.md")


def test_page_takes_less_than_ten_minutes_with_everything_open() -> None:
    text = written()
    head = text.index("# CMK")
    shown = re.sub(r"<[^>]*>|\{[^}]*\}|\]\([^)]*\)|[*\[#|]", " ", text[head:])
    assert len(shown.split()) <= MOST_WORDS


def test_claim_stands_beside_the_article_only_if_the_article_states_or_implies_it() -> None:
    lines = written().splitlines()
    for row in data("ten-minutes")["summary"]:
        [line] = [each for each in lines if each.startswith(f"| **{row['about']}**")]
        _, _, of_the_article, others, _ = re.split(r"(?<!\\)\|", line)
        for claim in row["claims"]:
            requirement = REGISTER[claim["of"]]
            is_of_the_article = requirement.basis in ("stated", "implied")
            assert (f"[{claim['says']}]" in of_the_article) == is_of_the_article, claim
            assert (f"[{claim['says']}]" in others) != is_of_the_article, claim


def test_page_leads_to_every_other_page_for_architects() -> None:
    others = {Path(each).name for each in ("index.md", "protect.md", "enable.md", "what-breaks.md")}
    assert others | {"unknowns.md", "what-if.md", "plans.md"} <= set(
        re.findall(r"\]\((?:\.\./)?([a-z-]+\.md)", written())
    )
