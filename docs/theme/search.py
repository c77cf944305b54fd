"""Shape the search index: what readers look for, in the words that they use, and small enough
for every page.
"""

import json
import re
from pathlib import Path
from typing import Any

LETTERS = 400
"""How much of a section is found by its text; its title is found whole."""

SYNONYMS = {
    "customer-managed": "CMK BYOK bring your own",
    "tenant": "directory Entra Azure AD",
    "purge protection": "Do Not Purge",
    "rotat": "rotate key rotation",
    "managed identity": "MSI system-assigned",
    "inaccessible": "lost revoke outage",
    "alert on these": "monitor monitoring alarm",
    "who can do it": "who can delete destroy permission",
    "rbac or access policies": "RBAC role-based access control",
    "user-assigned identity": "user-assigned managed identity",
    "delete the managed identity": "managed identity deleted",
    "who can still destroy": "who can delete",
    "purge protection save": "purge protection soft delete",
    "key expired": "key expiry expires expiration date",
    "a disabled key lose": "disabled key disable",
    "kind aiservices": "Microsoft Foundry",
    "can we undo it": "restore access again revoke",
    "closed to public networks": "trusted services",
    "can we go back to microsoft": "microsoft-managed keys return revert",
    "older api versions": "API retirement deprecation",
    "erased the data": "crypto shredding erasure",
    "what comes back": "data loss restore",
    "move to another subscription": "subscription move",
    "in another region is put": "same region",
    "what does cmk cost": "cost price pricing",
    "regional failover": "region failover second region",
}
"""Other words for a section whose title has these; the style sheet does not show them."""


def on_post_build(config: Any) -> None:
    """Leave decisions and single scenarios out of the index, shorten its texts, and add
    synonyms.
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
    """Return an entry with a short text, without markup, and with the other words for its title
    as tags.
    """
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", entry["text"])).strip()
    title = entry["title"].lower()
    tags = [words for phrase, words in SYNONYMS.items() if phrase in title]
    short = text[:LETTERS].rpartition(" ")[0] if len(text) > LETTERS else text
    return {**entry, "text": short} | ({"tags": tags} if tags else {})
