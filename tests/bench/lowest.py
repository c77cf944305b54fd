"""The package with the lowest version that it allows of each library: the features, and one use of
every extra.

Libraries of these libraries are the newest that fit.  The environment lies in `.bench/lowest`, and
is made anew each time.
"""

import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".bench" / "lowest"
PYTHON = FOLDER / "environment" / "bin" / "python"
CLI = (str(PYTHON), "-m", "translator_cmk")

BINDS_ALL = """
from pytest_bdd import scenarios
from translator_cmk import features_dir

scenarios(str(features_dir()))
"""


ONE_TOPIC = ("--lane", "features", "--topic", "vault")
ONE_REQUIREMENT = ("--requirement", "vault.same-region")


class NoLowest(Exception):
    """A requirement allows any version, however old."""


def project() -> Mapping[str, Any]:
    """Return what pyproject.toml says of the package."""
    found: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return found["project"]  # type: ignore[no-any-return]  # a table in any TOML file of this kind


def lowest_versions(needs: Mapping[str, Any]) -> list[str]:
    """Return the lowest version of each library that the package or an extra of it needs, as pip
    takes it; raises `NoLowest`.
    """
    listed = list(needs["dependencies"])
    for of_extra in needs["optional-dependencies"].values():
        listed += of_extra
    return [lowest_version(Requirement(each)) for each in listed]


def lowest_version(need: Requirement) -> str:
    """Return the lowest version that a requirement allows, as pip takes it; raises `NoLowest`."""
    for bound in need.specifier:
        if bound.operator == ">=":
            return f"{need.name}=={bound.version}"
    raise NoLowest(f"pyproject.toml: {need} has no lower bound; add the lowest that works")


def check() -> str:
    """Try the package with the lowest versions; return what went wrong, or nothing."""
    try:
        install(lowest_versions(project()))
        play_features()
        build_site()
        verify_over_http()
        verify_over_azure()
    except NoLowest as error:
        return str(error)
    except subprocess.CalledProcessError as error:
        said = f"{error.stdout}{error.stderr}".strip().splitlines()
        return f"{shlex.join(error.cmd)}: exit code {error.returncode}: {' '.join(said[-1:])}"
    return ""


def run(*command: object) -> None:
    """Run a command in the folder; raises `CalledProcessError` if it fails."""
    words = list(map(str, command))
    subprocess.run(words, cwd=FOLDER, check=True, capture_output=True, text=True)


def install(versions: Sequence[str]) -> None:
    """Make the environment, with all extras."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    extras = ",".join(project()["optional-dependencies"])
    run(sys.executable, "-m", "venv", FOLDER / "environment")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, f"{ROOT}[{extras}]", *versions)


def play_features() -> None:
    """Play all scenarios with pytest against the model, as the guide for other systems has it."""
    (FOLDER / "test_features.py").write_text(BINDS_ALL, "utf-8")
    (FOLDER / "pytest.ini").write_text("[pytest]\n", "utf-8")  # or that of the checkout is taken
    plugin = ("-p", "translator_cmk.conformance.pytest_plugin")
    run(PYTHON, "-m", "pytest", "-q", *plugin, "--results", "report", "test_features.py")


def build_site() -> None:
    """Build the site from that run."""
    shutil.copy(ROOT / "mkdocs.yml", FOLDER)
    without_others = shutil.ignore_patterns("implementations.yaml")
    shutil.copytree(ROOT / "docs", FOLDER / "docs", ignore=without_others)
    run("env", "RECORD=report", PYTHON, "-m", "mkdocs", "build", "--strict", "--quiet")


def verify_over_http() -> None:
    """Verify the model behind HTTP."""
    with subprocess.Popen(
        [*CLI, "serve", "--http", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1]
        try:
            run(*CLI, "verify", "--http", address, *ONE_TOPIC, "--report", "over-http")
        finally:
            server.terminate()


def verify_over_azure() -> None:
    """Verify the model behind Azure's interfaces, over Microsoft's libraries."""
    verify = (*CLI, "verify", "--azure", *ONE_REQUIREMENT, "--report", "over-azure")
    run(*CLI, "azure-env", "--", *verify)
