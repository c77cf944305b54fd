"""Claims about what `source check` finds of edits, in the article in other words and in a copy of the article."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.requirements.conftest import COPY, OWN_WORDS, needs_copy
from translator_cmk.requirements import Article, load_register
from translator_cmk.requirements.drift import Finding, compare, fingerprint, near
from translator_cmk.requirements.sentences import sentences

EDITS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("edits.yaml").read_text("utf-8"))
TEXTS = [pytest.param(OWN_WORDS, id="other-words"), pytest.param(COPY, id="article", marks=needs_copy)]


@cache
def article_of(path: Path) -> Article:
    """The article that a text is: the register's places, for a text in other words with its own fingerprints."""
    article = load_register().article
    found = sentences(path.read_text("utf-8"))
    assert [(each.section, each.ordinal) for each in found] == [
        (each.section, each.sentence) for each in article.places
    ]
    pairs = zip(article.places, (each.text for each in found), strict=True)
    places = (replace(place, fingerprint=fingerprint(text), near=near(text)) for place, text in pairs)
    return replace(article, places=tuple(places))


@cache
def whole_sentences(path: Path) -> dict[str, str]:
    """The first sentence of each statement, as it stands in the file."""
    pairs = zip(article_of(path).places, sentences(path.read_text("utf-8")), strict=True)
    stated = {name: each.text for place, each in reversed(list(pairs)) for name in place.statements}
    return {name: text.removeprefix("[!IMPORTANT] ") for name, text in stated.items()}


def edited(path: Path, edit: dict[str, Any]) -> str:
    """The text after an edit, all of whose passages stand in it once."""
    text, whole = path.read_text("utf-8"), whole_sentences(path)
    for was, new in [(edit["was"], edit["is"]), *edit.get("also", [])]:
        old = whole.get(was, was)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
        text = text.replace(old, re.sub(r"\{(S\d+)\}", lambda name: whole[name[1]], new))
    return text


def said(finding: Finding) -> str:
    """A finding as the edits have it."""
    if finding.place is None:
        return finding.status
    return f"{finding.status} {'+'.join(finding.place.statements) or 'informative'}"


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("edit", [pytest.param(edit, id=f"{at}-{edit['why']}") for at, edit in enumerate(EDITS, 1)])
def test_an_edit_is_judged_right(path: Path, edit: dict[str, Any]) -> None:
    drift = compare(article_of(path), edited(path, edit))
    headings = ["heading gone"] * len(drift.headings_gone) + ["heading new"] * len(drift.headings_new)
    found = [said(each) for each in drift.findings if each.status != "unchanged"]
    assert headings + found == edit["right"], edit["why"]
    assert drift.found == bool(edit["right"])


@pytest.mark.parametrize("path", TEXTS)
def test_new_names_of_products_reword_sentences_and_leave_each_in_its_place(path: Path) -> None:
    text = path.read_text("utf-8").replace("Azure AI services", "Foundry Tools").replace("Custom Translator", "Studio")
    drift = compare(article_of(path), text.replace("won't", "don't"))
    assert {each.status for each in drift.findings} == {"unchanged", "reworded"}
    assert len(drift.headings_gone) == len(drift.headings_new) == 1
