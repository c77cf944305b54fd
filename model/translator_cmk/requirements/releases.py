"""The command `register`: the register as text and JSON, those that releases froze, and how two of them differ.

A frozen register is a file `frozen/VERSION.json`: the output of `translator-cmk register --json` at that release.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import DEVIATIONS, EXIT_CODES, OK, CommandError, InvalidFile, reason
from ..escaping import markdown
from ..shapes import Malformed
from .register import FOLDER, REGISTERED, Place, Register, Requirement, Source, load_register

RELEASES = FOLDER / "frozen"

Entries = Mapping[str, Mapping[str, Any]]
"""Requirements as JSON values, by id."""

FIELDS = tuple(name for name in REGISTERED.fields if name not in ("id", "topic", "places"))
"""What is compared: the places follow from the statements."""

MEANING = ("wording", "kind", "basis")
"""A change of these may change the meaning, and then increases the revision."""


def register_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `register`, and `diff`."""
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each requirement")
    what = "compare two registers, by requirement"
    diff = parser.add_subparsers(metavar="COMMAND").add_parser(
        "diff",
        help=what,
        description=f"{what[0].upper()}{what[1:]}, as Markdown for a changelog.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    named = "a release, a file that 'register --json' wrote, or a folder of YAML"
    diff.add_argument("before", metavar="A", help=named)
    diff.add_argument("after", metavar="B", nargs="?", help=f"{named} (default: the register of this package)")


def register(args: argparse.Namespace) -> int:
    """Print the register, or how two differ; raises `CommandError`."""
    if "before" not in args:
        requirements = load_register()
        print(json.dumps(register_json(requirements), indent=2) if args.json else register_text(requirements))
        return OK
    before, after = entries(args.before), entries(args.after or FOLDER)
    lines = list(differences(before, after))
    print("\n".join(lines) if lines else f"no difference in {len(after)} requirements")
    return DEVIATIONS if lines else OK


def register_json(register: Register) -> list[dict[str, Any]]:
    """Return the requirements in order as JSON values, without the fields that one does not have."""
    return [requirement_json(requirement) for requirement in register.values()]


def requirement_json(requirement: Requirement) -> dict[str, Any]:
    """Return one requirement as JSON values, without the fields that it does not have."""
    values = {name: getattr(requirement, name) for name in REGISTERED.fields}
    return {name: as_json(value) for name, value in values.items() if value is not None}


def as_json(value: Any) -> Any:
    """Return the value of a field as JSON has it."""
    match value:
        case tuple():
            return [as_json(each) for each in value]
        case Place():
            return {"section": value.section, "sentence": value.sentence}
        case Source():
            return vars(value)
    return value


def register_text(register: Register) -> str:
    """Return the register as a table by topic: id, basis, kind, statements, title."""
    ids = max(len(name) for name in register)
    claims = max(len(" ".join(requirement.statements)) for requirement in register.values())
    lines = []
    for topic, requirements in register.topics.items():
        lines += [topic, "-" * len(topic)]
        for each in requirements:
            stated = " ".join(each.statements)
            lines.append(f"{each.id:<{ids}}  {each.basis:<11}  {each.kind:<11}  {stated:<{claims}}  {each.title}")
        lines.append("")
    bases = Counter(requirement.basis for requirement in register.values())
    counted = ", ".join(f"{count} {basis}" for basis, count in bases.items())
    total = f"{len(register)} requirements ({counted})"
    lines.append(f"{total} from {len(register.statements)} statements of {register.article.title!r}")
    return "\n".join(lines)


def entries(name: str | Path) -> Entries:
    """Return the requirements of a release, a file or a folder; raises `CommandError`."""
    path = Path(name)
    if str(name) in frozen():
        return frozen()[str(name)]
    if path.is_dir():
        return by_id(register_json(load_register(path)))
    if not path.is_file():
        releases = ", ".join(frozen()) or "none yet"
        raise CommandError(f"{name}: neither a file, nor a folder, nor a release; there are the releases: {releases}")
    return read_entries(path)


def read_entries(path: Path) -> Entries:
    """Return the requirements in a file that `register --json` wrote, of any version; raises `InvalidFile`."""
    expected = "a file that 'translator-cmk register --json' wrote is expected"
    try:
        found = json.loads(path.read_text("utf-8"))
        for each in found:
            for name in ("id", "revision"):
                REGISTERED.fields[name].read(each[name])
    except (OSError, ValueError) as error:
        raise InvalidFile(f"{path}: {reason(error)}; {expected}") from None
    except (LookupError, Malformed, TypeError):
        raise InvalidFile(f"{path}: not a list of requirements; {expected}") from None
    return by_id(found)


def by_id(found: list[dict[str, Any]]) -> Entries:
    """Return requirements by their ids."""
    return {each["id"]: each for each in found}


def frozen() -> Mapping[str, Entries]:
    """Return the register of each release, the oldest first; raises `InvalidFile`."""
    files = sorted(RELEASES.glob("*.json"), key=lambda path: list(map(int, re.findall("[0-9]+", path.stem))))
    return {path.stem: read_entries(path) for path in files}


def unchanged_since(version: str) -> list[str]:
    """Return the requirements of a release that are still asked with the meaning that they had."""
    now = load_register()
    return [name for name, each in frozen()[version].items() if name in now and now[name].revision == each["revision"]]


def differences(before: Entries, after: Entries) -> Iterator[str]:
    """Yield the differences as lines of Markdown; nothing where there are none."""
    for word, names in {"Added": after.keys() - before.keys(), "Withdrawn": before.keys() - after.keys()}.items():
        if names:
            known = after if word == "Added" else before
            yield f"{word}: {', '.join(f'`{name}`' for name in known if name in names)}."
            yield ""
    changed = {name: changes(before[name], each) for name, each in after.items() if name in before}
    rows = [f"| `{name}` | {field} | {was} | {now} |" for name, of in changed.items() for field, was, now in of]
    if rows:
        yield from ("| requirement | field | was | became |", "|---|---|---|---|", *rows)
    fields = {name: {field for field, _, _ in of} for name, of in changed.items()}
    if same := [f"`{name}`" for name, of in fields.items() if of & {*MEANING} and "revision" not in of]:
        yield from ("", f"The revision is the same; if the meaning has changed, increase it: {', '.join(same)}.")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return each field that differs, with what it was and what it became."""
    differing = [field for field in FIELDS if before.get(field) != after.get(field)]
    return [(field, in_words(before.get(field)), in_words(after.get(field))) for field in differing]


def in_words(value: Any) -> str:
    """Return the value of a field for a cell of a table."""
    match value:
        case None | []:
            return "nothing"
        case list():
            return markdown(", ".join(map(str, value)))
        case dict():
            return markdown(", ".join(map(str, value.values())))
    return markdown(str(value))
