"""The wheel is the specification of the checkout, with a public API; pipelines are valid;
SECURITY.md names tests.
"""

import hashlib
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml
from jsonschema.validators import validator_for

import translator_cmk
from tests.command_line import ROOT, git
from tests.conformance.conftest import WHOLE
from tests.recorded import recorded
from translator_cmk import features_dir
from translator_cmk.conformance.serve import address
from translator_cmk.digest import PACKAGE, SUFFIXES, digest_of, kit_digest, kit_digest_with


def built(source: Path, folder: Path) -> Path:
    """Build the sdist and the wheel of a source tree; returns their folder."""
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    dated = os.environ | {"SOURCE_DATE_EPOCH": "1760000000"}
    subprocess.run(build, cwd=source, check=True, capture_output=True, env=dated)
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist and the wheel of this checkout."""
    return recorded(tmp_path_factory, "dist", lambda folder: built(ROOT, folder))


@pytest.fixture(scope="module")
def unpacked(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as an installer would."""

    def unpack(folder: Path) -> None:
        with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
            wheel.extractall(folder)

    return recorded(tmp_path_factory, "wheel", unpack)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.slow
def test_same_sources_give_the_same_sdist_and_wheel_wherever_and_whenever_they_are_built(
    dist: Path, tmp_path: Path
) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    for name in sorted((name for name in names if (ROOT / name).is_file()), reverse=True):
        copy = tmp_path / "elsewhere" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy)
        copy.chmod(copy.stat().st_mode & 0o700)  # as with another umask
        os.utime(copy, (0, 86_400))
    again = built(tmp_path / "elsewhere", tmp_path / "dist")
    assert digests(again) == digests(dist)
    assert {Path(name).suffix for name in digests(again)} == {".whl", ".gz"}


def test_readme_has_no_link_on_the_index_that_leads_nowhere(dist: Path) -> None:
    [wheel] = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        metadata = archive.read(name).decode()
    assert re.findall(r"\]\((?!https:)", metadata) == []
    assert "Project-URL" not in metadata


def test_readme_of_a_published_project_links_to_the_files_of_its_version() -> None:
    on_the_index = runpy.run_path(str(ROOT / ".ci" / "metadata.py"))["on_the_index"]
    readme = (
        "![A key](docs/key.svg) and [plans](docs/plans.md#risk), see [this](https://example.org)"
    )
    assert on_the_index(readme, "https://example.org/cmk", "1.2") == (
        "![A key](https://example.org/cmk/raw/v1.2/docs/key.svg) and "
        "[plans](https://example.org/cmk/blob/v1.2/docs/plans.md#risk), see [this](https://example.org)"
    )


def test_publisher_takes_the_metadata(dist: Path) -> None:
    """The action pinned in release.yml has packaging 24.2, which knows no later version."""
    [sdist] = dist.glob("*.tar.gz")
    [wheel] = dist.glob("*.whl")
    with tarfile.open(sdist) as archive:
        [name] = [name for name in archive.getnames() if name.endswith("/PKG-INFO")]
        in_sdist = archive.extractfile(name)
        assert in_sdist is not None
        found = [in_sdist.readline()]
    with zipfile.ZipFile(wheel) as archive_of_wheel:
        [name] = [name for name in archive_of_wheel.namelist() if name.endswith("/METADATA")]
        found.append(archive_of_wheel.read(name).splitlines(keepends=True)[0])
    assert found == [b"Metadata-Version: 2.4\n"] * 2


def test_wheel_carries_features_and_data(unpacked: Path) -> None:
    package = unpacked / "translator_cmk"
    assert {f.name for f in (package / "features").glob("*.feature")} == {
        f.name for f in features_dir().glob("*.feature")
    }
    for file in ("py.typed", "language/situations.yaml", "requirements/article.yaml"):
        assert (package / file).is_file(), file


def test_wheel_has_the_digest_of_the_checkout_and_reads_its_own_features(unpacked: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r}); from translator_cmk import "
        "features_dir;"
        "from translator_cmk.digest import kit_digest; print(kit_digest(), features_dir(), "
        "sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    )
    assert run.stdout.splitlines() == [kit_digest(), str(unpacked / "translator_cmk" / "features")]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package as a wheel installs it, its digest taken: features inside, and lines that end as
    on Windows.
    """
    package = tmp_path / "translator_cmk"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "features"))
    shutil.copytree(features_dir(), package / "features")
    for file in package.rglob("*.*"):
        if file.suffix in SUFFIXES:
            file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    monkeypatch.setattr("translator_cmk.digest.PACKAGE", package)
    return package


def digest_now(package: Path) -> str:
    """Return the digest of what the package has now."""
    return kit_digest_with(package / "features")


CHECKOUT = kit_digest()


def test_installed_package_has_the_digest_of_the_checkout_and_other_files_do_not_count(
    installed: Path,
) -> None:
    (installed / "notes.txt").write_text("none of its business")
    assert digest_now(installed) == CHECKOUT


def test_change_of_any_file_that_counts_changes_the_digest_and_of_the_site_does_not(
    installed: Path,
) -> None:
    digests = [CHECKOUT]
    for name in ("features/vault.feature", "language/situations.yaml", "machine/step.py"):
        (installed / name).write_bytes((installed / name).read_bytes() + b"\n")
        assert digest_now(installed) not in digests
        digests.append(digest_now(installed))
    file = installed / "site" / "__init__.py"
    file.write_bytes(file.read_bytes() + b"\n")
    assert digest_now(installed) == digests[-1]


def test_nothing_of_the_kit_imports_the_site() -> None:
    """Or else a report could depend on what its digest leaves out."""
    importers = grimp.build_graph("translator_cmk").find_modules_that_directly_import(
        "translator_cmk.site"
    )
    assert {module for module in importers if not module.startswith("translator_cmk.site")} == set()


def test_names_count_as_well_as_content(tmp_path: Path) -> None:
    (tmp_path / "ab").write_text("c")
    (tmp_path / "a").write_text("bc")
    files = {name: tmp_path / name for name in ("ab", "a")}
    digests = {
        digest_of({"ab": files["ab"]}),
        digest_of({"a": files["a"]}),
        digest_of({"b": files["ab"]}),
    }
    assert len(digests) == 3


def test_every_public_name_is_there_and_documented() -> None:
    table = (ROOT / "docs" / "your-system.md").read_text("utf-8").partition("{ #api }")[2]
    for name in translator_cmk.__all__:
        assert getattr(translator_cmk, name) is not None
        assert f"`{name}`" in table


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'observe'"):
        translator_cmk.observe  # noqa: B018  # looking it up is what is tested


def test_importing_the_package_imports_none_of_its_modules() -> None:
    code = "import sys, translator_cmk as t; t.features_dir(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not [name for name in done.stdout.split() if name.startswith("translator_cmk.")]


# The threat model names tests that exist, and the threats that no other test is about are stopped

MODEL = (
    (ROOT / "SECURITY.md").read_text("utf-8").partition("## Threat model")[2].partition("\n## ")[0]
)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_threat_has_a_test_that_exists() -> None:
    rows = [line for line in MODEL.splitlines() if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        named = NAMED.findall(row)
        assert named, row
        for file, test in named:
            assert f"\ndef {test}(" in (ROOT / file).read_text("utf-8"), (file, test)


def test_served_model_listens_on_this_machine_alone_unless_a_host_is_named() -> None:
    assert address("8080") == ("127.0.0.1", 8080)
    assert address("0.0.0.0:8080") == ("0.0.0.0", 8080)


def test_every_tool_is_installed_by_its_hash() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text("utf-8")
        entries = re.split(r"\n(?=[A-Za-z])", text.partition("\n")[2].replace("\\\n", " ").strip())
        assert entries
        assert [entry.split()[0] for entry in entries if " --hash=sha256:" not in entry] == []
    installs = re.findall(
        r"^.*\bpip install\b.*$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    ours = [line for line in installs if "--no-deps" not in line]
    assert ours
    assert [line for line in ours if "--require-hashes" not in line] == []


# Pipelines, ours and those for vendors, are valid by the schemas that others publish; scripts do
# what they say

AZURE, GITLAB = (
    ROOT / "docs" / "examples" / name for name in ("azure-pipelines.yml", "gitlab-ci.yml")
)
PLANS = ROOT / "docs" / "examples" / "plans"
ACTION = ROOT / "action.yml"
CITATION = ROOT / "CITATION.cff"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*-*.yml"))
SCHEMAS = {
    **dict.fromkeys((ROOT / ".github" / "workflows").iterdir(), "github-workflows"),
    **dict.fromkeys(FORMS, "github-issue-forms"),
    CITATION: "citation-file-format",
    ACTION: "github-actions",
    GITLAB: "gitlab-ci",
    AZURE: "azure-pipelines",
    PLANS / "gitlab-ci.yml": "gitlab-ci",
    PLANS / "azure-pipelines.yml": "azure-pipelines",
}


def loaded(path: Path) -> Any:
    """Return the content of a pipeline, where `on` is a word as in YAML 1.2."""
    text = path.read_text("utf-8").replace("\non:\n", '\n"on":\n')
    return yaml.load(text, yaml.BaseLoader if path == CITATION else yaml.SafeLoader)


def problems(path: Path, content: Any) -> list[str]:
    """Return what the published schema of such a file says of the content."""
    builtin = pytest.importorskip(
        "check_jsonschema.builtin_schemas", reason="missing tool: check-jsonschema"
    )
    schema = builtin.get_builtin_schema(f"vendor.{SCHEMAS[path]}")
    return [error.message for error in validator_for(schema)(schema).iter_errors(content)]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_pipeline_is_valid_by_its_published_schema(path: Path) -> None:
    assert problems(path, loaded(path)) == []


def test_published_schema_finds_a_mistake() -> None:
    content = loaded(ACTION)
    content["runs"]["using"] = "composit"
    assert problems(ACTION, content)


def test_every_step_of_others_is_pinned_by_digest() -> None:
    for path in (*(ROOT / ".github" / "workflows").iterdir(), ACTION):
        steps = re.findall(r"^\s*(?:- )?uses: (.*)$", path.read_text("utf-8"), re.MULTILINE)
        assert steps
        assert [step for step in steps if not re.search(r"@[0-9a-f]{40} # v\d", step)] == []


def test_kit_is_locked_in_the_versions_of_the_tools() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements-kit.txt", "requirements.txt")
    ]
    assert pins[0]
    assert pins[0] <= pins[1]


def test_version_is_frozen_dated_and_committed_before_it_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = tmp_path / "frozen"
    release: dict[str, Any] = runpy.run_path(str(ROOT / ".ci" / "release.py"))
    freeze, check = release["freeze"], release["check"]
    monkeypatch.setitem(check.__globals__, "ROOT", tmp_path)
    monkeypatch.setitem(freeze.__globals__, "FROZEN", frozen)
    monkeypatch.setattr("translator_cmk.bdd.freeze.FROZEN", frozen)
    (tmp_path / "CHANGELOG.md").write_text("## [1.0.0] - 2026-11-27\n")
    (tmp_path / "CITATION.cff").write_text("version: 1.0.0.dev0\n")
    git(tmp_path, "init", "--quiet")
    assert check("1.0.0") == 1
    missing = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2][:20] for line in missing] == [
        "register and feature",
        "CITATION.cff names a",
        "CHANGELOG.md lacks t",
        "there are changes th",
    ]
    assert [freeze(version) for version in ("1.0.0.dev0", "1.0.0", "1.0.0")] == [2, 0, 2]
    (tmp_path / "CITATION.cff").write_text("version: 1.0.0\ndate-released: 2026-11-27\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Release")
    assert check("1.0.0") == 0


SCRIPTS = {
    "GitHub": [each["run"] for each in loaded(ACTION)["runs"]["steps"][1:3]],
    "GitLab": loaded(GITLAB)["conformance"]["script"][1:],
    "Azure Pipelines": [loaded(AZURE)["steps"][2]["bash"]],
}
"""The scripts of each, but for the one that installs the kit."""

EMULATOR = shlex.join([sys.executable, str(ROOT / "docs" / "examples" / "python" / "emulator.py")])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pipeline", "adapter", "exit_code"),
    [("GitHub", "false", 3), ("GitLab", EMULATOR, 0), ("Azure Pipelines", EMULATOR, 0)],
    ids=SCRIPTS,
)
def test_script_of_a_pipeline_verifies_and_leaves_a_report(
    tmp_path: Path, pipeline: str, adapter: str, exit_code: int
) -> None:
    (tmp_path / "translator-cmk" / "bin").mkdir(parents=True)
    kit = tmp_path / "translator-cmk" / "bin" / "translator-cmk"
    kit.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m translator_cmk "$@"\n')
    kit.chmod(0o755)
    given = {"ADAPTER": adapter, "STDIO": adapter, "HTTP": "", "REPORT": "conformance"}
    given |= {"OPTIONS": f"--lane features --case {WHOLE}", "RUNNER_TEMP": str(tmp_path)}
    given |= {
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "PATH": f"{kit.parent}:{os.environ['PATH']}",
    }
    codes = [
        subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path, env=os.environ | given, check=False
        ).returncode
        for script in SCRIPTS[pipeline]
    ]
    assert codes[0] == exit_code
    assert set(codes[1:]) <= {0}
    assert (tmp_path / "conformance" / "junit.xml").is_file()
    assert pipeline != "GitHub" or (tmp_path / "summary.md").read_text("utf-8").startswith("# ")


def test_skip_for_want_of_a_tool_fails_where_every_tool_is_required(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATOR_CMK_REQUIRE_TOOLS", "1")
    pytester.makeconftest("from tests.conftest import pytest_runtest_makereport")
    pytester.makepyfile(
        "import pytest\n"
        "def test_in_it(): pytest.skip('missing tool: spin')\n"
        "@pytest.mark.skipif(True, reason='missing tool: rumur')\n"
        "def test_before_it(): pass\n"
        "def test_of_another_kind(): pytest.skip('no core can be chosen here')\n"
    )
    ran = pytester.runpytest_inprocess("-p", "no:hypothesispytest")
    ran.assert_outcomes(failed=1, errors=1, skipped=1)
