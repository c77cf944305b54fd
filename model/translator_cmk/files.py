"""Files are written atomically: a reader finds the earlier content or the new one, never a part of
it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write text, or pieces of it one after the other, in place of an earlier file; raises
    `OSError`."""
    pieces = [text] if isinstance(text, str) else text
    draft = draft_of(path)
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(pieces)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: object, sort_keys: bool = False) -> None:
    """Write a value as JSON in place of an earlier file; raises `OSError`."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=sort_keys)
    write_text(path, text + "\n")


def draft_of(path: Path) -> Path:
    """Return the file that is written first, and then renamed."""
    return path.with_name(f".{path.name}.draft")
