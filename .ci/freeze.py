"""Freezes the register, and the digest of the specification, for the version in pyproject.toml: `make freeze`."""

import json
import sys
import tomllib
from pathlib import Path

from translator_cmk.conformance.cases import RELEASES as DIGESTS
from translator_cmk.conformance.cases import specification_digest
from translator_cmk.files import write_text
from translator_cmk.requirements import load_register
from translator_cmk.requirements.commands import register_json
from translator_cmk.requirements.releases import RELEASES

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Write both, and say what is next; 2 if the version is frozen already."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    path, digests = RELEASES / f"{version}.json", DIGESTS.read_text("utf-8")
    if path.exists() or f"\n{version}:" in digests:
        print(f"{path} is there: a register is frozen once; increase the version in pyproject.toml", file=sys.stderr)
        return 2
    path.parent.mkdir(exist_ok=True)
    write_text(path, json.dumps(register_json(load_register()), indent=2, ensure_ascii=False) + "\n")
    earlier = digests.removesuffix("{}\n")
    write_text(DIGESTS, f"{earlier}{version}: {specification_digest()}\n")
    print(f"{version} is frozen; next: translator-cmk register diff BEFORE, and date the changelog")
    return 0


if __name__ == "__main__":
    sys.exit(main())
