"""The pages about reports, in Chromium: viewer and matrix tell the truth, and nothing of a report runs in them."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.opening import DESK, MARKS, PHONE, opened, overflow, served, tab_to, violations
from tests.conformance import limited_systems
from tests.conformance.verifying import verify
from tests.site.building import ALL_FEATURES, MARKED
from translator_cmk.escaping import visible

pytestmark = MARKS

VIEWER, MATRIX = "evidence/report-viewer.html", "evidence/implementations.html"
HOSTILE = '<img src=x onerror="hacked=1"></script><script>hacked=1</script>\x1b[31m\u202e\x00`${hacked=1}`'
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def page(browser: Browser, site: Path) -> Iterator[Page]:
    """The viewer, in which one report is opened after another."""
    found = opened(browser, (site / VIEWER).as_uri())
    yield found.page
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()


def shown(page: Page, *files: Path) -> str:
    """Open files, and give what is said or shown of them."""
    one = len(files) == 1 and files[0].is_dir()
    field = page.locator("#report-folder" if one else "#report-files")
    # until the browser has listed the files of a folder, the page still shows what it showed before
    field.evaluate("each => each.addEventListener('change', () => each.classList.add('message'), { once: true })")
    field.set_input_files(files[0] if one else list(files))
    expect(field).to_have_class("message")
    field.evaluate("each => each.removeAttribute('class')")
    expect(page.locator("#report-said")).not_to_have_text("Reading …")
    return page.locator("#report-viewer").inner_text()


def changed(wrong: Path, folder: Path, change: Change) -> Path:
    """The envelope of a report, changed."""
    envelope = json.loads((wrong / "report.json").read_text("utf-8"))
    change(envelope)
    (folder / "report.json").write_text(json.dumps(envelope), "utf-8")
    return folder / "report.json"


# What it shows


@pytest.mark.parametrize("over", ["file", "http"])
def test_report_is_opened_by_keyboard_and_nothing_is_asked_for(
    browser: Browser, site: Path, wrong: Path, over: str
) -> None:
    with served(site) as root:
        found = opened(browser, (site / VIEWER).as_uri() if over == "file" else root + VIEWER)
        page = found.page
        page.wait_for_load_state("networkidle")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_file_chooser() as chooser:
            # The driver does not wait until choosers are caught, and a key goes to the page by a shorter way.
            # What is asked of the page does not: once it has said where the focus is, choosers are caught.
            tab_to(page, ".viewer #report-folder")
            page.keyboard.press("Enter")
        chooser.value.set_files(wrong)
        expect(page.locator("#report-shown h2")).to_be_focused()
        assert page.locator("#report-shown h2").inner_text() == "loses nothing: deviations"
        tab_to(page, ".viewer select")
        page.keyboard.type("failed")
        tab_to(page, ".viewer .cases summary")
        page.keyboard.press("Enter")
        tab_to(page, ".viewer .cases details details summary")
        page.keyboard.press("Enter")
        expect(page.locator(".cases .log li").first).to_contain_text("a new world")
        assert (asked, found.complaints, found.outside) == ([], [], [])
        page.context.close()


def test_same_file_is_opened_again_once_it_has_changed(
    browser: Browser, site: Path, wrong: Path, tmp_path: Path
) -> None:
    found = opened(browser, (site / VIEWER).as_uri())
    page, kept = found.page, shutil.copy(wrong / "report.json", tmp_path)
    for product in ("the first", "the second"):
        changed(wrong, tmp_path, of_product(product))
        with page.expect_file_chooser() as chooser:
            tab_to(page, ".viewer #report-files")
            page.keyboard.press("Enter")
        chooser.value.set_files(kept)
        expect(page.locator("#report-shown h2")).to_contain_text(product)
    page.context.close()


def of_product(name: str) -> Change:
    """What makes a report one of another product."""
    return lambda envelope: envelope["subject"].update(product=name)


def test_cases_are_narrowed_by_what_came_out_topic_words_and_cause(page: Page, wrong: Path) -> None:
    envelope = json.loads((wrong / "report.json").read_text("utf-8"))
    cases = envelope["cases"]
    failed = [each for each in cases if each["status"] == "failed"]
    shown(page, wrong)
    rows, count = page.locator(".cases > details"), page.locator(".viewer .count")
    assert rows.count() == len(cases)
    page.get_by_label("Result").select_option("failed")
    assert count.inner_text() == f"{len(failed)} of {len(cases)} shown"
    page.get_by_label("Words or @tag").fill("@identity.disable")
    tagged = [each for each in failed if "identity.disable" in each["requirements"] + each.get("attributed_to", [])]
    assert 0 < rows.count() == len(tagged) < len(failed)
    page.get_by_label("Words or @tag").fill("tour/")
    assert rows.count() == sum(each["lane"] == "tour" for each in failed) > 0
    page.get_by_role("button", name=f"show all {len(envelope['groups'][0]['cases'])}").click()
    assert rows.count() == len(envelope["groups"][0]["cases"])
    assert page.get_by_label("Result").input_value() == ""


def test_capability_that_failures_are_laid_to_is_named_and_leads_nowhere(page: Page, tmp_path: Path) -> None:
    system = f"{limited_systems.__name__}:HasNoPortal"
    found = verify(tmp_path, "--python", system, *ALL_FEATURES, "--requirement", "vault.same-region")
    shown(page, found.folder)
    cause = page.locator("#report-viewer li", has_text="the capability portal")
    expect(cause).to_have_count(1)
    expect(cause.locator("a")).to_have_count(0)


def test_failure_is_shown_in_full_with_its_log_and_counterexample(page: Page, wrong: Path) -> None:
    shown(page, wrong)
    envelope = json.loads((wrong / "report.json").read_text("utf-8"))
    case = next(each for each in envelope["cases"] if each["status"] == "failed" and each["lane"] == "features")
    page.get_by_label("Words or @tag").fill(case["id"])
    row = page.locator(".cases > details").first
    row.locator("summary").first.click()
    assert row.locator("pre").inner_text().splitlines() == case["shown"].splitlines()
    requirement = case["requirements"][0]
    topic = requirement.partition(".")[0]
    assert row.locator("a").first.get_attribute("href") == f"../specification/{topic}.html#{requirement}"
    row.locator("summary", has_text="The log").click()
    log = [json.loads(line) for line in (wrong / "messages.ndjson").read_text("utf-8").splitlines()]
    expect(row.locator(".log li")).to_have_count(sum(entry["case"] == case["id"] for entry in log))
    assert '"command":"CreateVault"' in row.locator(".log").inner_text()
    file = next(iter(sorted((wrong / "counterexamples").glob("*.feature"))))
    page.locator("summary", has_text=file.name).click()
    shown_feature = page.locator("section", has_text="Counterexamples").locator("pre").inner_text()
    assert shown_feature.splitlines() == file.read_text("utf-8").splitlines()


# What it tells


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("report.json", b"", "report.json is empty."),
        ("report.json", b'{"format":1,"cases":[{"id":"a', "ends in the middle, so it was cut off"),
        ("report.json", b"<!doctype html><b>Sign in</b>", "it is no JSON"),
        ("report.json", b"\xff\xfe{}", "it is not in UTF-8"),
        ("report.json", b"[1, 2]", "is JSON, but no report of the conformance kit"),
        ("package.json", b'{"name": "x", "format": 1}', "package.json is JSON, but no report"),
        ("report.json", b'{"format": 2, "cases": [], "kit": "9.0"}', "of format 2, and this page reads format 1"),
        ("report.json", b'{"format": 1, "cases": {}}', "is not in the form of a report: digest is missing"),
        ("report.zip", b"PK\x03\x04junk", "report.zip can't be unpacked: it is no zip, or was cut off"),
    ],
)
def test_what_is_no_report_is_reported(page: Page, tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert message in shown(page, tmp_path / name)
    assert page.locator("#report-said.notice").count() == 1
    assert page.locator("#report-shown > *").count() == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e["cases"][3].update(status="great"), "cases[3].status is not one of passed, failed"),
        (lambda e: e["cases"][3].update(status="__proto__"), "cases[3].status is not one of"),
        (lambda e: e["cases"][3].update(id=5), "cases[3].id is not a text"),
        (lambda e: e["cases"].append(e["cases"][0]), "stands there twice"),
        (lambda e: e.update(cases=[None]), "cases is not a list of objects"),
        (lambda e: e.update(exit_code="0x"), "exit_code is not one of 0, 1, 3, 4"),
        (lambda e: e.pop("lanes"), "lanes is missing"),
        (lambda e: e["subject"].update(product=None), "subject.product is not a text"),
    ],
)
def test_other_form_is_reported_with_its_place(
    page: Page, wrong: Path, tmp_path: Path, change: Change, message: str
) -> None:
    said = shown(page, changed(wrong, tmp_path, change))
    assert message in said
    assert "It was changed, or made by another version of the kit." in said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e.update(complete=False, trouble="interrupted"), "marked incomplete: the run was broken off (inter"),
        (lambda e: e["counts"]["scored"].update(passed=1), "counts do not follow from its cases (passed)"),
        (lambda e: e["cases"][0].update(status="inconclusive"), "counts do not follow from its cases"),
        (lambda e: e.update(digest="0" * 64), "another version of the specification than this site"),
        (lambda e: e.update(subject=None), "The system did not say hello"),
        (lambda e: None, "Its log, messages.ndjson, is not among what was opened"),
    ],
)
def test_what_to_mind_is_reported(page: Page, wrong: Path, tmp_path: Path, change: Change, message: str) -> None:
    assert message in shown(page, changed(wrong, tmp_path, change))
    assert page.locator("#report-shown h2").count() == 1


def test_whole_report_has_nothing_to_mind(page: Page, wrong: Path) -> None:
    shown(page, wrong)
    assert page.locator(".viewer .notice").count() == 0


def test_log_that_was_cut_off_is_shown_as_far_as_it_goes(page: Page, wrong: Path, tmp_path: Path) -> None:
    shutil.copy(wrong / "report.json", tmp_path)
    log = (wrong / "messages.ndjson").read_bytes()
    (tmp_path / "messages.ndjson").write_bytes(b"junk\n" + log[:20_000])
    said = shown(page, tmp_path / "report.json", tmp_path / "messages.ndjson")
    assert "Its log was cut off in the middle of a line." in said
    assert "Of its log, 1 lines can't be read." in said


def test_log_of_a_case_is_found_wherever_it_is(page: Page, wrong: Path, tmp_path: Path) -> None:
    shutil.copy(wrong / "report.json", tmp_path)
    lines = (wrong / "messages.ndjson").read_text("utf-8").splitlines(keepends=True)
    case = json.loads(lines[5])["case"]
    own, others = ([line for line in lines if (json.loads(line)["case"] == case) is is_own] for is_own in (True, False))
    (tmp_path / "messages.ndjson").write_text("".join([*own[:7], *others, *own[7:]]), "utf-8")
    shown(page, tmp_path / "report.json", tmp_path / "messages.ndjson")
    page.get_by_label("Words or @tag").fill(case)
    page.locator(".cases summary").first.click()
    page.locator(".cases summary", has_text="The log").click()
    expect(page.locator(".cases .log li")).to_have_count(len(own))


def test_folder_without_or_with_several_reports_is_reported(page: Page, wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").write_text("nothing", "utf-8")
    (tmp_path / "a" / "more.txt").write_text("nothing", "utf-8")
    assert "There is no report.json among 2 files" in shown(page, tmp_path / "a")
    for name in ("b", "c"):
        (tmp_path / "all" / name).mkdir(parents=True)
        shutil.copy(wrong / "report.json", tmp_path / "all" / name)
    assert "There are 2 reports in there" in shown(page, tmp_path / "all")


# How it is opened


def test_zip_shows_what_the_folder_shows(page: Page, wrong: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "wrong"), "zip", wrong)
    assert shown(page, Path(packed)) == shown(page, wrong)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda whole: whole[:-30], "it is no zip, or was cut off"),
        (lambda whole: whole[:2_000] + bytes(500) + whole[2_500:], "what is in it is damaged"),
        (lambda whole: whole[1_000:], "it was cut off"),
        (lambda whole: whole.replace(b"PK\x01\x02", b"PK\x01\x03"), "its list of files is damaged"),
        (lambda whole: whole.replace(b"\x08\x00", b"\x63\x00"), "it is encrypted, or packed in an uncommon way"),
    ],
)
def test_spoilt_zip_is_reported(
    page: Page, wrong: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], message: str
) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(wrong / "report.json", "report.json")
    (tmp_path / "spoilt.zip").write_bytes(spoil((tmp_path / "whole.zip").read_bytes()))
    assert f"spoilt.zip can't be unpacked: {message}" in shown(page, tmp_path / "spoilt.zip")


def drop(page: Page, *paths: Path) -> None:
    """Drop files or folders on the page, as a hand does."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(each) for each in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 150, "data": data})


def test_folder_is_dropped_anywhere_on_the_page(browser: Browser, site: Path, wrong: Path) -> None:
    with served(site) as root:
        found = opened(browser, root + VIEWER)
        drop(found.page, wrong)
        expect(found.page.locator("#report-shown h2")).to_have_text("loses nothing: deviations")
        assert found.page.locator(".viewer .notice").count() == 0
        assert found.page.url == root + VIEWER
        found.page.context.close()


def test_files_are_dropped_on_a_page_that_is_a_file(page: Page, wrong: Path) -> None:
    """Chromium does not let it look into a folder."""
    drop(page, wrong / "report.json", wrong / "messages.ndjson")
    expect(page.locator("#report-shown h2")).to_have_text("loses nothing: deviations")
    drop(page, wrong)
    expect(page.locator("#report-said")).to_contain_text("Choose the folder instead.")


# What others wrote stays text


def hostile(value: Any) -> Any:
    """The value with every text in it, but for the words of the kit, made hostile."""
    if isinstance(value, dict):
        kept = ("status", "lane", "level", "digest", "started", "finished")
        return {name: each if name in kept else hostile(each) for name, each in value.items()}
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return value + HOSTILE if isinstance(value, str) else value


UNFOLDED = """() => [...document.querySelectorAll(".viewer details")].map(each => {
  each.open = true; // which makes what is in it, and that may have folded parts of its own
  return each.children.length > 1;
}).every(Boolean)"""


def test_nothing_in_a_report_runs_or_is_markup(page: Page, wrong: Path, tmp_path: Path) -> None:
    shutil.copytree(wrong, tmp_path, dirs_exist_ok=True)
    changed(wrong, tmp_path, lambda e: e.update({**hostile(e), "counts": e["counts"]}))
    lines = [json.loads(line) for line in (wrong / "messages.ndjson").read_text("utf-8").splitlines()]
    log = "".join(json.dumps(hostile(each)) + "\n" for each in lines[:500])
    (tmp_path / "messages.ndjson").write_text(log, "utf-8")
    for file in (tmp_path / "counterexamples").glob("*.feature"):
        file.write_text(file.read_text("utf-8") + HOSTILE, "utf-8")
    shown(page, tmp_path)
    page.wait_for_function(UNFOLDED)
    page.evaluate("document.activeElement.blur()")  # the theme gives an attribute to what has the focus
    tags = set(page.evaluate("[...new Set([...document.querySelectorAll('#report-shown *')].map(e => e.localName))]"))
    assert not tags & {"img", "script", "iframe", "object", "style", "link", "svg"}
    message = page.locator("#report-shown").inner_text()
    assert page.locator("#report-shown h2").inner_text().startswith(f"loses nothing{visible(HOSTILE)}")
    assert not {"\x1b", "\x00", "\u202e"} & set(message)
    assert message.count(visible(HOSTILE)) > 100
    links = page.locator("#report-shown a").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert all(each.startswith("../specification/") and "<" not in each for each in links)
    handlers = "[...document.querySelectorAll('#report-shown *')].flatMap(e => [...e.attributes].map(a => a.name))"
    assert set(page.evaluate(handlers)) <= {"class", "tabindex", "href", "open", "type", "role", "aria-label", "value"}
    assert page.evaluate("typeof hacked") == "undefined"


def test_texts_are_made_visible_as_the_kit_does(page: Page, wrong: Path, tmp_path: Path) -> None:
    text = "".join(map(chr, [*range(0x20, 0x180), 0x200B, 0x2028, 0x2066, 0x3000, 0xE000, 0xFEFF, 0x1F600, 0xE0001]))
    shown(page, changed(wrong, tmp_path, lambda e: e["subject"].update(product=text)))
    message = page.locator("#report-shown h2").text_content() or ""
    assert message.removesuffix(": deviations") == visible(text).strip()


def test_browser_lets_the_page_ask_nobody_else(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / VIEWER).as_uri())
    asked = "fetch('https://example.org/').then(() => 'asked', () => 'refused')"
    assert found.page.evaluate(asked) == "refused"
    assert "violates the following Content Security Policy" in found.complaints[0]
    assert found.outside == []
    found.page.context.close()


# How it looks


@pytest.mark.parametrize(("scheme", "width"), [("light", DESK), ("dark", PHONE)])
def test_pages_are_accessible_and_fit(browser: Browser, site: Path, wrong: Path, scheme: str, width: int) -> None:
    found = opened(browser, (site / VIEWER).as_uri(), scheme, width)
    page = found.page
    shown(page, wrong)
    page.get_by_label("Result").select_option("failed")
    page.locator(".cases summary").first.click()
    page.locator(".cases summary", has_text="The log").click()
    page.locator(".cases .log li").first.wait_for()
    assert overflow(page) == 0
    assert violations(page, rows=4) == []
    page.goto((site / MATRIX).as_uri())
    assert overflow(page) == 0
    assert violations(page, rows=4) == []
    assert (found.complaints, found.outside) == ([], [])
    page.context.close()


def test_matrix_says_how_old_a_report_is_and_nothing_in_it_runs(browser: Browser, site: Path) -> None:
    found = opened(browser, (site / MATRIX).as_uri())
    ages = found.page.locator("[data-age]").all_inner_texts()
    assert ages == ["(less than a day ago)"] * 2
    assert found.page.evaluate("ageOf(new Date(Date.now() - 40 * 86_400_000).toISOString())") == "40 days ago"
    assert MARKED in found.page.locator("#marked").inner_text()
    assert found.page.locator(".md-content script:not([src])").count() == 0
    found.page.locator("sup.note a").first.click()
    assert found.page.locator(":target").count() == 1
    assert (found.complaints, found.outside) == ([], [])
    found.page.context.close()
