"""The threat model names tests that exist, and the threats that no other test is about are stopped."""

import re
from pathlib import Path

from translator_cmk.conformance.serve import address

ROOT = Path(__file__).resolve().parents[1]
MODEL = (ROOT / "SECURITY.md").read_text("utf-8").partition("## Threat model")[2].partition("\n## ")[0]
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
    installs = re.findall(r"^.*\bpip install\b.*$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    ours = [line for line in installs if "--no-deps" not in line and "dist/*.whl" not in line]
    assert ours
    assert [line for line in ours if "--require-hashes" not in line] == []
