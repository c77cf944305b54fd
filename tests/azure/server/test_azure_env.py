"""`azure-env` gives a command an environment in which Azure is the model, returns its exit code and
leaves no trace.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from translator_cmk.azure.server.azure_env import environment
from translator_cmk.cli import main
from translator_cmk.errors import USAGE

FILES = (
    "AZURE_CONFIG_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
)

REPORT = """
import json, os, sys, urllib.request
with urllib.request.urlopen("https://management.azure.com/metadata/endpoints?api-version=2022-09-01") as answer:
    seen = json.load(answer)
with open(os.path.join(os.environ["TMPDIR"], "seen.json"), "w") as file:
    json.dump({"seen": seen, "environment": dict(os.environ)}, file)
sys.exit(7)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def azure_env(*arguments: str, temporary: Path) -> subprocess.Popen[str]:
    """Start `azure-env` in a process of its own, which knows another identity, cloud and proxy."""
    foreign = {
        "AZURE_CLIENT_CERTIFICATE_PATH": "/mine.pem",
        "ARM_TENANT_ID": "mine",
        "no_proxy": "azure.com",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "translator_cmk", "azure-env", *arguments],
        env={**os.environ, **foreign, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_command_reaches_the_model_by_azures_names_and_leaves_no_trace(temporary: Path) -> None:
    before = dict(os.environ)
    with azure_env("--", sys.executable, "-c", REPORT, temporary=temporary) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (7, "", "")
    found = json.loads((temporary / "seen.json").read_text("utf-8"))
    assert found["seen"]["name"] == "translator-cmk"
    given = found["environment"]
    assert not {"AZURE_CLIENT_CERTIFICATE_PATH", "ARM_TENANT_ID", "no_proxy"} & set(given)
    assert not [name for name in FILES if Path(given[name]).exists()]
    assert [path.name for path in temporary.iterdir()] == ["seen.json"]
    assert dict(os.environ) == before


def test_ending_it_ends_the_command_in_its_own_way_and_the_server_and_leaves_no_file(
    temporary: Path,
) -> None:
    code = (
        "import os, signal, time; signal.signal(signal.SIGTERM, lambda *_: exit(3)); "
        "print(os.getpid(), flush=True); time.sleep(600)"
    )
    with azure_env("--", sys.executable, "-c", code, temporary=temporary) as process:
        assert process.stdout is not None
        command = int(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 3
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)
    assert list(temporary.iterdir()) == []


def test_no_other_identity_cloud_or_proxy_is_passed_on() -> None:
    mine = dict.fromkeys(
        ("AZURE_CLOUD_NAME", "AZURE_CLIENT_ID", "ARM_CLIENT_ID", "IDENTITY_ENDPOINT"), "x"
    )
    mine |= {
        "HTTP_PROXY": "x",
        "ALL_PROXY": "x",
        "NO_PROXY": "*",
        "https_proxy": "x",
        "PATH": "/bin",
        "LANG": "C",
    }
    given = environment(mine, 8443, Path("/ca.pem"), Path("/tmp/x"))
    assert [name for name, value in given.items() if value in ("x", "*")] == []
    assert (given["PATH"], given["LANG"], given["https_proxy"]) == (
        "/bin",
        "C",
        "http://127.0.0.1:8443",
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "no command; write it after --"),
        (["--"], "no command; write it after --"),
        (
            ["--", "no-such-command"],
            "no-such-command: no such command; is it installed, and on PATH?",
        ),
    ],
)
def test_wrong_use_is_one_line_that_says_what_to_do(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["azure-env", *arguments]) == USAGE
    assert f"translator-cmk: error: azure-env: {problem}" in capsys.readouterr().err
