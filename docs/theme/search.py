"""Shape the search index: the words of the pages for people who decide, and of the rest titles and
ids, so that it stays small enough for every page.
"""

import json
import re
from pathlib import Path
from typing import Any

DECIDE = ("decide/", "evidence/other-services.html", "plans.html", "index.html")
"""The pages for people who decide."""
OF_THE_REST = 0.5
"""What a place on another page counts, beside one of theirs."""
LONG, SHOWN = 1500, 80
"""Letters from which on a section is long, and how many of its words can be shown as they stand."""


def on_post_build(config: Any) -> None:
    """Leave decisions and single scenarios out of the index, and the text of pages for people who
    test and build.
    """
    index = Path(config["site_dir"]) / "search" / "search_index.json"
    found = json.loads(index.read_text("utf-8"))
    found["docs"] = [shaped(each) for each in found["docs"] if is_sought(each["location"])]
    index.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")), "utf-8")


def is_sought(location: str) -> bool:
    """Tell whether readers look for a section: its page holds no decision, and it is no
    scenario of a requirement.
    """
    page, _, place = location.partition("#")
    return not page.startswith("decisions/") and "/" not in place


def shaped(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with its words and no markup, or with its id alone."""
    page, _, place = entry["location"].partition("#")
    if not page.startswith(DECIDE):
        return {**entry, "text": place, "boost": OF_THE_REST}
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", entry["text"])).strip()
    return {**entry, "text": each_word_once(text) if len(text) > LONG else text}


def each_word_once(text: str) -> str:
    """Return a long text without the words that it repeats, or a script that says *key* a hundred
    times would come before the answer to a question about keys.
    """
    seen: set[str] = set()
    kept: list[str] = []
    for word in text.split():
        bare = word.lower().strip(".,;:()\"'")
        if bare not in seen or len(kept) < SHOWN:
            kept.append(word)
        seen.add(bare)
    return " ".join(kept)
