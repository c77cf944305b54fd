"""The forms of names and ids in sentences and messages."""

import re

from ..shapes import Text

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
"""A name: letters, digits and hyphens, as Azure allows for most kinds."""

A_NAME = Text(
    NAME.pattern, "a name: at most 63 letters, digits and hyphens, the first of them no hyphen"
)
LOCAL_NAME = Text(
    f"{NAME.pattern}/{NAME.pattern}", "two names with a slash between them, that of the vault first"
)
REQUIREMENT = Text(
    "[a-z]+\\.[a-z0-9]+(-[a-z0-9]+)*", "the id of a requirement, such as 'vault.same-region'"
)
TOKEN = Text("[!-~]{1,100}", "1 to 100 visible characters of ASCII, without blanks")
CODE = Text("[!-~]{1,100}", "a code of 1 to 100 visible characters of ASCII, without blanks")
