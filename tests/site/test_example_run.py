"""The site shows the page of a run against the model, made by the commands that a reader has."""

from pathlib import Path

import pytest

from tests.site.conftest import a_run, content_of, page
from translator_cmk.site import example_run, pages
from translator_cmk.site.example_run import FOLDER, example_page

PATH = "evidence/example-run.md"


def test_example_is_a_page_of_the_model_with_its_losses_and_says_so(site: Path) -> None:
    text = (site / "evidence" / "example-run.html").read_text("utf-8")
    assert "An example, not an observation." in text
    for words in ("<td>Uploaded documents are deleted</td>", "How long each loss took to show"):
        assert words in text
    folded, _, _ = text.partition("</details>")
    assert "<table>" in folded[folded.rindex("<details") :], "Markdown inside is not rendered"


def test_example_is_made_once_for_each_kit(site: Path) -> None:
    assert site.is_dir()
    log = FOLDER / "messages.ndjson.gz"
    before = log.read_bytes()
    assert example_page().startswith("# model ")
    assert log.read_bytes() == before


def test_page_without_the_example_says_how_to_make_one() -> None:
    assert "translator-cmk report page FOLDER" in page(content_of(a_run()), PATH)


def test_example_that_could_not_be_made_is_reported_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(example_run, "RUN", ("--python", "translator_cmk.system:NoSuchModel"))
    [found] = pages.pages(content_of(a_run())._replace(example=example_page), PATH)
    assert "NoSuchModel" in found.not_computed
    assert "NoSuchModel" in found.text
