"""Shortens the windows of the plan in every process that has this folder on its path: losses that
can't be seen are waited for until these close.
"""

from translator_cmk.azure.client.target import WORK

SECONDS = 10

for work in WORK.values():
    if "window" in work:
        work["window"] = SECONDS
