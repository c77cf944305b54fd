"""Fails when a test was skipped for want of a tool: where every tool is required, such a skip hides a test."""

import sys
from pathlib import Path
from xml.etree import ElementTree

MARK = "missing tool:"


def missing(junit: Path) -> list[str]:
    """Return one line for each test in the JUnit file whose reason to skip is a missing tool."""
    return [
        f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}"
        for case in ElementTree.parse(junit).iter("testcase")
        for skipped in case.iter("skipped")
        if MARK in (skipped.get("message") or "")
    ]


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: require_tools.py JUNIT.xml", file=sys.stderr)
        return 2
    junit = Path(sys.argv[1])
    try:
        found = missing(junit)
    except (OSError, ElementTree.ParseError) as problem:
        print(f"{junit}: not a readable JUnit file: {problem}", file=sys.stderr)
        return 2
    for line in found:
        print(f"skipped for want of a tool: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
