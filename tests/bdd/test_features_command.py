"""The command `features` prints the ids of scenarios; `features diff` says what became of them."""

import json
from pathlib import Path
from typing import Any

from tests.command_line import as_bytes, each_refused, one_error
from tests.command_line import run_cli as run
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.frozen_scenarios import load_frozen

ONE, TWO, THREE, FOUR = (digit * 16 for digit in "1234")


def written(path: Path, content: Any) -> Path:
    """Write scenarios as JSON; returns the path."""
    path.write_text(json.dumps(content), "utf-8")
    return path


def diff(folder: Path, before: dict[str, str], after: dict[str, str], *options: str) -> Any:
    """Run `features diff` on these scenarios."""
    first = written(folder / "before.json", before)
    second = written(folder / "after.json", after)
    return run("features", "diff", first, second, *options)


def test_features_prints_the_id_of_every_scenario() -> None:
    code, out, error = run("features")
    assert (code, error) == (0, "")
    assert out.splitlines() == [pickle.id for pickle in pickles()]


def test_scenarios_do_not_differ_from_what_features_printed(tmp_path: Path) -> None:
    same = tmp_path / "same.json"
    same.write_text(run("features", "--json").out, "utf-8")
    done = run("features", "diff", same)
    assert done == (0, f"no difference in {len(pickles())} scenarios\n", "")
    done = run("features", "diff", same, "--json")
    assert (done.code, done.error) == (0, "")
    assert json.loads(done.out) == {"new": [], "gone": [], "renamed": {}, "changed": []}


def test_release_can_be_compared_by_its_version() -> None:
    version, digests = list(load_frozen().items())[-1]
    done = run("features", "diff", version, version)
    assert done == (0, f"no difference in {len(digests)} scenarios\n", "")


def test_difference_names_each_id_that_is_new_gone_changed_or_renamed(tmp_path: Path) -> None:
    before = {"a.b/kept": ONE, "a.b/was": TWO, "a.b/gone": THREE, "a.b/changed": FOUR}
    after = {"a.b/kept": ONE, "c.d/became": TWO, "a.b/new": FOUR, "a.b/changed": ONE}
    done = diff(tmp_path, before, after)
    assert (done.code, done.error) == (1, "")
    assert done.out.splitlines() == [
        "New:",
        "",
        "- `a.b/new`",
        "",
        "Gone:",
        "",
        "- `a.b/gone`",
        "",
        "Changed in what they do or claim:",
        "",
        "- `a.b/changed`",
        "",
        "| scenario | became |",
        "|---|---|",
        "| `a.b/was` | `c.d/became` |",
    ]
    done = diff(tmp_path, before, after, "--json")
    assert done.code == 1
    assert json.loads(done.out) == {
        "new": ["a.b/new"],
        "gone": ["a.b/gone"],
        "renamed": {"a.b/was": "c.d/became"},
        "changed": ["a.b/changed"],
    }


def test_outline_is_one_line_if_all_its_rows_are_gone(tmp_path: Path) -> None:
    before = {"a.b/all/x": ONE, "a.b/all/y": TWO, "a.b/some/x": THREE, "a.b/some/y": FOUR}
    after = {"a.b/some/y": FOUR}
    lines = ["Gone:", "", "- `a.b/all`", "- `a.b/some/x`", ""]
    assert diff(tmp_path, before, after).out.splitlines() == lines


def test_outline_of_which_rows_were_renamed_is_one_line(tmp_path: Path) -> None:
    before = {"a.b/split/x": ONE, "a.b/split/y": TWO, "a.b/rows/x": THREE, "a.b/rows/y": FOUR}
    after = {"a.b/one": ONE, "a.b/two/y": TWO, "a.b/rows/z": THREE, "a.b/rows/y": FOUR}
    assert diff(tmp_path, before, after).out.splitlines() == [
        "| scenario | became |",
        "|---|---|",
        "| `a.b/split` | `a.b/one`, `a.b/two` |",
        "| `a.b/rows` | `a.b/rows` |",
    ]


def test_of_scenarios_that_do_the_same_the_most_similar_id_is_the_new_name(tmp_path: Path) -> None:
    before = {"a.b/works-in-the-portal": ONE, "a.b/works-through-the-api": ONE}
    after = {"c.d/works-through-the-api": ONE, "c.d/works-in-the-portal": ONE}
    renamed = json.loads(diff(tmp_path, before, after, "--json").out)["renamed"]
    assert renamed == {name: name.replace("a.b", "c.d") for name in before}


@each_refused("scenario ids")
def test_file_without_scenario_ids_is_one_line_that_says_what_is_expected(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "before.json").write_bytes(as_bytes(text))
    error = one_error(run("features", "diff", tmp_path / "before.json"))
    assert error.startswith(f"{tmp_path / 'before.json'}: ")
    assert says in error
    assert error.endswith("'translator-cmk features --json' wrote is expected")


def test_unknown_release_is_one_line_that_says_which_there_are() -> None:
    error = one_error(run("features", "diff", "0.0.0"))
    assert error.startswith("0.0.0: neither a file nor a release; there are the releases: 0.2.0")
